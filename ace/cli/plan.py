"""ace plan: what a run would do, and why. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from ace import discovery
from ace.cli.asking import asking
from ace.cli.options import common, print_json
from ace.cli.planning import Planned, expected_costs, overrides_of, planned
from ace.plan import CHECK, RUN, Decision
from ace.records import Data
from ace.views.progress import dollars
from ace.views.safe import clean

if TYPE_CHECKING:
    from ace.views.expected_cost import Expected

Costs = Mapping[str, "Expected | None"]
WORTH_TELLING = 1.05  # a smaller difference is within what an expectation is off


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("pipeline")
@click.argument("inputs", nargs=-1, type=click.UNPROCESSED)
@click.option("--run-id", default="latest", metavar="X", help="The run to go on with (default: the pipeline's latest).")
@click.option("--new", is_flag=True, help="Plan a new run, not one that goes on.")
@click.option("--rerun-stale", is_flag=True, help="As for `ace run`.")
@click.option("--set", "assignments", multiple=True, metavar="PHASE.KEY=VALUE", help="Override a configuration key.")
@asking
@common
def command(
    pipeline: str,
    inputs: tuple[str, ...],
    run_id: str,
    new: bool,
    rerun_stale: bool,
    assignments: tuple[str, ...],
    artifacts: str,
    as_json: bool,
    debug: bool,
) -> None:
    """Show what a run would do, and why.

    For every phase: run, skip (its artifact is valid) or check (it runs if an input comes out different). Without an
    earlier run of the pipeline, the plan of a new one. What models will cost is told from what they cost in earlier
    runs.
    """
    found = discovery.find(pipeline)
    overrides = overrides_of(found, inputs, assignments)
    plan = planned(found, "" if new else run_id, overrides, artifacts, rerun_stale=rerun_stale)
    costs = expected_costs(found, plan, overrides, artifacts)
    if as_json:
        print_json({"run_id": plan.run_id, "phases": [_row(one, costs) for one in plan.decisions]})
        return
    click.echo(f"{found.name}: " + (f"run {plan.run_id}" if plan.run_id else "a new run"), err=True)
    width = max((len(one.phase) for one in plan.decisions), default=0)
    for number, one in enumerate(plan.decisions, 1):
        click.echo(f"{number:>2} {one.phase:<{width}}  {one.action:<5}  {clean(one.reason)}")
        for reason in one.stale:
            click.echo(f"{'':<{width + 12}}stale: {clean(reason)}")
        if one.phase in costs:
            click.echo(f"{'':<{width + 12}}{_cost(costs[one.phase])}")
    click.echo(_summary(plan, costs), err=True)


def _row(one: Decision, costs: Costs) -> Data:
    """`expected` is there for phases that will ask a model; null where no earlier run tells."""
    said = costs.get(one.phase)
    return one._asdict() | ({"expected": said._asdict() if said else None} if one.phase in costs else {})


def _cost(one: Expected | None) -> str:
    if one is None:
        return "asks a model; what it costs will be known after this run"
    if not one.runs:
        return "answers from the ledger only: $0"
    return f"about {dollars(one.usd)} for {one.items} items, as {_runs(one.runs)} before"


def _runs(count: int) -> str:
    return "in the run" if count == 1 else f"in {count} runs"


def _less(known: list[Expected]) -> str:
    """After a single run nobody knows how much of the next one will have been asked before."""
    return ", less what was asked before" if any(one.usd and not one.anew for one in known) else ""


def _models(costs: Costs) -> str:
    """What all phases that will ask a model cost together."""
    if not costs:
        return "no model is asked: $0"
    known = [one for one in costs.values() if one]
    if not known:
        return "models are asked: cost unknown"
    usd, most = sum(one.usd for one in known), sum(one.most_usd for one in known)
    edge = f", at most {dollars(most)} without the ledger" if most > usd * WORTH_TELLING else _less(known)
    new = len(costs) - len(known)
    rest = f", and {new} {'phase' if new == 1 else 'phases'} of unknown cost" if new else ""
    return f"models: about {dollars(usd)}{edge}{rest}"


def _summary(plan: Planned, costs: Costs) -> str:
    work = sum(one.action == RUN for one in plan.decisions)
    maybe = sum(one.action == CHECK for one in plan.decisions)
    stale = sum(bool(one.stale) and one.action != RUN for one in plan.decisions)
    text = f"{work} to run, {maybe} perhaps, {len(plan.decisions) - work - maybe} kept; {_models(costs)}"
    return text + (f"\n{stale} stale, kept all the same; --rerun-stale makes them anew" if stale else "")
