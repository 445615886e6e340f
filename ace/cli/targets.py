"""Which run a command about a running or an ended run means, and waiting for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import click

from ace import runfile, runs
from ace.cli import run as run_module
from ace.errors import Locked, UsageError
from ace.runs import Run

LOOK_EVERY_S = 0.02
# by itself: not what was cancelled, not what is partial
RESUMABLE = ("initialized", "paused", "waiting", "failed", "crashed")


def running(folder: Path, wanted: str) -> Run:
    """The run called `wanted`; without a name, the only one that is running. Raises UsageError."""
    if wanted:
        return runs.resolve(folder, wanted)
    found = [run for run in runs.everything(folder) if runfile.is_running(run.folder)]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"{len(found)} runs are running: {', '.join(run.id for run in found)}"
        raise UsageError(message, hint="say which one")
    message = f"no run in {folder} is running"
    raise UsageError(message, hint="ace list shows all runs; one that does not run has to be named")


def resumable(folder: Path, pipeline: str = "") -> Run:
    """The latest run that was paused, failed or crashed, or is waiting. Raises UsageError."""
    for run in runs.everything(folder, pipeline):
        if run.state in RESUMABLE and run.content["state"] != "cancelling" and not runfile.is_running(run.folder):
            return run
    message = f"no run{f' of {pipeline}' if pipeline else ''} in {folder} was paused, failed or crashed"
    raise UsageError(message, hint="ace list shows all runs; ace resume RUN goes on with any of them")


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until `condition` holds, at most so long; whether it does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(LOOK_EVERY_S)
    return True


def reread(run: Run) -> Run:
    """The same run as it is now."""
    return runs.resolve(run.folder.parent, run.id)


def go_on(run: Run, options: dict[str, object]) -> int:
    """`ace run` with the pipeline and the settings of that run."""
    pipeline = run.content.get("pipeline_file") or run.pipeline
    texts = dict.fromkeys(("resume_from_phase", "run_phase", "retry_phase", "fork_from", "fork_at"), "")
    try:
        code: int = click.get_current_context().invoke(
            run_module.command, **texts | {"pipeline": pipeline, "run_id": run.id} | options
        )
    except Locked as error:
        error.hint = "ace pause --wait   (then again), or wait for it"  # these commands have no --wait
        raise
    return code
