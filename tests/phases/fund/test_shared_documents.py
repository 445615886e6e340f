"""A few of the development documents: traps that only real reports set. The figures of all are in benchmarks/fund."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.phases.fund.drawn import failed, read, rows, unproven, values

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "fund" / "real"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"no development documents at {REAL}")


def test_a_revised_release_gives_the_new_value_only():
    result = read(REAL / "press_042315.pdf")
    assert values(result) == {"nav_per_share": 24.91}
    assert unproven(result) == []


def test_net_assets_of_another_day_than_the_letters_are_not_its_net_assets():
    result = read(REAL / "q415.pdf")
    assert values(result) == {}
    assert [(one["field"]["value"], one["field"]["as_of"]) for one in result["metrics"]["other_dates"]] == [
        (176e6, "2015-12-31")
    ]
    shares = [one["field"]["value"] for one in result["companies"]["top_holdings"]]
    assert shares == [14.9, 13.3, 8.2, 8.0, 7.2]


def test_a_filing_whose_percentages_are_printed_per_industry():
    result = read(REAL / "form_10q_080911.pdf")
    assert values(result)["nav_per_share"] == 26.47
    assert values(result)["beginning_nav"] == 0
    assert rows(result)["Silicon Genesis Corporation"] == (None, 6_053_536)
    shares = {one["name"]: one["fields"]["pct_net_assets"]["value"] for one in result["companies"]["positions"]}
    assert shares["Silicon Genesis Corporation"] == 6.5
    assert (failed(result), unproven(result)) == ([], [])


def test_sentences_name_holdings_with_their_share():
    result = read(REAL / "press_022119.pdf")
    named = [(one["name"], one["field"]["value"]) for one in result["companies"]["top_holdings"]]
    assert named[:2] == [("Revasum, Inc.", 31.1), ("Pivotal Systems Corp.", 28.8)]
    assert len(named) == 5
    assert values(result) == {"nav": 199e6, "nav_per_share": 27.72, "cash_per_share": 0.27, "top5_pct": 91.3}
