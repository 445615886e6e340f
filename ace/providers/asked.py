"""A question on its way to a model: as a phase asks it, as the ledger and the limiter know it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ace import clock, jsonio
from ace import schema as schemas
from ace.providers.base import Call, Caps, Provider, Request
from ace.records import Data, Json

COMPLETE, EMBED, BATCH = "complete", "embed", "batch"  # kinds of call


class Run(NamedTuple):
    """What a session needs of its run. `wait` sleeps, and raises Interrupted when the run is told to stop.

    `clock` tells seconds as `wait` spends them: a test that does not sleep moves its own.
    """

    folder: Path
    run_id: str
    pipeline: str
    event: Callable[..., None]
    wait: Callable[[float], None]
    clock: Callable[[], float] = clock.monotonic


class Asked(NamedTuple):
    """One question of a phase; `purpose` is the item's key, for the call log."""

    provider: str
    request: Request
    schema: schemas.Schema | None
    phase: str
    purpose: str
    caps: Caps


class Rules(NamedTuple):
    """What a phase says of an answer that fits its schema: what is wrong with it, and the best of a second such one."""

    check: Callable[[Json], str]
    mend: Callable[[Json], Json] | None = None


class Sent(NamedTuple):
    """A body on its way: what the ledger is told of it and what the limiter counts."""

    provider: Provider
    body: Data
    call: Call
    caps: Caps
    tokens: tuple[int, int]  # input, estimated; output, at most


def key_of(provider: Provider, model: str, body: Data) -> str:
    """What the ledger knows a question by: changing one row of a phase's questions re-pays one row."""
    wire = jsonio.dumps([provider.name, provider.base_url, model, body])
    return hashlib.sha256(wire).hexdigest()
