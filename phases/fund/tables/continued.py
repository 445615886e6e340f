"""Tables that go on over pages: without repeating their header, or with too little on a page to show its columns."""

from __future__ import annotations

from collections.abc import Sequence

from phases.common.figures import Mark
from phases.fund.tables.table_columns import cut_figures, cut_text
from phases.fund.tables.tables import Table

SHIFT = 20.0  # points that a column may move from page to page: its widest figure is another one
SAME_PLACE = 2.0  # points between the words of two headers that are the same
HEADER_WORDS = 3  # that a header has at least before it is known again


def with_header_of(table: Table, last: Table | None) -> Table:
    """The table with the headers and titles of `last` when it has none and its columns stand where those do."""
    if last is None or any(column.header for column in table.columns) or len(table.columns) != len(last.columns):
        return table
    pairs = list(zip(table.columns, last.columns, strict=True))
    if not all(a.kind == b.kind and min(abs(a.x1 - b.x1), abs(a.x0 - b.x0)) < SHIFT for a, b in pairs):
        return table
    return table._replace(columns=tuple(a._replace(header=b.header) for a, b in pairs), titles=last.titles)


def with_common_columns(tables: Sequence[Table], mark: Mark) -> list[Table]:
    """Tables with the same words at the same places as header, all cut at the columns of the one that has most."""
    fullest: list[Table] = []
    for table in tables:
        place = next((n for n, one in enumerate(fullest) if _same_header(one, table)), None)
        if place is None:
            fullest.append(table)
        elif _extent(table) > _extent(fullest[place]):
            fullest[place] = table
    return [_cut_like(next(one for one in fullest if _same_header(one, table)), table, mark) for table in tables]


def _extent(table: Table) -> tuple[int, int]:
    """How many columns a table shows, those without a header against it; then how long it is."""
    return sum(1 if column.header else -1 for column in table.columns), len(table.body)


def _same_header(one: Table, other: Table) -> bool:
    first, second = (
        [word for row in table.header for cell in row.cells for word in cell.words] for table in (one, other)
    )
    if one is other:
        return True
    pairs = list(zip(first, second, strict=False))  # the last words may stand over a column that is empty on a page
    return len(pairs) >= HEADER_WORDS and all(a.text == b.text and abs(a.x0 - b.x0) < SAME_PLACE for a, b in pairs)


def _cut_like(model: Table, table: Table, mark: Mark) -> Table:
    if [column.header for column in model.columns] == [column.header for column in table.columns]:
        return table
    bands = [column for column in model.columns if column.kind != "text"]
    starts = [column.x0 for column in model.columns if column.kind == "text"]
    body = tuple(cut_text(cut_figures(row, bands, mark), starts, mark) for row in table.body)
    return table._replace(columns=model.columns, body=body)
