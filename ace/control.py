"""Requests to a run from another process: files in its `control/`, seen by the run within a tenth of a second.

ask        write a request; any process
Watcher    look for requests and answer them; the process that works on the run
kill       end the process that works on a run when it does not answer
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from pathlib import Path
from typing import NoReturn

from ace import atomic, clock, jsonio, lock, runfile
from ace.errors import AceError, StorageError
from ace.services import Bench

INBOX = "control"
PAUSE, CANCEL = "pause", "cancel"
PAUSED, CANCELLED = 5, 6  # exit codes
LOOK_EVERY_S = 0.1  # a request is answered within 0.3 s, on a busy machine too
GRACE_S = 1.0  # for an orderly end, of the 2 s in which a cancelled run is gone
MAX_BYTES = 4096  # of a request: ours have about a hundred
ENDED = ("Z", "X")  # states of a process that runs no more: a zombie, dead
ROUNDS, ROUND_S = 40, 0.005  # of looking for processes that are left: a killed one is gone in a few milliseconds


def ask(folder: Path, kind: str) -> Path:
    """Write a request to the process that works on the run. The file is gone once the run has answered."""
    atomic.make_folder(folder / INBOX)
    moment = clock.stamp().replace(":", "").replace("-", "")
    path = folder / INBOX / f"{moment}-{kind}-{os.getpid()}.json"
    content = {"kind": kind, "time": clock.stamp(), "to": lock.holder(folder / runfile.LOCK), "from": str(os.getpid())}
    atomic.write(path, jsonio.dumps(content) + b"\n", durable=False)
    return path


def withdraw(path: Path) -> None:
    """Take back a request that nobody answered, so that no later process takes it for its own."""
    with contextlib.suppress(OSError):
        path.unlink()


class Watcher:
    """Looks into `control/` while phases run. `close` ends that; `disarm` calls off the end that a cancel has set."""

    def __init__(self, bench: Bench, state: runfile.RunFile) -> None:
        self._bench, self._state = bench, state
        self._seen: set[str] = set()
        self._timer: threading.Timer | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, name="ace-control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._done.set()
        self._thread.join()

    def disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        while not self._done.wait(LOOK_EVERY_S):
            for path in _waiting(self._bench.folder):
                if path.name not in self._seen:
                    self._seen.add(path.name)
                    self._answer(path)

    def _answer(self, path: Path) -> None:
        """Stop first, then say so: run.json, the request's move to `.trash/`, the event."""
        kind, stop = _kind(path), self._bench.stop
        if kind == CANCEL and not stop.cancelled:
            stop.request("cancelled on request", CANCELLED, cancel=True)
            self._timer = threading.Timer(GRACE_S, self._force)
            self._timer.daemon = True
            self._timer.start()
            self._say(path, "cancelling")
            self._bench.workers.close()
        elif kind == PAUSE and not stop.cancelled:
            if not stop.requested:
                stop.request("paused on request", PAUSED)
            self._say(path, "pausing")
        else:
            self._say(path, "")

    def _say(self, path: Path, state: str) -> None:
        with contextlib.suppress(AceError):  # a full disk does not keep a run from stopping
            if state:
                self._state.update(state=state)
        with contextlib.suppress(AceError):
            atomic.discard(path, self._bench.folder)
        with contextlib.suppress(AceError):
            self._bench.log.add(state or "request_ignored", run_id=self._bench.run_id, request=path.name)

    def _force(self) -> None:
        """The grace is over: whatever threads and processes still do, the run ends here, cancelled."""
        for one in list(self._state.content["phases"].values()):
            if one["state"] in ("running", "retry_wait"):
                one["state"] = "cancelled"
        with contextlib.suppress(StorageError):
            self._state.update(state="cancelled", error="cancelled on request")
        fields = {"run_id": self._bench.run_id, "state": "cancelled", "exit_code": CANCELLED, "error": "ended by force"}
        # in a thread: whoever hangs may hold the log's lock
        said = threading.Thread(target=self._bench.log.add, args=("run_ended",), kwargs=fields, daemon=True)
        said.start()
        said.join(LOOK_EVERY_S)
        end_all(CANCELLED)


def leave(code: int) -> None:
    """End this process by force if a thread or a process that a phase started would outlive the run."""
    threads = [one for one in threading.enumerate() if not one.daemon and one is not threading.main_thread()]
    if threads or below(os.getpid()):
        end_all(code)


def end_all(code: int) -> NoReturn:
    """End this process at once, with all processes below it."""
    for _ in range(ROUNDS):
        found = below(os.getpid())
        if not found:
            break
        _kill(found)
        time.sleep(ROUND_S)
    os._exit(code)


def kill(folder: Path) -> bool:
    """Kill the process that works on the run, and all below it. False when it cannot be told which that is."""
    path = folder / runfile.LOCK
    holder = lock.holder(path)
    if not holder or not _has_open(int(holder), path) or not lock.is_held(path):
        return False
    pid = int(holder)
    try:
        os.kill(pid, signal.SIGSTOP)  # it starts no further process while its own are looked up
        found = below(pid)
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    _kill(found)
    return True


def is_alive(pid: str) -> bool:
    """Whether there is a process with that number which has not ended."""
    try:
        return Path("/proc", pid, "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] not in ENDED
    except OSError:
        return False


def below(pid: int) -> set[int]:
    """Living processes that `pid` started, directly or not. Reads /proc."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                state, parent = Path("/proc", name, "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
                if state not in ENDED:
                    parents[int(name)] = int(parent)
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def _kill(pids: set[int]) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _has_open(pid: int, path: Path) -> bool:
    """Whether that process has the file open: a number alone may be another's by now, or another container's."""
    descriptors = Path("/proc", str(pid), "fd")
    with contextlib.suppress(OSError):
        wanted = path.stat()
        for name in os.listdir(descriptors):
            with contextlib.suppress(OSError):
                if os.path.samestat(os.stat(descriptors / name), wanted):
                    return True
    return False


def _waiting(folder: Path) -> list[Path]:
    try:
        names = os.listdir(folder / INBOX)
    except OSError:
        return []
    return [folder / INBOX / name for name in sorted(names) if not name.startswith(".")]


def _kind(path: Path) -> str:
    """What is asked of this process; empty for what is no request, or one to a process that worked here before."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            content = jsonio.loads(file.read(MAX_BYTES), what=path.name)
    except (OSError, ValueError):
        return ""
    if not isinstance(content, dict) or content.get("to") != str(os.getpid()):
        return ""
    return str(content.get("kind", ""))
