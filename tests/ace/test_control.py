"""Requests to a run: who answers which, what is said on disk, and which processes are ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ace import control, lock, runfile, runs
from ace.services import Bench, Caches, Models, Stop, Workers
from ace.views import status


class Log:
    """Events as they were added; `wait` returns when one of that kind was."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self._changed = threading.Condition()

    def add(self, kind: str, **fields: Any) -> None:
        with self._changed:
            self.kinds.append(kind)
            self._changed.notify_all()

    def wait(self, kind: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: kind in self.kinds, 30), self.kinds


class Watched:
    """A run folder whose lock this process holds, with a watcher, as if phases ran here."""

    def __init__(self, project: Any) -> None:
        self.folder = project.runs / "run_w"
        self.folder.mkdir(parents=True)
        pipeline = project.request().pipeline
        self.state = runfile.RunFile(self.folder, runfile.new("w", pipeline, {}, "1"))
        self.state.update(state="running")
        self.log, self.stop, self.workers = Log(), Stop(), Workers()
        started = runs.clock.now()
        caches = Caches(project.folder / "cache.db")
        models = Models({}, self.folder / "llm.db")
        self.bench = Bench(self.folder, "w", pipeline, started, self.log, self.stop, self.workers, caches, models)
        self.watcher = control.Watcher(self.bench, self.state)

    def recorded(self) -> str:
        return runs.resolve(self.folder.parent, "w").content["state"]

    def requests(self) -> list[Path]:
        return list((self.folder / control.INBOX).iterdir())


@pytest.fixture
def watched(project: Any, no_flush: None) -> Iterator[Watched]:
    made = Watched(project)
    with lock.hold(made.folder / runfile.LOCK, "run w"):
        yield made
        made.watcher.close()
        made.watcher.disarm()


def test_a_pause_stops_the_run_and_is_said_in_run_json_before_the_request_goes(watched: Watched) -> None:
    path = control.ask(watched.folder, control.PAUSE)
    assert path.name.endswith(f"-pause-{os.getpid()}.json")
    watched.log.wait("pausing")
    assert watched.stop.requested
    assert not watched.stop.cancelled
    assert watched.recorded() == "pausing"
    assert watched.requests() == []
    assert [one.name.partition("Z.")[2] for one in (watched.folder / ".trash").iterdir()] == [path.name]


def test_a_cancel_after_a_pause_counts_and_a_pause_after_a_cancel_does_not(watched: Watched) -> None:
    control.ask(watched.folder, control.PAUSE)
    watched.log.wait("pausing")
    control.ask(watched.folder, control.CANCEL)
    watched.log.wait("cancelling")
    control.ask(watched.folder, control.PAUSE)
    watched.log.wait("request_ignored")
    watched.watcher.disarm()
    assert watched.stop.cancelled
    assert watched.stop.interrupted.exit_code == control.CANCELLED
    assert watched.recorded() == "cancelling"


def test_a_pause_while_a_signal_ends_the_run_is_answered_and_keeps_the_signals_exit_code(watched: Watched) -> None:
    watched.stop.request("stopped by SIGTERM", 143)
    control.ask(watched.folder, control.PAUSE)
    watched.log.wait("pausing")
    assert watched.stop.interrupted.exit_code == 143


@pytest.mark.parametrize(
    "content",
    [
        b'{"kind": "pause", "to": "1"}',  # to a process that worked on the run before
        b'{"kind": "pause"}',
        b'{"kind": "explode", "to": "PID"}',
        b"[]",
        b"{",
        b"\xff",
        b"[" * 5000,
        b"",
    ],
)
def test_what_is_no_request_to_this_process_is_put_aside(watched: Watched, content: bytes) -> None:
    inbox = watched.folder / control.INBOX
    inbox.mkdir()
    (inbox / "x.json").write_bytes(content.replace(b"PID", str(os.getpid()).encode()))
    watched.log.wait("request_ignored")
    assert not watched.stop.requested
    assert watched.recorded() == "running"
    assert watched.requests() == []


def test_a_link_and_a_pipe_are_no_requests(watched: Watched) -> None:
    inbox = watched.folder / control.INBOX
    inbox.mkdir()
    target = watched.folder.parent / "elsewhere.json"
    target.write_text(f'{{"kind": "pause", "to": "{os.getpid()}"}}')
    (inbox / "a.json").symlink_to(target)
    watched.log.wait("request_ignored")
    os.mkfifo(inbox / "b.json")
    control.ask(watched.folder, control.PAUSE)
    watched.log.wait("pausing")  # neither kept the watcher from what came after
    assert target.exists()


def test_a_half_written_request_is_not_looked_at(watched: Watched) -> None:
    inbox = watched.folder / control.INBOX
    inbox.mkdir()
    (inbox / ".tmp-x").write_text("{")
    control.ask(watched.folder, control.PAUSE)
    watched.log.wait("pausing")
    assert [one.name for one in watched.requests()] == [".tmp-x"]


def test_after_close_nothing_is_answered(watched: Watched) -> None:
    watched.watcher.close()
    path = control.ask(watched.folder, control.PAUSE)
    assert path.exists()
    control.withdraw(path)
    control.withdraw(path)  # and again: no error
    assert watched.requests() == []


def test_a_cancel_ends_workers_at_work(watched: Watched) -> None:
    watched.workers.call(abs, (1,), 60)
    ended: list[BaseException] = []

    def work() -> None:
        import time

        try:
            watched.workers.call(time.sleep, (300,), 300)
        except Exception as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    control.ask(watched.folder, control.CANCEL)
    watched.log.wait("cancelling")
    watched.watcher.disarm()
    thread.join(30)
    assert [type(error).__name__ for error in ended] == ["WorkerCrashed"]


# processes


@pytest.fixture
def family() -> Iterator[Callable[[Path | None], Any]]:
    """A process that started another, which sleeps; the path it is given is locked, as a run's lock is."""
    code = (
        "import fcntl, subprocess, sys, os\n"
        "if sys.argv[1]:\n"
        "    file = open(sys.argv[1], 'w')\n"
        "    fcntl.flock(file, fcntl.LOCK_EX)\n"
        "    file.write(f'{os.getpid():<10}\\n'); file.flush()\n"
        "child = subprocess.Popen(['sleep', '300'])\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    made = []

    def start(path: Path | None) -> Any:
        process = subprocess.Popen([sys.executable, "-c", code, str(path or "")], stdout=subprocess.PIPE, text=True)
        made.append(process)
        process.child = int(process.stdout.readline())  # type: ignore[attr-defined]
        return process

    yield start
    for process in made:
        for pid in control.below(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.kill()
        process.communicate()


def test_processes_below_are_found_and_dead_ones_are_not(family: Any) -> None:
    process = family(None)
    assert control.below(process.pid) == {process.child}
    assert process.child in control.below(os.getpid())
    os.kill(process.child, signal.SIGKILL)
    assert process.wait(30) == 0
    assert control.below(process.pid) == set()
    assert not control.is_alive(str(process.pid))
    assert control.is_alive(str(os.getpid()))


def test_the_holder_of_the_lock_is_killed_with_what_is_below_it(family: Any, tmp_path: Path) -> None:
    process = family(tmp_path / runfile.LOCK)
    handle = os.pidfd_open(process.child)
    assert control.kill(tmp_path)
    assert process.wait(30) == -signal.SIGKILL
    import select

    assert select.select([handle], [], [], 30)[0]
    os.close(handle)


def test_a_process_that_only_has_the_number_in_the_lock_file_is_spared(family: Any, tmp_path: Path) -> None:
    process = family(None)
    path = tmp_path / runfile.LOCK
    path.write_text(f"{process.pid:<10}\n")
    assert not control.kill(tmp_path)
    path.write_text("nobody\n")
    assert not control.kill(tmp_path)
    assert process.poll() is None


def test_a_process_that_has_let_go_of_the_lock_is_spared(tmp_path: Path) -> None:
    path = tmp_path / runfile.LOCK
    with path.open("w") as file:
        file.write(f"{os.getpid():<10}\n")
        file.flush()
        assert not control.kill(tmp_path)  # this very process has it open, but does not hold it


# what a reader sees, and a worker that stalls


def test_a_killed_run_is_crashed_for_the_next_look(project: Any) -> None:
    project.do("two", "(HERE / 'ready').write_text('x'); ctx.wait(300)")
    ready = project.gate("ready")
    process = project.start("run", "demo.py", "--run-id", "r")
    ready()
    assert status.of_run(runs.resolve(project.runs, "r")).state == "running"
    process.kill()
    process.communicate()
    seen = status.of_run(runs.resolve(project.runs, "r"))
    assert seen.state == "crashed"
    assert [row.state for row in seen.phases] == ["completed", "crashed", "pending", "pending"]
    assert status.is_resumable(seen)


def test_a_run_killed_while_pausing_is_crashed_too(project: Any) -> None:
    project.do("two", "(HERE / 'ready').write_text('x'); import time; time.sleep(300)")
    ready = project.gate("ready")
    process = project.start("run", "demo.py", "--run-id", "r")
    ready()
    project.ace("pause")
    assert status.of_run(runs.resolve(project.runs, "r")).state == "pausing"
    process.kill()
    process.communicate()
    assert status.of_run(runs.resolve(project.runs, "r")).state == "crashed"


def test_a_worker_that_stalls_is_killed_and_its_item_tried_again(project: Any, no_flush: None) -> None:
    project.write(
        "stalls.py",
        "import os, time\nfrom pathlib import Path\n\n\ndef work(mark):\n    mark = Path(mark)\n    if not mark.exists():\n"
        "        mark.write_text(str(os.getpid()))\n        time.sleep(300)\n    return os.getpid()\n",
    )
    project.do(
        "two",
        "import stalls; ctx._retry_base_s = 0; "
        "data['pids'] = list(ctx.map(stalls.work, [str(HERE / 'mark')], key=str, isolate=True, timeout_s=2))",
    )
    assert project.run().exit_code == 0
    (pid,) = project.artifact("two")["data"]["pids"]
    stalled = (project.folder / "mark").read_text()
    assert str(pid) != stalled
    assert not control.is_alive(stalled)
