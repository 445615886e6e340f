"""Tier 3: five scored dimensions for every article with a text, none for one without, the best kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ace.errors import ConfigError
from ace.testing import run_phase
from phases.news import p05_tier3_5d
from phases.news.pipeline import PIPELINE

ROOT = Path(__file__).resolve().parents[3]
CONFIG = next(dict(phase.config) for phase in PIPELINE.phases if phase.name == "tier3_5d")
SCHEMA = json.loads((ROOT / "schemas" / "news" / "tier3_5d.schema.json").read_text())
STRONG = "Introducing Claude Opus 9 with new model pricing"


def article(number: int = 1, **changes: Any) -> dict[str, Any]:
    plain = {
        "id": f"{number:016x}",
        "url": f"https://gazette.example/{number}",
        "title": "Rain over the valley",
        "lead": "",
        "text": "It rained over the valley, and nobody asked why.",
        "source_id": "gazette",
        "source": "Gazette",
        "category": "business",
        "source_weight": 0.5,
        "published": "2026-11-21T12:00:00Z",
        "tier1_score": 0.5,
        "tier2": {"score": 5.0, "features": {}, "evidence": [], "method": "local"},
        "story": {"id": "s", "size": 1, "also_reported_by": [], "related": []},
    }
    return plain | changes


def score(articles: list[dict[str, Any]], **config: Any) -> dict[str, Any]:
    context = {
        "company": {"name": "Reader", "description": "", "interests": ["model pricing"]},
        "categories": [{"id": "law", "name": "Law", "keywords": ["court"]}],
        "window": {"start": "2026-11-20T00:00:00Z", "end": "2026-11-22T00:00:00Z"},
        "known_stories": [],
    }
    inputs = {"tier2_batch": {"articles": articles, "dropped": []}, "initialization": context}
    data = run_phase(p05_tier3_5d.run, inputs, config=CONFIG | config).data
    jsonschema.validate(data, SCHEMA)
    return data


def test_every_dimension_has_a_score_a_reason_and_its_evidence() -> None:
    (kept,) = score([article(title=STRONG)])["articles"]
    assert set(kept["dimensions"]) == {"impact", "novelty", "relevance", "credibility", "actionability"}
    assert kept["dimensions_method"] == "local"
    assert kept["dimensions"]["relevance"]["evidence"]


@pytest.mark.parametrize("text", ["", "  \n ", "…—!"])
def test_an_article_without_text_is_unscored_with_the_reason_and_never_zero(text: str) -> None:
    data = score([article(1, text=text), article(2)])
    assert [kept["id"] for kept in data["articles"]] == [article(2)["id"]]
    (unscored,) = data["unscored"]
    assert unscored["id"] == article(1)["id"]
    assert "text" in unscored["reason"]
    assert data["dropped"] == []


def test_the_best_are_kept_in_order_and_the_others_say_why_not() -> None:
    data = score([article(1), article(2, title=STRONG)], keep=1)
    assert [kept["title"] for kept in data["articles"]] == [STRONG]
    (dropped,) = data["dropped"]
    assert dropped["reason"] == "below_cut"
    assert dropped["detail"].count(".") >= 2


def test_equal_means_are_ordered_by_tier_two_and_then_by_id() -> None:
    better = article(3) | {"tier2": {"score": 6.0}}
    data = score([article(2), better, article(1)])
    assert [kept["id"] for kept in data["articles"]] == [article(n)["id"] for n in (3, 1, 2)]


def test_weights_choose_the_dimensions_and_are_passed_on_as_shares() -> None:
    data = score([article()], weights={"impact": 3, "relevance": 1, "novelty": 0})
    assert data["weights"] == {"impact": 0.75, "relevance": 0.25}
    assert set(data["articles"][0]["dimensions"]) == {"impact", "relevance"}


def test_weights_decide_the_order() -> None:
    guide = article(1, title="How to read rain", text="Upgrade now. It costs $9 per month. Download the SDK on GitHub.")
    event = article(2, title="Court fines Google $4 billion")
    for name, first in [("actionability", guide), ("impact", event)]:
        assert score([guide, event], weights={name: 1})["articles"][0]["id"] == first["id"]


def test_every_article_ends_in_exactly_one_list_and_whole() -> None:
    articles = [article(number, text="" if number % 4 == 0 else "It rained.", extra=1) for number in range(9)]
    data = score(articles, keep=3)
    ids = [entry["id"] for key in ("articles", "dropped", "unscored") for entry in data[key]]
    assert sorted(ids) == sorted(entry["id"] for entry in articles)
    assert all(kept["extra"] == 1 for kept in data["articles"])


def test_no_articles_are_fine() -> None:
    assert score([])["articles"] == []


@pytest.mark.parametrize(
    "config", [{"weights": {"charm": 1}}, {"weights": {"impact": -1}}, {"weights": {}}, {"keep": -2}]
)
def test_impossible_configuration_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="tier3_5d"):
        score([article()], **config)
