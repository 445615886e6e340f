"""What the ledger tells about money: spent by day, pipeline, phase, model or run, saved by answers that were there.

Reads a ledger that others may be writing; nothing is changed.
"""

from __future__ import annotations

import base64
import functools
import operator
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ace.providers.ledger_file import VERSION, explained, newer
from ace.providers.ledger_money import DIGITS
from ace.records import Data

DIMENSIONS = ("day", "pipeline", "phase", "model", "run")
_GROUP = "day, run_id, pipeline, phase, provider, model"
_CALLS = (
    f"SELECT {_GROUP}, SUM(state IN ('answered', 'settled')), TOTAL(usd), SUM(state = 'settled' AND usd IS NULL),"
    " SUM(state = 'unknown'), TOTAL(CASE WHEN state IN ('answered', 'unknown') THEN counted END), TOTAL(input),"
    " TOTAL(output), TOTAL(cache_read), TOTAL(cache_write)"
    " FROM calls"
)
_HITS = f"SELECT {_GROUP}, calls, saved_usd FROM hits"


class Sums(NamedTuple):
    """Calls that were answered and what they cost, US dollars; answers that were given again and what they saved.

    unpriced      answered calls without a known price
    unknown       calls whose process or connection died: perhaps billed
    possible_usd  what these, and answers that are not yet priced, may have cost besides
    input         tokens, with those read from and written to a prompt cache
    """

    calls: int = 0
    usd: float = 0.0
    unpriced: int = 0
    unknown: int = 0
    possible_usd: float = 0.0
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    hits: int = 0
    saved_usd: float = 0.0

    def plus(self, other: Sums) -> Sums:
        return Sums(*map(operator.add, self, other))

    def as_json(self) -> Data:
        return {key: round(value, DIGITS) for key, value in self._asdict().items()}


class Line(NamedTuple):
    """The sums of one day, run, phase and model."""

    day: str
    run_id: str
    pipeline: str
    phase: str
    provider: str
    model: str
    sums: Sums

    def name(self, dimension: str) -> str:
        if dimension == "phase":
            return f"{self.pipeline} {self.phase}"
        if dimension == "model":
            return f"{self.provider} {self.model}"
        return {"day": self.day, "pipeline": self.pipeline, "run": self.run_id}[dimension]


class Kept(NamedTuple):
    """The answers in the ledger; `problems` of them turned out to be of no use."""

    answers: int
    bytes: int
    oldest: str
    problems: int


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection that cannot write; None when there is no ledger. Raises StorageError, ConfigError."""
    if not path.exists():
        yield None
        return
    with explained(path):
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise newer(path, version)
            yield database if version else None
        finally:
            database.close()


def lines(database: sqlite3.Connection, since: str = "", runs: Sequence[str] | None = None) -> list[Line]:
    """Everything (of these runs) from the day `since` on, by day."""
    where, values = " WHERE day >= ?", [since]
    if runs is not None:
        where, values = f"{where} AND run_id IN ({', '.join('?' * len(runs))})", [since, *runs]
    found: dict[Any, Sums] = {}
    for row in database.execute(f"{_CALLS}{where} GROUP BY {_GROUP}", values):
        found[row[:6]] = Sums(*_whole(row[6:]))
    for row in database.execute(_HITS + where, values):
        found[row[:6]] = found.get(row[:6], Sums()).plus(Sums(hits=row[6], saved_usd=row[7]))
    return [Line._make((*place, sums)) for place, sums in sorted(found.items())]


def by(dimension: str, found: Iterable[Line]) -> dict[str, Sums]:
    """Sums by one of DIMENSIONS, in the order of days and runs, else the dearest first."""
    sums: dict[str, Sums] = {}
    for line in found:
        name = line.name(dimension)
        sums[name] = sums.get(name, Sums()).plus(line.sums)
    if dimension in ("day", "run"):
        return dict(sorted(sums.items()))
    return dict(sorted(sums.items(), key=lambda item: (-item[1].usd, item[0])))


def total(found: Iterable[Line]) -> Sums:
    return functools.reduce(Sums.plus, (line.sums for line in found), Sums())


def kept(database: sqlite3.Connection, before: str = "9999") -> Kept:
    """The answers that arrived before that stamp."""
    sql = "SELECT COUNT(*), TOTAL(LENGTH(raw)), IFNULL(MIN(created), ''), TOTAL(problem <> '') FROM answers"
    count, size, oldest, problems = database.execute(f"{sql} WHERE created < ?", (before,)).fetchone()
    return Kept(count, int(size), oldest, int(problems))


def unknown(database: sqlite3.Connection, since: str = "") -> list[Data]:
    """Calls that may have been billed without an answer, from the day `since` on, the newest first."""
    sql = (
        "SELECT created, run_id, pipeline, phase, purpose, provider, model, counted AS usd, error FROM calls"
        " WHERE state = 'unknown' AND day >= ? ORDER BY id DESC"
    )
    return list(_dicts(database, sql, (since,)))


def export(database: sqlite3.Connection, write: Callable[[Data], None]) -> int:
    """Every call with its answer, the oldest first, as {column: value}. Returns how many.

    `answer` is text, or {"base64": …} where it is none; null where it was pruned, replaced or never came.
    """
    sql = (
        "SELECT calls.*, answers.created AS answered, latency_s, problem, raw FROM calls"
        " LEFT JOIN answers ON answers.key = calls.key AND call_id = calls.id ORDER BY calls.id"
    )
    count = 0
    for row in _dicts(database, sql):
        raw = row.pop("raw")
        for name in ("pid", "began", "counted"):
            del row[name]
        write(row | {"answer": None if raw is None else _text(raw)})
        count += 1
    return count


def _dicts(database: sqlite3.Connection, sql: str, values: tuple[str, ...] = ()) -> Iterator[Data]:
    cursor = database.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


def _text(raw: bytes) -> str | Data:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}


def _whole(row: tuple[Any, ...]) -> Iterator[Any]:
    """TOTAL gives floats; counts and tokens are whole."""
    return (value if name.endswith("usd") else int(value) for name, value in zip(Sums._fields, row, strict=False))
