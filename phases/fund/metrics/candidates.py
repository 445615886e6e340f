"""A figure that may be a certain metric, with all that decides whether it is: label, period, date, scale, place."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from phases.common import report_dates
from phases.common.figures import Figure
from phases.fund.document.printed_units import stated_scale
from phases.fund.metrics import metric_labels
from phases.fund.tables.rows import Cell, Row
from phases.fund.tables.tables import Table

BEFORE_END = 3  # days: the last business day of a month that ends with a long weekend
TITLE_WORDS = 10  # a row of a title that dates a table has no more; longer ones are notes
UNIT_WORDS = 5  # of a title's part that is a unit
LARGEST_PER_SHARE = 100_000.0  # currency units
CENTS_FROM, CENTS_TIMES = (
    10_000.0,
    2,
)  # so many figures of at least that with decimals: a table prints amounts to the cent
LARGEST_MULTIPLE = 200.0
LARGEST_PERCENT = 2000.0
LARGEST_BARE_PERCENT = 100.0  # printed without a sign, below a header that has it

_EARLIER = re.compile(
    r"\b(?:prior|previous|preceding|last (?:year|quarter)|budget|plan|benchmark|change|variance|vorjahr)\b",
    re.IGNORECASE,
)
_OPEN_RANGE = re.compile(
    r"\s*(?:[-–—]|to|through|bis|au)\s*(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?-?\s*)?\Z",
    re.IGNORECASE,
)


class Candidate(NamedTuple):
    """day: the date that column, title or sentence gives it, None when nothing does. order: place in the document.

    value has the scale applied; figure is as printed. method: table, label, pattern.
    """

    metric: str
    rank: int
    period: str | None
    day: date | None
    value: float
    figure: Figure
    scale: int
    page: int
    box: list[float]
    raw: str
    label: str
    method: str
    order: int
    column: str = ""


class Setting(NamedTuple):
    """What the document says of all its figures."""

    as_of: date | None
    currency: str | None
    scale: int
    page_scales: Mapping[int, int | None]
    kind: str | None


def setting(document: Mapping[str, Any]) -> Setting:
    """From the data of document_analysis; facts that are missing are None."""
    found = (document.get("as_of_date") or {}).get("value")
    kind = (document.get("document_type") or {}).get("value")
    scales = {page["number"]: page.get("scale") for page in document["pages"]}
    return Setting(
        date.fromisoformat(found) if found else None, document.get("currency"), document.get("scale") or 1, scales, kind
    )


def table_scale(table: Table, header: str, label: str, context: Setting) -> int:
    """What a figure of a table is multiplied by: its label says so, its column, the title, the page, the document."""
    for text in (
        label,
        _unit_of(header),
        *(row.text for row in reversed(table.titles)),
        *(row.text for row in table.header),
    ):
        found = stated_scale(text) or _scale_in_title(text)
        if found:
            return found
    return context.page_scales.get(table.page) or context.scale


def _unit_of(header: str) -> str:
    """A column's header with a unit at its end in brackets: "30 June 2024 £'000"."""
    words = re.sub(r"[()]", " ", header).split()
    last = f"({' '.join(words[-1:])})"
    return f"{header} {last}" if words and not re.fullmatch(r"\(?[\d,]+\)?", words[-1]) else header


def _scale_in_title(text: str) -> int | None:
    """The scale that a part of a title is: "as at 31 December 2024, EUR million"."""
    if len(re.findall(r"\w+", text)) > TITLE_WORDS:
        return None
    parts = [part.strip() for part in re.split(r"[,;|–—-]", text) if not re.search("[1-9]", part)]
    return next(
        (found for part in parts if len(part.split()) <= UNIT_WORDS and (found := stated_scale(f"({part})"))), None
    )


def table_day(titles: Sequence[Row]) -> date | None:
    """The date in a table's title: the month's end in its last short row that has one. Other days are of printing."""
    for row in reversed(titles):
        found = report_dates.find(row.text) if len(row.text.split()) <= TITLE_WORDS else []
        ends = [one.day for one in found if is_month_end(one.day)]
        if ends:
            return ends[-1]
    return None


def is_earlier(header: str) -> bool:
    """Whether a column without a date holds an earlier period, a plan or a difference."""
    return bool(_EARLIER.search(header))


def is_month_end(day: date) -> bool:
    """Whether a day is the last of its month, or a business day shortly before."""
    return calendar.monthrange(day.year, day.month)[1] - day.day <= BEFORE_END


def column_day(header: str) -> date | None:
    """The date over a column: the last one in its header, unless a range begins there; a year alone is its last day."""
    found = report_dates.find(header)
    if found:
        return None if _OPEN_RANGE.match(header[found[-1].end :]) else found[-1].day
    years = [word.strip("*") for word in header.split() if word.strip("*").isdigit() and len(word.strip("*")) == 4]  # noqa: PLR2004
    return date(int(years[-1]), 12, 31) if years and years[-1].startswith(("19", "20")) else None


def make(
    metric: metric_labels.Meaning, cell: Cell, *, label: str, scale: int, period: str | None, day: date | None,
    method: str, order: int, column: str = "", cents: bool = False,
) -> Candidate | None:  # fmt: skip
    """The candidate, or None when a figure of this kind cannot be the metric: a percentage is no NAV.

    `cents` where the table prints amounts with decimals: a small one is not per share then.
    """
    figure = cell.figure
    if figure is None or not fits(metric.metric, figure, scale, cents=cents):
        return None
    factor = scale_of(metric.metric, figure, scale)
    value = round(figure.value * factor, 6)
    return Candidate(
        metric.metric, metric.rank, period, day, value, figure, factor, cell.page, cell.box, cell.text, label, method,
        order, column,
    )  # fmt: skip


def scale_of(metric: str, figure: Figure, scale: int) -> int:
    """1 for what is never printed in thousands: percentages, multiples, per share, and figures with a unit word."""
    amount = (
        metric not in metric_labels.PERCENTS | metric_labels.MULTIPLES | metric_labels.PER_SHARE | metric_labels.COUNTS
    )
    return scale if amount and figure.factor == 1 else 1


def prints_cents(table: Table) -> bool:
    """Whether the amounts of a table have decimals: some are too large to be per share."""
    figures = [cell.figure for row in table.body for cell in row.of("figure") if cell.figure]
    large = [one for one in figures if one.unit == "amount" and one.step < 1 and abs(one.value) >= CENTS_FROM]
    return len(large) >= CENTS_TIMES


def fits(metric: str, figure: Figure, scale: int, *, cents: bool = False) -> bool:
    """Whether a printed figure can be this metric by its unit and size."""
    size = abs(figure.value)
    if metric in metric_labels.PERCENTS:
        return (figure.unit == "percent" and size < LARGEST_PERCENT) or (
            figure.unit == "amount" and figure.step < 1 and size < LARGEST_BARE_PERCENT
        )
    if metric in metric_labels.MULTIPLES:
        bare = figure.unit == "amount" and not figure.nil and figure.step < 1 and figure.currency is None
        return (figure.unit == "multiple" or bare) and size < LARGEST_MULTIPLE
    if figure.unit != "amount":
        return False
    if metric in metric_labels.PER_SHARE:
        return figure.step < 1 and figure.factor == 1 and size < LARGEST_PER_SHARE
    if metric in metric_labels.COUNTS:
        return figure.currency is None and not figure.nil
    per_share = figure.factor == 1 and scale == 1 and figure.step < 1 and size < LARGEST_PER_SHARE
    return not per_share or figure.nil or cents
