"""Tables of many funds: a name per row, a metric per column. Pension plans and fund managers publish them.

A table is one when two of its columns are headed by what only funds have: commitment, contributions, distributions,
unfunded, IRR, TVPI, DPI. "Cash out & remaining value" is the total value; the net asset value is that less what was
distributed, and has the two figures as its parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from phases.fund import candidates, continued, fields, wrapped
from phases.fund.candidates import Setting
from phases.fund.fields import Field
from phases.fund.label_values import Labelled, heads, labelled_rows, reading
from phases.fund.metric_choice import is_of
from phases.fund.metric_labels import Meaning, period
from phases.fund.rows import Cell, Row, is_year
from phases.fund.tables import Column, Table, holds_figures, row_pitch

OF_FUNDS = frozenset(
    (
        "commitment",
        "contributions",
        "distributions",
        "unfunded",
        "net_irr",
        "tvpi",
        "dpi",
        "period_contributions",
        "period_distributions",
    )
)
LEAST_COLUMNS = 2  # of those
LEAST_ROWS = 2
LEAST_METRICS = 3  # rows that name a metric, where the funds are the columns
WIDTH_USED = 0.8  # of the way from a column of names to the next column
LONGER = 2.0  # points: a line that reaches further than the names beside figures is a heading
NEARER = 0.8  # of the usual distance between rows: a line of text nearer than that to a row belongs to it
_TOTAL = re.compile(
    r"(?:grand |sub-?)?totals?\b|(?:weighted )?(?:average|median)\b|summe\b|gesamt\b|sous-total|"
    r"composite|benchmark|index\b",
    re.IGNORECASE,
)
_FUND_NAME = re.compile(r"\b(?:fund|partners|capital|ventures|growth|buyout|l\.?p\.?)\b|\b[IVX]{1,5}\b", re.IGNORECASE)
_CLASS = re.compile(r"general partner|limited partner|\btotal\b|class|benchmark|index|change", re.IGNORECASE)
_VINTAGE = re.compile(r"\b(?:vintage|inception year|year|jahrgang|auflage)", re.IGNORECASE)


def is_performance_table(table: Table) -> bool:
    named = {meaning.metric for meaning in heads(table).values()}
    rows = [row for row in table.body if holds_figures(row) and row.of("text")]
    return len(named & OF_FUNDS) >= LEAST_COLUMNS and len(rows) >= LEAST_ROWS


def selected(tables: Sequence[Table]) -> list[tuple[Table, Table]]:
    """(as found, with the header it goes on from) of each performance table; one row is enough below a like header."""
    found: list[tuple[Table, Table]] = []
    for table in tables:
        last = found[-1][1] if found else None
        whole = continued.with_header_of(table, last)
        alike = last is not None and _headers(whole) == _headers(last) and any(map(holds_figures, whole.body))
        if is_performance_table(whole) or alike:
            found.append((table, whole))
    return found


def _headers(table: Table) -> list[str]:
    return [column.header for column in table.columns if column.kind == "figure"]


def funds(tables: Sequence[Table], context: Setting) -> list[dict[str, Any]]:
    """[{name, vintage, page, fields}] of performance tables with their headers, in their order; totals left out."""
    found = [
        _fund(name, row, table, context)
        for table in tables
        for name, row in named_rows(table)
        if not _TOTAL.match(name)
    ]
    return [fund for fund in found if fund["fields"]]


def families(tables: Sequence[Table], context: Setting) -> list[tuple[Table, list[dict[str, Any]]]]:
    """Tables with a fund per column and a metric per row, each with its funds."""
    found = []
    for table in tables:
        columns = _fund_columns(table)
        rows = [(meaning[0], row) for row in labelled_rows(table) if (meaning := reading(row))]
        if len(columns) >= LEAST_ROWS and len({meaning.metric for meaning, _ in rows} & OF_FUNDS) >= LEAST_METRICS:
            found.append((table, [_of_column(table, number, rows, context) for number in columns]))
    return found


def _fund_columns(table: Table) -> list[int]:
    """Columns of figures that are headed by funds; none unless all are."""
    figures = [(number, column.header) for number, column in enumerate(table.columns) if column.kind == "figure"]
    funds = [
        number
        for number, header in figures
        if _FUND_NAME.search(header)
        and not candidates.column_day(header)
        and not period(header)
        and not _CLASS.search(header)
    ]
    return funds if len(funds) == len(figures) else []


def _of_column(table: Table, number: int, rows: Sequence[tuple[Meaning, Labelled]], context: Setting) -> dict[str, Any]:
    made: dict[str, Field] = {}
    for meaning, row in rows:
        cell = next((cell for cell in row.cells if table.place(cell) == number), None)
        if cell is not None:
            _add(made, meaning, cell, table.columns[number]._replace(header=row.label), table, context)
    return {"name": table.columns[number].header, "vintage": None, "page": table.page, "fields": made}


def named_rows(table: Table) -> Iterator[tuple[str, Row]]:
    """Each row of figures with its whole name, wrapped lines included."""
    name_column = _name_column(table)
    body = [row for row in table.body if row.cells]
    texts = [cell for row in body if holds_figures(row) for cell in row.of("text") if table.place(cell) == name_column]
    right = max(wrapped.right_edge(texts), _room(table, name_column))
    pitch = row_pitch([row for row in body if holds_figures(row)])
    for place, row in enumerate(body):
        if not holds_figures(row):
            continue
        name = _name_cells(table, row, name_column)
        before = _lines(body, place, -1, name, pitch, right)
        after = _lines(body, place, 1, name, pitch, right)
        words = " ".join(cell.text for cell in [*before, *name, *after])
        if words:
            yield _clean(words), row


def _name_column(table: Table) -> int:
    """The first column of text."""
    return next((number for number, column in enumerate(table.columns) if column.kind == "text"), 0)


def _room(table: Table, number: int) -> float:
    """How far a name could reach before the next column: a fifth of the column is left as white."""
    column = table.columns[number]
    following = [other.x0 for other in table.columns[number + 1 :]]
    return column.x0 + WIDTH_USED * (following[0] - column.x0) if following else column.x1


def _name_cells(table: Table, row: Row, column: int) -> list[Cell]:
    return [cell for cell in row.of("text") if table.place(cell) == column]


def _lines(body: Sequence[Row], place: int, step: int, name: list[Cell], pitch: float, right: float) -> list[Cell]:
    """Lines of text next to a row of figures that belong to its name: nearer than rows are, or wrapped."""
    row, other = body[place], place + step
    if not 0 <= other < len(body) or holds_figures(body[other]) or len(body[other].cells) != 1:
        return []
    line = body[other].cells[0]
    beyond = other + step
    rival = (
        abs(body[beyond].middle - body[other].middle)
        if 0 <= beyond < len(body) and holds_figures(body[beyond])
        else 10 * pitch
    )
    distance = abs(body[other].middle - row.middle)
    if not name:
        return [line] if distance <= rival + 0.5 else []
    upper, lower = (line, name[0]) if step < 0 else (name[-1], line)
    if rival < distance - 0.5:
        return []
    near = distance < NEARER * pitch and distance < rival
    if near or (distance <= rival + 0.5 and step > 0 and lower.text[:1].islower()):
        return [line]
    return (
        [line]
        if step < 0
        and distance < 1.1 * pitch
        and upper.x1 <= right + LONGER
        and wrapped.may_continue(upper, lower, right)
        else []
    )


def _clean(name: str) -> str:
    """A name without marks; `A&M;` is `A&M` (an entity that a program wrote out wrongly)."""
    return re.sub(r"(?<=&[A-Z]);|[*†‡]+", "", re.sub(r"\s*\((?:\d{1,2}|[a-z])\)$", "", name)).strip(" …")


def _fund(name: str, row: Row, table: Table, context: Setting) -> dict[str, Any]:
    made: dict[str, Field] = {}
    vintage = None
    for number, cell in table.figures(row).items():
        column = table.columns[number]
        if is_year(cell) and (_VINTAGE.search(column.header) or not column.header):
            vintage = int(cell.text.strip("*"))
            continue
        meaning = heads(table).get(number)
        if meaning is not None and _is_current(column, context):
            _add(made, meaning, cell, column, table, context)
    if "nav" not in made:
        _nav_of_total(made)
    made.pop("total_value", None)
    return {"name": name, "vintage": vintage, "page": row.page, "fields": made}


def _is_current(column: Column, context: Setting) -> bool:
    return is_of(candidates.column_day(column.header), context.as_of)


def _add(made: dict[str, Field], meaning: Meaning, cell: Cell, column: Column, table: Table, context: Setting) -> None:
    metric = meaning.metric.removeprefix("period_")
    scale = candidates.table_scale(table, column.header, "", context)
    day: date | None = candidates.column_day(column.header) or context.as_of
    one = candidates.make(
        meaning._replace(metric=metric), cell, label=column.header, scale=scale, period=meaning.period, day=day,
        method="table", order=0,
    )  # fmt: skip
    if one is None:
        return
    field = fields.of_candidate(one, context.currency, None)
    if metric in made:
        made[metric]["alternatives"].append(fields.alternative(one))
    else:
        made[metric] = field


def _nav_of_total(made: dict[str, Field]) -> None:
    """The net asset value where a table prints only the total value: total less distributions, with both as parts."""
    total, paid = made.get("total_value"), made.get("distributions")
    if total is None or paid is None:
        return
    if paid["value"] == 0:
        made["nav"] = {**total, "label": f"{total['label']} (nothing distributed)"}
        return
    parts = [{key: one[key] for key in ("value", "raw_text", "page", "bbox", "scale")} for one in (total, paid)]
    made["nav"] = fields.make(
        total["value"] - paid["value"], unit="currency", raw=None, page=total["page"], box=total["bbox"],
        label=f"{total['label']} less {paid['label']}", scale=total["scale"], currency=total["currency"],
        as_of=total["as_of"], method="table",
        step=total["step"], parts=parts,
    )  # fmt: skip
