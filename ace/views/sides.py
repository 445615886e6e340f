"""Runs as `ace compare` sees them: of every phase its numbers, its items' ids and titles, and what it left out.

Artifacts are opened one after the other and let go; what is kept is small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import ascii_uppercase

from ace import events
from ace.records import Data, Json
from ace.runs import Run
from ace.views import declared, reading, runs
from ace.views.declared import Declared
from ace.views.reading import Opened


def letter(place: int) -> str:
    """A, B, C … for the runs: ids would make columns too wide."""
    return ascii_uppercase[place] if place < len(ascii_uppercase) else str(place + 1)


@dataclass(frozen=True)
class Step:
    """One phase of one run.

    state     of the artifact when it is there (`completed`, `partial`), `damaged`, `missing`, or what run.json says
    titles    {id: title} of its items in their order; None when there is no readable artifact
    dropped   {id: (reason, detail)} of what it left out or what failed in it
    """

    number: int
    name: str
    state: str
    sha256: str = ""
    metadata: Data = field(default_factory=dict)
    titles: Mapping[str, str] | None = None
    dropped: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    edited: bool = False


@dataclass(frozen=True)
class Side:
    """One run to compare. `steps` are its phases in order."""

    run_id: str
    pipeline: str
    state: str
    created: str
    seconds: float
    cost_usd: float
    ace_version: str
    settings: Mapping[str, Json]
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)


def side(run: Run) -> tuple[Side, list[Opened]]:
    """A run to compare, and those of its artifacts that are not as they were committed."""
    said = declared.of_run(run.content)
    steps, troubled = [], []
    log = runs.digest(events.read(run.folder))
    state = runs.state(run, log)
    for _, name, _ in reading.phases(run):
        opened = reading.one(run, name)
        steps.append(step(opened, said.get(name), state))
        if opened.trouble:
            troubled.append(opened)
    settings = run.content.get("settings")
    return Side(
        run_id=run.id,
        pipeline=run.pipeline,
        state=state,
        created=str(run.content.get("created", "")),
        seconds=round(log.seconds, 3),
        cost_usd=round(runs.cost(one for _, _, one in reading.phases(run)), 6),
        ace_version=str(run.content.get("ace_version", "")),
        settings=settings if isinstance(settings, dict) else {},
        steps=tuple(steps),
    ), troubled


def step(opened: Opened, said: Declared | None, run_state: str) -> Step:
    """What `compare` keeps of one artifact."""
    if opened.artifact is None:
        return Step(opened.number, opened.name, _without_artifact(opened, run_state))
    data, metadata = opened.artifact.data(), opened.metadata
    left_out = {_id(one): _reason(one) for one in declared.dropped(data, said) if "id" in one}
    failed = {
        str(one.get("key")): (f"failed ({one.get('error')})", str(one.get("message", "")))
        for one in metadata.get("failed_items", [])
    }
    return Step(
        number=opened.number,
        name=opened.name,
        state=str(metadata.get("status", "completed")),
        sha256=opened.artifact.sha256,
        metadata=metadata,
        titles={_id(one): _title(one) for one in declared.items(data, said) if "id" in one},
        dropped=failed | left_out,
        edited=opened.state == reading.EDITED,
    )


def _without_artifact(opened: Opened, run_state: str) -> str:
    """Damaged or missing; else how far run.json says that the phase came."""
    if opened.state != reading.ABSENT:
        return opened.state
    recorded = str(opened.recorded.get("state", "pending"))
    return "crashed" if recorded in ("running", "retry_wait") and run_state not in runs.ACTIVE else recorded


def _id(item: Data) -> str:
    return str(item["id"])


def _title(item: Data) -> str:
    return str(item.get("title") or item.get("name") or item["id"])


def _reason(item: Data) -> tuple[str, str]:
    return str(item.get("reason") or "no reason given"), str(item.get("detail") or "")
