"""Changes to a run that nobody works on, under its lock: cancel it, put its results aside, go back to a phase.

Nothing is erased: what goes moves to the run's `.trash/`.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from ace import atomic, lock, runfile
from ace.control import CANCELLED
from ace.errors import Locked
from ace.events import EventLog
from ace.runs import Run

ENDED = ("completed", "partial", "cancelled")  # a run in another state can go on
_OF_A_PHASE = re.compile(r"phase(\d+)_.+")


def cancel(run: Run) -> str:
    """Mark a run as cancelled unless it has come to an end. Returns the state it is in now. Raises Locked."""
    with _held(run) as (state, log):
        content = state.content
        if content["state"] not in ENDED:
            for one in content["phases"].values():
                if one["state"] in ("running", "retry_wait"):
                    one["state"] = "cancelled"
            error = "cancelled on request"
            state.update(state="cancelled", error=error)
            log.add("run_ended", run_id=content["run_id"], state="cancelled", exit_code=CANCELLED, error=error)
        return str(content["state"])


def discard(run: Run) -> list[str]:
    """Move all results of a run to `.trash/`: artifacts, side files, blobs, journals. Returns their names."""
    with _held(run) as (state, log):
        moved = _move(run.folder, results(run.folder))
        _reset(state, 0)
        state.update()
        log.add("discarded", run_id=run.id, files=moved)
        return moved


def rollback(run: Run, number: int) -> list[str]:
    """Move what phases after `number` left to `.trash/`; they are pending again and the run is paused.

    Returns the names of what was moved; without any, the run stays as it is. Raises Locked.
    """
    with _held(run) as (state, log):
        moved = _move(run.folder, results(run.folder, number))
        later = [one["state"] for one in state.content["phases"].values() if one["number"] > number]
        if moved or any(one != "pending" for one in later):
            _reset(state, number)
            state.update(state="paused", error="")
            log.add("rolled_back", run_id=run.id, to=number, files=moved)
        return moved


def results(folder: Path, after: int = 0) -> list[str]:
    """What phases after number `after` left in a run: artifacts and side files, journals; with 0 the blobs, too.

    The last phase comes first, so that a crash while they move leaves a run that is whole up to some phase.
    """
    found = []
    for part in ("", "journal"):
        with contextlib.suppress(OSError):
            for name in os.listdir(folder / part):
                match = _OF_A_PHASE.fullmatch(name)
                if match and int(match[1]) > after:
                    found.append((int(match[1]), os.path.join(part, name)))
    blobs = ["blobs"] if not after and (folder / "blobs").is_dir() else []
    return [name for _, name in sorted(found, reverse=True)] + blobs


@contextlib.contextmanager
def _held(run: Run) -> Iterator[tuple[runfile.RunFile, EventLog]]:
    """The run's state and log, under its lock."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(lock.hold(run.folder / runfile.LOCK, f"run {run.id}"))
        except Locked as error:
            hint = f"ace pause {run.id} --wait   (then again), or wait for it"
            raise Locked(error.message, holder=error.holder, hint=hint) from error
        log = held.enter_context(contextlib.closing(EventLog(run.folder)))
        yield runfile.RunFile(run.folder, runfile.load(run.folder) or run.content), log


def _move(folder: Path, names: list[str]) -> list[str]:
    for name in names:
        atomic.discard(folder / name, folder)
    return names


def _reset(state: runfile.RunFile, after: int) -> None:
    """Phases after number `after` are as if they had never run."""
    phases = state.content["phases"]
    for name, one in list(phases.items()):
        if one["number"] > after:
            kept = {"declared": one["declared"]} if "declared" in one else {}
            phases[name] = runfile.pending(one["number"]) | kept
