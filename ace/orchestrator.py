"""A run from request to outcome: find the run, hold its locks, walk its phases, say how it ended.

run(request)
├── _open          find or make the run folder, take the locks
├── examine        what is on disk of each phase, what it would be made with today
├── Walk.go        phases in order of their inputs, independent ones side by side
└── _finish        the run's state and exit code from what its phases came to
"""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import ace
from ace import atomic, config, discovery, lock, plan, runfile, runs
from ace.errors import DamagedArtifact, StorageError, UsageError
from ace.events import EventLog, Listener
from ace.examine import Known, examine
from ace.records import BLOBS, NOTHING, Json, Phase, Pipeline
from ace.services import Bench, Caches, Models, Stop, Workers
from ace.verdict import verdict
from ace.walk import Walk


class Request(NamedTuple):
    """What the command line asks for. `overrides` are {"phase.key": value}; they are kept in run.json for a resume."""

    pipeline: Pipeline
    settings: config.Settings
    overrides: Mapping[str, Json] = NOTHING
    run_id: str = ""
    resume_from: str = ""  # with fork_from: where the fork begins
    run_phase: str = ""
    retry: str = ""  # this phase and all that depend on it run anew, others are left alone
    resume_latest: bool = False
    rerun_stale: bool = False
    artifact_mode: bool = False
    allow_overlap: bool = False
    wait_s: float = 0.0
    input: Mapping[str, Json] = NOTHING  # what a batch knows its input by; kept in run.json
    fork_from: str = ""  # the run whose artifacts before resume_from the new run begins with


class Outcome(NamedTuple):
    """How a run ended: its state, the exit code of the command, the first error with its hint."""

    run_id: str
    folder: Path
    state: str
    exit_code: int
    error: str = ""
    hint: str = ""
    cause: BaseException | None = None  # what was raised, for --debug


def run(request: Request, listeners: tuple[Listener, ...] = (), stop: Stop | None = None) -> Outcome:
    """Run or resume.

    Raises Locked, UsageError, ConfigError, CannotCreate or DamagedArtifact before anything is changed.
    """
    stop = stop or Stop()
    plan.reads(request.pipeline.phases)  # a pipeline that makes no sense makes no folder
    with _open(request) as folder, contextlib.ExitStack() as closing:
        state = _state(request, folder)
        overrides = state.content["settings"] | dict(request.overrides)
        values = config.effective(request.pipeline, request.settings, overrides)
        known = examine(folder, request.pipeline, values, state.content)
        asked = what_is_asked(request, known)
        atomic.sweep(folder)
        with contextlib.suppress(FileNotFoundError):
            atomic.sweep(folder / BLOBS)
        log = EventLog(folder, listeners)
        closing.callback(log.close)
        workers, caches = Workers(), Caches(request.settings.cache / f"{request.pipeline.name}.db")
        models = Models(config.models(request.settings, overrides), request.settings.cache / "llm.db")
        closing.callback(models.close)
        closing.callback(caches.close)
        closing.callback(workers.close)
        started = runfile.moment(state.content)
        bench = Bench(folder, state.content["run_id"], request.pipeline, started, log, stop, workers, caches, models)
        _announce(request, state, bench, overrides)
        walk = Walk(bench, state, known, asked, artifact_mode=request.artifact_mode)
        try:
            walk.go()
            return _finish(walk)
        finally:
            walk.disarm()


def what_is_asked(request: Request, known: Mapping[str, Known]) -> plan.Asked:
    """Phases to run anew and phases to leave alone. Raises DamagedArtifact when what comes before is not all there."""
    if request.run_phase:
        target = discovery.phase(request.pipeline, request.run_phase)
        _require(request, known, plan.reads(request.pipeline.phases)[target.name], target)
        return plan.Asked(frozenset((target.name,)), frozenset((target.name,)), request.rerun_stale)
    if request.retry:
        target = discovery.phase(request.pipeline, request.retry)
        _require(request, known, plan.reads(request.pipeline.phases)[target.name], target)
        anew = plan.descendants(request.pipeline.phases, target.name) | {target.name}
        return plan.Asked(anew, anew, request.rerun_stale)
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
        if one.recorded.state in ("missing", "damaged") and name not in wanted.optional and not _spare(request, name):
            what = "has no artifact" if one.recorded.state == "missing" else f"is damaged ({one.recorded.why})"
            message = f"cannot start at phase {wanted.name}: phase {one.number} {name} {what}"
            command = f"ace run {request.pipeline.file or request.pipeline.name} --run-id {one.place.run_id}"
            hint = f"{command}   (makes what is missing), or {command} --resume-from-phase {one.number}"
            raise DamagedArtifact(message, path=str(one.place.path), hint=hint)


def _spare(request: Request, name: str) -> bool:
    """Whether every phase that reads this one can do without it."""
    inputs = plan.reads(request.pipeline.phases)
    readers = [phase for phase in request.pipeline.phases if name in inputs[phase.name]]
    return bool(readers) and all(name in phase.optional for phase in readers)


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
        folder = _forked(request, root) if request.fork_from else _folder(request, root)
        held.enter_context(lock.hold(folder / runfile.LOCK, f"run {folder.name}", wait_s=request.wait_s))
        try:
            yield folder
        finally:
            _forget_unused(folder)


def _forget_unused(folder: Path) -> None:
    """A folder that was made for a run which never began (a configuration error) goes again."""
    with contextlib.suppress(OSError):
        if [path.name for path in folder.iterdir()] == [runfile.LOCK]:
            (folder / runfile.LOCK).unlink()
            folder.rmdir()


def _folder(request: Request, root: Path) -> Path:
    if request.resume_latest:
        return _latest_unfinished(request, root).folder
    if not request.run_id:
        return runs.create(root)
    if request.run_id == runs.LATEST:
        return runs.resolve(root, f"{runs.LATEST}-{request.pipeline.name}").folder
    if request.resume_from or request.run_phase or request.retry or request.run_id.startswith(f"{runs.LATEST}-"):
        return runs.resolve(root, request.run_id).folder
    if runs.exists(root, request.run_id):
        return root / f"{runs.PREFIX}{runs.checked(request.run_id)}"
    fitting = [run_id for run_id in runs.ids(root) if run_id.startswith(runs.checked(request.run_id))]
    return runs.resolve(root, request.run_id).folder if fitting else runs.create(root, request.run_id)


def _forked(request: Request, root: Path) -> Path:
    """A new run with the source's artifacts before the phase it is to run from; nothing is made when one is missing."""
    from ace import fork  # noqa: PLC0415  (only a fork links files)

    latest = request.fork_from == runs.LATEST
    source = runs.resolve(root, f"{runs.LATEST}-{request.pipeline.name}" if latest else request.fork_from)
    content = _state(request, source.folder).content
    settings = content["settings"] | dict(request.overrides)
    known = examine(
        source.folder, request.pipeline, config.effective(request.pipeline, request.settings, settings), content
    )
    what_is_asked(request, known)
    first = discovery.phase(request.pipeline, request.resume_from).name
    kept = {name: one.place for name, one in known.items() if one.number < known[first].number}
    for dotted in request.overrides:
        if (name := dotted.partition(".")[0]) in kept:
            message = f"{dotted} is read before {first}: the fork keeps the artifact of {name} as it is"
            raise UsageError(message, hint=f"--at {name}   (forks there)")
    return fork.make(source, request.pipeline, kept.values(), first, settings, request.run_id)


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
        state = content["phases"].setdefault(phase.name, runfile.pending(number))
        state.update(number=number, declared=runfile.declared(phase))
    if request.input:
        content["input"] = dict(request.input)
    return runfile.RunFile(folder, content)


def _announce(request: Request, state: runfile.RunFile, bench: Bench, overrides: dict[str, Json]) -> None:
    content, root = state.content, bench.folder.parent
    for name in (runs.LATEST, f"{runs.LATEST}-{request.pipeline.name}"):
        with contextlib.suppress(OSError):
            if (root / name).readlink().name == bench.folder.name:
                continue
        atomic.link(bench.folder.name, root / name)
    resumed = content["state"] != "initialized"
    if not resumed or content["settings"] != overrides:
        state.update(settings=overrides)
    bench.log.add(
        "run_started",
        run_id=bench.run_id,
        pipeline=request.pipeline.name,
        pipeline_file=request.pipeline.file,
        created=content["created"],
        settings=overrides,
        phases={phase.name: runfile.declared(phase) for phase in request.pipeline.phases},
        **{key: content[key] for key in ("forked_from", "input") if key in content},
        resumed=resumed,
        ace_version=ace.__version__,
    )


def _finish(walk: Walk) -> Outcome:
    """The run's state and exit code from what its phases came to."""
    state, code, error = verdict(walk)
    content, bench = walk.state.content, walk.bench
    message, hint = (error.message, error.hint) if error else ("", "")
    with contextlib.suppress(StorageError):
        if walk.worked or walk.unsaved or content["state"] != state or content["error"] != message:
            walk.state.update(state=state, error=message)
        bench.log.add("run_ended", run_id=bench.run_id, state=state, exit_code=code, error=message)
    return Outcome(bench.run_id, bench.folder, state, code, message, hint, error and (error.__cause__ or error))
