"""Tables of many funds: a name per row, a metric per column. Pension plans and fund managers publish them.

A table is one when two of its columns are headed by what only funds have: commitment, contributions, distributions,
unfunded, IRR, TVPI, DPI. "Cash out & remaining value" is the total value; the net asset value is that less what was
distributed, and has the two figures as its parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from phases.common import report_dates
from phases.common.figures import Mark
from phases.fund import fields
from phases.fund.document import many_funds, page_layout
from phases.fund.fields import Field
from phases.fund.metrics import candidates
from phases.fund.metrics.candidates import Setting
from phases.fund.metrics.label_values import heads
from phases.fund.metrics.labelled_rows import Labelled, labelled_rows, reading
from phases.fund.metrics.metric_choice import is_of
from phases.fund.metrics.metric_labels import Meaning, period
from phases.fund.tables import continued
from phases.fund.tables.row_names import named_rows
from phases.fund.tables.rows import Cell, Row, is_year
from phases.fund.tables.tables import Column, Table, holds_figures

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
_TOTAL = re.compile(
    r"(?:grand |sub-?)?totals?\b|(?:weighted )?(?:average|median)\b|summe\b|gesamt\b|sous-total|"
    r"composite|benchmark|index\b|.*\b(?:sub-?)?totals?\Z",
    re.IGNORECASE,
)
_FUND_NAME = re.compile(r"\b(?:fund|partners|capital|ventures|growth|buyout|l\.?p\.?)\b|\b[IVX]{1,5}\b", re.IGNORECASE)
_CLASS = re.compile(r"general partner|limited partner|\btotal\b|class|benchmark|index|change", re.IGNORECASE)
_VINTAGE = re.compile(r"\b(?:vintage|inception year|year|jahrgang|auflage)", re.IGNORECASE)


def is_performance_table(table: Table) -> bool:
    named = {meaning.metric for meaning in heads(table).values()}
    rows = [row for row in table.body if holds_figures(row) and _is_of_a_fund(row)]
    return len(named & OF_FUNDS) >= LEAST_COLUMNS and len(rows) >= LEAST_ROWS


def _is_of_a_fund(row: Row) -> bool:
    """Whether a row has several figures beside a text that can be a name: not a day, and not the name of a metric."""
    names = [cell for cell in row.of("text") if not report_dates.find(cell.text)]
    return bool(names) and len(row.of("figure", "nothing")) > 1


def selected(tables: Sequence[Table], mark: Mark) -> list[tuple[Table, Table]]:
    """(as found, with the header it goes on from) of each performance table; one row is enough below a like header."""
    found: list[tuple[Table, Table]] = []
    alike_cut = continued.with_common_columns(tables, mark) if any(map(is_performance_table, tables)) else tables
    for table, cut in zip(tables, alike_cut, strict=True):
        last = found[-1][1] if found else None
        whole = continued.with_header_of(cut, last)
        alike = last is not None and _headers(whole) == _headers(last) and any(map(holds_figures, whole.body))
        if alike and last is not None and whole.titles != last.titles:
            whole = whole._replace(titles=(*last.titles, *whole.titles))  # unit and date are printed once
        if is_performance_table(whole) or alike:
            found.append((table, whole))
    return found


def lists_many(pages: Sequence[Mapping[str, Any]], mark: Mark) -> bool:
    """Whether tables of the pages have a fund in each of many rows."""
    tables = [found for page in pages for found in page_layout.rowed(page, mark).tables]
    return sum(1 for _, whole in selected(tables, mark) for _ in named_rows(whole)) >= many_funds.ROWS


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
