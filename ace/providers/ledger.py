"""What was asked and what was answered, across runs: no answer is paid for twice, no budget is passed.

An intent is on disk before a request leaves, with the most that it may cost; the raw answer is on disk before anything
looks into it. States of a call:

open      sent or about to be, or answered a moment ago; its reservation counts
answered  its process ended between the answer, which is kept, and its price; its reservation counts
settled   priced by the usage that the provider reported; the price counts, or nothing where none is known
failed    refused, or never billed for another reason; counts nothing
unknown   its process or its connection died before an answer came: perhaps it was billed; its reservation counts
"""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ace import atomic, clock
from ace.providers import ledger_batches, ledger_file, ledger_money, ledger_owners
from ace.providers.base import Call, Caps, Price, Usage
from ace.providers.ledger_batches import DONE, WAITING, Batch
from ace.providers.ledger_file import Warn, explained, failure, open_file
from ace.providers.ledger_flush import Flusher
from ace.providers.ledger_money import ANSWERED, FAILED, OPEN, SETTLED, UNKNOWN, Spent
from ace.providers.ledger_owners import Intent

__all__ = ["ANSWERED", "DONE", "FAILED", "OPEN", "SETTLED", "UNKNOWN", "WAITING", "Batch", "Intent", "Ledger", "Spent"]

HITS_KEPT = 256  # hits counted in memory before they are written: a crash loses their count, nothing else


def to_stderr(message: str) -> None:
    print(f"ace: warning: {message}", file=sys.stderr)  # noqa: T201  (a run passes its event log instead)


class Ledger:
    """data/cache/llm.db. Safe between threads and between processes of one machine. Errors are StorageError."""

    def __init__(self, path: Path, warn: Warn = to_stderr) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._hits: dict[tuple[str, ...], int] = {}
        self._registered = False
        self._flusher: Flusher | None = None
        self._database = open_file(path, warn)
        self.adopt_orphans()

    def close(self) -> None:
        self._write_hits()
        if self._flusher:
            self._flusher.stop()
        with self._lock:
            self._database.close()

    # answers

    def find(self, key: str) -> bytes | None:
        """The raw answer to this question, whoever asked it."""
        found = self._do("SELECT raw FROM answers WHERE key = ?", (key,))
        return found[0][0] if found else None

    def find_of(self, key: str, run_id: str) -> bytes | None:
        """The raw answer to this question, when that run asked it."""
        sql = "SELECT raw FROM answers JOIN calls ON calls.id = call_id WHERE answers.key = ? AND run_id = ?"
        found = self._do(sql, (key, run_id))
        return found[0][0] if found else None

    def hit(self, call: Call) -> None:
        """Count an answer that was given without asking."""
        place = (clock.stamp()[:10], call.run_id, call.pipeline, call.phase, call.provider, call.model, call.key)
        with self._lock:
            self._hits[place] = self._hits.get(place, 0) + 1
            full = len(self._hits) >= HITS_KEPT
        if full:
            self._write_hits()

    def note(self, key: str, problem: str) -> None:
        """An answer turned out to be of no use: it is kept, with the reason."""
        self._do("UPDATE answers SET problem = ? WHERE key = ?", (problem, key))

    def problem(self, key: str) -> str:
        """Why the answer to this question is of no use, or an empty text."""
        found = self._do("SELECT problem FROM answers WHERE key = ?", (key,))
        return str(found[0][0]) if found else ""

    # calls

    def open_call(self, call: Call, caps: Caps) -> int:
        """Write the intent and reserve its price, at once or not at all. Raises BudgetReached at the edge of a cap."""
        return self.open_calls((call,), caps)[0]

    def open_calls(self, calls: Sequence[Call], caps: Caps) -> list[int]:
        """The same for several calls of one phase: all are reserved, or BudgetReached is raised and none is."""
        created = clock.stamp()
        told = (created[:10], created, *ledger_owners.this_process(), OPEN)
        rows = [(*call[:9], *told, call.reserved_usd, call.reserved_usd or 0.0) for call in calls]
        if self._registered and len(rows) == 1 and not any(caps):  # one statement is a transaction of its own
            with self._reading() as database:
                return [int(database.execute(ledger_file.INSERT, rows[0]).lastrowid or 0)]
        with self._transaction() as database:
            ledger_money.check_caps(database, calls, caps)
            if not self._registered:
                ledger_owners.register(database)
                self._registered = True
            return [int(database.execute(ledger_file.INSERT, row).lastrowid or 0) for row in rows]

    def answered(self, call_id: int, raw: bytes, latency_s: float) -> None:
        """Keep the raw answer, before anything looks into it; the intent is closed by it. One transaction."""
        self._do(ledger_file.ANSWER, (clock.stamp(), round(latency_s, 4), raw, call_id))
        self._flush_soon()

    def settle(self, call_id: int, usage: Usage, price: Price | None, model: str = "") -> None:
        """Replace the reservation by the price of what was used; `model` is the one that says it answered."""
        usd, source = (price.usd, price.source) if price else (None, "")
        self._do(ledger_file.SETTLE, (usd, usd or 0.0, source, model, *usage, call_id))

    def failed(self, call_id: int, error: str, *, billed_unknown: bool) -> None:
        """No answer came. Its reservation is released, or goes on counting when it may have been billed."""
        state, counted = (UNKNOWN, "counted") if billed_unknown else (FAILED, "0")
        sql = f"UPDATE calls SET state = ?, error = ?, counted = {counted} WHERE id = ?"
        self._do(sql, (state, error, call_id))

    # money

    def spent(self, run_id: str, phase: str = "") -> Spent:
        """What a run, or one phase of it, has spent and saved so far."""
        self._write_hits()
        with self._reading() as database:
            return ledger_money.spent(database, run_id, phase)

    def held(self, run_id: str, phase: str = "") -> float:
        """US dollars that count against the cap of a run or phase: settled, reserved, and possibly billed."""
        with self._reading() as database:
            return ledger_money.held(database, run_id, phase)

    # what a killed process left

    def adopt_orphans(self) -> int:
        """Open intents of processes that are gone become `answered` or `unknown`, unless a batch carries them.

        Returns how many there were.
        """
        with self._reading() as database:
            gone = ledger_owners.orphaned(database)
        count = 0
        for owner in gone:
            with self._transaction() as database:
                count += ledger_owners.adopt(database, owner)
        return count

    def unsettled(self, run_id: str = "", state: str = "") -> list[Intent]:
        """Calls without a settled end: to be priced from their answer (`answered`), or shown (`open`, `unknown`)."""
        with self._reading() as database:
            return ledger_owners.unsettled(database, run_id, state)

    # batches

    def save_batch(self, batch: Batch) -> None:
        """Make a batch durable, and its rows' intents part of it: they stay open when this process ends."""
        with self._transaction() as database:
            ledger_batches.save(database, batch)

    def rename_batch(self, batch_id: str, given: str) -> None:
        """A batch that was saved before it was handed in is WAITING under the id that the provider gave it."""
        with self._transaction() as database:
            ledger_batches.rename(database, batch_id, given)

    def open_batches(self, run_id: str | None = None, phase: str | None = None) -> list[Batch]:
        """Batches that are not DONE, of a run and phase or of all; the oldest first."""
        with self._reading() as database:
            return ledger_batches.still_open(database, run_id or "", phase or "")

    def batch_calls(self, batch_id: str, keys: Sequence[str]) -> dict[str, int]:
        """{key: call id} of the rows of a batch that have no answer yet."""
        with self._reading() as database:
            return ledger_batches.calls_of(database, batch_id, keys)

    def close_batch(self, batch_id: str, state: str = DONE) -> None:
        """Note a batch's state; with DONE, rows without an answer are released: they were not billed."""
        with self._transaction() as database:
            ledger_batches.close(database, batch_id, state)

    # the file

    def prune(self, before: str) -> int:
        """Delete the answers that arrived before a stamp; what was spent stays known. Returns how many there were.

        Their space is given back to the disk, unless another process is reading just now.
        """
        with self._reading() as database:
            count = database.execute("DELETE FROM answers WHERE created < ?", (before,)).rowcount
        with self._lock, contextlib.suppress(sqlite3.OperationalError):
            self._database.execute("VACUUM")
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    def _do(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """The rows of one statement, which is a transaction of its own. In plain steps: every call takes four."""
        with self._lock:
            try:
                return self._database.execute(sql, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise failure(self.path, error) from error

    def _flush_soon(self) -> None:
        """Raises StorageError when an earlier flush has failed: what cannot last is not kept."""
        if self._flusher is None:
            with self._lock, atomic.explained(self.path, "open"):
                self._flusher = self._flusher or Flusher(self.path.with_name(f"{self.path.name}-wal"))
        with atomic.explained(self.path, "flush"):
            self._flusher.wrote()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """For one statement, which is a transaction of its own."""
        with self._lock, explained(self.path):
            yield self._database

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, explained(self.path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:  # a full disk has ended it already
                    self._database.execute("ROLLBACK")
                raise

    def _write_hits(self) -> None:
        with self._lock:
            hits, self._hits = self._hits, {}
        if hits:
            with self._transaction() as database:
                database.executemany(
                    ledger_file.HIT, [(*place[:6], count, count, place[6]) for place, count in hits.items()]
                )
