"""run.json: the state of a run and of its phases, written by the one process that holds the run's lock.

It is a summary, not the truth: artifacts and events are. Lost or torn, it is rebuilt from them.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ace import atomic, clock, events, jsonio, lock, regular_file
from ace.errors import AceError
from ace.records import Data, Phase, Pipeline

FILE = "run.json"
LOCK = ".lock"
UNFINISHED = frozenset(("initialized", "queued", "running", "pausing", "paused", "waiting", "failed", "partial"))


class RunFile:
    """The in-memory state of the run that this process works on; every change is written at once."""

    def __init__(self, folder: Path, content: Data) -> None:
        self._path = folder / FILE
        self._lock = threading.Lock()
        self.content = content

    def update(self, **fields: Any) -> None:
        with self._lock:
            self.content.update(fields)
            self._save()

    def update_phase(self, name: str, **fields: Any) -> None:
        with self._lock:
            self.content["phases"][name].update(fields)
            self._save()

    def note_phase(self, name: str, **fields: Any) -> None:
        """A change that another follows at once: written together with it."""
        with self._lock:
            self.content["phases"][name].update(fields)

    def phase(self, name: str) -> Data:
        found: Data = self.content["phases"][name]
        return found

    def _save(self) -> None:
        self.content["updated"] = clock.stamp()
        atomic.write(self._path, jsonio.line(self.content), durable=False)


def new(run_id: str, pipeline: Pipeline, settings: Data, version: str) -> Data:
    """The content of run.json for a run that has not started. `settings` are the overrides it was given."""
    return {
        "run_id": run_id,
        "pipeline": pipeline.name,
        "pipeline_file": pipeline.file,
        "state": "initialized",
        "created": clock.stamp(),
        "updated": clock.stamp(),
        "settings": settings,
        "error": "",
        "ace_version": version,
        "phases": {phase.name: pending(number) for number, phase in enumerate(pipeline.phases, 1)},
    }


def origin(content: Any, phase: str) -> tuple[str, str] | None:
    """The run that made the artifact of a phase that a fork has kept, and the hash it was committed with."""
    found = content
    for key in ("forked_from", "phases", phase):
        found = found.get(key) if isinstance(found, Mapping) else None
    if not isinstance(found, dict):
        return None
    run_id, sha256 = found.get("run_id"), found.get("data_sha256")
    return (run_id, sha256) if isinstance(run_id, str) and isinstance(sha256, str) else None


def moment(content: Data) -> datetime:
    """What phases take for the start of the run: a fork goes on with data of its source's, and from that moment."""
    forked = content.get("forked_from")
    said = forked.get("started") if isinstance(forked, dict) else None
    with contextlib.suppress(ValueError):
        return clock.parse(said if isinstance(said, str) else "")
    return clock.parse(content["created"])


def declared(phase: Phase) -> Data:
    """What readers need to know of a phase, so that reading a run never imports or executes its pipeline."""
    said = {"items": phase.items, "dropped": phase.dropped, "item": phase.item, "stall_after": phase.stall_after}
    return said | ({"tables": phase.tables} if phase.tables else {})


def pending(number: int) -> Data:
    return {"number": number, "state": "pending", "attempts": 0, "error": ""}


def load(folder: Path) -> Data | None:
    """The content of run.json, or what can be rebuilt of it; None when the folder holds no run."""
    try:
        content = jsonio.loads(_bytes(folder / FILE), what=FILE)
    except (OSError, ValueError):
        content = None
    if not _is_whole(content):
        return rebuild(folder)
    content["run_id"] = folder.name.removeprefix("run_")  # a copied folder is a run of its own
    found: Data = content
    return found


def rebuild(folder: Path) -> Data | None:
    """run.json from the artifacts' metadata and the event log; the settings are those of the latest start."""
    started: Data = {}
    for event in events.read(folder):
        started = event if event["kind"] == "run_started" else started
    paths = [*folder.glob("phase*.json.gz"), *folder.glob("phase*.json")]
    found = sorted(filter(None, map(_metadata, paths)), key=lambda m: m["phase_number"])
    if not started and not found:
        return None
    first = found[0] if found else {}
    known = started.get("phases", {})
    phases = {name: pending(number) | {"declared": known[name]} for number, name in enumerate(known, 1)}
    for metadata in found:
        phases.setdefault(metadata["phase_name"], {}).update(_rebuilt_phase(metadata))
    complete = bool(phases) and all(state["state"] in ("completed", "partial") for state in phases.values())
    forked = {"forked_from": started["forked_from"]} if "forked_from" in started else {}
    return forked | {
        "run_id": folder.name.removeprefix("run_"),
        "pipeline": started.get("pipeline") or first.get("pipeline", ""),
        "pipeline_file": started.get("pipeline_file", ""),
        "state": _rebuilt_state(phases) if complete else "failed",
        "created": started.get("created") or first.get("timestamp", ""),
        "updated": first.get("timestamp", ""),
        "settings": started.get("settings", {}),
        **({"input": started["input"]} if "input" in started else {}),
        "error": "" if complete else "run.json was lost; rebuilt from the artifacts",
        "ace_version": first.get("ace_version", ""),
        "phases": phases,
    }


def is_running(folder: Path) -> bool:
    """Whether a living process works on the run."""
    return lock.is_held(folder / LOCK)


def state(folder: Path, content: Data) -> str:
    """The state as a reader should see it: `crashed` when it says running and nobody holds the lock."""
    recorded: str = content["state"]
    if recorded in ("running", "pausing", "cancelling") and not is_running(folder):
        return "crashed"
    return recorded


def _is_whole(content: Any) -> bool:
    """Whether run.json says everything that a run goes by, in the form that it was written in."""
    if not isinstance(content, dict) or not isinstance(content.get("settings"), dict) or not content.get("pipeline"):
        return False
    texts = ("pipeline", "pipeline_file", "state", "created", "updated", "error")
    phases = content.get("phases")
    if not all(isinstance(content.get(key), str) for key in texts) or not isinstance(phases, dict):
        return False
    try:
        clock.parse(content["created"])
    except ValueError:
        return False
    keys = {"number", "state", "attempts", "error"}
    return all(isinstance(one, dict) and keys <= one.keys() for one in phases.values())


def _rebuilt_state(phases: Data) -> str:
    return "partial" if any(one["state"] == "partial" for one in phases.values()) else "completed"


def _metadata(path: Path) -> Data | None:
    try:
        raw = regular_file.gunzip(_bytes(path)) if path.suffix == ".gz" else _bytes(path)
        document = jsonio.loads(raw, what=path.name)
    except (OSError, ValueError, AceError):
        return None
    metadata = document.get("metadata") if isinstance(document, dict) else None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("phase_number"), int):
        return None
    return metadata if isinstance(metadata.get("phase_name"), str) else None


def _bytes(path: Path) -> bytes:
    """At most a byte more than JSON may have, which is then refused."""
    with open(path, "rb") as file:
        return file.read(jsonio.MAX_BYTES + 1)


def _rebuilt_phase(metadata: Data) -> Data:
    return pending(metadata["phase_number"]) | summary(metadata)


def summary(metadata: Data) -> Data:
    """What run.json repeats of an artifact, so that `list` and `status` need not open artifacts."""
    kept = ("input_count", "output_count", "failed_count", "dropped_count", "cost_usd", "llm_calls", "attempts")
    return {
        "state": metadata.get("status", "completed"),
        "seconds": metadata.get("duration_seconds", 0.0),
        "ended": metadata.get("timestamp", ""),
        "sha256": metadata.get("data_sha256", ""),
        **{key: metadata.get(key, 0) for key in kept},
    }
