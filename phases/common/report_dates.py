"""Dates as reports print them, found in a line of text and read as ISO days.

"June 30, 2020", "30 June 2020", "30. Juni 2020", "30 juin 2020", "06/30/2020", "30.06.2020", "7/31/14", "2020-06-30",
"30-Jun-20"; and periods that mean their last day: "Q2 2020", "second quarter of 2020", "2. Quartal 2020", "June 2020",
"Jun-20", "FY 2020". Which of 4/5/2020 is the month is told by the other dates of the document (`day_first`).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

EARLIEST, LATEST = 1980, 2079  # years that a report may be about; two digits are read in this century unless above
TWO_DIGIT_PIVOT = 60  # '60 and later are 19xx: inceptions, not report dates

_MONTH_NAMES = (
    "january jan januar jänner janvier janv enero ene gennaio gen janeiro januari",
    "february feb februar février févr fevrier fév febrero febbraio febr fevereiro februari",
    "march mar märz maerz mrz mars marzo março maart",
    "april apr avril avr abril abr aprile april",
    "may mai mayo maggio maio mei",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug août aout agosto ago augustus",
    "september sep sept septembre septiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre déc decembre diciembre dic dicembre dezembro",
)
MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_NAME = "(?P<name>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_SHORT = r"(?P<year>(?:(?:19|20)\d\d)|['’]?\d\d)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|\.|º)?"
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1": 1, "2": 2, "3": 3, "4": 4, "i": 1, "ii": 2,
             "iii": 3, "iv": 4}  # fmt: skip
_ORDINAL = "(?P<quarter>first|second|third|fourth)"
_FLAGS = re.IGNORECASE
_DAYS = (
    re.compile(rf"\b{_NAME}\s*{_DAY}\s*,?\s*{_YEAR}\b", _FLAGS),
    re.compile(rf"\b{_DAY}(?:\s*|-)(?:of\s|de\s)?{_NAME}[\s,-]*(?:de\s)?{_SHORT}\b", _FLAGS),
    re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)\b"),
    re.compile(
        r"(?<![\d.,/$€£])(?P<a>[0-3]?\d)(?P<sep>[/.])(?P<b>[0-3]?\d)(?P=sep)(?P<year>(?:19|20)\d\d|\d\d)(?![\d/]|\.\d)"
    ),
    re.compile(r"\b(?P<a>[0-3]\d)(?P<sep>-)(?P<b>[01]\d)-(?P<year>(?:19|20)\d\d)\b"),
)
_PERIODS = (
    re.compile(rf"\bQ\s?(?P<quarter>[1-4])[\s,/-]*(?:FY\s?)?{_SHORT}\b(?!%)", _FLAGS),
    re.compile(rf"\b(?P<quarter>[1-4])Q[\s,/-]*(?:FY\s?)?{_SHORT}\b", _FLAGS),
    re.compile(rf"\b{_ORDINAL}\s+quarter\s*(?:of\s*)?,?\s*{_YEAR}\b", _FLAGS),
    re.compile(
        rf"\b(?P<quarter>[1-4]|I{{1,3}}|IV)\.?\s*(?:Quartal|trimestre|trim\.?|kwartaal)\s*(?:de\s|del\s)?{_YEAR}\b",
        _FLAGS,
    ),
    re.compile(rf"\b(?P<quarter>[1-4])(?:er|e|º|ème)\s+trimestre\s*(?:de\s)?{_YEAR}\b", _FLAGS),
)
_MONTH = re.compile(rf"\b{_NAME}\s*,?\s*(?:of\s|de\s)?{_YEAR}\b", _FLAGS)
_MONTH_SHORT = re.compile(rf"\b{_NAME}(?:-|\s?['’])(?P<year>\d\d)\b(?![-/]\d)", _FLAGS)
_FISCAL = re.compile(rf"\b(?:FY|fiscal year|Geschäftsjahr|exercice|year ended)\s*{_YEAR}\b", _FLAGS)

_MAY_DATE = re.compile(
    r"(?:19|20)\d\d|\d[/.]\d{1,2}[/.]\d|[a-z]\.?(?:[ -]|(?=['’]))['’]?\d\d\b|Q\s?[1-4]|[1-4]Q", _FLAGS
)


class Found(NamedTuple):
    """A date in a text: the day it means, where it stands, how exact it is ("day", "quarter", "month", "year")."""

    day: date
    start: int
    end: int
    exact: str


def find(text: str, *, day_first: bool = False) -> list[Found]:
    """All dates of a line, in order; where two readings overlap, the more exact one counts."""
    if not _MAY_DATE.search(text):  # most lines: saves nine patterns
        return []
    found = [*_days(text, day_first=day_first), *_quarters(text), *_months(text), *_years(text)]
    kept: list[Found] = []
    for one in found:
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def is_day_first(lines: Iterable[str]) -> bool:
    """Whether 4/5/2020 is the fourth of May here: more of the clear dates with slashes put the day first."""
    votes = 0
    for line in lines:
        for match in _DAYS[3].finditer(line):
            first, second = int(match["a"]), int(match["b"])
            if match["sep"] == "/" and (first > 12) != (second > 12):  # noqa: PLR2004  (months)
                votes += 1 if first > 12 else -1  # noqa: PLR2004
    return votes > 0


def month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _days(text: str, *, day_first: bool) -> list[Found]:
    found = []
    for pattern in _DAYS:
        for match in pattern.finditer(text):
            day = _day(match.groupdict(), day_first=day_first)
            if day is not None:
                found.append(Found(day, match.start(), match.end(), "day"))
    return found


def _day(parts: dict[str, str], *, day_first: bool) -> date | None:
    year = _year(parts["year"])
    if "a" in parts:
        first, second = int(parts["a"]), int(parts["b"])
        day_leads = parts["sep"] != "/" or day_first or first > 12  # noqa: PLR2004  (months)
        day, month = (first, second) if day_leads and second <= 12 else (second, first)  # noqa: PLR2004
    else:
        day = int(parts["day"])
        month = MONTHS[parts["name"].lower()] if "name" in parts else int(parts["month"])
    try:
        made = date(year, month, day)
    except ValueError:
        return None
    return made if EARLIEST <= year <= LATEST else None


def _year(text: str) -> int:
    digits = text.lstrip("'’")
    if len(digits) == 2:  # noqa: PLR2004
        return int(digits) + (1900 if int(digits) >= TWO_DIGIT_PIVOT else 2000)
    return int(digits)


def _quarters(text: str) -> list[Found]:
    return [
        Found(month_end(_year(match["year"]), 3 * _QUARTERS[match["quarter"].lower()]), *match.span(), "quarter")
        for pattern in _PERIODS
        for match in pattern.finditer(text)
    ]


def _months(text: str) -> list[Found]:
    return [
        Found(month_end(_year(match["year"]), MONTHS[match["name"].lower()]), *match.span(), "month")
        for pattern in (_MONTH, _MONTH_SHORT)
        for match in pattern.finditer(text)
    ]


def _years(text: str) -> list[Found]:
    return [Found(date(_year(match["year"]), 12, 31), *match.span(), "year") for match in _FISCAL.finditer(text)]
