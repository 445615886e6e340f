"""Tier 2: what rises and falls, what is kept and dropped and why, and that the score can be recomputed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ace.errors import ConfigError
from ace.testing import run_phase
from phases.news import p04_tier2_batch
from phases.news.pipeline import PIPELINE

ROOT = Path(__file__).resolve().parents[3]
CONFIG = next(dict(phase.config) for phase in PIPELINE.phases if phase.name == "tier2_batch")
SCHEMA = json.loads((ROOT / "schemas" / "news" / "tier2_batch.schema.json").read_text())


def article(number: int = 1, **changes: Any) -> dict[str, Any]:
    plain = {
        "id": f"{number:016x}",
        "url": f"https://gazette.example/{number}",
        "title": "Rain over the valley once again",
        "lead": "",
        "text": "It rained.",
        "source_id": "gazette",
        "source": "Gazette",
        "category": "business",
        "source_weight": 0.5,
        "published": "2026-11-21T12:00:00Z",
        "tier1_score": 0.5,
        "story": {"id": "s", "size": 1, "also_reported_by": [], "related": []},
    }
    return plain | changes


def rate(articles: list[dict[str, Any]], stats: dict[str, Any] | None = None, **config: Any) -> dict[str, Any]:
    context = {
        "company": {"name": "Reader", "description": "", "interests": ["model pricing"]},
        "categories": [{"id": "law", "name": "Law", "keywords": ["court"]}],
        "source_stats": stats or {},
        "window": {"start": "2026-11-20T00:00:00Z", "end": "2026-11-22T00:00:00Z"},
    }
    inputs = {"tier1_filter": {"articles": articles, "dropped": []}, "initialization": context}
    data = run_phase(p04_tier2_batch.run, inputs, config=CONFIG | config).data
    jsonschema.validate(data, SCHEMA)
    return data


def score(stats: dict[str, Any] | None = None, **changes: Any) -> float:
    return float(rate([article(**changes)], stats)["articles"][0]["tier2"]["score"])


@pytest.mark.parametrize(
    "better",
    [
        {"title": "Introducing Claude Opus 9 for everyone now"},
        {"title": "AI over the valley once again"},
        {"title": "Model pricing over the valley once again"},
        {"title": "Court over the valley once again"},
        {"title": "Rain"},
        {"source_weight": 0.9},
        {"published": "2026-11-22T00:00:00Z"},
        {"story": {"also_reported_by": [{"source": "Courier", "title": "", "url": ""}]}},
    ],
)
def test_each_feature_raises_the_score(better: dict[str, Any]) -> None:
    assert score(**better) > score()


@pytest.mark.parametrize(
    "title", ["How to read rain over the valley", "Black Friday: 50 % off umbrellas in the valley"]
)
def test_tutorials_and_adverts_fall(title: str) -> None:
    assert score(title=title) < score()


def test_a_source_that_earlier_reports_took_from_rises() -> None:
    stats = {"gazette": {"seen": 50, "kept": 30, "reported": 25}, "courier": {"seen": 500, "kept": 50, "reported": 10}}
    assert score(stats) > score()
    assert score(stats, source_id="courier") < score(source_id="courier")


def test_more_good_signs_add_less_and_less() -> None:
    one = p04_tier2_batch.title_rules(article(title="Harbour launches it")).value
    two = p04_tier2_batch.title_rules(article(title="Harbour launches GPT-9")).value
    three = p04_tier2_batch.title_rules(article(title="Harbour launches GPT-9 under regulation")).value
    assert two - one > three - two > 0


def test_the_score_is_the_weighted_sum_of_the_stored_features() -> None:
    tier2 = rate([article(title="AI court case", lead="Model pricing falls")])["articles"][0]["tier2"]
    total = sum(10 * CONFIG["weights"][name] * value for name, value in tier2["features"].items())
    assert tier2["score"] == pytest.approx(total / sum(CONFIG["weights"].values()), abs=0.011)


def test_evidence_names_the_feature_and_what_was_found() -> None:
    evidence = rate([article(title="Harbour launches AI")])["articles"][0]["tier2"]["evidence"]
    assert any(line.startswith("title_rules: release") and "launches" in line for line in evidence)
    assert "subject: title: ai" in evidence


def test_the_best_are_kept_in_order_and_the_others_say_why_not() -> None:
    titles = ["Rain over the valley once again", "Introducing Claude Opus 9", "AI over the valley"]
    data = rate([article(number, title=title) for number, title in enumerate(titles)], keep=2)
    assert [kept["title"] for kept in data["articles"]] == [titles[1], titles[2]]
    (dropped,) = data["dropped"]
    assert (dropped["title"], dropped["reason"]) == (titles[0], "below_cut")
    assert f"{data['articles'][-1]['tier2']['score']:.2f}" in dropped["detail"]


def test_a_least_score_drops_with_the_two_numbers() -> None:
    data = rate([article()], min_score=9.5)
    assert data["articles"] == []
    assert data["dropped"][0]["reason"] == "below_min_score"
    assert "9.50" in data["dropped"][0]["detail"]


def test_every_article_is_kept_or_dropped_once_and_whole() -> None:
    data = rate([article(number, extra=number) for number in range(9)], keep=4)
    ids = [entry["id"] for entry in data["articles"] + data["dropped"]]
    assert sorted(ids) == sorted(article(number)["id"] for number in range(9))
    assert all("extra" in kept for kept in data["articles"])


def test_no_limit_and_no_articles_are_fine() -> None:
    assert len(rate([article(number) for number in range(40)], keep=0)["articles"]) == 40
    assert rate([]) == {"articles": [], "dropped": []}


def test_the_order_of_the_input_does_not_matter() -> None:
    articles = [article(number, title=f"Rain {'over ' * (number % 3)}valley") for number in range(8)]
    assert rate(articles, keep=5)["articles"] == rate(articles[::-1], keep=5)["articles"]


def test_a_feature_of_weight_zero_is_left_out() -> None:
    features = rate([article()], weights={"title_rules": 1, "subject": 0})["articles"][0]["tier2"]["features"]
    assert list(features) == ["title_rules"]


@pytest.mark.parametrize(
    "config",
    [{"keep": -1}, {"min_score": 11}, {"min_score": "5"}, {"weights": {"magic": 1}}, {"weights": {"subject": -1}}],
)
def test_impossible_configuration_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="tier2_batch"):
        rate([article()], **config)
