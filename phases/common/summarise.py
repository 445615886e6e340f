"""An extractive summary: whole sentences of the source, chosen to fit a given length, in the order of the source.

Sentences are rated by how central they are (cosine of TF-IDF vectors to all others, those near the top counting more:
after LexRank, Erkan and Radev 2004, "LexRank: graph-based lexical centrality as salience in text summarization", with
plain degree instead of the random walk), by the title words in them and by their place. The set is the best one under
a penalty for repetition (after MMR, Carbonell and Goldstein 1998) whose joined text has the wanted length.
Nothing is written by a model, nothing is reworded.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from phases.common.sentence_kinds import has_open_quotation, is_complete, is_dangling, kind
from phases.common.stopwords import STOP_WORDS
from phases.common.text import nfc, scrub, sentences, words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

Status = Literal["ok", "too_short", "trimmed"]

LOW, HIGH = 500, 600  # characters after NFC, specs of the news pipeline
# Weights and shapes: chosen on 100 articles with human extracts and 15 with publishers' standfirsts such that both
# halves of the data agree (benchmarks/news/summaries.py); neighbouring values change the first figure by less than .01,
# and the second, of 15 texts, by up to .02.
LEAD_SENTENCES = 20.0  # e-folding depth of the top part towards which centrality is measured
FAR_WEIGHT = 0.2  # what a sentence at the far end of a long text still counts
IDF_FLOOR = 8.0  # added to ln(n/df): rare words must not outweigh the subject, which is in many sentences
TITLE_WEIGHT = 0.2
PLACE_WEIGHT = 0.3
REPETITION = 0.3  # penalty per pair: share of the smaller value × cosine
SAME_THING = 0.6  # cosine from which on the second sentence only says the first again
LENGTH_POWER = 0.75  # a sentence's value grows with its length: 0 favours many short ones, 1 few long ones
DANGLING_FACTOR = 0.9  # for "He said …" without the sentence before it
OPEN_QUOTE_FACTOR = 0.85  # for half a quotation
CANDIDATES = 14  # best sentences among which all sets are tried: at most 16,384
MAX_SENTENCES = 400  # what comes later in a very long text is not looked at
_CLAUSE_ENDS = (";", " –", " —", ":", ",", "；", "、", "，")


@dataclass(frozen=True)
class Summary:
    """`sentences` are indices into `phases.common.text.sentences(scrub(source))`.

    status: ok         whole sentences, length in range
            too_short  the source has fewer characters of usable sentences than the minimum; all of them are given
            trimmed    no set of whole sentences fits; the last one is cut at a clause and ends with an ellipsis
    """

    text: str
    status: Status
    sentences: tuple[int, ...]

    @property
    def chars(self) -> int:
        return len(self.text)


@dataclass(frozen=True)
class _Rated:
    """Sentences of a source with what the choice needs; `usable` in tiers, best first."""

    texts: list[str]
    value: Vector
    likeness: NDArray[np.float64]
    leaning: list[bool]


def summarise(
    text: str, *, title: str = "", low: int = LOW, high: int = HIGH, exclude: Collection[int] = ()
) -> Summary:
    """Summarise `text` in `low` to `high` characters. `exclude`: sentence indices that may not be used."""
    found = sentences(scrub(text))[:MAX_SENTENCES]
    kinds = [kind(sentence) for sentence in found]
    first_seen = {" ".join(words(sentence)): place for place, sentence in reversed(list(enumerate(found)))}
    allowed = [place for place in sorted(first_seen.values()) if place not in exclude and kinds[place] != "boilerplate"]
    prose = [place for place in allowed if kinds[place] == "prose"]
    rated = _rate(found, title)
    for usable in (prose, allowed):
        chosen = _best_set(rated, usable, low, high) or _fitting_set(rated, usable, low, high)
        if chosen:
            return Summary(_join(found, chosen), "ok", tuple(chosen))
    return _short_or_trimmed(rated, allowed, low, high)


def _rate(found: Sequence[str], title: str) -> _Rated:
    vectors, terms = _vectors([_terms(sentence) for sentence in found])
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, 0.0)
    place = np.arange(len(found))
    central = likeness @ (FAR_WEIGHT + np.exp(-place / LEAD_SENTENCES))
    title_terms = np.array([term in set(_terms(title)) for term in terms], dtype=np.float64)
    titled = (vectors > 0) @ title_terms
    score = _to_one(central) + TITLE_WEIGHT * _to_one(titled) + PLACE_WEIGHT / (1.0 + place)
    lengths = np.array([len(sentence) for sentence in found], dtype=np.float64)
    open_quote = np.array([OPEN_QUOTE_FACTOR if has_open_quotation(sentence) else 1.0 for sentence in found])
    value = score * lengths**LENGTH_POWER * open_quote
    return _Rated(list(found), value, likeness, [is_dangling(sentence) for sentence in found])


def _terms(sentence: str) -> list[str]:
    return [word for word in words(sentence) if word not in STOP_WORDS]


def _vectors(bags: list[list[str]]) -> tuple[NDArray[np.float64], list[str]]:
    """Unit rows of TF-IDF, one per sentence, and the terms of the columns."""
    frequency = Counter(term for bag in bags for term in set(bag))
    terms = sorted(frequency)
    column = {term: place for place, term in enumerate(terms)}
    rows = np.zeros((len(bags), len(terms)))
    for row, bag in enumerate(bags):
        for term, count in Counter(bag).items():
            rows[row, column[term]] = count * (IDF_FLOOR + math.log(len(bags) / frequency[term]))
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norms > 0, norms, 1.0), terms


def _to_one(values: Vector) -> Vector:
    top = float(values.max()) if len(values) else 0.0
    return values / top if top > 0 else values


def _best_set(rated: _Rated, usable: Sequence[int], low: int, high: int) -> list[int]:
    """The set with the highest value among all sets of the best candidates whose text fits; empty if none does."""
    best_first = sorted((p for p in usable if len(rated.texts[p]) <= high), key=lambda p: (-rated.value[p], p))
    candidates = sorted(best_first[:CANDIDATES])
    best: list[int] = []
    best_worth = -math.inf

    def grow(start: int, chosen: list[int], length: int, worth: float) -> None:
        nonlocal best, best_worth
        if length >= low and worth > best_worth:
            best, best_worth = list(chosen), worth
        for at in range(start, len(candidates)):
            place = candidates[at]
            longer = length + len(rated.texts[place]) + (_gap(rated.texts[chosen[-1]]) if chosen else 0)
            if longer <= high:
                grow(at + 1, [*chosen, place], longer, worth + _gain(rated, chosen, place))

    grow(0, [], 0, 0.0)
    return best


def _gain(rated: _Rated, chosen: Sequence[int], place: int) -> float:
    """What the sentence adds to those chosen before it."""
    value = float(rated.value[place])
    if rated.leaning[place] and (not chosen or chosen[-1] != place - 1):
        value *= DANGLING_FACTOR
    likenesses = [float(rated.likeness[place, other]) for other in chosen]
    if max(likenesses, default=0.0) >= SAME_THING:
        return -value
    return value - REPETITION * sum(
        likeness * min(value, float(rated.value[other])) for likeness, other in zip(likenesses, chosen, strict=True)
    )


def _fitting_set(rated: _Rated, usable: Sequence[int], low: int, high: int) -> list[int]:
    """The most valuable set of any of the sentences that fits, repetition aside; empty if none does."""
    by_length = _by_length(rated, usable, high)
    fitting = [(worth, chosen) for length, (worth, chosen) in by_length.items() if length >= low]
    return list(max(fitting)[1]) if fitting else []


def _by_length(rated: _Rated, usable: Sequence[int], high: int) -> dict[int, tuple[float, tuple[int, ...]]]:
    """For every reachable length of joined text up to `high`: the most valuable set that has it (0/1 knapsack)."""
    reached: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for place in usable:
        for length, (worth, chosen) in list(reached.items()):
            longer = length + len(rated.texts[place]) + (_gap(rated.texts[chosen[-1]]) if chosen else 0)
            offer = (worth + float(rated.value[place]), (*chosen, place))
            if longer <= high and offer > reached.get(longer, (-math.inf, ())):
                reached[longer] = offer
    return reached


def _short_or_trimmed(rated: _Rated, allowed: Sequence[int], low: int, high: int) -> Summary:
    """No set fits: the source is too short and is given whole, headings aside, or one sentence has to be cut."""
    whole = [place for place in allowed if is_complete(rated.texts[place])] or list(allowed)
    if len(_join(rated.texts, whole)) < low:
        return Summary(_join(rated.texts, whole), "too_short", tuple(whole))
    by_length = _by_length(rated, whole, high)
    _, chosen = by_length[max(by_length)]
    extra = max((place for place in whole if place not in chosen), key=lambda place: rated.value[place])
    text = _cut(f"{_join(rated.texts, chosen)} {rated.texts[extra]}".strip(), low, high)
    return Summary(text, "trimmed", (*chosen, extra))


def _cut(text: str, low: int, high: int) -> str:
    """The text up to the last clause or word that ends in range; an ellipsis takes the place of the end mark."""
    cut = max(text.rfind(mark, low - 1, high) for mark in _CLAUSE_ENDS)
    if cut < 0:
        cut = text.rfind(" ", low - 1, high)
    return text[: cut if cut > 0 else high - 1].rstrip(" ,;:–—") + "…"


def _gap(sentence: str) -> int:
    return 0 if sentence[-1:] in "。！？" else 1


def _join(texts: Sequence[str], places: Sequence[int]) -> str:
    """The sentences at `places` as running text; no space after East Asian full stops."""
    return nfc("".join(texts[p] + " " * _gap(texts[p]) for p in places).rstrip())
