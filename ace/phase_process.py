"""One phase in a fresh process that reads its inputs back from disk: --artifact-mode.

The parent sends one JSON line and keeps the pipe open; the child sends events and its result as JSON lines. When the
parent dies, the pipe closes and the child ends, so a run never has two writers.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from ace import clock, discovery, errors, execute, fingerprint, jsonio, runfile, signals, store
from ace.errors import AceError, DamagedArtifact, Interrupted, PhaseError, TransientError, WorkerCrashed
from ace.records import Data, Json, Pipeline
from ace.services import Bench, Caches, Models, Stop, Workers

EVENT, RESULT, FAILURE = "event", "result", "failure"


def run_phase(bench: Bench, work: execute.Work) -> store.Artifact:
    """Parent: run the phase elsewhere and return its artifact as read from disk. Raises what the phase raised."""
    command = [sys.executable, "-m", "ace.phase_process"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        bench.stop.also(child.terminate)
        with contextlib.suppress(BrokenPipeError):  # it died before it read: its exit code tells more
            child.stdin.write(jsonio.line(_message(bench, work)))
            child.stdin.flush()
        outcome: Data = {}
        for line in child.stdout:
            message = jsonio.trusted_loads(line)
            if message["what"] == EVENT:
                bench.log.add(message["kind"], **message["fields"])
            else:
                outcome = message
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
        code = child.wait()
    if not outcome:
        bench.stop.check()  # asked to end before it could listen
        message = f"the phase's process ended with exit code {code} and no result"
        raise WorkerCrashed(message)
    if outcome["what"] == FAILURE:
        if outcome["error"] == Interrupted.__name__:
            bench.stop.check()  # the reason is the one that the parent was given
        raise _error(outcome)
    return store.read(execute.place_of(bench, work))


def _message(bench: Bench, work: execute.Work) -> Data:
    return {
        "folder": str(bench.folder.resolve()),
        "run_id": bench.run_id,
        "pipeline": bench.pipeline.file or bench.pipeline.name,
        "started": clock.stamp(bench.started),
        "phase": work.phase.name,
        "config": dict(work.config),
        "code": work.code.files,
        "inputs": {name: artifact.sha256 for name, artifact in work.inputs.items()},
        "missing": list(work.missing),
        "attempt": work.attempt,
        "cache": str(bench.caches.path.resolve()),
        "models": bench.models.settings,
        "ledger": str(bench.models.ledger.resolve()),
    }


def _error(outcome: Data) -> AceError:
    """The child's error, of the same class where it is one of ACE's."""
    kind = getattr(errors, outcome["error"], None)
    if kind is Interrupted:
        return Interrupted(outcome["message"], exit_code=outcome["exit_code"])
    if isinstance(kind, type) and issubclass(kind, TransientError):
        return kind(outcome["message"], hint=outcome["hint"], retry_after=outcome["retry_after"])
    if isinstance(kind, type) and issubclass(kind, AceError):
        return kind(outcome["message"], hint=outcome["hint"])
    return PhaseError(f"{outcome['error']}: {outcome['message']}", hint=outcome["hint"])


class _Forward:
    """The child's event log: a line on stdout per event. The parent is the only writer of events.jsonl."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pipe = os.dup(1)
        os.dup2(2, 1)  # what a phase, or a program that it starts, prints must not get between the messages

    def add(self, kind: str, **fields: Json) -> None:
        self.send({"what": EVENT, "kind": kind, "fields": fields})

    def send(self, message: Data) -> None:
        with self._lock:
            rest = memoryview(jsonio.line(message))
            while rest:
                rest = rest[os.write(self._pipe, rest) :]


def main() -> int:
    """Child: read the message, run the phase, send the result."""
    with open(0, "rb", buffering=0, closefd=False) as pipe:
        message = jsonio.trusted_loads(pipe.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    forward, stop = _Forward(), Stop()
    said = {signal.SIGTERM: "terminated", signal.SIGINT: "interrupted"}
    signals.listen(said, lambda number: stop.request(said[signal.Signals(number)], 128 + number))
    try:
        _work(message, forward, stop)
    except (Exception, SystemExit) as error:
        forward.send(_failure(error))
        return 1
    forward.send({"what": RESULT})
    return 0


def _end_with_parent() -> None:
    while os.read(0, 4096):  # the descriptor itself: a buffered reader would hold its lock while the process ends
        pass
    os._exit(75)


def _work(message: Data, forward: Any, stop: Stop) -> None:
    pipeline = discovery.find(message["pipeline"])
    folder = Path(message["folder"])
    workers, caches = Workers(), Caches(Path(message["cache"]))
    models = Models(message["models"], Path(message["ledger"]))
    started = clock.parse(message["started"])
    bench = Bench(folder, message["run_id"], pipeline, started, forward, stop, workers, caches, models)
    try:
        execute.run_phase(bench, _work_of(bench, pipeline, message))
    finally:
        workers.close()
        caches.close()
        models.close()


def _work_of(bench: Bench, pipeline: Pipeline, message: Data) -> execute.Work:
    phase = discovery.phase(pipeline, message["phase"])
    content = runfile.load(bench.folder)
    inputs = {}
    for name, sha256 in message["inputs"].items():
        one = discovery.phase(pipeline, name)
        expected = discovery.phase_schema(pipeline, one)
        number = discovery.number(pipeline, name)
        # an edited input was accepted, loudly, by the parent: any modification time counts as "written since"
        place = store.Place(bench.folder, bench.run_id, pipeline.name, number, name, expected, 0)
        inputs[name] = store.read(place._replace(origin=runfile.origin(content, name)))
        if inputs[name].sha256 != sha256:
            changed = f"{inputs[name].path} is not what this run was given: it changed a moment ago"
            raise DamagedArtifact(changed, path=str(inputs[name].path))
    return execute.Work(
        phase,
        discovery.number(pipeline, phase.name),
        message["config"],
        fingerprint.combine(message["code"]),
        discovery.phase_schema(pipeline, phase),
        inputs,
        tuple(message["missing"]),
        message["attempt"],
    )


def _failure(error: BaseException) -> Data:
    if isinstance(error, AceError):
        ours = next(kind for kind in type(error).__mro__ if kind.__module__ == errors.__name__)
        return {
            "what": FAILURE,
            "error": ours.__name__,  # a phase's own kind of transient error is transient for the parent, too
            "message": error.message,
            "hint": error.hint,
            "exit_code": error.exit_code,
            "retry_after": getattr(error, "retry_after", None),
        }
    text = jsonio.scrubbed(str(error))[:2000] or "no message"
    return {"what": FAILURE, "error": type(error).__name__, "message": text, "hint": "", "exit_code": 1}


if __name__ == "__main__":
    raise SystemExit(main())
