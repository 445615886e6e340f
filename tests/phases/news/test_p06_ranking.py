"""Ranking: order, ties, caps, diversity, and parts that add up."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ace.errors import ConfigError
from ace.testing import run_phase
from phases.news import p06_ranking
from phases.news.pipeline import PIPELINE

ROOT = Path(__file__).resolve().parents[3]
CONFIG = next(dict(phase.config) for phase in PIPELINE.phases if phase.name == "ranking")
SCHEMA = json.loads((ROOT / "schemas" / "news" / "ranking.schema.json").read_text())
FREE = {"keep": 0, "per_source": 0, "per_category": 0, "diversity": 0.0}
WORDS = ("harbour", "meadow", "lantern", "copper", "orchard", "violin", "glacier", "pepper", "saddle", "marble")


def article(number: int, impact: int = 5, **changes: Any) -> dict[str, Any]:
    plain = {
        "id": f"{number:016x}",
        "url": f"https://gazette.example/{number}",
        "title": f"{WORDS[number % 10]} {WORDS[number // 10 % 10]}",
        "source_id": f"source-{number}",
        "source": f"Source {number}",
        "category": f"section-{number}",
        "published": "2026-11-21T12:00:00Z",
        "tier1_score": 0.5,
        "tier2": {"score": 5.0},
        "dimensions": {"impact": {"score": impact, "reason": "r", "evidence": []}},
    }
    return plain | changes


def rank(articles: list[dict[str, Any]], dimensions: dict[str, float] | None = None, **config: Any) -> dict[str, Any]:
    window = {"start": "2026-11-20T00:00:00Z", "end": "2026-11-22T00:00:00Z"}
    scores = {"articles": articles, "weights": dimensions or {"impact": 1.0}, "dropped": [], "unscored": []}
    inputs = {"tier3_5d": scores, "initialization": {"window": window}}
    data = run_phase(p06_ranking.run, inputs, config=CONFIG | FREE | config).data
    jsonschema.validate(data, SCHEMA)
    return data


def ids(data: dict[str, Any]) -> list[int]:
    return [int(entry["id"], 16) for entry in data["articles"]]


@pytest.mark.parametrize(
    "better",
    [
        {"impact": 9},
        {"tier1_score": 0.9},
        {"tier2": {"score": 9.0}},
        {"published": "2026-11-22T00:00:00Z"},
    ],
)
def test_each_part_of_the_score_decides_when_the_others_are_equal(better: dict[str, Any]) -> None:
    assert ids(rank([article(1), article(2, **better)])) == [2, 1]


def test_parts_sum_to_the_score_and_ranks_count_from_one() -> None:
    articles = [article(number, impact=number % 7, title="harbour one") for number in range(12)]
    ranked = rank(articles, diversity=0.5)["articles"]
    assert [entry["rank"] for entry in ranked] == list(range(1, 13))
    for entry in ranked:
        assert entry["rank_score"] == pytest.approx(sum(entry["rank_parts"].values()))
    assert "diversity" not in ranked[0]["rank_parts"]
    assert ranked[1]["rank_parts"]["diversity"] < 0


def test_the_highest_possible_score_is_ten() -> None:
    perfect = {"impact": 10, "tier1_score": 1.0, "tier2": {"score": 10.0}, "published": "2026-11-22T00:00:00Z"}
    tens = {name: {"score": 10} for name in ("impact", "novelty", "relevance")}
    uneven = {"impact": 2 / 3, "novelty": 1 / 6, "relevance": 1 / 6}  # these parts, rounded, sum to 10.0001
    best = article(1, **perfect) | {"dimensions": tens}
    assert rank([best], uneven)["articles"][0]["rank_score"] == 10.0


def test_dimensions_are_weighed_as_tier_three_says() -> None:
    def with_dimensions(number: int, impact: int, novelty: int) -> dict[str, Any]:
        return article(number) | {"dimensions": {"impact": {"score": impact}, "novelty": {"score": novelty}}}

    articles = [with_dimensions(1, 9, 1), with_dimensions(2, 1, 9)]
    assert ids(rank(articles, {"impact": 0.9, "novelty": 0.1})) == [1, 2]
    assert ids(rank(articles, {"impact": 0.1, "novelty": 0.9})) == [2, 1]


def test_equal_scores_go_by_date_and_then_by_id() -> None:
    no_age = {"dimensions": 1, "tier1": 1, "tier2": 1}
    articles = [
        article(3),
        article(2),
        article(4, published=None),
        article(5, published="2026-11-21T13:00:00Z"),
    ]
    assert ids(rank(articles, weights=no_age)) == [5, 2, 3, 4]


def test_the_order_of_the_input_does_not_matter() -> None:
    articles = [
        article(number, impact=number % 3, source_id=f"s{number % 4}", category=f"c{number % 2}")
        for number in range(30)
    ]
    shuffled = random.Random(7).sample(articles, len(articles))
    config = {"keep": 9, "per_source": 3, "per_category": 5, "diversity": 0.2}
    assert rank(articles, **config) == rank(shuffled, **config)


def test_a_source_cap_lets_the_next_best_of_others_in() -> None:
    articles = [article(number, impact=9, source_id="loud", source="Loud") for number in range(4)] + [
        article(9, impact=2)
    ]
    data = rank(articles, keep=3, per_source=2)
    assert ids(data) == [0, 1, 9]
    assert [(entry["source"], entry["reason"]) for entry in data["dropped"]] == [("Loud", "source_cap")] * 2
    assert "2 of at most 2 from Loud" in data["dropped"][0]["detail"]


def test_a_section_cap_lets_the_next_best_of_others_in() -> None:
    articles = [article(number, impact=9, category="law") for number in range(3)] + [article(9, impact=2)]
    data = rank(articles, keep=2, per_category=1)
    assert ids(data) == [0, 9]
    assert {entry["reason"] for entry in data["dropped"]} == {"category_cap"}
    assert "section law" in data["dropped"][0]["detail"]


def test_what_is_left_when_the_report_is_full_is_below_the_cut_with_both_numbers() -> None:
    data = rank([article(1, impact=9), article(2, impact=1)], keep=1)
    (dropped,) = data["dropped"]
    assert dropped["reason"] == "below_cut"
    assert f"{data['articles'][0]['rank_score']:.2f}" in dropped["detail"]


def test_caps_that_leave_too_few_are_reported_and_nothing_is_lost() -> None:
    articles = [article(number, source_id="loud") for number in range(5)]
    data = rank(articles, keep=4, per_source=1)
    assert len(data["articles"]) == 1
    assert len(data["dropped"]) == 4


def test_diversity_puts_another_subject_before_a_repeated_one() -> None:
    articles = [
        article(1, impact=9, title="Harbour opens copper mine"),
        article(2, impact=8, title="Harbour opens copper mine today"),
        article(3, impact=7, title="Violin found in glacier"),
    ]
    assert ids(rank(articles, diversity=0.0)) == [1, 2, 3]
    assert ids(rank(articles, diversity=0.5)) == [1, 3, 2]


def test_no_articles_are_fine() -> None:
    assert rank([]) == {"articles": [], "dropped": []}


@pytest.mark.parametrize(
    "config",
    [
        {"diversity": 1.5},
        {"diversity": True},
        {"per_source": -1},
        {"keep": 2.0},
        {"weights": {"charm": 1}},
        {"weights": {}},
    ],
)
def test_impossible_configuration_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="ranking"):
        rank([article(1)], **config)
