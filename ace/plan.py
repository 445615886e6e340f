"""What will be done and why, from recorded fingerprints and current ones. Pure: reads nothing, writes nothing."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ace.errors import ConfigError
from ace.records import NOTHING, Phase

RUN, SKIP, CHECK, BLOCKED = "run", "skip", "check", "blocked"
SHOWN_FILES, SHOWN_CHARS = 3, 40  # a reason is one line


class Recorded(NamedTuple):
    """What is on disk of one phase: `valid`, `edited`, `damaged` or `missing`, and what it was made with."""

    state: str
    sha256: str = ""
    why: str = ""
    status: str = "completed"
    inputs: Mapping[str, str] = NOTHING
    code: str = ""
    code_files: Mapping[str, list[str]] = NOTHING
    config: Mapping[str, Any] = NOTHING
    schema: str = ""


class Current(NamedTuple):
    """What a phase would be made with today; `origin` says where a configuration key was set, where that is known."""

    code: str
    code_files: Mapping[str, list[str]]
    config: Mapping[str, Any]
    schema: str
    origin: Mapping[str, str] = NOTHING


class Decision(NamedTuple):
    """run, skip, check (run only if an input comes out different) or blocked, with the reason in words.

    `stale` says what has changed since a skipped artifact was made, though it is kept.
    """

    phase: str
    action: str
    reason: str
    stale: tuple[str, ...] = ()


class Asked(NamedTuple):
    """What the command line asks for: phases to run anew whatever is there, the only ones to touch, stale ones too."""

    anew: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    rerun_stale: bool = False


def reads(phases: tuple[Phase, ...]) -> dict[str, tuple[str, ...]]:
    """The inputs of each phase; the previous phase by default. Raises ConfigError for unknown names and cycles."""
    names = [phase.name for phase in phases]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        message = f"two phases are called {twice!r}"
        raise ConfigError(message)
    inputs: dict[str, tuple[str, ...]] = {}
    for place, phase in enumerate(phases):
        default = () if place == 0 else (names[place - 1],)
        inputs[phase.name] = default if phase.reads is None else phase.reads
        for wanted in inputs[phase.name]:
            if wanted not in names[:place]:
                message = f"phase {phase.name!r} reads {wanted!r}, which is not a phase before it"
                raise ConfigError(message)
    return inputs


def descendants(phases: tuple[Phase, ...], name: str) -> frozenset[str]:
    """Phases that depend on `name`, directly or not."""
    found = {name}
    for phase, inputs in reads(phases).items():
        if found & set(inputs):
            found.add(phase)
    return frozenset(found - {name})


def decide(phase: Phase, recorded: Recorded, current: Current, inputs: Mapping[str, str], asked: Asked) -> Decision:
    """The decision for one phase whose inputs are known. `inputs` holds the hash of each input that is there."""
    if phase.name in asked.anew:
        return Decision(phase.name, RUN, "asked for")
    if recorded.state == "missing":
        return Decision(phase.name, RUN, "no artifact yet")
    if recorded.state == "damaged":
        return Decision(phase.name, RUN, f"damaged: {recorded.why}")
    if changed := changed_inputs(recorded.inputs, inputs):
        return Decision(phase.name, RUN, changed)
    stale = stale_reasons(recorded, current)
    if stale and asked.rerun_stale:
        return Decision(phase.name, RUN, "stale: " + "; ".join(stale))
    note = "valid" if recorded.state == "valid" else "edited since its commit; taken as it is"
    return Decision(phase.name, SKIP, note, stale)


def changed_inputs(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Why recorded inputs no longer match, in one sentence; empty when they do."""
    for name in sorted(before.keys() | now.keys()):
        if name not in before:
            return f"input {name} was missing and is there now"
        if name not in now:
            return f"input {name} is missing now"
        if before[name] != now[name]:
            return f"input {name} has changed"
    return ""


def stale_reasons(recorded: Recorded, current: Current) -> tuple[str, ...]:
    """What has changed of code, configuration and schema since the artifact was made; empty when nothing."""
    reasons = []
    if recorded.code != current.code:
        reasons.append(f"code changed in {_changed_code(recorded.code_files, current.code_files)}")
    for key in sorted(recorded.config):
        if key not in current.config:
            reasons.append(f"config {key} is gone")
        elif recorded.config[key] != current.config[key]:
            change = f"from {short(recorded.config[key])} to {short(current.config[key])}"
            where = f" ({current.origin[key]})" if key in current.origin else ""
            reasons.append(f"config {key} changed {change}{where}")
    if recorded.schema != current.schema:
        reasons.append("schema changed")
    return tuple(reasons)


def whole(
    phases: tuple[Phase, ...], recorded: Mapping[str, Recorded], current: Mapping[str, Current], asked: Asked
) -> list[Decision]:
    """The plan of a run before it starts. What follows a phase that runs can only be `check`ed when the time comes."""
    decisions: dict[str, Decision] = {}
    for phase, inputs in zip(phases, reads(phases).values(), strict=True):
        name = phase.name
        if asked.only is not None and name not in asked.only:
            decisions[name] = Decision(name, SKIP, "not asked for")
            continue
        hashes = {wanted: recorded[wanted].sha256 for wanted in inputs if recorded[wanted].sha256}
        decision = decide(phase, recorded[name], current[name], hashes, asked)
        moving = [wanted for wanted in inputs if decisions[wanted].action in (RUN, CHECK)]
        if moving and (decision.action == SKIP or decision.reason.startswith("input ")):
            decision = Decision(name, CHECK, f"runs if the output of {moving[0]} changes", decision.stale)
        decisions[name] = decision
    return list(decisions.values())


def may_run(phase: Phase, inputs: Iterable[str], there: Iterable[str]) -> str:
    """Why a phase cannot run with the inputs that are there; empty when it can."""
    wanted, found = list(inputs), set(there)
    required = [name for name in wanted if name not in phase.optional and name not in found]
    if required:
        return f"its input {required[0]} is missing"
    present = sum(name in found for name in phase.optional)
    if present < phase.at_least:
        return f"only {present} of its optional inputs are there, {phase.at_least} are needed"
    return ""


def short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"


def _changed_code(before: Mapping[str, list[str]], now: Mapping[str, list[str]]) -> str:
    """The files that say something else, each with what has changed in it where both sides list what they define."""
    from ace import definitions  # noqa: PLC0415  (only where code has changed)

    none = ("", "", "")
    names = [name for name in sorted(before.keys() | now.keys()) if before.get(name, none)[0] != now.get(name, none)[0]]
    shown = []
    for name in names[:SHOWN_FILES]:
        what = definitions.changes(*((*one.get(name, none), "")[2] for one in (before, now)))
        shown.append(f"{name}: {what}" if what else name)
    separator = "; in " if any(": " in one for one in shown) else ", "
    return (separator.join(shown) or "an imported file") + (" …" if names[SHOWN_FILES:] else "")
