"""What the calls in the ledger cost: what counts against a budget, and what a run has spent.

Pure reading of an open database; whoever calls holds the ledger's lock or its transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from ace.errors import BudgetReached
from ace.providers.base import Call, Caps, Usage

OPEN, ANSWERED, SETTLED, FAILED, UNKNOWN = "open", "answered", "settled", "failed", "unknown"
ROUNDING_USD = 1e-9  # what sums of floats may be off; far below the price of a token
DIGITS = 9  # of US dollars that are shown: a token costs more than the last one

_SUMS = (
    "SELECT state, provider, model, price_source, COUNT(*), TOTAL(usd), TOTAL(counted), SUM(usd IS NULL),"
    " TOTAL(input), TOTAL(output), TOTAL(cache_read), TOTAL(cache_write) FROM calls"
)


class Spent(NamedTuple):
    """What a run or a phase of it has spent so far.

    `calls` were answered, `cached` answers came from the ledger; `usd` is the sum of the settled calls, of which
    `unpriced` have no known price. `possible_usd` is what calls without a known end may have cost besides: answers
    that are not yet priced, and the `unknown` calls whose process or connection died.
    """

    calls: int
    cached: int
    usd: float
    usage: Usage
    models: tuple[str, ...]
    price_sources: tuple[str, ...]
    unknown: int = 0
    possible_usd: float = 0.0
    unpriced: int = 0
    providers: tuple[str, ...] = ()


def spent(database: sqlite3.Connection, run_id: str, phase: str) -> Spent:
    where, values = _of(run_id, phase)
    rows = database.execute(f"{_SUMS} WHERE {where} GROUP BY 1, 2, 3, 4", values).fetchall()
    hits = database.execute(f"SELECT TOTAL(calls) FROM hits WHERE {where}", values).fetchone()[0]
    return _summed(rows, int(hits))


def held(database: sqlite3.Connection, run_id: str, phase: str) -> float:
    """US dollars that count against a cap: settled, reserved, and possibly billed."""
    where, values = _of(run_id, phase)
    return float(database.execute(f"SELECT TOTAL(usd) FROM held WHERE {where}", values).fetchone()[0])


def check_caps(database: sqlite3.Connection, calls: Sequence[Call], caps: Caps) -> None:
    """Raises BudgetReached when the run's or the phase's cap does not hold what is counted and these calls."""
    wanted = sum(call.reserved_usd or 0.0 for call in calls)
    run_id, phase = calls[0].run_id, calls[0].phase
    for cap, part, what in ((caps.run_usd, "", f"run {run_id}"), (caps.phase_usd, phase, f"phase {phase}")):
        if cap and (counted := held(database, run_id, part)) + wanted > cap + ROUNDING_USD:
            message = f"the budget of {what} is reached: ${counted:.4f} of ${cap:.4f} is spent or reserved"
            raise BudgetReached(f"{message}, and ${wanted:.4f} more might be needed")


def _of(run_id: str, phase: str) -> tuple[str, tuple[str, ...]]:
    return ("run_id = ? AND phase = ?", (run_id, phase)) if phase else ("run_id = ?", (run_id,))


def _summed(rows: list[tuple[Any, ...]], hits: int) -> Spent:
    """`rows` as _SUMS gives them."""
    paid = [row for row in rows if row[0] in (ANSWERED, SETTLED)]
    settled = [row for row in rows if row[0] == SETTLED]
    return Spent(
        calls=sum(row[4] for row in paid),
        cached=hits,
        usd=round(sum(row[5] for row in settled), DIGITS),
        usage=Usage(*(int(sum(row[column] for row in settled)) for column in range(8, 12))),
        models=tuple(sorted({row[2] for row in paid})),
        price_sources=tuple(sorted({row[3] for row in settled} - {""})),
        unknown=sum(row[4] for row in rows if row[0] == UNKNOWN),
        possible_usd=round(sum(row[6] for row in rows if row[0] in (ANSWERED, UNKNOWN)), DIGITS),
        unpriced=sum(row[7] for row in settled),
        providers=tuple(sorted({row[1] for row in paid})),
    )
