"""How a run ended, from what its phases came to."""

from __future__ import annotations

from ace.errors import AceError, Interrupted, Waiting
from ace.walk import Walk


def verdict(walk: Walk) -> tuple[str, int, AceError | None]:
    """State, exit code and the error that decided them."""
    unfinished = walk.ended is not None or any(one.state == "missing" for one in walk.settled.values())
    cancelled = walk.bench.stop.cancelled and unfinished
    ended = walk.bench.stop.interrupted if cancelled else walk.ended
    if isinstance(ended, Interrupted | Waiting):
        state = "waiting" if isinstance(ended, Waiting) else "cancelled" if cancelled else "paused"
        return state, ended.exit_code, ended
    lost = [name for name, one in walk.settled.items() if one.state == "missing"]
    first = walk.ended or next(iter(walk.errors.values()), None)
    if walk.asked.only is not None:
        if first is None and any(one.state in ("missing", "damaged") for one in walk.settled.values()):
            return "paused", 0, None  # only one phase was asked for; the others wait
    elif walk.ended is None and lost and all(_done_without(walk, name) for name in lost):
        return "partial", 3, first
    elif lost and first is None:
        return "failed", 1, None
    if first is not None:
        return "failed", first.exit_code, first
    partial = any(one.status == "partial" for one in walk.settled.values())
    return ("partial", 3, None) if partial else ("completed", 0, None)


def _done_without(walk: Walk, name: str) -> bool:
    """Whether a phase that failed or was blocked was an optional input of all that read it, and those came through."""
    readers = [reader for reader, inputs in walk.reads.items() if name in inputs]
    found = ((reader, walk.settled.get(reader)) for reader in readers)
    return bool(readers) and all(one and (one.sha256 or _done_without(walk, reader)) for reader, one in found)
