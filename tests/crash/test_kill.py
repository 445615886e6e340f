"""Killed anywhere, a run goes on where it was: nothing committed is lost, nothing torn is used, no process is left."""

from __future__ import annotations

import os
import select
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ace import atomic

PHASES = ["one", "two", "three", "four"]
WAIT = "(HERE / 'ready').write_text('x'); import time; time.sleep(300)"


def descendants(pid: int) -> set[int]:
    """All processes below one."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(status.parent.name)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


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


@pytest.fixture
def whole(project: Any, no_flush: None) -> dict[str, bytes]:
    """The data of a run that nobody killed."""
    project.run("whole")
    project.executed()
    found: dict[str, bytes] = project.data_bytes("whole")
    return found


@pytest.mark.parametrize("mode", [[], ["--artifact-mode"]], ids=["here", "apart"])
@pytest.mark.parametrize("place", range(4))
def test_a_run_killed_in_a_phase_goes_on_there(
    project: Any, whole: dict[str, bytes], place: int, mode: list[str]
) -> None:
    project.do(PHASES[place], WAIT)
    ready = project.gate("ready")
    process = project.start("run", "demo.py", "--run-id", "r", *mode)
    ready()
    below = descendants(process.pid)
    process.kill()
    process.communicate()
    assert outlived(below) == set()
    assert project.executed() == PHASES[: place + 1]

    project.undo()
    assert project.run().exit_code == 0  # at once: no lock is left to be removed by hand
    assert project.executed() == PHASES[place:]
    assert project.data_bytes() == whole


def test_workers_end_with_the_run_that_was_killed(project: Any, no_flush: None) -> None:
    project.do(
        "two", "import time; ctx.isolated(abs, 1); (HERE / 'ready').write_text('x'); ctx.isolated(time.sleep, 300)"
    )
    ready = project.gate("ready")
    process = project.start("run", "demo.py", "--run-id", "r")
    ready()
    below = descendants(process.pid)
    process.kill()
    process.communicate()
    assert len(below) >= 1
    assert outlived(below) == set()


@pytest.mark.parametrize("mode", [[], ["--artifact-mode"]], ids=["here", "apart"])
def test_no_process_is_left_after_a_run_that_ended(project: Any, mode: list[str], no_flush: None) -> None:
    project.do("two", "data['pids'] = [os.getpid(), ctx.isolated(os.getpid)]")
    assert project.ace("run", "demo.py", "--run-id", "r", *mode).returncode == 0
    assert outlived(set(project.artifact("two")["data"]["pids"])) == set()


# --- killed before every single system call that changes a file

SHORT = """
def work(n):
    log = os.open(HERE / "worked.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(log, f"{n}\\n".encode())
    os.close(log)
    return n * n


def first(inputs, ctx):
    return Output(act("first", {"items": [1, 2, 3]}, inputs, ctx))


def second(inputs, ctx):
    squares = list(ctx.map(work, inputs["first"]["items"], key=str))
    return Output(act("second", {"items": squares}, inputs, ctx), files={"md": "a report"})


PIPELINE = Pipeline("demo", (Phase("first", reads=()), Phase("second")))
"""
HOOKED = ("open", "write", "fsync", "replace", "symlink", "unlink", "mkdir", "rename", "truncate")


def killed_at(number: int, act: Callable[[], Any]) -> bool:
    """Do it in a copy of this process that dies at its n-th system call, a write in its middle. False when it survives."""
    child = os.fork()
    if child == 0:
        try:
            _arm(number)
            act()
        except BaseException:
            os._exit(99)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the run failed otherwise"
    return os.WIFSIGNALED(status)


def _arm(number: int) -> None:
    made = [0]

    def hook(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            changes = name != "open" or len(args) < 2 or args[1] & os.O_CREAT
            made[0] += bool(changes)
            if changes and made[0] == number:
                if name == "write":
                    real(args[0], bytes(args[1])[: len(args[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return None if name == "fsync" else real(*args, **options)

        return call

    for name in HOOKED:
        setattr(os, name, hook(name, getattr(os, name)))


def harmed(project: Any) -> Path:
    """The folder of a finished run whose second artifact is damaged."""
    project.runs = project.folder / "harmed"
    project.run()
    project.damage("second", b"torn")
    project.executed()
    worked(project)
    folder: Path = project.runs
    return folder


@pytest.mark.parametrize("harm", [False, True], ids=["new", "rebuilt"])
def test_killed_at_any_system_call_a_run_goes_on_and_ends_with_the_same_bytes(
    project: Any, no_flush: None, *, harm: bool
) -> None:
    project.write("demo.py", project.file.read_text().partition("def one(")[0] + SHORT)
    project.run("whole")
    project.executed()
    worked(project)
    expected = project.data_bytes("whole")
    before = harmed(project) if harm else None
    number, survived = 0, False
    while not survived:
        number += 1
        name = f"r{number}"
        project.runs = project.folder / name  # a folder of runs for every kill
        if before:
            shutil.copytree(before, project.runs, symlinks=True)
        survived = not killed_at(number, project.run)
        committed = whole_artifacts(project)
        done, items = project.executed(), worked(project)
        assert project.run().exit_code == 0, number
        again, items_again = project.executed(), worked(project)
        assert project.data_bytes() == expected, number
        assert not set(again) & committed, (number, done, again)
        assert len(items) + len(items_again) <= 3 + 1, (number, items, items_again)  # the one in flight
        assert not list(project.runs.rglob(f"run_r/{atomic.TEMPORARY}*")), number
        assert os.readlink(project.runs / "latest") == "run_r"
        assert project.state()["state"] == "completed"
    assert number > 30, "so many calls there are at least"


def whole_artifacts(project: Any) -> set[str]:
    """Phases whose artifact is on disk, which then is whole: a torn one would not parse."""
    names = set()
    for path in (project.runs / "run_r").glob("phase*.json"):
        name = path.stem.partition("_")[2]
        if path.read_bytes() != b"torn":
            assert project.artifact(name)["metadata"]["phase_name"] == name
            names.add(name)
    return names


def worked(project: Any) -> list[str]:
    log = project.folder / "worked.log"
    found = log.read_text().split() if log.exists() else []
    log.unlink(missing_ok=True)
    return found
