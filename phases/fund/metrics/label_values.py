"""Metrics out of tables: figures beside a label, below a heading of their own, or above one.

What a row's label is, is read in `labelled_rows`; which metric it names, in `metric_labels`; here, which of its figures
are that metric, of which period and day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from phases.common import report_dates
from phases.fund.metrics import candidates, metric_labels
from phases.fund.metrics.candidates import Candidate, Setting
from phases.fund.metrics.labelled_rows import Labelled, caption, label_day, labelled_rows, reading
from phases.fund.metrics.metric_labels import Meaning
from phases.fund.tables.rows import Cell, Row
from phases.fund.tables.tables import Table, holds_figures

NAMED_COLUMNS = 2  # columns headed by metrics from which a table's rows are things that have those metrics


_BALANCE = re.compile(r"assets and liabilities|balance sheet|financial (?:condition|position)|bilanz", re.IGNORECASE)
_CASH_FLOW = re.compile(r"cash flow", re.IGNORECASE)


_PAID = frozenset(("contributions", "distributions", "period_contributions", "period_distributions"))


def of_tables(tables: Sequence[Table], context: Setting) -> list[Candidate]:
    """All candidates of the tables, in their order."""
    found: list[Candidate] = []
    for table in tables:
        day = candidates.table_day(table.titles)
        found += _of_table(table, day, context, len(found))
    return found


def heads(table: Table) -> dict[int, Meaning]:
    """Columns whose header names a metric."""
    named = {
        n: metric_labels.meaning(_undated(one.header)) for n, one in enumerate(table.columns) if one.kind == "figure"
    }
    return {number: found for number, found in named.items() if found}


def _undated(header: str) -> str:
    """A header without its date: "NAV 31.12.2024" is a net asset value."""
    for found in reversed(report_dates.find(header)):
        header = f"{header[: found.start]} {header[found.end :]}"
    return re.sub(r"\b(?:as (?:of|at)|at|per|zum|au)\s*$", "", re.sub(r"\b(?:19|20)\d\d\b", " ", header).strip())


def _of_table(table: Table, day: date | None, context: Setting, order: int) -> Iterator[Candidate]:
    named = heads(table)
    rows = [row for row in table.body if holds_figures(row)]
    by_head = len(named) >= NAMED_COLUMNS or (bool(named) and len(rows) == 1)
    if by_head:
        for row in [rows[0]] if len(rows) == 1 else _rows_of_the_day(rows, context):
            yield from _by_header(table, row, named, day, context, order, alone=len(rows) == 1)
    if not _CASH_FLOW.search(caption(table)):
        roll, cents = _is_roll_forward(table), candidates.prints_cents(table)
        found = labelled_rows(table)
        between = _between(found)
        for step, labelled in enumerate(found):
            if not by_head or _names_one(labelled):
                flow = step in between
                yield from _by_label(table, labelled, day, context, order + step, roll=roll, flow=flow, cents=cents)
    if not by_head:
        yield from _over_labels(table, day, context, order)


def _between(rows: Sequence[Labelled]) -> range:
    """Places of the rows between a beginning and an ending value: whatever they are called, they are of the period."""
    metrics = [found[0].metric if (found := reading(row)) else None for row in rows]
    start = metrics.index("beginning_nav") if "beginning_nav" in metrics else len(rows)
    end = next((place for place in range(start, len(rows)) if metrics[place] == "nav"), start)
    return range(start, end)


def _rows_of_the_day(rows: Sequence[Row], context: Setting) -> list[Row]:
    """Of rows that each begin with a day, the one of the report's."""
    days = [report_dates.find(row.cells[0].text) for row in rows]
    if context.as_of is None or 2 * sum(map(bool, days)) < len(rows):
        return []
    return [row for row, found in zip(rows, days, strict=True) if found and found[-1].day == context.as_of]


def _names_one(labelled: Labelled) -> bool:
    """Whether a row among rows of things has a label of its own: one figure beside the name of a metric."""
    found = reading(labelled)
    return len(labelled.cells) == 1 and found is not None and found[0].rank == 0


def _is_roll_forward(table: Table) -> bool:
    """Whether a table goes from a beginning to an ending value: its contributions are those of a period."""
    metrics = {found[0].metric for one in labelled_rows(table) if (found := reading(one))}
    return "beginning_nav" in metrics or len(metrics & metric_labels.ROLL_FORWARD) > 1


def _by_label(
    table: Table,
    labelled: Labelled,
    day: date | None,
    context: Setting,
    order: int,
    *,
    roll: bool,
    flow: bool,
    cents: bool,
) -> Iterator[Candidate]:
    found = reading(labelled)
    if found is None:
        return
    meaning, label = found
    for cell in labelled.cells:
        header = table.columns[table.place(cell)].header
        at = candidates.column_day(header) or (None if labelled.opening else label_day(labelled.label)) or day
        period = meaning.period or metric_labels.period(header)
        scale = candidates.table_scale(table, header, label, context)
        made = candidates.make(
            _in_context(meaning, cell, scale, table, period, roll=roll, flow=flow), cell,
            label=label, scale=scale, period=period, day=at, method="label", order=order, column=header,
            cents=cents,
        )  # fmt: skip
        if made is not None and not (_BALANCE.search(caption(table)) and _no_balance(made.metric)):
            yield made


def _no_balance(metric: str) -> bool:
    """What a balance sheet prints under such a name is another thing: paid-in capital was not called."""
    return metric in metric_labels.FLOWS or metric in ("contributions", "distributions")


def _in_context(
    meaning: Meaning, cell: Cell, scale: int, table: Table, period: str | None, *, roll: bool, flow: bool = False
) -> Meaning:
    """A general label as the table around it means it."""
    metric = meaning.metric
    small = (
        cell.figure is not None
        and cell.figure.step < 1
        and cell.figure.factor == 1
        and abs(cell.figure.value) < candidates.LARGEST_PER_SHARE
    )
    if metric == "nav_per_share" and not (small and scale == 1) and "share" not in label_words(table, cell):
        metric = "nav"
    if metric in ("period_contributions", "period_distributions") and (not roll or period == "ITD"):
        return Meaning(metric.removeprefix("period_"), meaning.rank, meaning.period)
    of_period = period in ("QTD", "YTD") or (flow and period != "ITD")
    if metric in ("contributions", "distributions") and roll and meaning.period is None and of_period:
        metric = f"period_{metric}"
    return meaning._replace(metric=metric)


def label_words(table: Table, cell: Cell) -> str:
    """Title and row of a cell in lower case: where "per share" would stand."""
    row = next((row for row in table.body if cell in row.cells), None)
    return f"{table.title} {row.text if row else ''}".lower()


def _by_header(
    table: Table, row: Row, named: dict[int, Meaning], day: date | None, context: Setting, order: int, *, alone: bool
) -> Iterator[Candidate]:
    """The figures of a row, each under its heading; `alone` in its table, or one of a day among others.

    Where rows are of days, it is not said whether what was paid is of the period or up to then.
    """
    for number, cell in table.figures(row).items():
        if number not in named or not (alone or named[number].metric not in _PAID):
            continue
        header = table.columns[number].header
        scale = candidates.table_scale(table, header, "", context)
        meaning = _in_context(named[number], cell, scale, table, named[number].period, roll=False)
        made = candidates.make(
            meaning, cell, label=header, scale=scale, period=meaning.period,
            day=candidates.column_day(header) or day, method="table", order=order,
        )  # fmt: skip
        if made is not None:
            yield made


def _over_labels(table: Table, day: date | None, context: Setting, order: int) -> Iterator[Candidate]:
    """Large figures with what they are printed below them."""
    for row, below in zip(table.body, table.body[1:], strict=False):
        if row.of("text") or holds_figures(below) or len(row.of("figure")) < NAMED_COLUMNS:
            continue
        for cell in row.of("figure"):
            under = next((one for one in below.cells if one.x0 < cell.x1 and one.x1 > cell.x0), None)
            meaning = metric_labels.meaning(under.text) if under else None
            if under is None or meaning is None:
                continue
            scale = candidates.table_scale(table, "", under.text, context)
            made = candidates.make(
                _in_context(meaning, cell, scale, table, None, roll=False), cell,
                label=under.text, scale=scale, period=meaning.period, day=day, method="table", order=order,
            )  # fmt: skip
            if made is not None:
                yield made
