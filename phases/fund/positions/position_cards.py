"""Companies that a report describes one by one: a title, and labels with their figures beside them below it.

Used where a report has no schedule. A card has a cost and a fair value; its title is the tallest line above these,
after the card before it. One such block alone is of the fund, not of a company.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from phases.fund.metrics.candidates import Setting
from phases.fund.positions.block import Block
from phases.fund.positions.position_lines import AMOUNTS, KEPT, Line
from phases.fund.tables import column_meaning
from phases.fund.tables.rows import Cell, Row

LEAST_CARDS = 2
LABEL_WORDS = 6  # a label has no more
TITLE_WORDS = 10
ENDLESS = float("inf")


class _Pair(NamedTuple):
    row: int
    kind: str
    cell: Cell


def blocks(pages: Sequence[Sequence[Row]], context: Setting) -> list[Block]:
    """One block per card, of all pages; empty when there are too few."""
    found = [Block([line], [line]) for rows in pages for line in _cards(rows, context)]
    return found if len({block.text for block in found}) >= LEAST_CARDS else []


def _cards(rows: Sequence[Row], context: Setting) -> Iterator[Line]:
    """The cards of a page, top down."""
    begin = 0
    for pairs in _runs(list(_pairs(rows))):
        title = _title(rows[begin : pairs[0].row])
        begin = pairs[-1].row + 1
        figures = {pair.kind: pair.cell for pair in reversed(pairs)}
        if title is not None and set(AMOUNTS) <= figures.keys():
            scale = context.page_scales.get(title.page) or context.scale
            name = Cell(tuple(word for cell in title.cells for word in cell.words), None, "text", title.page)
            yield Line(name, "", "", "", figures, ENDLESS, title.page, scale, title.y1 - title.y0)


def _pairs(rows: Sequence[Row]) -> Iterator[_Pair]:
    """Labels that mean something of a position, each with the figure right beside it."""
    for number, row in enumerate(rows):
        for label, cell in zip(row.cells, row.cells[1:], strict=False):
            if label.kind == "text" and cell.kind == "figure" and len(label.words) <= LABEL_WORDS:
                kind = column_meaning.figure_meaning(label.text)
                if kind in KEPT:
                    yield _Pair(number, kind, cell)


def _runs(pairs: Sequence[_Pair]) -> list[list[_Pair]]:
    """Pairs of one card: a label that comes again begins the next."""
    runs: list[list[_Pair]] = []
    for pair in pairs:
        if not runs or any(one.kind == pair.kind for one in runs[-1]):
            runs.append([])
        runs[-1].append(pair)
    return runs


def _title(rows: Sequence[Row]) -> Row | None:
    """The tallest short row of words, the first of several."""
    short = [row for row in rows if all(cell.kind == "text" for cell in row.cells) and _words(row) <= TITLE_WORDS]
    return max(short, key=lambda row: round(row.y1 - row.y0), default=None)


def _words(row: Row) -> int:
    return sum(len(cell.words) for cell in row.cells)
