"""The plan of a run as the commands `plan` and `why` need it: read from disk, nothing written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ace import config, examine, model_config, plan, runfile, runs
from ace.cli.inputs import parse_inputs
from ace.errors import UsageError
from ace.records import Data, Json, Pipeline

if TYPE_CHECKING:
    from ace.providers.base import Usage
    from ace.views.expected_cost import Expected

NOT_YET = runs.PREFIX  # stands for the folder of a run that has not begun: a run's own folder has a longer name


class Planned(NamedTuple):
    """`run_id` is empty when there is no run yet. `known` and `states` are by phase: what is on disk, and run.json."""

    run_id: str
    decisions: list[plan.Decision]
    known: Mapping[str, examine.Known]
    states: Mapping[str, Data]


def overrides_of(pipeline: Pipeline, inputs: tuple[str, ...], assignments: tuple[str, ...]) -> dict[str, Json]:
    """{"phase.key": value} of the command line, as `ace run` reads it."""
    return parse_inputs(pipeline, inputs) | dict(config.parse_assignment(text, pipeline) for text in assignments)


def planned(
    pipeline: Pipeline, run_id: str, overrides: Mapping[str, Json], artifacts: str, *, rerun_stale: bool = False
) -> Planned:
    """What `ace run` would do with that run today. Raises UsageError, ConfigError, DamagedArtifact."""
    settings = config.load({"artifacts": artifacts})
    run = _find(settings.artifacts, pipeline, run_id)
    folder = run.folder if run else settings.artifacts / NOT_YET
    content = run.content if run else runfile.new("", pipeline, {}, "")
    values = config.effective(pipeline, settings, content["settings"] | dict(overrides))
    known = examine.examine(folder, pipeline, values, content)
    origins = _origins(pipeline, settings, content["settings"], overrides)
    recorded = {name: one.recorded for name, one in known.items()}
    current = {name: one.current._replace(origin=origins[name]) for name, one in known.items()}
    decisions = plan.whole(pipeline.phases, recorded, current, plan.Asked(rerun_stale=rerun_stale))
    return Planned(run.id if run else "", decisions, known, content["phases"])


def expected_costs(
    pipeline: Pipeline, found: Planned, overrides: Mapping[str, Json], artifacts: str
) -> dict[str, Expected | None]:
    """What the phases that will ask a model probably cost, by name; None where no earlier run tells."""
    if not any(map(model_config.asks, pipeline.phases)):
        return {}
    from ace.providers import pricing  # noqa: PLC0415  (with sqlite3, for pipelines that ask)
    from ace.views import expected_cost  # noqa: PLC0415

    settings = config.load({"artifacts": artifacts})
    run = runs.resolve(settings.artifacts, found.run_id) if found.run_id else None
    configs = {name: one.current.config for name, one in found.known.items()}
    models = config.models(settings, (run.content["settings"] if run else {}) | dict(overrides))
    prices = pricing.of_settings(models)

    def price(provider: str, model: str, usage: Usage) -> float | None:
        cost = prices.cost(provider, str(models["base_url"]), model, usage)
        return cost.usd if cost else None

    place = expected_cost.Place(settings.artifacts, settings.cache / "llm.db", str(models["ledger"]))
    return expected_cost.of_plan(pipeline, found.decisions, configs, run, place, price)


def _find(folder: Path, pipeline: Pipeline, run_id: str) -> runs.Run | None:
    """The run; None for a new one, also when the latest of a pipeline without runs is asked for."""
    if not run_id:
        return None
    if run_id == runs.LATEST:
        if not runs.everything(folder, pipeline.name):
            return None
        run_id = f"{runs.LATEST}-{pipeline.name}"  # as `ace run --run-id latest` understands it
    run = runs.resolve(folder, run_id)
    if run.pipeline != pipeline.name:
        message = f"run {run.id} is a run of {run.pipeline}, not of {pipeline.name}"
        raise UsageError(message)
    return run


def _origins(
    pipeline: Pipeline, settings: config.Settings, kept: Mapping[str, Json], overrides: Mapping[str, Json]
) -> dict[str, dict[str, str]]:
    """{phase: {key: where its value comes from}}: file and line, variable, run.json, command line, default."""
    origins = {phase.name: dict.fromkeys(phase.config, "the default") for phase in pipeline.phases}
    said = settings.phases.get(pipeline.name, {})
    layers = {dotted: settings.origin.get(f"{pipeline.name}.{dotted}", "") for dotted in said}
    layers |= dict.fromkeys(kept, "kept in run.json") | dict.fromkeys(overrides, "command line")
    for dotted, where in layers.items():
        phase, _, key = dotted.partition(".")
        if phase in origins:  # [models] is no phase
            origins[phase][key] = where
    return origins
