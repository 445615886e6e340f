"""Compare runs of one pipeline, phase by phase: what came out differently, and what explains it. Pure.

`sides` reads the runs, `diff_items` compares their items, `diff_table` draws the result. Any number of runs; lists of
values stand in the order of the runs, None where a run has no artifact of that phase.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ace.errors import UsageError
from ace.records import Data, Json
from ace.views.diff_items import ItemsDiff, compare_items
from ace.views.outline import compact
from ace.views.safe import clean, shortened
from ace.views.sides import Side, Step, letter

NOTABLE_FACTOR = 1.5  # a phase that takes half as long again …
NOTABLE_S = 1.0  # … and a second more has changed; less is the machine's mood
SHORT = 40  # characters of a value in a cause
OUTSIDE = "nothing recorded explains it: it may be the web, the time, a model"
NUMBERS = ("input_count", "output_count", "dropped_count", "failed_count", "llm_calls", "cost_usd", "duration_seconds")


@dataclass(frozen=True)
class Cause:
    """Why a phase came out differently.

    kind   code, config, schema, method, missing, edited; input; or `outside` when nothing recorded explains it
    about  the file, key or input
    """

    kind: str
    about: str
    text: str


@dataclass(frozen=True)
class PhaseDiff:
    """One phase over all runs. `same_data` is None where fewer than two runs have it."""

    number: int
    name: str
    states: list[str]
    numbers: dict[str, list[float | None]]
    same_data: bool | None
    causes: list[Cause]
    changed: bool


@dataclass(frozen=True)
class Comparison:
    """Runs side by side. `settings` and `versions` differ between the runs as a whole: (what, values)."""

    sides: tuple[Side, ...]
    summary: str
    whole: list[tuple[str, list[str]]]
    phases: list[PhaseDiff]
    items: ItemsDiff

    def as_json(self) -> Data:
        shown = ("run_id", "pipeline", "state", "created", "seconds", "cost_usd", "ace_version", "settings")
        return {
            "runs": [{key: getattr(side, key) for key in shown} for side in self.sides],
            "summary": self.summary,
            "differences": [{"what": what, "values": values} for what, values in self.whole],
            "phases": [asdict(phase) for phase in self.phases],
            "items": asdict(self.items),
        }


def compare(sides: Sequence[Side]) -> Comparison:
    """Compare two or more runs. Raises UsageError when they are of different pipelines."""
    pipelines = sorted({side.pipeline for side in sides})
    if len(pipelines) > 1:
        message = f"these are runs of different pipelines: {', '.join(pipelines)}"
        raise UsageError(message, hint="ace list PIPELINE shows the runs of one")
    names: dict[str, int] = {}
    for side in sides:
        for step in side.steps:
            names.setdefault(step.name, step.number)
    ordered = sorted(names, key=lambda name: names[name])
    phases = [_phase(name, names[name], [side.step(name) for side in sides]) for name in ordered]
    items = compare_items(sides, ordered)
    return Comparison(tuple(sides), _summary(sides, phases, items), _whole(sides, phases), phases, items)


def _phase(name: str, number: int, steps: list[Step | None]) -> PhaseDiff:
    there = [step for step in steps if step is not None and step.sha256]
    same = len({step.sha256 for step in there}) == 1 if len(there) > 1 else None
    states = [step.state if step else "not in the pipeline" for step in steps]
    numbers = {key: [_number(step, key) for step in steps] for key in NUMBERS}
    causes = _causes([step if step and step.sha256 else None for step in steps], same=same)
    changed = same is False or bool(causes) or len(set(states)) > 1 or _numbers_changed(numbers)
    return PhaseDiff(number, name, states, numbers, same, causes, changed)


def _numbers_changed(numbers: dict[str, list[float | None]]) -> bool:
    exact = any(len(set(values)) > 1 for key, values in numbers.items() if key != "duration_seconds")
    times = [value for value in numbers["duration_seconds"] if value is not None]
    slower = bool(times) and max(times) > min(times) * NOTABLE_FACTOR and max(times) - min(times) > NOTABLE_S
    return exact or slower


def _number(step: Step | None, key: str) -> float | None:
    value = step.metadata.get(key) if step else None
    return value if isinstance(value, int | float) else None


def _causes(steps: list[Step | None], *, same: bool | None) -> list[Cause]:
    """What was recorded differently; `outside` when the data differ and nothing was. None: no artifact."""
    if same is None:
        return []
    found = [*_code(steps), *_config(steps), *_said(steps), *_edited(steps), *_inputs(steps)]
    if same is False and not found:
        found.append(Cause("outside", "", OUTSIDE))
    return found


def _code(steps: list[Step | None]) -> Iterable[Cause]:
    files = [None if step is None else _of(step.metadata, "code") for step in steps]
    for name in sorted({name for one in files if one for name in one}):
        digests = [(one.get(name) or [None])[0] for one in files if one is not None]
        if _differ(digests):
            how = "changed" if None not in digests else "not used in all runs"
            yield Cause("code", name, f"code {how}: {name}")


def _config(steps: list[Step | None]) -> Iterable[Cause]:
    values = [None if step is None else _of(step.metadata, "config") for step in steps]
    for key in sorted({key for one in values if one for key in one}):
        if _differ([(key in one, one.get(key)) for one in values if one is not None]):
            yield Cause("config", key, f"config {key}: {_joined(values, key)}")


def _joined(values: list[Data | None], key: str, absent: str = "not read") -> str:
    shown = ("-" if one is None else _short(one[key]) if key in one else absent for one in values)
    return " → ".join(shown)


def _said(steps: list[Step | None]) -> Iterable[Cause]:
    whole = [step.metadata if step else None for step in steps]
    said = [one for one in whole if one is not None]
    if _differ([_of(one, "fingerprint").get("schema") for one in said]):
        yield Cause("schema", "", "schema changed")
    for kind, key, words in (("method", "method", "method"), ("missing", "missing_inputs", "missing inputs")):
        if _differ([one.get(key) for one in said]):
            yield Cause(kind, "", f"{words}: {_joined(whole, key, 'none')}")


def _edited(steps: list[Step | None]) -> Iterable[Cause]:
    edited = [letter(place) for place, step in enumerate(steps) if step is not None and step.edited]
    if edited:
        yield Cause("edited", "", f"changed after its commit in {', '.join(edited)}")


def _inputs(steps: list[Step | None]) -> Iterable[Cause]:
    hashes = [_of(_of(step.metadata, "fingerprint"), "inputs") for step in steps if step is not None]
    for name in sorted({name for one in hashes for name in one}):
        if _differ([one.get(name) for one in hashes]):
            yield Cause("input", name, f"input {name} differs")


def _differ(values: Sequence[Any]) -> bool:
    return any(value != values[0] for value in values[1:])


def _of(data: Data, key: str) -> Data:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _short(value: Json) -> str:
    return shortened(clean(value) if isinstance(value, str) and value else compact(value), SHORT)


def _whole(sides: Sequence[Side], phases: list[PhaseDiff]) -> list[tuple[str, list[str]]]:
    """What differs between the runs as a whole: the version of ACE, and settings that no phase's config shows."""
    found = [("ace version", [side.ace_version for side in sides])]
    known = {f"{phase.name}.{cause.about}" for phase in phases for cause in phase.causes if cause.kind == "config"}
    for key in sorted({key for side in sides for key in side.settings} - known):
        values = [_short(side.settings[key]) if key in side.settings else "default" for side in sides]
        found.append((f"setting {key}", values))
    return [(what, values) for what, values in found if _differ(values)]


def _summary(sides: Sequence[Side], phases: list[PhaseDiff], items: ItemsDiff) -> str:
    """One sentence: whether they differ, where first and why, and what that does to the items."""
    differing = [phase for phase in phases if phase.same_data is False or _differ(phase.states)]
    if not differing:
        both = "both" if len(sides) == 2 else f"all {len(sides)}"  # noqa: PLR2004
        return f"{both} runs have the same data in all {len(phases)} phases"
    first = differing[0]
    own = [cause.text for cause in first.causes if cause.kind != "input"]
    reasons = [" → ".join(first.states)] if _differ(first.states) else own[:1]
    more = [f"and {len(own) - 1} more"] if len(own) > 1 and reasons == own[:1] else []
    why = f" ({', '.join([*reasons, *more])})" if reasons else ""
    head = f"{len(differing)} of {len(phases)} phases differ, first {first.number} {first.name}{why}"
    return f"{head}; {items.sentence()}" if items.phase else head
