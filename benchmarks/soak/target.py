"""One pipeline in a folder of its own: how it is started there, and what its runs have left on the disk."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import session
from subjects import SUBJECTS, Subject

from ace import discovery, events, runfile, store
from ace.errors import AceError
from ace.records import Pipeline

LONGEST_RUN_S = 300.0  # a session that nobody kills and that takes longer hangs
LEFT_AFTER_S = 10.0  # a worker that has just been started sees only after its imports that its parent is gone


class Target:
    """A pipeline in a folder of its own, and what one run of it that nobody killed came to."""

    def __init__(self, name: str, folder: Path) -> None:
        self.subject: Subject = SUBJECTS[name]
        self.folder = folder
        self.pipeline: Pipeline = discovery.find(self.subject.words[0])
        self.log = folder / "session.log"
        os.chdir(folder)
        if self.subject.warm:
            session.here(self.words("warm"), self.log, self.subject.code)
            self.clear("warm")
        else:
            for phase in self.pipeline.phases:
                discovery.load(self.pipeline, phase)
        began = time.monotonic()
        assert session.wait(self.start("whole"), LONGEST_RUN_S) == self.subject.code, self.log.read_text()
        self.seconds = time.monotonic() - began
        self.expected = self.result("whole")
        self.calls: dict[str, int] = json.loads(self.log.with_suffix(".calls").read_text())
        self.clear("whole")

    def words(self, run_id: str, *, resume: bool = False) -> list[str]:
        return ["run", *self.subject.words, *(["--resume-latest"] if resume else ["--run-id", run_id]), "--quiet"]

    def start(self, run_id: str, call: str = "", number: int = 0, *, resume: bool = False) -> int:
        return session.start(self.folder, self.words(run_id, resume=resume), self.log, call, number)

    def run(self, run_id: str) -> Path:
        return self.folder / "runs" / f"run_{run_id}"

    def state(self, run_id: str) -> str:
        content = runfile.load(self.run(run_id)) if self.run(run_id).is_dir() else None
        return str(content["state"]) if content else ""

    def heard(self, run_id: str, kind: str) -> list[str]:
        return [event["phase"] for event in events.read(self.run(run_id)) if event["kind"] == kind]

    def artifacts(self, run_id: str) -> dict[str, store.Artifact | None]:
        """Every phase's artifact, read with all checks; None for one that cannot be trusted."""
        found: dict[str, store.Artifact | None] = {}
        for number, phase in enumerate(self.pipeline.phases, 1):
            expected = discovery.phase_schema(self.pipeline, phase)
            place = store.Place(self.run(run_id), run_id, self.pipeline.name, number, phase.name, expected)
            try:
                if (artifact := store.find(place)) is not None:
                    found[phase.name] = artifact
            except AceError:
                found[phase.name] = None
        return found

    def result(self, run_id: str) -> dict[str, Any]:
        """Data of all phases and all side files, without what may differ between two runs of the same work."""
        found: dict[str, Any] = {
            name: artifact and _without(artifact.data(), self.subject.apart)
            for name, artifact in self.artifacts(run_id).items()
        }
        sides = (path for path in self.run(run_id).glob("phase*") if path.suffix != ".json")
        return found | {path.name: path.read_bytes() for path in sides}

    def clear(self, run_id: str) -> None:
        shutil.rmtree(self.run(run_id), ignore_errors=True)
        for pattern in self.subject.anew:
            for path in self.folder.glob(pattern):
                path.unlink()


def _without(value: Any, keys: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(one, keys) for key, one in value.items() if key not in keys}
    return [_without(one, keys) for one in value] if isinstance(value, list) else value
