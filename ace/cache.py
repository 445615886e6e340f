"""A small map from text to JSON that outlives runs, one SQLite file per pipeline. Losing it costs time, never data."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from ace import atomic, jsonio
from ace.errors import StorageError
from ace.records import Json

BUSY_S = 30.0
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class CacheFile:
    """data/cache/<pipeline>.db. Safe between threads and processes; a damaged file is moved aside and begun anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        atomic.make_folder(path.parent)
        try:
            self._database = self._open()
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode not in DAMAGED:  # locked, full, read-only: the file itself may be sound
                raise _failure(path, error) from error
            for ending in ("", "-wal", "-shm"):  # an old log would be played into the new file
                if (part := path.with_name(path.name + ending)).exists():
                    atomic.move(part, path.with_name(f"{path.stem}.damaged{ending}"))
            self._database = self._open()

    def space(self, name: str) -> Space:
        return Space(self, name)

    def get(self, space: str, key: str) -> Json:
        """The value, or None when there is none or it cannot be read."""
        try:
            with self._lock:
                row = self._database.execute(
                    "SELECT value FROM entries WHERE space = ? AND key = ?", (space, key)
                ).fetchone()
            return None if row is None else jsonio.trusted_loads(row[0])
        except (sqlite3.DatabaseError, ValueError):
            return None

    def put(self, space: str, key: str, value: Json) -> None:
        raw = jsonio.dumps(value)
        try:
            with self._lock:
                self._database.execute("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", (space, key, raw))
        except sqlite3.DatabaseError as error:
            raise _failure(self._path, error) from error

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=BUSY_S, check_same_thread=False, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")  # survives the death of the process, which is enough for a cache
        database.execute(
            "CREATE TABLE IF NOT EXISTS entries (space TEXT, key TEXT, value BLOB, PRIMARY KEY (space, key))"
        )
        return database


def _failure(path: Path, error: sqlite3.DatabaseError) -> StorageError:
    return StorageError(f"cannot use {path}: {error}", path=str(path), hint="choose another folder with ACE_CACHE=DIR")


class Space:
    """One named part of a cache file."""

    def __init__(self, file: CacheFile, name: str) -> None:
        self._file, self._name = file, name

    def get(self, key: str) -> Json:
        return self._file.get(self._name, key)

    def put(self, key: str, value: Json) -> None:
        self._file.put(self._name, key, value)
