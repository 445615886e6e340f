"""`ace plan`: what a run would do, and why; nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Plan = Callable[..., Any]


@pytest.fixture
def plan(project: Any, cli: Any, no_flush: None) -> Plan:
    return lambda *words: cli("plan", "demo.py", "--artifacts", "runs", *words)


@pytest.fixture
def actions(plan: Plan) -> Callable[..., dict[str, str]]:
    """{phase: action} as the lines say it."""

    def ask(*words: str) -> dict[str, str]:
        result = plan(*words)
        assert result.code == 0, result.err
        lines = [line.split() for line in result.out.splitlines() if not line.lstrip().startswith("stale:")]
        return {words[1]: words[2] for words in lines}

    return ask


def everything_in(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file and folder with its time and content; Python's own bytecode left out."""
    found = (path for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return {
        str(path): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in found
        if path.name != "__pycache__"
    }


def test_a_new_run_runs_every_phase(plan: Plan, actions: Any) -> None:
    assert actions() == {"one": "run", "two": "run", "three": "run", "four": "run"}
    result = plan()
    assert "demo: a new run" in result.err
    assert "4 to run, 0 perhaps, 0 kept" in result.err


def test_a_complete_run_has_nothing_to_do(project: Any, plan: Plan, actions: Any) -> None:
    project.run("r")
    assert set(actions().values()) == {"skip"}
    assert "demo: run r" in plan().err
    assert "0 to run, 0 perhaps, 4 kept" in plan().err
    assert "stale" not in plan().err


def test_a_missing_artifact_is_made_again_and_what_follows_is_checked(project: Any, plan: Plan, actions: Any) -> None:
    project.run("r")
    project.path("two").unlink()
    assert actions() == {"one": "skip", "two": "run", "three": "check", "four": "check"}
    assert "1 to run, 2 perhaps, 1 kept; no model is asked: $0" in plan().err


def test_a_damaged_artifact_is_named_and_made_again(project: Any, plan: Plan, actions: Any) -> None:
    project.run("r")
    project.damage("two", b"half")
    assert actions() == {"one": "skip", "two": "run", "three": "check", "four": "check"}
    assert "phase2_two.json" in plan().out


def test_what_follows_an_edited_artifact_runs(project: Any, plan: Plan, actions: Any) -> None:
    project.run("r")
    project.edit("two", lambda data: data["items"].pop())
    assert actions() == {"one": "skip", "two": "skip", "three": "run", "four": "check"}
    assert "edited since its commit; taken as it is" in plan().out
    assert "input two has changed" in plan().out


def test_the_plan_is_what_a_run_then_does(project: Any, actions: Any) -> None:
    project.run("r")
    project.edit("two", lambda data: data["items"].pop(0))
    project.executed()
    announced = actions()
    project.run("r")
    assert project.executed() == [name for name, action in announced.items() if action in ("run", "check")]


def test_a_failed_run_goes_on_where_it_stopped(project: Any, actions: Any) -> None:
    project.do("three", "raise PhaseError('no')")
    project.run("r")
    assert actions() == {"one": "skip", "two": "skip", "three": "run", "four": "run"}


def test_changed_code_makes_stale_and_names_the_file(project: Any, plan: Plan, actions: Any) -> None:
    project.run("r")
    project.write("demo.py", project.file.read_text().replace('"two": 2', '"two": 22'))
    result = plan()
    assert set(actions().values()) == {"skip"}
    assert "stale: code changed in demo.py" in result.out
    assert "4 stale, kept all the same; --rerun-stale" in result.err
    assert actions("--rerun-stale") == {"one": "run", "two": "run", "three": "run", "four": "run"}


@pytest.mark.parametrize(
    ("arrange", "words", "expected"),
    [
        (None, ("--set", "three.keep=1"), "config keep changed from 2 to 1 (command line)"),
        ("[demo.two]\n\n[demo.three]\nkeep = 1\n", (), "config keep changed from 2 to 1 (ace.toml:4)"),
        ("ACE_DEMO__THREE__KEEP", (), "config keep changed from 2 to 1 (ACE_DEMO__THREE__KEEP)"),
    ],
)
def test_a_changed_key_is_named_with_the_place_that_says_so(
    arrange: str | None, words: Any, expected: str, project: Any, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.run("r")
    if arrange and arrange.startswith("["):
        project.write("ace.toml", arrange)
    elif arrange:
        monkeypatch.setenv(arrange, "1")
    assert f"stale: {expected}\n" in plan(*words).out


def test_a_setting_kept_for_the_run_and_a_changed_default_are_told_apart(project: Any, plan: Plan) -> None:
    project.run("r", overrides={"three.keep": 1})
    assert "stale" not in plan().out  # the run goes on with what it was given
    project.run("r", overrides={"three.keep": 4})
    assert "config keep changed from 1 to 4 (kept in run.json)" in plan().out
    project.run("s")
    project.write("demo.py", project.file.read_text().replace('"keep": 2', '"keep": 3'))
    assert "config keep changed from 2 to 3 (the default)" in plan("--run-id", "s").out
    assert "(the default)" not in plan("--run-id", "r").out


def test_an_option_of_the_pipeline_counts_as_in_a_run(project: Any, plan: Plan) -> None:
    project.run("r")
    assert "config count changed from 3 to 7 (command line)" in plan("--count", "7").out
    refused = plan("--cuont", "7")
    assert refused.code == 2
    assert "--count" in refused.err


def test_json_holds_the_plan(project: Any, plan: Plan) -> None:
    assert json.loads(plan("--json").out)["run_id"] == ""
    project.run("r")
    project.path("four").unlink()
    found = json.loads(plan("--json", "--set", "three.keep=9").out)
    assert found["run_id"] == "r"
    assert [(one["phase"], one["action"]) for one in found["phases"]] == [
        ("one", "skip"),
        ("two", "skip"),
        ("three", "skip"),
        ("four", "run"),
    ]
    assert found["phases"][2]["stale"] == ["config keep changed from 2 to 9 (command line)"]
    assert found["phases"][3]["reason"] == "no artifact yet"


def test_the_latest_run_is_the_one_that_a_run_would_go_on_with(project: Any, plan: Plan) -> None:
    project.run("older")
    project.run("newer")
    assert "demo: run newer" in plan().err
    project.run("older")  # gone on with: the link says that it is the latest
    assert "demo: run older" in plan().err
    assert "demo: run newer" in plan("--run-id", "new").err


def test_a_run_called_none_is_not_taken_for_a_new_one(project: Any, plan: Plan, actions: Any) -> None:
    project.run("none")
    (project.runs / "run_none" / "run.json").unlink()
    (project.runs / "run_none" / "events.jsonl").unlink()
    for path in (project.runs / "run_none").glob("phase*.json"):
        path.write_bytes(b"{}")
    assert set(actions().values()) == {"run"}
    assert "damaged" not in plan().out


def test_a_run_of_another_pipeline_and_an_unknown_run_are_refused(project: Any, cli: Any, plan: Plan) -> None:
    project.run("r")
    project.write("other.py", project.file.read_text().replace('"demo"', '"other"'))
    result = cli("plan", "other.py", "--artifacts", "runs", "--run-id", "r")
    assert result.code == 2
    assert "run r is a run of demo, not of other" in result.err
    assert plan("--run-id", "s").code == 2
    assert plan("--set", "three.kep=1").code == 78


def test_nothing_is_written(project: Any, plan: Plan) -> None:
    before = everything_in(project.folder)
    plan()
    assert everything_in(project.folder) == before
    project.run("r")
    project.path("one").unlink()
    project.damage("two", b"half")
    (project.runs / "run_r" / "run.json").unlink()
    before = everything_in(project.folder)
    assert "run" in plan("--set", "three.keep=1", "--rerun-stale").out
    assert "damaged" in plan("--json").out
    assert everything_in(project.folder) == before


def test_lines_fit_a_terminal_of_80_columns(project: Any, plan: Plan) -> None:
    project.run("r")
    project.edit("two", lambda data: data["items"].pop())
    project.path("one").unlink()
    assert max(map(len, plan("--set", "three.keep=1").out.splitlines())) <= 80


def test_what_an_artifact_says_cannot_move_the_cursor(project: Any, plan: Plan) -> None:
    project.run("r")
    path = project.path("two")
    project.damage("two", path.read_bytes().replace(b'"run_id":"r"', b'"run_id":"\\u001b[2J\\u202e"'))
    out = plan().out
    assert "foreign" in out
    assert not set("\x1b\u202e") & set(out)
