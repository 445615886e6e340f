"""Which lines of a schedule belong to one company.

Two kinds of schedule. In the first, white separates companies: all lines between two gaps are one company, its name,
percentage and industry stacked in the first column beside several instruments. In the second, rows follow each other
evenly: a name opens a company, lines without one belong to the company above. Which kind it is, is told by the
sub-totals and by which lines have names, not by any one issuer's habit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from phases.fund.positions import position_instruments, position_sums
from phases.fund.positions.block import Block
from phases.fund.positions.position_entries import ENDLESS, HALF
from phases.fund.positions.position_lines import AMOUNTS, Line, is_end
from phases.fund.positions.position_rows import Rows

GAP = 1.4  # times the usual step: a wider one separates; sub-totals stand at up to 1.25, companies at 1.7 and more
FITTING = 0.8  # share of the blocks that must look like one company each
NAMED_SHARE = 0.6  # of the valued lines of one block; more, and each line is a company of its own


def blocks(lines: Sequence[Line], *, stacked: bool = False) -> list[Block]:
    """Companies and totals in the order of the schedule. stacked: its header says that names have industries below."""
    parts = _parts(lines)
    if not _lists_instruments(lines) and _is_gapped(parts, usual_step(lines)):
        return [_with_own_sums(block) for block in _of_parts(parts)]
    return Rows(lines, stacked=stacked).blocks()


def _lists_instruments(lines: Sequence[Line]) -> bool:
    """Whether the column of names holds instruments below their companies."""
    named = [line for line in lines if line.valued and line.name and not line.total]
    return 2 * sum(position_instruments.is_instrument(line.text) for line in named) > len(named)


def _with_own_sums(block: Block) -> Block:
    """Without the sums that are of more than this company: one that adds up its rows shows that the others do not."""
    kinds = [[kind for kind in AMOUNTS if kind in line.figures] for line in block.subtotals]
    own = [
        line
        for line, printed in zip(block.subtotals, kinds, strict=True)
        if printed and all(position_sums.adds_up(block.lines, line, kind) for kind in printed)
    ]
    block.subtotals = own[:1] or block.subtotals
    return block


def usual_step(lines: Sequence[Line]) -> float:
    """The commonest distance between two lines, points."""
    steps = Counter(round(line.step) for line in lines if HALF * line.height < line.step < ENDLESS)
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
    made: list[Block] = []
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
        if made and _is_sum_of(block, made[-1]):
            made[-1].subtotals += block.lines
        else:
            made.append(block)
    return [block for block in made if block.names or block.lines or block.subtotals]


def _is_sum_of(block: Block, above: Block) -> bool:
    """Whether a block is a figure alone, at the top of a page, that adds up the company before."""
    if block.names or len(block.lines) != 1 or not block.lines[0].lone or not above.lines or above.subtotals:
        return False
    line = block.lines[0]
    return all(position_sums.adds_up(above.lines, line, kind) for kind in AMOUNTS if kind in line.figures)
