"""ace run: start a pipeline, or go on with a run."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import click

from ace import clock, config, discovery, orchestrator, signals
from ace.cli.asking import asking
from ace.cli.inputs import parse_inputs
from ace.cli.options import common, given, print_json, seconds
from ace.cli.outcome import report_of, show
from ace.errors import AceError, UsageError
from ace.records import Pipeline
from ace.services import Stop
from ace.views.progress import Lines
from ace.views.runlog import RunLog
from ace.views.safe import clean


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("pipeline")
@click.argument("inputs", nargs=-1, type=click.UNPROCESSED)
@click.option("--run-id", callback=given, metavar="X", help="Go on with run X (id, prefix, latest) or name a new one.")
@click.option("--resume-from-phase", callback=given, metavar="N|NAME", help="Run this phase and all after it anew.")
@click.option("--run-phase", callback=given, metavar="N|NAME", help="Run this phase anew, and only this one.")
@click.option("--retry-phase", callback=given, metavar="N|NAME", help="Run this phase and all that depend on it anew.")
@click.option("--resume-latest", is_flag=True, help="Go on with the latest unfinished run.")
@click.option("--rerun-stale", is_flag=True, help="Run phases anew whose code, configuration or schema changed.")
@click.option(
    "--artifact-mode", is_flag=True, help="Run every phase in a fresh process that reads its inputs from disk."
)
@click.option("--set", "assignments", multiple=True, metavar="PHASE.KEY=VALUE", help="Override a configuration key.")
@click.option("--from", "fork_from", callback=given, metavar="RUN", help="Fork: begin with the artifacts of this run.")
@click.option("--at", "fork_at", callback=given, metavar="N|NAME", help="With --from: run this phase and all after it.")
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
    quiet: bool,
    summary: bool,
    ping_url: str,
    artifacts: str,
    as_json: bool,
    debug: bool,
    **asked: Any,
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
    if summary and as_json:
        message = "--summary and --json exclude each other"
        raise UsageError(message)
    found = discovery.find(pipeline)
    request = _request(found, inputs, artifacts, **asked)
    quiet = quiet or summary
    lines = Lines(sys.stderr, quiet=quiet or as_json)
    run = functools.partial(_apart, _run, request, lines, ping_url or str(request.settings.engine["ping_url"]), quiet)
    outcome = _summed_up(run, found) if summary else run()
    with contextlib.suppress(BrokenPipeError):  # the reader has seen enough; how the run ended still counts
        if debug and outcome.cause is not None:
            import traceback  # noqa: PLC0415

            traceback.print_exception(outcome.cause)
        show(outcome, found, artifacts, as_json=as_json, quiet=quiet)
    if outcome.state == "cancelled":
        _leave(outcome.exit_code)
    return outcome.exit_code


def _request(
    pipeline: Pipeline,
    inputs: tuple[str, ...],
    artifacts: str,
    *,
    resume_from_phase: str,
    retry_phase: str,
    assignments: tuple[str, ...],
    fork_at: str,
    **asked: Any,
) -> orchestrator.Request:
    """What the options ask for. Raises UsageError, ConfigError."""
    request = orchestrator.Request(
        pipeline, config.load({"artifacts": artifacts}), resume_from=resume_from_phase, retry=retry_phase, **asked
    )
    _one_way(request, fork_at)
    overrides = parse_inputs(pipeline, inputs)
    overrides |= dict(config.parse_assignment(text, pipeline) for text in assignments)
    return request._replace(overrides=overrides, resume_from=resume_from_phase or fork_at)


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
    report = report_of(outcome.folder)
    with contextlib.suppress(BrokenPipeError):
        print_json(summary.of_outcome(outcome, pipeline.name, clock.monotonic() - began, report), indent=False)
    return outcome


def _one_way(request: orchestrator.Request, at: str) -> None:
    """Raise UsageError for options that ask for two things at once, or for one without its other half."""
    anew = [one for one in (request.resume_from, request.run_phase, request.retry) if one]
    if len(anew) > 1:
        message = "--resume-from-phase, --run-phase and --retry-phase exclude each other"
        raise UsageError(message)
    if request.resume_latest and request.run_id:
        message = "--resume-latest and --run-id exclude each other"
        raise UsageError(message)
    if anew and not (request.run_id or request.resume_latest):
        message = "which run? --resume-from-phase, --run-phase and --retry-phase go with --run-id X or --resume-latest"
        raise UsageError(message, hint="add --run-id latest, or see ace list")
    if bool(request.fork_from) != bool(at):
        message = "--from RUN and --at PHASE go together: a new run that begins with the artifacts before that phase"
        raise UsageError(message)
    if at and (anew or request.resume_latest):
        message = "--from starts a new run: --resume-from-phase, --run-phase and --resume-latest go on with one"
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
