"""What the phases of a plan will probably cost, from what they cost in earlier runs.

A phase's cost is taken as linear in its items. What answers from the ledger have saved counts as cost first, so that
a run that had much for free does not make the next one look cheap; then the larger share that one of the latest two
runs really paid is expected again. On a second run nothing has been saved yet: expected and most are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ace import model_config, plan, runfile, runs
from ace.providers import ledger_report
from ace.providers.base import Usage
from ace.providers.ledger_report import Line
from ace.records import LOCAL, Data, Json, Pipeline
from ace.runs import Run
from ace.views import reading

LATEST = 2  # runs whose paid share is looked at: one that only repeated another's questions says nothing of the next
RUNS = 5  # earlier runs that count: enough to even out, few enough to follow a changed prompt
LOOKED_AT = 20  # the newest runs, among which those are searched
SETTLED = ("completed", "partial")
Pricing = Callable[[str, str, Usage], float | None]  # provider, model, usage: US dollars


class Past(NamedTuple):
    """A phase in an earlier run: items that went in, US dollars paid, US dollars that the ledger saved."""

    items: int
    usd: float
    saved_usd: float = 0.0

    @property
    def full_usd(self) -> float:
        return self.usd + self.saved_usd


class Expected(NamedTuple):
    """US dollars: probably, and when nothing of it is in the ledger. From so many runs, for so many items.

    `anew`: no earlier answer will be used, so that nothing can be saved.
    """

    usd: float
    most_usd: float
    items: int
    runs: int
    anew: bool = False


class Asking(NamedTuple):
    """A phase that will ask a model: its items, None where its input is not there yet; what it was paid already."""

    phase: str
    provider: str
    model: str
    items: int | None
    paid_usd: float = 0.0


class Place(NamedTuple):
    """Where the runs and the ledger are, and how the ledger is used (`ledger` of [models])."""

    artifacts: Path
    ledger: Path
    mode: str = "use"


def expected(past: Sequence[Past], items: int | None, paid_usd: float = 0.0, *, anew: bool = False) -> Expected | None:
    """`past` has the newest first; None without any. Without `items`, as many as the latest had.

    With `anew` no earlier answer is used.
    """
    if not past:
        return None
    full, counted = sum(one.full_usd for one in past), sum(one.items for one in past)
    number = past[0].items if items is None else items
    most = full / counted * number if counted else full / len(past)
    share = max(one.usd / one.full_usd if one.full_usd and not anew else 1.0 for one in past[:LATEST])
    return Expected(max(0.0, most * share - paid_usd), max(0.0, most - paid_usd), number, len(past), anew)


def of_plan(
    pipeline: Pipeline,
    decisions: Iterable[plan.Decision],
    configs: Mapping[str, Mapping[str, Json]],
    current: Run | None,
    place: Place,
    price: Pricing,
) -> dict[str, Expected | None]:
    """By phase, for those that will ask a model; None where no earlier run tells. `configs` are the effective ones."""
    actions = {one.phase: one.action for one in decisions}
    asking = [
        phase.name
        for phase in pipeline.phases
        if actions.get(phase.name) in (plan.RUN, plan.CHECK)
        and model_config.asks(phase)
        and configs[phase.name]["provider"] != LOCAL
    ]
    if not asking or place.mode == "replay":
        return dict.fromkeys(asking, Expected(0.0, 0.0, 0, 0))
    earlier = runs.everything(place.artifacts, pipeline.name)[:LOOKED_AT]
    lines = _lines(place.ledger, [run.id for run in earlier])
    states = current.content["phases"] if current else {}
    found = {}
    for name in asking:
        said = configs[name]
        unfinished = states.get(name, {}).get("state") not in SETTLED and place.mode != "off"
        paid = _paid(lines, current, name) if unfinished else 0.0
        one = Asking(name, str(said["provider"]), str(said["model"]), _items(pipeline, name, actions, states), paid)
        past = _history(one, earlier, lines, price)
        found[name] = expected(past, one.items, one.paid_usd, anew=place.mode in ("refresh", "off"))
    return found


def _lines(ledger: Path, run_ids: list[str]) -> list[Line]:
    with ledger_report.reading(ledger) as database:
        return [] if database is None else ledger_report.lines(database, runs=run_ids)


def _paid(lines: list[Line], current: Run | None, phase: str) -> float:
    """US dollars that this run has paid for a phase that it has not finished: the answers are there."""
    return sum(line.sums.usd for line in lines if current and (line.run_id, line.phase) == (current.id, phase))


def _items(pipeline: Pipeline, name: str, actions: Mapping[str, str], states: Mapping[str, Data]) -> int | None:
    """Items of the first input that lists items, where its artifact is there and stays."""
    listing = {phase.name for phase in pipeline.phases if phase.items}
    source = next((one for one in plan.reads(pipeline.phases)[name] if one in listing), "")
    known = states.get(source, {}).get("output_count")
    return int(known) if known is not None and actions.get(source) == plan.SKIP else None


def _history(one: Asking, earlier: Iterable[Run], lines: list[Line], price: Pricing) -> list[Past]:
    """The latest runs that finished the phase with a model, at the prices of the one that is asked now."""
    past: list[Past] = []
    for run in earlier:
        state = run.content["phases"].get(one.phase, {})
        of_run = [line for line in lines if (line.run_id, line.phase) == (run.id, one.phase)]
        if state.get("state") not in SETTLED or not (of_run or _had_a_model(run, one.phase)):
            continue
        costs = [_cost(line, one, price) for line in of_run]
        if all(cost is not None for cost in costs):
            usd, saved = (sum(cost[place] for cost in costs if cost) for place in (0, 1))
            past.append(Past(int(state.get("input_count") or 0), usd, saved))
        if len(past) == RUNS:
            break
    return past


def _had_a_model(run: Run, phase: str) -> bool:
    """Whether a phase that asked nothing there could have; not where it was taken from another run."""
    if runfile.origin(run.content, phase) is not None:
        return False
    made_with = reading.one(run, phase).metadata.get("config", {})
    return bool(made_with.get("provider", LOCAL) != LOCAL)


def _cost(line: Line, one: Asking, price: Pricing) -> tuple[float, float] | None:
    """(paid, saved) of these calls, had they been made to the model that is asked now; None when nobody knows."""
    sums = line.sums
    if (line.provider, line.model) == (one.provider, one.model) and not sums.unpriced:
        return sums.usd, sums.saved_usd
    if not sums.calls:
        return 0.0, sums.saved_usd
    totals = (sums.input, sums.output, sums.cache_read, sums.cache_write)
    each = price(one.provider, one.model, Usage._make(total / sums.calls for total in totals))
    return None if each is None else (each * sums.calls, each * sums.hits)
