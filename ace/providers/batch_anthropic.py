"""Anthropic's Message Batches, over the SDK's connections. https://docs.claude.com/en/docs/build-with-claude/batch-processing

Bodies go out as they were hashed, answers are kept as they came. A batch keeps no label: it is known by its custom ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ace import clock, jsonio
from ace.errors import ServerFailed
from ace.providers.batch_service import Listed, Progress, Row
from ace.records import Data

PATH = "/v1/messages/batches"
LISTED = 100  # of the newest; more than a night's worth
OUTCOMES = ("succeeded", "errored", "canceled", "expired")


class MessageBatches:
    """`batch_service.Service`."""

    def __init__(self, provider: Any, timeout_s: float) -> None:
        self._provider, self._timeout_s = provider, timeout_s

    def hand_in(self, rows: Sequence[tuple[str, Data]], label: str) -> str:
        requests = [{"custom_id": name, "params": body} for name, body in rows]
        batch = self._json("POST", PATH, {"requests": requests})
        return str(batch["id"])

    def progress(self, batch_id: str) -> Progress:
        return _progress(self._json("GET", f"{PATH}/{batch_id}"))

    def results(self, batch_id: str) -> Iterator[Row]:
        for line in self._exchange("GET", f"{PATH}/{batch_id}/results").splitlines():
            row = jsonio.loads(line, what=f"a result of {batch_id}")
            result = row["result"]
            if result["type"] == "succeeded":
                yield Row(row["custom_id"], jsonio.dumps(result["message"]))
            else:
                yield Row(row["custom_id"], None, _problem(result))

    def recent(self) -> Iterator[Listed]:
        for batch in self._json("GET", f"{PATH}?limit={LISTED}")["data"]:
            yield Listed(batch["id"], "", clock.parse(batch["created_at"]), _progress(batch))

    def cancel(self, batch_id: str) -> None:
        self._json("POST", f"{PATH}/{batch_id}/cancel", {})

    def forget(self, batch_id: str) -> None:
        self._exchange("DELETE", f"{PATH}/{batch_id}")

    def _json(self, method: str, path: str, body: Data | None = None) -> Any:
        try:
            return jsonio.loads(self._exchange(method, path, body), what="the answer about a batch")
        except ValueError as error:
            raise ServerFailed(f"anthropic: {error}") from error

    def _exchange(self, method: str, path: str, body: Data | None = None) -> bytes:
        content = None if body is None else jsonio.dumps(body)
        raw: bytes = self._provider.exchange(method, path, content, self._timeout_s).body
        return raw


def _progress(batch: Data) -> Progress:
    counts = batch["request_counts"]
    done = sum(int(counts.get(outcome, 0)) for outcome in OUTCOMES)
    rows = done + int(counts.get("processing", 0))
    return Progress(batch["processing_status"] == "ended", done, rows, bool(batch.get("cancel_initiated_at")))


def _problem(result: Data) -> str:
    """errored: invalid_request_error: …; or expired, canceled."""
    outer: Data = result.get("error") or {}
    error: Data = outer.get("error") or outer
    said = ": ".join(str(error[name]) for name in ("type", "message") if error.get(name))
    return f"{result['type']}: {said}" if said else str(result["type"])
