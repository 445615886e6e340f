"""ace prune: delete and compress old runs, never what can be resumed."""

from __future__ import annotations

import click

from ace import clock, config, retention, runs
from ace.cli.options import common, print_json


@click.command()
@click.argument("pipeline", required=False)
@click.option("--keep", type=int, help="Latest runs that stay as they are (default: prune_keep, 10).")
@click.option("--compress", type=int, help="Place up to which runs are compressed (default: prune_compress, 100).")
@click.option("--days", type=int, help="Age in days below which nothing is deleted (default: prune_days, 90).")
@click.option("--yes", is_flag=True, help="Do it. Without this, only say what would be done.")
@common
def command(
    pipeline: str | None,
    keep: int | None,
    compress: int | None,
    days: int | None,
    yes: bool,
    artifacts: str,
    as_json: bool,
    debug: bool,
) -> None:
    """Delete and compress old runs.

    The latest 10 runs of a pipeline stay, up to the 100th they are compressed, later ones are deleted once they are
    older than 90 days. A run that can be resumed, that is running, or that holds a file named .pin is never touched.
    Without --yes nothing is changed.
    """
    flags = {"artifacts": artifacts, "prune_keep": keep, "prune_compress": compress, "prune_days": days}
    settings = config.load(flags)
    engine = settings.engine
    policy = retention.Policy(engine["prune_keep"], engine["prune_compress"], engine["prune_days"])
    protected = _linked(settings)
    verdicts = retention.judge(runs.everything(settings.artifacts, pipeline or ""), policy, clock.now(), protected)
    wanted = [verdict for verdict in verdicts if verdict.action != retention.KEEP]
    freed = sum(retention.apply(verdict) for verdict in wanted) if yes else 0
    rows = [{"run_id": one.run.id, "action": one.action, "reason": one.reason} for one in verdicts]
    if as_json:
        print_json({"done": yes, "freed_bytes": freed, "runs": rows})
        return
    for one in wanted:
        click.echo(f"{one.action:<9} {one.run.id:<24} {one.reason}")
    kept = len(verdicts) - len(wanted)
    if yes:
        click.echo(f"{len(wanted)} runs pruned, {freed / 1e6:.1f} MB freed, {kept} kept", err=True)
    else:
        click.echo(f"{len(wanted)} runs would be pruned, {kept} kept; nothing was changed (--yes does it)", err=True)


def _linked(settings: config.Settings) -> frozenset[str]:
    """Runs that a `latest` link points to."""
    links = (path for path in settings.artifacts.glob(f"{runs.LATEST}*") if path.is_symlink())
    return frozenset(path.readlink().name.removeprefix(runs.PREFIX) for path in links)
