"""`ace cancel`: the run ends whatever its phases do, no process is left, results stay unless they are put aside."""

from __future__ import annotations

import json
import os
import select
import signal
from typing import Any

import pytest

from ace import control

READY = "(HERE / 'ready').write_text('x'); "
# What a phase may be doing, and the exit code of the run: by force only where it does not let go.
DOING = {
    "waits politely": "ctx.wait(300)",
    "sleeps": "import time; time.sleep(300)",
    "worker sleeps": "import time; ctx.isolated(abs, 1); (HERE / 'ready').write_text('x'); ctx.isolated(time.sleep, 300)",
    "worker in native code": "import re; ctx.isolated(re.match, '(a+)+$', 'a' * 60 + 'b', timeout_s=300)",
    "items in threads": "import time; list(ctx.map(lambda n: time.sleep(300), [1, 2, 3, 4], key=str, concurrency=3))",
    "program below it": "import subprocess; subprocess.run(['sleep', '300'])",
    "program left behind": "import subprocess; subprocess.Popen(['sleep', '300']); ctx.wait(300)",
    "thread left behind": "import threading, time; threading.Thread(target=time.sleep, args=(300,)).start(); ctx.wait(300)",
}


def outlived(pids: set[int]) -> set[int]:
    """Those that do not end by themselves within ten seconds each."""
    left = set()
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        if not select.select([handle], [], [], 10)[0]:
            left.add(pid)
            os.kill(pid, signal.SIGKILL)
        os.close(handle)
    return left


def started(project: Any, doing: str, *options: str) -> Any:
    """A run in its second phase, which has said that it is ready."""
    project.do("two", (READY if "ready" not in doing else "") + doing)
    ready = project.gate("ready")
    process = project.start("run", "demo.py", "--run-id", "r", *options)
    ready()
    return process


def ended(process: Any) -> int:
    process.communicate(timeout=60)
    code: int = process.returncode
    return code


@pytest.mark.parametrize("doing", DOING.values(), ids=DOING.keys())
def test_a_cancelled_run_ends_whatever_its_phase_does(project: Any, doing: str) -> None:
    process = started(project, doing)
    below = control.below(process.pid)
    result = project.ace("cancel", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["state"] == "cancelled"
    assert ended(process) == 6
    assert outlived(below) == set()
    state = project.state()
    assert (state["state"], state["error"]) == ("cancelled", "cancelled on request")
    assert {name: one["state"] for name, one in state["phases"].items()}["two"] == "cancelled"
    assert project.path("one").exists()  # what was committed stays
    assert not list((project.runs / "run_r").glob("phase2*"))
    assert not (project.runs / "run_r" / "control").exists() or not list((project.runs / "run_r" / "control").iterdir())


@pytest.mark.parametrize("doing", ["ctx.wait(300)", "import time; time.sleep(300)"], ids=["polite", "rude"])
def test_a_phase_in_a_process_of_its_own_ends_too(project: Any, doing: str) -> None:
    process = started(project, doing, "--artifact-mode")
    below = control.below(process.pid)
    assert below
    assert project.ace("cancel", "r").returncode == 0
    assert ended(process) == 6
    assert outlived(below) == set()
    assert project.state()["state"] == "cancelled"


def test_a_phase_that_lets_no_thread_work_is_killed_from_outside(project: Any) -> None:
    process = started(project, "import re; re.match('(a+)+$', 'a' * 60 + 'b')")
    result = project.ace("cancel")
    assert result.returncode == 0, result.stderr
    assert ended(process) == -signal.SIGKILL
    assert project.state()["state"] == "cancelled"
    assert project.state()["phases"]["two"]["state"] == "cancelled"


def test_items_that_were_finished_stay_in_the_journal(project: Any) -> None:
    doing = """
def work(n):
    if n == 3 and (HERE / "ready").exists():
        (HERE / "ready").write_text("x")
        ctx.wait(300)
    return n
data["n"] = list(ctx.map(work, [1, 2, 3], key=str))
"""
    process = started(project, doing)
    project.ace("cancel")
    assert ended(process) == 6
    assert (
        len((project.runs / "run_r" / "journal" / "phase2_two.jsonl").read_bytes().splitlines()) == 3
    )  # with its head


def test_items_whose_worker_was_killed_do_not_count_as_failed(project: Any) -> None:
    doing = """
import time
def nap(ctx=ctx):
    try:
        ctx.isolated(time.sleep, 300)
    except BaseException:
        return "swallowed"
ctx.isolated(abs, 1)
(HERE / "ready").write_text("x")
data["n"] = nap()
"""
    process = started(project, doing)
    project.ace("cancel")
    assert ended(process) == 6
    assert not list((project.runs / "run_r").glob("phase2*"))


def test_what_is_discarded_is_in_the_trash(project: Any) -> None:
    process = started(project, "ctx.blobs.put(b'picture', 'png'); list(ctx.map(abs, [1], key=str)); ctx.wait(300)")
    result = project.ace("cancel", "--discard", "--json")
    assert ended(process) == 6
    assert json.loads(result.stdout)["discarded"] == ["journal/phase2_two.jsonl", "phase1_one.json", "blobs"]
    folder = project.runs / "run_r"
    assert not list(folder.glob("phase*"))
    assert not (folder / "blobs").exists()
    trash = sorted(path.name.partition("Z.")[2] for path in (folder / ".trash").iterdir())
    assert [name for name in trash if "cancel" not in name] == ["blobs", "phase1_one.json", "phase2_two.jsonl"]
    assert {one["state"] for one in project.state()["phases"].values()} == {"pending"}
    assert project.state()["state"] == "cancelled"


def test_a_run_that_nobody_works_on_is_marked_and_passed_over_unless_it_is_named(
    cli: Any, project: Any, no_flush: None
) -> None:
    project.do("three", "raise PhaseError('no')")
    project.run()
    result = cli("cancel", "r")
    assert (result.code, result.out) == (0, "")
    assert result.err == "cancelled: run r; what it has made is kept\n"
    assert project.state()["state"] == "cancelled"
    assert project.events()[-1]["state"] == "cancelled"

    assert cli("resume").code == 2
    assert cli("run", "demo.py", "--resume-latest").code == 2
    project.undo()
    project.executed()
    assert cli("resume", "r").code == 0
    assert project.executed() == ["three", "four"]


def test_a_run_whose_process_is_gone_is_marked(project: Any, cli: Any) -> None:
    process = started(project, "ctx.wait(300)")
    process.kill()
    process.communicate()
    assert cli("cancel", "r").code == 0
    assert project.state()["state"] == "cancelled"
    assert project.state()["phases"]["two"]["state"] == "cancelled"


def test_cancelling_twice_says_the_same_and_may_discard(cli: Any, project: Any, no_flush: None) -> None:
    project.do("three", "raise PhaseError('no')")
    project.run()
    cli("cancel", "r")
    events = len(project.events())
    assert cli("cancel", "r").code == 0
    assert len(project.events()) == events
    assert "moved to runs/run_r/.trash" in cli("cancel", "r", "--discard").err
    assert not list((project.runs / "run_r").glob("phase*"))


def test_a_completed_run_cannot_be_cancelled(cli: Any, project: Any, no_flush: None) -> None:
    project.run()
    result = cli("cancel", "r", "--discard")
    assert result.code == 2
    assert "run r is completed: there is nothing to cancel" in result.err
    assert len(list((project.runs / "run_r").glob("phase*.json"))) == 4


def test_a_cancel_after_a_pause_is_a_cancel(project: Any) -> None:
    process = started(project, "import time; time.sleep(300)")
    assert project.ace("pause").returncode == 0
    assert project.state()["state"] == "pausing"
    assert project.ace("cancel").returncode == 0
    assert ended(process) == 6
    assert project.state()["state"] == "cancelled"
