"""ace list: the runs there are, the newest first."""

from __future__ import annotations

from pathlib import Path

import click

from ace.cli.options import common, print_json, root
from ace.runs import nearest
from ace.views import runs

LIMIT = 20  # a screenful


@click.command()
@click.argument("pipeline", default="")
@click.option("--limit", "-n", default=LIMIT, show_default=True, metavar="N", help="At most N runs; 0 for all.")
@common
def command(pipeline: str, limit: int, artifacts: str, as_json: bool, debug: bool) -> int:
    """List runs, the newest first.

    With PIPELINE, only those of that pipeline. State `crashed` means that the run says it is running, but no process
    works on it; `ace run PIPELINE --resume-latest` goes on with it. Times are local.

    \b
    ace list
    ace list news --limit 5
    """
    folder = root(artifacts)
    found = runs.rows(folder, pipeline, max(0, limit))
    for name in runs.unreadable(folder):
        click.echo(f"ace: {folder / name} holds no readable run; it is left out", err=True)
    if as_json:
        print_json([row.as_json() for row in found])
    elif found:
        from ace.views import runs_table, terminal  # noqa: PLC0415  (rich is not needed for --json)

        terminal.show([runs_table.runs(found)])
    if not found:
        click.echo(_nothing(folder, pipeline), err=True)
    return 0


def _nothing(folder: Path, pipeline: str) -> str:
    others = sorted({row.pipeline for row in runs.rows(folder)}) if pipeline else []
    if not others:
        return f"no runs in {folder} yet; start one with: ace run {pipeline or 'PIPELINE'}"
    near = nearest(pipeline, others) or others
    return f"no runs of {pipeline!r} in {folder}; there are runs of {', '.join(near)}"
