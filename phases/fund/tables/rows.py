"""The visual rows of a page and the cells in them: runs of words with a gap on each side, and figures by themselves.

A cell is text, a figure or a date. Whether a number that stands close behind a word is a cell of its own cannot be
seen in one row ("Towerbrook Fund (Onshore) 2016"): `phases.fund.tables.tables` decides that by the columns of the body.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from phases.common import figures
from phases.common.figures import Mark
from phases.fund.tables.cells import (
    CELL_GAP,
    CURRENCY_ONLY,
    Cell,
    Word,
    box_of,
    is_year,
    make_cell,
    split_figures,
    with_signs,
)

JUSTIFIED = 2.0  # a gap this many times the row's usual one ends a cell in justified text
RANGE_GAP = 3.0  # of the word height: between the two dates of a range
OVERLAP = 0.5  # of the lower word's height that two words on one row share
LONG_PROSE = 9  # words in one cell from which a row is running text


class Row(NamedTuple):
    page: int
    y0: float
    y1: float
    cells: tuple[Cell, ...]

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)

    def of(self, *kinds: str) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind in kinds]


def page_words(page: Mapping[str, Any]) -> list[Word]:
    """Words of a page of document_analysis."""
    return [Word(row[0], row[1], row[2], row[3], str(row[4])) for row in page["words"]]


def mark_of(pages: Iterable[Mapping[str, Any]]) -> Mark:
    """The decimal mark of a document, asked of every word with a digit in it."""
    return figures.decimal_mark(word[4].strip("$€£()%*;:") for page in pages for word in page["words"])


def page_rows(page: Mapping[str, Any], mark: Mark) -> list[Row]:
    """All rows of a page of document_analysis from top to bottom."""
    found = [row(words, page["number"], mark) for words in visual_lines(page_words(page))]
    return [one for one in found if one.cells]  # a line may hold a lone currency sign


def visual_lines(words: Iterable[Word]) -> list[list[Word]]:
    """Words that stand beside each other, from left to right; lines from top to bottom."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: ((w.y0 + w.y1) / 2, w.x0)):
        line = next((line for line in reversed(lines[-3:]) if _beside(line, word)), None)
        if line is None:
            lines.append([word])
        else:
            line.append(word)
    return [sorted(line, key=lambda w: w.x0) for line in lines]


def _beside(line: list[Word], word: Word) -> bool:
    """Whether the word overlaps the line enough; measured against the line's first word, so lines cannot drift."""
    first = line[0]
    top, bottom = first.y0, first.y1
    shared = min(bottom, word.y1) - max(top, word.y0)
    return shared > OVERLAP * max(min(bottom - top, word.height), 0.1)


def row(words: list[Word], page: int, mark: Mark) -> Row:
    cells = [cell for run in _runs(words) for cell in _cells(run, page, mark)]
    joined = _with_ranges(with_signs(cells))
    return Row(page, min(w.y0 for w in words), max(w.y1 for w in words), tuple(joined))


def _with_ranges(cells: Sequence[Cell]) -> list[Cell]:
    """Cells with `date - date` joined into one date."""
    joined: list[Cell] = []
    for cell in cells:
        if cell.kind == "date" and len(joined) > 1 and joined[-2].kind == "date" and _joins(joined[-2:], cell):
            first, dash = joined[-2:]
            joined[-2:] = [Cell(first.words + dash.words + cell.words, None, "date", cell.page)]
        else:
            joined.append(cell)
    return joined


def _joins(before: Sequence[Cell], cell: Cell) -> bool:
    dash = before[1]
    near = cell.x0 - before[0].x1 < RANGE_GAP * cell.words[0].height
    return near and (dash.text.lower() in ("to", "bis") or (dash.figure is not None and dash.figure.nil))


def _runs(words: list[Word]) -> list[list[Word]]:
    """Words between gaps."""
    limit = _gap_limit(words)
    runs = [[words[0]]]
    for last, word, following in zip(words, words[1:], [*words[2:], None], strict=False):
        wide = word.x0 - last.x1 > limit * max(min(last.height, word.height), 1.0)
        if wide or (following is not None and _begins_figure(word, following)):
            runs.append([word])
        else:
            runs[-1].append(word)
    return runs


def _begins_figure(word: Word, following: Word) -> bool:
    """Whether a currency sign belongs to the figure after it although it stands close behind something else."""
    return bool(CURRENCY_ONLY.match(word.text) and figures.read(following.text))


def _gap_limit(words: list[Word]) -> float:
    gaps = [(b.x0 - a.x1) / max(a.height, 1.0) for a, b in itertools.pairwise(words)]
    usual = [gap for gap in gaps if gap < 1.0]
    if len(usual) < LONG_PROSE or len(usual) < 0.8 * len(gaps):
        return CELL_GAP
    return max(CELL_GAP, JUSTIFIED * statistics.median(usual))


def _cells(run: list[Word], page: int, mark: Mark) -> list[Cell]:
    """One run as text, or as the figures it consists of when each of its words belongs to one."""
    pieces = split_figures(run, mark)
    if pieces is None:
        return [make_cell(run, page, mark)]
    return [make_cell(piece, page, mark) for piece in pieces]


def is_prose(one: Row) -> bool:
    """Whether a row is a line of running text."""
    return len(one.cells) == 1 and one.cells[0].kind == "text" and len(one.cells[0].words) >= LONG_PROSE


__all__ = [
    "Cell", "Row", "Word", "box_of", "is_prose", "is_year", "make_cell", "mark_of", "page_rows", "page_words", "row",
    "split_figures", "visual_lines", "with_signs",
]  # fmt: skip
