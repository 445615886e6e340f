"""`ace resume`: the latest run that can go on, with the pipeline and the settings that it was started with."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("no_flush")


def failed(cli: Any, project: Any, run_id: str, *words: str, created: str = "") -> None:
    """A run that failed in its third phase; `created` puts it at that place among the others."""
    project.do("three", "raise PhaseError('no')")
    assert cli("run", str(project.file), "--run-id", run_id, *words).code == 1
    project.undo("three")
    project.executed()
    if created:
        path = project.runs / f"run_{run_id}" / "run.json"
        path.write_text(path.read_text().replace(project.state(run_id)["created"], created))


def test_the_latest_run_that_can_go_on_is_taken(cli: Any, project: Any) -> None:
    failed(cli, project, "old", created="2026-01-01T00:00:00.000Z")
    failed(cli, project, "new", created="2026-01-02T00:00:00.000Z")
    project.run("done")
    project.executed()
    result = cli("resume")
    assert result.code == 0
    assert "run new in" in result.err
    assert project.executed() == ["three", "four"]
    assert cli("resume", "-q").code == 0  # the other one
    assert (project.state("old")["state"], project.executed()) == ("completed", ["three", "four"])
    last = cli("resume")
    assert last.code == 2
    assert "no run in runs was paused, failed or crashed" in last.err


def test_it_goes_on_with_the_settings_it_was_started_with(cli: Any, project: Any) -> None:
    failed(cli, project, "r", "--count", "7", "--set", "three.keep=5")
    assert cli("resume").code == 0
    assert project.artifact("one")["metadata"]["output_count"] == 7
    assert project.artifact("three")["metadata"]["output_count"] == 5


def test_a_run_that_crashed_is_taken(cli: Any, project: Any) -> None:
    project.do("two", "(HERE / 'ready').write_text('x'); ctx.wait(300)")
    ready = project.gate("ready")
    process = project.start("run", "demo.py", "--run-id", "r")
    ready()
    process.kill()
    process.communicate()
    project.undo()
    project.executed()
    assert cli("resume").code == 0
    assert project.executed() == ["two", "three", "four"]


def test_a_run_that_is_running_is_passed_over_and_refused_when_named(cli: Any, project: Any) -> None:
    failed(cli, project, "r")
    project.do("three", "(HERE / 'ready').write_text('x'); ctx.wait(300)")
    ready = project.gate("ready")
    process = project.start("resume")
    ready()
    assert cli("resume").code == 2
    assert cli("resume", "r").code == 75
    process.kill()
    process.communicate()


def test_a_partial_run_is_taken_only_when_it_is_named(cli: Any, project: Any) -> None:
    project.do("three", "list(ctx.map(lambda n: 1 // n, [0, 1], key=str))")
    assert cli("run", "demo.py", "--run-id", "r").code == 3
    assert cli("resume").code == 2
    assert cli("resume", "r").code == 3
    assert cli("resume", "nosuch").code == 2


def test_the_pipeline_may_be_named(cli: Any, project: Any) -> None:
    failed(cli, project, "r")
    assert cli("resume", "--pipeline", "news").code == 2
    wrong = cli("resume", "r", "--pipeline", "news")
    assert wrong.code == 2
    assert "run r is a run of demo, not of news" in wrong.err
    assert cli("resume", "--pipeline", "demo").code == 0


def test_its_options_reach_the_run(cli: Any, project: Any) -> None:
    project.write("demo.py", project.file.read_text().replace('{"total"', '{"pid": os.getpid(), "total"'))
    failed(cli, project, "r")
    result = cli("resume", "--artifact-mode", "--json")
    assert result.code == 0
    assert '"state": "completed"' in result.out
    import os

    assert project.artifact("four")["data"]["pid"] != os.getpid()


def test_a_run_whose_process_died_while_it_was_cancelled_is_passed_over(cli: Any, project: Any) -> None:
    failed(cli, project, "r")
    path = project.runs / "run_r" / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"state": "cancelling"}))
    assert project.state()["state"] == "cancelling"
    assert cli("resume").code == 2
    assert cli("resume", "r").code == 0
