"""Where the rows of a table with investors begin, though their cells run over several lines. Pure, from geometry.

Rows are parted by white that is wider than between the lines of a cell; where all white is alike, by their companies.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from phases.common.pdf_lines import Cell

SAME_LINE = 0.7  # of the height: cells whose tops are nearer stand on one line
WIDER = 0.2  # of the height: by which white between rows is wider than between the lines of a cell
# The second line of a company's name
_TAIL = re.compile(
    r"(?:[a-z&(]|(?:(?:Inc|LLC|L\.P|Ltd|Corp|GmbH|AG|SA|AB|Holdings?|Group|Company|Technologies|Systems|Corporation"
    r"|Limited|plc)[.,]*\s?)+\Z)"
)


@dataclass
class _Line:
    """Cells that stand side by side: their columns, and the text in that of the companies."""

    top: float
    bottom: float
    columns: set[float] = field(default_factory=set)
    company: str = ""


def starts(
    placed: Iterable[tuple[Cell, float]], investors: Collection[float], company: float | None, height: float
) -> list[float]:
    """The tops of the rows, a little above their first cells. `placed` are cells with the left edges of their headers.

    `investors` are those of the columns of investors, `company` that of the companies, `height` that of a header.
    """
    lines = _lines(placed, company, height)
    whites = [below.top - above.bottom for above, below in pairwise(lines)]
    split = min(whites, default=0.0) + WIDER * height
    parted = [True, *(white > split for white in whites)]
    found: list[_Line] = []
    named = False
    for line, apart in zip(lines, parted, strict=True):
        begins = apart or (
            named and line.company and line.columns & set(investors) and not _goes_on(found[-1], line, any(parted[1:]))
        )
        if begins:
            found.append(line)
            named = False
        named = named or bool(line.company)
    return [line.top - SAME_LINE * height / 2 for line in found]


def _goes_on(first: _Line, line: _Line, white_tells: bool) -> bool:
    """Whether a line goes on in cells that began above: it fills fewer columns, and white or its words say so."""
    return line.columns < first.columns and (white_tells or _TAIL.match(line.company) is not None)


def _lines(placed: Iterable[tuple[Cell, float]], company: float | None, height: float) -> Sequence[_Line]:
    lines: list[_Line] = []
    for cell, column in sorted(placed, key=lambda one: (one[0].y0, one[0].x0)):
        if not lines or cell.y0 - lines[-1].top >= SAME_LINE * height:
            lines.append(_Line(cell.y0, cell.y1))
        line = lines[-1]
        line.bottom = max(line.bottom, cell.y1)
        line.columns.add(column)
        if column == company:
            line.company = cell.text
    return lines
