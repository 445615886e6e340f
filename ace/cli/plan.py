"""ace plan: what a run would do, and why. Changes nothing."""

from __future__ import annotations

import click

from ace import discovery
from ace.cli.options import common, print_json
from ace.cli.planning import Planned, overrides_of, planned
from ace.plan import CHECK, RUN
from ace.views.safe import clean


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("pipeline")
@click.argument("inputs", nargs=-1, type=click.UNPROCESSED)
@click.option("--run-id", default="latest", metavar="X", help="The run to go on with (default: the pipeline's latest).")
@click.option("--rerun-stale", is_flag=True, help="As for `ace run`.")
@click.option("--set", "assignments", multiple=True, metavar="PHASE.KEY=VALUE", help="Override a configuration key.")
@common
def command(
    pipeline: str,
    inputs: tuple[str, ...],
    run_id: str,
    rerun_stale: bool,
    assignments: tuple[str, ...],
    artifacts: str,
    as_json: bool,
    debug: bool,
) -> None:
    """Show what a run would do, and why.

    For every phase: run, skip (its artifact is valid) or check (it runs if an input comes out different). Without an
    earlier run of the pipeline, the plan of a new one.
    """
    found = discovery.find(pipeline)
    plan = planned(found, run_id, overrides_of(found, inputs, assignments), artifacts, rerun_stale=rerun_stale)
    if as_json:
        print_json({"run_id": plan.run_id, "phases": [one._asdict() for one in plan.decisions]})
        return
    click.echo(f"{found.name}: " + (f"run {plan.run_id}" if plan.run_id else "a new run"), err=True)
    width = max((len(one.phase) for one in plan.decisions), default=0)
    for number, one in enumerate(plan.decisions, 1):
        click.echo(f"{number:>2} {one.phase:<{width}}  {one.action:<5}  {clean(one.reason)}")
        for reason in one.stale:
            click.echo(f"{'':<{width + 12}}stale: {clean(reason)}")
    click.echo(_summary(plan), err=True)


def _summary(plan: Planned) -> str:
    work = sum(one.action == RUN for one in plan.decisions)
    maybe = sum(one.action == CHECK for one in plan.decisions)
    stale = sum(bool(one.stale) and one.action != RUN for one in plan.decisions)
    text = f"{work} to run, {maybe} perhaps, {len(plan.decisions) - work - maybe} kept; no model is asked: $0"
    return text + (f"\n{stale} stale, kept all the same; --rerun-stale makes them anew" if stale else "")
