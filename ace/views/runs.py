"""What runs there are: the model behind `ace list`, and what an event log says about one run.

Reads run.json, events.jsonl and file sizes; opens no artifact. `runs_table` draws it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ace import clock, events, runfile, runs
from ace.records import Data
from ace.runs import Run
from ace.views import declared, reading

ACTIVE = frozenset(("running", "pausing", "cancelling"))
SETTLED = ("completed", "partial")


@dataclass(frozen=True)
class Log:
    """The event log in short.

    seconds    worked on the run, over all its sessions (a resume days later does not count the days between)
    open       the last session has not said that it ended
    since      when the last session began; a stamp, empty when there was none
    last       {phase: stamp of its last event}
    progress   {phase: (done, total, note)} since the phase last started
    hints      {phase: what its last failure suggested to do}
    """

    seconds: float = 0.0
    open: bool = False
    since: str = ""
    last: dict[str, str] = field(default_factory=dict)
    progress: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One line of `ace list`. `items` is None when no phase that lists items has committed."""

    run_id: str
    pipeline: str
    state: str
    created: str
    seconds: float
    phases_done: int
    phases: int
    items: int | None
    cost_usd: float
    bytes: int
    latest: tuple[str, ...]
    forked_from: Data | None = None  # {run, at}

    def as_json(self) -> Data:
        return vars(self) | {"latest": list(self.latest)}


def rows(root: Path, pipeline: str = "", limit: int = 0) -> list[Row]:
    """The newest runs first, at most `limit` of them (0 = all)."""
    found = runs.everything(root, pipeline)
    links = latest(root)
    return [_row(run, links.get(run.folder.name, ())) for run in (found[:limit] if limit else found)]


def unreadable(root: Path) -> list[str]:
    """Names of run folders that hold nothing readable."""
    known = {run.folder.name for run in runs.everything(root)}
    return [name for run_id in runs.ids(root) if (name := f"{runs.PREFIX}{run_id}") not in known]


def latest(root: Path) -> dict[str, tuple[str, ...]]:
    """{folder name: the links `latest` and `latest-<pipeline>` that point to it}."""
    marks: dict[str, tuple[str, ...]] = {}
    for path in sorted(root.glob(f"{runs.LATEST}*")):
        if path.is_symlink():
            target = os.readlink(path)
            marks[target] = (*marks.get(target, ()), path.name)
    return marks


def digest(lines: Iterable[Data], now: datetime | None = None) -> Log:
    """An event log in short. With `now`, a session that has not ended counts until now."""
    seconds, since, last = 0.0, "", ""
    phases: dict[str, str] = {}
    progress: dict[str, tuple[int, int, str]] = {}
    hints: dict[str, str] = {}
    for event in lines:
        kind, time, phase = event["kind"], str(event.get("time", "")), str(event.get("phase", ""))
        if kind == "run_started":
            seconds, since = seconds + elapsed(since, last), time
        last = time
        if phase:
            phases[phase] = time
        if kind == "phase_started":
            progress.pop(phase, None)
        elif kind == "progress":
            progress[phase] = (_whole(event.get("done")), _whole(event.get("total")), str(event.get("note", "")))
        elif kind == "phase_failed":
            hints[phase] = str(event.get("hint", ""))
        elif kind == "run_ended":
            seconds, since = seconds + elapsed(since, time), ""
    rest = elapsed(since, clock.stamp(now) if now else last)
    return Log(seconds + rest, bool(since), since, phases, progress, hints)


def state(run: Run, log: Log) -> str:
    """The run's state for a reader: a session that holds the lock is running, even before it has said so."""
    recorded = run.state
    if recorded not in ACTIVE and log.open and runfile.is_running(run.folder):
        return "running"
    return recorded


def elapsed(start: str, end: str) -> float:
    """Seconds between two stamps; 0 where one is missing or none."""
    try:
        return max(0.0, (clock.parse(end) - clock.parse(start)).total_seconds())
    except ValueError:
        return 0.0


def cost(phases: Iterable[Data]) -> float:
    return sum(amount for one in phases if isinstance(amount := one.get("cost_usd", 0.0), int | float))


def _row(run: Run, links: tuple[str, ...]) -> Row:
    found = reading.phases(run)
    log = digest(events.read(run.folder))
    now_state = state(run, log)
    if now_state in ACTIVE:
        log = digest(events.read(run.folder), clock.now())
    return Row(
        run_id=run.id,
        pipeline=run.pipeline,
        state=now_state,
        created=str(run.content.get("created", "")),
        seconds=round(log.seconds or sum(_seconds(one) for _, _, one in found), 3),
        phases_done=sum(one.get("state") in SETTLED for _, _, one in found),
        phases=len(found),
        items=items_out(run),
        cost_usd=round(cost(one for _, _, one in found), 6),
        bytes=size(run.folder),
        latest=links,
        forked_from=reading.fork(run),
    )


def items_out(run: Run) -> int | None:
    """Items in the last committed phase that lists items."""
    said = declared.of_run(run.content)
    for _, name, one in reversed(reading.phases(run)):
        lists = said[name].items if name in said else True
        if one.get("state") in SETTLED and lists:
            count = one.get("output_count")
            return count if isinstance(count, int) else None
    return None


def size(folder: Path) -> int:
    """Bytes of all files in a folder and below; links are not followed."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(where, name)).st_size
            except OSError:  # a running run renames its temporary files away
                continue
    return total


def _seconds(phase: Data) -> float:
    value = phase.get("seconds", 0.0)
    return float(value) if isinstance(value, int | float) else 0.0


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0
