"""Tables on a page without ruled lines: runs of lines with figures, cut where another table begins.

Nothing here knows what a table says: a row has a figure beside something else, wrapped names and sums without a label
belong to the row above, and text over the figures of the rows before heads another table.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from phases.common import pdf_columns
from phases.common.pdf_columns import Column
from phases.common.pdf_lines import SIGN_REACH, Cell, Line

LINE_BREAK = 3.0  # of the height: more white between two lines ends a table, unless its rows are set that wide
CARRY = 8.0  # of the height: how far above the first row its headers may stand
LABEL_RUN = 9  # lines without a figure that may follow each other inside a table (wrapped names, groups)
LATELY = 12  # lines whose spacing is the usual one of a table
TAIL_LINES = 3  # below the last row of figures
TAIL_WHITE = 0.4  # of the height, between the lines of one row
HEADER_LINES = 8  # above the first row of figures
KPI_CELLS = 3  # figures on a single line that make a table of it
NUMERIC_SHARE = 0.6  # of a column's cells
WIDE_SET = 2.5  # times the usual white between a table's rows


class Table(NamedTuple):
    """Lines of a page that form a table. `rows` has a cell or None per column, one row per line of `body`."""

    page: int
    header: list[Line]
    body: list[Line]
    columns: list[Column]
    rows: list[list[Cell | None]]

    @property
    def lines(self) -> list[Line]:
        return [*self.header, *self.body]


def tables(lines: Sequence[Line]) -> list[Table]:
    """The tables of one page's lines, top down; lines of running text are in none."""
    return [table for block in _table_blocks(lines) if (table := _table(block)) is not None]


def _table_blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Runs of lines that hold rows of figures and what belongs to them."""
    blocks: list[list[Line]] = []
    block: list[Line] = []
    for line in lines:
        if block and _ends(block, line):
            blocks.append(block)
            block = _carried(block, line)
        if line.prose:
            continue
        block.append(line)
    blocks.append(block)
    return [part for block in blocks for part in _at_headers(_trimmed(block)) if part]


def _carried(block: list[Line], line: Line) -> list[Line]:
    """The last lines before a table that stand apart from it but over several of its columns."""
    if line.prose or any(one.data for one in block) or line.box[1] - block[-1].box[3] > CARRY * line.height:
        return []
    over = 0
    while over < len(block) and len(block[-1 - over].cells) > 1:
        over += 1
    return block[len(block) - over :]


def _ends(block: list[Line], line: Line) -> bool:
    if line.prose or line.page != block[-1].page:
        return True
    white = line.box[1] - block[-1].box[3]
    between = [b.box[1] - a.box[3] for a, b in itertools.pairwise(block[-LATELY:])]
    usual = statistics.median(between) if between else 0.0
    quiet = len(_quiet(block))
    back_up = white < -2 * line.height  # the next column of a page: it begins above the end of this one
    return back_up or white > max(LINE_BREAK * line.height, WIDE_SET * usual) or quiet > LABEL_RUN


def _quiet(block: list[Line]) -> list[Line]:
    """The lines without figures at the end of a block that had some."""
    tail: list[Line] = []
    for line in reversed(block):
        if line.data:
            return tail
        tail.append(line)
    return []


def _trimmed(block: list[Line]) -> list[Line]:
    """Without the lines after the last row of figures, and with few enough before the first."""
    rows = [place for place, line in enumerate(block) if line.data]
    if not rows:
        return []
    last = rows[-1] + 1
    while last < len(block) and last <= rows[-1] + TAIL_LINES and _belongs(block[last - 1], block[last]):
        last += 1
    return block[max(0, rows[0] - HEADER_LINES) : last]


def _belongs(before: Line, line: Line) -> bool:
    """Whether a line below the last row is part of it: a sum without a label, or a name that goes on."""
    white = line.box[1] - before.box[3]
    alone = len(line.cells) == 1 and line.cells[0].figure and line.box[0] > before.box[0] + SIGN_REACH * line.height
    return alone or (white <= TAIL_WHITE * line.height and not line.text.endswith("."))


def _at_headers(block: list[Line]) -> list[list[Line]]:
    """Cut where text stands over the figures of the rows before it: the header of another table."""
    parts: list[list[Line]] = [[]]
    figures: list[Cell] = []
    for line in block:
        if not line.data and figures and _heads(line, figures):
            parts.append([])
            figures = []
        parts[-1].append(line)
        if line.data:
            figures += [cell for cell in line.cells if cell.figure]
    return parts


def _heads(line: Line, figures: list[Cell]) -> bool:
    columns = pdf_columns.bands([[cell] for cell in figures])
    return any(pdf_columns.is_over(cell, columns) for cell in line.cells[1:] if not cell.figure)


def _table(block: list[Line]) -> Table | None:
    rows = [line for line in block if line.data]
    if len(rows) < 2 and sum(cell.figure for line in rows for cell in line.cells) < KPI_CELLS:  # noqa: PLR2004
        return None
    first = next(place for place, line in enumerate(block) if line.data)
    header, body = block[:first], block[first:]
    stops = pdf_columns.tab_stops(block)
    cut = [pdf_columns.cut(line, stops) for line in block]
    spans = pdf_columns.bands([row for row, line in zip(cut, block, strict=True) if line.data])
    placed = [pdf_columns.placed(row, spans) for row in cut[first:]]
    data = [row for row, line in zip(placed, body, strict=True) if line.data]
    figures = [_holds_figures([row[place] for row in data]) for place in range(len(spans))]
    heads = pdf_columns.header_rows(header, cut[:first], body[0], spans, figures)
    cells = [cell for row in heads.values() for cell in row]
    columns = [
        Column(*span, figures[place], pdf_columns.header(cells, place, spans)) for place, span in enumerate(spans)
    ]
    return Table(block[0].page, header[min(heads, default=first) :], body, columns, placed)


def _holds_figures(column: list[Cell | None]) -> bool:
    members = [cell for cell in column if cell]
    return sum(cell.figure for cell in members) >= NUMERIC_SHARE * max(1, len(members))
