"""A small pipeline that does most of its work per item; every item that is worked on leaves a line in worked.log."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from ace import Inputs, Output, Phase, PhaseContext, Pipeline

LOG = Path(os.environ.get("ACE_SOAK_LOG", os.devnull))
ITEMS, AT_ONCE = 300, 4
WORK_S = 0.004  # per item, so that a run takes about as long as Python's start


def _work(item: dict[str, str]) -> dict[str, str]:
    log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(log, f"{item['id']}\n".encode())
    os.close(log)
    time.sleep(WORK_S)
    return item | {"digest": hashlib.sha256(item["id"].encode()).hexdigest()}


def make(inputs: Inputs, ctx: PhaseContext) -> Output:
    return Output({"items": [{"id": f"item {number}"} for number in range(ITEMS)]})


def hashed(inputs: Inputs, ctx: PhaseContext) -> Output:
    done = ctx.map(_work, inputs["make"]["items"], key=lambda item: item["id"], concurrency=AT_ONCE)
    return Output({"items": list(done)})


def told(inputs: Inputs, ctx: PhaseContext) -> Output:
    digests = "".join(item["digest"] for item in inputs["hashed"]["items"])
    return Output({"sha256": hashlib.sha256(digests.encode()).hexdigest()}, files={"md": f"{digests[:64]}\n"})


PIPELINE = Pipeline(
    "many_items",
    (Phase("make", reads=(), items="items"), Phase("hashed", items="items"), Phase("told")),
)
