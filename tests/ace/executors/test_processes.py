"""Calls in worker processes: a crash, a hang or a flood of output of one item takes nothing else with it."""

from __future__ import annotations

import importlib
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ace.errors import DeadlineExceeded, PhaseError, TransientError, WorkerCrashed
from ace.executors import processes
from ace.executors.processes import WorkerPool

ROOT = Path(__file__).resolve().parents[3]

# What workers are asked to do has to be importable by them: a module in a folder that is on sys.path.
WORK = """
import os, signal, sys, time, threading
from ace.errors import PhaseError, TransientError

class Odd(Exception):
    def __init__(self, one, two):
        super().__init__(one)

def pid(_=None): return os.getpid()
def double(item): return item * 2
def die(code): os._exit(code)
def killed(number): os.kill(os.getpid(), number)
def leave(_): sys.exit(3)
def fail(_): raise PhaseError("bad item", hint="look at it")
def transient(_): raise TransientError("later", retry_after=7.0)
def odd(_): raise Odd("a", "b")
def unpicklable(_): return lambda: 1
def interrupt(_): raise KeyboardInterrupt
def chatter(_):
    os.write(1, b"noise" * 1000)
    return "fine"
def hang(pipe):
    os.write(os.open(pipe, os.O_WRONLY), b"%d\\n" % os.getpid())
    while True: signal.pause()
def big(size): return "x" * size
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    (tmp_path / "some_work.py").write_text(WORK)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("some_work")
    sys.modules.pop("some_work", None)


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    made = WorkerPool(2)
    yield made
    made.close()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_result_comes_back_from_another_process(pool: WorkerPool, work: Any) -> None:
    assert pool.call(work.double, (21,), 30) == 42
    assert pool.call(work.pid, (), 30) != os.getpid()


def test_a_worker_is_used_again(pool: WorkerPool, work: Any) -> None:
    assert len({pool.call(work.pid, (), 30) for _ in range(5)}) == 1


def test_a_worker_is_replaced_after_many_calls(pool: WorkerPool, work: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "CALLS_PER_WORKER", 2)
    pids = [pool.call(work.pid, (), 30) for _ in range(3)]
    assert pids[0] == pids[1] != pids[2]
    assert not is_alive(pids[0])


@pytest.mark.parametrize(
    ("name", "argument", "said"),
    [
        ("die", 7, "ended with exit code 7"),
        ("killed", signal.SIGKILL, "was killed by SIGKILL"),
        ("killed", signal.SIGSEGV, "was killed by SIGSEGV"),
        ("leave", None, "ended with exit code"),
        ("interrupt", None, "ended with exit code"),
    ],
)
def test_a_crash_is_transient_says_how_and_takes_nothing_with_it(
    pool: WorkerPool, work: Any, name: str, argument: Any, said: str
) -> None:
    with pytest.raises(WorkerCrashed, match=said) as caught:
        pool.call(getattr(work, name), (argument,), 30)
    assert isinstance(caught.value, TransientError)
    assert pool.call(work.double, (1,), 30) == 2


def test_a_hanging_call_is_ended_at_its_deadline(pool: WorkerPool, work: Any) -> None:
    pool.call(work.pid, (), 30)  # a worker that has started: the deadline is for the call alone
    with pytest.raises(DeadlineExceeded, match="took longer than 0.2 s"):
        pool.call(work.hang, ("/dev/null",), 0.2)
    assert pool.call(work.double, (1,), 30) == 2


def test_errors_come_back_as_what_they_are(pool: WorkerPool, work: Any) -> None:
    with pytest.raises(PhaseError, match="bad item") as caught:
        pool.call(work.fail, (1,), 30)
    assert caught.value.hint == "look at it"
    with pytest.raises(TransientError, match="later") as transient:
        pool.call(work.transient, (1,), 30)
    assert transient.value.retry_after == 7.0


def test_what_cannot_be_sent_back_is_still_an_error_in_words(pool: WorkerPool, work: Any) -> None:
    with pytest.raises(RuntimeError, match="Odd: a"):
        pool.call(work.odd, (1,), 30)
    with pytest.raises(Exception, match="pickle"):
        pool.call(work.unpicklable, (1,), 30)
    assert pool.call(work.double, (1,), 30) == 2


def test_what_a_call_prints_does_not_disturb_the_answer(pool: WorkerPool, work: Any) -> None:
    assert pool.call(work.chatter, (1,), 30) == "fine"


def test_a_big_answer_comes_whole(pool: WorkerPool, work: Any) -> None:
    assert len(pool.call(work.big, (5_000_000,), 30)) == 5_000_000


def test_threads_share_the_pool(pool: WorkerPool, work: Any) -> None:
    results: list[int] = []

    def call(number: int) -> None:
        results.extend(pool.call(work.double, (number,), 30) for _ in range(5))

    callers = [threading.Thread(target=call, args=(number,)) for number in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sorted(results) == sorted([0, 2, 4, 6] * 5)


def test_closing_ends_every_worker_those_at_work_too(work: Any, tmp_path: Path) -> None:
    pool = WorkerPool(2)
    idle = pool.call(work.pid, (), 30)
    busy = tmp_path / "busy"
    os.mkfifo(busy)
    ended: list[BaseException] = []

    def call() -> None:
        try:
            pool.call(work.hang, (str(busy),), 60)
        except WorkerCrashed as error:
            ended.append(error)

    caller = threading.Thread(target=call)
    caller.start()
    with busy.open() as pipe:
        at_work = int(pipe.readline())
    pool.close()
    caller.join(20)
    assert not is_alive(idle)
    assert not is_alive(at_work)
    assert len(ended) == 1
    with pytest.raises(WorkerCrashed, match="the run is ending"):
        pool.call(work.pid, (), 30)


def test_a_killed_parent_leaves_no_worker_not_even_one_that_hangs(work: Any, tmp_path: Path) -> None:
    fifo = tmp_path / "pids"
    os.mkfifo(fifo)
    code = (
        "import sys, threading; sys.path.insert(0, sys.argv[2]); import some_work\n"
        "from ace.executors.processes import WorkerPool\n"
        "WorkerPool(1).call(some_work.hang, (sys.argv[1],), 600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(fifo), str(tmp_path)], cwd=ROOT)
    with fifo.open("rb", buffering=0) as pipe:
        worker = int(pipe.readline())  # it is in a call that never ends
        assert is_alive(worker)
        parent.kill()
        parent.wait(20)
        ready, _, _ = select.select([pipe], [], [], 20)  # readable when the last that holds the other end is gone
        if not ready:
            os.kill(worker, signal.SIGKILL)
        assert ready, "the worker outlived its parent"
