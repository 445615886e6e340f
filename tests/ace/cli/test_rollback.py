"""`ace rollback`: what came after a phase moves to the trash, and the run goes on from there."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("no_flush")
AFTER_TWO = ["phase4_four.md", "phase4_four.json", "phase3_three.json"]


def names(project: Any) -> list[str]:
    return sorted(path.name for path in (project.runs / "run_r").glob("phase*"))


def test_later_phases_move_to_the_trash_and_the_run_goes_on_from_there(cli: Any, project: Any) -> None:
    project.run()
    before = project.data_bytes()
    project.executed()
    result = cli("rollback", "--to", "two")
    assert (result.code, result.out.split()) == (0, AFTER_TWO)
    assert "ace resume r goes on after phase 2 two" in result.err
    assert names(project) == ["phase1_one.json", "phase2_two.json"]
    trash = [path.name.partition("Z.")[2] for path in (project.runs / "run_r" / ".trash").iterdir()]
    assert sorted(trash) == sorted(AFTER_TWO)
    assert project.state()["state"] == "paused"
    phases = project.state()["phases"]
    states = [phases[name]["state"] for name in ("one", "two", "three", "four")]
    assert states == ["completed", "completed", "pending", "pending"]
    assert project.events()[-1]["kind"] == "rolled_back"

    assert cli("resume").code == 0
    assert project.executed() == ["three", "four"]
    assert project.data_bytes() == before


def test_a_dry_run_only_says_it(cli: Any, project: Any) -> None:
    project.run()
    state = project.state()
    result = cli("rollback", "--to", "2", "--dry-run")
    assert (result.code, result.out.split()) == (0, AFTER_TWO)
    assert len(names(project)) == 5
    assert project.state() == state


def test_journals_and_failures_of_later_phases_go_too(cli: Any, project: Any) -> None:
    project.do("three", "list(ctx.map(abs, [1, 2], key=str)); raise PhaseError('no')")
    project.run()
    document = json.loads(cli("rollback", "--to", "one", "--run-id", "r", "--json").out)
    assert document["moved"] == ["journal/phase3_three.jsonl", "phase2_two.json"]
    assert document["done"] is True
    phases = project.state()["phases"]
    assert {name for name, one in phases.items() if (one["state"], one["error"]) == ("pending", "")} == {
        "two",
        "three",
        "four",
    }
    assert phases["three"]["declared"]["items"] == "items"


def test_without_anything_later_nothing_changes(cli: Any, project: Any) -> None:
    project.run()
    before = project.state()
    result = cli("rollback", "--to", "four")
    assert (result.code, result.out) == (0, "")
    assert result.err == "run r has made nothing after phase 4 four\n"
    assert project.state() == before


def test_the_pipeline_is_not_executed(cli: Any, project: Any) -> None:
    project.run()
    project.file.unlink()
    assert cli("rollback", "--to", "three").code == 0


def test_unknown_phases_and_runs_are_named(cli: Any, project: Any) -> None:
    project.run()
    assert "has no phase 'twoo'" in cli("rollback", "--to", "twoo").err
    assert cli("rollback", "--to", "two", "--run-id", "nosuch").code == 2
    assert cli("rollback").code == 2


def test_it_is_refused_while_the_run_is_running(cli: Any, project: Any) -> None:
    project.do("three", "(HERE / 'ready').write_text('x'); ctx.wait(300)")
    ready = project.gate("ready")
    process = project.start("run", "demo.py", "--run-id", "r")
    ready()
    result = cli("rollback", "--to", "one")
    assert result.code == 75
    assert "ace pause r --wait" in result.err
    assert names(project) == ["phase1_one.json", "phase2_two.json"]
    process.kill()
    process.communicate()
