"""A figure that two labels give differently is the one with which the equations hold."""

from __future__ import annotations

from typing import Any

from phases.fund.checks import reconcile, settled
from tests.phases.fund.made import field

WORDS = [[50, 60, 110, 70, "500,000", 0], [50, 80, 110, 90, "6,000,000", 1], [50, 100, 110, 110, "5,310", 2]]
PAGES = [{"number": 1, "words": WORDS}]
SINCE_INCEPTION = {
    "value": 6_000_000.0, "raw_text": "6,000,000", "page": 1, "bbox": [50, 80, 110, 90], "label": "Contributions to date",
}  # fmt: skip


def figure(value: float, step: float = 1.0, **more: Any) -> dict[str, Any]:
    return field(value, step=step, checks=[], **more)


def account(**changed: Any) -> dict[str, Any]:
    """Contributions of the period taken for those since inception."""
    contributions = figure(500_000, bbox=[50, 60, 110, 70], alternatives=[SINCE_INCEPTION])
    metrics = {
        "commitment": figure(10_000_000), "contributions": contributions, "unfunded": figure(4_000_000),
        "distributions": figure(1_500_000), "nav": figure(7_230_000), "dpi": figure(0.25, 0.01), "rvpi": figure(1.21, 0.01),
    }  # fmt: skip
    return {"metrics": metrics | changed, "companies": [], "totals": {}}


def flags(record: dict[str, Any]) -> list[str]:
    return [one["equation"] for one in reconcile.equations(record) if not one["holds"]]


def test_the_reading_that_ties_is_taken_and_the_other_kept_beside_it() -> None:
    record = account()
    assert flags(record) == ["dpi", "rvpi", "unfunded"]
    assert settled.settle(record, reconcile.equations, PAGES) == ["contributions"]
    taken = record["metrics"]["contributions"]
    assert (taken["value"], taken["raw_text"], taken["bbox"]) == (6_000_000.0, "6,000,000", [50, 80, 110, 90])
    assert [one["value"] for one in taken["alternatives"]] == [500_000]
    assert taken["checks"][-1]["name"] == "settled_by_equations"
    assert flags(record) == []


def test_what_does_not_tie_is_still_flagged() -> None:
    record = account(unfunded=figure(4_250_000))
    settled.settle(record, reconcile.equations, PAGES)
    assert flags(record) == ["unfunded"]


def test_one_quotient_settles_nothing() -> None:
    record = account()
    for name in ("commitment", "rvpi"):
        del record["metrics"][name]
    assert settled.settle(record, reconcile.equations, PAGES) == []
    assert flags(record) == ["dpi"]


def test_a_reading_that_is_not_on_the_page_is_none() -> None:
    assert settled.settle(account(), reconcile.equations, [{"number": 1, "words": WORDS[:1]}]) == []


def test_a_figure_that_holds_is_left_alone() -> None:
    right = figure(6_000_000, alternatives=[SINCE_INCEPTION | {"value": 500_000.0, "raw_text": "500,000"}])
    record = account(contributions=right)
    assert settled.settle(record, reconcile.equations, PAGES) == []
    assert record["metrics"]["contributions"] is right


def test_shares_printed_in_thousands_are_counted_so() -> None:
    shares = figure(5_310, unit="count", raw="5,310", bbox=[50, 100, 110, 110])
    metrics = {"nav": figure(132_750_000, 1000) | {"scale": 1000}, "shares_outstanding": shares,
               "nav_per_share": figure(25.0, 0.01)}  # fmt: skip
    record = {"metrics": metrics, "companies": [], "totals": {}}
    assert settled.settle(record, reconcile.equations, PAGES) == ["shares_outstanding"]
    assert record["metrics"]["shares_outstanding"]["value"] == 5_310_000
    assert flags(record) == []
