"""The score of tier 1: what raises and lowers it, its bounds, and that every part leaves a line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phases.news.phrases import Phrases
from phases.news.tier1_score import Score, score, with_outlets

CONTEXT: dict[str, Any] = {
    "window": {"start": "2026-11-20T18:00:00Z", "end": "2026-11-22T06:00:00Z"},
    "source_stats": {},
}
INTERESTS = Phrases(["kettles", "tidal power"])


def rated(stats: dict[str, Any] | None = None, **changes: Any) -> Score:
    plain = {
        "title": "Aurelia and the valley of rain",
        "lead": "",
        "source": "Gazette",
        "source_id": "gazette",
        "source_weight": 0.5,
        "published": "2026-11-21T12:00:00Z",
    }
    return score(plain | changes, CONTEXT | {"source_stats": stats or {}}, INTERESTS, base=0.1)


@pytest.mark.parametrize(
    "better",
    [
        {"title": "Lumora unveils the valley of rain"},
        {"title": "Kettles and the valley of rain"},
        {"lead": "Lumora unveils a speech engine."},
        {"source_weight": 0.9},
        {"published": "2026-11-22T06:00:00Z"},
        {"stats": {"gazette": {"seen": 100, "kept": 60, "reported": 50}}},
    ],
)
def test_good_signs_raise_the_score(better):
    assert rated(**better).value > rated().value


@pytest.mark.parametrize(
    "worse",
    [
        {"title": "Webinar of Aurelia and valley rain"},
        {"title": "Save $50 on the valley of rain"},
        {"source_weight": 0.1},
        {"published": "2026-11-20T18:00:00Z"},
        {"published": None},
        {"stats": {"gazette": {"seen": 100, "kept": 10, "reported": 0}}},
    ],
)
def test_bad_signs_lower_it_but_rule_nothing_out(worse):
    assert 0 < rated(**worse).value < rated().value


def test_further_signs_of_one_kind_count_less_and_less():
    titles = ("Aurelia: rain in the valley", "Aurelia: chip in the valley", "Aurelia: chip, breach in valley")
    none, one, two = (rated(title=title).value for title in titles)
    assert one - none > two - one > 0


def test_every_part_leaves_a_line():
    reasons = rated(title="Lumora unveils kettles").reasons
    assert reasons[:2] == ("release: 'unveils'", "interest: 'kettles'")
    assert any(line.startswith("Gazette: weight 0.50") for line in reasons)
    assert any("before the window ends" in line for line in reasons)
    assert any("no date" in line for line in rated(published=None).reasons)


def test_other_outlets_raise_the_score_up_to_three():
    plain = rated()
    values = [with_outlets(plain, outlets).value for outlets in range(5)]
    assert values[0] < values[1] < values[2] < values[3] == values[4]
    assert with_outlets(plain, 0) == plain
    assert with_outlets(plain, 1).reasons[-1] == "also reported by 1 other source"
    assert with_outlets(plain, 2).reasons[-1] == "also reported by 2 other sources"


def test_no_number_of_outlets_lifts_a_score_above_one():
    assert with_outlets(Score(0.99, ()), 9).value == 1


@settings(deadline=None)
@given(
    st.text(max_size=60) | st.sampled_from(["Lumora unveils kettles", "Sponsored: 50% off Black Friday"]),
    st.floats(-1, 2),
    st.sampled_from([None, "2020-01-01T00:00:00Z", "2026-11-22T06:00:00Z", "2030-01-01T00:00:00Z"]),
    st.integers(0, 50),
    st.integers(0, 50),
)
def test_a_score_is_always_between_zero_and_one(title, weight, published, seen, reported):
    stats = {"gazette": {"seen": seen, "kept": 0, "reported": reported}}
    found = rated(stats, title=title, source_weight=weight, published=published)
    assert 0 <= found.value <= 1
    assert all(found.reasons)
