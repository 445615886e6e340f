"""Which processes write to the ledger, and what one that was killed left open.

A process writes its number once, with its first call; a later one that finds it gone takes over its open calls.
"""

from __future__ import annotations

import os
import sqlite3
from functools import cache
from typing import NamedTuple

GONE = (b"Z", b"X")  # states in /proc/PID/stat: dead, but not yet collected by the parent
_REGISTER = "INSERT OR IGNORE INTO owners SELECT ?, ?, IFNULL(MAX(id), 0) + 1 FROM calls"
_LEFT_OPEN = "id >= ? AND pid = ? AND began = ? AND state = 'open' AND batch = ''"
_ANSWERED = "SELECT 1 FROM answers WHERE answers.key = calls.key AND call_id = calls.id"


class Intent(NamedTuple):
    """A call without a settled end."""

    id: int
    key: str
    provider: str
    base_url: str
    model: str
    kind: str
    run_id: str
    phase: str
    purpose: str
    state: str
    created: str
    reserved_usd: float | None


def this_process() -> tuple[int, str]:
    """Its number, and when it began: a number may be given again."""
    pid = os.getpid()
    return pid, _began_once(pid)


def register(database: sqlite3.Connection) -> None:
    database.execute(_REGISTER, this_process())


def orphaned(database: sqlite3.Connection) -> list[tuple[int, int, str]]:
    """(first call, number, beginning) of registered processes that are gone."""
    owners = database.execute("SELECT first, pid, began FROM owners").fetchall()
    return [(first, pid, began) for first, pid, began in owners if _began(pid) != began]


def adopt(database: sqlite3.Connection, owner: tuple[int, int, str]) -> int:
    """Its open calls become `answered` where the answer is kept, else `unknown`, unless a batch carries them."""
    sql = f"UPDATE calls SET state = 'answered' WHERE {_LEFT_OPEN} AND EXISTS ({_ANSWERED})"
    answered = database.execute(sql, owner).rowcount
    problem = "its process ended before an answer came"
    sql = f"UPDATE calls SET state = 'unknown', error = '{problem}' WHERE {_LEFT_OPEN}"
    unknown = database.execute(sql, owner).rowcount
    database.execute("DELETE FROM owners WHERE first = ? AND pid = ? AND began = ?", owner)
    return answered + unknown


def unsettled(database: sqlite3.Connection, run_id: str, state: str) -> list[Intent]:
    given = {"run_id": run_id, "state": state}
    wanted = {column: value for column, value in given.items() if value}
    where = "".join(f" AND {column} = ?" for column in wanted)
    sql = f"SELECT {', '.join(Intent._fields)} FROM calls WHERE state IN ('open', 'answered', 'unknown'){where}"
    return [Intent(*row) for row in database.execute(f"{sql} ORDER BY id", tuple(wanted.values()))]


@cache
def _began_once(pid: int) -> str:
    return _began(pid)


def _began(pid: int) -> str:
    """When a process started, in ticks since boot; empty when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in GONE else fields[19].decode()
