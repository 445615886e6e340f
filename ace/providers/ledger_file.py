"""The ledger's SQLite file: its tables, how it is opened, what happens to a damaged one.

calls    one row per request that was sent or was about to be; never deleted: it is the history of what was spent
answers  the raw answer to a question, by key; the newest one wins; pruned by age
owners   processes that have written calls, so that what a killed one left open is found
held     what counts against the budgets, by run and phase: kept by triggers, so it is always the sum over `calls`
hits     answers that were given again without asking, by day, run, phase and model
batches  a provider's batches: made durable before anybody waits for them
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from ace import atomic, lock
from ace.errors import ConfigError, StorageError

VERSION = 1
BUSY_S = 60.0  # how long a writer waits for the writers of other processes
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
Warn = Callable[[str], None]

TABLES = """
CREATE TABLE calls (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL, provider TEXT NOT NULL, base_url TEXT NOT NULL, model TEXT NOT NULL,
  kind TEXT NOT NULL, run_id TEXT NOT NULL, pipeline TEXT NOT NULL, phase TEXT NOT NULL, purpose TEXT NOT NULL,
  day TEXT NOT NULL, created TEXT NOT NULL, pid INTEGER NOT NULL, began TEXT NOT NULL, batch TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL, reserved_usd REAL, usd REAL, counted REAL NOT NULL, price_source TEXT NOT NULL DEFAULT '',
  answered_by TEXT NOT NULL DEFAULT '', input INTEGER NOT NULL DEFAULT 0, output INTEGER NOT NULL DEFAULT 0,
  cache_read INTEGER NOT NULL DEFAULT 0, cache_write INTEGER NOT NULL DEFAULT 0, error TEXT
);
CREATE INDEX calls_by_run ON calls (run_id, phase);
CREATE INDEX calls_lost ON calls (state) WHERE state IN ('answered', 'unknown');
CREATE INDEX calls_of_batch ON calls (batch) WHERE batch <> '';
CREATE TABLE owners (pid INTEGER, began TEXT, first INTEGER NOT NULL, PRIMARY KEY (pid, began)) WITHOUT ROWID;
CREATE TABLE answers (
  key TEXT PRIMARY KEY, call_id INTEGER NOT NULL, created TEXT NOT NULL, latency_s REAL NOT NULL,
  problem TEXT NOT NULL DEFAULT '', raw BLOB NOT NULL
);
CREATE TABLE held (run_id TEXT, phase TEXT, usd REAL NOT NULL, PRIMARY KEY (run_id, phase)) WITHOUT ROWID;
CREATE TRIGGER hold AFTER INSERT ON calls WHEN new.counted <> 0 BEGIN
  INSERT INTO held VALUES (new.run_id, new.phase, new.counted)
    ON CONFLICT (run_id, phase) DO UPDATE SET usd = usd + excluded.usd;
END;
CREATE TRIGGER change AFTER UPDATE OF counted ON calls WHEN new.counted <> old.counted BEGIN
  INSERT INTO held VALUES (new.run_id, new.phase, new.counted - old.counted)
    ON CONFLICT (run_id, phase) DO UPDATE SET usd = usd + excluded.usd;
END;
CREATE TABLE hits (
  day TEXT, run_id TEXT, pipeline TEXT, phase TEXT, provider TEXT, model TEXT, calls INTEGER NOT NULL,
  saved_usd REAL NOT NULL, PRIMARY KEY (day, run_id, pipeline, phase, provider, model)
) WITHOUT ROWID;
CREATE TABLE batches (
  id TEXT, provider TEXT, base_url TEXT, model TEXT NOT NULL, run_id TEXT NOT NULL, pipeline TEXT NOT NULL,
  phase TEXT NOT NULL, keys TEXT NOT NULL, state TEXT NOT NULL, created TEXT NOT NULL,
  PRIMARY KEY (provider, base_url, id)
);
"""
# What a call writes.
INSERT = (
    "INSERT INTO calls (key, provider, base_url, model, kind, run_id, pipeline, phase, purpose,"
    " day, created, pid, began, state, reserved_usd, counted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
ANSWER = (
    "INSERT OR REPLACE INTO answers (key, call_id, created, latency_s, raw)"
    " SELECT key, id, ?, ?, ? FROM calls WHERE id = ?"
)
SETTLE = (
    "UPDATE calls SET state = 'settled', usd = ?, counted = ?, price_source = ?, answered_by = ?, input = ?,"
    " output = ?, cache_read = ?, cache_write = ?, error = NULL WHERE id = ?"
)
HIT = (
    "INSERT INTO hits SELECT ?, ?, ?, ?, ?, ?, ?, ? * IFNULL((SELECT usd FROM calls WHERE id ="
    " (SELECT call_id FROM answers WHERE key = ?)), 0) WHERE true"
    " ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, saved_usd = saved_usd + excluded.saved_usd"
)


def open_file(path: Path, warn: Warn) -> sqlite3.Connection:
    """A connection that many threads may share under a lock. A damaged file is moved aside, which `warn` is told.

    Raises StorageError (locked, full, read-only) and ConfigError for the ledger of a newer ACE.
    """
    atomic.make_folder(path.parent)
    made = _made(path)
    database = _connect(path)
    try:
        return _prepared(path, database)
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):  # locked, full, read-only: the file itself may be sound
            database.close()
            raise failure(path, error) from error
        _put_aside(path, made, error, warn)
        database.close()  # only now: what is closed in its place loses its log
    except BaseException:
        database.close()
        raise
    with explained(path):
        _made(path)
        return _prepared(path, _connect(path))


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into StorageError."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise failure(path, error) from error


def failure(path: Path, error: sqlite3.DatabaseError) -> StorageError:
    damaged = f"move {path} away; paid answers in it are then asked again"
    hint = damaged if _is_damage(error) else "ACE_CACHE=DIR chooses a folder"
    return StorageError(f"cannot use the ledger {path}: {error}", path=str(path), hint=hint)


def newer(path: Path, version: int) -> ConfigError:
    message = f"{path} was written by a newer ACE (version {version} of its tables, this one knows {VERSION})"
    return ConfigError(message, hint="use that ACE, or another folder with ACE_CACHE=DIR")


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGED


def _made(path: Path) -> int:
    """Make the file before SQLite does: answers may quote what nobody else should read. Returns its inode.

    A file that is there is not opened: closing it would end the locks that this process has on it.
    """
    with atomic.explained(path, "open"):
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return status.st_ino


def _connect(path: Path) -> sqlite3.Connection:
    with explained(path):
        return sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False, isolation_level=None)


def _prepared(path: Path, database: sqlite3.Connection) -> sqlite3.Connection:
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")  # survives the death of the process; for a power cut see ledger_flush
    _migrate(path, database)
    return database


def _migrate(path: Path, database: sqlite3.Connection) -> None:
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        database.execute("BEGIN IMMEDIATE")  # several processes may find it empty at once: one of them makes the tables
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            for statement in _statements(TABLES):
                database.execute(statement)
            version = VERSION
            database.execute(f"PRAGMA user_version={VERSION}")
        database.execute("COMMIT")
    if version > VERSION:
        raise newer(path, version)


def _statements(script: str) -> Iterator[str]:
    """The statements one by one: executescript would commit in between."""
    text = ""
    for line in script.splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):
            yield text
            text = ""


def _put_aside(path: Path, inode: int, error: sqlite3.DatabaseError, warn: Warn) -> None:
    """Move a damaged file away, unless another process has found the same damage and begun a new one already."""
    with lock.hold(path.with_name(f"{path.name}.lock"), f"the ledger {path}", wait_s=BUSY_S):
        if path.exists() and path.stat().st_ino == inode:
            aside = _move_aside(path)
            warn(f"the ledger {path} is damaged ({error}); it is kept as {aside}, and a new one is begun")


def _move_aside(path: Path) -> Path:
    goal = path.with_name(f"{path.stem}.damaged{path.suffix}")
    moved = atomic.move(path, goal)
    for ending in ("-wal", "-shm"):  # an old log would be played into the new file
        if (part := path.with_name(path.name + ending)).exists():
            atomic.move(part, moved.with_name(moved.name + ending))
    return moved
