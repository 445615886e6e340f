"""The lines of a schedule as entries: one row of figures with all the words that were wrapped beside it, or a heading.

Lines of one entry stand closer than entries do, where a table has any leading between its rows. Where it has none, the
words decide: a line was wrapped only if the next word would not have fitted, or if it cannot begin a name.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from phases.fund.positions import position_instruments, position_names
from phases.fund.positions.position_lines import Line, is_end
from phases.fund.tables import wrapped
from phases.fund.tables.rows import Cell

GAP = 1.4  # times the usual step: words further below belong to something else
HEADED = 1.15  # times the usual step: words set off more than this from the row above head the rows below
TELLING = 0.4  # points by which the leading of rows must exceed that of wrapped words to be told apart
CLOSE = 0.85  # of the step of rows: words that close above figures are beside them; a heading may be a little nearer
SURE = 2  # wrapped lines that show how close they are set
HALF = 0.8  # of the words' height: lines nearer than this stand beside each other, half a row apart
ENDLESS = 1e4  # points: the step to the first line of a page is infinite
_SECTION = re.compile(
    r"\b(?:investments|companies|securities|stocks|equities|warrants|notes|loans|funds|assets|positions|participations|"
    r"beteiligungen|debt)\b[^A-Za-z]*\Z|[–—-]\s*\d{1,3}(?:[.,]\d+)?\s?%\W*\Z",
    re.IGNORECASE,
)


def entries(lines: Sequence[Line]) -> list[Line]:
    """Entries in the order of the schedule, each as a line with the words of all its lines."""
    tight = tight_step(lines)
    if not tight:
        return _by_words(lines)
    right = wrapped.right_edge([line.name for line in lines if line.name])
    return [_joined(part) for group in _by_step(lines, tight) for part in _without_headings(group, right)]


def tight_step(lines: Sequence[Line]) -> float:
    """Points up to which a line belongs to the entry of the line above; 0 where steps do not tell."""
    valued = [below.step for above, below in itertools.pairwise(lines) if above.valued and below.valued]
    rows = _usual([step for step in valued if step < ENDLESS])
    words = [line.step for line in lines if not line.valued and line.step < ENDLESS]
    above = [below.step for above, below in itertools.pairwise(lines) if below.valued and not above.valued]
    near = [step for step in words if step < rows - TELLING] + [step for step in above if step < CLOSE * rows]
    if not rows:
        return _between(lines)
    if len(near) < SURE:
        return 0.0
    return min((max(near) + rows) / 2, rows - TELLING / 2)


def _between(lines: Sequence[Line]) -> float:
    """Where no two rows of figures follow each other: the distance that cuts as many entries as there are such rows."""
    count = sum(line.valued for line in lines)
    steps = sorted((line.step for line in lines), reverse=True)
    if not 1 < count < len(steps) or steps[count - 1] - steps[count] < TELLING:
        return 0.0
    return (steps[count - 1] + steps[count]) / 2


def _usual(steps: Sequence[float]) -> float:
    """The smallest of the common distances, points; 0 without any."""
    counts = Counter(round(step) for step in steps)
    common = [step for step in counts if 3 * counts[step] >= max(counts.values())]
    nearest = min(common, default=0)
    return min((step for step in steps if round(step) == nearest), default=0.0)


def _by_step(lines: Sequence[Line], tight: float) -> list[list[Line]]:
    groups: list[list[Line]] = []
    for line in lines:
        goes_on = bool(groups) and line.step <= tight
        if goes_on and not (line.valued and any(one.valued for one in groups[-1])):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _without_headings(group: list[Line], right: float) -> list[list[Line]]:
    """A group of lines cut after words above its figures that were not wrapped: they are headings."""
    place = next((n for n, line in enumerate(group) if line.valued), 0)
    below = sum(line.name is not None for line in group[place + 1 :])
    if (
        below
        and not any(map(_is_section, group[:place]))
        and below == sum(line.name is not None for line in group[:place])
    ):
        return [group]  # figures half way down
    cut = 0
    for above in reversed(range(place)):
        upper, lower = group[above], group[above + 1]
        beside = lower.step < HALF * lower.height
        if upper.name is None or lower.name is None or beside:
            continue
        if _is_heading(upper, lower) or not wrapped.may_continue(upper.name, lower.name, right):
            cut = above + 1
            break
    return [*([line] for line in group[:cut]), group[cut:]]


def _joined(group: Sequence[Line]) -> Line:
    """One line of several: words in their order, figures of the one that has them, the step of the first."""
    if len(group) == 1:
        return group[0]
    base = next((line for line in group if line.valued), group[0])
    names = [line.name for line in group if line.name]
    name = names[0]._replace(words=tuple(word for cell in names for word in cell.words)) if names else None
    figures = {kind: cell for line in reversed(group) for kind, cell in line.figures.items()}
    return base._replace(
        name=name,
        figures=figures,
        step=group[0].step,
        sector=_words(line.sector for line in group),
        instrument=_words(line.instrument for line in group),
        day=_words(line.day for line in group),
    )


def _words(texts: Iterable[str]) -> str:
    return " ".join(text for text in texts if text)


def _by_words(lines: Sequence[Line]) -> list[Line]:
    """Entries of lines that are set evenly."""
    right = wrapped.right_edge([line.name for line in lines if line.name])
    usual = _usual([line.step for line in lines if line.step < ENDLESS]) or ENDLESS
    groups: list[list[Line]] = []
    for place, line in enumerate(lines):
        following = lines[place + 1] if place + 1 < len(lines) else None
        headed = bool(groups) and _opens_group(groups[-1][0], lines[: place - len(groups[-1])], usual)
        if groups and not headed and line.step <= GAP * usual and _goes_on(groups[-1], line, following, right):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_joined(group) for group in groups]


def _opens_group(line: Line, above: Sequence[Line], usual: float) -> bool:
    """Whether words without figures head what follows: set off from the row above, or below a sum."""
    if line.valued or line.name is None:
        return False
    return HEADED * usual < line.step < ENDLESS or (bool(above) and above[-1].valued and above[-1].total)


def _goes_on(group: Sequence[Line], line: Line, following: Line | None, right: float) -> bool:
    """Whether a line goes on with the words of the entry above."""
    last = group[-1]
    if line.name is None or last.name is None or is_end(line.text) or (last.total and last.valued):
        return False
    if line.name.x0 < last.name.x0 - wrapped.FIT:
        return False
    if line.valued:
        return not any(one.valued for one in group) and _wrapped_above(last, line, right)
    if _cannot_begin(line.name):
        return True
    leaf = any(one.valued for one in group)
    if leaf and (line.instrument or line.sector) and bool(line.sector) <= any(one.sector for one in group):
        return following is None or not _heads(following)
    names_follow = following is not None and following.name is not None
    return wrapped.may_continue(last.name, line.name, right) and (names_follow or not leaf)


def _wrapped_above(last: Line, line: Line, right: float) -> bool:
    """Whether words over a row of figures are the beginning of its name, by their end, its beginning or other cells."""
    if last.name is None or line.name is None or line.name.x0 > last.name.x0 + wrapped.FIT or _is_heading(last, line):
        return False
    if wrapped.goes_on(last.name, line.name) or _cannot_begin(line.name):
        return True
    return bool(last.sector or last.instrument) and wrapped.may_continue(last.name, line.name, right)


def _is_heading(upper: Line, lower: Line) -> bool:
    """Whether words above a row head it: they head a group, or the row is an instrument of that company."""
    listed = position_instruments.is_instrument(lower.text) and not position_instruments.is_instrument(upper.text)
    return listed or _is_section(upper)


def _heads(line: Line) -> bool:
    """Whether a row of figures needs a heading above it, having no name."""
    return line.valued and line.name is None


def _is_section(line: Line) -> bool:
    """Whether words head a group: they reach into the next column, or name many things."""
    return line.name is not None and (line.name.x1 > line.limit or bool(_SECTION.search(line.text)))


def _cannot_begin(name: Cell) -> bool:
    return name.text[:1].islower() or name.text[:1] in "(–—-&/" or position_names.is_form(name.text)
