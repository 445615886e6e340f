"""A table that goes on from the page before without repeating its header."""

from __future__ import annotations

from phases.fund.tables import Table

SHIFT = 20.0  # points that a column may move from page to page: its widest figure is another one


def with_header_of(table: Table, last: Table | None) -> Table:
    """The table with the headers and titles of `last` when it has none and its columns stand where those do."""
    if last is None or any(column.header for column in table.columns) or len(table.columns) != len(last.columns):
        return table
    pairs = list(zip(table.columns, last.columns, strict=True))
    if not all(a.kind == b.kind and min(abs(a.x1 - b.x1), abs(a.x0 - b.x0)) < SHIFT for a, b in pairs):
        return table
    return table._replace(columns=tuple(a._replace(header=b.header) for a, b in pairs), titles=last.titles)
