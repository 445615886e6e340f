"""The plan of a run as the commands `plan` and `why` need it: read from disk, nothing written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ace import config, examine, plan, runfile, runs
from ace.cli.run import parse_inputs
from ace.errors import UsageError
from ace.records import Json, Pipeline


class Planned(NamedTuple):
    """`run_id` is empty when there is no run yet."""

    run_id: str
    decisions: list[plan.Decision]


def overrides_of(pipeline: Pipeline, inputs: tuple[str, ...], assignments: tuple[str, ...]) -> dict[str, Json]:
    """{"phase.key": value} of the command line, as `ace run` reads it."""
    return parse_inputs(pipeline, inputs) | dict(config.parse_assignment(text, pipeline) for text in assignments)


def planned(
    pipeline: Pipeline, run_id: str, overrides: Mapping[str, Json], artifacts: str, *, rerun_stale: bool = False
) -> Planned:
    """What `ace run` would do with that run today. Raises UsageError, ConfigError, DamagedArtifact."""
    settings = config.load({"artifacts": artifacts})
    run = _find(settings.artifacts, pipeline, run_id)
    folder = run.folder if run else settings.artifacts / f"{runs.PREFIX}none"
    content = run.content if run else runfile.new("", pipeline, {}, "")
    values = config.effective(pipeline, settings, content["settings"] | dict(overrides))
    known = examine.examine(folder, pipeline, values, content)
    recorded = {name: one.recorded for name, one in known.items()}
    current = {name: one.current for name, one in known.items()}
    decisions = plan.whole(pipeline.phases, recorded, current, plan.Asked(rerun_stale=rerun_stale))
    return Planned(run.id if run else "", decisions)


def _find(folder: Path, pipeline: Pipeline, run_id: str) -> runs.Run | None:
    if run_id != runs.LATEST:
        run = runs.resolve(folder, run_id)
    else:
        found = runs.everything(folder, pipeline.name)
        if not found:
            return None
        run = found[0]
    if run.pipeline != pipeline.name:
        message = f"run {run.id} is a run of {run.pipeline}, not of {pipeline.name}"
        raise UsageError(message)
    return run
