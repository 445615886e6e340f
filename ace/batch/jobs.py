"""Which run each input of a batch belongs to: the one with the same hash of content, pipeline and settings."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from ace import config, jsonio, runfile, runs
from ace.events import Listener
from ace.records import NOTHING, Data, Json, Pipeline

NICE = {"low": 10, "normal": 0, "high": -5}  # added to the workers' niceness; below 0 needs the right to
QUEUED, RUNNING, CRASHED, WAITING = "queued", "running", "crashed", "waiting"
GOOD = ("completed", "partial")


class Request(NamedTuple):
    """`inputs` are (as typed, the overrides that give it to the pipeline); `overrides` go to every run.

    `listeners` make a listener from the folder of runs, in each worker: functions or classes of a module.
    """

    pipeline: Pipeline
    settings: config.Settings
    inputs: Sequence[tuple[str, Mapping[str, Json]]]
    overrides: Mapping[str, Json] = NOTHING
    jobs: int = 1
    priority: str = "normal"
    again: bool = False
    allow_overlap: bool = False
    wait_s: float = 0.0
    listeners: tuple[Callable[[Path], Listener], ...] = ()


@dataclass
class Job:
    """One input on its way. `key` is the hash of content, pipeline and settings; `same_as` the input it repeats."""

    number: int
    input: str
    key: str = ""
    run_id: str = ""
    state: str = QUEUED
    exit_code: int = 0
    seconds: float = 0.0
    attempts: int = 0
    phase: str = ""
    error: str = ""
    hint: str = ""
    note: str = ""
    same_as: int = 0

    @property
    def ended(self) -> bool:
        return self.state not in (QUEUED, RUNNING)

    def as_json(self) -> Data:
        return {key: value for key, value in asdict(self).items() if key not in ("key", "same_as", "phase")}


Seen = Callable[[Job, Sequence[Job]], None]  # told after every change of a job


def plan(request: Request, keyed: Callable[[str], str], known: Mapping[str, runs.Run]) -> list[Job]:
    """A job per input, in the order given. Those done before, unreadable or given twice are settled here."""
    jobs = [Job(number, word) for number, (word, _) in enumerate(request.inputs, 1)]
    first: dict[str, Job] = {}
    for job in jobs:
        try:
            job.key = keyed(job.input)
        except OSError as error:
            job.state, job.exit_code = "failed", 74
            job.error = f"cannot read {error.filename or job.input}: {error.strerror or error}"
            continue
        earlier_one = first.setdefault(job.key, job)
        if earlier_one is not job:
            job.same_as, job.note = earlier_one.number, f"same content as {earlier_one.input}"
        elif (run_ := known.get(job.key)) is not None:
            job.run_id = run_.id
            done = run_.content["state"] == "completed"
            job.state, job.note = ("completed", "done before") if done else (QUEUED, "resumed")
    return jobs


def earlier(root: Path, pipeline: str) -> dict[str, runs.Run]:
    """{key of an input: its newest completed run, else its newest unfinished one}."""
    found: dict[str, runs.Run] = {}
    for run_ in runs.everything(root, pipeline):
        said = run_.content.get("input")
        key = said.get("sha256") if isinstance(said, dict) else None
        if not isinstance(key, str):
            continue
        state, newer = run_.content["state"], found.get(key)
        useful = state == "completed" or (newer is None and state in runfile.UNFINISHED)
        if useful and (newer is None or newer.content["state"] != "completed"):
            found[key] = run_
    return found


class Keys:
    """Hashes of inputs under one pipeline and its effective configuration. Raises ConfigError when that is wrong."""

    def __init__(self, request: Request) -> None:
        values = config.effective(request.pipeline, request.settings, request.overrides)
        phase, _, key = request.pipeline.options["input"].partition(".")
        values[phase].pop(key)
        self._settings = jsonio.sha256(jsonio.dumps([request.pipeline.name, values]))

    def __call__(self, word: str) -> str:
        return jsonio.sha256(f"{self._settings} {content_of(word)}".encode())


def content_of(word: str) -> str:
    """What an input says: a file by its bytes, a folder by its files' names and bytes, anything else by its words."""
    path = Path(word)
    if path.is_file():
        return f"file {_hash(path)}"
    if path.is_dir():
        lines = "\n".join(f"{name}\0{_hash(path / name)}" for name in _names(path))
        return f"folder {jsonio.sha256(lines.encode('utf-8', 'surrogateescape'))}"
    return f"words {jsonio.sha256(word.encode('utf-8', 'surrogateescape'))}"


def _names(folder: Path) -> Iterator[str]:
    """Files below a folder, sorted; links to files count, links to folders are not followed."""
    found = []
    for where, _, names in os.walk(folder):
        found += [os.path.relpath(os.path.join(where, name), folder) for name in names]
    return (name for name in sorted(found) if (folder / name).is_file())


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
