"""The run's event log: one JSON line per thing that happened, appended and never rewritten."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

from ace import atomic, clock, jsonio
from ace.records import Data, Json

FILE = "events.jsonl"
Listener = Callable[[Data], None]


class EventLog:
    """Appends to events.jsonl (or another log), then tells the listeners: what a person sees is on disk already."""

    def __init__(self, folder: Path, listeners: tuple[Listener, ...] = (), *, file: str = FILE) -> None:
        self._path = folder / file
        self._listeners = listeners
        self._lock = threading.Lock()
        with atomic.explained(self._path, "open"):
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags, 0o600)
            self._end_torn_line()

    def add(self, kind: str, **fields: Json) -> None:
        event = {"time": clock.stamp(), "kind": kind, **fields}
        with self._lock:
            with atomic.explained(self._path, "write"):
                os.write(self._descriptor, jsonio.line(event))
            for listener in self._listeners:
                with contextlib.suppress(OSError):  # a terminal that is gone does not end the run
                    listener(event)

    def close(self) -> None:
        os.close(self._descriptor)

    def _end_torn_line(self) -> None:
        """A writer that was killed may have left half a line: what follows must not be lost with it."""
        size = os.fstat(self._descriptor).st_size
        if size and os.pread(self._descriptor, 1, size - 1) != b"\n":
            os.write(self._descriptor, b"\n")


def read(folder: Path, file: str = FILE) -> Iterator[Data]:
    """The events of a run, oldest first. Torn or foreign lines are passed over."""
    try:
        lines = (folder / file).read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        try:
            event = orjson.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and "kind" in event:
            yield event
