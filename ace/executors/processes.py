"""Calls in worker processes, so that a crash, a hang or a balloon of one item takes nothing else with it.

Each worker has a private pipe (a shared queue deadlocks when a worker dies inside it) and the deadline is the
parent's (native code may hold the worker's interpreter lock). Workers are spawned, never forked from a threaded
parent, end when the parent's end of the pipe closes, and are replaced after a crash, a hang or many calls.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from ace.errors import DeadlineExceeded, WorkerCrashed

CALLS_PER_WORKER = 2000  # native libraries leak; a fresh worker costs its imports once in so many calls
START_TIMEOUT_S = 60.0


class WorkerPool:
    """Up to `size` worker processes, started when first needed. `call` may come from any thread."""

    def __init__(self, size: int = 0) -> None:
        self._free = threading.BoundedSemaphore(size or os.cpu_count() or 1)
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False

    def call(self, function: Callable[..., Any], args: tuple[Any, ...], timeout_s: float) -> Any:
        """The function's result. Raises what it raised, WorkerCrashed or DeadlineExceeded.

        Time waiting for a free worker does not count towards `timeout_s` (seconds).
        """
        payload = pickle.dumps((function, args))
        with self._free:
            worker = self._take()
            try:
                answer = worker.ask(payload, timeout_s)
            except BaseException:
                self._drop(worker)
                raise
            self._give_back(worker)
        succeeded, value = pickle.loads(answer)
        if not succeeded:
            raise value
        return value

    def close(self) -> None:
        """End all workers, those at work too. The pipe of one at work is its caller's to close, who sees it end."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            busy = self._all.difference(idle)
            self._all -= set(idle)
        for worker in busy:
            worker.end()
        for worker in idle:
            worker.kill()

    def _take(self) -> _Worker:
        with self._lock:
            if self._closed:
                message = "the run is ending"
                raise WorkerCrashed(message)
            if self._idle:
                return self._idle.pop()
        worker = _Worker()
        with self._lock:
            self._all.add(worker)
            late = self._closed
        if late:  # closed while it started: nobody else would end it
            self._drop(worker)
            message = "the run is ending"
            raise WorkerCrashed(message)
        return worker

    def _give_back(self, worker: _Worker) -> None:
        if worker.calls >= CALLS_PER_WORKER:
            self._drop(worker)
            return
        with self._lock:
            late = self._closed
            if not late:
                self._idle.append(worker)
        if late:
            self._drop(worker)

    def _drop(self, worker: _Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.kill()


class _Worker:
    """One process and the parent's end of its pipe."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, child = context.Pipe()
        self._process: BaseProcess = context.Process(target=_serve, args=(child,), daemon=True, name="ace-worker")
        with _without_main_module():
            self._process.start()
        child.close()
        self.calls = 0
        self._started = False

    def ask(self, payload: bytes, timeout_s: float) -> bytes:
        self.calls += 1
        try:
            if not self._started:
                self._await(START_TIMEOUT_S)
                self._started = True
            self._pipe.send_bytes(payload)
            return self._await(timeout_s)
        except (EOFError, OSError) as error:
            raise self._crashed() from error

    def end(self) -> None:
        """Kill the process. Whoever waits for its answer learns of it through the pipe."""
        with contextlib.suppress(OSError, ValueError):
            self._process.kill()

    def kill(self) -> None:
        """Kill the process, collect it and close the pipe: only whoever holds the worker may do this."""
        self.end()
        with contextlib.suppress(OSError, ValueError):
            self._process.join()
        self._pipe.close()

    def _await(self, timeout_s: float) -> bytes:
        ready = wait([self._pipe, self._process.sentinel], timeout_s)
        if self._pipe in ready:
            return self._pipe.recv_bytes()
        if ready:
            raise EOFError
        message = f"took longer than {timeout_s:g} s; its worker process was ended"
        raise DeadlineExceeded(message)

    def _crashed(self) -> WorkerCrashed:
        self._process.join(timeout=1)
        code = self._process.exitcode
        if code is not None and code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
        else:
            how = f"ended with exit code {code}"
        return WorkerCrashed(f"the worker process {how}")


_main_lock = threading.Lock()


@contextlib.contextmanager
def _without_main_module() -> Any:
    """Start a child that does not import the parent's `__main__` again: the command line is of no use to it."""
    import sys  # noqa: PLC0415

    with _main_lock:
        main = sys.modules["__main__"]
        saved = {name: getattr(main, name) for name in ("__spec__", "__file__") if hasattr(main, name)}
        for name in saved:
            setattr(main, name, None) if name == "__spec__" else delattr(main, name)
        try:
            yield
        finally:
            for name, value in saved.items():
                setattr(main, name, value)


def _serve(pipe: Connection) -> None:
    """The worker's loop: one request, one answer, until the parent's end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pipe.send_bytes(b"ready")
    while True:
        try:
            payload = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        pipe.send_bytes(_answer(payload))


def _end_with_parent() -> None:
    """A parent that is killed leaves no worker behind, not even one that never comes back from its call."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
    os._exit(1)


def _answer(payload: bytes) -> bytes:
    try:
        function, args = pickle.loads(payload)
        return pickle.dumps((True, function(*args)))
    except Exception as error:
        try:
            raw = pickle.dumps((False, error))
            pickle.loads(raw)
        except Exception:
            return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
        return raw
