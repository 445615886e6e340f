"""Enrichment: names with sourced lines, links to earlier reports, nothing invented and no article lost."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ace.errors import ConfigError
from ace.records import Output
from ace.testing import MemoryServices, run_phase
from phases.common import entities as recognition
from phases.news import p08_enrichment

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / "news" / "enrichment.schema.json").read_text("utf-8"))
TEXT = (
    "Sam Altman said that OpenAI will open an office in Munich. OpenAI's GPT-4 Turbo and the open Llama 3.1 405B model "
    "by Meta were compared there. Meta sent Ada Brook, a researcher. Quiet River Inc. paid for Munich."
)


@pytest.fixture(autouse=True)
def _without_spacy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "spacy_installed", lambda: False)


def article(title: str = "OpenAI plans an office in Munich", text: str = TEXT, **changes: Any) -> dict[str, Any]:
    url = f"https://news.example/{len(title)}/{len(text)}"
    return {
        "id": hashlib.sha256(url.encode()).hexdigest()[:16],
        "url": url,
        "title": title,
        "source": "News",
        "language": "en",
        "text": text,
        "analysis": {"text": text, "chars": len(text), "status": "ok", "method": "extractive", "sentences": [0]},
        **changes,
    }


def story(title: str, url: str = "https://old.example/1", published: str | None = None) -> dict[str, Any]:
    return {"id": "1" * 16, "title": title, "url": url, "run_id": "run_20261120_031500", "published": published}


def enrich(*articles: dict[str, Any], known: tuple[dict[str, Any], ...] = (), limit: int = 12) -> Output:
    inputs = {"paraphrasing": {"articles": list(articles)}, "initialization": {"known_stories": list(known)}}
    output = run_phase(p08_enrichment.run, inputs, {"max_entities": limit})
    jsonschema.validate(output.data, SCHEMA)
    return output


def named(output: Output) -> dict[str, dict[str, Any]]:
    return {entity["name"]: entity for entity in output.data["articles"][0]["entities"]}


def test_the_article_is_passed_on_whole_with_its_entities() -> None:
    given = article()
    output = enrich(given)
    found = output.data["articles"][0]
    assert given.items() <= found.items()
    assert {entity["type"] for entity in found["entities"]} >= {"company", "person", "model", "place"}
    assert (output.method, found["entities_method"]) == ("gazetteer+patterns", "gazetteer+patterns")


def test_a_known_name_has_a_line_with_its_source_and_an_unknown_one_has_none() -> None:
    found = named(enrich(article()))
    assert found["OpenAI"]["background"]["source"].startswith("https://")
    assert found["Ada Brook"]["background"] is None
    assert found["Quiet River"]["background"] is None


def test_every_background_stands_in_the_knowledge_file() -> None:
    lines = {entry.background for entry in p08_enrichment._known().entries}
    given = [entity["background"] for entity in named(enrich(article())).values() if entity["background"]]
    assert given
    assert all(background["text"].removeprefix("A version of Llama: ") in lines for background in given)


def test_a_version_takes_the_line_of_its_family_and_never_that_of_another_version() -> None:
    found = named(enrich(article()))
    assert found["Llama 3.1 405B"]["background"]["text"].startswith("A version of Llama: ")
    assert found["GPT-4 Turbo"]["background"] is None


def test_places_go_first_when_there_are_too_many() -> None:
    found = named(enrich(article(), limit=4))
    assert len(found) == 4
    assert "Munich" not in found
    assert len(named(enrich(article(), limit=0))) > 6


def test_a_follow_up_is_linked_to_the_earlier_report() -> None:
    known = (
        story("OpenAI opens an office in Munich", "https://old.example/1"),
        story("Rain in Munich", "https://old.example/2"),
    )
    related = enrich(article(), known=known).data["articles"][0]["related_reports"]
    assert [(link["url"], link["run_id"]) for link in related] == [("https://old.example/1", "run_20261120_031500")]
    assert p08_enrichment.MIN_RELATED <= related[0]["score"] <= 1


def test_the_same_company_alone_makes_no_earlier_report() -> None:
    assert enrich(article(), known=(story("OpenAI is sued over books"),)).data["articles"][0]["related_reports"] == []


def test_an_article_is_never_related_to_its_own_page() -> None:
    known = (story("OpenAI plans an office in Munich", article()["url"]),)
    assert enrich(article(), known=known).data["articles"][0]["related_reports"] == []


def test_the_best_three_earlier_reports_are_kept_newest_first_among_equals() -> None:
    days = ("2026-11-18T00:00:00Z", "2026-11-20T00:00:00Z", None, "2026-11-19T00:00:00Z")
    known = tuple(story("OpenAI plans office in Munich", f"https://old.example/{day}", day) for day in days)
    related = enrich(article(), known=known).data["articles"][0]["related_reports"]
    assert [link["url"] for link in related] == [f"https://old.example/{days[place]}" for place in (1, 3, 0)]


def test_an_article_whose_names_cannot_be_read_is_kept_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        message = "no"
        raise ValueError(message)

    monkeypatch.setattr(recognition, "recognise", broken)
    services = MemoryServices()
    inputs: dict[str, Any] = {"paraphrasing": {"articles": [article()]}, "initialization": {"known_stories": []}}
    output = run_phase(p08_enrichment.run, inputs, {"max_entities": 12}, services)
    assert output.data["articles"][0]["entities"] == []
    assert [event for event in services.events if event["kind"] == "warning"]


def test_no_articles_give_no_articles() -> None:
    assert enrich().data == {"articles": []}


@pytest.mark.parametrize("limit", [-1, 1.5, True, "12"])
def test_a_limit_that_is_no_count_is_refused(limit: Any) -> None:
    with pytest.raises(ConfigError, match="max_entities"):
        enrich(article(), limit=limit)
