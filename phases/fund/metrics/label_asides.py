"""Figures that stand inside a label: "Investments, at fair value (cost of $120,352 and $132,388, respectively)".

As many as the row has figures, they belong to its columns in their order; a single one to the report's own date.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from datetime import date

from phases.common import figures
from phases.common.figures import Mark
from phases.fund.metrics import candidates, metric_labels
from phases.fund.metrics.candidates import Candidate, Setting
from phases.fund.metrics.labelled_rows import continued_below
from phases.fund.metrics.metric_choice import is_of
from phases.fund.tables.rows import Cell, Row, Word, make_cell
from phases.fund.tables.tables import Table, holds_figures

LINES = 4  # of a label
_AMOUNT = r"(?:US)?\$?\s?\d[\d.,]*\d"
_LIST = rf"(?P<list>{_AMOUNT}(?:(?:,| and|, and)\s+{_AMOUNT})*)"
_COST = re.compile(rf"\b(?:amorti[sz]ed |acquisition )?cost(?: of|:)?\s+{_LIST}", re.IGNORECASE)
_SHARES = re.compile(rf"{_LIST}\s+(?:common )?shares\s+(?:issued and )?outstanding", re.IGNORECASE)
# metric, what the label itself has to name (None: anything), what stands in it
_ASIDES = (("total_cost", "total_fair_value", _COST), ("shares_outstanding", None, _SHARES))


def of_tables(tables: Sequence[Table], context: Setting, mark: Mark) -> list[Candidate]:
    """Candidates out of the labels of all tables."""
    return [found for table in tables for found in _of_table(table, context, mark)]


def _of_table(table: Table, context: Setting, mark: Mark) -> Iterator[Candidate]:
    lines: list[Row] = []
    for order, row in enumerate(table.body):
        lines = [*lines[-LINES + 1 :], row]
        if holds_figures(row):
            below = continued_below(table.body[order + 1 :])
            yield from _of_label(table, row, [*lines, *below], context, mark, order)
            lines = []


def _of_label(
    table: Table, row: Row, lines: Sequence[Row], context: Setting, mark: Mark, order: int
) -> Iterator[Candidate]:
    words = [word for row in lines for cell in row.of("text", "date") for word in cell.words]
    text = " ".join(word.text for word in words)
    for metric, beside, pattern in _ASIDES:
        match = pattern.search(text)
        if match is None or not (beside is None or _means(beside, text[: match.start()])):
            continue
        cells = _listed(match, words, mark, table.page)
        for cell, header in zip(cells, _headers(table, row, len(cells), context), strict=False):
            scale = candidates.table_scale(table, header, "", context)
            made = candidates.make(
                metric_labels.Meaning(metric, 0, None), cell, label=text, scale=scale, period=None,
                day=_day(table, header), method="label", order=order, column=header,
            )  # fmt: skip
            if made is not None:
                yield made


def _means(metric: str, label: str) -> bool:
    """Whether the end of a label before its aside names a metric, wherever the lines above it end."""
    words = re.sub(r"[\s(,]+\Z", "", label).split()
    named = (metric_labels.meaning(" ".join(words[start:])) for start in range(len(words)))
    return any(found.metric == metric for found in named if found)


def _listed(match: re.Match[str], words: Sequence[Word], mark: Mark, page: int) -> list[Cell]:
    """The amounts of the list as cells of their words."""
    starts, place = [], 0
    for word in words:
        starts.append(place)
        place += len(word.text) + 1
    cells = []
    for start, end, _ in figures.find(match["list"], mark):
        first = bisect.bisect_right(starts, match.start("list") + start) - 1
        last = bisect.bisect_left(starts, match.start("list") + end)
        bare = [word._replace(text=word.text.strip("(),;")) for word in words[first:last]]
        cells.append(make_cell(bare, page, mark))
    return cells


def _headers(table: Table, row: Row, count: int, context: Setting) -> list[str]:
    """The headers of the columns that the amounts belong to."""
    headers = [table.columns[number].header for number in sorted(table.figures(row))]
    if count == len(headers):
        return headers
    current = [header for header in headers if (day := candidates.column_day(header)) and is_of(day, context.as_of)]
    return (current or headers)[:1] if count == 1 else []


def _day(table: Table, header: str) -> date | None:
    return candidates.column_day(header) or candidates.table_day(table.titles)
