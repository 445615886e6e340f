"""ace why: one phase explained in a sentence: what will be done with it, and what caused that."""

from __future__ import annotations

import click

from ace import discovery
from ace.cli.options import common, print_json
from ace.cli.planning import Planned, overrides_of, planned
from ace.plan import CHECK, RUN, Decision
from ace.views.safe import clean


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
    sentence = clean(explain(decision, plan))
    if as_json:
        print_json({"run_id": plan.run_id, **decision._asdict(), "sentence": sentence})
        return
    click.echo(sentence)


def explain(decision: Decision, plan: Planned) -> str:
    """The decision as a sentence for a person."""
    name = decision.phase
    if decision.action == RUN:
        return f"{name} will run: {_cause(decision, plan)}."
    if decision.action == CHECK:
        return f"{name} {decision.reason}; otherwise its artifact is kept."
    one = plan.known[name]
    kept = "kept" if one.recorded.state == "valid" else f"kept as it is, edited after its commit ({one.place.path})"
    if decision.stale:
        return f"{name} is {kept}, although {'; '.join(decision.stale)}. --rerun-stale makes it anew."
    return f"{name} is {kept}." if kept != "kept" else f"{name} is kept: its artifact is valid."


def _cause(decision: Decision, plan: Planned) -> str:
    """Why a phase runs, with the file that is behind it."""
    name = decision.phase
    one, state = plan.known[name], plan.states.get(name, {})
    if one.recorded.state == "damaged":
        return f"its artifact is damaged ({one.recorded.why})"
    if one.recorded.state == "missing" and state.get("state") in ("completed", "partial"):
        return f"its artifact {one.place.path} is missing"
    if one.recorded.state == "missing":
        return decision.reason + (f"; it failed before ({state['error']})" if state.get("error") else "")
    edited = [
        str(plan.known[read].place.path)
        for read, before in one.recorded.inputs.items()
        if read in plan.known
        and plan.known[read].recorded.state == "edited"
        and plan.known[read].recorded.sha256 != before
    ]
    return decision.reason + (f" ({edited[0]} was edited)" if edited else "")
