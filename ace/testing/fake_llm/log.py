"""What the server was asked, and what became of it."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Seen:
    """One request. Times are seconds since the server began; `status` 0 means that no status was sent.

    key        the same for the same request, also when it comes as a row of a batch
    billed     a complete answer was made for it, whether or not it arrived
    delivered  all of that answer was handed to a connection that was open
    """

    number: int
    api: str
    key: str
    model: str
    attempt: int
    arrived_s: float
    custom_id: str = ""
    status: int = 0
    fault: str = ""
    billed: bool = False
    delivered: bool = False
    ended_s: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    body: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def text(self) -> str:
        """Everything that was asked, as JSON text: to look for what must not be in it, or must."""
        return json.dumps(self.body, ensure_ascii=False)


class Log:
    """Requests in the order in which they came. May be read while the server works."""

    def __init__(self, path: Path | None = None) -> None:
        self.rows: list[Seen] = []
        self.others: list[Seen] = []  # requests about batches and files; `api` is like "POST batches"
        self._tries: Counter[str] = Counter()
        self._began = time.monotonic()
        self._in_flight = self._most_in_flight = 0
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8") if path else None

    def arrived(self, api: str, key: str, body: dict[str, Any], custom_id: str = "") -> Seen:
        with self._lock:
            self._tries[key] += 1
            number, model = len(self.rows) + 1, str(body.get("model", ""))
            row = Seen(number, api, key, model, self._tries[key], self.now(), custom_id, body=body)
            self.rows.append(row)
            self._in_flight += 1
            self._most_in_flight = max(self._most_in_flight, self._in_flight)
        return row

    def arrived_other(self, api: str, key: str) -> Seen:
        with self._lock:
            self._tries[key] += 1
            row = Seen(len(self.others) + 1, api, key, "", self._tries[key], self.now())
            self.others.append(row)
        return row

    def ended(self, row: Seen) -> None:
        with self._lock:
            row.ended_s = self.now()
            self._in_flight -= 1
            if self._file:
                self._file.write(json.dumps(as_json(row)) + "\n")
                self._file.flush()  # the log must survive a kill

    def now(self) -> float:
        return time.monotonic() - self._began

    def clear(self) -> None:
        """Forget everything; what is in flight is no longer counted."""
        with self._lock:
            self.rows.clear()
            self.others.clear()
            self._tries.clear()
            self._most_in_flight = self._in_flight

    def close(self) -> None:
        if self._file:
            self._file.close()

    def billed(self) -> Counter[str]:
        """How often each request was billed, by key."""
        return Counter(row.key for row in self.rows if row.billed)

    def wasted(self) -> int:
        """Requests that brought nothing: refused, hung, or lost on the way."""
        return sum(not row.delivered for row in self.rows)

    def stats(self) -> dict[str, Any]:
        rows = list(self.rows)
        ends = [row.ended_s for row in rows if row.delivered and row.ended_s is not None]
        billed = self.billed()
        return {
            "requests": len(rows),
            "different": len({row.key for row in rows}),
            "statuses": {str(status): n for status, n in sorted(Counter(row.status for row in rows).items())},
            "faults": dict(sorted(Counter(row.fault for row in rows if row.fault).items())),
            "delivered": len({row.key for row in rows if row.delivered}),
            "billed": sum(billed.values()),
            "billed_again": sum(n - 1 for n in billed.values()),
            "wasted": self.wasted(),
            "most_in_flight": self._most_in_flight,
            "span_s": round(max(ends) - rows[0].arrived_s, 4) if ends else 0.0,
        }

    def check_nothing_asked_twice(self) -> None:
        """Raises AssertionError when a request came again after its answer had been delivered."""
        done: dict[str, Seen] = {}
        for row in self.rows:
            before = done.get(row.key)
            if before and before.ended_s is not None and before.ended_s <= row.arrived_s:
                message = f"request {row.number} asks again what {before.number} had answered: {row.text[:300]}"
                raise AssertionError(message)
            if row.delivered:
                done.setdefault(row.key, row)

    def check_billed_once(self, expected: int | None = None) -> None:
        """Raises AssertionError when a request was billed more than once, or not `expected` different ones were."""
        billed = self.billed()
        again = {key: n for key, n in billed.items() if n > 1}
        if again:
            message = f"{len(again)} requests were billed more than once: {again}"
            raise AssertionError(message)
        if expected is not None and len(billed) != expected:
            message = f"{len(billed)} requests were billed, not {expected}; {self.stats()}"
            raise AssertionError(message)


def as_json(row: Seen, *, body: bool = False) -> dict[str, Any]:
    return {name: value for name, value in asdict(row).items() if body or name != "body"}
