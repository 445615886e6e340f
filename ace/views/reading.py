"""Open the artifacts of a run for reading: verified, named where they cannot be trusted, never changed.

The schema is not checked again here: the checksum says that the data are what was committed, and a run made under an
older schema is still worth reading (`ace verify` checks both).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ace import runfile, runs, store
from ace.errors import AceError, UsageError
from ace.records import Data
from ace.runs import Run, nearest

VALID, EDITED, DAMAGED, MISSING, ABSENT = "valid", "edited", "damaged", "missing", "absent"
DAMAGED_EXIT = 65
_SETTLED = ("completed", "partial")


@dataclass(frozen=True)
class Opened:
    """A phase of a run with its artifact.

    state     valid, edited, damaged, missing (run.json says that it was committed), or absent (it never was)
    recorded  what run.json says about the phase
    """

    number: int
    name: str
    state: str
    recorded: Data
    artifact: store.Artifact | None = None
    why: str = ""

    @property
    def metadata(self) -> Data:
        return self.artifact.metadata if self.artifact else {}

    @property
    def trouble(self) -> str:
        """One sentence for a person when the artifact is not as it was committed; else empty."""
        if self.state == EDITED and self.artifact:
            return f"{self.artifact.path} was changed after its commit"
        return self.why if self.state in (DAMAGED, MISSING) else ""


def phases(run: Run) -> list[tuple[int, str, Data]]:
    """(number, name, recorded state) of each phase, in order. What is not a phase in run.json is passed over."""
    found = [
        (state["number"], name, state)
        for name, state in run.content["phases"].items()
        if isinstance(state, dict) and isinstance(state.get("number"), int) and "/" not in name
    ]
    return sorted(found, key=lambda one: one[:2])


def fork(run: Run) -> Data | None:
    """{run, at}: the run that a fork began with, and the phase it begins at; None for a run that is no fork."""
    said = run.content.get("forked_from")
    return {key: str(said.get(key, "")) for key in ("run", "at")} if isinstance(said, dict) else None


def phase(run: Run, wanted: str) -> str:
    """The name of a phase of this run, from a name, unique prefix or number. Raises UsageError with the nearest."""
    known = phases(run)
    names = [name for _, name, _ in known]
    if wanted in names:
        return wanted
    fitting = [name for number, name, _ in known if str(number) == wanted]
    fitting = fitting or [name for name in names if wanted and name.startswith(wanted)]
    if len(fitting) == 1:
        return fitting[0]
    near = nearest(wanted, names) or names
    message = f"run {run.id} of {run.pipeline} has no phase {wanted[:80]!r}"
    raise UsageError(message, hint=f"did you mean {', '.join(near)}? Numbers work, too")


def one(run: Run, name: str) -> Opened:
    """Open the artifact of one phase."""
    recorded: Data = run.content["phases"][name]
    number = recorded["number"]
    origin = runfile.origin(run.content, name)
    written_ns = recorded.get("written_ns")
    place = store.Place(run.folder, run.id, run.pipeline, number, name, written_ns=written_ns, origin=origin)
    try:
        artifact = store.find(place)
    except AceError as error:
        return Opened(number, name, DAMAGED, recorded, why=error.message)
    if artifact is not None:
        return Opened(number, name, EDITED if artifact.edited else VALID, recorded, artifact)
    if recorded.get("state") in _SETTLED and run.state != "running":
        return Opened(number, name, MISSING, recorded, why=f"{place.path} is missing")
    return Opened(number, name, ABSENT, recorded)


def every(run: Run) -> list[Opened]:
    """Open all artifacts of a run, in the order of their phases."""
    return [one(run, name) for _, name, _ in phases(run)]


def complaint(run: Run, opened: Opened, artifacts: str = "") -> str:
    """What to tell a person about an artifact that is not as it was committed, and what to type; else empty."""
    if not opened.trouble:
        return ""
    again = command(run, artifacts)
    hint = f"{again}   (takes it as it is, and does what follows again)"
    if opened.state != EDITED:
        hint = f"{again}   (rebuilds it)"
    return f"ace: {opened.trouble}\n     {hint}"


def exit_code(opened: Iterable[Opened]) -> int:
    """65 when one of them is not as it was committed, else 0."""
    return DAMAGED_EXIT if any(artifact.trouble for artifact in opened) else 0


def command(run: Run, artifacts: str = "") -> str:
    """What to type to go on with a run. `artifacts` is the folder that the reader was given, if any."""
    return shell(
        "ace", "run", run.content.get("pipeline_file") or run.pipeline, "--run-id", run.id, artifacts=artifacts
    )


def shell(*words: str, artifacts: str = "") -> str:
    """A command as it is typed."""
    import shlex  # noqa: PLC0415  (only where there is something to type)

    return shlex.join([*words, "--artifacts", artifacts] if artifacts else words)


def previous(root: Path, run: Run) -> Run:
    """The run of the same pipeline that was made before this one. Raises UsageError when it is the first."""
    known = runs.everything(root, run.pipeline)
    place = next((place for place, one_ in enumerate(known) if one_.id == run.id), len(known))
    if place + 1 < len(known):
        return known[place + 1]
    message = f"run {run.id} is the first run of {run.pipeline}; there is none before it to compare with"
    raise UsageError(message, hint="ace list shows all runs; ace compare RUN1 RUN2 takes any two")
