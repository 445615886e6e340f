"""The words over the columns of a table, as the header of each.

A cell over several columns of figures is divided when its runs of words stand over one column each ("Cost  Fair value"
set too close to tell), and heads all of them when it spans them ("For the nine months ended").
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from phases.fund.rows import Cell, Row, Word
from phases.fund.table_columns import ALIGNED, Column

HEADER_ALIGNED = 9.0  # points between the middle, or right edge, of a header and that of its column
MOST_WORDS = 16  # in a header cell that is divided
_PERIODS = re.compile(r"\b(?:months?|quarters?|years?|periods?|inception)\b", re.IGNORECASE)  # these span columns


def with_headers(bands: list[Column], texts: list[Column], header: Sequence[Row]) -> list[Column]:
    """All columns from left to right with the words that stand over them."""
    columns = sorted([*bands, *texts], key=lambda column: column.x0)
    words: list[list[str]] = [[] for _ in columns]
    for row in header:
        for cell in row.cells:
            for number, text in _heads(cell, columns):
                words[number].append(text)
    return [column._replace(header=" ".join(parts)) for column, parts in zip(columns, words, strict=True)]


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
    runs = [words[a:b] for a, b in itertools.pairwise(edges)]
    return [(number, " ".join(word.text for word in run)) for number, run in zip(candidates, runs, strict=True)]


def _candidates(cell: Cell, columns: Sequence[Column]) -> list[int]:
    """Columns that a header cell can belong to: of figures only when it stands over some and begins no text column."""
    over = [n for n, one in enumerate(columns) if one.kind != "text" and cell.x0 < one.x1 and cell.x1 > one.x0]
    begins = any(one.kind == "text" and abs(cell.x0 - one.x0) <= ALIGNED for one in columns)
    return over if over and not begins else list(range(len(columns)))


def _parts(cell: Cell, columns: Sequence[Column], candidates: Sequence[int]) -> dict[int, list[Word]]:
    """The words of a cell by the column whose territory holds their middle; a column ends half way to the next."""
    parts: dict[int, list[Word]] = {}
    for word in cell.words:
        middle = (word.x0 + word.x1) / 2
        number = min(candidates, key=lambda place: max(columns[place].x0 - middle, middle - columns[place].x1, 0.0))
        parts.setdefault(number, []).append(word)
    return parts


def _apart_from(words: Sequence[Word], column: Column) -> float:
    """How far words are from standing over a column, points: by their middle or an edge."""
    x0, x1 = words[0].x0, words[-1].x1
    middle = abs((x0 + x1) / 2 - (column.x0 + column.x1) / 2)
    return min(middle, abs(x1 - column.x1), abs(x0 - column.x0))
