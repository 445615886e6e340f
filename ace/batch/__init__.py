"""Many inputs, one run each: bounded worker processes, none lost, what was done before is not done again.

run(request)
├── lock              the pipeline's, once for the whole batch
├── jobs.plan         hash every input, find its run: completed → skipped, unfinished → resumed, else new
└── Team.work         a process per run, at most `jobs` at once, in the order given; a crashed one is tried once more
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from ace import atomic, lock
from ace.batch import jobs as planning
from ace.batch.jobs import GOOD, WAITING, Job, Request, Seen
from ace.errors import Interrupted, Waiting
from ace.services import Stop


def _unseen(job: Job, jobs: Sequence[Job]) -> None:
    """Nobody looks."""


def run(request: Request, seen: Seen = _unseen, stop: Stop | None = None) -> list[Job]:
    """All inputs to their end, or to where `stop` found them. Raises ConfigError, Locked or CannotCreate before any."""
    from ace.batch.team import Team  # noqa: PLC0415  (multiprocessing, for those who have an input)

    stop = stop or Stop()
    keyed = planning.Keys(request)
    root = request.settings.artifacts
    atomic.make_folder(root)
    with contextlib.ExitStack() as held:
        if not request.allow_overlap:
            path = root / ".locks" / f"{request.pipeline.name}.lock"
            held.enter_context(lock.hold(path, f"pipeline {request.pipeline.name}", wait_s=request.wait_s))
        known = {} if request.again else planning.earlier(root, request.pipeline.name)
        jobs = planning.plan(request, keyed, known)
        Team(request, jobs, seen, stop).work()
    _repeat(jobs)
    return jobs


def exit_code(jobs: Sequence[Job], stop: Stop) -> int:
    """0 all completed, 3 some, 1 none; 75 when the rest waits for a provider; the signal's when it left work undone."""
    if any(not job.ended or job.state == "paused" for job in jobs):
        try:
            stop.check()
        except Interrupted as error:
            return error.exit_code
    if all(job.state == "completed" for job in jobs):
        return 0
    if all(job.state in ("completed", WAITING) for job in jobs):
        return Waiting.exit_code
    return 3 if any(job.state in GOOD for job in jobs) else 1


def _repeat(jobs: Sequence[Job]) -> None:
    """Inputs given twice share the fate of the first."""
    for job in jobs:
        if job.same_as:
            first = jobs[job.same_as - 1]
            job.run_id, job.state, job.exit_code, job.error = first.run_id, first.state, first.exit_code, first.error
