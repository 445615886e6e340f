"""ace pause: ask a running run to stop where it can go on."""

from __future__ import annotations

import math

import click

from ace import clock, control, runfile
from ace.cli import targets
from ace.cli.options import common, print_json, root
from ace.errors import Locked, UsageError

ANSWER_S = 5.0  # an answer takes 0.3 s; one that is this late stands behind native code that lets no thread work


@click.command()
@click.argument("run", default="")
@click.option("--wait", is_flag=True, help="Return when the run has stopped, not when it has answered.")
@common
def command(run: str, wait: bool, artifacts: str, as_json: bool, debug: bool) -> int:
    """Ask a running run to stop where it can go on.

    RUN is an id, a prefix that fits one run only, or `latest`; without it, the run that is running. Nothing new
    starts, what is in flight finishes or is kept in the journal, then the process ends with exit code 5 and the run is
    `paused`; `ace resume` starts it again. The command returns as soon as the run has answered.
    """
    found = targets.running(root(artifacts), run)
    if not runfile.is_running(found.folder):
        message = f"run {found.id} is not running: it is {found.state}"
        raise UsageError(message, hint=f"ace resume {found.id}   (goes on with it)")
    began = clock.monotonic()
    request = control.ask(found.folder, control.PAUSE)
    answered = targets.until(lambda: not (request.exists() and runfile.is_running(found.folder)), ANSWER_S)
    took = clock.monotonic() - began
    if not answered:
        message = f"run {found.id} has not answered in {ANSWER_S:g} s; it will once its phase lets other threads work"
        raise Locked(message, hint=f"ace cancel {found.id}   (ends it whatever it does)")
    control.withdraw(request)
    if wait:
        targets.until(lambda: not runfile.is_running(found.folder), math.inf)
    state = targets.reread(found).state
    if as_json:
        print_json({"run_id": found.id, "state": state, "answered_seconds": round(took, 3)})
    elif state in ("pausing", "paused"):
        click.echo(f"{state}: run {found.id}; ace resume {found.id} goes on with it", err=True)
    else:
        click.echo(f"run {found.id} came to its end before: {state}", err=True)
    return 0
