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
from itertools import combinations

from phases.common.story_terms import names, terms, versions, versions_conflict

SAME = 0.28  # similarity from which two reports of different sources tell one story
SAME_APART = 0.32  # where the titles share one word or none: one company's two doings read alike as far as that
APART_WORDS = 1
SAME_SOURCE = 0.55  # one outlet's pieces on one subject are mostly different pieces
RELATED = 0.18  # below SAME: the same subject, another event
GROUP_SHARE = 0.6  # of SAME: what a report must have on average to all reports of a group
WORDS, TITLE, NAMES = 0.5, 0.2, 0.3  # weights of the three cosines
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
    words: Vector
    title: Vector
    names: Vector
    cues: tuple[str, ...]
    versions: dict[str, set[str]]
    source: str
    hours: float | None


def group(reports: Sequence[Report]) -> Stories:
    """Put reports of the same story together. Deterministic: depends on the reports and their order only."""
    profiles, weights = _profiles(reports)
    pairs = _similar_pairs(profiles, weights)
    groups = _grown(len(reports), pairs, profiles)
    place = {index: at for at, members in enumerate(groups) for index in members}
    related = [pair for pair in pairs if place[pair.first] != place[pair.second]]
    return Stories(groups, related)


def best_match(titles: Sequence[str], known: Sequence[str]) -> list[tuple[int, float]]:
    """For each title the index of the most similar known title, and the similarity of the two (-1 and 0 if none)."""
    reports = [Report(title) for title in (*titles, *known)]
    profiles, _ = _profiles(reports)
    postings: dict[str, list[int]] = {}
    for at, profile in enumerate(profiles[len(titles) :]):
        for term in profile.title:
            postings.setdefault(term, []).append(at)
    return [_best(profile, profiles[len(titles) :], postings) for profile in profiles[: len(titles)]]


def _best(profile: _Profile, known: list[_Profile], postings: dict[str, list[int]]) -> tuple[int, float]:
    near = {at for term in profile.title for at in postings.get(term, [])}
    scored = [(_cosine(profile.title, known[at].title), -at) for at in near if not _conflict(profile, known[at])]
    similarity, place = max(scored, default=(0.0, 1))
    return -place, similarity


def _conflict(first: _Profile, second: _Profile) -> bool:
    return versions_conflict(first.versions, second.versions)


def _profiles(reports: Sequence[Report]) -> tuple[list[_Profile], dict[str, float]]:
    title_terms = [terms(report.title) for report in reports]
    lead_terms = [terms(report.lead[:LEAD_CHARS]) for report in reports]
    name_terms = [names(f"{report.title} {report.lead[:LEAD_CHARS]}") for report in reports]
    sets = [{*title, *lead, *name} for title, lead, name in zip(title_terms, lead_terms, name_terms, strict=True)]
    counts = Counter(term for found in sets for term in found)
    total = len(reports) + PRIOR_DOCUMENTS
    weights = {term: math.log(total / (1 + count)) for term, count in counts.items()}
    profiles = [
        _Profile(
            words=_vector(title * TITLE_COUNT + lead, weights),
            title=_vector(title, weights),
            names=_vector(name, weights),
            cues=tuple(dict.fromkeys((*title, *name))),
            versions=versions(report.title),
            source=report.source,
            hours=_hours(report.published),
        )
        for report, title, lead, name in zip(reports, title_terms, lead_terms, name_terms, strict=True)
    ]
    return profiles, weights


def _vector(found: Iterable[str], weights: dict[str, float]) -> Vector:
    raw = {term: (1 + math.log(count)) * weights[term] for term, count in Counter(found).items()}
    norm = math.sqrt(sum([value * value for value in raw.values()])) or 1.0
    return {term: value / norm for term, value in raw.items()}


def _cosine(first: Vector, second: Vector) -> float:
    if len(first) > len(second):
        first, second = second, first
    return sum([value * second[term] for term, value in first.items() if term in second])


def _similarity(first: _Profile, second: _Profile) -> float:
    """0 when too far apart in time or about different versions of one thing."""
    if first.hours is not None and second.hours is not None and abs(first.hours - second.hours) > MAX_HOURS:
        return 0.0
    if _conflict(first, second):
        return 0.0
    parts = (
        WORDS * _cosine(first.words, second.words),
        TITLE * _cosine(first.title, second.title),
        NAMES * _cosine(first.names, second.names),
    )
    return round(sum(parts), 6)


def _needed(first: _Profile, second: _Profile) -> float:
    if first.source and first.source == second.source:
        return SAME_SOURCE
    return SAME_APART if len(first.title.keys() & second.title.keys()) <= APART_WORDS else SAME


def _similar_pairs(profiles: list[_Profile], weights: dict[str, float]) -> list[Pair]:
    """Pairs of at least RELATED similarity, the most similar first."""
    found = (
        Pair(first, second, _similarity(profiles[first], profiles[second]))
        for first, second in _candidates(profiles, weights)
    )
    kept = [pair for pair in found if pair.similarity >= RELATED]
    return sorted(kept, key=lambda pair: (-pair.similarity, pair.first, pair.second))


def _candidates(profiles: list[_Profile], weights: dict[str, float]) -> list[tuple[int, int]]:
    """Pairs whose shared cues weigh enough, found through an index of cues rather than by comparing all pairs."""
    postings: dict[str, list[int]] = {}
    for at, profile in enumerate(profiles):
        for term in profile.cues:
            postings.setdefault(term, []).append(at)
    evidence: dict[tuple[int, int], float] = {}
    for term, sharers in postings.items():
        if 1 < len(sharers) <= MAX_SHARERS:
            weight = weights[term]
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
