"""Lines of text in a name column that belong to one name: which of them, and to which row of figures.

A line was wrapped only if the next word would not have fitted behind it. Where rows of figures stand apart, the nearer
one has the line.
"""

from __future__ import annotations

from collections.abc import Sequence

from phases.fund.tables.rows import Cell

FIT = 3.0  # points of tolerance: justified and condensed text
OPEN_ENDS = (",", "&", "-", "–", "—", "/", "and", "of", "the", "und", "et", "für")


def may_continue(upper: Cell, lower: Cell, right: float) -> bool:
    """Whether `lower` can be the continuation of `upper` in a column whose text reaches to `right` (points)."""
    if goes_on(upper, lower):
        return True
    space = 0.25 * upper.words[-1].height
    first = lower.words[0]
    return upper.x1 + space + (first.x1 - first.x0) > right - FIT


def goes_on(upper: Cell, lower: Cell) -> bool:
    """Whether the words themselves say that `lower` goes on with `upper`."""
    ends_open = upper.text.endswith(OPEN_ENDS[:6]) or upper.words[-1].text.lower() in OPEN_ENDS
    return ends_open or lower.text[:1].islower()


def right_edge(cells: Sequence[Cell]) -> float:
    """How far the text of a column reaches."""
    return max((cell.x1 for cell in cells), default=0.0)
