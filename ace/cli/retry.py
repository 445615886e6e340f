"""ace retry: run a phase and all that depend on it anew."""

from __future__ import annotations

import click

from ace import runs
from ace.cli import targets
from ace.cli.options import common, given, root


@click.command()
@click.argument("phase", callback=given)
@click.option("--run-id", default="latest", metavar="X", help="Of this run (default: the latest).")
@click.option("--artifact-mode", is_flag=True, help="Run every phase in a fresh process.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless something fails.")
@common
def command(
    phase: str, run_id: str, artifact_mode: bool, quiet: bool, artifacts: str, as_json: bool, debug: bool
) -> int:
    """Run a phase and all that depend on it anew.

    PHASE is a name, a prefix or a number. Other phases are left as they are, missing ones too (`ace resume` goes on
    with those). What is replaced moves to `.trash/`; items in the journal of a phase that has not committed are kept.
    The command refuses with exit code 75 while the run is running.
    """
    found = runs.resolve(root(artifacts), run_id)
    options = {"retry_phase": phase, "artifact_mode": artifact_mode, "quiet": quiet}
    return targets.go_on(found, {"artifacts": artifacts, "as_json": as_json, "debug": debug} | options)
