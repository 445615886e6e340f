"""How a run ended, for a person and for a program."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import click

from ace.cli.options import print_json
from ace.orchestrator import Outcome
from ace.records import Pipeline
from ace.views.safe import clean


def show(outcome: Outcome, pipeline: Pipeline, artifacts: str, *, as_json: bool, quiet: bool) -> None:
    report = report_of(outcome.folder)
    if as_json:
        print_json(_as_json(outcome, report))
        return
    if quiet and outcome.exit_code == 0:
        return
    said = outcome.error or f"run {outcome.run_id} in {outcome.folder}"
    click.echo(f"{outcome.state}: {clean(said, lines=True)}", err=True)
    if outcome.exit_code not in (0, 3):
        if outcome.hint:
            click.echo(f"     {clean(outcome.hint, lines=True)}", err=True)
        click.echo(f"     everything committed is kept; go on with: {_resume(outcome, pipeline, artifacts)}", err=True)
    elif not quiet:
        click.echo(str(report or outcome.folder))


def _resume(outcome: Outcome, pipeline: Pipeline, artifacts: str) -> str:
    import shlex  # noqa: PLC0415  (only where there is something to go on with)

    words = ["ace", "run", pipeline.file or pipeline.name, "--run-id", outcome.run_id]
    return shlex.join(words + (["--artifacts", artifacts] if artifacts else []))


def _as_json(outcome: Outcome, report: Path | None) -> dict[str, Any]:
    return {
        "run_id": outcome.run_id,
        "folder": str(outcome.folder),
        "state": outcome.state,
        "exit_code": outcome.exit_code,
        "error": outcome.error,
        "hint": outcome.hint,
        "report": str(report) if report else None,
    }


def report_of(folder: Path) -> Path | None:
    """The report that the last phase wrote beside its artifact, if it wrote one."""
    reports = [name for name in os.listdir(folder) if name.startswith("phase") and name.endswith(".md")]
    numbered = ((re.match(r"phase(\d+)_", name), folder / name) for name in reports)
    return max(((int(found[1]), path) for found, path in numbered if found), default=(0, None))[1]
