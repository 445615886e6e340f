"""ace resume: go on with a run that was paused, failed or crashed."""

from __future__ import annotations

import click

from ace import runs
from ace.cli import targets
from ace.cli.options import common, root
from ace.errors import UsageError


@click.command()
@click.argument("run", default="")
@click.option("--pipeline", default="", metavar="NAME", help="Without RUN: the latest one of this pipeline.")
@click.option("--artifact-mode", is_flag=True, help="Run every phase in a fresh process.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless something fails.")
@common
def command(
    run: str, pipeline: str, artifact_mode: bool, quiet: bool, artifacts: str, as_json: bool, debug: bool
) -> int:
    """Go on with a run that was paused, failed or crashed.

    RUN is an id, a prefix that fits one run only, or `latest`; without it, the latest run, of any pipeline, that was
    paused, failed or crashed, or is waiting for a provider's batch. It goes on with the pipeline and the settings
    that it was started with; what is committed is kept. A run that is partial or was cancelled is taken only when
    it is named.
    """
    folder = root(artifacts)
    found = runs.resolve(folder, run) if run else targets.resumable(folder, pipeline)
    if run and pipeline and found.pipeline != pipeline:
        message = f"run {found.id} is a run of {found.pipeline}, not of {pipeline}"
        raise UsageError(message)
    options = {"artifact_mode": artifact_mode, "quiet": quiet}
    return targets.go_on(found, {"artifacts": artifacts, "as_json": as_json, "debug": debug} | options)
