"""Which rows of a page head the figures below them, and which only look so: captions, wrapped words, titles, labels."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from phases.common import figures
from phases.fund.tables.rows import Cell, Row, is_prose, is_year
from phases.fund.tables.table_columns import ALIGNED, START_REACH, holds_figures

HEADER_WHITE = 0.9  # of the row height: more white between two rows, and the upper is no line of the same header
NEAR_WHITE = 1.9  # of the row height: more white, and a row without figures belongs to something else
CAPTION = 0.75  # of the distance to the figures below: words that much nearer to those above are their caption
WRAPPED = 0.95  # of the distance to the figures below: words nearer to those above were wrapped out of their row
LOOK_AHEAD = 6  # rows of figures that tell what stands over them


def notes_as_text(block: Sequence[Row]) -> list[Row]:
    """The block with the footnote marks of its header as words: "Fair Value (4)" would be minus four."""
    first = next(
        (n for n, row in enumerate(block) if holds_figures(row) and not all(map(_is_mark, row.of("figure")))), 0
    )
    return [_worded(row) if place < first else row for place, row in enumerate(block)]


def _is_mark(cell: Cell) -> bool:
    return figures.is_note(cell.text)


def _worded(row: Row) -> Row:
    cells = (
        cell._replace(kind="text", figure=None) if cell.kind == "figure" and _is_mark(cell) else cell
        for cell in row.cells
    )
    return row._replace(cells=tuple(cells))


def is_caption(row: Row, above: Row, below: Sequence[Row]) -> bool:
    """Whether a row of words names the figures right above it: they have no other label, and are nearer."""
    if any(cell.kind != "figure" for cell in above.cells) or len(row.cells) < 2 or not below:  # noqa: PLR2004
        return False
    return row.middle - above.middle < CAPTION * (below[0].middle - row.middle)


def is_wrapped(row: Row, above: Row, below: Sequence[Row]) -> bool:
    """Whether a row goes on with the cells of the row above: it stands nearer to that than the next figures to it."""
    ahead = next((place for place, one in enumerate(below) if holds_figures(one)), None)
    if ahead is None:
        return False
    last = below[ahead - 1] if ahead else row
    return row.middle - above.middle < WRAPPED * (below[ahead].middle - last.middle)


def is_header(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row without figures has words or dates over the figures of the rows below it."""
    if holds_figures(row) or is_prose(row):
        return False
    ahead = list(itertools.islice((one for one in below if holds_figures(one)), LOOK_AHEAD))
    spans = [(cell.x0, cell.x1) for one in ahead for cell in one.of("figure") if _in_table(cell, one)]
    texts = [cell.x0 for one in below[: 2 * LOOK_AHEAD] for cell in one.of("text")]
    heads = [cell for cell in row.cells if _over(cell, spans) and not _among(cell.x0, texts)]
    return bool(heads) and not (len(row.cells) == 1 and _begins_left(row.cells[0], spans))


def _begins_left(cell: Cell, spans: Sequence[tuple[float, float]]) -> bool:
    """Whether a lone cell begins left of all figures, as titles do; not one that ends with the figures below it."""
    ends = [x1 for x0, x1 in spans if cell.x0 < x1 and cell.x1 > x0]
    return cell.x0 < min(x0 for x0, _ in spans) - ALIGNED and not all(abs(cell.x1 - x1) <= ALIGNED for x1 in ends)


def _in_table(cell: Cell, row: Row) -> bool:
    """Whether a figure stands in a table's columns: the first of two cells is a label ("— 15.0%   29,367,300"), and so
    is a year before a name.
    """
    leads = cell is row.cells[0]
    return len(row.cells) > 1 and not (leads and (len(row.cells) == 2 or is_year(cell)))  # noqa: PLR2004


def _over(cell: Cell, spans: Sequence[tuple[float, float]]) -> bool:
    """Whether a cell stands over one of the spans: half of the narrower of the two within the other."""
    return any(min(cell.x1, x1) - max(cell.x0, x0) >= 0.5 * min(cell.x1 - cell.x0, x1 - x0) for x0, x1 in spans)


def _among(x: float, others: Sequence[float]) -> bool:
    return sum(abs(x - other) <= START_REACH for other in others) > 1


def header_zone(piece: Sequence[Row], first: int) -> tuple[int, int]:
    """First and last-but-one row of the header; equal when there is none."""
    heads = [place for place in range(first) if is_header(piece[place], piece[place + 1 :])]
    if not heads:
        return (first, first) if first == 0 else _label_zone(piece, first)
    start = end = heads[-1]
    while start - 1 in heads and tight(piece[start - 1], piece[start]):
        start -= 1
    return start, end + 1


def tight(upper: Row, lower: Row) -> bool:
    """Whether two rows are lines of one header."""
    return lower.y0 - upper.y1 <= HEADER_WHITE * max(min(upper.y1 - upper.y0, lower.y1 - lower.y0), 1.0)


def _label_zone(piece: Sequence[Row], first: int) -> tuple[int, int]:
    """Without a header, rows that stand close above the first figures are the body's: labels and sections."""
    start = first
    while start and near(piece[start - 1], piece[start]):
        start -= 1
    return start, start


def near(upper: Row, lower: Row) -> bool:
    return lower.y0 - upper.y1 <= NEAR_WHITE * max(upper.y1 - upper.y0, 1.0)
