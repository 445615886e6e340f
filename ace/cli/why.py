"""ace why: one phase explained in a sentence: what will be done with it, and what caused that."""

from __future__ import annotations

import click

from ace import discovery
from ace.cli.options import common, print_json
from ace.cli.planning import overrides_of, planned
from ace.plan import CHECK, RUN, SKIP, Decision


@click.command()
@click.argument("pipeline")
@click.argument("phase")
@click.option("--run-id", default="latest", metavar="X", help="The run to explain (default: the pipeline's latest).")
@click.option("--set", "assignments", multiple=True, metavar="PHASE.KEY=VALUE", help="Override a configuration key.")
@common
def command(
    pipeline: str, phase: str, run_id: str, assignments: tuple[str, ...], artifacts: str, as_json: bool, debug: bool
) -> None:
    """Explain what will be done with one phase, and what caused it."""
    found = discovery.find(pipeline)
    one = discovery.phase(found, phase)
    plan = planned(found, run_id, overrides_of(found, (), assignments), artifacts)
    decision = next(each for each in plan.decisions if each.phase == one.name)
    sentence = explain(decision)
    if as_json:
        print_json({"run_id": plan.run_id, **decision._asdict(), "sentence": sentence})
        return
    click.echo(sentence)


def explain(decision: Decision) -> str:
    """The decision as a sentence for a person."""
    name, reason = decision.phase, decision.reason
    if decision.action == RUN:
        return f"{name} will run: {reason}."
    if decision.action == CHECK:
        return f"{name} {reason}; otherwise its artifact is kept."
    if decision.action == SKIP and decision.stale:
        return f"{name} is kept although {'; '.join(decision.stale)}. --rerun-stale makes it anew."
    if decision.action == SKIP:
        return f"{name} is kept: its artifact is {reason}."
    return f"{name} is blocked: {reason}."
