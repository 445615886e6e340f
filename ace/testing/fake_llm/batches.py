"""Batches of both services: kept here, worded in batch_wires.py. Rows are answered when a batch ends, in any order."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from ace.testing.fake_llm.answer import Body
from ace.testing.fake_llm.log import Seen


class Row(NamedTuple):
    custom_id: str
    api: str
    body: Body


class Result(NamedTuple):
    """`outcome` is succeeded, errored, expired or canceled; `body` the answer or the error."""

    custom_id: str
    outcome: str
    body: Body
    seen: Seen | None = None


@dataclass
class Batch:
    """`results` is None until the batch has ended."""

    id: str
    rows: list[Row]
    ends_s: float
    asked: Body = field(default_factory=dict)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    ready: int = 0  # rows that are answered also when it is cancelled
    cancelled: bool = False
    deleted: bool = False
    failed: bool = False
    results: list[Result] | None = None
    files: dict[str, str] = field(default_factory=dict)  # ids of OpenAI's output and error files

    def outcomes(self, *names: str) -> list[Result]:
        return [one for one in self.results or [] if one.outcome in names]


class Batches:
    """All batches and files of a server."""

    def __init__(self, delay_s: float, work: Callable[[Row], Result], now: Callable[[], float]) -> None:
        self._delay_s, self._work, self._now = delay_s, work, now
        self._batches: dict[str, Batch] = {}
        self.files: dict[str, tuple[str, bytes]] = {}  # id: purpose, content

    def add(self, prefix: str, rows: list[Row], asked: Body) -> Batch:
        batch = Batch(f"{prefix}_{len(self._batches) + 1:04d}", rows, self._now() + self._delay_s, asked)
        self._batches[batch.id] = batch
        return batch

    def add_file(self, purpose: str, content: bytes) -> str:
        name = f"file-{len(self.files) + 1:04d}"
        self.files[name] = purpose, content
        return name

    def get(self, name: str) -> Batch | None:
        """The batch as it is now: worked on if its time has come."""
        batch = self._batches.get(name)
        if batch and batch.deleted:
            return None
        if batch and batch.results is None:
            self._look_at(batch)
        return batch

    def names(self) -> list[str]:
        return list(self._batches)

    def listed(self, prefix: str) -> list[Batch]:
        """Newest first."""
        found = [self.get(name) for name in reversed(self._batches) if name.startswith(prefix + "_")]
        return [batch for batch in found if batch]

    def kept(self) -> list[str]:
        """Files, and batches whose answers can still be had."""
        return [*self.files, *(batch.id for batch in self._batches.values() if not batch.deleted and not batch.files)]

    def begin(self, rows: int) -> None:
        """So many rows of each batch are answered by now, although it has not ended."""
        for batch in self._batches.values():
            batch.ready = rows

    def finish(self) -> None:
        """Everything that has been handed in is ready at the next look."""
        for batch in self._batches.values():
            batch.ends_s = 0.0

    def _look_at(self, batch: Batch) -> None:
        if batch.failed:
            batch.results = []
        elif batch.cancelled:
            batch.results = [self._work(row) for row in batch.rows[: batch.ready]]
            batch.results += [Result(row.custom_id, "canceled", {}) for row in batch.rows[batch.ready :]]
        elif self._now() >= batch.ends_s:
            batch.results = [self._work(row) for row in batch.rows]
            random.Random(batch.id).shuffle(batch.results)
