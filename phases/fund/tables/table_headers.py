"""The words over the columns of a table, as the header of each.

A cell over several columns of figures is divided when its runs of words stand over one column each ("Cost  Fair value"
set too close to tell), and heads all of them when it spans them ("For the nine months ended").
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from phases.fund.tables.rows import Cell, Row, Word
from phases.fund.tables.table_columns import ALIGNED, Column

HEADER_ALIGNED = 9.0  # points between the middle, or right edge, of a header and that of its column
WIDER_SPACE = 0.42  # of the word height; a space is .2 to .3, white between two headers set close from .45 on
EVEN = 1.1  # times the widest white within a part, between two parts
MOST_WORDS = 16  # in a header cell that is divided
_NOTES = re.compile(r"notes?|ref\.?|anhang|anm\.?|annexes?", re.IGNORECASE)
_PERIODS = re.compile(r"\b(?:months?|quarters?|years?|periods?|inception)\b", re.IGNORECASE)  # these span columns


def with_headers(bands: list[Column], text_columns: list[Column], header: Sequence[Row]) -> list[Column]:
    """All columns from left to right with the words that stand over them."""
    columns = sorted([*bands, *text_columns], key=lambda column: column.x0)
    words: list[list[str]] = [[] for _ in columns]
    parts = [part for row in header for whole in row.cells for part in _apart(whole, columns)]
    headed = {number for cell in parts if len(over := _over(cell, columns)) == 1 for number in over}
    for cell in parts:
        if _heads_nothing(cell, columns):
            continue
        for number, text in _heads(cell, columns):
            if number not in headed or not _beside(cell, columns[number]):
                words[number].append(text)
    return [column._replace(header=" ".join(texts)) for column, texts in zip(columns, words, strict=True)]


def _heads_nothing(cell: Cell, columns: Sequence[Column]) -> bool:
    """Whether a cell heads a column that these rows leave empty: that of the notes, beside which figures stand."""
    return bool(_NOTES.fullmatch(cell.text)) and not any(cell.x0 < one.x1 and cell.x1 > one.x0 for one in columns)


def _apart(cell: Cell, columns: Sequence[Column]) -> list[Cell]:
    """A cell, cut at white wider than between words where the parts stand over different columns."""
    runs = [[cell.words[0]]]
    for last, word in itertools.pairwise(cell.words):
        if word.x0 - last.x1 > WIDER_SPACE * last.height:
            runs.append([])
        runs[-1].append(word)
    parts = [cell._replace(words=tuple(run)) for run in runs]
    places = {_nearest((part.x0 + part.x1) / 2, range(len(columns)), columns) for part in parts}
    return parts if 1 < len(parts) == len(places) else [cell]


def _nearest(x: float, candidates: Iterable[int], columns: Sequence[Column]) -> int:
    return min(candidates, key=lambda place: max(columns[place].x0 - x, x - columns[place].x1, 0.0))


def _over(cell: Cell, columns: Sequence[Column]) -> list[int]:
    """The columns of figures that a cell stands over."""
    return [n for n, one in enumerate(columns) if one.kind != "text" and cell.x0 < one.x1 and cell.x1 > one.x0]


def _beside(cell: Cell, column: Column) -> bool:
    """Whether a cell is clear of a column of figures: it heads one that holds nothing here."""
    return column.kind != "text" and max(cell.x0 - column.x1, column.x0 - cell.x1) > HEADER_ALIGNED


def _heads(cell: Cell, columns: Sequence[Column]) -> list[tuple[int, str]]:
    """Which columns a header cell stands over, with its words for each: divided when each part stands over its own."""
    candidates = _candidates(cell, columns)
    if len(candidates) == 1:
        return [(candidates[0], cell.text)]
    if all(columns[number].kind != "text" for number in candidates):
        divided = _divided(cell, columns, candidates)
        return divided or [(number, cell.text) for number in candidates]
    parts = _parts(cell, columns, candidates)
    return [(number, " ".join(word.text for word in words)) for number, words in parts.items()]


def _divided(cell: Cell, columns: Sequence[Column], candidates: Sequence[int]) -> list[tuple[int, str]]:
    """The words of one cell over several columns of figures, one run of them each; empty for a spanning header."""
    words, count = cell.words, len(candidates)
    if len(words) < count or len(words) > MOST_WORDS or (len(_PERIODS.findall(cell.text)) == 1 and count > 1):
        return []
    best: tuple[float, tuple[int, ...]] = (float("inf"), ())
    for cuts in itertools.combinations(range(1, len(words)), count - 1):
        edges = [0, *cuts, len(words)]
        worst = max(_apart_from(words[a:b], columns[n]) for a, b, n in zip(edges, edges[1:], candidates, strict=False))
        best = min(best, (worst, cuts))
    if best[0] > HEADER_ALIGNED:
        return []
    edges = [0, *best[1], len(words)]
    if not _set_apart(words, best[1]):
        return []
    runs = [words[a:b] for a, b in itertools.pairwise(edges)]
    return [(number, " ".join(word.text for word in run)) for number, run in zip(candidates, runs, strict=True)]


def _set_apart(words: Sequence[Word], cuts: Sequence[int]) -> bool:
    """Whether the white at the cuts is wider than that between the other words; a header over all is set evenly."""
    whites = [word.x0 - last.x1 for last, word in itertools.pairwise(words)]
    others = [white for place, white in enumerate(whites, 1) if place not in cuts]
    return not others or min(whites[place - 1] for place in cuts) > EVEN * max(others)


def _candidates(cell: Cell, columns: Sequence[Column]) -> list[int]:
    """Columns that a header cell can belong to: of figures only when it stands over some and begins no text column."""
    over = _over(cell, columns)
    begins = any(one.kind == "text" and abs(cell.x0 - one.x0) <= ALIGNED for one in columns)
    return over if over and not begins else list(range(len(columns)))


def _parts(cell: Cell, columns: Sequence[Column], candidates: Sequence[int]) -> dict[int, list[Word]]:
    """The words of a cell by the column whose territory holds their middle; a column ends half way to the next."""
    parts: dict[int, list[Word]] = {}
    for word in cell.words:
        middle = (word.x0 + word.x1) / 2
        parts.setdefault(_nearest(middle, candidates, columns), []).append(word)
    return parts


def _apart_from(words: Sequence[Word], column: Column) -> float:
    """How far words are from standing over a column, points: by their middle or an edge."""
    x0, x1 = words[0].x0, words[-1].x1
    middle = abs((x0 + x1) / 2 - (column.x0 + column.x1) / 2)
    return min(middle, abs(x1 - column.x1), abs(x0 - column.x0))
