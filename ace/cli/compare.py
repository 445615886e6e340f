"""ace compare: runs of one pipeline side by side."""

from __future__ import annotations

import click

from ace.cli.options import common, print_json, root
from ace.runs import resolve
from ace.views import diff, reading, sides


@click.command()
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@click.option("--full", is_flag=True, help="Also what did not change.")
@common
def command(runs: tuple[str, ...], full: bool, artifacts: str, as_json: bool, debug: bool) -> int:
    """Compare runs side by side.

    Shown are the phases and items that changed, and why: code, configuration, schema, inputs, method. RUN is an id, a
    prefix of one, `latest` or `latest-PIPELINE`. With one RUN (or none: the latest) it is compared with the run of the
    same pipeline before it. For every item that is in one run and not in another, the phase that lost it is named
    with its reason.

    \b
    ace compare
    ace compare 20261121 20261122
    ace compare 20261120 20261121 latest --full
    """
    folder = root(artifacts)
    found = [resolve(folder, run) for run in runs or ("latest",)]
    if len(found) == 1:
        found.insert(0, reading.previous(folder, found[0]))
    read = [sides.side(run) for run in found]
    comparison = diff.compare([side for side, _ in read])
    for run, (_, troubled) in zip(found, read, strict=True):
        for one in troubled:
            click.echo(reading.complaint(run, one, artifacts), err=True)
    if as_json:
        print_json(comparison.as_json())
    else:
        from ace.views import diff_table, terminal  # noqa: PLC0415  (rich is not needed for --json)

        terminal.show([diff_table.comparison(comparison, full=full)])
    return reading.exit_code(one for _, troubled in read for one in troubled)
