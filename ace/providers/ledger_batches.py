"""A provider's batches in the ledger: durable before anybody waits for them, with the intents of their rows.

Pure SQL on an open database; whoever calls holds the ledger's lock or its transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from ace import clock, jsonio

WAITING, DONE = "waiting", "done"
_OPEN = (
    "batch = ? AND batch <> '' AND state = 'open'"
    " AND NOT EXISTS (SELECT 1 FROM answers WHERE answers.key = calls.key AND call_id = calls.id)"
)


class Batch(NamedTuple):
    """`keys` are the ledger keys of its rows, one call of kind "batch" each.

    `state` is any text: WAITING at first, DONE when nothing more will come of it.
    """

    id: str
    provider: str
    base_url: str
    model: str
    run_id: str
    pipeline: str
    phase: str
    keys: tuple[str, ...]
    state: str = WAITING
    created: str = ""


def save(database: sqlite3.Connection, batch: Batch) -> None:
    """Also for a batch that is found again: its rows' intents are then open once more."""
    row = (*batch[:7], jsonio.dumps(list(batch.keys)).decode(), batch.state, batch.created or clock.stamp())
    database.execute("INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    sql = (
        "SELECT key, id FROM calls WHERE run_id = ? AND kind = 'batch' AND batch = '' AND state IN ('open', 'unknown')"
    )
    ids = dict(database.execute(sql, (batch.run_id,)).fetchall())
    database.executemany(
        "UPDATE calls SET state = 'open', batch = ?, error = NULL WHERE id = ?",
        [(batch.id, ids[key]) for key in batch.keys if key in ids],
    )


def rename(database: sqlite3.Connection, batch_id: str, given: str) -> None:
    """A batch that was written down before it was handed in has got its id from the provider."""
    database.execute("UPDATE batches SET id = ?, state = ? WHERE id = ?", (given, WAITING, batch_id))
    database.execute("UPDATE calls SET batch = ? WHERE batch = ?", (given, batch_id))


def still_open(database: sqlite3.Connection, run_id: str, phase: str) -> list[Batch]:
    sql = "SELECT * FROM batches WHERE state <> ? AND (? = '' OR run_id = ?) AND (? = '' OR phase = ?)"
    rows = database.execute(f"{sql} ORDER BY created, id", (DONE, run_id, run_id, phase, phase)).fetchall()
    return [Batch._make((*row[:7], tuple(jsonio.trusted_loads(row[7].encode())), *row[8:])) for row in rows]


def calls_of(database: sqlite3.Connection, batch_id: str, keys: Sequence[str]) -> dict[str, int]:
    """{key: call id} of the rows that have no answer yet."""
    found = dict(database.execute(f"SELECT key, id FROM calls WHERE {_OPEN}", (batch_id,)).fetchall())
    return {key: found[key] for key in keys if key in found}


def close(database: sqlite3.Connection, batch_id: str, state: str) -> None:
    """With DONE, rows that have no answer are released: a row that expired or failed is not billed."""
    database.execute("UPDATE batches SET state = ? WHERE id = ?", (state, batch_id))
    if state == DONE:
        problem = "the batch ended without its answer"
        sql = f"UPDATE calls SET state = 'failed', counted = 0, error = ? WHERE {_OPEN}"
        database.execute(sql, (problem, batch_id))
