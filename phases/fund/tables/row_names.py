"""The names of the rows of a table: the text beside the figures, with the lines above and below that it was wrapped to.

Lines of one name stand nearer to each other than rows do; that decides where it can be measured. Where all lines are
set at one distance, a line belongs to a name if the next word would not have fitted behind it (`wrapped`).
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Iterator, Sequence

from phases.fund.tables import wrapped
from phases.fund.tables.rows import Cell, Row
from phases.fund.tables.tables import Table, holds_figures

WIDTH_USED = 0.8  # of the way from a column of names to the next column
LONGER = 2.0  # points: a line that reaches further than the names beside figures is a heading
CLOSER = 0.04  # of the distance between rows: lines of one name are nearer by more than that
CLOSER_POINTS = 0.4  # and by more than this: baselines in a page are exact to a tenth of a point
FAR = 1.3  # times: where distances fall into two kinds, the larger is from row to row
LEAST_STEPS = 2  # rows of figures right below each other that tell how far apart rows are
_SMALL_NOTE = re.compile(r"(\b(?:LP|L\.P\.|LLC|Inc\.|[IVX]{2,})|[a-z]\))\d{1,2}\Z")
LOWEST = 0.1  # share of those that may be nearer: pages read by OCR waver


def named_rows(table: Table) -> Iterator[tuple[str, Row]]:
    """Each row of figures with its whole name, wrapped lines included."""
    column = _name_column(table)
    lines = [row for row in table.body if row.cells and (holds_figures(row) or _name_cells(table, row, column))]
    groups = _groups(lines)
    right = max(wrapped.right_edge(_beside(table, column)), _room(table, column))
    for place, row in enumerate(lines):
        if not holds_figures(row):
            continue
        members = groups.get(place, [])
        if len(members) > 1:
            cells = [cell for one in members for cell in _name_cells(table, lines[one], column)]
        else:
            cells = _with_lines(table, lines, place, column, right, groups)
        words = _joined(cells)
        if words:
            yield _clean(words), row


def _groups(lines: Sequence[Row]) -> dict[int, list[int]]:
    """Place of a row of figures → places of the lines of its name and its own: those set closer than rows are."""
    limit = _limit(lines)
    runs: list[list[int]] = []
    for place, row in enumerate(lines):
        if runs and row.middle - lines[place - 1].middle < limit:
            runs[-1].append(place)
        else:
            runs.append([place])
    found = {}
    for run in runs:
        rows = [place for place in run if holds_figures(lines[place])]
        if len(rows) == 1:
            found[rows[0]] = [place for place in run if _alike(lines[place], lines[rows[0]])]
    return found


def _alike(line: Row, row: Row) -> bool:
    """Whether a line can be part of a row's name: a heading in capitals over a name in small letters is none."""
    beside = [cell.text for cell in row.of("text")][:1]
    return not (line is not row and beside and line.text.isupper() and not beside[0].isupper() and len(line.text) > 4)  # noqa: PLR2004


def _limit(lines: Sequence[Row]) -> float:
    """The distance below which two lines belong to one row, points."""
    steps: dict[tuple[bool, bool], list[float]] = {}
    for one, other in itertools.pairwise(lines):
        kinds = holds_figures(one), holds_figures(other)
        steps.setdefault(kinds, []).append(other.middle - one.middle)
    rows = sorted(steps.get((True, True), []))
    if len(rows) >= LEAST_STEPS:
        usual = rows[int(LOWEST * len(rows))]
    else:
        medians = [statistics.median(found) for found in steps.values()]
        usual = _above_gap(list(itertools.chain(*steps.values()))) or max(medians, default=0.0)
    return usual - max(CLOSER_POINTS, CLOSER * usual)


def _above_gap(steps: Sequence[float]) -> float | None:
    """The smallest distance that is far larger than the next smaller one, if any: between rows, not within them."""
    ordered = sorted(steps)
    return next((after for before, after in itertools.pairwise(ordered) if after > FAR * before), None)


def _with_lines(
    table: Table, lines: Sequence[Row], place: int, column: int, right: float, groups: dict[int, list[int]]
) -> list[Cell]:
    """The name of a row whose lines are set as far apart as rows: a line on each side may belong to it."""
    taken = {other for members in groups.values() if len(members) > 1 for other in members}
    name = _name_cells(table, lines[place], column)
    before = _line(lines, place, -1, name, right) if place - 1 not in taken else []
    after = _line(lines, place, 1, name, right) if place + 1 not in taken else []
    return [*before, *name, *after]


def _line(lines: Sequence[Row], place: int, step: int, name: list[Cell], right: float) -> list[Cell]:
    row, other = lines[place], place + step
    if not 0 <= other < len(lines) or holds_figures(lines[other]) or len(lines[other].cells) != 1:
        return []
    line, beyond = lines[other].cells[0], other + step
    distance = abs(lines[other].middle - row.middle)
    rivals = [lines[beyond]] if 0 <= beyond < len(lines) and holds_figures(lines[beyond]) else []
    rival = min((abs(one.middle - lines[other].middle) for one in rivals), default=10 * distance)
    if rival < distance - 0.5:
        return []
    if not name:
        return [line]
    if step > 0:
        return [line] if line.text[:1].islower() else []
    fits = line.x1 <= right + LONGER and wrapped.may_continue(line, name[0], right)
    return [line] if fits else []


def _name_column(table: Table) -> int:
    """The first column of text that rows of figures have text in: headings may begin further left."""
    texts = [number for number, column in enumerate(table.columns) if column.kind == "text"]
    rows = [row for row in table.body if holds_figures(row)]
    used = [number for number in texts if 2 * sum(bool(_name_cells(table, row, number)) for row in rows) >= len(rows)]
    return next(iter([*used, *texts]), 0)


def _beside(table: Table, column: int) -> list[Cell]:
    return [cell for row in table.body if holds_figures(row) for cell in _name_cells(table, row, column)]


def _room(table: Table, number: int) -> float:
    """How far a name could reach before the next column: a fifth of the column is left as white."""
    column = table.columns[number]
    following = [other.x0 for other in table.columns[number + 1 :]]
    return column.x0 + WIDTH_USED * (following[0] - column.x0) if following else column.x1


def _name_cells(table: Table, row: Row, column: int) -> list[Cell]:
    return [cell for cell in row.of("text") if table.place(cell) == column]


def _joined(cells: Sequence[Cell]) -> str:
    """The lines of a name as one; a word cut at its hyphen is whole again."""
    return re.sub(r"(?<=\w)- (?=\w)", "-", " ".join(cell.text for cell in cells))


def _clean(name: str) -> str:
    """A name without marks of notes, also those set small behind a legal form or number; `A&M;` is `A&M` (an entity
    that a program wrote out wrongly).
    """
    bare = re.sub(r"\s*\((?:\d{1,2}|[a-z])\)$", "", name)
    bare = re.sub(r"(?<=&[A-Z]);|[*†‡§¹²³⁴⁵⁶⁷⁸⁹]+", "", bare).strip(" …")
    return _SMALL_NOTE.sub(r"\1", bare)
