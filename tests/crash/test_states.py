"""Every state that a crash can leave of a ten-phase run: no artifact is torn, none that was reported is missing.

A real run is recorded, call by call; a model of a file system replays every prefix of it. For each prefix:

killed            everything so far is there (the kernel lives on)
unflushed lost    power cut: only what was flushed; a name counts as flushed when its folder was
names first       power cut: all names are there, of the contents only what was flushed (what a rename without a
                  flush before it would be caught by)
contents first    power cut: all contents are there, of the names only what was flushed
torn              power cut: all names, and of the unflushed contents the first half
mixed             power cut: of every file and every folder a part of what was not flushed, by a seeded draw

Covered: creating, writing, truncating, flushing, renaming, linking and removing of files and folders below the folder
of runs, in the order in which they were called; names of one folder are lost from the last on, as journals do it.
Not covered: blocks written out of order within one file, disks that acknowledge a flush which they did not do,
other threads' calls between two of these (see test_syscalls.py), and the cache below data/cache, which may be lost.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ace import atomic, events, runs, store

PHASES = tuple(f"p{number}" for number in range(1, 11))
TEN = """
from ace import Output, Phase, Pipeline


def grow(inputs, ctx):
    items = next((inputs[name]["items"] for name in inputs), [{"id": str(n), "n": n} for n in range(3)])
    if ctx.phase == "p3":
        ctx.blobs.put(b"picture", "bin")
    if ctx.phase in ("p2", "p5"):
        items = list(ctx.map(lambda item: item | {ctx.phase: item["n"] * 2}, items, key=lambda item: item["id"]))
    return Output({"items": items}, files={"md": f"{len(items)}\\n"} if ctx.phase in ("p4", "p10") else {})


"""
TEN += "\n".join(f"def p{number}(inputs, ctx): return grow(inputs, ctx)" for number in range(1, 11))
TEN += """
PIPELINE = Pipeline("ten", tuple(Phase(f"p{n}", reads=() if n == 1 else None, items="items") for n in range(1, 11)))
"""
MIXED = 3  # draws per prefix
EVERY = 40  # all states are looked at; from one in so many a run really goes on
Names = dict[str, Any]  # path → number of a file, FOLDER, or ("link", target)
FOLDER = "folder"


class Recorder:
    """Wraps the calls of `os` that change files; keeps those below `root`, in order, as (what, …)."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.calls = root, [("begin",)]
        self._open: dict[int, Any] = {}
        self._files: dict[str, int] = {}
        self._number = 0
        for name in ("open", "close", "write", "pwrite", "fsync", "fdatasync", "replace", "rename", "symlink", "unlink", "mkdir", "truncate"):  # fmt: skip
            monkeypatch.setattr(os, name, self._wrap(name, getattr(os, name)))

    def _wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        note = getattr(self, f"_{name}_", None)

        def call(*args: Any, **options: Any) -> Any:
            # the model flushes; the disk need not
            result = None if name in ("fsync", "fdatasync") else real(*args, **options)
            if note is not None:
                note(result, *args)
            return result

        return call

    def said(self, event: dict[str, Any]) -> None:
        if event["kind"] == "phase_committed":
            self.calls.append(("said", event["phase"]))

    def _path(self, path: Any) -> str:
        full = os.path.abspath(path)
        return os.path.relpath(full, self.root) if full.startswith(f"{self.root}") else ""

    def _open_(self, descriptor: int, path: Any, flags: int, *rest: Any) -> None:
        if not (name := self._path(path)):
            return
        if flags & os.O_DIRECTORY:
            self._open[descriptor] = name
            return
        if flags & os.O_CREAT and name not in self._files:
            self._number += 1
            self._files[name] = self._number
            self.calls.append(("name", name, self._number))
        if name in self._files:
            self._open[descriptor] = self._files[name]

    def _close_(self, _: None, descriptor: int) -> None:
        self._open.pop(descriptor, None)

    def _write_(self, length: int, descriptor: int, content: Any) -> None:
        if descriptor in self._open:
            self.calls.append(("write", self._open[descriptor], bytes(content)[:length]))

    def _fsync_(self, _: None, descriptor: int) -> None:
        what = self._open.get(descriptor)
        if what is not None:
            self.calls.append(("flush", what) if isinstance(what, int) else ("flush names", what))

    _fdatasync_ = _fsync_

    def _replace_(self, _: None, source: Any, goal: Any) -> None:
        if self._path(goal):
            one, two = self._path(source), self._path(goal)
            if one in self._files:
                self._files[two] = self._files.pop(one)
            self.calls.append(("rename", one, two))

    _rename_ = _replace_

    def _symlink_(self, _: None, target: Any, path: Any) -> None:
        if self._path(path):
            self.calls.append(("name", self._path(path), ("link", str(target))))

    def _unlink_(self, _: None, path: Any) -> None:
        if self._path(path):
            self._files.pop(self._path(path), None)
            self.calls.append(("forget", self._path(path)))

    def _mkdir_(self, _: None, path: Any, *rest: Any) -> None:
        if self._path(path) not in ("", "."):
            self.calls.append(("name", self._path(path), FOLDER))


class Disk:
    """What is flushed, and what is not yet: contents of files by number, changes of names by folder."""

    def __init__(self) -> None:
        self.contents: dict[int, bytes] = {}
        self.flushed: dict[int, int] = {}
        self.names: Names = {}
        self.flushed_names: Names = {}
        self.waiting: dict[str, list[tuple[Any, ...]]] = {}

    def apply(self, call: tuple[Any, ...]) -> None:
        kind = call[0]
        if kind == "write":
            self.contents[call[1]] = self.contents.get(call[1], b"") + call[2]
        elif kind == "flush":
            self.flushed[call[1]] = len(self.contents.get(call[1], b""))
        elif kind == "flush names":
            for change in self.waiting.pop(call[1], []):
                _change(self.flushed_names, change)
        elif kind in ("name", "rename", "forget"):
            _change(self.names, call)
            self.waiting.setdefault(os.path.dirname(call[-1] if kind == "rename" else call[1]) or ".", []).append(call)

    def states(self, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """What may be found after a crash now: path → content, FOLDER or a link."""
        yield "killed", self._state(self.names, self.contents.__getitem__)
        yield "unflushed lost", self._state(self.flushed_names, self._safe)
        yield "names first", self._state(self.names, self._safe)
        yield "contents first", self._state(self.flushed_names, lambda number: self.contents.get(number, b""))
        yield "torn", self._state(self.names, lambda number: self._part(number, 0.5))
        for draw in range(MIXED):
            chance = random.Random(seed * MIXED + draw)
            names = dict(self.flushed_names)
            for changes in self.waiting.values():
                for change in changes[: chance.randint(0, len(changes))]:
                    _change(names, change)
            yield "mixed", self._state(names, lambda number, chance=chance: self._part(number, chance.random()))

    def _safe(self, number: int) -> bytes:
        return self._part(number, 0.0)

    def _part(self, number: int, share: float) -> bytes:
        content, safe = self.contents.get(number, b""), self.flushed.get(number, 0)
        return content[: safe + int((len(content) - safe) * share)]

    def _state(self, names: Names, content: Callable[[int], bytes]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path, what in names.items():
            folder = os.path.dirname(path)
            if not folder or names.get(folder) == FOLDER:
                known = isinstance(what, int) and what in self.contents
                found[path] = (content(what) if known else b"") if isinstance(what, int) else what
        return found


def _change(names: Names, change: tuple[Any, ...]) -> None:
    if change[0] == "name":
        names[change[1]] = change[2]
    elif change[0] == "forget":
        names.pop(change[1], None)
    elif change[1] in names:
        names[change[2]] = names.pop(change[1])


def put(folder: Path, state: dict[str, Any]) -> None:
    folder.mkdir()
    for path, what in sorted(state.items()):
        if what == FOLDER:
            (folder / path).mkdir()
        elif isinstance(what, tuple):
            (folder / path).symlink_to(what[1])
        else:
            (folder / path).write_bytes(what)


def intact(folder: Path, hashes: dict[str, str]) -> set[str]:
    """Phases whose artifact is there, as it was committed. A torn one would raise DamagedArtifact."""
    found = set()
    for number, name in enumerate(PHASES, 1):
        artifact = store.find(store.Place(folder / "run_r", "r", "ten", number, name))
        if artifact is not None:
            assert artifact.sha256 == hashes[name]
            assert all((folder / "run_r" / side).exists() for side in artifact.metadata["files"])
            found.add(name)
    return found


@pytest.fixture
def recorded(project: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    project.file = project.write("ten.py", TEN)
    project.runs.mkdir()
    with monkeypatch.context() as patch:
        recorder = Recorder(project.runs, patch)
        assert project.run(listeners=(recorder.said,)).exit_code == 0
    return recorder.calls


def test_no_crash_leaves_a_torn_artifact_or_loses_one_that_was_reported(
    project: Any, recorded: list[tuple[Any, ...]], no_flush: None
) -> None:
    hashes = {name: project.artifact(name)["metadata"]["data_sha256"] for name in PHASES}
    expected = project.data_bytes()
    assert [call[1] for call in recorded if call[0] == "said"] == list(PHASES)
    disk, reported = Disk(), set()
    seen: set[int] = set()
    found: dict[int, set[str]] = {}
    for seed, call in enumerate(recorded):
        disk.apply(call)
        if call[0] == "said":
            reported.add(call[1])
        for kind, state in disk.states(seed):
            there = looked_at(project.folder / "looked at", state, hashes, found)
            assert reported <= there, f"{kind} after call {seed} {call[:2]}: lost {reported - there}"
            known = hash(tuple(sorted(state.items(), key=lambda item: item[0])))
            if known not in seen and len(seen) % EVERY == 0:
                goes_on(project, state, expected, there)
            seen.add(known)
    assert len(seen) > 500, "so many different states there are at least"


def looked_at(folder: Path, state: dict[str, Any], hashes: dict[str, str], found: dict[int, set[str]]) -> set[str]:
    """Phases that are intact in a state. Looked at once for all states with the same artifacts and side files."""
    part = {path: what for path, what in state.items() if path == "run_r" or path.startswith("run_r/phase")}
    known = hash(tuple(sorted(part.items())))
    if known not in found:
        put(folder, part)
        found[known] = intact(folder, hashes)
        shutil.rmtree(folder)
    return found[known]


def goes_on(project: Any, state: dict[str, Any], expected: dict[str, bytes], there: set[str]) -> None:
    """Put the whole state on the disk and run."""
    project.runs = project.folder / "resumed"
    put(project.runs, state)
    before = sum(event["kind"] == "phase_started" for event in events.read(project.runs / "run_r"))
    assert project.run().exit_code == 0
    assert project.data_bytes() == expected
    started = [event["phase"] for event in events.read(project.runs / "run_r") if event["kind"] == "phase_started"]
    assert not set(started[before:]) & there, "a committed phase was repeated"
    assert runs.resolve(project.runs, runs.LATEST).id == "r"
    assert not list(project.runs.rglob(f"{atomic.TEMPORARY}*"))
    shutil.rmtree(project.runs)


def test_the_model_finds_a_rename_without_a_flush(tmp_path: Path) -> None:
    """The model can fail: without the flush before the rename, a power cut leaves an empty file under the real name."""
    disk = Disk()
    for call in [("name", "a.tmp", 1), ("write", 1, b"content"), ("rename", "a.tmp", "a"), ("flush names", ".")]:
        disk.apply(call)
    assert {state.get("a") for _, state in disk.states(0)} >= {b"", b"content"}
