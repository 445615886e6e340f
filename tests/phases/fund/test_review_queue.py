"""How sure a field is, and what goes to a person."""

from __future__ import annotations

from typing import Any

import pytest

from phases.fund.checks import confidence, review_queue
from phases.fund.checks.confidence import Surroundings
from phases.fund.checks.record import Placed, assemble
from tests.phases.fund.made import document, field

FAILED = {"name": "provenance", "ok": False, "detail": "'5' is not on page 1"}


def judged(found: dict[str, Any], around: Surroundings | None = None, accept_from: float = 0.5) -> list[dict[str, Any]]:
    return review_queue.judged([Placed("metrics.nav", "nav", found)], around or Surroundings(), accept_from)


def test_a_field_gets_a_confidence_from_its_features():
    one = field(5)
    assert judged(one) == []
    assert 0 < one["confidence"] < 1
    assert one["review"] is False


@pytest.mark.parametrize(
    ("change", "around", "feature"),
    [
        ({"page": 3}, Surroundings(ocr_pages={3}), "ocr"),
        ({}, Surroundings(doubtful={1: [[1, 2, 3, 4, 0.6]]}), "ocr_doubtful"),
        (
            {"parts": [{"page": 2, "bbox": [1, 2, 3, 4]}]},
            Surroundings(doubtful={2: [[1, 2, 3, 4, 0.6]]}),
            "ocr_doubtful",
        ),
        ({"alternatives": [{"value": 7, "raw_text": "7", "page": 2}]}, Surroundings(), "alternatives"),
        ({"checks": [FAILED]}, Surroundings(), "check_failed"),
        ({}, Surroundings(equations_failed={"metrics.nav"}), "equation_fails"),
    ],
)
def test_what_speaks_against_a_field_lowers_it(change: dict[str, Any], around: Surroundings, feature: str):
    plain, changed = field(5), field(5, **change)
    judged(plain)
    judged(changed, around)
    assert feature in changed["features"]
    assert changed["confidence"] < plain["confidence"]


def test_a_doubt_about_a_word_beside_a_figure_is_none_about_the_figure():
    assert "ocr_doubtful" not in confidence.features("x", field(5), Surroundings(doubtful={1: [[5, 2, 9, 4, 0.6]]}))


def test_an_equation_that_holds_raises_it():
    plain, vouched = field(5), field(5)
    judged(plain)
    judged(vouched, Surroundings(equations_held={"metrics.nav"}))
    assert vouched["confidence"] > plain["confidence"]


def test_the_same_value_printed_again_is_no_rival_and_names_have_none():
    assert confidence.features("x", field(5, alternatives=[{"value": 5}]), Surroundings()) == ()
    name = field("A Fund", unit="text", alternatives=[{"value": "B Fund"}])
    assert "alternatives" not in confidence.features("x", name, Surroundings())


def test_a_number_that_is_not_found_again_goes_to_review_however_sure():
    (row,) = judged(field(5, checks=[FAILED]), accept_from=0.0)
    assert row["path"] == "metrics.nav"
    assert row["why"] == ["provenance failed: '5' is not on page 1"]


def test_a_field_of_a_broken_equation_goes_to_review_unless_another_one_vouches_for_it():
    broken = Surroundings(equations_failed={"metrics.nav"})
    (row,) = judged(field(5), broken, accept_from=0.0)
    assert row["why"] == ["stands in an equation that does not hold"]
    assert judged(field(5), broken._replace(equations_held={"metrics.nav"}), accept_from=0.0) == []


def test_below_the_threshold_the_features_say_why():
    (row,) = judged(field(5, page=3), Surroundings(ocr_pages={3}), accept_from=1.0)
    assert "its page is a picture" in row["why"][0]
    (row,) = judged(field(5, alternatives=[{"value": 7, "raw_text": "7", "page": 2}]), accept_from=1.0)
    assert row["why"] == ["also printed: 7 (page 2)"]


def test_the_least_sure_comes_first():
    placed = [Placed("a", "a", field(5)), Placed("b", "b", field(5, checks=[FAILED]))]
    assert [row["path"] for row in review_queue.judged(placed, Surroundings(), 1.0)] == ["b", "a"]


def test_a_document_without_date_or_type_and_what_its_reading_warned_of_are_named():
    found = assemble({"document_analysis": document("x") | {"as_of_date": None, "document_type": None}})
    rows = review_queue.document(found, ["page 4 cannot be read"])
    assert [row["path"] for row in rows] == ["as_of_date", "document_type", "warnings[0]"]
    assert rows[-1]["why"] == ["page 4 cannot be read"]


def test_a_round_whose_company_was_inferred_is_named():
    found = assemble({"document_analysis": document("x")})
    found["co_investors"] = [
        {"company": "A", "company_inferred": True, "investors": ["B"], "page": 2},
        {"company": None, "investors": ["B"], "page": 2},
        {"company": "C", "investors": ["B"], "page": 2},
    ]
    assert [row["path"] for row in review_queue.document(found, [])] == [
        "co_investors[0].company",
        "co_investors[1].company",
    ]


def test_every_weight_belongs_to_a_feature_that_is_explained():
    assert set(confidence.calibration()["weights"]) - {"intercept"} <= set(confidence.FEATURES)


@pytest.mark.parametrize(
    ("unit", "value", "rows"), [("percent", 1_531_124.0, 1), ("percent", -62.5, 0), ("multiple", 2500.0, 1)]
)
def test_an_amount_that_was_taken_for_a_percentage_goes_to_review(unit: str, value: float, rows: int):
    assert len(judged(field(value, unit=unit), accept_from=0.0)) == rows
