"""The worker processes of a batch: started in order, listened to through a pipe each, tried once more when they die.

The parent never polls: it sleeps until a worker says something, a worker's pipe closes, or a signal comes in.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from typing import Any

from ace import clock, jsonio, runfile, runs
from ace.batch import preload, worker
from ace.batch.jobs import CRASHED, NICE, QUEUED, RUNNING, Job, Request, Seen
from ace.control import CANCELLED
from ace.executors.processes import _without_main_module
from ace.records import Data, Json
from ace.services import Stop

ATTEMPTS = 2  # a run whose process died is gone on with once
END_TIMEOUT_S = 10.0  # for a process that has sent its result, or closed its pipe


@dataclass
class _Member:
    """A job at work."""

    job: Job
    process: ForkServerProcess
    pipe: Connection
    began: float


class Team:
    """`jobs` that are queued, worked on by at most `request.jobs` processes at once."""

    def __init__(self, request: Request, jobs: Sequence[Job], seen: Seen, stop: Stop) -> None:
        self._request, self._jobs, self._seen, self._stop = request, jobs, seen, stop
        self._queue = deque(job for job in jobs if job.state == QUEUED and not job.same_as)
        self._members: list[_Member] = []
        self._context = multiprocessing.get_context("forkserver")
        self._told_to_stop = False

    def work(self) -> None:
        """Until every job has ended, or all at work have stopped."""
        for job in self._jobs:
            if job.ended:
                self._tell(job)
        if not self._queue:
            return
        with self._woken() as wake, self._server():
            try:
                while self._members or (self._queue and not self._stop.requested):
                    self._fill()
                    self._listen(wake)
            finally:
                self._end_all()

    def _fill(self) -> None:
        while self._queue and len(self._members) < self._request.jobs and not self._stop.requested:
            job = self._queue.popleft()
            job.attempts += 1
            try:
                self._members.append(self._started(job))
            except (OSError, EOFError) as error:
                self._crashed(job, f"no worker process could be started: {error or type(error).__name__}")
            else:
                job.state = RUNNING
                self._tell(job)

    def _started(self, job: Job) -> _Member:
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=worker.main, args=(self._task(job), theirs), name="ace-run")
        try:
            with _without_main_module():
                process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return _Member(job, process, ours, clock.monotonic())

    def _task(self, job: Job) -> worker.Task:
        request, settings = self._request, self._request.settings
        own: dict[str, Json] = dict(request.inputs[job.number - 1][1])
        return worker.Task(
            request.pipeline.file or request.pipeline.name,
            dict(settings.engine),
            {name: dict(values) for name, values in settings.phases.items()},
            dict(settings.origin),
            dict(request.overrides) | own,
            job.run_id,
            {"name": job.input.encode("utf-8", "replace").decode(), "sha256": job.key},
            NICE[request.priority],
            request.listeners,
        )

    def _listen(self, wake: int) -> None:
        if self._stop.requested and not self._told_to_stop:
            self._told_to_stop = True
            for member in self._members:
                member.process.terminate()
        handles: list[Any] = [wake, *(member.pipe for member in self._members)]
        ready = wait(handles) if self._members else []
        if wake in ready:
            os.read(wake, 64)
        for member in [one for one in self._members if one.pipe in ready]:
            self._hear(member)

    def _hear(self, member: _Member) -> None:
        try:
            message = jsonio.trusted_loads(member.pipe.recv_bytes())
        except (EOFError, OSError):
            self._leave(member)
            self._died(member)
            return
        if message["kind"] == worker.RESULT:
            self._leave(member)
            self._finished(member.job, message)
            return
        member.job.run_id = message["run_id"] or member.job.run_id
        member.job.phase = message["phase"] or ""
        self._tell(member.job)

    def _leave(self, member: _Member) -> None:
        """The process is at its end: collect it, and count its time."""
        self._members.remove(member)
        member.pipe.close()
        member.process.join(END_TIMEOUT_S)
        if member.process.exitcode is None:
            member.process.kill()
            member.process.join(END_TIMEOUT_S)
        member.job.seconds = round(member.job.seconds + clock.monotonic() - member.began, 3)

    def _finished(self, job: Job, result: Data) -> None:
        job.state, job.exit_code = result["state"], result["exit_code"]
        job.error, job.hint = result["error"], result["hint"]
        job.run_id = result.get("run_id") or job.run_id
        job.phase = ""
        self._tell(job)

    def _died(self, member: _Member) -> None:
        code = member.process.exitcode
        killed = code is not None and code < 0
        how = f"was killed by {_name(-(code or 0))}" if killed else f"ended with exit code {code}"
        if self._stop.requested:
            member.job.state, member.job.error = "paused", "the batch was stopped"
            self._tell(member.job)
        elif self._was_cancelled(member):
            member.job.state, member.job.exit_code = "cancelled", CANCELLED
            self._tell(member.job)
        else:
            self._crashed(member.job, f"its worker process {how}")

    def _was_cancelled(self, member: _Member) -> bool:
        """Whether a person asked for this run's end (`ace cancel`): it is not a crash, and is not tried again."""
        if member.process.exitcode == CANCELLED:
            return True
        content = runfile.load(self._request.settings.artifacts / f"{runs.PREFIX}{member.job.run_id}")
        return content is not None and content["state"] in ("cancelling", "cancelled")

    def _crashed(self, job: Job, message: str) -> None:
        """Once more, at the end of the queue; the second time it stays so."""
        job.phase, job.error = "", message
        if job.attempts < ATTEMPTS:
            job.state, job.note = QUEUED, f"tried again: {message}"
            self._queue.append(job)
        else:
            job.state, job.exit_code = CRASHED, 1
        self._tell(job)

    def _tell(self, job: Job) -> None:
        with contextlib.suppress(OSError):  # a terminal that is gone does not end the batch
            self._seen(job, self._jobs)

    def _end_all(self) -> None:
        for member in list(self._members):
            member.process.kill()
            self._leave(member)

    @contextlib.contextmanager
    def _woken(self) -> Iterator[int]:
        """A descriptor that becomes readable when the batch is told to stop."""
        read, write = os.pipe()
        os.set_blocking(write, False)
        open_ = [True]

        def wake() -> None:
            if open_[0]:
                os.write(write, b"x")

        self._stop.also(wake)
        try:
            yield read
        finally:
            open_[0] = False
            os.close(read)
            os.close(write)

    @contextlib.contextmanager
    def _server(self) -> Iterator[None]:
        """The process that workers are forked from, with the phases imported; it ends with the batch."""
        self._context.set_forkserver_preload([preload.__name__])
        os.environ[preload.VARIABLE] = preload.encoded(self._request.pipeline.file or self._request.pipeline.name)
        try:
            with _without_main_module():
                forkserver.ensure_running()
            del os.environ[preload.VARIABLE]
            yield
        finally:
            os.environ.pop(preload.VARIABLE, None)
            server: Any = forkserver._forkserver
            server._stop()


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
