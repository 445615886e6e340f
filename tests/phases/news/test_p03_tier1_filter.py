"""Tier 1: every reason to drop an article, who leads a story, order and cut, and data that fit the schema."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from ace import jsonio, schema
from ace.errors import ConfigError
from ace.testing import run_phase
from phases.news import p03_tier1_filter
from phases.news.pipeline import PIPELINE

CONFIG = next(dict(phase.config) for phase in PIPELINE.phases if phase.name == "tier1_filter")
SCHEMA = schema.load(Path(__file__).resolve().parents[3] / "schemas" / "news" / "tier1_filter.schema.json")
WINDOW = {"start": "2026-11-20T18:00:00Z", "end": "2026-11-22T06:00:00Z"}
NOON = "2026-11-21T12:00:00Z"
NOUNS = (
    "harbour",
    "meadow",
    "lantern",
    "copper",
    "orchard",
    "violin",
    "glacier",
    "pepper",
    "saddle",
    "marble",
    "walnut",
    "ferry",
)


def text(seed: int, words: int = 160) -> str:
    """A text about AI in words of its own."""
    chooser = random.Random(seed)
    return "OpenAI. " + " ".join(coined(1000 * (seed + 1) + chooser.randrange(60)) for _ in range(words))


def coined(number: int) -> str:
    """A word for a number: "harbourvio", "meadowgla", …"""
    return NOUNS[number % 12] + (coined(number // 12)[:3] + coined(number // 12)[-3:] if number >= 12 else "")


def article(number: int, **changes: Any) -> dict[str, Any]:
    plain = {
        "id": f"{number:016x}",
        "url": f"https://gazette.example/{number}",
        "title": f"OpenAI {coined(100 + number)}",
        "lead": "",
        "text": text(number),
        "source_id": f"source-{number}",
        "source": f"Source {number}",
        "source_weight": 0.5,
        "category": "business",
        "language": "en",
        "published": NOON,
    }
    return plain | changes


def known(title: str = "", url: str = "https://elsewhere.example/") -> dict[str, Any]:
    return {"id": "0" * 16, "title": title, "url": url, "run_id": "20261120_031500", "published": None}


def sift(
    articles: list[dict[str, Any]], known_stories: tuple[dict[str, Any], ...] = (), **config: Any
) -> dict[str, Any]:
    context = {
        "window": WINDOW,
        "company": {"name": "Reader", "description": "", "interests": ["model pricing"]},
        "categories": [{"id": "business", "name": "Business", "keywords": ["funding", "merger", "valuation"]}],
        "known_stories": list(known_stories),
        "source_stats": {},
    }
    inputs = {"scraping": {"articles": articles}, "initialization": context}
    data = run_phase(p03_tier1_filter.run, inputs, config=CONFIG | config).data
    schema.check(SCHEMA, data)
    kept, dropped = numbers(data), [int(entry["id"], 16) for entry in data["dropped"]]
    assert sorted(kept + dropped) == sorted(int(each["id"], 16) for each in articles), "each is kept or dropped, once"
    return data


def numbers(data: dict[str, Any]) -> list[int]:
    return [int(entry["id"], 16) for entry in data["articles"]]


def reasons(data: dict[str, Any]) -> dict[int, str]:
    return {int(entry["id"], 16): entry["reason"] for entry in data["dropped"]}


def detail(data: dict[str, Any], number: int) -> str:
    return next(str(entry["detail"]) for entry in data["dropped"] if int(entry["id"], 16) == number)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"language": "de"}, "language"),
        ({"published": "2026-11-10T08:00:00Z"}, "too_old"),
        ({"published": "2026-11-25T08:00:00Z"}, "future"),
        ({"text": "OpenAI. Short."}, "too_short"),
        ({"title": "Rain", "text": text(1).replace("OpenAI", "Harbours")}, "off_topic"),
        ({"text": text(2)}, "duplicate"),
        ({"url": "https://gazette.example/known"}, "known_story"),
    ],
)
def test_an_article_is_dropped_for_its_reason_and_says_so(changes, reason):
    better = article(2, source_weight=0.9)
    stories = (known("Another story altogether", "https://gazette.example/known"),)
    data = sift([article(1, **changes), better], stories)
    assert numbers(data) == [2]
    assert reasons(data) == {1: reason}
    dropped = data["dropped"][0]
    assert dropped["detail"]
    assert (dropped["title"], dropped["source"]) == (changes.get("title", article(1)["title"]), "Source 1")


def test_kept_articles_are_passed_on_whole_with_what_tier_one_adds():
    given = article(3, title="OpenAI unveils a harbour", extractor="trafilatura")
    kept = sift([given])["articles"][0]
    assert kept | given == kept
    assert kept["story"] == {"id": given["id"], "size": 1, "also_reported_by": [], "related": []}
    assert 0 < kept["tier1_score"] <= 1
    assert "release: 'unveils'" in kept["tier1_reasons"]


def test_the_best_are_kept_and_the_rest_fall_below_the_cut():
    articles = [article(number, source_weight=number / 20) for number in range(1, 13)]
    data = sift(articles, keep=5)
    assert numbers(data) == [12, 11, 10, 9, 8]
    assert set(reasons(data).values()) == {"below_cut"}
    assert detail(data, 7).startswith("place 6 of 12")
    scores = [entry["tier1_score"] for entry in data["articles"]]
    assert scores == sorted(scores, reverse=True)


def test_zero_keeps_all():
    assert len(sift([article(number) for number in range(40)], keep=0)["articles"]) == 40


def test_no_article_is_no_error():
    assert sift([]) == {"articles": [], "dropped": []}


def test_ties_go_to_the_newer_then_to_the_dated_then_to_the_lower_id():
    same = {"title": "OpenAI and rain"}
    start = WINDOW["start"]  # as fresh as an undated article counts
    articles = [
        article(4, published=None, **same),
        article(3, published=start, **same),
        article(2, published=start, **same),
        article(1, published=NOON, **same),
    ]
    kept = sift([each | {"title": f"OpenAI {NOUNS[at]}"} for at, each in enumerate(articles)])["articles"]
    assert [int(entry["id"], 16) for entry in kept] == [1, 2, 3, 4]
    assert kept[1]["tier1_score"] == kept[2]["tier1_score"] == kept[3]["tier1_score"]


MERGER = (
    {
        "title": "Lumora buys AI robot maker Tarnwick for 3.1 billion dollars",
        "lead": "Lumora agreed to take over Tarnwick, a maker of warehouse robots in Leeds, for 3.1 billion dollars. Founder "
        "Ida Fenwright of Tarnwick will lead a division of Lumora.",
    },
    {
        "title": "Tarnwick sold: Lumora pays 3.1 billion dollars for AI robots",
        "lead": "The robot maker Tarnwick of Leeds goes to Lumora for 3.1 billion dollars. Ida Fenwright, who founded Tarnwick, "
        "becomes head of a division at Lumora.",
    },
)


def told(number: int, version: int, **changes: Any) -> dict[str, Any]:
    lead = MERGER[version]["lead"]
    return article(number, text=f"{lead} {text(number, 40)}", **MERGER[version]) | changes


def test_of_one_story_the_best_report_is_kept_and_the_other_outlets_are_named():
    data = sift([told(1, 0, source_weight=0.2), told(2, 1, source_weight=0.9), article(3)])
    assert sorted(numbers(data)) == [2, 3]
    assert reasons(data) == {1: "same_story"}
    assert MERGER[1]["title"] in detail(data, 1)
    leader = next(entry for entry in data["articles"] if entry["id"].endswith("2"))
    assert leader["story"]["size"] == 2
    assert leader["story"]["also_reported_by"] == [
        {"source": "Source 1", "title": MERGER[0]["title"], "url": "https://gazette.example/1"}
    ]
    assert leader["tier1_reasons"][-1] == "also reported by 1 other source"
    alone = sift([told(2, 1, source_weight=0.9)])["articles"][0]
    assert leader["tier1_score"] > alone["tier1_score"]


def test_among_equally_good_reports_the_longest_leads():
    short, long = told(1, 0), told(2, 0)
    long["text"] += text(7, 80)
    assert numbers(sift([short, long, article(3)]))[0] == 2


def test_a_copy_counts_as_a_further_report_of_the_same_outlets_story():
    data = sift([article(1, source_weight=0.9), article(2, text=text(1))])
    story = data["articles"][0]["story"]
    assert (story["size"], [report["source"] for report in story["also_reported_by"]]) == (2, ["Source 2"])
    assert detail(data, 2).startswith("the same text as")


def test_an_outlets_own_copy_is_no_further_outlet():
    own = {"source_id": "gazette", "source": "Gazette"}
    data = sift([article(1, **own), article(2, text=text(1), **own)])
    assert not any("also reported" in line for line in data["articles"][0]["tier1_reasons"])


def test_two_doings_of_one_company_are_named_as_related():
    visit = {
        "title": "What the robots of Tarnwick mean for Lumora's AI",
        "lead": "Nine hundred machines sort parcels in Leeds; Lumora wants them in every country.",
    }
    own = {"source_id": "gazette", "source": "Gazette"}
    second = article(2, **visit, **own, text=visit["lead"] + " " + text(2, 30))
    kept = {
        entry["id"]: entry["story"]["related"] for entry in sift([told(1, 0, **own), second, article(3)])["articles"]
    }
    first, other, third = (f"{number:016x}" for number in (1, 2, 3))
    assert kept == {first: [other], other: [first], third: []}


@pytest.mark.parametrize(
    "url",
    ["http://www.gazette.example/1/", "https://gazette.example/1?utm_source=feed", "https://GAZETTE.example/1#top"],
)
def test_a_story_of_an_earlier_report_is_known_by_its_address_however_it_is_linked(url):
    data = sift([article(1)], (known("Another story", url),))
    assert reasons(data) == {1: "known_story"}
    assert detail(data, 1) == 'run 20261120_031500 reported it as "Another story"'


def test_a_story_of_an_earlier_report_is_known_by_its_title_too():
    data = sift([told(1, 0), article(2)], (known("Lumora buys AI robot maker Tarnwick for 3.1 billion"),))
    assert reasons(data) == {1: "known_story"}


def test_a_story_on_the_same_company_is_not_a_known_one():
    assert reasons(sift([told(1, 0)], (known("Robot maker Tarnwick hires in Turku"),))) == {}


def test_an_undated_article_is_kept():
    assert numbers(sift([article(1, published=None)])) == [1]


def test_a_hostile_url_or_title_is_no_error():
    odd = {"url": "https://[::1/odd", "title": "OpenAI \u202e<script> ``` \"quoted\" 'x'"}
    assert numbers(sift([article(1, **odd), article(2)], (known("x", "https://["),)))


def test_languages_can_be_chosen_or_left_open():
    articles = [article(1), article(2, language="de"), article(3, language="")]
    assert sorted(numbers(sift(articles, languages=["de"]))) == [2, 3]
    assert sorted(numbers(sift(articles, languages=[]))) == [1, 2, 3]


def test_the_least_length_can_be_chosen():
    assert numbers(sift([article(1, text="OpenAI")], min_chars=0)) == [1]


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"keep": -1}, "tier1_filter.keep"),
        ({"keep": 2.5}, "tier1_filter.keep"),
        ({"keep": True}, "tier1_filter.keep"),
        ({"min_chars": "many"}, "tier1_filter.min_chars"),
        ({"languages": "en"}, "tier1_filter.languages"),
        ({"languages": [1]}, "tier1_filter.languages"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(config, named):
    with pytest.raises(ConfigError, match=named):
        sift([], **config)


def test_the_order_of_the_articles_changes_nothing():
    articles = [article(number, source_weight=number % 5 / 5) for number in range(30)]
    articles += [
        told(40, 0),
        told(41, 1),
        article(42, text=text(3)),
        article(43, language="fr"),
        article(44, published=None),
    ]
    first = sift(articles, keep=12)
    shuffled = articles[:]
    random.Random(5).shuffle(shuffled)
    again = sift(shuffled, keep=12)
    assert jsonio.dumps(sift(articles, keep=12)) == jsonio.dumps(first)
    assert again["articles"] == first["articles"]
    assert reasons(again) == reasons(first)
