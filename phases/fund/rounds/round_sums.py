"""The sum and the date of a round of financing in a sentence. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from phases.common import figures
from phases.fund.rounds import round_cues

MIN_AMOUNT = 10_000  # of a round, in units of its currency; smaller figures are prices of a share
_DATE = re.compile(
    r"(?:\b(?P<day1>\d{1,2})(?:st|nd|rd|th)? )?\b(?P<month>January|February|March|April|May|June|July|August"
    r"|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?(?: (?P<day2>\d{1,2})(?:st|nd|rd"
    r"|th)?)?,?(?: (?:of )?(?P<year>(?:19|20)\d\d))?\b"
    r"|\b(?P<quarter>Q[1-4]|(?:first|second|third|fourth) quarter)(?: of)?(?:,? (?P<qyear>(?:19|20)\d\d))?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Money(NamedTuple):
    """A sum with its place in the sentence."""

    figure: figures.Figure
    start: int
    end: int


def money(text: str) -> Money | None:
    """The sum of the round: the amount of money nearest to the word round, of those that are sums."""
    sums = [
        Money(figure, start, end)
        for start, end, figure in figures.find(text)
        if figure.unit == "amount"
        and figure.currency
        and abs(figure.value) >= MIN_AMOUNT
        and not _valuation(text, start, end)
    ]
    noun = round_cues.ROUND.search(text)
    if not sums or noun is None:
        return sums[0] if sums else None
    return min(sums, key=lambda one: min(abs(one.start - noun.end()), abs(noun.start() - one.end)))


def _valuation(text: str, start: int, end: int) -> bool:
    """A sum that is said of something else: what the company is worth, what the fund holds."""
    after = text[end : end + 40]
    before = text[max(0, start - 40) : start]
    return bool(
        re.match(
            r"\s(?:\w+\s){0,2}?(?:credit|loan|debt|facility|line of|valuation"
            r"|pre-money|post-money|in revenue|of revenue|market|per share"
            r"|ARR)",
            after,
        )
        or re.search(
            r"(?:valu(?:ation|ed|ing)(?: (?:of|at|the company at))*|revenues? of|total(?:ing)? raised to"
            r"|worth) \Z",
            before,
        )
    )


def date(text: str) -> str | None:
    """The first date of a sentence: 2014-03-12, 2014-03, 2014-Q1; None where it lacks the year."""
    for match in _DATE.finditer(text):
        if match["quarter"] and match["qyear"]:
            words = ("first", "second", "third", "fourth")
            said = match["quarter"]
            number = said[1] if said[0] == "Q" else str(words.index(said.partition(" ")[0]) + 1)
            return f"{match['qyear']}-Q{number}"
        if match["month"] and match["year"]:
            month = _MONTHS.index(match["month"][:3].lower()) + 1
            day = match["day1"] or match["day2"]
            return f"{match['year']}-{month:02d}" + (f"-{int(day):02d}" if day else "")
    return None
