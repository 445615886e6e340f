"""ace batch: one run for each of many inputs."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

import click

from ace import batch, config, discovery
from ace.batch import across
from ace.batch import jobs as planning
from ace.batch.across import Compared
from ace.cli.asking import asking
from ace.cli.inputs import parse_inputs
from ace.cli.options import common, print_json, seconds
from ace.cli.run import _stop_on_signals
from ace.errors import UsageError
from ace.records import Data, Pipeline
from ace.views import batch_table
from ace.views.runlog import RunLog
from ace.views.safe import clean

PARTIAL = 3  # finished, with something missing that is named
GOES_ON = "the same command again goes on"


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("pipeline")
@click.argument("inputs", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="Runs at once (default: one per processor)."
)
@click.option(
    "--priority",
    type=click.Choice(list(planning.NICE)),
    default="normal",
    show_default=True,
    help="How willingly the runs leave the processor to others; high needs the right to.",
)
@click.option("--again", is_flag=True, help="Run inputs anew that were completed or begun before.")
@click.option("--set", "assignments", multiple=True, metavar="PHASE.KEY=VALUE", help="Override a configuration key.")
@click.option("--wait", "wait_s", default=0.0, type=seconds, help="Wait for a running run of the same pipeline.")
@click.option("--allow-overlap", is_flag=True, help="Run beside another run or batch of the same pipeline.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless something fails.")
@asking
@common
def command(
    pipeline: str,
    inputs: tuple[str, ...],
    jobs: int | None,
    priority: str,
    again: bool,
    assignments: tuple[str, ...],
    wait_s: float,
    allow_overlap: bool,
    quiet: bool,
    artifacts: str,
    as_json: bool,
    debug: bool,
) -> int:
    """Run a pipeline once for each of many inputs.

    Every INPUT (a file, a folder, an address: what the pipeline's input option takes) gets a run of its own, several
    at once. Options of the pipeline itself go to all. An input that fails stops no other. Type the same command again
    to go on: inputs completed before (same content, same settings) are skipped, unfinished runs are resumed. A run
    whose process dies is tried once more. Ends with 0 when all are completed, 3 when some are, 1 when none is.

    \b
    ace batch news monday.opml tuesday.opml --jobs 2
    ace batch my_pipeline.py papers/*.pdf --priority low
    """
    found = discovery.find(pipeline)
    words, options = _apart(found, inputs)
    request = planning.Request(
        pipeline=found,
        settings=config.load({"artifacts": artifacts}),
        inputs=[(word, parse_inputs(found, (word,))) for word in words],
        overrides=parse_inputs(found, options) | dict(config.parse_assignment(text, found) for text in assignments),
        jobs=jobs or len(os.sched_getaffinity(0)),
        priority=priority,
        again=again,
        allow_overlap=allow_overlap,
        wait_s=wait_s,
        listeners=(RunLog,),
    )
    stop = _stop_on_signals()
    if sys.stderr.isatty() and not (quiet or as_json):
        with batch_table.Live(sys.stderr) as live:
            done = batch.run(request, live, stop)
    else:
        done = batch.run(request, batch_table.Lines(sys.stderr, quiet=quiet or as_json), stop)
    compared = None if stop.requested else across.compare(request, done)
    code = batch.exit_code(done, stop) or (PARTIAL if compared and compared.error else 0)
    with contextlib.suppress(BrokenPipeError):
        _show(done, found, code, compared, as_json=as_json, quiet=quiet)
        if code and not as_json:
            anew = "without --again the same command skips what was completed"
            click.echo(f"     everything committed is kept; {anew if again else GOES_ON}", err=True)
    return code


def _apart(pipeline: Pipeline, given: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """(inputs, options of the pipeline with their values). Raises UsageError where there is nothing to do."""
    if "input" not in pipeline.options:
        message = f"pipeline {pipeline.name} takes no input: there is nothing to make a batch of"
        raise UsageError(message, hint=f"ace run {pipeline.file or pipeline.name}")
    words: list[str] = []
    options: list[str] = []
    rest = list(given)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            words.append(word)
            continue
        options.append(word)
        if "=" not in word and rest:
            options.append(rest.pop(0))
    if not words:
        message = "no INPUT was given"
        raise UsageError(message, hint=f"ace batch {pipeline.file or pipeline.name} INPUT…")
    return words, tuple(options)


def _show(
    jobs: Sequence[planning.Job],
    pipeline: Pipeline,
    code: int,
    compared: Compared | None,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    if as_json:
        print_json(_as_json(jobs, pipeline, code) | ({"across": compared.data} if compared else {}))
        return
    if quiet and code == 0 and not (compared and compared.problems):
        return
    from ace.views import reader_tables, terminal  # noqa: PLC0415  (rich is not needed for --json)

    terminal.show([batch_table.summary(jobs)])
    if compared:
        terminal.show([reader_tables.drawn(reader_tables.listed(compared.data.get("tables")))])
    click.echo(batch_table.sentence(jobs), err=True)
    for problem in compared.problems if compared else ():
        click.echo(f"across: {clean(problem)}", err=True)
    if compared and not compared.error:
        click.echo(f"compared across inputs: {clean(compared.path)}", err=True)


def _as_json(jobs: Sequence[planning.Job], pipeline: Pipeline, code: int) -> Data:
    states = [job.state for job in jobs]
    return {
        "pipeline": pipeline.name,
        "exit_code": code,
        "counts": {state: states.count(state) for state in sorted(set(states))},
        "runs": [job.as_json() for job in jobs],
    }
