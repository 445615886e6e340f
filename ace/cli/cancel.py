"""ace cancel: end a run for good."""

from __future__ import annotations

import click

from ace import clock, config, control, lock, runfile, undo
from ace.cli import targets
from ace.cli.options import common, print_json, root
from ace.errors import Locked, UsageError
from ace.runs import Run

ORDERLY_S = 1.5  # of the two seconds in which no process may be left: then it is killed
KILLED_S = 5.0  # until the kernel has cleaned up a large process
GONE_S = 0.5  # for a process to end that has let go of the run


@click.command()
@click.argument("run", default="")
@click.option("--discard", is_flag=True, help="Move what the run has made to its .trash/ folder.")
@common
def command(run: str, discard: bool, artifacts: str, as_json: bool, debug: bool) -> int:
    """End a run for good.

    RUN is an id, a prefix that fits one run only, or `latest`; without it, the run that is running. Its workers are
    killed, its process ends with exit code 6, by force when a phase does not let go: after two seconds none is left.
    What it has committed stays, and so does its journal, unless --discard puts them aside. A run that was paused,
    failed or crashed is marked. `ace resume` and `--resume-latest` pass a cancelled run over; named, it goes on.
    Batches that it has handed in are cancelled at their provider; what they have answered, a later run collects.
    """
    found = targets.running(root(artifacts), run)
    began = clock.monotonic()
    was_running = runfile.is_running(found.folder)
    if was_running:
        _end(found)
    elif found.state in ("completed", "partial"):
        message = f"run {found.id} is {found.state}: there is nothing to cancel"
        raise UsageError(message)
    state = undo.cancel(found)
    moved = undo.discard(found) if discard and state == "cancelled" else []
    batches = _cancelled_batches(found.id) if state == "cancelled" else {}
    if as_json:
        took = round(clock.monotonic() - began, 3)
        print_json({"run_id": found.id, "state": state, "discarded": moved, "batches": batches, "seconds": took})
    elif state == "cancelled":
        kept = f"{len(moved)} files moved to {found.folder}/.trash" if discard else "what it has made is kept"
        click.echo(f"cancelled: run {found.id}; {kept}", err=True)
    else:
        click.echo(f"run {found.id} came to its end before: {state}", err=True)
    return 0


def _cancelled_batches(run_id: str) -> dict[str, bool]:
    """{id: whether its provider has been told}; the others are named, for they go on and may be billed."""
    path = config.load().cache / "llm.db"
    if not path.exists():
        return {}
    from ace.providers import batch_cancel  # noqa: PLC0415  (only where a model was ever asked)

    told = batch_cancel.cancel(path, run_id)
    for batch in (batch for batch, done in told.items() if not done):
        click.echo(f"batch {batch} could not be cancelled at its provider, and may be billed", err=True)
    return told


def _end(run: Run) -> None:
    """Ask the process to end; kill it when it does not. Raises Locked when it cannot be killed."""
    pid = lock.holder(run.folder / runfile.LOCK)
    request = control.ask(run.folder, control.CANCEL)
    if not targets.until(lambda: not runfile.is_running(run.folder), ORDERLY_S):
        control.kill(run.folder)
        if not targets.until(lambda: not runfile.is_running(run.folder), KILLED_S):
            message = f"run {run.id} cannot be ended from here: process {pid or 'unknown'} belongs to somebody else"
            raise Locked(message, hint="the request stays; the run ends when it sees it")
    control.withdraw(request)
    targets.until(lambda: not control.is_alive(pid), GONE_S)
