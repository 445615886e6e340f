"""Tables that a phase made for readers, drawn for a terminal: what `Phase.tables` names.

A table is {title, columns: texts, rows: lists of texts}. What is not of that form is passed over: a run may come from
anywhere.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.padding import Padding

from ace.records import Data, Json
from ace.views import terminal
from ace.views.declared import Declared
from ace.views.terminal import Column

MOST_ROWS = 40  # of one table: more is read in a file
ALWAYS = 2  # columns that stay however narrow the terminal is: they say what the row is about
LONG = 24  # columns; wider text is folded to no less
_NUMBER = re.compile(r"[(−-]?[\d.,]+\)?(?:\s?%|x)?|[–—-]?")


class ReaderTable(NamedTuple):
    """A table as found in the data. `place` is its index there."""

    place: int
    title: str
    columns: list[str]
    rows: list[list[str]]


def found(data: Data, said: Declared | None) -> list[ReaderTable]:
    """The tables that the phase declares; empty when it declares none, or what is there is none."""
    return listed(data.get(said.tables)) if said and said.tables else []


def listed(value: Json) -> list[ReaderTable]:
    """The tables in a list of them."""
    if not isinstance(value, list):
        return []
    return [table for place, one in enumerate(value) if (table := _table(place, one)) is not None]


def _table(place: int, one: Json) -> ReaderTable | None:
    if not isinstance(one, dict) or not isinstance(one.get("columns"), list) or not isinstance(one.get("rows"), list):
        return None
    columns = [str(title) for title in one["columns"]]
    rows = [[str(cell) for cell in row] for row in one["rows"] if isinstance(row, list) and len(row) == len(columns)]
    return ReaderTable(place, str(one.get("title", "")), columns, rows)


def drawn(tables: list[ReaderTable], more: str = "") -> RenderableType:
    """All tables, one under the other. `more` is the command that shows the rest of a long one; {} is its place."""
    parts: list[RenderableType] = []
    for table in tables:
        parts += [terminal.line(""), terminal.line(table.title, "bold"), grid(table)]
        if len(table.rows) > MOST_ROWS:
            command = f": {more.format(table.place)}" if more else ""
            parts.append(terminal.line(f"… {len(table.rows) - MOST_ROWS} more rows{command}", "dim"))
    return Group(*parts)


def grid(table: ReaderTable, room: int | None = None) -> RenderableType:
    """One table, indented under its title."""
    room = terminal.width() if room is None else room
    shown = table.rows[:MOST_ROWS]
    columns = [_column(place, title, [row[place] for row in shown]) for place, title in enumerate(table.columns)]
    return Padding(terminal.table(columns, room - 2), (0, 0, 0, 2), expand=False)


def _column(place: int, title: str, cells: list[str]) -> Column:
    long = max(map(len, cells), default=0) > LONG
    right = any(cells) and all(map(_NUMBER.fullmatch, cells))
    rank = 0 if place < ALWAYS or long else place
    return Column(title, cells, rank=rank, right=right, flexible=LONG if long else 0, wraps=long)
