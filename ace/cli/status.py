"""ace status: how a run stands, once or until it ends."""

from __future__ import annotations

import click

from ace.cli.options import common, print_json, root
from ace.runs import resolve
from ace.views import status

INTERVAL_S = 0.25  # four times a second looks alive and costs about 1 % of a core


@click.command()
@click.argument("run", default="latest")
@click.option("--watch", "-w", is_flag=True, help="Stay until the run ends; Ctrl-C leaves, the run goes on.")
@click.option(
    "--interval",
    default=INTERVAL_S,
    show_default=True,
    metavar="SECONDS",
    type=click.FloatRange(0.05, 3600),
    help="How often --watch looks.",
)
@common
def command(run: str, watch: bool, interval: float, artifacts: str, as_json: bool, debug: bool) -> int:
    """Show a run's phases: state, time, in → out, cost.

    RUN is an id, a prefix that fits one run only, `latest` or `latest-PIPELINE`. A phase is `stalled` when it has said
    nothing for longer than its pipeline allows, and `crashed` when its process is gone. The exit code is 0 whatever
    the state: it is the command that has worked.

    \b
    ace status
    ace status 20261122 --watch
    """
    found = resolve(root(artifacts), run)
    one = status.of_run(found, artifacts=artifacts)
    if watch and one.active:
        from ace.views import runs_table  # noqa: PLC0415

        def look() -> status.Status:
            return status.of_run(status.reload(found), artifacts=artifacts)

        try:
            one = runs_table.follow(one, look, runs_table.pause(interval))
        except KeyboardInterrupt:
            click.echo(f"left; the run goes on (ace status {found.id} --watch)", err=True)
            return 0
    if as_json:
        print_json(one.as_json())
        return 0
    from ace.views import runs_table, terminal  # noqa: PLC0415  (rich is not needed for --json)

    terminal.show([runs_table.status(one)])
    return 0
