"""Many processes at once, and a clock that goes backwards."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ace import atomic, clock, lock, runs
from ace.errors import Locked

PROCESSES, STARTS = 8, 50


def apart(number: int, act: Callable[[int], bytes]) -> list[bytes]:
    """What each of `number` forked processes returns; the empty text where one failed."""
    children = []
    for which in range(number):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.write(writer, act(which))
                code = 0
            finally:
                os._exit(code)
        os.close(writer)
        children.append((child, reader))
    said = []
    for child, reader in children:
        _, status = os.waitpid(child, 0)
        said.append(os.read(reader, 4096) if os.waitstatus_to_exitcode(status) == 0 else b"")
        os.close(reader)
    return said


def test_of_eight_processes_with_fifty_starts_each_one_holds_the_lock_at_a_time(tmp_path: Path) -> None:
    def start(which: int) -> bytes:
        got = refused = 0
        for _ in range(STARTS):
            try:
                with lock.hold(tmp_path / "lock", "run x"):
                    os.close(os.open(tmp_path / "held", os.O_CREAT | os.O_EXCL))  # fails while another holds it
                    os.unlink(tmp_path / "held")
                    got += 1
            except Locked:
                refused += 1
        return f"{got} {refused}".encode()

    counts = [tuple(map(int, said.split())) for said in apart(PROCESSES, start)]
    assert [got + refused for got, refused in counts] == [STARTS] * PROCESSES, "two held it at once"
    assert all(got for got, _ in counts)
    assert not lock.is_held(tmp_path / "lock")


def test_of_eight_runs_started_at_once_every_one_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    names = apart(PROCESSES, lambda which: "\n".join(runs.create(tmp_path).name for _ in range(5)).encode())
    made = [name for said in names for name in said.decode().split()]
    assert len(made) == len(set(made)) == PROCESSES * 5


def test_latest_is_never_missing_while_four_processes_swap_it(tmp_path: Path) -> None:
    atomic.link("run_0", tmp_path / "latest")

    def swap(which: int) -> bytes:
        for _ in range(300):
            atomic.link(f"run_{which}", tmp_path / "latest")
        return b"done"

    watcher = os.fork()
    if watcher == 0:
        seen = {os.readlink(tmp_path / "latest") for _ in range(5000)}  # raises when it is missing
        os._exit(0 if seen <= {f"run_{which}" for which in range(4)} else 1)
    assert apart(4, swap) == [b"done"] * 4
    assert os.waitstatus_to_exitcode(os.waitpid(watcher, 0)[1]) == 0
    assert os.listdir(tmp_path) == ["latest"]


@pytest.fixture
def backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at the clock is an hour before the one before."""
    moments = [clock.now()]

    def now() -> Any:
        moments.append(moments[-1] - timedelta(hours=1))
        return moments[-1]

    monkeypatch.setattr(clock, "now", now)


def test_a_clock_that_goes_backwards_changes_no_duration_and_no_result(
    project: Any, no_flush: None, backwards: None
) -> None:
    for _ in range(2):
        assert project.run().exit_code == 0
    assert project.executed() == ["one", "two", "three", "four"]
    assert all(0 <= project.artifact(name)["metadata"]["duration_seconds"] < 60 for name in ("one", "four"))
    kinds = [event["kind"] for event in project.events()]
    assert kinds.index("run_started") < kinds.index("phase_committed") < kinds.index("run_ended")


def test_latest_is_the_run_that_started_last_even_when_the_clock_was_set_back(
    project: Any, no_flush: None, backwards: None
) -> None:
    first, second = project.run(""), project.run("")
    assert second.run_id < first.run_id
    assert runs.resolve(project.runs, runs.LATEST).id == second.run_id


def test_a_clock_that_stands_still_gives_every_run_an_id_and_loses_no_discarded_file(
    project: Any, no_flush: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert len({project.run("").run_id for _ in range(3)}) == 3
    project.run()
    for _ in range(3):
        project.run(resume_from="four")
    trashed = [path for path in (project.runs / "run_r" / atomic.TRASH).iterdir() if path.match("*four.json*")]
    assert len(trashed) == 3
