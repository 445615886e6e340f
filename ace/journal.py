"""Finished items of a phase that has not committed yet, so that a crash costs only what was in flight.

One line per item, handed to the kernel as the item finishes (kill -9 loses none); a background thread flushes to
disk without pause and without making items wait, so one flush covers all that came during the one before. Each row
ends with its CRC-32: four bytes find every error that a disk makes in a few neighbouring bits, at a microsecond a row.
"""

import os
import threading
import zlib
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import orjson

from ace import atomic, jsonio

FORMAT = 2
UNCHECKED = 1  # the format before: rows without a checksum; read, and gone on with
_SUM = b',"s":"%08x"}'  # the end of a row
_SUM_BYTES = len(_SUM % 0)


class Rows(NamedTuple):
    """What a journal holds: whose it is, its rows {key: (content, value)}, and how many lines are none."""

    fingerprint: str
    rows: dict[str, tuple[str, Any]]
    damaged: int


def parse(raw: bytes) -> Rows | None:
    """Read whole lines; what follows the last newline is torn. None when it is no journal."""
    head, *lines = raw[: raw.rfind(b"\n") + 1].splitlines() or [b""]
    try:
        said = orjson.loads(head)
        checked = {FORMAT: True, UNCHECKED: False}[said["format"]]
        found = Rows(said["fingerprint"], {}, 0)
    except (ValueError, KeyError, TypeError):
        return None
    for line in lines:
        try:
            row = orjson.loads(_body(line) if checked else line)
            found.rows[row["k"]] = (row["c"], row["v"])
        except (ValueError, KeyError, TypeError):
            found = found._replace(damaged=found.damaged + 1)
    return found


def _row(key: str, content: str, value: Any) -> bytes:
    """A line without its newline. Raises OutputError when the value is not JSON."""
    body = b'{"k":%b,"c":"%b","v":%b' % (orjson.dumps(key), content.encode(), jsonio.dumps(value))
    return body + _SUM % zlib.crc32(body)


def _body(line: bytes) -> bytes:
    """The row without its checksum; nothing, which is no row, when it does not match."""
    body, end = line[:-_SUM_BYTES], line[-_SUM_BYTES:]
    return body + b"}" if end == _SUM % zlib.crc32(body) else b""


class Journal:
    """The journal of one phase of one run; a single process writes it, from any thread.

    A row counts for the same key, the same item content and the same `fingerprint`; a journal with another
    fingerprint is moved to `.trash/`.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path = path
        self._fingerprint = fingerprint
        self._rows: dict[str, tuple[str, Any]] = {}
        self._descriptor = -1
        self._lock = threading.Lock()
        self._flusher: _Flusher | None = None
        with atomic.explained(path, "read"):
            if path.exists():
                self._load()

    def find(self, key: str, content: str) -> tuple[bool, Any]:
        """(True, value) when this very item was finished before."""
        row = self._rows.get(key)
        return (True, row[1]) if row is not None and row[0] == content else (False, None)

    def add(self, key: str, content: str, value: Any) -> None:
        """Record a finished item. Raises OutputError when the value is not JSON, StorageError when it can't be kept."""
        row = _row(key, content, value) + b"\n"
        with self._lock:
            if self._descriptor < 0:
                self._start()
            with atomic.explained(self.path, "write"):
                if self._flusher is not None and self._flusher.failed is not None:
                    raise self._flusher.failed
                self._append(row)
        if self._flusher is not None:
            self._flusher.dirty.set()

    def __len__(self) -> int:
        return len(self._rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Flush what is there and let go of the file."""
        if self._flusher is not None:
            self._flusher.stop()
            self._flusher = None
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def remove(self) -> None:
        """The phase is committed: its artifact holds everything that the journal held."""
        self.close()
        with atomic.explained(self.path, "remove"):
            self.path.unlink(missing_ok=True)

    def _load(self) -> None:
        raw = self.path.read_bytes()
        found = parse(raw)
        if found is None or found.fingerprint != self._fingerprint:
            atomic.discard(self.path, self.path.parent.parent)
            return
        self._rows = found.rows  # a damaged row is an item that is done again
        whole = raw.rfind(b"\n") + 1
        if whole != len(raw):
            os.truncate(self.path, whole)

    def _start(self) -> None:
        new = not self.path.exists()
        if new:
            atomic.make_folder(self.path.parent)
        with atomic.explained(self.path, "open"):
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
            self._descriptor = os.open(self.path, flags, 0o600)
            if new:
                self._append(jsonio.line({"format": FORMAT, "fingerprint": self._fingerprint}))
                atomic.sync_folder(self.path.parent)
        self._flusher = _Flusher(self._descriptor)
        self._flusher.start()

    def _append(self, row: bytes) -> None:
        written = os.write(self._descriptor, row)
        while written < len(row):
            written += os.write(self._descriptor, row[written:])


class _Flusher(threading.Thread):
    """Calls fdatasync as long as there is something new; the call does not hold the interpreter's lock."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(name="ace-journal", daemon=True)
        self._descriptor = descriptor
        self._stopping = False
        self.failed: OSError | None = None
        self.dirty = threading.Event()

    def run(self) -> None:
        while True:
            self.dirty.wait()
            self.dirty.clear()
            try:
                os.fdatasync(self._descriptor)
            except OSError as error:  # the next item that is added says so: rows that cannot last are no journal
                self.failed = error
                return
            if self._stopping and not self.dirty.is_set():
                return

    def stop(self) -> None:
        self._stopping = True
        self.dirty.set()
        self.join()
