"""The lines between a beginning and an ending net asset value, as a statement prints them, for each of its columns.

Whatever the lines are called, they have to add up: that is checked in `reconcile`, from what is kept here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from phases.fund.metrics import candidates, metric_labels
from phases.fund.metrics.candidates import Setting
from phases.fund.metrics.labelled_rows import Labelled, labelled_rows, reading
from phases.fund.metrics.metric_choice import is_of
from phases.fund.tables.rows import Cell
from phases.fund.tables.tables import Table

LEAST_LINES = 1  # between beginning and end
MOST_LINES = 40


def of_tables(tables: Sequence[Table], context: Setting) -> list[dict[str, Any]]:
    """[{page, period, header, beginning, lines, ending}] with {label, value, step, page, bbox, raw_text} each."""
    return [one for table in tables for one in _of_table(table, context)]


def _of_table(table: Table, context: Setting) -> Iterator[dict[str, Any]]:
    rows = labelled_rows(table)
    kinds = [_kind(row) for row in rows]
    for start, kind in enumerate(kinds):
        if kind != "beginning_nav":
            continue
        end = next(
            (n for n in range(start + 1, min(len(rows), start + MOST_LINES)) if kinds[n] in ("nav", "beginning_nav")),
            None,
        )
        if end is not None and kinds[end] == "nav" and end - start > LEAST_LINES:
            yield from _columns(table, rows[start : end + 1], context)


def _kind(row: Labelled) -> str | None:
    found = reading(row)
    return found[0].metric if found else None


def _columns(table: Table, rows: Sequence[Labelled], context: Setting) -> Iterator[dict[str, Any]]:
    for number, column in enumerate(table.columns):
        day = candidates.column_day(column.header) or candidates.table_day(table.titles)
        cells = [_cell(table, row, number) for row in rows]
        first, last = cells[0], cells[-1]
        if (
            first is None
            or last is None
            or not is_of(day, context.as_of)
            or not _is_amount(table, rows, first, last, context)
        ):
            continue
        lines = [_line(row, cell, table, context) for row, cell in zip(rows[1:-1], cells[1:-1], strict=True) if cell]
        yield {
            "page": table.page, "period": metric_labels.period(column.header), "header": column.header,
            "beginning": _line(rows[0], first, table, context), "lines": lines,
            "ending": _line(rows[-1], last, table, context),
        }  # fmt: skip


def _is_amount(table: Table, rows: Sequence[Labelled], first: Cell, last: Cell, context: Setting) -> bool:
    """Whether beginning and end are values of the fund and not of a share."""
    for row, cell in ((rows[0], first), (rows[-1], last)):
        scale = candidates.table_scale(table, table.columns[table.place(cell)].header, row.label, context)
        cents = candidates.prints_cents(table)
        if cell.figure is not None and not candidates.fits("nav", cell.figure, scale, cents=cents):
            return False
    return "per share" not in table.title.lower()


def _cell(table: Table, row: Labelled, number: int) -> Cell | None:
    return next(
        (
            cell
            for cell in row.cells
            if cell.figure is not None and cell.figure.unit == "amount" and table.place(cell) == number
        ),
        None,
    )


def _line(row: Labelled, cell: Cell, table: Table, context: Setting) -> dict[str, Any]:
    scale = candidates.table_scale(table, table.columns[table.place(cell)].header, row.label, context)
    figure = cell.figure
    assert figure is not None  # noqa: S101  (_cell gives figures only)
    factor = scale if figure.factor == 1 else 1
    found = reading(row)
    return {
        "label": row.label, "metric": found[0].metric if found else None, "value": round(figure.value * factor, 6),
        "step": figure.step * factor, "page": cell.page, "bbox": cell.box, "raw_text": cell.text, "scale": factor,
    }  # fmt: skip
