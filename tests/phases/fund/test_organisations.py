"""Names in a sentence, and which of them are enumerated together."""

from __future__ import annotations

import pytest

from phases.fund.rounds import organisations


def enumerated(sentence: str, *own: str) -> list[list[str]]:
    groups = organisations.lists(sentence, organisations.items(sentence, own))
    return [group.names for group in groups if group.names]


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        (
            "Backed by Orrin Capital, Tern & Co. and Vale Growth Fund III.",
            ["Orrin Capital", "Tern & Co.", "Vale Growth Fund III"],
        ),
        ("with Orrin Capital, Inc., 8VC and T. Hale Price", ["Orrin Capital, Inc.", "8VC", "T. Hale Price"]),
        ("from Orrin Capital (NYSE: ORR) and Bank of Tyrol", ["Orrin Capital", "Bank of Tyrol"]),
        ("by Orrin Capital, a Denver-based firm, and Tern Ventures", ["Orrin Capital", "Tern Ventures"]),
        (
            "Orrin Capital, Tern Ventures as well as existing investors Vale and 500 Startups",
            ["Orrin Capital", "Tern Ventures", "Vale", "500 Startups"],
        ),
        (
            "Caisse de dépôt et placement du Québec and Société Nord",
            ["Caisse de dépôt et placement du Québec", "Société Nord"],
        ),
    ],
)
def test_neighbours_with_nothing_but_a_separator_are_one_enumeration(sentence: str, names: list[str]):
    assert enumerated(sentence) == [names]


def test_what_stands_between_other_words_is_another_enumeration():
    assert enumerated("Orrin Capital led and Tern Ventures advised.") == [["Orrin Capital"], ["Tern Ventures"]]


@pytest.mark.parametrize(
    "sentence",
    [
        "In October the Board met.",
        "The Series B round closed in Q3.",
        "Our Chief Executive Officer and Chief Financial Officer agreed.",
        "Total NAV in USD was lower.",
    ],
)
def test_months_roles_and_words_of_the_trade_are_no_names(sentence: str):
    assert enumerated(sentence) == []


@pytest.mark.parametrize("own", ["the Fund", "us", "the Partnership", "Larch Hill", "Larch Hill Fund II, L.P."])
def test_the_fund_is_in_the_list_but_under_no_name(own: str):
    assert enumerated(f"led by Orrin Capital, {own} and Tern Ventures", "Larch Hill Fund II, L.P.") == [
        ["Orrin Capital", "Tern Ventures"]
    ]


def test_a_name_that_only_shares_words_with_the_fund_is_somebody_else():
    assert enumerated("with Larch Street Partners", "Larch Hill Fund II, L.P.") == [["Larch Street Partners"]]


def test_the_first_word_of_a_sentence_is_no_part_of_the_name():
    assert enumerated("Existing investor Orrin Capital led the round.") == [["Orrin Capital"]]
    assert enumerated("Founding investor Orrin Capital led the round.") == [["Orrin Capital"]]
    assert enumerated("New Enterprise Group led the round.") == [["New Enterprise Group"]]


def test_a_possessive_is_taken_off_and_a_legal_form_keeps_its_stop():
    assert enumerated("Orrin Capital's round") == [["Orrin Capital"]]
    assert enumerated("Tern Corp. closed its round") == [["Tern Corp."]]


def test_a_long_line_of_capitals_takes_no_time_that_grows_with_its_square():
    assert organisations.items("Aa Aa-Aa & " * 20_000, ()) is not None
