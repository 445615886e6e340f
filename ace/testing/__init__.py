"""Run one phase in a test, with the real context and nothing on disk but a temporary folder.

output = run_phase(p03_tier1_filter.run, {"scraping": data}, config={"keep": 32})
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ace import jsonio
from ace.context import PhaseContext
from ace.protocols import Models
from ace.records import Blob, Data, EarlierRun, Inputs, Json, Output
from ace.testing.models import NoModels
from ace.testing.models import ScriptedModels as ScriptedModels

STARTED = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)


class MemoryJournal:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Json] = {}

    def find(self, key: str, content: str) -> tuple[bool, Json]:
        return (key, content) in self.rows, self.rows.get((key, content))

    def add(self, key: str, content: str, value: Json) -> None:
        jsonio.dumps(value)
        self.rows[key, content] = value


class MemoryCache:
    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}

    def get(self, key: str) -> Json:
        return jsonio.trusted_loads(self.rows[key]) if key in self.rows else None

    def put(self, key: str, value: Json) -> None:
        self.rows[key] = jsonio.dumps(value)


class MemoryBlobs:
    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}

    def put(self, content: bytes, ext: str) -> Blob:
        name = jsonio.sha256(content)
        self.content[name] = content
        return Blob(name, ext, len(content))

    def get(self, blob: Mapping[str, Json]) -> bytes:
        return self.content[blob["sha256"]]


class InProcess:
    """Isolation without processes, for tests of a phase's own logic; one call at a time, as in a worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def call(self, function: Callable[..., Any], args: tuple[Any, ...], timeout_s: float) -> Any:
        with self._lock:
            return function(*args)


class MemoryServices:
    """Everything that the engine gives to a context, in memory. `events` holds what was reported."""

    def __init__(self, earlier: Mapping[str, list[EarlierRun]] | None = None, models: Models | None = None) -> None:
        self.journal = MemoryJournal()
        self.blobs = MemoryBlobs()
        self.isolation = InProcess()
        self.caches: dict[str, MemoryCache] = {}
        self.events: list[Data] = []
        self._earlier = earlier or {}
        self._models = models or NoModels()
        self._lock = threading.Lock()

    def models(self, config: Mapping[str, Json]) -> Models:
        return self._models

    def cache(self, name: str) -> MemoryCache:
        with self._lock:
            return self.caches.setdefault(name, MemoryCache())

    def earlier(self, phase: str, limit: int) -> list[EarlierRun]:
        return self._earlier.get(phase, [])[:limit]

    def event(self, kind: str, **fields: Json) -> None:
        self.events.append({"kind": kind, **fields})

    def check(self) -> None:
        return None

    def wait(self, seconds: float) -> None:
        return None


def phase_context(
    phase: str = "phase",
    config: Mapping[str, Json] | None = None,
    services: MemoryServices | None = None,
    started: datetime = STARTED,
) -> PhaseContext:
    """A context as the engine would make it; retries do not sleep."""
    return PhaseContext(
        run_id="test", phase=phase, started=started, config=config or {}, services=services or MemoryServices()
    )


def run_phase(
    run: Callable[[Inputs, PhaseContext], Output],
    inputs: Mapping[str, Data],
    config: Mapping[str, Json] | None = None,
    services: MemoryServices | None = None,
) -> Output:
    """Call a phase as the engine does. Its data must survive strict JSON, and is returned as read back."""
    output = run(Inputs(inputs), phase_context(config=config, services=services))
    data: Data = jsonio.trusted_loads(jsonio.dumps(output.data))
    return Output(data, output.files, output.method)
