"""Companies of a schedule whose rows follow each other evenly: a walk from entry to entry.

A row with a company's name opens it, rows without one belong to it, and so do rows that name an instrument. What stands
above a row that has no company is its heading, and heads it if it stands alone. Sums are told by what they add up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from phases.fund.positions import position_instruments, position_names, position_sums
from phases.fund.positions.block import Block
from phases.fund.positions.position_entries import ENDLESS, entries
from phases.fund.positions.position_lines import AMOUNTS, Line, is_cash, is_end

_OF_ALL = re.compile(r"(?:grand )?total (?:portfolio )?investments?\b[^A-Za-z]*\Z", re.IGNORECASE)
UNSAID = 3  # rows that a line adds up by no accident
INDENT = 4.0  # points
UNDER = 0.5  # share of the named rows that name instruments; more, and the column lists them under companies
NEARER = 0.87  # of the larger of two steps: a line that much closer to the one above says more about it


class Rows:
    """The walk: blocks made so far, the headings that wait for a row, and the rows that sums may add up."""

    def __init__(self, lines: Sequence[Line], *, stacked: bool) -> None:
        self._lines = [line for line in entries(lines) if line.name or line.valued or line.instrument]
        named = [line for line in self._lines if line.valued and line.name and not line.total]
        count = sum(position_instruments.is_instrument(line.text) for line in named)
        self._under = bool(named) and count >= UNDER * len(named)
        self._stacked = stacked
        self._made: list[Block] = []
        self._heads: list[Line] = []
        self._heading = ""
        self._leaves: list[Line] = []
        self._skip = 0
        self._bounds: list[int] = []  # where in leaves a company begins
        self._carriers = position_sums.carriers(self._lines)
        self._last = self._grand_total()

    def blocks(self) -> list[Block]:
        for place, line in enumerate(self._lines):
            if place < self._skip:
                continue
            if place in self._carriers:
                self._carried(place, line)
            elif place == self._last or line.total or is_end(line.text):
                self._sum_named(place, line)
            elif line.valued and is_cash(line.text):
                self._heads = []
            elif line.lone:
                self._sum_alone(line)
            elif line.valued:
                self._row(line)
            elif line.name:
                self._head(place, line)
            elif self._made and not self._heads:
                self._made[-1].lines.append(line)
        return self._made

    def _grand_total(self) -> int:
        """Where the sum of all stands: of the lines that add up everything the first that says so, or the last."""
        grand = [place for place, line in enumerate(self._lines) if self._is_grand(place, line)]
        grand = [place for place in grand if _OF_ALL.match(self._lines[place].text) or not self._more_rows(place)]
        said = [place for place in grand if _OF_ALL.match(self._lines[place].text)]
        return (said or grand[-1:] or [-1])[0]

    def _is_grand(self, place: int, line: Line) -> bool:
        """Whether a line with a name adds up everything above it; of three rows or more no word need say so."""
        if not (line.valued and line.name):
            return False
        above = [one for one in self._lines[:place] if one.valued and not one.lone and not one.total]
        said = line.total or is_end(line.text)
        if len(above) < (1 if said else UNSAID) or not (said or set(AMOUNTS) <= line.figures.keys()):
            return False
        return position_sums.run_below(line, above, [0]) == 0

    def _sum_named(self, place: int, line: Line) -> None:
        """A sum with a name ends a company, an industry, or everything."""
        current = self._made[-1] if self._made else None
        start = position_sums.run_below(line, self._leaves, self._bounds) if line.valued else None
        own = current is not None and line.valued and _names(line, current)
        if own and current is not None:
            current.subtotals.append(line)
            return
        inner = place < self._last or (start is not None and start > 0 and self._more_rows(place))
        block = Block([line], [line] if line.valued else [], heading=self._heading, group=inner)
        block.grand = place == self._last
        self._made.append(block)
        self._heads = []

    def _carried(self, place: int, line: Line) -> None:
        """A name with the sum of the rows below it: a company over its instruments, or a group over its companies."""
        below = self._lines[place + 1 : self._carriers[place]]
        if all(one.name is None or position_instruments.is_instrument(one.text) or self._under for one in below):
            self._open([line])
            self._made[-1].lines += below
            self._made[-1].subtotals.append(line)
            self._leaves += below
            self._skip = self._carriers[place]
        else:
            self._heads.append(line)
            self._made.append(Block([line], [line], group=True))

    def _more_rows(self, place: int) -> bool:
        return any(
            line.valued and not (line.total or line.lone or is_end(line.text) or is_cash(line.text))
            for line in self._lines[place + 1 :]
        )

    def _sum_alone(self, line: Line) -> None:
        current = self._made[-1] if self._made else None
        if current is None or not self._leaves:
            return
        start = position_sums.run_below(line, self._leaves, self._bounds)
        if self._heads and (start is None or not current.lines):
            self._row(line)  # a heading over a row of figures alone: its name stands above
        elif start is not None and start < self._bounds[-1]:
            self._made.append(Block([], [], [line], group=True))
        elif start == self._bounds[-1] or len(current.lines) > 1:
            current.subtotals.append(line)

    def _row(self, line: Line) -> None:
        if line.name and not self._is_instrument(line):
            self._open([line])
        elif self._heads:
            self._open([self._company_over(line)])
        elif not self._made or self._made[-1].group or self._made[-1].sum:
            self._open([])
        self._made[-1].lines.append(line)
        self._leaves.append(line)

    def _open(self, names: list[Line]) -> None:
        above = [line for line in self._heads if line not in names]
        self._heading = above[-1].text if above else self._heading
        self._heads = []
        self._made.append(Block(names, heading=self._heading))
        self._bounds.append(len(self._leaves))

    def _is_instrument(self, line: Line) -> bool:
        """Whether the name of a row is that of an instrument, so that its company stands above."""
        named = self._heads[-1:] or (self._made[-1].names[:1] if self._made else [])
        above = named[0] if named else None
        if above is None or line.name is None or above.name is None:
            return False
        if self._stacked and not self._heads:
            return self._near(line)
        indented = line.name.x0 > above.name.x0 + INDENT
        return (self._under and indented) or (
            position_instruments.is_instrument(line.text) and (indented or self._under or not line.instrument)
        )

    def _near(self, line: Line) -> bool:
        """In a column of names over industries: whether a row is close enough to the one above to be its second."""
        steps = [one.step for one in self._lines if one.name and one.step < ENDLESS]
        return line.step < NEARER * max(steps, default=0.0)

    def _company_over(self, line: Line) -> Line:
        """Of the headings over a row without a company: the last, or the last that stands further left than it."""
        left = [head for head in self._heads if line.name and head.name and head.name.x0 < line.name.x0 - INDENT]
        return (left or self._heads)[-1]

    def _head(self, place: int, line: Line) -> None:
        """A line of words: a heading, or what belongs to the row above in a column of names over industries."""
        if self._stacked and self._made and not self._heads and self._near(line):
            self._made[-1].below.append(line)
        else:
            self._heads.append(line)


def _names(line: Line, block: Block) -> bool:
    """Whether a sum names the company that it is of: "Total Acme, Inc."."""
    company = position_names.key(position_names.parse(block.text, stacked=False).name)
    said = position_names.key(position_names.without_total(line.text))
    return bool(company and said) and (said.startswith(company) or company.startswith(said))
