"""ace prune: delete and compress old runs, never what can be resumed."""

from __future__ import annotations

from collections.abc import Iterable

import click

from ace import clock, config, retention, runs
from ace.cli.options import common, print_json
from ace.errors import UsageError
from ace.retention import Verdict

COUNT = click.IntRange(min=0)


@click.command()
@click.argument("pipeline", default="")
@click.option("--keep", type=COUNT, metavar="N", help="Latest runs that stay as they are (default: prune_keep, 10).")
@click.option(
    "--compress", type=COUNT, metavar="N", help="Place up to which runs are compressed (default: prune_compress, 100)."
)
@click.option(
    "--days", type=COUNT, metavar="N", help="Age in days below which nothing is deleted (default: prune_days, 90)."
)
@click.option("--yes", is_flag=True, help="Do it. Without this, only say what would be done.")
@common
def command(
    pipeline: str,
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
    older than 90 days. A run that failed or was stopped and can be resumed, that is running, that a latest link points
    to, or that holds a file named .pin is never touched. What a killed fork or prune left goes, too. Without --yes
    nothing is changed.
    """
    flags = {"artifacts": artifacts, "prune_keep": keep, "prune_compress": compress, "prune_days": days}
    settings = config.load(flags)
    engine = settings.engine
    policy = retention.Policy(engine["prune_keep"], engine["prune_compress"], engine["prune_days"])
    found = runs.everything(settings.artifacts, pipeline)
    if pipeline and not found:
        _refuse_unknown(settings, pipeline)
    verdicts = retention.judge(found, policy, clock.now(), _linked(settings))
    swept = retention.sweep(settings.artifacts) if yes else 0
    freed = {one.run.id: retention.apply(one) for one in verdicts if one.action != retention.KEEP} if yes else {}
    total = swept + sum(filter(None, freed.values()))
    if as_json:
        print_json({"done": yes, "freed_bytes": total, "runs": [_row(one, freed) for one in verdicts]})
        return
    _show(verdicts, freed)
    kept = sum(one.action == retention.KEEP for one in verdicts) + list(freed.values()).count(None)
    if yes:
        click.echo(f"{_runs(len(verdicts) - kept)} pruned, {kept} kept; {total / 1e6:.1f} MB freed", err=True)
    else:
        click.echo(f"{_runs(len(verdicts) - kept)} would be pruned, {kept} kept; --yes does it", err=True)


def _refuse_unknown(settings: config.Settings, pipeline: str) -> None:
    """Raise UsageError for a name that no run has, unless there are no runs at all."""
    others = sorted({run.pipeline for run in runs.everything(settings.artifacts)})
    if others:
        near = runs.nearest(pipeline, others) or others
        message = f"no runs of {pipeline!r} in {settings.artifacts}"
        raise UsageError(message, hint=f"there are runs of {', '.join(near)}")


def _linked(settings: config.Settings) -> frozenset[str]:
    """Runs that a `latest` link points to."""
    links = (path for path in settings.artifacts.glob(f"{runs.LATEST}*") if path.is_symlink())
    return frozenset(path.readlink().name.removeprefix(runs.PREFIX) for path in links)


def _row(one: Verdict, freed: dict[str, int | None]) -> dict[str, object]:
    """`freed_bytes` is null where nothing was done."""
    return {
        "run_id": one.run.id,
        "action": one.action,
        "reason": one.reason,
        "freed_bytes": freed.get(one.run.id),
    }


def _show(verdicts: Iterable[Verdict], freed: dict[str, int | None]) -> None:
    for one in verdicts:
        if one.action != retention.KEEP:
            busy = freed.get(one.run.id, 0) is None
            reason = f"{one.reason}; left alone: somebody works on it" if busy else one.reason
            click.echo(f"{'keep' if busy else one.action:<8}  {one.run.id}  {reason}")


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"
