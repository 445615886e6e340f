"""What a person sees of a batch: a line per input as it ends, what is at work on a terminal, a table at the end."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Self

from ace.batch.jobs import QUEUED, RUNNING, Job
from ace.clock import monotonic
from ace.views.progress import first_line, seconds
from ace.views.safe import clean, shortened

NAME, NOTE = 28, 60  # characters of an input and of an error in a line
REDRAWN_PER_S = 4


class Lines:
    """Plain lines: one per input that ends or is tried again. With `quiet`, of those that go wrong only."""

    def __init__(self, out: IO[str], *, quiet: bool = False) -> None:
        self._out, self._quiet = out, quiet

    def __call__(self, job: Job, jobs: Sequence[Job]) -> None:
        again = job.state == QUEUED and job.attempts > 0
        if (job.ended or again) and not (self._quiet and job.state == "completed"):
            self._out.write(f"{line(job, jobs)}\n")
            self._out.flush()


class Live:
    """The same lines on a terminal, and below them what is at work now, redrawn in place."""

    def __init__(self, out: IO[str]) -> None:
        from rich.live import Live as Drawn  # noqa: PLC0415  (a terminal has time for it, cron has not)

        from ace.views import terminal  # noqa: PLC0415

        self._terminal = terminal
        self._began: dict[int, float] = {}
        self._jobs: Sequence[Job] = ()
        self._console = terminal.console(out)
        self._live = Drawn(
            get_renderable=self._drawn, console=self._console, refresh_per_second=REDRAWN_PER_S, transient=True
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def __call__(self, job: Job, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        if job.state == RUNNING:
            self._began.setdefault(job.number, monotonic())
        elif job.ended:
            self._console.print(self._terminal.block(line(job, jobs), self._terminal.state_style(job.state)))

    def _drawn(self) -> Any:
        from rich.console import Group  # noqa: PLC0415

        now = monotonic()
        working = [job for job in self._jobs if job.state == RUNNING]
        rows = [
            f"   {short(job.input):<{NAME}} {job.phase:<20} {seconds(now - self._began.get(job.number, now))}"
            for job in working
        ]
        return Group(*(self._terminal.block(row) for row in [*rows, sentence(self._jobs)]))


def line(job: Job, jobs: Sequence[Job]) -> str:
    """[12/100] completed  a.txt   run 20261122_031500   1.2 s"""
    ended = sum(one.ended for one in jobs)
    width = len(str(len(jobs)))
    took = seconds(job.seconds) if job.attempts else "-"
    note = clean(shortened(first_line(job.error), NOTE) or job.note)
    state = job.state if job.ended else "again"
    text = f"[{ended:>{width}}/{len(jobs)}] {state:<10} {short(job.input):<{NAME}} {clean(job.run_id):<18} {took:>8}"
    return f"{text}  {note}".rstrip()


def sentence(jobs: Sequence[Job]) -> str:
    """100 inputs: 97 completed, 2 failed, 1 crashed"""
    counts = Counter(job.state for job in jobs)
    parts = ", ".join(f"{number} {state if state != QUEUED else 'not started'}" for state, number in counts.items())
    return f"{len(jobs)} input{'s' if len(jobs) != 1 else ''}: {parts}"


def short(name: str, most: int = NAME) -> str:
    """The end of a path says more than its beginning."""
    name = clean(name)
    if len(name) <= most:
        return name
    last = Path(name).name
    return f"…/{last}" if len(last) <= most - 2 else f"…{name[1 - most :]}"


def without_shared_folder(names: Sequence[str]) -> list[str]:
    """The names below the folder that all of them lie in: it was typed a moment ago."""
    try:
        shared = os.path.commonpath([os.path.dirname(name) for name in names])
    except ValueError:  # none at all, or absolute ones beside others
        shared = ""
    return [os.path.relpath(name, shared) for name in names] if shared.strip("/") else list(names)


def summary(jobs: Sequence[Job], room: int | None = None) -> Any:
    """One row per input, in the order given."""
    from ace.views import terminal  # noqa: PLC0415
    from ace.views.terminal import Column  # noqa: PLC0415

    room = terminal.width() if room is None else room
    inputs, most = [job.input for job in jobs], max(NAME, room // 3)
    if max(map(len, inputs), default=0) > most:
        inputs = [short(name, most) for name in without_shared_folder(inputs)]
    return terminal.table(
        [
            Column("input", inputs, flexible=16),
            Column("run", [job.run_id or "-" for job in jobs]),
            Column("state", [_state(job) for job in jobs], style=terminal.state_style),
            Column("time", [seconds(job.seconds) if job.attempts else "-" for job in jobs], rank=2, right=True),
            Column("", [first_line(job.error) or job.note for job in jobs], rank=1, flexible=terminal.NOTE_MIN),
        ],
        room,
    )


def _state(job: Job) -> str:
    return "not started" if job.state == QUEUED else job.state
