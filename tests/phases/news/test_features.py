"""Named features: what raises and lowers them, their bounds, and what a wrong configuration says."""

from __future__ import annotations

from typing import Any

import pytest

from ace.errors import ConfigError
from phases.news import features

WINDOW = {"start": "2026-11-20T00:00:00Z", "end": "2026-11-22T00:00:00Z"}


def article(**changes: Any) -> dict[str, Any]:
    plain = {
        "title": "A quiet day",
        "lead": "",
        "source_id": "gazette",
        "source": "Gazette",
        "source_weight": 0.6,
        "published": "2026-11-21T12:00:00Z",
    }
    return plain | changes


def prior(stats: dict[str, dict[str, int]], weight: float = 0.6) -> float:
    return features.source_prior(article(source_weight=weight), stats, features.reported_share(stats)).value


def record(seen: int, reported: int) -> dict[str, int]:
    return {"seen": seen, "kept": reported, "reported": reported}


def test_a_source_without_a_record_has_its_weight_as_prior() -> None:
    assert prior({}) == pytest.approx(0.6)
    assert prior({"other": record(100, 10)}) == pytest.approx(0.6)


def test_one_article_seen_hardly_moves_the_prior() -> None:
    stats = {"gazette": record(1, 1), "other": record(100, 10)}
    assert 0.6 < prior(stats) < 0.7


@pytest.mark.parametrize(("reported", "low", "high"), [(0, 0.0, 0.2), (200, 0.8, 1.0)])
def test_a_long_record_outweighs_the_weight(reported: int, low: float, high: float) -> None:
    stats = {"gazette": record(500, reported), "other": record(10_000, 500)}
    assert low < prior(stats) < high


def test_a_source_that_reports_its_average_share_tends_to_one_half() -> None:
    stats = {"gazette": record(10_000, 1_000), "other": record(10_000, 1_000)}
    assert prior(stats, weight=0.9) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_no_weight_makes_a_source_certain(weight: float) -> None:
    assert 0 < prior({}, weight) < 1


def test_the_prior_says_what_it_counted() -> None:
    stats = {"gazette": record(40, 6)}
    line = features.source_prior(article(), stats, 0.1).evidence[0]
    assert "weight 0.60" in line
    assert "6 of 40" in line


def test_freshness_halves_evenly_over_the_window() -> None:
    ages = ["2026-11-22T00:00:00Z", "2026-11-21T00:00:00Z", "2026-11-20T00:00:00Z"]
    assert [features.freshness(article(published=age), WINDOW).value for age in ages] == [1.0, 0.5, 0.25]


def test_an_undated_article_counts_as_the_oldest_and_says_so() -> None:
    undated = features.freshness(article(published=None), WINDOW)
    assert undated.value == 0.25
    assert "no date" in undated.evidence[0]


def test_a_date_after_the_window_is_no_fresher_than_its_end() -> None:
    assert features.freshness(article(published="2026-12-24T00:00:00Z"), WINDOW).value == 1.0


def test_a_phrase_counts_more_in_the_title_than_in_the_lead() -> None:
    in_title = features.phrases_found(["data centre"], article(title="A data centre burns"))
    in_lead = features.phrases_found(["data centre"], article(lead="A data centre burns"))
    assert in_title.value == 2 * in_lead.value > 0
    assert in_title.evidence == ("title: data centre",)


def test_phrases_match_whole_words_in_any_case_and_number() -> None:
    assert features.phrases_found(["Language models"], article(title="A LANGUAGE MODEL learns")).value > 0
    assert features.phrases_found(["rag"], article(title="Dragons in storage")).value == 0


def test_words_of_a_phrase_may_stand_apart_in_a_title() -> None:
    apart = features.phrases_found(["model pricing"], article(title="Pricing of every model falls"))
    assert 0 < apart.value < features.phrases_found(["model pricing"], article(title="Model pricing falls")).value


def test_categories_do_not_add_up() -> None:
    one = {"id": "a", "name": "Chips", "keywords": ["chip"]}
    two = {"id": "b", "name": "Law", "keywords": ["court"]}
    both = article(title="Court decides on chips")
    assert features.categories(both, [one, two]).value == features.categories(both, [one]).value > 0


def test_outlets_are_counted_once_and_not_the_own_one() -> None:
    reports = [{"source": name, "title": "", "url": ""} for name in ("Courier", "Courier", "Gazette")]
    found = features.outlets(article(story={"also_reported_by": reports}))
    assert "1 other outlet: Courier" in found.evidence
    assert 0 < found.value < 1


def test_a_story_of_one_outlet_has_no_evidence_of_echo() -> None:
    assert features.outlets(article()) == features.Feature(0.0)


def test_likeness_is_one_for_the_same_words_and_zero_for_none() -> None:
    first = features.content_stems("Harbour opens new chip plant")
    assert features.likeness(first, features.content_stems("The new chip plant opens: Harbour")) == 1.0
    assert features.likeness(first, features.content_stems("Rain tomorrow")) == 0.0
    assert features.likeness(frozenset(), frozenset()) == 0.0


def test_weights_become_shares_in_the_order_of_the_known_names() -> None:
    assert list(features.checked_weights({"b": 1, "a": 3, "c": 0}, ["a", "b", "c"], "x").items()) == [
        ("a", 0.75),
        ("b", 0.25),
    ]


@pytest.mark.parametrize(
    "weights", [{}, {"a": 0}, {"a": -1, "b": 2}, {"a": float("nan")}, {"a": True}, {"a": "1"}, {"z": 1}, 5, [("a", 1)]]
)
def test_impossible_weights_are_a_configuration_error_that_names_the_key(weights: Any) -> None:
    with pytest.raises(ConfigError, match=r"tier9\.weights"):
        features.checked_weights(weights, ["a", "b"], "tier9.weights")


@pytest.mark.parametrize("count", [-1, 1.5, True, "3", None])
def test_impossible_counts_are_a_configuration_error(count: Any) -> None:
    with pytest.raises(ConfigError, match=r"tier9\.keep"):
        features.checked_count(count, "tier9.keep")
