"""Five dimensions of an article, each a whole number 0..10 with the sum it comes from and the evidence in the text.

A dimension is a base value plus named points. The base is what an article gets that says nothing for or against; it is
never hidden: the reason prints base, points and result, so that a reader can add them up. Points were set by hand and
are not fitted; they order articles of one night, and a 7 of one night is comparable with a 7 of another, no more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from phases.common.text import shorten, words
from phases.news import features, signals
from phases.news.features import MAX_EVIDENCE, Article, Feature
from phases.news.subject import actors, subject
from phases.news.title_rules import RuleHit, rules

# Value of each dimension without any evidence. Most news is of little impact and asks for nothing (2, 1); what a feed
# carries is usually new to some degree and honestly meant (5, 4); nothing is relevant before it is on the subject (1).
BASE = {"impact": 2.0, "novelty": 5.0, "relevance": 1.0, "credibility": 4.0, "actionability": 1.0}
TOP = 10

SMALL_SUM, SUM_POINTS = 1e6, 3.0  # a point per power of ten above a million dollars: 10 million 1, a billion 3
SMALL_REACH, REACH_POINTS = 1e4, 2.0  # a point per power of ten above ten thousand people: a million 2
LIKE_EARLIER = 0.3  # likeness of two titles below which they merely share a subject
FAR_FROM_EARLIER = 0.15  # below this nothing among the known stories is near
MIDDLE_AGE = 0.625  # freshness that is neither new nor old: half way from 1 to 0.25, the start of the window
FULL_FIGURES, FULL_QUOTES, FULL_SPEAKERS = 5, 3, 3  # counts at which more of the same proves nothing more
SHORT_TEXT = 120  # words below which a text is a notice rather than a report
QUOTED_CHARS = 80  # of a quotation or title that evidence shows
# Kinds of title that repeat what is known; the others leave novelty as it is.
REPEATING = frozenset(("tutorial", "customer_story", "event", "listicle", "advert", "opinion", "digest", "notice"))
DEEDS = frozenset(("funding", "acquisition"))  # happen once: news without a word such as "new"
WEIGHTY = frozenset(  # kinds of title that say that something happened in the world, with the rule's own weight
    (
        "release",
        "model",
        "funding",
        "acquisition",
        "benchmark",
        "policy",
        "security",
        "hardware",
        "open_source",
        "business",
    )
)


@dataclass(frozen=True)
class Known:
    """What an article is held against: the reader, the window, the sections, the titles of earlier reports."""

    company: Mapping[str, Any]
    categories: Sequence[Mapping[str, Any]]
    window: Mapping[str, str]
    stories: tuple[tuple[frozenset[str], str], ...] = ()

    @classmethod
    def of(cls, context: Mapping[str, Any]) -> Known:
        """From the data of phase initialization."""
        stories = tuple((features.content_stems(story["title"]), story["title"]) for story in context["known_stories"])
        return cls(context["company"], context["categories"], context["window"], stories)


@dataclass(frozen=True)
class Points:
    """What one named feature adds or takes away, and what it rests on."""

    name: str
    points: float
    evidence: tuple[str, ...] = ()


def impact(article: Article, _known: Known) -> list[Points]:
    """How much it changes and for how many: kind of event, money, people, far-reaching actors, echo."""
    top = signals.head(article)
    weighty = sorted((hit.weight for hit in _hits(article) if hit.name in WEIGHTY), reverse=True)
    event = 2.5 * min(1.0, sum(weight / 2**place for place, weight in enumerate(weighty)))
    named = tuple(hit.evidence for hit in _hits(article) if hit.name in WEIGHTY)
    amount, sum_text = signals.largest_sum(top)
    people, reach_text = signals.largest_reach(top)
    return [
        Points("event in the title", event, named),
        Points("money", _powers(amount, SMALL_SUM, SUM_POINTS), (sum_text,)),
        Points("people or firms reached", _powers(people, SMALL_REACH, REACH_POINTS), (reach_text,)),
        _per_name("far-reaching actor in the title", actors(article["title"]), full=2, points=1.5),
        _of(features.outlets(article), "other outlets", 2.5),
    ]


def novelty(article: Article, known: Known) -> list[Points]:
    """How far it is from what earlier reports said, and whether it claims to be news at all."""
    hits = _hits(article)
    repeating = tuple(f"{hit.name}: {hit.evidence}" for hit in hits if hit.name in REPEATING)
    fresh = features.freshness(article, known.window)
    age = (fresh.value - MIDDLE_AGE) / (1 - MIDDLE_AGE) if article["published"] else 0.0
    claims = signals.newness(article["title"]) + [hit.evidence for hit in hits if hit.name in DEEDS]
    models = [hit.evidence for hit in hits if hit.name == "model" and hit.evidence in article["title"]]
    return [
        _against_earlier(article, known),
        _per_name("something new", claims, full=1, points=1.5),
        _per_name("a numbered model or version", models, full=1, points=1.0),
        Points("repeats what is known", -2.5 if repeating else 0.0, repeating),
        Points("age", age, fresh.evidence),
    ]


def relevance(article: Article, known: Known) -> list[Points]:
    """How near it is to the subject of the report and to what the reading company cares about."""
    in_text = features.phrases_found(known.company.get("interests", ()), {"title": "", "lead": article["text"]})
    return [
        _of(subject(article), "artificial intelligence", 3.5),
        _of(features.interests(article, known.company), "interests", 3.0),
        _of(in_text, "interests in the text", 1.5, place="text"),
        _of(features.categories(article, known.categories), "section keywords", 1.0),
    ]


def credibility(article: Article, _known: Known) -> list[Points]:
    """How well a reader could check it: first hand or many hands, figures, quotations, named speakers, doubts."""
    text = signals.whole(article)
    doubts, sells = signals.hedges(text), signals.bait(article["title"])
    primary = signals.primary_source(article)
    quotes = [shorten(quote, QUOTED_CHARS) for quote in signals.quotations(text)]
    length = len(words(article["text"]))
    return [
        Points("first hand", 1.5 if primary else 0.0, (primary,)),
        _of(features.outlets(article), "other outlets", 2.0),
        _per_name("figures", signals.figures(text), full=FULL_FIGURES, points=1.0),
        _per_name("quotations", quotes, full=FULL_QUOTES, points=1.0),
        _per_name("named speakers", signals.speakers(text), full=FULL_SPEAKERS, points=1.0),
        _per_name("unconfirmed", doubts, full=2, points=-2.0),
        _per_name("wording that sells", sells, full=2, points=-2.0),
        Points("hardly any text", -1.0 if length < SHORT_TEXT else 0.0, (f"{length} words",)),
    ]


def actionability(article: Article, _known: Known) -> list[Points]:
    """What a reader could do now: a price, something to get or to call, a date to keep, steps to take."""
    guides = tuple(hit.evidence for hit in _hits(article) if hit.name == "tutorial")
    found = signals.actions(signals.whole(article))
    return [
        Points("guide", 2.0 if guides else 0.0, guides),
        *(_per_name(kind, phrases, full=2, points=2.5) for kind, phrases in found.items()),
    ]


DIMENSIONS: Mapping[str, Callable[[Article, Known], list[Points]]] = {
    "impact": impact,
    "novelty": novelty,
    "relevance": relevance,
    "credibility": credibility,
    "actionability": actionability,
}


def scored(name: str, article: Article, known: Known) -> dict[str, Any]:
    """{score, reason, evidence} of one dimension; without any points the base value, and the reason says so."""
    counted = [points for points in DIMENSIONS[name](article, known) if round(points.points, 1)]
    base = BASE[name]
    if not counted:
        return {"score": round(base), "reason": f"nothing found for or against; base value {base:g}", "evidence": []}
    total = base + sum(round(points.points, 1) for points in counted)
    score = max(0, min(TOP, math.floor(total + 0.5)))  # .5 upwards: Python's round would take 6.5 and 7.5 apart
    terms = ", ".join(f"{points.name} {points.points:+.1f}" for points in counted)
    evidence = [f"{points.name}: {line}" for points in counted for line in points.evidence[:MAX_EVIDENCE] if line]
    return {"score": score, "reason": f"base {base:g}, {terms} = {score}", "evidence": evidence}


def _hits(article: Article) -> list[RuleHit]:
    return rules(article["title"], article["lead"])


def _powers(number: float, small: float, most: float) -> float:
    """One point per power of ten above `small`, at most `most`."""
    return min(most, max(0.0, math.log10(number / small))) if number > 0 else 0.0


def _per_name(name: str, found: Sequence[str], *, full: int, points: float) -> Points:
    """Points in proportion to how many were found, all of them from `full` on."""
    return Points(name, points * min(full, len(found)) / full, tuple(found))


def _of(feature: Feature, name: str, points: float, place: str = "") -> Points:
    evidence = tuple(line.replace("lead:", f"{place}:") if place else line for line in feature.evidence)
    return Points(name, points * feature.value, evidence)


def _against_earlier(article: Article, known: Known) -> Points:
    """Up to 5 points off for a title like that of an earlier report, one more for one far from all of them."""
    title = features.content_stems(article["title"])
    near, earlier = max(((features.likeness(title, stems), name) for stems, name in known.stories), default=(0.0, ""))
    if near > LIKE_EARLIER:
        share = (near - LIKE_EARLIER) / (1 - LIKE_EARLIER)
        return Points("like an earlier story", -5.0 * share, (f"{near:.2f} like: {shorten(earlier, QUOTED_CHARS)}",))
    far = bool(known.stories) and near < FAR_FROM_EARLIER
    return Points("unlike earlier stories", 1.0 if far else 0.0, (f"{len(known.stories)} earlier stories compared",))
