"""What a phase may touch: its configuration, per-item work, blobs, a cache, earlier runs, messages. Nothing else.

A phase never sees the store, the orchestrator or a provider's SDK; everything that it does leaves through here, so
that it is journalled, counted, reported and can be stopped.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from ace import jsonio
from ace.errors import BudgetReached, ItemsFailed, PhaseError
from ace.records import LOCAL, EarlierRun, FailedItem, Json, Mapped

if TYPE_CHECKING:
    from ace.protocols import Blobs, Cache, Models, Services

PROGRESS_EVERY_S = 0.5  # an event line for every item would make the log larger than the artifacts
RETRY_BASE_S = 0.5


class Config(Mapping[str, Json]):
    """A phase's own configuration. Which keys were read is recorded: only those make an artifact stale."""

    def __init__(self, values: Mapping[str, Json]) -> None:
        self._values = copy.deepcopy(dict(values))  # a phase that changes a list changes neither defaults nor records
        self.read: dict[str, Json] = {}

    def __getitem__(self, key: str) -> Json:
        if key not in self._values:
            known = ", ".join(sorted(self._values)) or "no keys"
            message = f"config key {key!r} is not declared by this phase's pipeline.py; it declares {known}"
            raise PhaseError(message)
        self.read.setdefault(key, copy.deepcopy(self._values[key]))
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class PhaseContext:
    """Handed to `run(inputs, ctx)`. `started` is when the run began: the same after every resume."""

    def __init__(
        self, *, run_id: str, phase: str, started: datetime, config: Mapping[str, Json], services: Services
    ) -> None:
        self.run_id = run_id
        self.phase = phase
        self.started = started
        self.config = Config(config)
        self.warnings: list[str] = []
        self.failed: list[FailedItem] = []
        self._services = services
        self._retry_base_s = RETRY_BASE_S
        self._reported = 0.0
        self._maps = 0

    def map(
        self,
        function: Callable[[Any], Json],
        items: Iterable[Any],
        *,
        key: Callable[[Any], str],
        concurrency: int = 1,
        attempts: int = 3,
        isolate: bool = False,
        timeout_s: float = 60.0,
        tolerate: float = 1.0,
        keep: Callable[[Json], bool] | None = None,
    ) -> Mapped:
        """Call `function` on each item; every finished item is on disk before the next progress is reported.

        function     item -> JSON value. With `isolate`, a top-level function, called in a worker process and given
                     at most `timeout_s` seconds; a crash or a hang fails that item only.
        key          unique text per item; a value journalled before a crash is used again when key and content match
        concurrency  items in flight at once (threads, or processes with `isolate`)
        attempts     tries in all for transient errors (TransientError and its kinds); others are permanent at once
        tolerate     share of items that may fail, 0 to 1; more raise ItemsFailed
        keep         which values a resume may use again (default: all). A value that says "the network was down" is
                     data for this attempt, but not for the next

        Failed items are also counted in the artifact's `failed_count`, and make it `partial`.
        """
        from ace import items as itemwise  # noqa: PLC0415  (a rerun with nothing to do works on none)
        from ace.executors.threads import Retry  # noqa: PLC0415

        work = itemwise.keyed(items, key)
        call = self._in_worker(function, timeout_s) if isolate else function
        rows = itemwise.Rows(self._services.journal, f"{self._maps} {getattr(function, '__qualname__', '')} ", keep)
        self._maps += 1  # two maps over the same items are two kinds of work: their rows are kept apart
        retry = Retry(attempts, self._retry_base_s, self.wait)
        done, failed = itemwise.work_through(
            call, work, rows, retry, concurrency=concurrency, check=self.check, progress=self.progress
        )
        if work and len(failed) > tolerate * len(work):
            first = failed[0]
            message = f"{len(failed)} of {len(work)} items failed; first {first.key}: {first.error}: {first.message}"
            raise ItemsFailed(message)
        self.failed += failed
        return Mapped([(item, done[name]) for name, item in work if name in done], failed)

    def isolated(self, function: Callable[..., Json], *args: Any, timeout_s: float = 60.0) -> Json:
        """Call a top-level function in a worker process. Raises WorkerCrashed, DeadlineExceeded, or what it raised."""
        return self._services.isolation.call(function, args, timeout_s)

    def ask(
        self,
        items: Iterable[Any],
        *,
        key: Callable[[Any], str],
        values: Callable[[Any], Mapping[str, Json]],
        schema: Mapping[str, Json],
        read: Callable[[Any, Json], Json],
        local: Callable[[Any], Json],
        prompt: str = "",
        check: Callable[[Any, Json], str] | None = None,
        mend: Callable[[Any, Json], Json] | None = None,
        tolerate: float = 1.0,
    ) -> Mapped:
        """Ask the model about each item, journalled like `map`; without a model `local` does the work.

        values   item -> what fills the prompt's places
        schema   of the answer
        read     (item, answer) -> the item's JSON value; pure
        local    item -> a value of the same shape, by rules; also used past the budget with on_budget = "local"
        check    (item, answer) -> what is wrong with it, or ""; asked once more then
        mend     (item, answer) -> the best of a second answer that is wrong, too; without it the item fails
        """
        models = self.models
        if models.provider == LOCAL:
            return self.map(local, items, key=key, tolerate=tolerate)
        listed = list(items)
        models.prefill(((key(item), values(item)) for item in listed), prompt=prompt, schema=schema)

        def answered(item: Any) -> Json:
            try:
                answer = models.complete(
                    key(item),
                    values(item),
                    prompt=prompt,
                    schema=schema,
                    check=partial(check, item) if check else None,
                    mend=partial(mend, item) if mend else None,
                )
            except BudgetReached as error:
                if not models.local_at_budget:
                    raise
                self._warn_once(f"{error.message}: the rest is done by rules")
                return local(item)
            return read(item, answer)

        return self.map(answered, listed, key=key, concurrency=models.concurrency, attempts=1, tolerate=tolerate)

    @cached_property
    def models(self) -> Models:
        """The provider and model that the phase is configured with; reading it records both."""
        return self._services.models(self.config)

    @property
    def blobs(self) -> Blobs:
        return self._services.blobs

    def cache(self, name: str) -> Cache:
        """A persistent map shared by all runs of the pipeline. What is in it may be lost without harm."""
        return self._services.cache(name)

    def earlier(self, phase: str, limit: int = 7) -> list[EarlierRun]:
        """Data of `phase` in the latest completed runs of this pipeline, newest first, this run left out."""
        return self._services.earlier(phase, limit)

    def progress(self, done: int, total: int, note: str = "") -> None:
        now = time.monotonic()
        if done >= total or now - self._reported >= PROGRESS_EVERY_S:
            self._reported = now
            note = jsonio.scrubbed(note)
            self._services.event("progress", phase=self.phase, done=done, total=total, note=note)

    def log(self, message: str) -> None:
        self._services.event("log", phase=self.phase, message=jsonio.scrubbed(message))

    def warn(self, message: str) -> None:
        """Goes into the artifact's metadata, the event log and the terminal."""
        self.warnings.append(jsonio.scrubbed(message))
        self._services.event("warning", phase=self.phase, message=self.warnings[-1])

    def _warn_once(self, message: str) -> None:
        if message not in self.warnings:
            self.warn(message)

    def check(self) -> None:
        """Raises Interrupted when the run is told to pause or stop. Long loops call it."""
        self._services.check()

    def wait(self, seconds: float) -> None:
        """Sleep that ends at once, by Interrupted, when the run is told to stop."""
        self._services.wait(seconds)

    def _in_worker(self, function: Callable[[Any], Json], timeout_s: float) -> Callable[[Any], Json]:
        return lambda item: self._services.isolation.call(function, (item,), timeout_s)
