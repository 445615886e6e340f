"""ace why: one phase explained in a sentence: what will be done with it, and what caused that."""

from __future__ import annotations

import re
from collections.abc import Mapping

import click

from ace import discovery, events, runs
from ace.cli.asking import asking
from ace.cli.options import common, print_json, root
from ace.cli.planning import Planned, overrides_of, planned
from ace.errors import UsageError
from ace.plan import CHECK, RUN, Decision, reads
from ace.views.safe import clean

_OF_INPUT = re.compile("input ([a-z][a-z0-9_]*) has changed")  # as `plan.changed_inputs` says it


@click.command()
@click.argument("words", nargs=-1, metavar="[PIPELINE] PHASE")
@click.option("--run-id", default="latest", metavar="X", help="The run to explain (default: the pipeline's latest).")
@click.option("--set", "assignments", multiple=True, metavar="PHASE.KEY=VALUE", help="Override a configuration key.")
@asking
@common
def command(
    words: tuple[str, ...], run_id: str, assignments: tuple[str, ...], artifacts: str, as_json: bool, debug: bool
) -> None:
    """Explain what will be done with one phase, and what caused it.

    PHASE is a name, a prefix or a number. Without PIPELINE: of the latest run, or of that of --run-id.
    """
    pipeline, phase = _meant(words, run_id, artifacts)
    found = discovery.find(pipeline)
    one = discovery.phase(found, phase)
    plan = planned(found, run_id, overrides_of(found, (), assignments), artifacts)
    decision = next(each for each in plan.decisions if each.phase == one.name)
    sentence = clean(explain(decision, plan))
    if as_json:
        print_json({"run_id": plan.run_id, **decision._asdict(), "sentence": sentence})
        return
    click.echo(sentence)


def _meant(words: tuple[str, ...], run_id: str, artifacts: str) -> tuple[str, str]:
    """(pipeline, phase), the pipeline from the run where it was not typed. Raises UsageError."""
    if len(words) == 1:
        run = runs.resolve(root(artifacts), run_id)
        return run.content.get("pipeline_file") or run.pipeline, words[0]
    try:
        pipeline, phase = words
    except ValueError:
        message = "which phase? It is named alone, or after its pipeline"
        raise UsageError(message, hint="ace why [PIPELINE] PHASE") from None
    return pipeline, phase


def explain(decision: Decision, plan: Planned) -> str:
    """The decision as a sentence for a person."""
    name = decision.phase
    if decision.action == RUN:
        return f"{name} will run: {_cause(decision, plan)}."
    if decision.action == CHECK:
        return f"{name} {decision.reason}{_behind(decision, plan)}; otherwise its artifact is kept."
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
    said = _OF_INPUT.match(decision.reason)
    how = _how(said[1], plan, _reasons(plan)) if said else ""
    return decision.reason + (f" ({how})" if how else "")


def _behind(decision: Decision, plan: Planned) -> str:
    """What is behind a phase that may run: the first phase before it that will, and why."""
    decisions = {one.phase: one for one in plan.decisions}
    inputs = reads(tuple(one.phase for one in plan.known.values()))
    waiting = [decision.phase]
    for name in waiting:
        if decisions[name].action == RUN:
            return f" ({name} will run: {_cause(decisions[name], plan)})"
        waiting += [read for read in inputs[name] if decisions[read].action in (RUN, CHECK)]
    return ""


def _how(name: str, plan: Planned, reasons: Mapping[str, str]) -> str:
    """How an input came to differ from what was made of it, followed to the first cause; empty when nothing says."""
    one, reason = plan.known.get(name), reasons.get(name, "")
    if one is None:
        return ""
    if one.recorded.state == "edited":
        return f"{one.place.path} was edited"
    said = _OF_INPUT.match(reason)
    earlier = {key: text for key, text in reasons.items() if key != name}  # a log may say anything: no circles
    behind = _how(said[1], plan, earlier) if said else ""
    return f"{name} was made anew: {reason.removeprefix('stale: ')}{f', {behind}' if behind else ''}" if reason else ""


def _reasons(plan: Planned) -> dict[str, str]:
    """Why each phase of the run was last run again; none for its first time."""
    folder = next(iter(plan.known.values())).place.folder
    started = (event for event in events.read(folder) if event["kind"] == "phase_started")
    found = {str(event.get("phase")): str(event.get("reason", "")) for event in started}
    return {name: reason for name, reason in found.items() if reason != "no artifact yet"}
