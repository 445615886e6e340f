"""Which lines of a schedule each printed sum adds up, told by adding.

A sum without a name stands below the instruments of a company, below the companies of an industry, or below
everything, and looks alike. What it is of is what it equals: the shortest run of lines above that adds up to all of its
figures.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from phases.fund.positions.position_lines import AMOUNTS, Line

ROUNDING = 0.5  # of the last printed digit, of each figure
EXACT = 1e-6  # of floats
FAR = 1.5  # times a sum: rows that add up to more are not of it


def value(line: Line, kind: str) -> float:
    """An amount of a line in whole units of its currency; 0 where it has none."""
    cell = line.figures.get(kind)
    if cell is None or cell.figure is None:
        return 0.0
    return round(cell.figure.value * factor(line, kind), 6)


def factor(line: Line, kind: str) -> int:
    """What the printed figure is multiplied by; a unit word behind it has been applied already."""
    figure = line.figures[kind].figure
    return line.scale if kind in AMOUNTS and figure is not None and figure.factor == 1 else 1


def step(line: Line, kind: str) -> float:
    """One in the last printed digit, in units of the value; 0 for a dash, which has none."""
    figure = line.figures[kind].figure if kind in line.figures else None
    return figure.step * factor(line, kind) if figure is not None and not figure.nil else 0.0


def adds_up(lines: Sequence[Line], total: Line, kind: str) -> bool:
    """Whether the amounts of lines add up to that of a total, within what printing rounded away."""
    rounding = ROUNDING * sum(step(line, kind) for line in [*lines, total])
    return abs(sum(value(line, kind) for line in lines) - value(total, kind)) <= rounding + EXACT


def run_below(total: Line, above: Sequence[Line], bounds: Sequence[int]) -> int | None:
    """Where in `above` the lines begin that `total` adds up: at one of `bounds` if any fits, nearest first; else None.

    A run ends with the last line above. At least one of the amounts must not be zero, or the run is the last bound's.
    """
    kinds = [kind for kind in AMOUNTS if kind in total.figures]
    if not kinds or not above:
        return None
    if all(value(total, kind) == 0 for kind in kinds):
        last = bounds[-1] if bounds else 0
        return last if all(adds_up(above[last:], total, kind) for kind in kinds) else None
    fitting = set.intersection(*(_fitting(total, above, kind) for kind in kinds))
    at_bounds = [place for place in reversed(bounds) if place in fitting]
    return at_bounds[0] if at_bounds else max(fitting, default=None)


def _fitting(total: Line, above: Sequence[Line], kind: str) -> set[int]:
    backwards = list(reversed(above))
    sums = itertools.accumulate(value(line, kind) for line in backwards)
    slack = itertools.accumulate(step(line, kind) for line in backwards)
    aim, own = value(total, kind), step(total, kind)
    return {
        len(above) - count
        for count, (added, rounding) in enumerate(zip(sums, slack, strict=True), 1)
        if abs(added - aim) <= ROUNDING * (rounding + own) + EXACT
    }


def carriers(lines: Sequence[Line]) -> dict[int, int]:
    """Places of rows with a name that add up the two or more rows below them, and the place after these."""
    found: dict[int, int] = {}
    for place, line in enumerate(lines):
        end = _end_below(line, lines[place + 1 :]) if line.valued and line.name and not line.total else 0
        if end:
            found[place] = place + 1 + end
    return found


def _end_below(head: Line, below: Sequence[Line]) -> int:
    """How many rows follow until they add up to all figures of the one above, 0 for never. Headings end the search."""
    kinds = [kind for kind in AMOUNTS if kind in head.figures]
    if any(value(head, kind) == 0 for kind in kinds):
        return 0
    for count, line in enumerate(below, 1):
        if not line.valued or line.lone or line.total:
            return 0
        if count > 1 and all(adds_up(below[:count], head, kind) for kind in kinds):
            return count
        if any(sum(abs(value(one, kind)) for one in below[:count]) > FAR * abs(value(head, kind)) for kind in kinds):
            return 0
    return 0
