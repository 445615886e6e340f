"""The score of tier 1: what kind of news it is, times where it comes from, times how fresh it is. Pure.

value = kind x source x freshness, each a number up to 1 whose lowest value is a named constant, so that no single one
can rule an article out. Every part leaves a line that a reader can check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from phases.news import features
from phases.news.features import Article
from phases.news.phrases import Phrases
from phases.news.title_rules import RuleHit, rules

WORST_KIND, BEST_KIND = -1.0, 2.0  # sums of rule weights that count as 0 and 1
KIND_FLOOR = 0.1  # of an advert
DECAY = 0.5  # each further good sign counts half of the one before: long titles collect signs, not importance
SOURCE_FLOOR = 0.3  # of a source with weight 0
FRESHNESS_FLOOR = 0.8  # at the start of the window, and without a date: a night's news is all new
INTEREST = 0.2  # added to the sum of rules for FULL_INTERESTS of the company's interests in the title
FULL_INTERESTS = 2
BREVITY = 0.8  # added to the sum of rules for a title of SHORT_TITLE words, nothing from LONG_TITLE on
SHORT_TITLE, LONG_TITLE = 3, 14  # words; laboratories name their large news in few, partners and events in many
OUTLET, MAX_OUTLETS = 0.1, 3  # added per further outlet with the same story, as a share of the score
DIGITS = 4


@dataclass(frozen=True)
class Score:
    """0 to 1, with the readable lines that make it up. `kind` is the part that the title and lead decide, 0 to 1."""

    value: float
    reasons: tuple[str, ...]
    kind: float = 0.0


def score(article: Article, context: Mapping[str, Any], interests: Phrases, base: float) -> Score:
    """Rate one article.

    context    data of initialization: window, source_stats
    interests  the company's
    base       share of seen articles that earlier runs reported (features.reported_share)
    """
    hits = rules(article["title"], article["lead"])
    wanted = interests.find(article["title"])
    prior = features.source_prior(article, context["source_stats"], base)
    fresh = features.freshness(article, context["window"])
    words = len(article["title"].split())
    signs = _sum(hits) + INTEREST * min(1.0, len(wanted) / FULL_INTERESTS) + BREVITY * _brevity(words)
    kind = _between((signs - WORST_KIND) / (BEST_KIND - WORST_KIND), KIND_FLOOR)
    value = kind * _between(prior.value, SOURCE_FLOOR) * _between(fresh.value, FRESHNESS_FLOOR)
    lines = [f"{hit.name}: '{hit.evidence}'" for hit in hits]
    lines += [f"interest: '{phrase}'" for phrase in wanted]
    lines += [f"short title: {words} word{'s' * (words != 1)}"] * (words <= SHORT_TITLE)
    return Score(round(value, DIGITS), (*lines, *prior.evidence, *fresh.evidence), round(kind, DIGITS))


def with_outlets(found: Score, outlets: int) -> Score:
    """The score of a story that further outlets tell too."""
    if not outlets:
        return found
    value = min(1.0, found.value * (1 + OUTLET * min(outlets, MAX_OUTLETS)))
    line = f"also reported by {outlets} other source{'s' * (outlets > 1)}"
    return Score(round(value, DIGITS), (*found.reasons, line), found.kind)


def _sum(hits: list[RuleHit]) -> float:
    good = sorted((hit.weight for hit in hits if hit.weight > 0), reverse=True)
    return sum(weight * DECAY**place for place, weight in enumerate(good)) + sum(min(0.0, hit.weight) for hit in hits)


def _brevity(words: int) -> float:
    return min(1.0, max(0.0, (LONG_TITLE - words) / (LONG_TITLE - SHORT_TITLE)))


def _between(share: float, floor: float) -> float:
    """The share, cut to 0..1, on a scale from floor to 1."""
    return floor + (1 - floor) * min(1.0, max(0.0, share))
