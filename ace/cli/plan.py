"""ace plan: what a run would do, and why. Changes nothing."""

from __future__ import annotations

import click

from ace import discovery
from ace.cli.options import common, print_json
from ace.cli.planning import overrides_of, planned
from ace.plan import CHECK, RUN


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

    For every phase: run, skip (its artifact is valid), check (it runs if an input comes out different) or blocked.
    Without an earlier run of the pipeline, the plan of a new one.
    """
    found = discovery.find(pipeline)
    plan = planned(found, run_id, overrides_of(found, inputs, assignments), artifacts, rerun_stale=rerun_stale)
    if as_json:
        print_json({"run_id": plan.run_id, "phases": [one._asdict() for one in plan.decisions]})
        return
    click.echo(f"{found.name}: " + (f"run {plan.run_id}" if plan.run_id else "a new run"), err=True)
    for number, one in enumerate(plan.decisions, 1):
        click.echo(f"{number:>2} {one.phase:<20} {one.action:<7} {one.reason}")
        for reason in one.stale:
            click.echo(f"   {'':<20} {'':<7} stale: {reason} (kept; --rerun-stale makes it anew)")
    work = sum(one.action == RUN for one in plan.decisions)
    maybe = sum(one.action == CHECK for one in plan.decisions)
    click.echo(
        f"{work} to run, {maybe} perhaps, {len(plan.decisions) - work - maybe} kept; no model is asked: $0", err=True
    )
