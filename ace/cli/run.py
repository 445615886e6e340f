"""ace run: start a pipeline, or go on with a run."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import click

from ace import config, discovery, orchestrator
from ace.cli.options import common, print_json
from ace.errors import UsageError
from ace.records import Json, Pipeline
from ace.runs import nearest
from ace.services import Stop
from ace.views.progress import Lines
from ace.views.safe import clean


def _given(ctx: click.Context, option: click.Parameter, value: str | None) -> str:
    """What was typed; nothing is not it (`--run-id "$ID"` with an unset variable must not start a new run)."""
    if value is not None and not value.strip():
        message = f"{option.opts[0]} is empty"
        raise UsageError(message)
    return value or ""


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("pipeline")
@click.argument("inputs", nargs=-1, type=click.UNPROCESSED)
@click.option("--run-id", callback=_given, metavar="X", help="Go on with run X (id, prefix, latest) or name a new one.")
@click.option("--resume-from-phase", callback=_given, metavar="N|NAME", help="Run this phase and all after it anew.")
@click.option("--run-phase", callback=_given, metavar="N|NAME", help="Run this phase anew, and only this one.")
@click.option("--resume-latest", is_flag=True, help="Go on with the latest unfinished run.")
@click.option("--rerun-stale", is_flag=True, help="Run phases anew whose code, configuration or schema changed.")
@click.option(
    "--artifact-mode", is_flag=True, help="Run every phase in a fresh process that reads its inputs from disk."
)
@click.option("--set", "assignments", multiple=True, metavar="PHASE.KEY=VALUE", help="Override a configuration key.")
@click.option("--wait", "wait_s", default=0.0, metavar="SECONDS", help="Wait for a running run of the same pipeline.")
@click.option("--allow-overlap", is_flag=True, help="Run beside another run of the same pipeline.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless something fails.")
@common
def command(
    pipeline: str,
    inputs: tuple[str, ...],
    run_id: str,
    resume_from_phase: str,
    run_phase: str,
    resume_latest: bool,
    rerun_stale: bool,
    artifact_mode: bool,
    assignments: tuple[str, ...],
    wait_s: float,
    allow_overlap: bool,
    quiet: bool,
    artifacts: str,
    as_json: bool,
    debug: bool,
) -> int:
    """Run a pipeline, or go on with a run.

    PIPELINE is a name (see `ace pipelines`) or the path of a .py file. INPUT and options of the pipeline itself
    (for news: --sources FILE|FOLDER|URL|sample) follow it. Artifacts that are there and valid are kept; a run that
    failed or was killed goes on where it was.

    \b
    ace run news                                      a new run
    ace run news --run-id 20261122_031500             go on with that one
    ace run news --run-id latest --resume-from-phase 8
    """
    _one_way(run_id, resume_from_phase, run_phase, resume_latest)
    found = discovery.find(pipeline)
    overrides = parse_inputs(found, inputs)
    overrides |= dict(config.parse_assignment(text, found) for text in assignments)
    request = orchestrator.Request(
        pipeline=found,
        settings=config.load({"artifacts": artifacts}),
        overrides=overrides,
        run_id=run_id,
        resume_from=resume_from_phase,
        run_phase=run_phase,
        resume_latest=resume_latest,
        rerun_stale=rerun_stale,
        artifact_mode=artifact_mode,
        allow_overlap=allow_overlap,
        wait_s=wait_s,
    )
    outcome = orchestrator.run(request, (Lines(sys.stderr, quiet=quiet or as_json),), _stop_on_signals())
    with contextlib.suppress(BrokenPipeError):  # the reader has seen enough; how the run ended still counts
        if debug and outcome.cause is not None:
            import traceback  # noqa: PLC0415

            traceback.print_exception(outcome.cause)
        _show(outcome, found, artifacts, as_json=as_json, quiet=quiet)
    return outcome.exit_code


def parse_inputs(pipeline: Pipeline, words: tuple[str, ...]) -> dict[str, Json]:
    """{"phase.key": value} from INPUT words and the pipeline's own --options. Raises UsageError for unknown ones."""
    given: dict[str, list[str]] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            given.setdefault("input", []).append(word)
            continue
        name, equals, value = word.lstrip("-").partition("=")
        if name not in pipeline.options or name == "input":
            raise _unknown(pipeline, word)
        if not equals:
            if not rest:
                message = f"{word} needs a value"
                raise UsageError(message)
            value = rest.pop(0)
        given.setdefault(name, []).append(value)
    overrides: dict[str, Json] = {}
    for name, values in given.items():
        if name not in pipeline.options:
            message = f"pipeline {pipeline.name} takes no input, but {values[0]!r} was given"
            raise UsageError(message)
        overrides.setdefault(pipeline.options[name], []).extend(values)
    return {key: _fitted(pipeline, key, values) for key, values in overrides.items()}


def _fitted(pipeline: Pipeline, dotted: str, values: list[str]) -> Json:
    """All values for a key that is a list; else the last one, read like a --set."""
    name, _, key = dotted.partition(".")
    default = discovery.phase(pipeline, name).config[key]
    return values if isinstance(default, list) else config.parse_value(values[-1], default)


def _unknown(pipeline: Pipeline, word: str) -> UsageError:
    own = [f"--{name}" for name in pipeline.options if name != "input"]
    options = own + [option for one in command.params for option in one.opts if option.startswith("--")]
    near = nearest(word.partition("=")[0], options) or own
    hint = f"did you mean {', '.join(near)}?" if near else "see ace run --help"
    return UsageError(f"no option {word!r}", hint=hint)


def _one_way(run_id: str, resume_from: str, run_phase: str, resume_latest: bool) -> None:
    if resume_from and run_phase:
        message = "--resume-from-phase and --run-phase exclude each other"
        raise UsageError(message)
    if resume_latest and run_id:
        message = "--resume-latest and --run-id exclude each other"
        raise UsageError(message)
    if (resume_from or run_phase) and not (run_id or resume_latest):
        message = "which run? --resume-from-phase and --run-phase go with --run-id X or --resume-latest"
        raise UsageError(message, hint="add --run-id latest, or see ace list")


def _stop_on_signals() -> Stop:
    """The first SIGTERM or SIGINT ends the run between two items; a second one at once."""
    stop = Stop()

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.requested:
            os._exit(128 + number)
        stop.request(f"stopped by {signal.Signals(number).name}", 128 + number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
    return stop


def _show(outcome: orchestrator.Outcome, pipeline: Pipeline, artifacts: str, *, as_json: bool, quiet: bool) -> None:
    report = _side_file(outcome.folder)
    if as_json:
        print_json(_as_json(outcome, report))
        return
    if quiet and outcome.exit_code == 0:
        return
    words = ["ace", "run", pipeline.file or pipeline.name, "--run-id", outcome.run_id]
    resume = shlex.join(words + (["--artifacts", artifacts] if artifacts else []))
    where = str(report or outcome.folder)
    click.echo(f"{outcome.state}: {clean(_summary(outcome), lines=True)}", err=True)
    if outcome.exit_code not in (0, 3):
        if outcome.hint:
            click.echo(f"     {clean(outcome.hint, lines=True)}", err=True)
        click.echo(f"     everything committed is kept; go on with: {resume}", err=True)
    elif not quiet:
        click.echo(where)


def _summary(outcome: orchestrator.Outcome) -> str:
    return outcome.error or f"run {outcome.run_id} in {outcome.folder}"


def _as_json(outcome: orchestrator.Outcome, report: Path | None) -> dict[str, Any]:
    return {
        "run_id": outcome.run_id,
        "folder": str(outcome.folder),
        "state": outcome.state,
        "exit_code": outcome.exit_code,
        "error": outcome.error,
        "hint": outcome.hint,
        "report": str(report) if report else None,
    }


def _side_file(folder: Path) -> Path | None:
    """The report that the last phase wrote beside its artifact, if it wrote one."""
    numbered = ((re.match(r"phase(\d+)_", path.name), path) for path in folder.glob("phase*.md"))
    return max(((int(name[1]), path) for name, path in numbered if name), default=(0, None))[1]
