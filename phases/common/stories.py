"""Which reports tell the same story: TF-IDF similarity of titles and leads, shared names, nearness in time.

Similarity of two reports, 0 to 1: half of the cosine of all words (a title's count double), a fifth of the cosine of
the titles, three tenths of the cosine of names and numbers. No model is needed, and no pair is compared that shares no
rare word. Groups grow from the most similar pair on and take in a report only when it resembles the group on average,
so that a chain of half-similar reports does not become one story.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import combinations

from phases.common.story_terms import names, terms, versions, versions_conflict

SAME = 0.28  # similarity from which two reports of different sources tell one story
SAME_APART = 0.32  # where the titles share one word or none: one company's two doings read alike as far as that
APART_WORDS = 1
SAME_SOURCE = 0.55  # one outlet's pieces on one subject are mostly different pieces
RELATED = 0.18  # below SAME: the same subject, another event
GROUP_SHARE = 0.6  # of SAME: what a report must have on average to all reports of a group
WORDS, TITLE, NAMES = 0.5, 0.2, 0.3  # weights of the three cosines
LEAST_SHARP = 0.05  # of title and names together; of 1,141 related pairs of the development sets all have .059 or more
LEAD_CHARS = 700  # characters; 400 found fewer groups, and later text is background that different stories share
TITLE_COUNT = 2  # times a title's words count in the cosine of all words
MAX_HOURS = 96.0  # reports further apart are a new development, not the same news
PRIOR_DOCUMENTS = 20  # added to the number of reports: on a quiet night every word is rare
MAX_SHARERS = 60  # reports that may share a word before it stops proposing pairs
MIN_EVIDENCE = 1.25  # shared title words and names, in words that only the two reports have, before they are compared
MAX_GROUP = 40  # reports in one story; more is a subject

Vector = dict[str, float]


@dataclass(frozen=True)
class Report:
    """What is compared. `published` is ISO with Z or None; `source` names the outlet."""

    title: str
    lead: str = ""
    published: str | None = None
    source: str = ""


@dataclass(frozen=True)
class Pair:
    """Two reports by index, first < second, and their similarity, 0 to 1."""

    first: int
    second: int
    similarity: float


@dataclass(frozen=True)
class Stories:
    """groups: indices of all reports, each in one group, in order. related: pairs of different groups, best first."""

    groups: list[list[int]]
    related: list[Pair]


@dataclass(frozen=True)
class _Profile:
    """The terms of one report; vectors are made when it is first compared, which most reports never are."""

    title_terms: list[str]
    lead_terms: list[str]
    name_terms: list[str]
    versions: dict[str, set[str]]
    source: str
    hours: float | None
    weights: Vector

    @property
    def cues(self) -> dict[str, None]:
        """The terms that propose pairs, in order."""
        return dict.fromkeys((*self.title_terms, *self.name_terms))

    @cached_property
    def words(self) -> Vector:
        return _vector(self.title_terms * TITLE_COUNT + self.lead_terms, self.weights)

    @cached_property
    def title(self) -> Vector:
        return _vector(self.title_terms, self.weights)

    @cached_property
    def names(self) -> Vector:
        return _vector(self.name_terms, self.weights)


def group(reports: Sequence[Report]) -> Stories:
    """Put reports of the same story together. Deterministic: depends on the reports and their order only."""
    profiles = _profiles(reports)
    pairs = _similar_pairs(profiles)
    groups = _grown(len(reports), pairs, profiles)
    place = {index: at for at, members in enumerate(groups) for index in members}
    related = [pair for pair in pairs if place[pair.first] != place[pair.second]]
    return Stories(groups, related)


def best_match(titles: Sequence[str], known: Sequence[str]) -> list[tuple[int, float]]:
    """For each title the index of the most similar known title, and the similarity of the two (-1 and 0 if none)."""
    reports = [Report(title) for title in (*titles, *known)]
    profiles = _profiles(reports)
    postings: dict[str, list[int]] = {}
    for at, profile in enumerate(profiles[len(titles) :]):
        for term in dict.fromkeys(profile.title_terms):
            postings.setdefault(term, []).append(at)
    return [_best(profile, profiles[len(titles) :], postings) for profile in profiles[: len(titles)]]


def _best(profile: _Profile, known: list[_Profile], postings: dict[str, list[int]]) -> tuple[int, float]:
    near = {at for term in profile.title_terms for at in postings.get(term, [])}
    scored = [(_cosine(profile.title, known[at].title), -at) for at in near if not _conflict(profile, known[at])]
    similarity, place = max(scored, default=(0.0, 1))
    return -place, similarity


def _conflict(first: _Profile, second: _Profile) -> bool:
    return versions_conflict(first.versions, second.versions)


def _profiles(reports: Sequence[Report]) -> list[_Profile]:
    weights: Vector = {}
    profiles = [_profile(report, weights) for report in reports]
    counts: Counter[str] = Counter()
    for each in profiles:
        counts.update({*each.title_terms, *each.lead_terms, *each.name_terms})
    total = len(reports) + PRIOR_DOCUMENTS
    weights.update((term, math.log(total / (1 + count))) for term, count in counts.items())
    return profiles


def _profile(report: Report, weights: Vector) -> _Profile:
    lead = report.lead[:LEAD_CHARS]
    found = (terms(report.title), terms(lead), names(f"{report.title} {lead}"), versions(report.title))
    return _Profile(*found, report.source, _hours(report.published), weights)


def _vector(found: Iterable[str], weights: Vector) -> Vector:
    raw = {term: (1 + math.log(count)) * weights[term] for term, count in Counter(found).items()}
    norm = math.sqrt(sum([value * value for value in raw.values()])) or 1.0
    return {term: value / norm for term, value in raw.items()}


def _cosine(first: Vector, second: Vector) -> float:
    if len(first) > len(second):
        first, second = second, first
    return sum([value * second[term] for term, value in first.items() if term in second])


def _similarity(first: _Profile, second: _Profile) -> float:
    """0 when too far apart in time, about different versions of one thing, or with hardly a name shared."""
    if first.hours is not None and second.hours is not None and abs(first.hours - second.hours) > MAX_HOURS:
        return 0.0
    if _conflict(first, second):
        return 0.0
    sharp = TITLE * _cosine(first.title, second.title) + NAMES * _cosine(first.names, second.names)
    return round(sharp + WORDS * _cosine(first.words, second.words), 6) if sharp >= LEAST_SHARP else 0.0


def _needed(first: _Profile, second: _Profile) -> float:
    if first.source and first.source == second.source:
        return SAME_SOURCE
    return SAME_APART if len(first.title.keys() & second.title.keys()) <= APART_WORDS else SAME


def _similar_pairs(profiles: list[_Profile]) -> list[Pair]:
    """Pairs of at least RELATED similarity, the most similar first."""
    found = (
        Pair(first, second, _similarity(profiles[first], profiles[second])) for first, second in _candidates(profiles)
    )
    kept = [pair for pair in found if pair.similarity >= RELATED]
    return sorted(kept, key=lambda pair: (-pair.similarity, pair.first, pair.second))


def _candidates(profiles: list[_Profile]) -> list[tuple[int, int]]:
    """Pairs whose shared cues weigh enough, found through an index of cues rather than by comparing all pairs."""
    postings: dict[str, list[int]] = {}
    for at, profile in enumerate(profiles):
        for term in profile.cues:
            postings.setdefault(term, []).append(at)
    evidence: dict[tuple[int, int], float] = {}
    for term, sharers in postings.items():
        if 1 < len(sharers) <= MAX_SHARERS:
            weight = profiles[0].weights[term]
            for pair in combinations(sharers, 2):
                evidence[pair] = evidence.get(pair, 0.0) + weight
    least = MIN_EVIDENCE * math.log((len(profiles) + PRIOR_DOCUMENTS) / 3)  # 3: the IDF of a word that two reports have
    return sorted(pair for pair, weight in evidence.items() if weight >= least)


def _grown(count: int, pairs: list[Pair], profiles: list[_Profile]) -> list[list[int]]:
    members = {index: [index] for index in range(count)}
    home = list(range(count))
    for pair in pairs:
        first, second = sorted((home[pair.first], home[pair.second]))
        if first == second or pair.similarity < _needed(profiles[pair.first], profiles[pair.second]):
            continue
        if _belong(members[first], members[second], profiles):
            members[first] += members.pop(second)
            for index in members[first]:
                home[index] = first
    return [sorted(found) for _, found in sorted(members.items())]


def _belong(first: list[int], second: list[int], profiles: list[_Profile]) -> bool:
    if len(first) + len(second) > MAX_GROUP:
        return False
    between = [_similarity(profiles[one], profiles[other]) for one in first for other in second]
    return sum(between) / len(between) >= GROUP_SHARE * SAME


def _hours(published: str | None) -> float | None:
    return datetime.fromisoformat(published).timestamp() / 3600 if published else None
