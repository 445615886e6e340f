"""The five dimensions: what raises and lowers each, that reasons add up, and that nothing is invented."""

from __future__ import annotations

import re
from typing import Any

import pytest

from phases.news.dimensions import BASE, DIMENSIONS, Known, scored

CONTEXT: dict[str, Any] = {
    "company": {"name": "Reader", "description": "", "interests": ["model pricing", "privacy"]},
    "categories": [{"id": "law", "name": "Law", "keywords": ["court"]}],
    "window": {"start": "2026-11-20T00:00:00Z", "end": "2026-11-22T00:00:00Z"},
    "known_stories": [],
}
FILLER = "The weather in the valley stayed as it was and nobody asked why it did so on that long day. " * 8


def article(**changes: Any) -> dict[str, Any]:
    plain = {
        "id": "a" * 16,
        "url": "https://gazette.example/1",
        "title": "Rain over the valley",
        "lead": "",
        "text": FILLER,
        "source": "Gazette",
        "source_id": "gazette",
        "published": None,
        "story": {"also_reported_by": []},
    }
    return plain | changes


def known(*titles: str) -> Known:
    stories = [{"id": "b", "title": title, "url": "", "run_id": "r", "published": None} for title in titles]
    return Known.of(CONTEXT | {"known_stories": stories})


def score(name: str, held_against: Known | None = None, **changes: Any) -> int:
    found = scored(name, article(**changes), held_against or known())["score"]
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize("name", DIMENSIONS)
def test_an_article_without_evidence_gets_the_base_value_and_is_told_so(name: str) -> None:
    found = scored(name, article(), known())
    assert found == {
        "score": round(BASE[name]),
        "reason": f"nothing found for or against; base value {BASE[name]:g}",
        "evidence": [],
    }


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("impact", {"title": "Harbour raises $2 billion in series C"}),
        ("impact", {"lead": "It reaches 40 million users."}),
        ("impact", {"title": "OpenAI over the valley"}),
        ("impact", {"story": {"also_reported_by": [{"source": "Courier"}, {"source": "Herald"}]}}),
        ("novelty", {"title": "Introducing rain over the valley"}),
        ("novelty", {"title": "Harbour acquires rain over the valley"}),
        ("novelty", {"published": "2026-11-22T00:00:00Z"}),
        ("relevance", {"title": "AI over the valley"}),
        ("relevance", {"title": "Model pricing over the valley"}),
        ("credibility", {"url": "https://www.anthropic.com/news/rain"}),
        ("credibility", {"text": FILLER + "It fell by 12%, 13%, 14%, 15% and 16%."}),
        ("credibility", {"text": FILLER + "Mara Lindqvist said no. Piet Holm said yes. Ana Cruz said so."}),
        ("actionability", {"text": FILLER + "It costs $15 per million output tokens."}),
        ("actionability", {"title": "How to read rain over the valley"}),
    ],
)
def test_evidence_raises_a_dimension(name: str, changes: dict[str, Any]) -> None:
    assert score(name, **changes) > score(name)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("novelty", {"title": "How to read rain over the valley"}),
        ("novelty", {"published": "2026-11-20T00:00:00Z"}),
        ("credibility", {"text": FILLER + "It reportedly rained, people familiar with it hope."}),
        ("credibility", {"title": "Insane rain!! over the valley"}),
        ("credibility", {"text": "It rained."}),
    ],
)
def test_counter_evidence_lowers_a_dimension(name: str, changes: dict[str, Any]) -> None:
    assert score(name, **changes) < score(name)


def test_money_counts_by_orders_of_magnitude() -> None:
    sums = ["$5,000", "$10 million", "$100 million", "$10 billion"]
    scores = [score("impact", lead=f"The plan costs {amount}.") for amount in sums]
    assert scores[0] == score("impact")
    assert scores[0] < scores[1] < scores[2] < scores[3]


def test_a_title_like_an_earlier_story_is_less_new_and_names_it() -> None:
    earlier = known("Rain over the whole valley")
    found = scored("novelty", article(), earlier)
    assert found["score"] < score("novelty")
    assert any("Rain over the whole valley" in line for line in found["evidence"])


def test_a_title_far_from_all_earlier_stories_is_newer() -> None:
    assert score("novelty", known("Court decides on fishing")) > score("novelty")


def test_a_title_that_shares_a_word_with_an_earlier_story_is_neither() -> None:
    found = scored("novelty", article(title="Rain over the green valley"), known("Long valley road closed"))
    assert found["score"] == BASE["novelty"]
    assert found["evidence"] == []


def test_without_earlier_stories_novelty_claims_no_comparison() -> None:
    assert "earlier" not in scored("novelty", article(title="Introducing rain"), known())["reason"]


@pytest.mark.parametrize("name", DIMENSIONS)
def test_a_reason_adds_up_to_its_score(name: str) -> None:
    rich = article(
        title="Introducing Claude Opus 9: OpenAI and Meta cut model pricing!!",
        lead="Harbour raises $2 billion and reaches 40 million users.",
        text=FILLER
        + '"We will do it by 12 March" said Mara Lindqvist. It is available today for $9 per month. It fell 9%.',
        published="2026-11-21T12:00:00Z",
        story={"also_reported_by": [{"source": "Courier"}]},
    )
    found = scored(name, rich, known("Court decides on fishing"))
    numbers = [
        float(number)
        for number in re.findall(r"base (\d+(?:\.\d)?)| ([+-]\d+\.\d)", found["reason"])
        for number in number
        if number
    ]
    assert len(numbers) > 1
    total = min(10.0, max(0.0, sum(numbers)))
    assert abs(total - found["score"]) <= 0.5 + 1e-9
    assert found["reason"].endswith(f"= {found['score']}")


def test_quoted_evidence_stands_in_the_article() -> None:
    text = FILLER + "It costs $15 per million output tokens and fell by 12%. Mara Lindqvist said it is available today."
    subject = article(title="Harbour launches a chip", text=text)
    for name, label in [("credibility", "figures"), ("credibility", "named speakers"), ("actionability", "price")]:
        lines = [
            line.split(": ", 1)[1] for line in scored(name, subject, known())["evidence"] if line.startswith(label)
        ]
        assert lines
        assert all(line in text for line in lines)


def test_no_amount_of_evidence_leaves_the_scale() -> None:
    shouting = article(
        title="OpenAI, Meta launch GPT-9: AI privacy model pricing court record, acquires all for $900 billion",
        lead="It reaches 900 million users. $900 billion.",
        text=FILLER
        + "deadline by 1 May by 2 May $1 per month $2 per month API SDK upgrade now patched available today " * 20,
        story={"also_reported_by": [{"source": name} for name in "ABCDEFGH"]},
    )
    assert all(0 <= scored(name, shouting, known())["score"] <= 10 for name in DIMENSIONS)
