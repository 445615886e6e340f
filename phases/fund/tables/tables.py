"""Tables of a page out of its rows: where they begin and end, their columns of figures, their columns of text, headers.

Columns come from the body: a band of x that figures or dates occupy, with white on both sides; a column of text begins
where several cells begin and no word is written across. A header is what stands over a column. What any of it means is
decided elsewhere (`column_meaning`, `metric_labels`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from phases.common.figures import Mark
from phases.fund.tables.header_rows import header_zone, is_caption, is_header, is_wrapped, near, notes_as_text, tight
from phases.fund.tables.rows import Cell, Row, is_prose
from phases.fund.tables.table_columns import (
    Column,
    bands_of,
    cut_figures,
    cut_text,
    holds_figures,
    starts_of,
    text_columns,
)
from phases.fund.tables.table_headers import with_headers

BREAK = 5.0  # of the row height: more white than this ends a table; within one filing's balance sheet 3.0 was the most
LABEL_LINES = 3  # that a label of many words may go on for
LABEL_INDENT = 30.0  # points by which they may be indented


class Table(NamedTuple):
    """titles: rows above the header up to the table before. body: its rows, cells cut at the columns."""

    page: int
    titles: tuple[Row, ...]
    header: tuple[Row, ...]
    body: tuple[Row, ...]
    columns: tuple[Column, ...]

    @property
    def title(self) -> str:
        return " ".join(row.text for row in self.titles)

    def place(self, cell: Cell) -> int:
        """Which column a cell stands in: the one it overlaps most, else the nearest."""
        reach = [min(cell.x1, column.x1) - max(cell.x0, column.x0) for column in self.columns]
        return max(range(len(reach)), key=lambda number: reach[number])

    def figures(self, row: Row) -> dict[int, Cell]:
        """Column number → figure, dash or N/A of a row."""
        return {self.place(cell): cell for cell in row.cells if cell.kind in ("figure", "nothing")}


def tables(rows: Sequence[Row], mark: Mark) -> list[Table]:
    """The tables of one page, top down."""
    found: list[Table] = []
    titles: list[Row] = []
    for block in map(notes_as_text, _blocks(rows)):
        pieces = _pieces(block)
        if not pieces:
            titles += block
        for piece in pieces:
            table = _table(titles, piece, mark)
            titles = []
            if table is not None:
                found.append(table)
    return found


def _blocks(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows between running text and wide white."""
    blocks: list[list[Row]] = [[]]
    for place, row in enumerate(rows):
        last = blocks[-1][-1] if blocks[-1] else None
        if is_prose(row) and not _is_long_label(row, rows[place + 1 : place + 1 + LABEL_LINES]):
            blocks.append([row])
            blocks.append([])
            continue
        if last is not None and row.y0 - last.y1 > BREAK * max(last.y1 - last.y0, 1.0):
            blocks.append([])
        blocks[-1].append(row)
    return [block for block in blocks if block]


def _is_long_label(row: Row, below: Sequence[Row]) -> bool:
    """Whether a line of many words is a label that goes on in the rows set close below it, left of their figures."""
    upper, right = row, row.cells[-1].x1
    for lower in below:
        if not tight(upper, lower) or abs(lower.cells[0].x0 - row.cells[0].x0) > LABEL_INDENT:
            return False
        right = max([right, *(cell.x1 for cell in lower.of("text"))])
        if holds_figures(lower):
            return len(lower.of("text")) == 1 and right < min(cell.x0 for cell in lower.of("figure", "nothing"))
        upper = lower
    return False


def _pieces(block: Sequence[Row]) -> list[list[Row]]:
    """The block, cut where a header stands between rows of figures; empty when it has no figures."""
    if not any(holds_figures(row) for row in block):
        return []
    pieces: list[list[Row]] = [[]]
    seen = False
    for place, row in enumerate(block):
        above, below = block[place - 1], block[place + 1 :]
        if seen and is_header(row, below) and not (is_caption(row, above, below) or is_wrapped(row, above, below)):
            pieces.append(_loose_end(pieces[-1]))
            seen = False
        seen = seen or holds_figures(row)
        pieces[-1].append(row)
    return pieces


def _loose_end(piece: list[Row]) -> list[Row]:
    """Takes the rows after the last figures off a piece: they are titles of the next."""
    loose: list[Row] = []
    while piece and not holds_figures(piece[-1]) and (not loose or near(piece[-1], loose[0])):
        loose.insert(0, piece.pop())
    return loose


def _table(titles: Sequence[Row], piece: Sequence[Row], mark: Mark) -> Table | None:
    first = next((place for place, row in enumerate(piece) if holds_figures(row)), None)
    if first is None:
        return None
    start, end = header_zone(piece, first)
    if sum(map(_counts, piece)) == 0:
        return None
    header, body = piece[start:end], _trimmed([row for row in piece[end:] if not _page_number(row, piece)])
    bands = bands_of(body)
    if not bands:
        return None
    body = [cut_figures(row, bands, mark) for row in body]
    starts = starts_of([*header, *body], bands)
    body = [cut_text(row, starts, mark) for row in body]
    columns = with_headers(bands, text_columns(body, starts, bands), header)
    return Table(piece[0].page, (*titles, *piece[:start]), tuple(header), tuple(body), tuple(columns))


def _trimmed(body: Sequence[Row]) -> list[Row]:
    """Without what follows at a distance after the last row of figures."""
    end = max((place for place, row in enumerate(body) if holds_figures(row)), default=-1) + 1
    while 0 < end < len(body) and near(body[end - 1], body[end]):
        end += 1
    return list(body[:end])


def _counts(row: Row) -> bool:
    """Whether a row says more than a page number does."""
    bare = len(row.cells) == 1 and row.cells[0].text.strip("-– ").isdigit() and len(row.cells[0].text) < 4  # noqa: PLR2004
    return holds_figures(row) and not bare


def _page_number(row: Row, piece: Sequence[Row]) -> bool:
    """A lone short number far below or above everything else."""
    cell = row.cells[0]
    alone = len(row.cells) == 1 and cell.figure is not None and cell.text.strip("-– ").isdigit() and len(cell.text) < 4  # noqa: PLR2004
    return alone and row is piece[-1] and len(piece) > 1 and not near(piece[-2], row)


__all__ = ["Column", "Table", "holds_figures", "is_header", "tables"]
