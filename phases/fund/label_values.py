"""Metrics out of tables: figures beside a label, below a heading of their own, or above one.

A row's label is the text left of its figures, with the lines above it that it continues ("Net increase in net assets
resulting" / "from operations") or the section it stands in ("NET ASSETS:" / "Beginning of period").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from phases.common import report_dates
from phases.fund import candidates, metric_labels
from phases.fund.candidates import Candidate, Setting
from phases.fund.metric_labels import Meaning
from phases.fund.rows import Cell, Row
from phases.fund.tables import Table, holds_figures

WRAPPED = 3  # lines above that a label may continue
NAMED_COLUMNS = 2  # columns headed by metrics from which a table's rows are things that have those metrics


_WHEN = re.compile(r"(?:at )?(?:the )?(?:beginning|end|opening|closing|start)\b", re.IGNORECASE)  # says when, not what
_BALANCE = re.compile(r"assets and liabilities|balance sheet|financial (?:condition|position)|bilanz", re.IGNORECASE)
_CASH_FLOW = re.compile(r"cash flow", re.IGNORECASE)


class Labelled(NamedTuple):
    """A label with the figures that it stands beside, from left to right."""

    label: str
    section: str
    above: tuple[str, ...]  # text rows right above, nearest last
    cells: tuple[Cell, ...]
    row: Row


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
    if by_head and len(rows) == 1:
        yield from _by_header(table, rows[0], named, day, context, order)
    elif not by_head and not _CASH_FLOW.search(table.title):
        roll = _is_roll_forward(table)
        for step, labelled in enumerate(labelled_rows(table)):
            yield from _by_label(table, labelled, day, context, order + step, roll=roll)
        yield from _over_labels(table, day, context, order)


def labelled_rows(table: Table) -> Iterator[Labelled]:
    """Rows of figures with their labels; a row with several labels gives one for each."""
    section, above = "", list[str]()
    for row in table.body:
        if not holds_figures(row):
            text = row.cells[0].text
            above = [*above[-WRAPPED + 1 :], text]
            section = text
            continue
        for label, cells in _labels(row):
            yield Labelled(label, section, tuple(above), tuple(cells), row)
        above = []


def _labels(row: Row) -> list[tuple[str, list[Cell]]]:
    """Each text of a row with the figures that follow it before the next text."""
    groups: list[tuple[list[str], list[Cell]]] = []
    for cell in row.cells:
        if cell.kind in ("text", "date"):
            if not groups or groups[-1][1]:
                groups.append(([], []))
            groups[-1][0].append(cell.text)
        elif groups:
            groups[-1][1].append(cell)
    return [(" ".join(texts), cells) for texts, cells in groups if cells]


def reading(labelled: Labelled) -> tuple[Meaning, str] | None:
    """The best reading of a label: by name before by a general word, with more lines before fewer."""
    texts = [labelled.label]
    for line in reversed(labelled.above):
        if _heads_section(line, labelled.label):
            break
        texts.insert(0, f"{line} {texts[0]}")
    if labelled.section and _WHEN.match(labelled.label):
        texts.insert(0, f"{labelled.section} {labelled.label}")
    found = [(meaning, text) for text in texts if (meaning := metric_labels.meaning(text))]
    return min(found, key=lambda one: one[0].rank) if found else None


def _heads_section(line: str, label: str) -> bool:
    """Whether a line above is a heading and not the first half of the label."""
    return line.rstrip().endswith(":") or (line.isupper() and not label.isupper())


def _is_roll_forward(table: Table) -> bool:
    """Whether a table goes from a beginning to an ending value: its contributions are those of a period."""
    metrics = {found[0].metric for one in labelled_rows(table) if (found := reading(one))}
    return "beginning_nav" in metrics or len(metrics & metric_labels.ROLL_FORWARD) > 1


def _by_label(
    table: Table, labelled: Labelled, day: date | None, context: Setting, order: int, *, roll: bool
) -> Iterator[Candidate]:
    found = reading(labelled)
    if found is None:
        return
    meaning, label = found
    for cell in labelled.cells:
        header = table.columns[table.place(cell)].header
        at = candidates.column_day(header) or day
        period = meaning.period or metric_labels.period(header)
        scale = candidates.table_scale(table, header, label, context)
        made = candidates.make(
            _in_context(meaning, cell, scale, table, period, roll=roll), cell,
            label=label, scale=scale, period=period, day=at, method="label", order=order, column=header,
        )  # fmt: skip
        if made is not None and not (_BALANCE.search(table.title) and _no_balance(made.metric)):
            yield made


def _no_balance(metric: str) -> bool:
    """What a balance sheet prints under such a name is another thing: paid-in capital was not called."""
    return metric in metric_labels.FLOWS or metric in ("contributions", "distributions")


def _in_context(meaning: Meaning, cell: Cell, scale: int, table: Table, period: str | None, *, roll: bool) -> Meaning:
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
    if metric in ("contributions", "distributions") and roll and meaning.period is None and period in ("QTD", "YTD"):
        metric = f"period_{metric}"
    return meaning._replace(metric=metric)


def label_words(table: Table, cell: Cell) -> str:
    """Title and row of a cell in lower case: where "per share" would stand."""
    row = next((row for row in table.body if cell in row.cells), None)
    return f"{table.title} {row.text if row else ''}".lower()


def _by_header(
    table: Table, row: Row, named: dict[int, Meaning], day: date | None, context: Setting, order: int
) -> Iterator[Candidate]:
    """The figures of a table with one row, each under its heading."""
    for number, cell in table.figures(row).items():
        if number not in named:
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
