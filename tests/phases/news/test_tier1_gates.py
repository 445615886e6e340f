"""The gates of tier 1, one at a time: what passes, what is refused, and what the refusal says."""

from __future__ import annotations

from typing import Any

import pytest

from phases.news.tier1_gates import Gates, Refusal, gates, is_whole_day, off_topic, refusal

WINDOW = {"start": "2026-11-20T18:00:00Z", "end": "2026-11-22T06:00:00Z"}


def demands(languages: tuple[str, ...] = ("en",), keywords: tuple[str, ...] = ("court", "budget", "harbour")) -> Gates:
    context = {
        "window": WINDOW,
        "categories": [{"id": "all", "name": "All", "keywords": list(keywords)}],
        "company": {"interests": ["tidal power"]},
    }
    return gates(context, languages, min_chars=300)


def article(**changes: Any) -> dict[str, Any]:
    plain = {
        "title": "Rain over the valley",
        "lead": "",
        "source": "Gazette",
        "text": "It rained. " * 30,
        "language": "en",
        "published": "2026-11-21T12:00:00Z",
    }
    return plain | changes


def reason(**changes: Any) -> str:
    found = refusal(article(**changes), demands())
    return found.reason if found else ""


def test_an_ordinary_article_passes():
    assert refusal(article(), demands()) is None


def test_a_foreign_language_is_refused_and_named():
    found = refusal(article(language="de"), demands(("en", "fr")))
    assert found == Refusal("language", "the text is in de; wanted: en, fr")
    assert refusal(article(language="fr"), demands(("en", "fr"))) is None


def test_an_unknown_language_passes_and_so_does_any_where_none_is_asked_for():
    assert reason(language="") == ""
    assert refusal(article(language="de"), demands(())) is None


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2026-11-20T17:59:59Z", "too_old"),
        ("2026-11-20T18:00:00Z", ""),
        ("2026-11-22T06:00:00Z", ""),
        ("2026-11-22T08:00:00Z", ""),  # clocks run ahead
        ("2026-11-22T08:00:01Z", "future"),
        ("2019-01-01T00:00:00Z", "too_old"),
        ("2026-11-20T00:00:00Z", ""),  # a day without a time: its evening is in the window
        ("2026-11-19T00:00:00Z", "too_old"),
        ("2026-11-22T00:00:00Z", ""),
        ("2026-11-24T00:00:00Z", "future"),
        (None, ""),
    ],
)
def test_the_date_has_to_be_in_the_window(published, expected):
    assert reason(published=published) == expected


def test_a_refused_date_is_named_with_the_window():
    found = refusal(article(published="2026-11-01T10:00:00Z"), demands())
    assert found is not None
    assert found.detail == "published 2026-11-01T10:00:00Z, before the window's start 2026-11-20T18:00:00Z"


def test_midnight_is_a_day_without_a_time():
    assert is_whole_day("2026-11-20T00:00:00Z")
    assert not is_whole_day("2026-11-20T00:00:01Z")


def test_a_short_text_is_refused_with_its_length():
    assert reason(text="x" * 300) == ""
    assert refusal(article(text="x" * 299), demands()) == Refusal(
        "too_short", "299 characters of text; at least 300 are needed"
    )


def test_the_first_gate_names_the_reason():
    assert reason(language="de", published="2019-01-01T00:00:00Z", text="") == "language"
    assert reason(published="2019-01-01T00:00:00Z", text="") == "too_old"


@pytest.mark.parametrize("place", ["title", "lead", "source", "text"])
def test_one_term_of_the_subject_or_interest_is_enough_wherever_it_stands(place):
    assert off_topic(article(**{place: "All about a neural network"}), demands()) is None
    assert off_topic(article(**{place: "All about tidal power"}), demands()) is None


def test_a_term_far_down_the_text_does_not_count():
    assert off_topic(article(text="x " * 2000 + "OpenAI"), demands()) is not None


def test_keywords_count_only_together():
    found = off_topic(article(title="A court and a budget"), demands())
    assert found is not None
    assert found.reason == "off_topic"
    assert "court, budget" in found.detail
    assert off_topic(article(title="A court, a budget, a court"), demands()) is not None
    assert off_topic(article(title="A court, a budget and a harbour"), demands()) is None


def test_without_category_keywords_nothing_is_off_topic():
    assert off_topic(article(), demands()) is not None
    assert off_topic(article(), demands(keywords=())) is None
