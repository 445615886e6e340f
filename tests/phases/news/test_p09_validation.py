"""Validation: what is sound is printed, what can be mended is mended once, the rest is held back with its reason."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema

from ace.testing import run_phase
from phases.common.summarise import summarise
from phases.news import checks, p09_validation
from phases.news.pipeline import PIPELINE

ROOT = Path(__file__).resolve().parents[3]
CONFIG = next(dict(phase.config) for phase in PIPELINE.phases if phase.name == "validation")
SCHEMA = json.loads((ROOT / "schemas" / "news" / "validation.schema.json").read_text(encoding="utf-8"))
WINDOW = {"start": "2026-11-20T15:00:00Z", "end": "2026-11-22T03:00:00Z"}
PLACES = ("Porto", "Vigo", "Turin", "Malmo", "Bergen", "Ghent", "Lyon", "Split")


def text_about(place: str) -> str:
    return "\n".join(
        [
            f"Lumen Labs will open a battery plant in {place} in March 2027, the company said on Monday.",
            f"The plant in {place} will cost $340 million and employ 1,200 people, most of them engineers.",
            f"“We looked at forty cities before choosing {place},” said Ines Duarte, who runs Lumen Labs.",
            f"The company has not asked the state for money and pays for the road to the plant in {place} itself.",
            f"Unions in {place} asked the company to train 80 young people a year for work in the plant.",
            f"The mayor of {place} expects the plant to bring 3,000 further jobs to the region within five years.",
            "Batteries from the plant will go into buses and ferries, and later into houses.",
        ]
    )


def article(number: int, **changes: Any) -> dict[str, Any]:
    url = f"https://gazette{number}.example/story"
    text, place = text_about(PLACES[number]), PLACES[number]
    extract = summarise(text)
    plain = {
        "id": sha256(url.encode()).hexdigest()[:16],
        "url": url,
        "title": f"{place} wins the race for a battery plant ahead of {place} neighbours",
        "source": f"Gazette {number}",
        "source_id": f"gazette-{number}",
        "category": "industry",
        "published": "2026-11-21T10:00:00Z",
        "language": "en",
        "text": text,
        "lead": "",
        "story": {"id": f"story-{number}", "size": 1, "also_reported_by": [], "related": []},
        "tier1_score": 0.5,
        "tier2": {"score": 5.0},
        "dimensions": {name: {"score": 5, "reason": "r", "evidence": []} for name in checks.DIMENSIONS},
        "rank": number + 1,
        "rank_score": 5.0,
        "analysis": {"text": extract.text, "chars": extract.chars, "status": extract.status, "method": "extractive",
                     "sentences": list(extract.sentences)},
        "entities": [],
        "related_reports": [],
    }  # fmt: skip
    return plain | changes


def with_analysis(number: int, old: str, new: str, **changes: Any) -> dict[str, Any]:
    one = article(number)
    assert old in one["analysis"]["text"]
    return one | {"analysis": one["analysis"] | {"text": one["analysis"]["text"].replace(old, new)} | changes}


def validate(
    articles: list[dict[str, Any]], known: list[dict[str, Any]] | None = None, **config: Any
) -> dict[str, Any]:
    inputs = {"enrichment": {"articles": articles}, "initialization": {"window": WINDOW, "known_stories": known or []}}
    data = run_phase(p09_validation.run, inputs, CONFIG | config).data
    jsonschema.validate(data, SCHEMA)
    assert len(data["articles"]) + len(data["held"]) == len(articles)
    return data


def reasons(data: dict[str, Any]) -> list[str]:
    return [one["reason"] for one in data["held"]]


def test_sound_articles_pass_in_order_with_everything_they_had() -> None:
    before = [article(number) for number in range(4)]
    data = validate(before)
    assert [one["validation"]["status"] for one in data["articles"]] == ["passed"] * 4
    assert [{key: one[key] for key in before[0]} for one in data["articles"]] == before
    assert data["summary"] == {"passed": 4, "repaired": 0, "held": 0, "sources": 4, "warnings": []}


def test_an_analysis_with_a_changed_number_is_replaced_by_an_extract_and_the_fault_is_told() -> None:
    data = validate([with_analysis(0, "$340 million", "$430 million")])
    (done,) = data["articles"]
    assert done["validation"]["status"] == "repaired"
    assert "$430" not in done["analysis"]["text"]
    assert 500 <= done["analysis"]["chars"] <= 600
    (told,) = [one for one in done["validation"]["checks"] if one["detail"]]
    assert told["name"] == "numbers"
    assert "'$430 million' is not in the source" in told["detail"]


def test_an_analysis_of_a_model_that_cannot_be_held_is_relabelled_as_an_extract() -> None:
    wrong = with_analysis(0, "has not asked", "has asked", method="some-model", sentences=[])
    (done,) = validate([wrong])["articles"]
    assert done["analysis"]["method"] == "extractive"
    assert done["analysis"]["sentences"]


def test_a_failed_analysis_is_made_again_and_one_without_any_text_is_held() -> None:
    failed = {"text": "", "chars": 0, "status": "failed", "method": "extractive", "sentences": []}
    data = validate([article(0, analysis=failed), article(1, analysis=failed, text="", lead="")])
    assert data["articles"][0]["validation"]["status"] == "repaired"
    assert reasons(data) == ["length"]


def test_a_background_without_a_source_is_taken_out() -> None:
    bare = {"name": "Lumen", "type": "company", "mentions": 1, "background": {"text": "Maker of lamps.", "source": ""}}
    kept = bare | {"name": "Porto", "background": {"text": "A city.", "source": "https://porto.example/"}}
    (done,) = validate([article(0, entities=[bare, kept])])["articles"]
    assert done["validation"]["status"] == "repaired"
    assert [entity["background"] for entity in done["entities"]] == [None, kept["background"]]


def test_each_fault_that_cannot_be_mended_holds_the_article_back_with_its_name() -> None:
    known = [
        {"id": "0" * 16, "title": "x", "url": "https://gazette4.example/story", "run_id": "run_1", "published": None}
    ]
    faults = {
        "url": article(0, url="javascript:alert(1)"),
        "fetched": article(1, id="0" * 16),
        "published": article(2, published="2026-11-25T10:00:00Z"),
        "language": article(3, language="fr"),
        "known_story": article(4),
        "scores": article(5, tier2={"score": None}),
    }
    data = validate(list(faults.values()), known)
    assert reasons(data) == list(faults)
    assert all(one["detail"] and one["checks"] for one in data["held"])
    assert data["summary"]["held"] == len(faults)


def test_the_better_ranked_article_of_a_story_is_printed() -> None:
    first, second = article(0), article(1)
    second["story"] = first["story"]
    data = validate([first, second])
    assert [one["id"] for one in data["articles"]] == [first["id"]]
    assert reasons(data) == ["story"]
    assert first["title"] in data["held"][0]["detail"]


def test_a_source_may_not_fill_the_report() -> None:
    many = [article(number, source_id="same") for number in range(5)]
    assert reasons(validate(many)) == ["source_cap"] * 2
    assert reasons(validate(many, per_source=0)) == []


def test_an_article_held_back_does_not_use_up_its_source() -> None:
    many = [article(number, source_id="same", language="fr" if number < 3 else "en") for number in range(5)]
    assert len(validate(many)["articles"]) == 2


def test_too_few_sources_and_undated_articles_are_warned_of_not_held() -> None:
    data = validate([article(0, published=None)])
    assert reasons(data) == []
    assert len(data["summary"]["warnings"]) == 2


def test_an_article_that_is_too_short_is_printed_with_its_flag() -> None:
    text = "Lumen Labs will open a battery plant in Porto. It will cost $340 million."
    short = {"text": text, "chars": len(text), "status": "too_short", "method": "extractive", "sentences": [0, 1]}
    (done,) = validate([article(0, text=text, analysis=short)])["articles"]
    assert done["validation"]["status"] == "passed"


def test_no_articles_give_a_report_with_a_warning() -> None:
    assert validate([])["summary"]["sources"] == 0
