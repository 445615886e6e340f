"""Named features of an article, each 0 to 1 with its evidence; tiers 2 and 3 and the ranking are sums of them.

Pure: no clock, no I/O, no randomness. An article is the plain dict that the phases pass on. There is no embedding
among the features: on months of laboratory feeds a sentence embedding ordered articles worse than chance, while rules
on the title together with a source prior ordered them well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from ace.errors import ConfigError
from phases.common.text import words

Article = Mapping[str, Any]

PRIOR_ARTICLES = 20.0  # pseudo-count of the Beta prior, in articles seen: about two nights of a busy feed
MIN_WEIGHT, MAX_WEIGHT = 0.05, 0.95  # a source's weight as a share: never certain in either direction
NO_HISTORY_SHARE = 0.1  # share of what is seen that a report takes (10 of 106), until the archive says better
FRESHNESS_HALVINGS = 2.0  # freshness at the start of the window is 2 ** -2 = 0.25, so age alone decides little
FULL_OUTLETS = 4  # further outlets with the same story at which the feature is full; more says little more
LEAD_SHARE = 0.5  # a phrase in the lead counts half of one in the title
FULL_PHRASES = 2.0  # two phrases in the title fill a phrase feature
MIN_PLURAL = 4  # letters from which a final s is taken for a plural: chips = chip, but not GPS = GP
MAX_EVIDENCE = 4  # phrases named per feature: a reader wants to see why, not all of it

_FUNCTION_WORDS = (
    "a about after all an and are as at be been but by can could do does for from had has have how i if in into is it "
    "its may more most new no not now of on or our out over own s say says she he they than that the their them there "
    "these this those to up us via was we were what when where which who why will with would you your"
)
STOPWORDS = frozenset(_FUNCTION_WORDS.split())


@dataclass(frozen=True)
class Feature:
    """A value in 0..1 and the lines that say what it rests on; no evidence means that nothing was found."""

    value: float
    evidence: tuple[str, ...] = ()


def stems(text: str) -> list[str]:
    """Lower-case words without the s of a plural, so that "AI chips" and "AI chip" are the same phrase."""
    return [
        word[:-1] if len(word) >= MIN_PLURAL and word.endswith("s") and not word.endswith("ss") else word
        for word in words(text)
    ]


@lru_cache(maxsize=4096)
def phrase_stems(phrase: str) -> list[str]:
    """`stems` of a keyword, remembered: the same few hundred are looked for in every article. Not to be changed."""
    return stems(phrase)


def content_stems(text: str) -> frozenset[str]:
    """The stems that carry meaning: no function words, no single letters; numbers stay ("Opus 4.8")."""
    return frozenset(stem for stem in stems(text) if stem not in STOPWORDS and (len(stem) > 1 or not stem.isascii()))


def contains(haystack: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the words of `phrase` stand one after the other in `haystack`."""
    size = len(phrase)
    if size == 0 or phrase[0] not in haystack:
        return False
    return any(haystack[at : at + size] == phrase for at in range(len(haystack) - size + 1))


def phrases_found(phrases: Iterable[str], article: Article) -> Feature:
    """Phrases standing in title (1 each) or lead (0.5 each), full at two in the title.

    A phrase of several words also counts, as in the lead, when all its meaningful words stand in the title.
    """
    title, lead = stems(article["title"]), stems(article["lead"])
    total = 0.0
    evidence: list[str] = []
    for phrase in dict.fromkeys(phrases):
        share, where = _phrase_share(phrase_stems(phrase), title, lead)
        total += share
        if share and len(evidence) < MAX_EVIDENCE:
            evidence.append(f"{where}: {phrase}")
    return Feature(min(1.0, total / FULL_PHRASES), tuple(evidence))


def _phrase_share(phrase: list[str], title: list[str], lead: list[str]) -> tuple[float, str]:
    if contains(title, phrase):
        return 1.0, "title"
    if contains(lead, phrase):
        return LEAD_SHARE, "lead"
    meaning = set(phrase) - STOPWORDS
    if len(meaning) > 1 and meaning <= set(title):
        return LEAD_SHARE, "title (words apart)"
    return 0.0, ""


def interests(article: Article, company: Mapping[str, Any]) -> Feature:
    """What the reading company says it cares about, found in title or lead."""
    return phrases_found(company.get("interests", ()), article)


def categories(article: Article, known: Sequence[Mapping[str, Any]]) -> Feature:
    """The best match of one category's keywords: an article is about one thing, so categories do not add up."""
    best, name = Feature(0.0), ""
    for category in known:
        found = phrases_found(category["keywords"], article)
        if found.value > best.value:
            best, name = found, category["name"]
    return Feature(best.value, tuple(f"{name}, {line}" for line in best.evidence))


def reported_share(stats: Mapping[str, Mapping[str, int]]) -> float:
    """Share of all articles seen in earlier runs that were reported; NO_HISTORY_SHARE where nothing was seen."""
    seen = sum(counts["seen"] for counts in stats.values())
    reported = sum(counts["reported"] for counts in stats.values())
    return reported / seen if seen and reported else NO_HISTORY_SHARE


def source_prior(article: Article, stats: Mapping[str, Mapping[str, int]], base: float) -> Feature:
    """How often this source's articles deserve a place: its weight before any run, its record after many.

    Posterior mean of a Beta prior with PRIOR_ARTICLES pseudo-articles around base * w / (1 - w), compared with the
    share `base` of all sources: value = share / (share + base). Without a record that is the weight w itself, 0.5 is
    an average source, and 20 articles seen count as much as the weight. The record is of this pipeline's own choices,
    so it confirms itself; the pseudo-articles keep every source in reach.
    """
    weight = min(MAX_WEIGHT, max(MIN_WEIGHT, article["source_weight"]))
    counts = stats.get(article["source_id"], {})
    seen, reported = counts.get("seen", 0), min(counts.get("reported", 0), counts.get("seen", 0))
    expected = min(1.0, base * weight / (1.0 - weight))
    share = (reported + PRIOR_ARTICLES * expected) / (seen + PRIOR_ARTICLES)
    line = f"{article['source']}: weight {article['source_weight']:.2f}"
    if seen:
        line += f", {reported} of {seen} earlier articles reported"
    return Feature(share / (share + base) if seen else weight, (line,))


def freshness(article: Article, window: Mapping[str, str]) -> Feature:
    """1 at the end of the window, 0.25 at its start, halving evenly; an undated article counts as the oldest."""
    end, start = _instant(window["end"]), _instant(window["start"])
    if not article["published"]:
        return Feature(2.0**-FRESHNESS_HALVINGS, ("no date: taken as the start of the window",))
    age = max(0.0, (end - _instant(article["published"])).total_seconds())
    span = max(1.0, (end - start).total_seconds())
    return Feature(2.0 ** (-FRESHNESS_HALVINGS * age / span), (f"published {age / 3600:.0f} h before the window ends",))


def _instant(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


def other_outlets(article: Article) -> list[str]:
    """Names of other sources that report the same story, each once, in the order in which tier 1 lists them."""
    names = (report["source"] for report in article.get("story", {}).get("also_reported_by", ()))
    return [name for name in dict.fromkeys(names) if name != article["source"]]


def outlets(article: Article) -> Feature:
    """Other outlets with the same story, on a log scale: the second says more than the fifth."""
    names = other_outlets(article)
    value = min(1.0, math.log2(1 + len(names)) / math.log2(1 + FULL_OUTLETS))
    if not names:
        return Feature(0.0)
    shown = ", ".join(names[:MAX_EVIDENCE])
    return Feature(value, (f"{len(names)} other outlet{'s' if len(names) > 1 else ''}: {shown}",))


def likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """Dice coefficient of two sets of title stems, 0 (nothing shared) to 1 (the same)."""
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def checked_weights(weights: Mapping[str, Any], known: Iterable[str], key: str) -> dict[str, float]:
    """The weights as shares that sum to 1, in the order of `known`. Raises ConfigError, naming `key`, otherwise."""
    names = list(known)
    if not isinstance(weights, Mapping):
        message = f"{key} must be a table of name = weight, not {weights!r}"
        raise ConfigError(message)
    unknown = sorted(set(weights) - set(names))
    if unknown:
        message = f"{key}: unknown name {unknown[0]!r}"
        raise ConfigError(message, hint=f"known names: {', '.join(names)}")
    bad = [name for name, weight in weights.items() if not _is_weight(weight)]
    total = sum(weights.values()) if not bad else 0.0
    if bad or not 0 < total < math.inf:
        message = f"{key}: " + (f"{bad[0]} = {weights[bad[0]]!r}" if bad else "the weights sum to 0 or overflow")
        raise ConfigError(message, hint="weights are finite numbers of 0 or more, at least one above 0")
    return {name: weights[name] / total for name in names if weights.get(name, 0) > 0}


def checked_count(value: Any, key: str) -> int:
    """`value` as a number of articles, 0 meaning no limit. Raises ConfigError, naming `key`, when it is none."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        message = f"{key} must be a whole number of 0 (no limit) or more, not {value!r}"
        raise ConfigError(message)
    return value


def reference(article: Article) -> dict[str, Any]:
    """What a list of dropped articles names of each."""
    return {key: article[key] for key in ("id", "title", "url", "source")}


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
