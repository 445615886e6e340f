"""Columns of a table without ruled lines, from the geometry of its rows: bands of x, and what stands above them.

A column is a band that the rows with figures leave free on both sides. The header does not decide: it may span several
columns, or stand beside its own.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from phases.common.pdf_lines import Cell, Line, cell_of
from phases.common.pdf_words import Word

BRIDGES = 0.05  # share of the rows that may write across the white between two columns
MIN_WHITE = 1.5  # points between two columns
WIDER = 1.4  # times the usual space of its cell: white in a header between two columns
OVER_FIGURES = 0.5  # of the narrower of a text and a column of figures: it stands over them
HEADER_WHITE = 0.8  # of the height: more white between two lines above the first row, and the upper one is a title
STOP_REACH = 1.5  # points within which edges are aligned
STOP_ROWS = 3  # cells that begin at a stop
STOP_CROSSED = 0.1  # share of rows that may write across it
NEAR = 20.0  # points a header may stand beside its column
SPANS = 0.5  # of a column's width that a header over several of them covers


class Column(NamedTuple):
    """A band of x, whether it holds figures, and what stands above it."""

    x0: float
    x1: float
    figures: bool
    header: str


def bands(rows: Sequence[Sequence[Cell]]) -> list[tuple[float, float]]:
    """Bands of x that the cells of the rows occupy, with white between them that (almost) no row crosses."""
    allowed = int(BRIDGES * len(rows))
    changes: list[tuple[float, int]] = []
    for row in rows:
        for cell in row:
            changes += [(cell.x0, 1), (cell.x1, -1)]
    found: list[list[float]] = []
    depth = 0
    for x, change in sorted(changes, key=lambda one: (one[0], -one[1])):
        before, depth = depth, depth + change
        if before <= allowed < depth:
            if found and x - found[-1][1] < MIN_WHITE:
                continue
            found.append([x, x])
        elif before > allowed >= depth:
            found[-1][1] = x
    return [(start, end) for start, end in found]


def nearest(cell: Cell, spans: Sequence[tuple[float, float]]) -> int:
    """The column that a cell overlaps most, or stands nearest to."""
    reach = [min(cell.x1, end) - max(cell.x0, start) for start, end in spans]
    return max(range(len(spans)), key=lambda place: reach[place])


def placed(row: Sequence[Cell], spans: list[tuple[float, float]]) -> list[Cell | None]:
    """One cell or None per column; cells that share a column are joined."""
    placed: list[Cell | None] = [None] * len(spans)
    for cell in row:
        place = nearest(cell, spans)
        before = placed[place]
        placed[place] = cell if before is None else cell_of([before, cell])
    return placed


def is_over(cell: Cell, spans: list[tuple[float, float]]) -> bool:
    return any(
        min(cell.x1, end) - max(cell.x0, start) >= OVER_FIGURES * min(cell.x1 - cell.x0, end - start)
        for start, end in spans
    )


def tab_stops(block: list[Line]) -> list[float]:
    """Where cells begin in several rows and (almost) no word is written across: columns of text set close together."""
    starts = sorted(cell.x0 for line in block for cell in line.cells if not cell.figure)
    stops: list[float] = []
    first = next(place for place, line in enumerate(block) if line.data)
    inside = block[first:]  # titles above are written across everything
    for start in starts:
        support = sum(abs(start - other) <= STOP_REACH for other in starts)
        if support < STOP_ROWS or any(abs(start - stop) <= 2 * STOP_REACH for stop in stops):
            continue
        left = [line for line in inside if line.words[0].x0 < start - 2 * STOP_REACH]
        across = sum(any(word.x0 < start - MIN_WHITE < word.x1 for word in line.words) for line in left)
        if left and across <= STOP_CROSSED * len(left):
            stops.append(start)
    return stops


def cut(line: Line, stops: list[float]) -> list[Cell]:
    """The cells of a line, those of text cut where a word begins at a stop."""
    found: list[Cell] = []
    for cell in line.cells:
        members = [word for word in line.words if cell.x0 <= word.x0 and word.x1 <= cell.x1]
        if cell.figure or len(members) < 2:  # noqa: PLR2004
            found.append(cell)
            continue
        groups: list[list[Word]] = [[members[0]]]
        for word in members[1:]:
            if word.text[0].isalpha() and any(abs(word.x0 - stop) <= STOP_REACH for stop in stops):
                groups.append([])  # a day or a figure set under others begins no column of text
            groups[-1].append(word)
        found += [cell_of(group) for group in groups]
    return found


def header_rows(
    above: list[Line], cut_cells: list[list[Cell]], first: Line, spans: list[tuple[float, float]], figures: list[bool]
) -> dict[int, list[Cell]]:
    """The cells of those lines above the first row that head its columns, by their place in `above`.

    A line does when it stands close above several columns, or over figures; a title does not.
    """
    over = [span for span, yes in zip(spans, figures, strict=True) if yes]
    left = -math.inf if figures[0] else sum(spans[0]) / 2  # what begins further left is a label or a title
    found: dict[int, list[Cell]] = {}
    below = first
    for place in reversed(range(len(above))):
        line = above[place]
        row = [part for cell in cut_cells[place] for part in _parted(cell, line.words, over)]
        close = below.box[1] - line.box[3] <= HEADER_WHITE * line.height
        several = len({nearest(cell, spans) for cell in row}) > 1 or line.text.isupper() or not found
        if (close and several) or any(cell.x0 > left and is_over(cell, over) for cell in row):
            found[place] = row
            below = line
    return dict(sorted(found.items()))


def _parted(cell: Cell, words: list[Word], spans: list[tuple[float, float]]) -> list[Cell]:
    """A header cell, cut where wider white than its usual lies between two columns of figures."""
    members = [word for word in words if cell.x0 <= word.x0 and word.x1 <= cell.x1]
    gaps = [after.x0 - before.x1 for before, after in itertools.pairwise(members)]
    whites = [(before[1], after[0]) for before, after in itertools.pairwise(spans)]
    groups = [members[:1]]
    for (before, after), gap in zip(itertools.pairwise(members), gaps, strict=True):
        between = any(before.x1 < end and after.x0 > start for start, end in whites)
        if between and gap > WIDER * statistics.median_low(gaps):
            groups.append([])
        groups[-1].append(after)
    return [cell_of(group) for group in groups] if members else [cell]


def header(cells_above: Sequence[Cell], place: int, spans: list[tuple[float, float]]) -> str:
    """The words above a column, top down. What spans several columns of figures heads each of them."""
    start, end = spans[place]
    words = []
    for cell in cells_above:
        over = min(cell.x1, end) - max(cell.x0, start)
        own = nearest(cell, spans) == place and over > -NEAR
        if own or (over > SPANS * (end - start) and cell.x0 > spans[0][1]):
            words.append(cell.text)
    return " ".join(words)
