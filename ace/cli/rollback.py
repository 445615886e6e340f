"""ace rollback: put aside what a run has made after a phase."""

from __future__ import annotations

import click

from ace import runs, undo
from ace.cli.options import common, print_json, root
from ace.views import reading


@click.command()
@click.option("--to", "phase", required=True, metavar="PHASE", help="The last phase to keep: a name, prefix or number.")
@click.option("--run-id", default="latest", metavar="X", help="Of this run (default: the latest).")
@click.option("--dry-run", is_flag=True, help="Only say what would be moved.")
@common
def command(phase: str, run_id: str, dry_run: bool, artifacts: str, as_json: bool, debug: bool) -> int:
    """Put aside what a run has made after a phase.

    Artifacts, side files and journals of all phases with a higher number move to the run's `.trash/`; nothing is
    erased. Those phases are pending then and the run is paused: `ace resume` makes them anew. The command refuses
    with exit code 75 while the run is running.
    """
    run = runs.resolve(root(artifacts), run_id)
    name = reading.phase(run, phase)
    number = run.content["phases"][name]["number"]
    names = undo.results(run.folder, number) if dry_run else undo.rollback(run, number)
    if as_json:
        print_json({"run_id": run.id, "to": name, "moved": names, "done": not dry_run, "trash": f"{run.folder}/.trash"})
        return 0
    for one in names:
        click.echo(one)
    if not names:
        click.echo(f"run {run.id} has made nothing after phase {number} {name}", err=True)
    elif dry_run:
        click.echo(f"these would move to {run.folder}/.trash; without --dry-run they do", err=True)
    else:
        click.echo(f"moved to {run.folder}/.trash; ace resume {run.id} goes on after phase {number} {name}", err=True)
    return 0
