"""llm_calls.jsonl in the run folder: one line per request, also for those that the ledger answered."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ace.events import EventLog
from ace.providers.base import Call, Usage

FILE = "llm_calls.jsonl"


class Outcome(NamedTuple):
    """How a request ended. `outcome` is ok, hit, or the class of the error; `cost_usd` is None without a price."""

    outcome: str
    cached: bool = False
    usage: Usage = Usage()
    cost_usd: float | None = None
    latency_s: float = 0.0
    attempts: int = 1
    model: str = ""  # the one that says it answered


class CallLog:
    """Appends to llm_calls.jsonl; made with the first call of a run."""

    def __init__(self, folder: Path) -> None:
        self._log = EventLog(folder, file=FILE)

    def add(self, call: Call, outcome: Outcome) -> None:
        tokens = {name: count for name, count in outcome.usage._asdict().items() if count}
        self._log.add(
            call.kind,
            phase=call.phase,
            purpose=call.purpose,
            provider=call.provider,
            model=outcome.model or call.model,
            cached=outcome.cached,
            tokens=tokens,
            cost_usd=outcome.cost_usd,
            latency_s=round(outcome.latency_s, 4),
            attempts=outcome.attempts,
            outcome=outcome.outcome,
            key=call.key,
        )

    def close(self) -> None:
        self._log.close()
