"""Draw the list of runs and the status of one run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime

from rich.console import Group, RenderableType
from rich.live import Live

from ace import clock
from ace.views import terminal
from ace.views.progress import money, seconds
from ace.views.runs import Row
from ace.views.status import PhaseRow, Status, is_resumable, sentence
from ace.views.terminal import Column

RECENT_DAYS = 300  # beyond that the year says more than the hour
STEP, ONE_DIGIT = 1000, 10  # a decimal below 10 MB, none above
UNITS = ("B", "kB", "MB", "GB", "TB")


def runs(rows: list[Row], room: int | None = None) -> RenderableType:
    """One line per run, the newest first."""
    return terminal.table(
        [
            Column("run", [row.run_id for row in rows]),
            Column("pipeline", [row.pipeline for row in rows], rank=3),
            Column("state", [row.state for row in rows], style=terminal.state_style),
            Column("started", [local(row.created) for row in rows], rank=5),
            Column("time", [seconds(row.seconds) for row in rows], rank=2, right=True),
            Column("phases", [f"{row.phases_done}/{row.phases}" for row in rows], right=True),
            Column("items", ["-" if row.items is None else str(row.items) for row in rows], rank=1, right=True),
            Column("cost", [money(row.cost_usd) for row in rows], rank=4, right=True),
            Column("size", [size(row.bytes) for row in rows], rank=6, right=True),
            Column("", [mark(row) for row in rows], rank=7),
        ],
        room,
    )


def status(one: Status, room: int | None = None) -> RenderableType:
    """The phases of a run, then its state in words and what to type next."""
    return Group(*_parts(one, room))


def follow(first: Status, reload: Callable[[], Status], wait: Callable[[], None]) -> Status:
    """Redraw on a terminal after each `wait` until the run ends; on a pipe just wait. Returns the last status."""
    now = first
    if not terminal.is_terminal():
        while now.active:
            wait()
            now = reload()
        return now
    with Live(status(now), console=terminal.console(), auto_refresh=False, transient=True) as live:
        while now.active:
            wait()
            now = reload()
            live.update(status(now), refresh=True)
    return now


def pause(interval: float) -> Callable[[], None]:
    return lambda: time.sleep(interval)


def local(stamp: str) -> str:
    """A stamp in local time: `22 Nov 03:15`, or `22 Nov 2025` when it is old."""
    try:
        when = clock.parse(stamp).astimezone()
    except ValueError:
        return "-"
    old = abs((datetime.now(when.tzinfo) - when).days) > RECENT_DAYS
    return when.strftime("%d %b %Y" if old else "%d %b %H:%M")


def size(count: float) -> str:
    """980 B, 12 kB, 1.4 MB: decimal units."""
    for unit in UNITS[:-1]:
        if count < STEP:
            return f"{count:.1f} {unit}" if unit not in UNITS[:2] and count < ONE_DIGIT else f"{count:.0f} {unit}"
        count /= STEP
    return f"{count:.0f} {UNITS[-1]}"


def mark(row: Row) -> str:
    """`latest`, or `latest-<pipeline>` where another pipeline's run is the latest of all; and what a fork came from."""
    links = ("latest",) if "latest" in row.latest else row.latest
    forked = (f"fork of {row.forked_from['run']}",) if row.forked_from else ()
    return ", ".join((*links, *forked))


def _parts(one: Status, room: int | None) -> Iterator[RenderableType]:
    fork = f", forked from {one.forked_from['run']} at {one.forked_from['at']}" if one.forked_from else ""
    yield terminal.line(f"{one.pipeline} run {one.run_id}, started {local(one.created)}{fork}", "bold")
    yield _phases(one.phases, one, room)
    yield terminal.line("")
    yield terminal.line(sentence(one), terminal.state_style(one.state))
    if one.hint:
        yield terminal.block(f"  {one.hint}")
    if one.report:
        yield terminal.line(f"report: {one.report}")
    if is_resumable(one):
        yield terminal.line(f"go on with: {one.resume}")


def _phases(rows: tuple[PhaseRow, ...], one: Status, room: int | None) -> RenderableType:
    def total(text: str) -> list[str]:
        return [text] if one.cost_usd else []

    shown = [*rows, PhaseRow(0, "", "", None, cost_usd=one.cost_usd)] if one.cost_usd else list(rows)
    return terminal.table(
        [
            Column("", [str(row.number) for row in rows] + total(""), right=True),
            Column("phase", [row.name for row in rows] + total("total")),
            Column("state", [row.state for row in shown], style=terminal.state_style),
            Column("time", ["" if row.seconds is None else seconds(row.seconds) for row in shown], rank=1, right=True),
            Column("in → out", [_flow(row) for row in shown], rank=2, right=True),
            Column("dropped", [_some(row.dropped_count) for row in shown], rank=5, right=True),
            Column("failed", [_some(row.failed_count) for row in shown], rank=3, right=True),
            Column("tries", [str(row.attempts) if row.attempts > 1 else "" for row in shown], rank=6, right=True),
            Column("cost", [money(row.cost_usd) for row in shown], rank=4, right=True),
            Column("", [row.note for row in shown], rank=1, flexible=terminal.NOTE_MIN, wraps=True),
        ],
        room,
    )


def _flow(row: PhaseRow) -> str:
    return "" if row.output_count is None else f"{row.input_count or 0} → {row.output_count}"


def _some(count: int) -> str:
    return str(count) if count else ""
