"""Metrics out of running text: "net assets were approximately $199 million, or $27.72 per share".

A figure is taken when the words before it, in its own sentence, name a metric and lead up to it. A value that the
sentence calls earlier ("replaces the previously announced NAV of $25.14") is superseded and never taken; one that
carries another date than the report ("$176 million as of December 31") keeps that date.
"""

from __future__ import annotations

import bisect
import functools
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from phases.common import figures, report_dates
from phases.common.figures import Figure, Mark
from phases.fund import candidates
from phases.fund.candidates import Candidate
from phases.fund.rows import Word, box_of, page_words

SENTENCE = 400  # characters before and after a figure that its sentence may have
REACH = 90  # characters before a figure in which a word can say that it is an earlier value
AFTER = 45  # characters after a figure in which its date begins
_ENDS = re.compile(r"(?<=[a-z0-9%)”\"’])[.!?]\s+(?=[A-Z“\"*•])")
_EARLIER = re.compile(
    r"previous(?:ly)?|prior (?:nav|quarter|value)|replac(?:es|ing)|supersed|formerly|restated "
    r"from|instead of|compared (?:with|to)|versus|\bvs\.?|"
    r"up from|down from|increas(?:ed|e) from|decreas(?:ed|e) from|declin(?:ed|e) from|a year "
    r"(?:ago|earlier)|year-ago|last (?:year|quarter)",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    r"\bfrom\s+\S+(?:\s+(?:million|billion))?(?:\s+per (?:share|unit))?\s+to\s+(?:approximately\s+|about\s+)?$",
    re.IGNORECASE,
)
_PER_SHARE = re.compile(r"\s*(?:\([^)]{0,20}\)\s*)?(?:per|a|/)\s*(?:common\s+)?(?:share|unit)\b", re.IGNORECASE)
_FILE = Path(__file__).with_name("prose_wordings.json")
LARGEST_BARE = 100.0  # a multiple printed without its x
_LARGE = 10_000.0  # currency units: a fund's amounts are larger, amounts per share smaller


class Rule(NamedTuple):
    """kind: what figure it takes (share, large, percent, multiple); patterns of the words before and after it."""

    metric: str
    kind: str
    before: re.Pattern[str]
    after: re.Pattern[str]


@functools.cache
def _rules() -> list[Rule]:
    """The rules of prose_wordings.json in their order: the first that fits counts."""
    table = json.loads(_FILE.read_text(encoding="utf-8"))

    def pattern(text: str) -> re.Pattern[str]:
        return re.compile(re.sub(r"<(\w+)>", lambda match: table["parts"][match[1]], text), re.IGNORECASE)

    return [Rule(row["metric"], row["kind"], pattern(row["before"]), pattern(row["after"])) for row in table["rules"]]


class Passage(NamedTuple):
    """The text of a page in reading order, and which word each character belongs to."""

    page: int
    text: str
    words: list[Word]
    starts: list[int]

    def between(self, start: int, end: int) -> list[Word]:
        first = max(0, bisect.bisect_right(self.starts, start) - 1)
        return self.words[first : bisect.bisect_left(self.starts, end)]


def passage(page: Mapping[str, Any]) -> Passage:
    words = page_words(page)
    starts, place = [], 0
    for word in words:
        starts.append(place)
        place += len(word.text) + 1
    return Passage(page["number"], " ".join(word.text for word in words), words, starts)


def of_pages(
    pages: Sequence[Mapping[str, Any]], mark: Mark, taken: Collection[tuple[int, int, int]] = ()
) -> list[Candidate]:
    """All candidates in the running text of the pages; superseded ones are left out.

    `taken` are the places (page, right edge, top) of figures in tables, which are no part of a sentence.
    """
    return [found for page in pages for found in _of_passage(passage(page), mark, taken)]


def place(page: int, words: Sequence[Word]) -> tuple[int, int, int]:
    return page, round(words[-1].x1), round(words[0].y0)


def _of_passage(one: Passage, mark: Mark, taken: Collection[tuple[int, int, int]]) -> Iterator[Candidate]:
    for start, end, figure in figures.find(one.text, mark):
        words = one.between(start, end)
        if place(one.page, words) in taken:
            continue
        before, after = _sentence(one.text, start, end)
        metric = _metric(before, after, figure)
        if metric is None or (_EARLIER.search(before[-REACH:]) and not _FROM_TO.search(before)):
            continue
        raw = one.text[start:end]
        label = " ".join(before.split()[-8:])
        yield Candidate(
            metric, 0, None, _day(before, after), figure.value, figure, 1, one.page, box_of(words), raw,
            label, "pattern", start,
        )  # fmt: skip


def _sentence(text: str, start: int, end: int) -> tuple[str, str]:
    before, after = text[max(0, start - SENTENCE) : start], text[end : end + SENTENCE]
    return _ENDS.split(before)[-1], _ENDS.split(after)[0]


def _metric(before: str, after: str, figure: Figure) -> str | None:
    for rule in _rules():
        if _is_kind(rule.kind, figure, before, after) and rule.before.search(before) and rule.after.match(after):
            return rule.metric
    return None


def _is_kind(unit: str, figure: Figure, before: str, after: str) -> bool:
    if unit == "percent":
        return figure.unit == "percent"
    if unit == "multiple":
        return figure.unit == "multiple" or (
            figure.unit == "amount" and figure.step < 1 and figure.currency is None and figure.value < LARGEST_BARE
        )
    per_share = bool(_PER_SHARE.match(after))
    if unit == "share":
        small = figure.factor == 1 and figure.step < 1 and figure.currency is not None
        return figure.unit == "amount" and small and (per_share or figure.value < candidates.LARGEST_PER_SHARE)
    money = figure.currency is not None or figure.factor > 1
    return figure.unit == "amount" and money and not per_share and abs(figure.value) >= _LARGE


def _day(before: str, after: str) -> date | None:
    """The date of a figure: one that follows at once, else the last before it in its sentence."""
    behind = [
        one for one in report_dates.find(after) if one.start <= AFTER and re.match(r"[^.;$]*$", after[: one.start])
    ]
    if behind:
        return behind[0].day
    ahead = report_dates.find(before)
    return ahead[-1].day if ahead else None
