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
from phases.fund.metrics import candidates, metric_labels
from phases.fund.metrics.candidates import Candidate
from phases.fund.tables.rows import Word, box_of, page_words

SENTENCE = 400  # characters before and after a figure that its sentence may have
REACH = 90  # characters before a figure in which a word can say that it is an earlier value
AFTER = 45  # characters after a figure in which its date begins
ALIGNED = 3.0  # points within which lines begin at the same place
PARAGRAPH = 0.85  # of the word height: more white between two lines ends a paragraph
NEIGHBOURS = 8  # lines on each side that tell how far a line may reach
_ENDS = re.compile(r"\n|(?<=[a-z0-9%)”\"’])[.!?]\s+(?=[A-Z“\"*•])")
_EARLIER = re.compile(
    r"previous(?:ly)?|prior (?:nav|quarter|value)|replac(?:es|ing)|supersed|formerly|restated "
    r"from|instead of|rather than|in place of|corrected from|compared (?:with|to)|versus|\bvs\.?|"
    r"up from|down from|increas(?:ed|e) from|decreas(?:ed|e) from|declin(?:ed|e) from|a year "
    r"(?:ago|earlier)|year-ago|last (?:year|quarter)",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    r"\bfrom\s+\S+(?:\s+(?:million|billion))?(?:\s+per (?:share|unit))?"
    r"(?:\s+(?:at|on|as of)\s+\w+ \d{1,2}, \d{4},?)?\s+to\s+(?:approximately\s+|about\s+)?$",
    re.IGNORECASE,
)
_PER_SHARE = re.compile(r"\s*(?:\([^)]{0,20}\)\s*)?(?:per|a|/)\s*(?:common\s+)?(?:share|unit)\b", re.IGNORECASE)
_PAR = re.compile(r"\bpar value(?: of)?\s*\Z", re.IGNORECASE), re.compile(r"\s*(?:par|stated) value\b", re.IGNORECASE)
_OTHERS = re.compile(r"\([^()]*\d{4}\s*[:=][^()]*\)")  # "(30 June 2019: £193.0 million)": a value of another day
_OF_NEXT = re.compile(r"\s*[:=]")  # "£4.12 (31 March: £4.05)"
_COLON = re.compile(r"([^:;.•|]{3,60}):\s*\Z")
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
    ends = _item_ends(words, [row[5] for row in page["words"]])
    text = "".join(word.text + ("\n" if number in ends else " ") for number, word in enumerate(words))
    return Passage(page["number"], text[:-1], words, starts)


def _item_ends(words: Sequence[Word], lines: Sequence[int]) -> set[int]:
    """Words at whose end a line was ended on purpose: the next word would have fitted behind them.

    How far lines reach is told by those around them that begin at the same place.
    """
    firsts = [place for place in range(len(words)) if place == 0 or lines[place] != lines[place - 1]]
    lasts = [place - 1 for place in firsts[1:]] + [len(words) - 1]
    found = set()
    for number in range(len(firsts) - 1):
        first, last, following = words[firsts[number]], words[lasts[number]], words[firsts[number + 1]]
        if following.y0 - last.y1 > PARAGRAPH * last.height:
            found.add(lasts[number])
        if abs(first.x0 - following.x0) > ALIGNED:
            continue
        near = range(max(0, number - NEIGHBOURS), min(len(firsts), number + NEIGHBOURS + 1))
        right = max(words[lasts[one]].x1 for one in near if abs(words[firsts[one]].x0 - first.x0) <= ALIGNED)
        if last.x1 + 0.25 * last.height + following.x1 - following.x0 < right - ALIGNED:
            found.add(lasts[number])
    return found


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
        metric = _metric(before, after, figure) or _before_colon(before, figure)
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
    if _PAR[0].search(before) or _PAR[1].match(after):
        return None
    for rule in _rules():
        if _is_kind(rule.kind, figure, before, after) and rule.before.search(before) and rule.after.match(after):
            return rule.metric
    return None


def _before_colon(before: str, figure: Figure) -> str | None:
    """The metric that the words before a colon name: "Drawn: £171.6 million; DPI: 0.23x". As many words as name one."""
    label = _COLON.search(before)
    words = label[1].split() if label else []
    named = (metric_labels.meaning(" ".join(words[start:])) for start in range(len(words)))
    found = next((one for one in named if one is not None and one.rank == 0), None)
    if found is None or found.metric in metric_labels.FLOWS or not candidates.fits(found.metric, figure, 1):
        return None
    small = found.metric in metric_labels.PERCENTS | metric_labels.MULTIPLES | metric_labels.PER_SHARE
    return found.metric if small or abs(figure.value) >= _LARGE else None


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
        one
        for one in report_dates.find(after)
        if one.start <= AFTER and re.match(r"[^.;$]*$", after[: one.start]) and not _OF_NEXT.match(after[one.end :])
    ]
    if behind:
        return behind[0].day
    ahead = report_dates.find(_OTHERS.sub(" ", before))
    return ahead[-1].day if ahead else None
