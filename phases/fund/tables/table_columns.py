"""The columns of a table from its body alone: bands of figures and dates, and where columns of text begin.

A band is what figures occupy with white on both sides. A column of text begins where several cells begin and no word is
written across. Cells that hold the text of one column and the figure of the next are cut there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from phases.common.figures import Mark
from phases.fund.tables.rows import Cell, Row, Word, is_prose, is_year, make_cell, split_figures

BRIDGES = 0.05  # share of rows that may be written across the white between two columns
ALIGNED = 3.0  # points within which edges count as aligned
START_REACH = 1.5  # points within which text cells begin at the same place
START_ROWS = 3  # text cells that must begin there
START_CROSSED = 0.12  # share of rows with a word across
NAME_WIDTH = 40.0  # points: a column of text begins at least so far right of the first


_ASIDE = re.compile(r"\(|(?:19|20)\d\d\b")  # "(unaudited)  2015" and "2016 (unaudited)  2015" head columns


class Column(NamedTuple):
    """A band of x. kind: figure, date or text; header: the words over it, top down."""

    x0: float
    x1: float
    kind: str
    header: str


def holds_figures(row: Row) -> bool:
    """Whether a row is one of a table's body: a figure behind a label or below others, not the years of a header."""
    if is_prose(row):
        return False
    figures = row.of("figure", "nothing")
    if len(row.cells) > 1 and row.cells[0] in figures and len(figures) == 1:
        return False  # "(1) Restricted security", "2 Fund Name": a note, a page number
    if row.of("date") and all(cell.figure is not None and cell.figure.nil for cell in figures):
        return False  # "10/1/19 – 12/31/19"
    years = [cell for cell in figures if is_year(cell)]
    labelled = row.cells[0].kind == "text" and not _ASIDE.match(row.cells[0].text)
    return len(figures) > len(years) or (len(years) == 1 and len(row.cells) == 2 and labelled)  # noqa: PLR2004


def bands_of(body: Sequence[Row]) -> list[Column]:
    """The columns of figures and of dates, from left to right."""
    rows = [row.of("figure", "nothing", "date") for row in body if holds_figures(row) or row.of("date")]
    cells = [cell for row in rows for cell in row]
    first = next((place for place, row in enumerate(body) if holds_figures(row)), 0)
    labels = [row for row in body[first:] if holds_figures(row) or len(row.cells) == 1]
    texts = [cell for row in labels for cell in row.of("text")]
    bands = []
    for x0, x1 in _apart(rows):
        members = [cell for cell in cells if min(cell.x1, x1) - max(cell.x0, x0) > 0.5 * (cell.x1 - cell.x0)]
        written = sum(1 for cell in texts if cell.x0 < x1 and cell.x1 > x0)
        if not members or written > len(members):
            continue
        dates = sum(cell.kind == "date" for cell in members)
        bands.append(Column(x0, x1, "date" if 2 * dates > len(members) else "figure", ""))
    return bands


def _apart(rows: Sequence[Sequence[Cell]]) -> list[tuple[float, float]]:
    """Spans that the cells occupy. One that holds two cells of one row is cut where the fewest cells cross."""
    spans = []
    for span in _spans([(cell.x0, cell.x1) for row in rows for cell in row], 0):
        inside = [[cell for cell in row if span[0] <= cell.x0 and cell.x1 <= span[1]] for row in rows]
        spans += _cut_span(span, [row for row in inside if row])
    return spans


def _cut_span(span: tuple[float, float], rows: Sequence[Sequence[Cell]]) -> list[tuple[float, float]]:
    most = max((len(row) for row in rows), default=1)
    for allowed in range(1, int(BRIDGES * len(rows)) + 2 if most > 1 else 1):
        parts = _spans([(cell.x0, cell.x1) for row in rows for cell in row], allowed)
        if len(parts) >= most:
            return parts
    return [span]


def _spans(intervals: Iterable[tuple[float, float]], allowed: int) -> list[tuple[float, float]]:
    """Where more than `allowed` intervals lie on top of each other."""
    changes = sorted(
        ((x, step) for a, b in intervals for x, step in ((a, 1), (b, -1))), key=lambda one: (one[0], -one[1])
    )
    spans: list[tuple[float, float]] = []
    depth, start = 0, 0.0
    for x, step in changes:
        if depth == allowed and step > 0:
            start = x
        if depth == allowed + 1 and step < 0:
            spans.append((start, x))
        depth += step
    return _without_slivers(spans)


def _without_slivers(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Neighbours less than a point apart are one column."""
    joined: list[tuple[float, float]] = []
    for x0, x1 in spans:
        if joined and x0 - joined[-1][1] < 1.0:
            joined[-1] = (joined[-1][0], x1)
        else:
            joined.append((x0, x1))
    return joined


def cut_figures(row: Row, bands: Sequence[Column], mark: Mark) -> Row:
    """Numbers at the end of a text that stand in a column are figures; figures that stand in none are text."""
    cells: list[Cell] = []
    for cell in row.cells:
        if cell.kind == "text":
            cells += _split_tail(cell, bands, mark)
        elif any(cell.x0 < band.x1 and cell.x1 > band.x0 for band in bands):
            cells.append(cell)
        else:
            cells.append(cell._replace(kind="text", figure=None))
    return row._replace(cells=tuple(cells))


def _split_tail(cell: Cell, bands: Sequence[Column], mark: Mark) -> list[Cell]:
    for place in range(1, len(cell.words)):
        tail = cell.words[place:]
        pieces = split_figures(tail, mark) if _in_band(tail[0].x0, tail[-1].x1, bands) else None
        if pieces:
            head = make_cell(cell.words[:place], cell.page, mark)
            return [head, *(make_cell(piece, cell.page, mark) for piece in pieces)]
    return [cell]


def _in_band(x0: float, x1: float, bands: Sequence[Column]) -> bool:
    for band in bands:
        inside = x0 >= band.x0 - ALIGNED and x1 <= band.x1 + ALIGNED
        if inside and (abs(x1 - band.x1) <= ALIGNED or abs(x0 - band.x0) <= ALIGNED):
            return True
    return False


def starts_of(rows: Sequence[Row], bands: Sequence[Column]) -> list[float]:
    """Where columns of text begin, the first one included."""
    cells = [cell for row in rows for cell in row.of("text")]
    if not cells:
        return []
    left = min(cell.x0 for cell in cells)
    places = sorted(cell.x0 for cell in cells if cell.x0 > left + NAME_WIDTH)
    starts = [left]
    for place in places:
        support = sum(abs(place - other) <= START_REACH for other in places)
        free = not any(band.x0 - ALIGNED < place < band.x1 + ALIGNED for band in bands)
        if support >= START_ROWS and free and place > starts[-1] + 2 * ALIGNED and not _crossed(place, rows):
            starts.append(place)
    return starts


def _crossed(x: float, rows: Sequence[Row]) -> bool:
    """Whether words are written across; a heading that stands alone on its row may reach over any column."""
    beside = [row for row in rows if row.cells[0].x0 < x - ALIGNED and len(row.cells) > 1]
    words = [word for row in beside for cell in row.cells for word in cell.words]
    across = sum(word.x0 < x - ALIGNED and word.x1 > x + 1.0 for word in words)
    return across > START_CROSSED * max(len(beside), 1)


def cut_text(row: Row, starts: Sequence[float], mark: Mark) -> Row:
    """Text cells cut where a word begins at the start of a column of text."""
    cells: list[Cell] = []
    for cell in row.cells:
        if cell.kind != "text":
            cells.append(cell)
            continue
        run = [cell.words[0]]
        for word in cell.words[1:]:
            if any(abs(word.x0 - start) <= START_REACH for start in starts[1:]):
                cells.append(_text(run, cell.page))
                run = []
            run.append(word)
        cells.append(_text(run, cell.page))
    return row._replace(cells=tuple(cells))


def _text(words: Sequence[Word], page: int) -> Cell:
    return Cell(tuple(words), None, "text", page)


def text_columns(body: Sequence[Row], starts: Sequence[float], bands: Sequence[Column]) -> list[Column]:
    """Columns of text with the width that most of their cells take."""
    columns = []
    for place, start in enumerate(starts):
        following = starts[place + 1] if place + 1 < len(starts) else 10_000.0
        members = [cell for row in body for cell in row.of("text") if start - ALIGNED <= cell.x0 < following - ALIGNED]
        if members:
            limit = min([following, *(band.x0 for band in bands if band.x0 > start)])
            right = min(limit - 1.0, max(cell.x1 for cell in members))
            columns.append(Column(start, max(right, start + 1.0), "text", ""))
    return columns
