"""What a provider's batch service does: take many requests at once, answer them within a day at half the price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from ace.providers.base import Provider
from ace.records import Data


class Progress(NamedTuple):
    """How far a batch is: rows that have an outcome, of any kind, and rows in all; whether somebody cancelled it."""

    ended: bool
    done: int
    rows: int
    cancelled: bool = False


class Listed(NamedTuple):
    """A batch as the service lists it; `label` is what it was handed in with, where the service keeps that."""

    id: str
    label: str
    created: datetime
    progress: Progress


class Row(NamedTuple):
    """The outcome of one request: the raw answer as it would have come alone, or None and why."""

    custom_id: str
    raw: bytes | None
    problem: str = ""


class Service(Protocol):
    """Raises what `base.Provider.send` raises; RequestRefused from `progress` means that there is no such batch."""

    def hand_in(self, rows: Sequence[tuple[str, Data]], label: str) -> str:
        """Start a batch of (custom id, body of a completion). Returns its id."""
        ...

    def progress(self, batch_id: str) -> Progress: ...
    def results(self, batch_id: str) -> Iterator[Row]:
        """Of a batch that has ended, in any order. Rows without an outcome may be missing."""
        ...

    def recent(self) -> Iterator[Listed]:
        """Newest first; at least those of the last day."""
        ...

    def cancel(self, batch_id: str) -> None:
        """Have no more rows answered. It ends some time later, with the answers that it had."""
        ...

    def forget(self, batch_id: str) -> None:
        """Delete what the service keeps of the questions and answers of a batch that has ended."""
        ...


def of(provider: Provider, timeout_s: float) -> Service | None:
    """The batch service of a provider; None when it has none."""
    if provider.name == "anthropic":
        from ace.providers.batch_anthropic import MessageBatches  # noqa: PLC0415  (only what is asked)

        return MessageBatches(provider, timeout_s)
    if provider.name == "openai":
        from ace.providers.batch_openai import OpenAIBatches  # noqa: PLC0415

        return OpenAIBatches(provider, timeout_s)
    return None
