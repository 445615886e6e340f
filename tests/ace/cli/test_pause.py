"""`ace pause`: nothing new starts, what is in flight is kept, the process ends, `ace resume` goes on."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from ace.cli import targets

# The second of three items says that it is there, then waits until somebody writes to `go`.
ITEMS = """
def work(n):
    log = os.open(HERE / "worked.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(log, f"{n}\\n".encode())
    os.close(log)
    if n == 2 and (HERE / "go").exists():
        (HERE / "ready").write_text("x")
        (HERE / "go").read_text()
    return n * n
data["squares"] = list(ctx.map(work, [1, 2, 3], key=str))
"""


@pytest.fixture
def busy(project: Any) -> Any:
    """A run that works on the second item of its second phase."""
    project.do("two", ITEMS)
    os.mkfifo(project.folder / "go")
    ready = project.gate("ready")
    process = project.start("run", "demo.py", "--run-id", "r")
    ready()
    yield process
    process.kill()
    process.communicate()


def let_go(project: Any) -> None:
    (project.folder / "go").write_text("x")
    (project.folder / "go").unlink()


def test_a_pause_is_answered_while_an_item_is_in_flight_which_is_then_kept(project: Any, busy: Any) -> None:
    answer = project.ace("pause", "--json")
    assert answer.returncode == 0
    said = json.loads(answer.stdout)
    assert (said["run_id"], said["state"]) == ("r", "pausing")
    assert project.state()["state"] == "pausing"
    assert list((project.runs / "run_r" / "control").iterdir()) == []
    assert busy.poll() is None

    let_go(project)
    assert busy.wait(60) == 5
    assert project.state()["state"] == "paused"
    assert project.state()["phases"]["two"]["state"] == "pending"
    kinds = [event["kind"] for event in project.events() if event["kind"] != "progress"]
    assert kinds[-3:] == ["pausing", "phase_interrupted", "run_ended"]

    project.executed()
    assert project.ace("resume").returncode == 0
    assert project.executed() == ["two", "three", "four"]
    assert (project.folder / "worked.log").read_text().split() == ["1", "2", "3"]  # the items before: from the journal
    assert project.artifact("two")["data"]["squares"] == [1, 4, 9]
    assert project.state()["state"] == "completed"


def test_with_wait_it_returns_when_the_run_has_stopped(project: Any, busy: Any) -> None:
    pause = project.start("pause", "r", "--wait", "--json")
    assert targets.until(lambda: project.state()["state"] == "pausing", 30)
    assert pause.poll() is None
    let_go(project)
    out, _ = pause.communicate(timeout=60)
    assert json.loads(out)["state"] == "paused"
    assert busy.wait(60) == 5


def test_independent_phases_that_have_not_begun_do_not_begin(project: Any) -> None:
    project.do("one", "(HERE / 'ready').write_text('x'); (HERE / 'go').read_text()")
    os.mkfifo(project.folder / "go")
    ready = project.gate("ready")
    process = project.start("run", "demo.py", "--run-id", "r")
    ready()
    assert project.ace("pause").returncode == 0
    let_go(project)
    assert process.wait(60) == 5
    process.communicate()
    assert project.executed() == ["one"]
    assert project.state()["phases"]["one"]["state"] == "completed"  # it was in flight: it has committed


def test_a_signal_after_a_pause_is_the_first_signal(project: Any, busy: Any) -> None:
    project.ace("pause")
    busy.terminate()
    let_go(project)
    assert busy.wait(60) in (5, 143)
    assert project.state()["state"] == "paused"


def test_a_phase_in_a_process_of_its_own_pauses_too(project: Any) -> None:
    project.do("two", "(HERE / 'ready').write_text('x'); ctx.wait(300)")
    ready = project.gate("ready")
    process = project.start("run", "demo.py", "--run-id", "r", "--artifact-mode")
    ready()
    assert project.ace("pause", "--wait").returncode == 0
    assert process.wait(60) == 5
    process.communicate()
    assert project.state()["state"] == "paused"


def test_a_run_that_is_not_running_cannot_be_paused(cli: Any, project: Any, no_flush: None) -> None:
    project.run()
    result = cli("pause", "r")
    assert result.code == 2
    assert result.err == "ace: run r is not running: it is completed\n     ace resume r   (goes on with it)\n"
    assert "is running" in cli("pause").err


def test_without_a_name_one_run_must_be_running(project: Any, busy: Any) -> None:
    ready = project.gate("ready2")
    project.do("one", "(HERE / 'ready2').write_text('x'); ctx.wait(300)")
    other = project.start("run", "demo.py", "--run-id", "other", "--allow-overlap")
    ready()
    result = project.ace("pause")
    assert result.returncode == 2
    assert "2 runs are running" in result.stderr
    assert project.ace("pause", "other", "--wait").returncode == 0
    assert other.wait(60) == 5
    other.communicate()
    assert busy.poll() is None
