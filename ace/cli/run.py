"""ace run: start a pipeline, or go on with a run."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ace import clock, config, discovery, orchestrator, signals
from ace.cli.asking import asking
from ace.cli.inputs import parse_inputs
from ace.cli.options import common, print_json, seconds
from ace.errors import AceError, UsageError
from ace.records import Pipeline
from ace.services import Stop
from ace.views.progress import Lines
from ace.views.runlog import RunLog
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
@click.option("--retry-phase", callback=_given, metavar="N|NAME", help="Run this phase and all that depend on it anew.")
@click.option("--resume-latest", is_flag=True, help="Go on with the latest unfinished run.")
@click.option("--rerun-stale", is_flag=True, help="Run phases anew whose code, configuration or schema changed.")
@click.option(
    "--artifact-mode", is_flag=True, help="Run every phase in a fresh process that reads its inputs from disk."
)
@click.option("--set", "assignments", multiple=True, metavar="PHASE.KEY=VALUE", help="Override a configuration key.")
@click.option("--from", "fork_from", callback=_given, metavar="RUN", help="Fork: begin with the artifacts of this run.")
@click.option(
    "--at", "fork_at", callback=_given, metavar="N|NAME", help="With --from: run this phase and all after it."
)
@click.option("--wait", "wait_s", default=0.0, type=seconds, help="Wait for a running run of the same pipeline.")
@click.option("--allow-overlap", is_flag=True, help="Run beside another run of the same pipeline.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless something fails.")
@click.option("--summary", is_flag=True, help="Like --quiet, and one line of JSON on stdout at the end.")
@click.option("--ping-url", default="", metavar="URL", help="Tell a watchdog: URL/start, then URL or URL/fail.")
@asking
@common
def command(
    pipeline: str,
    inputs: tuple[str, ...],
    run_id: str,
    resume_from_phase: str,
    run_phase: str,
    retry_phase: str,
    resume_latest: bool,
    rerun_stale: bool,
    artifact_mode: bool,
    assignments: tuple[str, ...],
    fork_from: str,
    fork_at: str,
    wait_s: float,
    allow_overlap: bool,
    quiet: bool,
    summary: bool,
    ping_url: str,
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
    ace run news --from latest --at ranking --set ranking.keep=5
    """
    _one_way(run_id, resume_from_phase, run_phase, retry_phase, resume_latest=resume_latest)
    _one_fork(fork_from, fork_at, other=bool(resume_from_phase or run_phase or retry_phase or resume_latest))
    _one_output(summary, as_json)
    found = discovery.find(pipeline)
    overrides = parse_inputs(found, inputs)
    overrides |= dict(config.parse_assignment(text, found) for text in assignments)
    request = orchestrator.Request(
        pipeline=found,
        settings=config.load({"artifacts": artifacts}),
        overrides=overrides,
        run_id=run_id,
        resume_from=resume_from_phase or fork_at,
        run_phase=run_phase,
        retry=retry_phase,
        resume_latest=resume_latest,
        rerun_stale=rerun_stale,
        artifact_mode=artifact_mode,
        allow_overlap=allow_overlap,
        wait_s=wait_s,
        fork_from=fork_from,
    )
    quiet = quiet or summary
    lines = Lines(sys.stderr, quiet=quiet or as_json)
    run = functools.partial(_apart, _run, request, lines, ping_url or str(request.settings.engine["ping_url"]), quiet)
    outcome = _summed_up(run, found) if summary else run()
    with contextlib.suppress(BrokenPipeError):  # the reader has seen enough; how the run ended still counts
        if debug and outcome.cause is not None:
            import traceback  # noqa: PLC0415

            traceback.print_exception(outcome.cause)
        _show(outcome, found, artifacts, as_json=as_json, quiet=quiet)
    if outcome.state == "cancelled":
        _leave(outcome.exit_code)
    return outcome.exit_code


def _leave(code: int) -> None:
    """A cancelled run leaves no process behind, whatever its phases started."""
    from ace.control import leave  # noqa: PLC0415  (only a cancel needs it)

    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    leave(code)


def _apart(run: Callable[..., orchestrator.Outcome], *arguments: Any) -> orchestrator.Outcome:
    """What a phase prints goes to stderr: stdout is the data of this command."""
    with contextlib.redirect_stdout(sys.stderr):
        return run(*arguments)


def _run(request: orchestrator.Request, lines: Lines, ping_url: str, quiet: bool) -> orchestrator.Outcome:
    """Run, seen by the terminal, the run's log file and the watchdog."""
    listeners = (lines, RunLog(request.settings.artifacts))
    if not ping_url:
        return orchestrator.run(request, listeners, _stop_on_signals())
    from ace import ping  # noqa: PLC0415  (threads and urllib, for those who have a watchdog)

    with ping.watched(ping_url) as watch:
        outcome = orchestrator.run(request, (*listeners, watch), _stop_on_signals())
    if watch.errors and not quiet:
        click.echo(f"ping {clean(ping_url)}: {clean(watch.errors[-1])}", err=True)
    return outcome


def _summed_up(run: Callable[[], orchestrator.Outcome], pipeline: Pipeline) -> orchestrator.Outcome:
    """Run, then print one line of JSON, also when the run could not begin."""
    from ace.views import summary  # noqa: PLC0415  (only where one is asked for)

    began = clock.monotonic()
    try:
        outcome = run()
    except AceError as error:
        print_json(summary.of_error(error, pipeline.name, clock.monotonic() - began), indent=False)
        raise
    report = _side_file(outcome.folder)
    with contextlib.suppress(BrokenPipeError):
        print_json(summary.of_outcome(outcome, pipeline.name, clock.monotonic() - began, report), indent=False)
    return outcome


def _one_way(run_id: str, resume_from: str, run_phase: str, retry: str, *, resume_latest: bool) -> None:
    if sum(map(bool, (resume_from, run_phase, retry))) > 1:
        message = "--resume-from-phase, --run-phase and --retry-phase exclude each other"
        raise UsageError(message)
    if resume_latest and run_id:
        message = "--resume-latest and --run-id exclude each other"
        raise UsageError(message)
    if (resume_from or run_phase or retry) and not (run_id or resume_latest):
        message = "which run? --resume-from-phase, --run-phase and --retry-phase go with --run-id X or --resume-latest"
        raise UsageError(message, hint="add --run-id latest, or see ace list")


def _one_fork(fork_from: str, fork_at: str, *, other: bool) -> None:
    if bool(fork_from) != bool(fork_at):
        message = "--from RUN and --at PHASE go together: a new run that begins with the artifacts before that phase"
        raise UsageError(message)
    if fork_from and other:
        message = "--from starts a new run: --resume-from-phase, --run-phase and --resume-latest go on with one"
        raise UsageError(message)


def _one_output(summary: bool, as_json: bool) -> None:
    if summary and as_json:
        message = "--summary and --json exclude each other"
        raise UsageError(message)


def _stop_on_signals() -> Stop:
    """The first SIGTERM or SIGINT ends the run between two items; a second one at once."""
    stop = Stop()
    heard: list[int] = []  # a pause that was asked for is not the first of them

    def told(number: int) -> None:
        if heard:
            os._exit(128 + number)
        heard.append(number)
        stop.request(f"stopped by {signal.Signals(number).name}", 128 + number)

    signals.listen((signal.SIGTERM, signal.SIGINT), told)
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
