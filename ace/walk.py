"""The phases of one run on their way from unsettled to an artifact or a failure.

Walk.go
├── _ready      phases whose inputs are all settled
├── _decide     plan.decide → skip or blocked: settled at once
└── _run        _attempts → execute.run_phase, here or in a fresh process; committed, or failed with its reason
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from ace import clock, plan, runfile, store
from ace.errors import (
    AceError,
    BudgetReached,
    Interrupted,
    PhaseError,
    ProviderUnavailable,
    StorageError,
    TransientError,
    Waiting,
)
from ace.examine import Known
from ace.services import Bench

RETRY_BASE_S = 1.0
ENDS_THE_RUN = (BudgetReached, ProviderUnavailable, StorageError)  # the next phase would fail the same way
REPORTED = (  # what the event of a commit repeats of the metadata
    "input_count",
    "output_count",
    "dropped_count",
    "failed_count",
    "duration_seconds",
    "cost_usd",
    "llm_calls",
    "status",
)


class Walk:
    """The phases of one run on their way from unsettled to an artifact or a failure."""

    def __init__(
        self,
        bench: Bench,
        state: runfile.RunFile,
        known: Mapping[str, Known],
        asked: plan.Asked,
        *,
        artifact_mode: bool,
    ) -> None:
        self.bench, self.state = bench, state
        self.known, self.asked, self.artifact_mode = known, asked, artifact_mode
        self.reads = plan.reads(bench.pipeline.phases)
        self.settled: dict[str, plan.Recorded] = {}  # state "missing" where a phase failed or was blocked
        self.fresh: dict[str, store.Artifact] = {}  # committed here and still to be read by others
        self.errors: dict[str, AceError] = {}
        self.ended: AceError | None = None
        self.worked = False
        self.unsaved = False  # run.json knows less than was found on disk
        self.watcher: Any = None
        self.running: set[str] = set()

    def go(self) -> None:
        """Settle every phase. A chain runs in this thread; where several are ready, they run side by side."""
        try:
            while self._ready():
                to_run = self._to_run()
                if len(to_run) == 1:
                    self._run(to_run[0])
                elif to_run:
                    from ace.side_by_side import run_all  # noqa: PLC0415  (a chain needs no queue)

                    run_all(to_run, self._run, self.running, self._to_run)
        finally:
            if self.watcher is not None:
                self.watcher.close()

    def disarm(self) -> None:
        """The run has ended in good order: a cancel need not end it by force any more."""
        if self.watcher is not None:
            self.watcher.disarm()

    def _to_run(self) -> list[Known]:
        """Of the phases that are ready those which have to run; the others are settled."""
        return [one for one in self._ready() if self._decide(one)]

    def _ready(self) -> list[Known]:
        if self.ended is not None:
            return []
        busy = set(self.settled) | self.running
        waiting = (one for name, one in self.known.items() if name not in busy)
        return [one for one in waiting if all(name in self.settled for name in self.reads[one.phase.name])]

    def _decide(self, one: Known) -> bool:
        """True when the phase has to run; otherwise it is settled here."""
        name = one.phase.name
        if self.asked.only is not None and name not in self.asked.only:
            self.settled[name] = one.recorded
            return False
        there = {wanted: self.settled[wanted].sha256 for wanted in self.reads[name] if self.settled[wanted].sha256}
        decision = plan.decide(one.phase, one.recorded, one.current, there, self.asked)
        if decision.action == plan.SKIP:
            self._skip(one, decision)
            return False
        if why := plan.may_run(one.phase, self.reads[name], there):
            self.settled[name] = plan.Recorded("missing", why=why)
            self.state.update_phase(name, state="blocked", error=why)
            self.bench.log.add("phase_blocked", phase=name, number=one.number, reason=why)
            return False
        self._make_way(one, decision)
        return True

    def _skip(self, one: Known, decision: plan.Decision) -> None:
        name = one.phase.name
        self.settled[name] = one.recorded
        state = self.state.phase(name)
        if state["state"] not in ("completed", "partial"):
            state.update(runfile.summary(store.read(one.place).metadata), error="")
            self.unsaved = True
        with contextlib.suppress(OSError):  # a later edit is told from damage by this time; a crash or a copy lost it
            written_ns = one.place.path.stat().st_mtime_ns
            if one.recorded.state == "valid" and state.get("written_ns") != written_ns:
                state["written_ns"] = written_ns
                self.unsaved = True
        fields = {"stale": list(decision.stale)} if decision.stale else {}
        self.bench.log.add("phase_skipped", phase=name, number=one.number, reason=decision.reason, **fields)

    def _make_way(self, one: Known, decision: plan.Decision) -> None:
        """Announce why it runs; what is replaced or damaged moves to `.trash/`."""
        name = one.phase.name
        if not self.worked:
            self.worked = True
            self.state.update(state="running", error="")
            from ace.control import Watcher  # noqa: PLC0415  (a rerun with nothing to do is over before it could be asked)

            self.watcher = Watcher(self.bench, self.state)
        if one.recorded.state != "missing":
            store.discard(one.place)
        self.bench.log.add("phase_started", phase=name, number=one.number, reason=decision.reason)

    def _run(self, one: Known) -> None:
        name = one.phase.name
        try:
            artifact = self._attempts(one)
        except Interrupted as error:
            self.ended = self.ended or error
            self._failed(one, error, "cancelled" if self.bench.stop.cancelled else "pending")
        except Waiting as error:
            self.ended = self.ended or error
            self._failed(one, error, "waiting")
        except AceError as error:
            self._failed(one, error, "failed")
            if isinstance(error, ENDS_THE_RUN):
                self.ended = self.ended or error
        except (Exception, SystemExit) as error:  # a bug in a phase is that phase's failure, not the engine's
            wrapped = _explain(error)
            wrapped.__cause__ = error
            self._failed(one, wrapped, "failed")
        else:
            self.settled[name] = plan.Recorded("valid", artifact.sha256, status=artifact.metadata["status"])
            self._keep_for_readers(name, artifact)

    def _attempts(self, one: Known) -> store.Artifact:
        """Run and commit, again after transient errors. The last error goes on."""
        name, most = one.phase.name, max(1, one.phase.attempts)
        for attempt in range(1, most + 1):
            self.state.update_phase(name, state="running", attempts=attempt, max_attempts=most, started=clock.stamp())
            try:
                self.bench.stop.check()
                artifact = self._execute(one, attempt)
            except TransientError as error:
                if attempt == most:
                    raise
                from ace.executors.threads import backoff  # noqa: PLC0415  (a rerun with nothing to do imports no executor)

                seconds = backoff(attempt, RETRY_BASE_S, error.retry_after)
                self.state.update_phase(name, state="retry_wait", error=error.message)
                self.bench.log.add("retry", phase=name, attempt=attempt, seconds=round(seconds, 2), error=error.message)
                self.bench.stop.wait(seconds)
                continue
            self._committed(one, artifact)
            return artifact
        raise AssertionError

    def _execute(self, one: Known, attempt: int) -> store.Artifact:
        from ace import execute  # noqa: PLC0415  (a rerun with nothing to do executes nothing)

        name = one.phase.name
        missing = tuple(wanted for wanted in self.reads[name] if not self.settled[wanted].sha256)
        inputs = {wanted: self._input(wanted) for wanted in self.reads[name] if wanted not in missing}
        expected = one.place.schema
        work = execute.Work(one.phase, one.number, one.current.config, one.code, expected, inputs, missing, attempt)
        if self.artifact_mode:
            from ace import phase_process  # noqa: PLC0415  (subprocess is not needed otherwise)

            return phase_process.run_phase(self.bench, work)
        return execute.run_phase(self.bench, work)

    def _input(self, name: str) -> store.Artifact:
        """An input: as committed a moment ago, or from disk, verified."""
        if name in self.fresh:
            return self.fresh[name]
        return store.read(self.known[name].place)

    def _keep_for_readers(self, name: str, artifact: store.Artifact) -> None:
        """Hold an artifact in memory only as long as an unsettled phase reads it."""
        self.fresh[name] = artifact
        wanted = {read for phase, inputs in self.reads.items() if phase not in self.settled for read in inputs}
        for gone in [held for held in list(self.fresh) if held not in wanted]:
            self.fresh.pop(gone, None)

    def _committed(self, one: Known, artifact: store.Artifact) -> None:
        name = one.phase.name
        written_ns = artifact.path.stat().st_mtime_ns
        summary = runfile.summary(artifact.metadata)
        keep = self.state.update_phase if self.running else self.state.note_phase  # in a chain the next phase starts
        keep(name, **summary, written_ns=written_ns, error="")
        fields = {key: artifact.metadata[key] for key in REPORTED}
        self.bench.log.add("phase_committed", phase=name, number=one.number, **fields)

    def _failed(self, one: Known, error: AceError, state: str) -> None:
        name = one.phase.name
        self.settled[name] = plan.Recorded("missing", why=error.message)
        if state == "failed":
            self.errors[name] = error
        with contextlib.suppress(StorageError):  # a full disk must not hide the error that it caused
            self.state.update_phase(name, state=state, error=error.message, ended=clock.stamp())
            self.bench.log.add(
                "phase_failed" if state == "failed" else "phase_interrupted",
                phase=name,
                number=one.number,
                error=type(error.__cause__ or error).__name__,
                message=error.message,
                hint=error.hint,
            )


def _explain(error: BaseException) -> AceError:
    text = str(error) or "no message"
    return PhaseError(f"{type(error).__name__}: {text}"[:2000], hint="run it again with --debug for the traceback")
