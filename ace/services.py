"""What a phase's context reaches in a real run: journal, blobs, cache, workers, earlier runs, events, stop requests."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ace import runs, store
from ace.errors import AceError, Interrupted, TransientError
from ace.records import EarlierRun, Json, Pipeline

if TYPE_CHECKING:
    from ace.blobs import BlobFolder
    from ace.journal import Journal


class Stop:
    """A request to end the run, seen by every phase between two items. Set by signal handlers and `control/`."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reason = ""
        self._exit_code = 130
        self.cancelled = False  # nothing more is to be committed
        self._also: list[Callable[[], None]] = []

    def request(self, reason: str, exit_code: int, *, cancel: bool = False) -> None:
        if cancel or not self.cancelled:  # what follows a cancel changes nothing of it
            self._reason, self._exit_code, self.cancelled = reason, exit_code, cancel
        self._event.set()
        for action in self._also:
            action()

    def also(self, action: Callable[[], None]) -> None:
        """Call `action`, too, when the run is asked to stop."""
        self._also.append(action)
        if self.requested:  # between two phases: the request came before there was anything to call
            action()

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    @property
    def interrupted(self) -> Interrupted:
        """What was asked for, as the error that the run ends with."""
        return Interrupted(self._reason, exit_code=self._exit_code)

    def check(self) -> None:
        """Raises Interrupted once the run is asked to stop."""
        if self._event.is_set():
            raise self.interrupted

    def wait(self, seconds: float) -> None:
        self._event.wait(seconds)
        self.check()


class Workers:
    """The run's worker processes, started when a phase first asks for one."""

    def __init__(self) -> None:
        self._pool: Any = None
        self._lock = threading.Lock()

    def call(self, function: Callable[..., Any], args: tuple[Any, ...], timeout_s: float) -> Any:
        with self._lock:
            if self._pool is None:
                from ace.executors.processes import WorkerPool  # noqa: PLC0415  (multiprocessing costs 15 ms)

                self._pool = WorkerPool()
        return self._pool.call(function, args, timeout_s)

    def close(self) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.close()


class Caches:
    """The pipeline's cache file, opened when a phase first asks for it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: Any = None
        self._lock = threading.Lock()

    def space(self, name: str) -> Any:
        with self._lock:
            if self._file is None:
                from ace.cache import CacheFile  # noqa: PLC0415  (sqlite3, for the phases that need it)

                self._file = CacheFile(self.path)
        return self._file.space(name)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


class Models:
    """How this run asks models; the path to them is opened when a phase first asks."""

    def __init__(self, settings: Mapping[str, Json], ledger: Path) -> None:
        self.settings = dict(settings)
        self.ledger = ledger
        self._session: Any = None
        self._lock = threading.Lock()

    def session(self, bench: "Bench") -> Any:
        with self._lock:
            if self._session is None:
                from ace.providers.asked import Run  # noqa: PLC0415  (sqlite3 and more, for runs that ask)
                from ace.providers.session import Session  # noqa: PLC0415

                run = Run(bench.folder, bench.run_id, bench.pipeline.name, bench.log.add, bench.stop.wait)
                self._session = Session(self.settings, self.ledger, run)
        return self._session

    def close(self) -> None:
        if self._session is not None:
            self._session.close()


class Log(Protocol):
    """Where events go: the run's event log, or the parent process."""

    def add(self, kind: str, **fields: Json) -> None: ...


class Bench(NamedTuple):
    """The run that phases are executed in, and what they share."""

    folder: Path
    run_id: str
    pipeline: Pipeline
    started: datetime
    log: Log
    stop: Stop
    workers: Workers
    caches: Caches
    models: Models


class _UntilStopped:
    """The workers, whose end is no failure of an item once the run is told to stop."""

    def __init__(self, workers: Workers, stop: Stop) -> None:
        self._workers, self._stop = workers, stop

    def call(self, function: Callable[..., Any], args: tuple[Any, ...], timeout_s: float) -> Any:
        try:
            return self._workers.call(function, args, timeout_s)
        except TransientError:
            self._stop.check()
            raise


class RunServices:
    """`context.Services` of one phase of a real run."""

    def __init__(
        self,
        folder: Path,
        pipeline: str,
        journal: "Journal",
        log: Any,
        stop: Stop,
        workers: Workers,
        caches: Caches,
        models: Callable[[Mapping[str, Json]], Any],
    ) -> None:
        self.journal = journal
        self.isolation = _UntilStopped(workers, stop)
        self._folder, self._pipeline = folder, pipeline
        self._log, self._stop, self._caches = log, stop, caches
        self.models = models

    @cached_property
    def blobs(self) -> "BlobFolder":
        from ace.blobs import BlobFolder  # noqa: PLC0415  (few phases have any)

        return BlobFolder(self._folder)

    def cache(self, name: str) -> Any:
        return self._caches.space(name)

    def earlier(self, phase: str, limit: int) -> list[EarlierRun]:
        """Readable artifacts of `phase` in completed or partial runs that began before this one, newest first."""
        found: list[EarlierRun] = []
        newest_first = iter(runs.everything(self._folder.parent, self._pipeline))
        for run in newest_first:
            if run.folder == self._folder:
                break
        for run in newest_first:
            if len(found) >= limit:
                break
            if run.state not in ("completed", "partial") or "forked_from" in run.content:
                continue  # what an experiment came to is no earlier night
            state = run.content["phases"].get(phase)
            if state is None:
                continue
            written_ns = state.get("written_ns")
            place = store.Place(run.folder, run.id, self._pipeline, state["number"], phase, None, written_ns)
            try:
                artifact = store.find(place)
            except AceError as error:
                self._log.add("warning", phase=phase, message=f"an earlier run is left out: {error.message}")
                continue
            if artifact is not None:
                found.append(EarlierRun(run.id, run.content.get("created", ""), artifact.data()))
        return found

    def event(self, kind: str, **fields: Json) -> None:
        self._log.add(kind, **fields)

    def check(self) -> None:
        self._stop.check()

    def wait(self, seconds: float) -> None:
        self._stop.wait(seconds)
