"""Which texts are the same, exactly or nearly, without comparing all pairs.

A text is represented by runs of three words (w-shingling, Broder 1997, "On the resemblance and containment of
documents"), of which those are kept that begin with an anchor word: a word whose checksum is 0 modulo ANCHORS. What is
kept depends on the words alone, so equal passages keep equal runs wherever they stand. Two texts are near-duplicates
when most of the smaller one's runs are in the other one. Only texts that share a run are compared.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

NEAR = 0.8  # share of the smaller text's runs; rewritten reports of one event stay below 0.3, copies above 0.9
READ_CHARS = 2000  # of a text: copies of a report differ at the end, where they are cut, more than at the start
RUN_WORDS = 3
ANCHORS = 6  # one word in six begins a kept run: some seventy runs of a long text, and a third of the time of two
MIN_RUNS = 8  # below, two short texts may share their few runs by chance; then only exact copies count
MAX_SHARERS = 200  # texts with the same run; more share a notice of their site, not an article
CHARS_PER_WORD = 20  # more on average means a script without spaces, which is cut into pieces instead
PIECE = 2  # characters of such a piece

Run = tuple[str, ...]


@dataclass(frozen=True)
class Duplicate:
    """Text `index` repeats the earlier text `of`; similarity is 1.0 for an exact copy."""

    index: int
    of: int
    similarity: float


def duplicates(texts: Sequence[str]) -> list[Duplicate]:
    """The texts that repeat an earlier one that is not itself a repetition, in order.

    Which text of a pair is called the duplicate is the caller's choice: put the one to keep first. Empty texts are
    never duplicates.
    """
    anchors = _Anchors()
    runs = [_runs(_words(text), anchors) for text in texts]
    exact: dict[str, int] = {}
    holders: dict[Run, list[int]] = {}
    found: list[Duplicate] = []
    for index, text in enumerate(texts):
        key = text.strip()
        duplicate = Duplicate(index, exact[key], 1.0) if key in exact else _nearest(index, runs, holders)
        if duplicate:
            found.append(duplicate)
        elif key:
            exact[key] = index
            for run in runs[index]:
                holders.setdefault(run, []).append(index)
    return found


def _nearest(index: int, runs: list[frozenset[Run]], holders: dict[Run, list[int]]) -> Duplicate | None:
    """The earlier text that shares the largest part of the smaller one's runs, if that is at least NEAR."""
    own = runs[index]
    if len(own) < MIN_RUNS:
        return None
    shared = Counter(
        holder for run in own & holders.keys() if len(holders[run]) <= MAX_SHARERS for holder in holders[run]
    )
    scored = [
        (count / min(len(own), len(runs[other])), -other)
        for other, count in shared.items()
        if len(runs[other]) >= MIN_RUNS
    ]
    similarity, place = max(scored, default=(0.0, 0))
    return Duplicate(index, -place, round(similarity, 4)) if similarity >= NEAR else None


def _words(text: str) -> list[str]:
    head = text[:READ_CHARS].lower()
    words = head.split()
    if len(head) <= CHARS_PER_WORD * max(1, len(words)):
        return words
    joined = "".join(words)
    return [joined[at : at + PIECE] for at in range(len(joined) - PIECE + 1)]


def _runs(words: list[str], anchors: _Anchors) -> frozenset[Run]:
    tail = len(words) - RUN_WORDS + 1
    starts = [at for at, word in enumerate(words[: max(0, tail)]) if anchors[word]]
    return frozenset([(words[at], words[at + 1], words[at + 2]) for at in starts])


class _Anchors(dict[str, bool]):
    """Whether a word begins kept runs, worked out once per word."""

    def __missing__(self, word: str) -> bool:
        found = self[word] = zlib.crc32(word.encode("utf-8", "replace")) % ANCHORS == 0
        return found
