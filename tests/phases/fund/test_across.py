"""Reports of one fund side by side: what ends is what begins, and what is revised replaces what was."""

from __future__ import annotations

from typing import Any

from ace import Finished
from phases.fund.across import across
from tests.phases.fund.made import field

FUND = "Larch Hill Fund II, L.P."


def report(name: str, as_of: str, kind: str = "quarterly_report", fund: str | None = FUND, **metrics: Any) -> Finished:
    fields = {key: value if isinstance(value, dict) else field(float(value)) for key, value in metrics.items()}
    record = {"fund_name": fund, "as_of_date": as_of, "document_type": kind, "metrics": fields, "other_periods": []}
    return Finished(f"reports/{name}.pdf", name, {"record": record})


def begins(value: float, period: str = "QTD", **more: Any) -> dict[str, Any]:
    return field(float(value), period=period, **more)


def test_a_value_at_the_end_is_the_one_at_the_beginning():
    found = across.compare(
        [report("q2", "2024-06-30", nav=120, beginning_nav=begins(100)), report("q1", "2024-03-31", nav=100)]
    )
    (one,) = found["findings"]
    assert (one["kind"], one["holds"], one["earlier"]["input"]) == ("carried_forward", True, "reports/q1.pdf")
    assert found["problems"] == []
    assert [table["title"] for table in found["tables"]] == ["Across reports: holds (1)"]


def test_a_break_is_a_problem_with_both_values():
    found = across.compare(
        [report("q1", "2024-03-31", nav=100), report("q2", "2024-06-30", nav=120, beginning_nav=begins(95))]
    )
    assert found["findings"][0]["holds"] is False
    assert found["findings"][0]["difference"] == -5
    (problem,) = found["problems"]
    assert "100 in q1.pdf, 95 in q2.pdf" in problem


def test_a_year_to_date_begins_where_the_year_before_ended():
    found = across.compare(
        [report("q4", "2023-12-31", nav=100), report("q3", "2024-09-30", nav=1, beginning_nav=begins(100, "YTD"))]
    )
    assert [one["holds"] for one in found["findings"]] == [True]


def test_printed_rounding_is_forgiven_and_nothing_else():
    rounded = begins(199_000_000, raw="$199 million", scale=1_000_000, step=1_000_000.0)
    first = report("q1", "2024-03-31", nav=198_600_000)
    assert across.compare([first, report("q2", "2024-06-30", beginning_nav=rounded)])["problems"] == []
    first = report("q1", "2024-03-31", nav=198_400_000)
    assert len(across.compare([first, report("q2", "2024-06-30", beginning_nav=rounded)])["problems"]) == 1


def test_what_was_called_before_and_now_is_what_was_called_in_all():
    def second(total: float) -> Finished:
        return report("q2", "2024-06-30", contributions=total, period_contributions=field(20.0, period="QTD"))

    first = report("q1", "2024-03-31", contributions=100)
    assert across.compare([first, second(120)])["problems"] == []
    assert len(across.compare([first, second(130)])["problems"]) == 1


def test_a_statement_that_names_the_former_value_supersedes_it():
    old = report("release", "2024-03-31", "press_release", nav_per_share=field(25.14, unit="per_share", step=0.01))
    revised = field(
        24.91, unit="per_share", step=0.01, alternatives=[{"value": 25.14, "raw_text": "$25.14", "page": 1}]
    )
    new = report("revision", "2024-03-31", "press_release", nav_per_share=revised)
    for order in ([old, new], [new, old]):
        found = across.compare(order)
        (one,) = found["superseded"]
        assert (one["earlier"]["input"], one["later"]["value"]) == ("reports/release.pdf", 24.91)
        assert "25.14 of release.pdf is superseded by 24.91 of revision.pdf" in found["problems"][0]


def test_a_filing_supersedes_a_release_and_the_replaced_value_is_not_carried_on():
    found = across.compare(
        [
            report("release", "2024-03-31", "press_release", nav=90),
            report("filing", "2024-03-31", "sec_filing", nav=100),
            report("q2", "2024-06-30", "sec_filing", beginning_nav=begins(100)),
        ]
    )
    assert [one["metric"] for one in found["superseded"]] == ["nav"]
    assert [(one["kind"], one["holds"]) for one in found["findings"]] == [("carried_forward", True)]


def test_two_values_of_equal_standing_are_a_problem():
    found = across.compare([report("a", "2024-03-31", nav=90), report("b", "2024-03-31", nav=100)])
    assert [one["kind"] for one in found["findings"]] == ["stated_twice"]
    assert len(found["problems"]) == 1


def test_a_partner_s_account_is_not_the_fund_and_two_accounts_are_not_one():
    account = "capital_account_statement"
    found = across.compare(
        [
            report("fund", "2024-03-31", nav=1000),
            report("mine", "2024-03-31", account, nav=10, commitment=20),
            report("yours", "2024-03-31", account, nav=40, commitment=80),
        ]
    )
    assert found["findings"] == []
    assert found["superseded"] == []


def test_funds_are_told_apart_by_name_and_legal_forms_do_not_matter():
    other = report("a", "2024-03-31", nav=100, fund="Larch Hill Fund III, L.P.")
    same = report("b", "2024-03-31", nav=100, fund="LARCH HILL FUND II LP")
    last = report("c", "2024-06-30", beginning_nav=begins(90))
    assert len(across.compare([other, same, last])["findings"]) == 1


def test_a_report_without_fund_or_date_is_named_and_left_out():
    found = across.compare([report("a", "2024-03-31", fund=None), report("b", "2024-03-31", nav=1)])
    assert found["not_compared"] == ["reports/a.pdf"]
    assert found["tables"] == []


def test_reports_of_the_last_day_of_february_begin_in_november():
    found = across.compare([report("a", "2023-11-30", nav=5), report("b", "2024-02-29", beginning_nav=begins(5))])
    assert [one["holds"] for one in found["findings"]] == [True]


def test_reports_that_need_a_person_are_listed_first():
    def judged(name: str, *, flags: tuple[str, ...] = (), missing: tuple[str, ...] = (), look: int = 0) -> Finished:
        one = report(name, "2024-03-31", fund=None, nav=1)
        facts = {"fields": 12, "to_look_at": look}
        return one._replace(data={**one.data, "facts": facts, "flags": list(flags), "missing": list(missing)})

    ends = ["nav_rollforward", "positions_cost"]
    batch = [judged("a"), judged("b", look=3), judged("c", flags=tuple(ends), missing=("fund_metrics",))]
    found = across.compare([*batch, report("q2", "2024-06-30", nav=2), report("q2b", "2024-06-30", nav=300)])
    first, second = found["tables"]
    assert first["title"] == "Reports to look at (2 of 5)"
    assert [row[0] for row in first["rows"]] == ["b.pdf", "c.pdf"]
    assert first["rows"][0][1:] == ["b", "3", "12", "–"]
    assert first["rows"][1][-1] == "NAV rollforward, positions cost, fund metrics failed"
    assert second["title"].startswith("Across reports: does not hold")
