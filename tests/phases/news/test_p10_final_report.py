"""The final report's data: counts that add up, what the next night needs, and a page that belongs to them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ace.records import Output
from ace.testing import run_phase
from phases.news import p10_final_report
from phases.news.report_markdown import render

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / "news" / "final_report.schema.json").read_text("utf-8"))


def article(number: int, source: str = "a", category: str = "research", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"{number:016x}",
        "url": f"https://news.example/{number}",
        "title": f"Story {number}",
        "source": source.upper(),
        "source_id": source,
        "category": category,
        "published": "2026-11-20T07:30:00Z",
        "text": "The whole text of the article.",
        "rank": number,
        "rank_score": 5.0,
        "story": {"id": "s", "size": 1, "also_reported_by": [], "related": []},
        "tier2": {"score": 5.0, "features": {}, "evidence": [], "method": "local"},
        "dimensions_method": "local",
        "analysis": {"text": "It is so.", "chars": 9, "status": "ok", "method": "extractive", "sentences": [0]},
        "entities": [{"name": "Acme", "type": "company", "mentions": 1, "background": None}],
        "entities_method": "gazetteer+patterns",
        "related_reports": [],
        **changes,
    }


def inputs(articles: list[dict[str, Any]]) -> dict[str, Any]:
    """Ten scraped of three sources, six after tier 1, four ranked of five rated, one held back."""
    scraped = [article(number, source) for number, source in enumerate("aaaaabbbbc", 1)]
    held = {**article(90), "reason": "too_short", "detail": "300 characters", "checks": []}
    return {
        "initialization": {
            "window": {"start": "2026-11-19T18:00:00Z", "end": "2026-11-21T06:00:00Z"},
            "categories": [{"id": "policy", "name": "Policy"}, {"id": "research", "name": "Research"}],
            "sample": False,
            "problems": [],
        },
        "scraping": {
            "articles": scraped,
            "sources": [
                {"id": "a", "name": "A", "status": "ok", "detail": ""},
                {"id": "b", "name": "B", "status": "ok", "detail": ""},
                {"id": "d", "name": "D", "status": "timeout", "detail": "15 s"},
                {"id": "e", "name": "E", "status": "not_modified", "detail": ""},
            ],
        },
        "tier1_filter": {
            "articles": scraped[:6],
            "dropped": [{"reason": "same_story"}, {"reason": "duplicate"}, {"reason": "language"}],
        },
        "ranking": {"articles": scraped[:4], "dropped": scraped[4:5]},
        "validation": {
            "articles": articles,
            "held": [held],
            "summary": {"passed": len(articles), "repaired": 0, "held": 1, "sources": 2, "warnings": ["few sources"]},
        },
    }


def make(*articles: dict[str, Any], given: dict[str, Any] | None = None) -> Output:
    output = run_phase(p10_final_report.run, given or inputs(list(articles)), {"title": "AI industry report"})
    jsonschema.validate(output.data, SCHEMA)
    return output


def test_the_page_is_made_from_the_data_and_its_hash_stands_there() -> None:
    output = make(article(1), article(6, "b"))
    text = str(output.files["md"])
    assert output.data["markdown_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert text == render(output.data)


def test_the_date_is_the_day_on_which_the_window_ends() -> None:
    assert make(article(1)).data["date"] == "2026-11-21"


def test_sections_follow_the_categories_and_unknown_ones_come_last() -> None:
    output = make(article(1, category="new-things"), article(2), article(3, category="policy"), article(4))
    found = [(section["name"], section["articles"]) for section in output.data["sections"]]
    assert found == [
        ("Policy", [f"{3:016x}"]),
        ("Research", [f"{2:016x}", f"{4:016x}"]),
        ("New things", [f"{1:016x}"]),
    ]


def test_articles_are_kept_without_their_text() -> None:
    kept = make(article(1, story={"also_reported_by": [{"source": "W", "title": "t", "url": "https://w.example"}]}))
    assert "text" not in kept.data["articles"][0]
    assert kept.data["articles"][0]["also_reported_by"][0]["source"] == "W"


def test_the_counts_are_those_of_the_artifacts() -> None:
    facts = make(article(1), article(6, "b")).data["facts"]
    assert facts["counts"] == {
        "scraped": 10,
        "sources_with_articles": 3,
        "after_tier1": 6,
        "rated": 5,
        "ranked": 4,
        "reported": 2,
        "held": 1,
    }
    assert facts["stories_merged"] == 2


def test_the_next_night_learns_what_was_seen_kept_and_reported_of_each_source() -> None:
    facts = make(article(1), article(6, "b")).data["facts"]
    assert facts["sources"] == {
        "a": {"seen": 5, "kept": 5, "reported": 1},
        "b": {"seen": 4, "kept": 1, "reported": 1},
        "c": {"seen": 1, "kept": 0, "reported": 0},
    }


def test_only_unhealthy_sources_are_in_trouble() -> None:
    facts = make(article(1)).data["facts"]
    assert facts["troubled"] == [{"name": "D", "status": "timeout", "detail": "15 s"}]
    assert facts["sources_by_status"] == {"not_modified": 1, "ok": 2, "timeout": 1}


def test_what_was_held_back_and_the_warnings_are_passed_on() -> None:
    facts = make(article(1)).data["facts"]
    assert [held["reason"] for held in facts["held"]] == ["too_short"]
    assert facts["warnings"] == ["few sources"]


def test_local_methods_cost_nothing_and_others_are_not_claimed_to() -> None:
    output = make(article(1))
    assert (output.data["facts"]["cost_usd"], output.data["facts"]["llm_calls"]) == (0.0, 0)
    assert output.method == "local, extractive, gazetteer+patterns"
    written = make(article(1, analysis={**article(1)["analysis"], "method": "some-model"}))
    assert (written.data["facts"]["cost_usd"], written.data["facts"]["llm_calls"]) == (None, None)
    assert "No language model" not in str(written.files["md"])


def test_the_same_inputs_give_the_same_report() -> None:
    assert make(article(1), article(2)) == make(article(1), article(2))


@pytest.mark.parametrize("scraped", [True, False])
def test_a_report_without_stories_is_a_report(scraped: bool) -> None:
    given = inputs([])
    given["validation"]["held"] = []
    if not scraped:
        for phase in ("scraping", "tier1_filter", "ranking"):
            given[phase] |= {"articles": [], "dropped": []}
    output = make(given=given)
    assert output.data["articles"] == output.data["sections"] == []
    assert "No stories today" in str(output.files["md"])
