"""Walk a pipeline's phases: decide, run or skip, commit, go on.

run(request)
├── _open          find or make the run folder, take the locks
├── examine        what is on disk of each phase, what it would be made with today
├── _walk          phases in order of their inputs, independent ones side by side
│   └── _settle    plan.decide → skip, or _attempts → execute.run_phase
└── _finish        the run's state and exit code from what its phases came to
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple

import ace
from ace import atomic, clock, config, discovery, execute, fingerprint, lock, plan, runfile, runs, store
from ace.errors import (
    AceError,
    BudgetReached,
    DamagedArtifact,
    Interrupted,
    ProviderUnavailable,
    StorageError,
    TransientError,
    UsageError,
)
from ace.events import EventLog, Listener
from ace.executors.threads import backoff
from ace.records import NOTHING, Json, Phase, Pipeline
from ace.services import Caches, Stop, Workers

RETRY_BASE_S = 1.0
ENDS_THE_RUN = (BudgetReached, ProviderUnavailable, StorageError)  # the next phase would fail the same way


class Request(NamedTuple):
    """What the command line asks for. `overrides` are {"phase.key": value}; they are kept in run.json for a resume."""

    pipeline: Pipeline
    settings: config.Settings
    overrides: Mapping[str, Json] = NOTHING
    run_id: str = ""
    resume_from: str = ""
    run_phase: str = ""
    resume_latest: bool = False
    rerun_stale: bool = False
    artifact_mode: bool = False
    allow_overlap: bool = False
    wait_s: float = 0.0


class Outcome(NamedTuple):
    """How a run ended: its state, the exit code of the command, the first error with its hint."""

    run_id: str
    folder: Path
    state: str
    exit_code: int
    error: str = ""
    hint: str = ""


class Known(NamedTuple):
    """A phase with what is on disk of it and what it would be made with today."""

    phase: Phase
    number: int
    place: store.Place
    recorded: plan.Recorded
    current: plan.Current
    code: fingerprint.Code


def run(request: Request, listeners: tuple[Listener, ...] = (), stop: Stop | None = None) -> Outcome:
    """Run or resume. Raises Locked, UsageError, ConfigError, CannotCreate, DamagedArtifact before anything is changed."""
    stop = stop or Stop()
    with _open(request) as folder, contextlib.ExitStack() as closing:
        state = _state(request, folder)
        overrides = state.content["settings"] | dict(request.overrides)
        values = config.effective(request.pipeline, request.settings, overrides)
        known = examine(folder, request.pipeline, values, state.content)
        asked = what_is_asked(request, known)
        atomic.sweep(folder)
        log = EventLog(folder, listeners)
        closing.callback(log.close)
        workers, caches = Workers(), Caches(cache_file(request))
        closing.callback(caches.close)
        closing.callback(workers.close)
        started = clock.parse(state.content["created"])
        bench = execute.Bench(folder, state.content["run_id"], request.pipeline, started, log, stop, workers, caches)
        _announce(request, state, bench, overrides)
        walk = _Walk(request, bench, state, known, asked, values)
        walk.go()
        return _finish(walk)


def examine(folder: Path, pipeline: Pipeline, values: config.Values, content: Mapping[str, Json]) -> dict[str, Known]:
    """Every phase's artifact, verified, and its fingerprint of today. Writes nothing."""
    run_id = folder.name.removeprefix(runs.PREFIX)
    found = {}
    for number, phase in enumerate(pipeline.phases, 1):
        expected = discovery.phase_schema(pipeline, phase)
        written_ns = content["phases"].get(phase.name, {}).get("written_ns")
        place = store.Place(folder, run_id, pipeline.name, number, phase.name, expected, written_ns)
        recorded = record(place)
        file = discovery.module_file(pipeline, phase)
        code = fingerprint.of_code(file, phase.files, dict(recorded.code_files))
        current = plan.Current(code.sha256, code.files, values[phase.name], expected.sha256 if expected else "")
        found[phase.name] = Known(phase, number, place, recorded, current, code)
    return found


def record(place: store.Place) -> plan.Recorded:
    """What is on disk of one phase."""
    try:
        artifact = store.find(place)
    except DamagedArtifact as error:
        return plan.Recorded("damaged", why=error.message)
    if artifact is None:
        return plan.Recorded("missing")
    metadata = artifact.metadata
    made_with = metadata.get("fingerprint", {})
    return plan.Recorded(
        "edited" if artifact.edited else "valid",
        artifact.sha256,
        status=metadata.get("status", "completed"),
        inputs=made_with.get("inputs", {}),
        code=made_with.get("code", ""),
        code_files=metadata.get("code", {}),
        config=metadata.get("config", {}),
        schema=made_with.get("schema", ""),
    )


def what_is_asked(request: Request, known: Mapping[str, Known]) -> plan.Asked:
    """Phases to run anew and phases to leave alone. Raises DamagedArtifact when what comes before is not all there."""
    if request.run_phase:
        target = discovery.phase(request.pipeline, request.run_phase)
        _require(request, known, plan.reads(request.pipeline.phases)[target.name], target)
        return plan.Asked(frozenset((target.name,)), frozenset((target.name,)), request.rerun_stale)
    if request.resume_from:
        first = discovery.phase(request.pipeline, request.resume_from)
        number = known[first.name].number
        _require(request, known, [name for name, one in known.items() if one.number < number], first)
        return plan.Asked(
            frozenset(name for name, one in known.items() if one.number >= number), None, request.rerun_stale
        )
    return plan.Asked(rerun_stale=request.rerun_stale)


def _require(request: Request, known: Mapping[str, Known], names: list[str] | tuple[str, ...], wanted: Phase) -> None:
    for name in names:
        one = known[name]
        if one.recorded.state in ("missing", "damaged") and name not in wanted.optional:
            what = "has no artifact" if one.recorded.state == "missing" else f"is damaged ({one.recorded.why})"
            message = f"cannot start at phase {wanted.name}: phase {one.number} {name} {what}"
            command = f"ace run {request.pipeline.file or request.pipeline.name} --run-id {one.place.run_id}"
            hint = f"{command}   (makes what is missing), or {command} --resume-from-phase {one.number}"
            raise DamagedArtifact(message, path=str(one.place.path), hint=hint)


def cache_file(request: Request) -> Path:
    return request.settings.cache / f"{request.pipeline.name}.db"


@contextlib.contextmanager
def _open(request: Request) -> Iterator[Path]:
    """The run folder, with the pipeline's lock (unless overlap is allowed) and the run's lock held."""
    root = request.settings.artifacts
    atomic.make_folder(root)
    with contextlib.ExitStack() as held:
        name = request.pipeline.name
        if not request.allow_overlap:
            path = root / ".locks" / f"{name}.lock"
            held.enter_context(lock.hold(path, f"pipeline {name}", wait_s=request.wait_s))
        folder = _folder(request, root)
        held.enter_context(lock.hold(folder / runfile.LOCK, f"run {folder.name}", wait_s=request.wait_s))
        yield folder


def _folder(request: Request, root: Path) -> Path:
    if request.resume_latest:
        return _latest_unfinished(request, root).folder
    if not request.run_id:
        return runs.create(root)
    if request.resume_from or request.run_phase or request.run_id.startswith(runs.LATEST):
        return runs.resolve(root, request.run_id).folder
    if runs.exists(root, request.run_id):
        return root / f"{runs.PREFIX}{runs.checked(request.run_id)}"
    fitting = [run_id for run_id in runs.ids(root) if run_id.startswith(runs.checked(request.run_id))]
    return runs.resolve(root, request.run_id).folder if len(fitting) == 1 else runs.create(root, request.run_id)


def _latest_unfinished(request: Request, root: Path) -> runs.Run:
    for run_ in runs.everything(root, request.pipeline.name):
        if run_.content["state"] in runfile.UNFINISHED:
            return run_
    message = f"no unfinished run of {request.pipeline.name} in {root}"
    raise UsageError(message, hint=f"ace run {request.pipeline.name}   (starts a new one)")


def _state(request: Request, folder: Path) -> runfile.RunFile:
    """The run's state, checked to be of this pipeline; phases that the pipeline has gained are added."""
    run_id = folder.name.removeprefix(runs.PREFIX)
    content = runfile.load(folder) or runfile.new(run_id, request.pipeline, {}, ace.__version__)
    if content["pipeline"] != request.pipeline.name:
        message = f"run {run_id} is a run of {content['pipeline']}, not of {request.pipeline.name}"
        raise UsageError(message, hint=f"ace run {content['pipeline_file'] or content['pipeline']} --run-id {run_id}")
    for number, phase in enumerate(request.pipeline.phases, 1):
        content["phases"].setdefault(phase.name, runfile.pending(number))["number"] = number
    return runfile.RunFile(folder, content)


def _announce(request: Request, state: runfile.RunFile, bench: execute.Bench, overrides: dict[str, Json]) -> None:
    content, root = state.content, bench.folder.parent
    for name in (runs.LATEST, f"{runs.LATEST}-{request.pipeline.name}"):
        with contextlib.suppress(OSError):
            if (root / name).readlink().name == bench.folder.name:
                continue
        atomic.link(bench.folder.name, root / name)
    content["settings"] = overrides
    bench.log.add(
        "run_started",
        run_id=bench.run_id,
        pipeline=request.pipeline.name,
        pipeline_file=request.pipeline.file,
        created=content["created"],
        settings=overrides,
        phases=[phase.name for phase in request.pipeline.phases],
        resumed=content["state"] != "initialized",
        ace_version=ace.__version__,
    )


class _Walk:
    """The phases of one run on their way from unsettled to an artifact or a failure."""

    def __init__(
        self,
        request: Request,
        bench: execute.Bench,
        state: runfile.RunFile,
        known: Mapping[str, Known],
        asked: plan.Asked,
        values: config.Values,
    ) -> None:
        self.request, self.bench, self.state = request, bench, state
        self.known, self.asked, self.values = known, asked, values
        self.reads = plan.reads(request.pipeline.phases)
        self.settled: dict[str, plan.Recorded] = {}  # state "missing" where a phase failed or was blocked
        self.fresh: dict[str, store.Artifact] = {}  # committed here and still to be read by others
        self.errors: dict[str, AceError] = {}
        self.ended: AceError | None = None
        self.worked = False
        self.running: set[str] = set()

    def go(self) -> None:
        """Settle every phase. A chain runs in this thread; where several are ready, they run side by side."""
        while ready := self._ready():
            to_run = [one for one in ready if self._decide(one)]
            if len(to_run) == 1:
                self._run(to_run[0])
            elif to_run:
                self._side_by_side(to_run)

    def _side_by_side(self, to_run: list[Known]) -> None:
        """Run these, and whatever becomes ready meanwhile, in threads of their own until none is left running."""
        finished: SimpleQueue[str] = SimpleQueue()

        def work(one: Known) -> None:
            try:
                self._run(one)
            finally:
                finished.put(one.phase.name)

        while True:
            for one in to_run:
                self.running.add(one.phase.name)
                Thread(target=work, args=(one,), name=f"ace-{one.phase.name}").start()
            if not self.running:
                return
            self.running.discard(finished.get())
            to_run = [one for one in self._ready() if self._decide(one)]

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
        if self.state.phase(name)["state"] not in ("completed", "partial"):
            artifact = store.read(one.place)
            self.state.phase(name).update(runfile.summary(artifact.metadata), error="")
        fields = {"stale": list(decision.stale)} if decision.stale else {}
        self.bench.log.add("phase_skipped", phase=name, number=one.number, reason=decision.reason, **fields)

    def _make_way(self, one: Known, decision: plan.Decision) -> None:
        """Announce why it runs; what is replaced or damaged moves to `.trash/`."""
        name = one.phase.name
        if not self.worked:
            self.worked = True
            self.state.update(state="running", error="")
        if one.recorded.state != "missing":
            store.discard(one.place)
        self.bench.log.add("phase_started", phase=name, number=one.number, reason=decision.reason)

    def _run(self, one: Known) -> None:
        name = one.phase.name
        try:
            artifact = self._attempts(one)
        except Interrupted as error:
            self.ended = self.ended or error
            self._failed(one, error, "pending")
        except AceError as error:
            self._failed(one, error, "failed")
            if isinstance(error, ENDS_THE_RUN):
                self.ended = self.ended or error
        except Exception as error:  # a bug in a phase is that phase's failure, not the engine's
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
                seconds = backoff(attempt, RETRY_BASE_S, error.retry_after)
                self.state.update_phase(name, state="retry_wait", error=error.message)
                self.bench.log.add("retry", phase=name, attempt=attempt, seconds=round(seconds, 2), error=error.message)
                self.bench.stop.wait(seconds)
                continue
            self._committed(one, artifact)
            return artifact
        raise AssertionError

    def _execute(self, one: Known, attempt: int) -> store.Artifact:
        name = one.phase.name
        missing = tuple(wanted for wanted in self.reads[name] if not self.settled[wanted].sha256)
        inputs = {wanted: self._input(wanted) for wanted in self.reads[name] if wanted not in missing}
        expected = one.place.schema
        work = execute.Work(one.phase, one.number, self.values[name], one.code, expected, inputs, missing, attempt)
        if self.request.artifact_mode:
            from ace import phase_process  # noqa: PLC0415  (subprocess is not needed otherwise)

            return phase_process.run_phase(self.bench, work, cache_file(self.request))
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
        self.state.update_phase(name, **summary, written_ns=written_ns, error="")
        fields = {key: artifact.metadata[key] for key in _REPORTED}
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


_REPORTED = (
    "input_count", "output_count", "dropped_count", "failed_count", "duration_seconds", "cost_usd", "llm_calls", "status",
)  # fmt: skip


def _explain(error: Exception) -> AceError:
    from ace.errors import PhaseError  # noqa: PLC0415

    text = str(error) or "no message"
    return PhaseError(f"{type(error).__name__}: {text}"[:2000], hint="run it again with --debug for the traceback")


def _finish(walk: _Walk) -> Outcome:
    """The run's state and exit code from what its phases came to."""
    state, code, error = _verdict(walk)
    content, bench = walk.state.content, walk.bench
    message, hint = (error.message, error.hint) if error else ("", "")
    with contextlib.suppress(StorageError):
        if walk.worked or content["state"] != state or content["error"] != message:
            walk.state.update(state=state, error=message)
        bench.log.add("run_ended", run_id=bench.run_id, state=state, exit_code=code, error=message)
    return Outcome(bench.run_id, bench.folder, state, code, message, hint)


def _verdict(walk: _Walk) -> tuple[str, int, AceError | None]:
    if isinstance(walk.ended, Interrupted):
        return "paused", walk.ended.exit_code, walk.ended
    first = walk.ended or next(iter(walk.errors.values()), None)
    if first is not None:
        return "failed", first.exit_code, first
    if any(one.state == "missing" for one in walk.settled.values()) and walk.asked.only is None:
        return "failed", 1, None
    if walk.asked.only is not None and any(one.state in ("missing", "damaged") for one in walk.settled.values()):
        return "paused", 0, None  # only one phase was asked for; the others wait
    partial = any(one.status == "partial" for one in walk.settled.values())
    return ("partial", 3, None) if partial else ("completed", 0, None)
