"""run.json is a summary: lost or torn, it is rebuilt from what it summarises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ace import lock, runfile
from ace.records import Phase, Pipeline

PIPELINE = Pipeline("demo", (Phase("one", reads=()), Phase("two")), file="/x/demo.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "run_20261122_031500"
    made.mkdir()
    return made


def new(**more: Any) -> Any:
    return runfile.new("20261122_031500", PIPELINE, {"one.count": 3}, "1") | more


def saved(folder: Path, content: Any) -> None:
    (folder / runfile.FILE).write_text(json.dumps(content))


def test_every_change_is_on_disk_at_once(folder: Path) -> None:
    file = runfile.RunFile(folder, new())
    file.update(state="running")
    file.update_phase("two", state="failed", error="no")
    loaded = runfile.load(folder)
    assert loaded
    assert loaded["state"] == "running"
    assert loaded["phases"]["two"] == {"number": 2, "state": "failed", "attempts": 0, "error": "no"}
    assert loaded["settings"] == {"one.count": 3}


def test_a_folder_that_holds_nothing_is_no_run(folder: Path) -> None:
    assert runfile.load(folder) is None


def test_a_copied_folder_is_a_run_of_its_own(folder: Path) -> None:
    saved(folder, new(run_id="another"))
    loaded = runfile.load(folder)
    assert loaded
    assert loaded["run_id"] == "20261122_031500"


@pytest.mark.parametrize(
    "damage",
    [
        {"phases": []},
        {"phases": {"one": 1}},
        {"phases": {"one": {}}},
        {"settings": None},
        {"created": 5},
        {"created": "yesterday"},
        {"created": ""},
        {"state": None},
        {"pipeline": ""},
        {"pipeline_file": None},
    ],
    ids=repr,
)
def test_a_run_json_that_lacks_what_a_run_goes_by_is_rebuilt(project: Any, no_flush: None, damage: Any) -> None:
    project.run()
    path = project.runs / "run_r" / runfile.FILE
    before = json.loads(path.read_text())
    path.write_text(json.dumps(before | damage))
    rebuilt = runfile.load(path.parent)
    assert rebuilt
    assert rebuilt["state"] == "completed"
    assert rebuilt["created"] == before["created"]
    assert list(rebuilt["phases"]) == ["one", "two", "three", "four"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 500])
def test_a_torn_run_json_is_rebuilt(project: Any, no_flush: None, content: bytes) -> None:
    project.run(overrides={"three.keep": 1})
    path = project.runs / "run_r" / runfile.FILE
    before = json.loads(path.read_text())
    path.write_bytes(content)
    rebuilt = runfile.load(path.parent)
    assert rebuilt
    for key in ("run_id", "pipeline", "pipeline_file", "state", "created", "settings", "error"):
        assert rebuilt[key] == before[key], key
    for name, phase in before["phases"].items():
        found = rebuilt["phases"][name]
        for key in ("number", "state", "sha256", "input_count", "output_count", "seconds", "attempts"):
            assert found[key] == phase[key], key


def test_rebuilt_settings_are_those_of_the_latest_start(project: Any, no_flush: None) -> None:
    project.do("three", "raise PhaseError('not yet')")
    project.run(overrides={"three.keep": 1})
    project.run(overrides={"three.note": "later"})
    (project.runs / "run_r" / runfile.FILE).unlink()
    rebuilt = runfile.load(project.runs / "run_r")
    assert rebuilt
    assert rebuilt["settings"] == {"three.keep": 1, "three.note": "later"}
    assert rebuilt["state"] == "failed"
    assert rebuilt["phases"]["three"]["state"] == "pending"


def test_a_run_without_events_is_rebuilt_from_its_artifacts(project: Any, no_flush: None) -> None:
    project.run()
    folder = project.runs / "run_r"
    (folder / runfile.FILE).unlink()
    (folder / "events.jsonl").unlink()
    rebuilt = runfile.load(folder)
    assert rebuilt
    assert rebuilt["pipeline"] == "demo"
    assert rebuilt["state"] == "completed"
    assert rebuilt["created"]


def test_a_rebuilt_run_with_failed_items_is_partial(project: Any, no_flush: None) -> None:
    project.do("two", "ctx.map(lambda n: 1 / n, [1, 0], key=str)")
    assert project.run().exit_code == 3
    (project.runs / "run_r" / runfile.FILE).unlink()
    rebuilt = runfile.load(project.runs / "run_r")
    assert rebuilt
    assert rebuilt["state"] == "partial"


@pytest.mark.parametrize("state", ["running", "pausing", "cancelling"])
def test_a_run_that_says_it_is_running_without_a_holder_has_crashed(folder: Path, state: str) -> None:
    assert runfile.state(folder, new(state=state)) == "crashed"
    with lock.hold(folder / runfile.LOCK, "run x"):
        assert runfile.state(folder, new(state=state)) == state


@pytest.mark.parametrize("state", ["completed", "failed", "paused", "partial"])
def test_other_states_are_as_recorded(folder: Path, state: str) -> None:
    assert runfile.state(folder, new(state=state)) == state
