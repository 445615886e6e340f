"""Tables of a page out of its rows: where they begin and end, their columns of figures, their columns of text, headers.

Columns come from the body: a band of x that figures or dates occupy, with white on both sides; a column of text begins
where several cells begin and no word is written across. A header is what stands over a column. What any of it means is
decided elsewhere (`column_meaning`, `metric_labels`).
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from phases.common.figures import Mark
from phases.fund.rows import Cell, Row, is_prose
from phases.fund.table_columns import (
    ALIGNED,
    START_REACH,
    Column,
    bands_of,
    cut_figures,
    cut_text,
    holds_figures,
    starts_of,
    text_columns,
)
from phases.fund.table_headers import with_headers

BREAK = 5.0  # of the row height: more white than this ends a table; within one filing's balance sheet 3.0 was the most
HEADER_WHITE = 0.9  # of the row height: more white between two rows, and the upper is no line of the same header
NEAR_WHITE = 1.9  # of the row height: more white, and a row without figures belongs to something else
CAPTION = 0.75  # of the distance to the figures below: words that much nearer to those above are their caption
LOOK_AHEAD = 6  # rows of figures that tell what stands over them


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
    for block in _blocks(rows):
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
    for row in rows:
        last = blocks[-1][-1] if blocks[-1] else None
        if is_prose(row):
            blocks.append([row])
            blocks.append([])
            continue
        if last is not None and row.y0 - last.y1 > BREAK * max(last.y1 - last.y0, 1.0):
            blocks.append([])
        blocks[-1].append(row)
    return [block for block in blocks if block]


def _pieces(block: Sequence[Row]) -> list[list[Row]]:
    """The block, cut where a header stands between rows of figures; empty when it has no figures."""
    if not any(holds_figures(row) for row in block):
        return []
    pieces: list[list[Row]] = [[]]
    seen = False
    for place, row in enumerate(block):
        if seen and is_header(row, block[place + 1 :]) and not _is_caption(row, block[place - 1], block[place + 1 :]):
            pieces.append(_loose_end(pieces[-1]))
            seen = False
        seen = seen or holds_figures(row)
        pieces[-1].append(row)
    return pieces


def _is_caption(row: Row, above: Row, below: Sequence[Row]) -> bool:
    """Whether a row of words names the figures right above it: they have no other label, and are nearer."""
    if any(cell.kind != "figure" for cell in above.cells) or len(row.cells) < 2 or not below:  # noqa: PLR2004
        return False
    return row.middle - above.middle < CAPTION * (below[0].middle - row.middle)


def _loose_end(piece: list[Row]) -> list[Row]:
    """Takes the rows after the last figures off a piece: they are titles of the next."""
    loose: list[Row] = []
    while piece and not holds_figures(piece[-1]) and (not loose or _near(piece[-1], loose[0])):
        loose.insert(0, piece.pop())
    return loose


def _near(upper: Row, lower: Row) -> bool:
    return lower.y0 - upper.y1 <= NEAR_WHITE * max(upper.y1 - upper.y0, 1.0)


def is_header(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row without figures has words or dates over the figures of the rows below it."""
    if holds_figures(row) or is_prose(row):
        return False
    ahead = list(itertools.islice((one for one in below if holds_figures(one)), LOOK_AHEAD))
    spans = [(cell.x0, cell.x1) for one in ahead for cell in one.of("figure") if _in_table(cell, one)]
    texts = [cell.x0 for one in below[: 2 * LOOK_AHEAD] for cell in one.of("text")]
    heads = [cell for cell in row.cells if _over(cell, spans) and not _among(cell.x0, texts)]
    return bool(heads) and not (len(row.cells) == 1 and row.cells[0].x0 < min(x0 for x0, _ in spans) - ALIGNED)


def _in_table(cell: Cell, row: Row) -> bool:
    """Whether a figure stands in a table's columns: the first of two cells is a label ("— 15.0%   29,367,300")."""
    return len(row.cells) > 1 and (cell is not row.cells[0] or len(row.cells) > 2)  # noqa: PLR2004


def _over(cell: Cell, spans: Sequence[tuple[float, float]]) -> bool:
    """Whether a cell stands over one of the spans: half of the narrower of the two within the other."""
    return any(min(cell.x1, x1) - max(cell.x0, x0) >= 0.5 * min(cell.x1 - cell.x0, x1 - x0) for x0, x1 in spans)


def _among(x: float, others: Sequence[float]) -> bool:
    return sum(abs(x - other) <= START_REACH for other in others) > 1


def _table(titles: Sequence[Row], piece: Sequence[Row], mark: Mark) -> Table | None:
    first = next((place for place, row in enumerate(piece) if holds_figures(row)), None)
    if first is None:
        return None
    start, end = _header_zone(piece, first)
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
    while 0 < end < len(body) and _near(body[end - 1], body[end]):
        end += 1
    return list(body[:end])


def _header_zone(piece: Sequence[Row], first: int) -> tuple[int, int]:
    """First and last-but-one row of the header; equal when there is none."""
    heads = [place for place in range(first) if is_header(piece[place], piece[place + 1 :])]
    if not heads:
        return (first, first) if first == 0 else _label_zone(piece, first)
    start = end = heads[-1]
    while start - 1 in heads and _tight(piece[start - 1], piece[start]):
        start -= 1
    return start, end + 1


def _tight(upper: Row, lower: Row) -> bool:
    """Whether two rows are lines of one header."""
    return lower.y0 - upper.y1 <= HEADER_WHITE * max(min(upper.y1 - upper.y0, lower.y1 - lower.y0), 1.0)


def _label_zone(piece: Sequence[Row], first: int) -> tuple[int, int]:
    """Without a header, rows that stand close above the first figures are the body's: labels and sections."""
    start = first
    while start and _near(piece[start - 1], piece[start]):
        start -= 1
    return start, start


def _counts(row: Row) -> bool:
    """Whether a row says more than a page number does."""
    bare = len(row.cells) == 1 and row.cells[0].text.strip("-– ").isdigit() and len(row.cells[0].text) < 4  # noqa: PLR2004
    return holds_figures(row) and not bare


def _page_number(row: Row, piece: Sequence[Row]) -> bool:
    """A lone short number far below or above everything else."""
    cell = row.cells[0]
    alone = len(row.cells) == 1 and cell.figure is not None and cell.text.strip("-– ").isdigit() and len(cell.text) < 4  # noqa: PLR2004
    return alone and row is piece[-1] and len(piece) > 1 and not _near(piece[-2], row)


def row_pitch(rows: Sequence[Row]) -> float:
    """The usual distance from one row to the next, points."""
    steps = [b.middle - a.middle for a, b in itertools.pairwise(rows)]
    return statistics.median(steps) if steps else 12.0


__all__ = ["Column", "Table", "holds_figures", "is_header", "row_pitch", "tables"]
