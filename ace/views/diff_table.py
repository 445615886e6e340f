"""Draw a comparison: the summary, the runs, the phases that changed, why, and the items that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding

from ace.views import terminal
from ace.views.diff import Comparison, PhaseDiff
from ace.views.diff_items import ItemRow
from ace.views.progress import money, seconds
from ace.views.runs_table import local
from ace.views.safe import clean
from ace.views.sides import letter
from ace.views.terminal import Column

MOST_ROWS = 30  # items shown without --full
FATE_MIN = 20  # columns in which "lost in tier1_filter: below_cut" takes two lines
ROOMY = 110  # columns from which the details of a reason are shown


def comparison(found: Comparison, *, full: bool = False, room: int | None = None) -> RenderableType:
    """Everything that changed; with `full` also what did not."""
    room = terminal.width() if room is None else room
    return Group(*_parts(found, room, full=full))


def _parts(found: Comparison, room: int, *, full: bool) -> Iterator[RenderableType]:
    head = terminal.paragraphs([found.summary], room, 0)
    head.stylize("bold")
    yield head
    yield from _section("", _runs(found, room))
    phases = [phase for phase in found.phases if full or phase.changed]
    if phases:
        yield from _section("phases" if full else "phases that changed", _phases(phases, room))
    if why := list(_reasons(found)):
        yield from _section("why", terminal.paragraphs([f"  {text}" for text in why], room))
    rows = [row for row in found.items.rows if full or row.changed]
    if rows:
        shown = rows if full else rows[:MOST_ROWS]
        yield from _section(f"items in {found.items.phase}", _items(shown, found, room, detailed=full or room >= ROOMY))
        if len(shown) < len(rows):
            yield terminal.line(f"  … {len(rows) - len(shown)} more: --full", "dim")


def _section(title: str, body: RenderableType) -> Iterator[RenderableType]:
    yield terminal.line("")
    if title:
        yield terminal.line(title, "bold")
    yield body


def _runs(found: Comparison, room: int) -> RenderableType:
    sides = found.sides
    return _indented(
        [
            Column("", [letter(place) for place in range(len(sides))]),
            Column("run", [side.run_id for side in sides]),
            Column("state", [side.state for side in sides], style=terminal.state_style),
            Column("started", [local(side.created) for side in sides], rank=2),
            Column("time", [seconds(side.seconds) for side in sides], right=True, rank=1),
            Column("cost", [money(side.cost_usd) for side in sides], right=True, rank=3),
        ],
        room,
    )


def _phases(phases: list[PhaseDiff], room: int) -> RenderableType:
    return _indented(
        [
            Column("", [str(phase.number) for phase in phases], right=True),
            Column("phase", [phase.name for phase in phases]),
            Column("state", [_states(phase) for phase in phases], rank=1),
            Column("items", [_counts(phase, "output_count") for phase in phases]),
            Column("dropped", [_counts(phase, "dropped_count") for phase in phases], rank=3),
            Column("failed", [_counts(phase, "failed_count") for phase in phases], rank=2),
            Column("time", [_joined(phase, "duration_seconds", seconds) for phase in phases], rank=6),
            Column("cost", [_joined(phase, "cost_usd", money) for phase in phases], rank=4),
            Column("data", [_data(phase) for phase in phases], rank=5),
            Column("because of", [_because(phase) for phase in phases], rank=7),
        ],
        room,
    )


def _items(rows: list[ItemRow], found: Comparison, room: int, *, detailed: bool) -> RenderableType:
    columns = [Column("item", [row.title for row in rows], flexible=terminal.NOTE_MIN)]
    for place in range(len(found.sides)):
        cells = [_place(row, place, detailed=detailed) for row in rows]
        columns.append(Column(letter(place), cells, flexible=FATE_MIN, wraps=True))
    return _indented(columns, room)


def _indented(columns: list[Column], room: int) -> RenderableType:
    return Padding(terminal.table(columns, room - 2), (0, 0, 0, 2), expand=False)


def _reasons(found: Comparison) -> Iterator[str]:
    """Own causes of each phase in full; what only follows from its inputs is one line at the end."""
    for what, values in found.whole:
        yield f"{what}: {' → '.join(values)}"
    follows = []
    for phase in found.phases:
        own = [cause.text for cause in phase.causes if cause.kind != "input"]
        yield from (f"{phase.number} {phase.name}: {clean(text)}" for text in own)
        if phase.causes and not own:
            follows.append(phase.name)
    if follows:
        yield f"{', '.join(follows)}: only what they read differs"


def _place(row: ItemRow, place: int, *, detailed: bool) -> str:
    lost = row.lost[place]
    detail = f" ({lost.detail})" if lost and lost.detail and detailed else ""
    return f"{row.places[place] or lost}{detail}"


def _states(phase: PhaseDiff) -> str:
    return _same_or_joined(phase.states) if set(phase.states) != {"completed"} else ""


def _data(phase: PhaseDiff) -> str:
    return {True: "same", False: "differ", None: "-"}[phase.same_data]


def _because(phase: PhaseDiff) -> str:
    return ", ".join(dict.fromkeys(cause.kind for cause in phase.causes))


def _counts(phase: PhaseDiff, key: str) -> str:
    """`8 → 6 (-2)`, or one number when all are the same; the delta is last minus first."""
    values = phase.numbers[key]
    if not any(values):
        return ""
    text = _same_or_joined([_count(value) for value in values])
    first, last = values[0], values[-1]
    return text if first is None or last is None or first == last else f"{text} ({last - first:+.0f})"


def _count(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _joined(phase: PhaseDiff, key: str, words: Callable[[float], str]) -> str:
    values = phase.numbers[key]
    return _same_or_joined(["-" if value is None else words(value) for value in values])


def _same_or_joined(texts: list[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else " → ".join(texts)
