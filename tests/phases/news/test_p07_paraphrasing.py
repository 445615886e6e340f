"""Paraphrasing without a model: labelled extracts, nothing of an article lost, finished ones not made again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ace.errors import PhaseError
from ace.testing import MemoryServices, run_phase
from phases.common.text import scrub, sentences
from phases.news import p07_paraphrasing
from phases.news.pipeline import PIPELINE

ROOT = Path(__file__).resolve().parents[3]
CONFIG = next(dict(phase.config) for phase in PIPELINE.phases if phase.name == "paraphrasing")
SCHEMA = json.loads((ROOT / "schemas" / "news" / "paraphrasing.schema.json").read_text(encoding="utf-8"))
TEXT = "\n".join(
    f"The {colour} drone of the Lisbon port authority carried {number} parcels to ships at anchor in one week."
    for number, colour in enumerate(("red", "blue", "green", "white", "black", "yellow", "grey", "brown"), 11)
)


def article(number: int, **changes: Any) -> dict[str, Any]:
    plain = {
        "id": f"{number:016x}",
        "url": f"https://gazette.example/{number}",
        "title": "Drones carry parcels to ships in Lisbon",
        "source": "Gazette",
        "text": TEXT,
        "lead": "",
        "rank": number,
        "rank_parts": {"tier1": 0.5},
    }
    return plain | changes


def paraphrase(articles: list[dict[str, Any]], services: MemoryServices | None = None, **config: Any) -> dict[str, Any]:
    output = run_phase(p07_paraphrasing.run, {"ranking": {"articles": articles}}, CONFIG | config, services)
    assert output.method == "extractive"
    jsonschema.validate(output.data, SCHEMA)
    return output.data


def test_an_analysis_is_a_labelled_extract_that_points_at_its_sentences() -> None:
    (done,) = paraphrase([article(1)])["articles"]
    found = done["analysis"]
    assert (found["status"], found["method"]) == ("ok", "extractive")
    assert 500 <= found["chars"] == len(found["text"]) <= 600
    whole = sentences(scrub(TEXT))
    assert found["text"] == " ".join(whole[place] for place in found["sentences"])


def test_articles_keep_their_order_and_everything_they_had() -> None:
    before = [article(2), article(1)]
    after = paraphrase(before)["articles"]
    assert [{key: one[key] for key in before[0]} for one in after] == before


def test_short_articles_are_flagged_and_the_lead_stands_in_for_a_missing_text() -> None:
    short, bare = paraphrase(
        [article(1, text="One drone flew once today."), article(2, text="", lead="A drone flew.")]
    )["articles"]
    assert short["analysis"]["status"] == "too_short"
    assert bare["analysis"]["text"] == "A drone flew."


def test_the_wanted_length_comes_from_the_configuration() -> None:
    (done,) = paraphrase([article(1)], min_chars=150, max_chars=220)["articles"]
    assert 150 <= done["analysis"]["chars"] <= 220


def test_limits_that_leave_no_length_are_refused() -> None:
    with pytest.raises(PhaseError, match="min_chars 700"):
        paraphrase([article(1)], min_chars=700)


def test_an_article_that_cannot_be_summarised_is_passed_on_marked_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(p07_paraphrasing, "summarise", _broken)
    (done,) = paraphrase([article(1)])["articles"]
    assert done["analysis"] == {"text": "", "chars": 0, "status": "failed", "method": "extractive", "sentences": []}


def test_a_finished_article_is_not_summarised_again_when_only_its_score_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = MemoryServices()
    first = paraphrase([article(1)], services)["articles"]
    monkeypatch.setattr(p07_paraphrasing, "summarise", _broken)
    second = paraphrase([article(1, rank_score=3.0)], services)["articles"]
    assert second[0]["analysis"] == first[0]["analysis"]


def _broken(*_: Any, **__: Any) -> None:
    message = "no summary today"
    raise ValueError(message)
