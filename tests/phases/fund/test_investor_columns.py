"""Investors in a column of a table."""

from __future__ import annotations

from typing import Any

from phases.fund.document import passages
from phases.fund.rounds import investor_columns, investor_labels
from tests.phases.fund.made import chunks, document

OWN = ["Larch Hill Fund II, L.P."]


def rows(*lines: str) -> list[dict[str, Any]]:
    found = document(*lines)
    texts = passages.passages(found["pages"], chunks(found)["chunks"])
    return investor_columns.found(found["pages"], texts, OWN)


def test_names_separated_by_commas():
    found = rows(
        "Company | Round | Co-investors",
        "Bryn Foods | Series A | Orrin Capital, Larch Hill",
        "Cole Robotics | Seed | Tern Ventures and Vale, Inc.",
    )
    assert [(one["company"], one["round"], one["investors"]) for one in found] == [
        ("Bryn Foods", "Series A", ["Orrin Capital"]),
        ("Cole Robotics", "Seed", ["Tern Ventures", "Vale, Inc."]),
    ]


def test_one_name_to_a_line_with_the_sum_and_date_of_the_round():
    found = rows(
        "Company | Major Investors | Last Round",
        "Bryn Foods | Orrin Capital | $40 million in",
        "| Globe Tern | March 2024",
        "| Partners |",
        "Cole Robotics | Vale | $5 million",
    )
    assert found[0]["investors"] == ["Orrin Capital", "Globe Tern Partners"]
    assert found[0]["date"] == "2024-03"
    assert found[0]["money"].figure.value == 40_000_000
    assert (found[1]["company"], found[1]["investors"]) == ("Cole Robotics", ["Vale"])


def test_a_list_of_the_fund_s_own_partners_is_none():
    assert (
        rows("Investor | Commitment | Contributions", "Orrin Pension | 1,000 | 500", "Tern Trust | 2,000 | 700") == []
    )


def test_neither_is_one_with_names_and_commitments():
    assert (
        rows("Name | Investors | Commitment", "Series 1 | Orrin Pension | 1,000", "Series 2 | Tern Trust | 2,000") == []
    )


def test_a_word_in_running_text_heads_no_table():
    assert rows("We thank our investors", "for their trust in the Company", "Bryn Foods | Orrin") == []


def test_companies_that_are_logos_are_taken_from_the_enumeration_and_marked():
    found = rows(
        "We see Bryn Foods and Cole Robotics as the next ones, as the table shows.",
        "Company | Investors | Round",
        "| Orrin Capital | $4 million",
        "| Tern Ventures | in 2023",
        "",
        "",
        "| Vale Growth | $5 million",
        "| Moor Fund | in 2024",
    )
    assert [(one["company"], one.get("company_inferred")) for one in found] == [
        ("Bryn Foods", True),
        ("Cole Robotics", True),
    ]
    assert [one["investors"] for one in found] == [["Orrin Capital", "Tern Ventures"], ["Vale Growth", "Moor Fund"]]


def block(*pairs: tuple[str, str], heading: str = "") -> list[dict[str, Any]]:
    said = [investor_labels.Said(label, text, 2, [0.0, 0.0, 9.0, 9.0]) for label, text in pairs]
    return investor_labels.labelled([(heading, said)], OWN)


def test_labels_beside_values_in_the_profile_of_a_company():
    (one,) = block(
        ("Round", "Series B"),
        ("Lead investor", "Orrin Capital"),
        ("Co-investors", "Tern Ventures, Larch Hill and Vale"),
        heading="Bryn Foods, Inc.",
    )
    assert (one["company"], one["round"], one["page"]) == ("Bryn Foods, Inc.", "Series B", 2)
    assert one["leads"] == ["Orrin Capital"]
    assert one["investors"] == ["Orrin Capital", "Tern Ventures", "Vale"]


def test_whose_account_a_statement_is_of_is_no_co_investor():
    assert block(("Investor", "Orrin Pension Trust"), ("Commitment", "1,000")) == []
