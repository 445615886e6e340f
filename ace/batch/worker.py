"""One run of a batch in a process of its own. What the parent needs to know goes to it as JSON messages.

The process is forked from a server that has imported the pipeline's phases, does one run and ends: memory that a
library keeps goes with it. It ends, too, when its parent is gone: no run is left without somebody who counts it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from ace import config, discovery, jsonio, orchestrator, signals
from ace.errors import AceError
from ace.events import Listener
from ace.records import Data, Json
from ace.services import Stop

TOLD = ("run_started", "phase_started")  # events that the parent shows
RESULT = "result"


class Task(NamedTuple):
    """What a worker is sent; everything can be pickled. `listeners` make one from the folder of runs."""

    pipeline: str
    engine: dict[str, Json]
    phases: dict[str, dict[str, Json]]
    origin: dict[str, str]
    overrides: dict[str, Json]
    run_id: str
    input: dict[str, Json]
    nice: int
    listeners: tuple[Callable[[Path], Listener], ...]


def main(task: Task, pipe: Connection) -> None:
    """Do the run, send its result, end."""
    stop = _guarded()
    if task.nice:
        with contextlib.suppress(OSError):  # only root may be less nice
            os.nice(task.nice)
    result = _result(task, pipe, stop)
    with contextlib.suppress(OSError):
        _send(pipe, {"kind": RESULT, **result})
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)  # threads that a library left behind are not waited for


def _guarded() -> Stop:
    """SIGTERM comes from the parent; Ctrl-C reaches the whole group and is the parent's to pass on."""
    stop = Stop()
    signals.listen((signal.SIGTERM,), lambda _: stop.request("the batch was stopped", 143))
    signal.signal(signal.SIGINT, lambda *_: None)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.dup2(2, 1)  # what a phase prints is not the result of the batch
    return stop


def _end_with_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
    os._exit(1)


def _result(task: Task, pipe: Connection, stop: Stop) -> Data:
    def told(event: Data) -> None:
        if event["kind"] in TOLD:
            _send(pipe, {key: event.get(key) for key in ("kind", "run_id", "phase", "number")})

    settings = config.Settings(task.engine, task.phases, task.origin)
    try:
        request = orchestrator.Request(
            discovery.find(task.pipeline),
            settings,
            task.overrides,
            run_id=task.run_id,
            allow_overlap=True,  # the batch holds the pipeline's lock
            input=task.input,
        )
        listeners = tuple(make(settings.artifacts) for make in task.listeners)
        outcome = orchestrator.run(request, (told, *listeners), stop)
    except AceError as error:
        return _failure(error.message, error.hint, error.exit_code)
    except Exception as error:  # a bug ends one run, not the batch
        return _failure(f"a bug in ACE: {type(error).__name__}: {error}"[:2000], "", 70)
    return {
        "run_id": outcome.run_id,
        "state": outcome.state,
        "exit_code": outcome.exit_code,
        "error": outcome.error,
        "hint": outcome.hint,
    }


def _failure(message: str, hint: str, code: int) -> Data:
    return {"state": "failed", "exit_code": code, "error": jsonio.scrubbed(message), "hint": hint}


def _send(pipe: Connection, message: Data) -> None:
    pipe.send_bytes(jsonio.line(message))
