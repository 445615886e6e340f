"""The day that a report is as of: every date in it is a candidate, and its place and wording speak for or against it.

A report prints many days: prior periods beside the current one, the day it was sent, the days of purchases. What
decides is where a day stands (the period on a cover, a title, the head of a table), what leads to it ("as of"), how
often, and that of two such days the later one is the report's: values of the earlier are there for comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from phases.common import report_dates
from phases.common.pdf_lines import Line
from phases.fund.document import running_text
from phases.fund.document.document_facts import alternatives, field

# Weights, and how often each counts for one day
PERIOD, PERIOD_MOST = 6.0, 1  # "for the quarterly period ended": what the document itself is for
TITLED, TITLED_MOST = 4.0, 1  # a short line at the head of the first page
HEADED, HEADED_MOST = 2.0, 3  # a short line or a column's header anywhere
SAID, SAID_MOST = 1.0, 3  # "as of" in running text
BARE, BARE_MOST = 0.2, 3  # any other mention
LATER = 2.0  # for the latest day that has at least STRONG
STRONG = 2.5
INEXACT = 0.7  # times, for a quarter or month that was named instead of a day
MIDMONTH = -1.5  # for a day that ends no month: values are struck at month ends, letters are sent on any day
IMPOSSIBLE = -20.0  # a day after the file was made
MADE_SLACK = timedelta(days=1)  # clocks and time zones
COVER_PAGES = 2
HEAD_LINES = 14
SHORT_WORDS = 14  # of a line that can be a title or a header
BEFORE = 60  # characters before a date in which its wording stands

_PERIOD = re.compile(
    r"\b(?:for the|for|berichts)?\s*(?:fiscal\s+|quarterly\s+|annual\s+|reporting\s+|semi-?annual\s+)?"
    r"(?:period|quarter|year|months?|half-?year|periode|zeitraum|trimestre|exercice|quartal)\s*"
    r"(?:ended|ending|ends|of|to|through|zum|bis|clos le|terminé le|au)?:?\s*\Z",
    re.IGNORECASE,
)
_AS_OF = re.compile(
    r"(?:\bas\s+(?:of|at)(?:\s+the\s+(?:close|end)\s+of)?|"
    r"\b(?:net asset values?|nav|net assets|per (?:share|unit|part)|assets and liabilities|investments)\s+(?:at|on)|"
    r"\b(?:valuation|reporting|as-of|nav|measurement)\s+date|\bstichtag|\bper|\bzum|"
    r"\bthrough|\bthru|\bstand|\bau|\bà la date du|\barrêté[es]* au|\bal|\bdate d['’]arrêté|"
    r"\bdate de valorisation|\bended|\bending)\s*(?:[:\-–—(]\s*)?(?:the\s+)?(?:den\s+)?\Z",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"(?:\b(?:inception|since|acquired|purchased|invested|matur\w+|due|dated|filed|filing|printed|generated|issued|"
    r"sent|prepared|expires?|until|before|after|on|outstanding at|beginning|from|between|vintage|founded|established|"
    r"signed|incorporated|formed|effective as of|prior|previous\w*|plus|approximately)\b[^.;]{0,12})\Z",
    re.IGNORECASE,
)
_ON = re.compile(r"\bon\s+\Z", re.IGNORECASE)
_ISSUED = re.compile(
    r"\b(?:(?:report|statement|issue|print|letter|mailing|record)\s+date|date of (?:issue|report|this \w+))\W*\Z",
    re.IGNORECASE,
)  # often of a later day, but for want of another the day meant
_DATELINE = re.compile(r"\A[^.;]{3,60},\s*\Z")  # a place before a date at the start of a line
_LETTER_DATE = re.compile(
    r"\A(?:[^\d.;:]{3,40},\s*)?(?:le|den|the|dated|date:)?\s*\Z", re.IGNORECASE
)  # a place, or nothing
_DATELINE_AFTER = re.compile(r"\A\s*(?:\([^)]*\)\s*)?(?:/[^/]{2,20}/\s*)?[–—-]")
AGAINST = 0.3  # times the weight that its place would give


class Mention(NamedTuple):
    """A date in a line with the weight that its wording and place give it, and the kind of that place."""

    found: report_dates.Found
    line: Line
    kind: str
    weight: float


_MOST = {"period": PERIOD_MOST, "title": TITLED_MOST, "head": HEADED_MOST, "said": SAID_MOST, "bare": BARE_MOST}


def as_of(lines: Sequence[Line], made: date | None) -> dict[str, Any] | None:
    """The as-of date of a document as a field with its runners-up, or None. `made` is when the file was made."""
    day_first = report_dates.is_day_first(line.text for line in lines)
    by_day: dict[date, list[Mention]] = {}
    for mention in mentions(lines, day_first=day_first):
        by_day.setdefault(mention.found.day, []).append(mention)
    said = {day: _score(found) for day, found in by_day.items()}
    scores = {day: score + _likelihood(day, made) for day, score in said.items() if score > BARE_MOST * BARE}
    strong = [day for day, score in scores.items() if score >= STRONG]
    if strong:
        scores[max(strong)] += LATER
    ranked = sorted(scores, key=lambda day: (-scores[day], -day.toordinal()))
    if not ranked:
        return None
    fields = [_as_field(by_day[day]) for day in ranked]
    fields[0]["alternatives"] = alternatives(fields[1:])
    return fields[0]


def _likelihood(day: date, made: date | None) -> float:
    """What a day itself says for or against it."""
    impossible = made is not None and day > made + MADE_SLACK
    at_month_end = day == report_dates.month_end(day.year, day.month)
    return (IMPOSSIBLE if impossible else 0.0) + (0.0 if at_month_end else MIDMONTH)


def mentions(lines: Sequence[Line], *, day_first: bool) -> Iterable[Mention]:
    """Every date of the document with its weight."""
    heads = {id(line) for line in _heads(lines)}
    for line, above, running in running_text.follow(lines):
        text = f"{above} {line.text}" if above else line.text
        offset = len(text) - len(line.text)
        for found in report_dates.find(text, day_first=day_first):
            if found.end <= offset:
                continue  # of the line before
            before = text[max(0, found.start - BEFORE) : found.start]
            place = found._replace(start=max(0, found.start - offset), end=found.end - offset)
            kind, weight = _weight(line, before, place, titled=id(line) in heads, running=running)
            yield Mention(place, line, kind, weight * (1.0 if found.exact == "day" else INEXACT))


def _heads(lines: Sequence[Line]) -> list[Line]:
    if not lines:
        return []
    cover = [line for line in lines if line.page == lines[0].page]
    return sorted(cover, key=lambda line: line.box[1])[:HEAD_LINES]


def _weight(line: Line, before: str, found: report_dates.Found, *, titled: bool, running: bool) -> tuple[str, float]:
    """The kind of a mention's place, and what it weighs there. `before` may begin in the line above."""
    text = line.text
    leads = bool(_AS_OF.search(before)) or bool(_ON.search(before) and _ends_quarter(found))
    other = None if leads else _other_day(text, found, before)
    if other:
        return other
    if _PERIOD.search(before) and line.page <= COVER_PAGES and found.exact != "year":
        return "period", PERIOD
    short = not running and len(text.split()) <= SHORT_WORDS
    if short and titled:
        return "title", TITLED if leads or found.exact != "month" else TITLED * AGAINST
    if short and (leads or _is_header(line, text, found)):
        return "head", HEADED
    return ("said", SAID) if leads else ("bare", BARE)


def _other_day(text: str, found: report_dates.Found, before: str) -> tuple[str, float] | None:
    """What a day weighs that is of something else by its wording: of a dateline, of sending, of a purchase."""
    if found.start and _DATELINE.match(text[: found.start]) and _DATELINE_AFTER.match(text[found.end :]):
        return "bare", BARE
    if _ISSUED.search(before) or _dates_a_letter(text, found):
        return "said", SAID
    return ("bare", BARE * AGAINST) if _AGAINST.search(before) else None


def _ends_quarter(found: report_dates.Found) -> bool:
    """Whether a day is the last of a quarter: what was bought on a day is seldom bought then."""
    day = found.day
    return found.exact == "day" and day.month % 3 == 0 and day == report_dates.month_end(day.year, day.month)


def _dates_a_letter(text: str, found: report_dates.Found) -> bool:
    """Whether a line is a day within a month and nothing else but a place: the day that a letter was written."""
    alone = _LETTER_DATE.match(text[: found.start]) and not text[found.end :].strip(" .")
    return bool(alone) and found.exact == "day" and found.day != report_dates.month_end(found.day.year, found.day.month)


def _is_header(line: Line, text: str, found: report_dates.Found) -> bool:
    """Whether a date is the whole of a cell, as above a column, and not beside figures, as a day of purchase."""
    rest = (text[: found.start] + text[found.end :]).strip(" ,()*")
    return not line.data and (not rest or rest.lower() in ("unaudited", "audited", "(unaudited"))


def _score(found: list[Mention]) -> float:
    total = 0.0
    for kind, most in _MOST.items():
        weights = sorted((one.weight for one in found if one.kind == kind), reverse=True)
        total += sum(weights[:most])
    return total


def _as_field(found: list[Mention]) -> dict[str, Any]:
    best = max(found, key=lambda one: one.weight)
    text = best.line.text
    span = (best.found.start, best.found.end)
    label = text[: span[0]].strip()[-BEFORE:]
    return field(
        best.found.day.isoformat(), "date", text[slice(*span)], best.line, *span, label=label, method="pattern"
    )
