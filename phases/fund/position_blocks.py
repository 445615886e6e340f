"""Which lines of a schedule belong to one company.

Two kinds of schedule. In the first, white separates companies: all lines between two gaps are one company, its name,
percentage and industry stacked in the first column beside several instruments. In the second, rows follow each other
evenly: a name opens a company, lines without one belong to the company above. Which kind it is, is told by the
sub-totals and by which lines have names, not by any one issuer's habit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from phases.fund import wrapped
from phases.fund.position_lines import Line, is_end

GAP = 1.4  # times the usual step: a wider one separates; sub-totals stand at up to 1.25, companies at 1.7 and more
FITTING = 0.8  # share of the blocks that must look like one company each
NAMED_SHARE = 0.6  # of the valued lines of one block; more, and each line is a company of its own
NEARER = 0.8  # of the usual step between valued lines: nearer than this, a line of text belongs to the row
INDENT = 4.0  # points
ENDLESS = 1e4  # points: the step to the first line of a page is infinite
_INSTRUMENT = re.compile(
    r"(?:\W*\b(?:common|preferred|ordinary|convertible|senior|junior|subordinated|secured|"
    r"unsecured|first|second|lien|term|bridge|"
    r"promissory|class|series|seed|warrants?|options?|shares?|stock|notes?|loans?|units?|equity|"
    r"debt|interests?|membership|member|limited|partnership|lp|llc|"
    r"safe|safes|revolver|revolving|delayed|draw|debentures?|bonds?|preference|stammaktien|"
    r"vorzugsaktien|darlehen|wandeldarlehen|a|b|c|d|e|f|g|h|\d+(?:-\w+)?|[A-H]-\d|and|of|to|"
    r"purchase)\b\W*)+\Z",
    re.IGNORECASE,
)


@dataclass
class Block:
    """The lines of one company, or of a total. heading: the group it stands under; subtotals: lines that sum it up."""

    names: list[Line] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    subtotals: list[Line] = field(default_factory=list)
    heading: str = ""
    stacked: bool = False

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.names)


def blocks(lines: Sequence[Line]) -> list[Block]:
    """Companies and totals in the order of the schedule."""
    parts = _parts(lines)
    if _is_gapped(parts, usual_step(lines)):
        return _of_parts(parts)
    return _Rows(lines).blocks()


def usual_step(lines: Sequence[Line]) -> float:
    """The commonest distance between two lines, points."""
    steps = Counter(round(line.step) for line in lines if line.step < ENDLESS)
    return float(max(steps, key=lambda step: (steps[step], -step))) if steps else 12.0


def _parts(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines between gaps. A total closes the part before it; a name after a sub-total, or the last total, opens one."""
    parts: list[list[Line]] = []
    usual = usual_step(lines)
    for line in lines:
        last = parts[-1] if parts else []
        if not last or _opens(line, last, usual):
            parts.append([])
        parts[-1].append(line)
    return parts


def _opens(line: Line, part: Sequence[Line], usual: float) -> bool:
    if is_end(line.text):
        return not is_end(part[0].text) or part[-1].valued
    if line.total and line.step < ENDLESS:
        return False
    closed = part[-1].lone or (part[-1].valued and any(one.total for one in part))
    return line.step > GAP * usual or (closed and line.name is not None)


def _is_gapped(parts: Sequence[Sequence[Line]], usual: float) -> bool:
    """Whether parts are companies: one valued line each, or several that are summed up and mostly have no name."""
    judged = [part for part in parts if any(line.valued for line in part) and not is_end(part[0].text)]
    fitting = sum(_is_company(part) for part in judged)
    apart = sum(part[0].step > GAP * usual for part in judged)  # a page's first line counts: its step is endless
    several = any(len(_valued(part)) > 1 or any(line.name and not line.valued for line in part) for part in judged)
    return len(judged) > 1 and several and 2 * apart > len(judged) and fitting >= FITTING * len(judged)


def _valued(part: Sequence[Line]) -> list[Line]:
    """The valued lines before any total."""
    found = []
    for line in part:
        if line.total:
            break
        if line.valued and not line.lone:
            found.append(line)
    return found


def _is_company(part: Sequence[Line]) -> bool:
    valued = _valued(part)
    if len(valued) <= 1 or any(line.lone for line in part):
        return True
    named = sum(bool(line.name) for line in valued)
    return named <= NAMED_SHARE * len(valued)


def _of_parts(parts: Sequence[Sequence[Line]]) -> list[Block]:
    made = []
    for part in parts:
        block = Block(stacked=True)
        closing = False
        for line in part:
            closing = closing or (line.total and not is_end(line.text))
            if line.name and not closing:
                block.names.append(line)
            if closing or (line.lone and block.lines and not is_end(block.text)):
                block.subtotals.append(line)
            elif line.valued or line.instrument or line.day:
                block.lines.append(line)
        made.append(block)
    return [block for block in made if block.names or block.lines or block.subtotals]


class _Rows:
    """Companies of a schedule whose rows follow each other evenly: a walk from line to line."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._made: list[Block] = []
        self._heading = ""
        names = [line.name for line in lines if line.name]
        self._right = wrapped.right_edge(names)
        valued = [line for line in lines if line.valued]
        self._usual = usual_step(valued)
        self._left = min((cell.x0 for cell in names), default=0.0)

    def blocks(self) -> list[Block]:
        for place, line in enumerate(self._lines):
            if line.name is None:
                self._unnamed(line)
            elif line.valued:
                self._named_value(place, line)
            else:
                self._named(place, line)
        return self._made

    def _open(self, line: Line) -> None:
        self._made.append(Block([line], heading=self._heading))

    def _current(self) -> Block | None:
        return self._made[-1] if self._made else None

    def _unnamed(self, line: Line) -> None:
        block = self._current()
        if block is None:
            return
        if line.lone and block.lines:
            block.subtotals.append(line)
        elif line.valued or line.instrument:
            block.lines.append(line)

    def _named_value(self, place: int, line: Line) -> None:
        block = self._current()
        waiting = block is not None and not block.lines and not block.subtotals
        if block is not None and (waiting or self._indented(line, block)) and self._is_instrument(line):
            block.lines.append(line)
        elif block is not None and waiting:
            block.names.append(line)
            block.lines.append(line)
        elif block is not None and line.total and not is_end(line.text) and not block.names[0].total:
            self._made.append(Block([line], [line], heading=self._heading))
        else:
            self._open(line)
            self._made[-1].lines.append(line)

    def _indented(self, line: Line, block: Block) -> bool:
        first = block.names[0].name if block.names else None
        return bool(line.name and first and line.name.x0 > first.x0 + INDENT)

    def _is_instrument(self, line: Line) -> bool:
        return bool(_INSTRUMENT.match(line.text))

    def _named(self, place: int, line: Line) -> None:
        """A line of text: the end of the name above, the beginning of the one below, or a heading."""
        below = self._lines[place + 1] if place + 1 < len(self._lines) else None
        block = self._current()
        if block is not None and self._continues(block, line, below):
            block.names.append(line)
        elif below is not None and self._begins(line, below):
            self._open(line)
        else:
            self._heading = line.text

    def _continues(self, block: Block, line: Line, below: Line | None) -> bool:
        last = block.names[-1]
        if last.name is None or line.name is None or line.step > GAP * self._usual:
            return False
        if block.lines and line.step < NEARER * self._usual:
            return below is None or line.step <= below.step + 0.5
        if line.name.text[:1].islower() or line.name.text[:1] == "(" or not block.lines:
            return True
        first = len(block.lines) == 1 and block.lines[0] is last
        return first and wrapped.may_continue(last.name, line.name, self._right) and not self._begins(line, below)

    def _begins(self, line: Line, below: Line | None) -> bool:
        """Whether the next line goes on with this one's name, or lists instruments below it."""
        if below is None or line.name is None or below.step > GAP * self._usual:
            return False
        if below.name is None:
            return below.valued or bool(below.instrument)
        if below.name.x0 > line.name.x0 + INDENT and self._is_instrument(below):
            return True
        near = below.step < NEARER * self._usual and below.step < line.step
        return near or wrapped.may_continue(line.name, below.name, self._right)
