"""How soon a run answers, and how soon others see what became of it. Prints a Markdown table.

    python benchmarks/control/control.py [--trials 10]

Every command is a process of its own, as a person or cron starts it; times are wall time on this machine, from the
moment that the request is written or the signal sent. Shown are the median and the worst of all trials.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ace import control, events, runs
from ace.views import status

ROOT = Path(__file__).resolve().parents[2]
LOOK_EVERY_S = 0.002
PATIENCE_S = 60.0
SLOW = """
import subprocess, sys, time
from ace import Output, Phase, Pipeline

def make(inputs, ctx):
    return Output({"items": list(range(1000))})

def polite(inputs, ctx):
    if ctx.config["rude"]:
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        time.sleep(60)
    def work(number):
        time.sleep(ctx.config["seconds"])
        return number
    return Output({"items": list(ctx.map(work, inputs["make"]["items"], key=str))})

PIPELINE = Pipeline("slow", (
    Phase("make", reads=(), items="items"), Phase("polite", items="items", config={"rude": False, "seconds": 0.02})))
"""


class Row(NamedTuple):
    what: str
    goal: str
    within: float
    times: list[float]

    def line(self) -> str:
        worst = max(self.times)
        good = "" if worst <= self.within else " **not reached**"
        return f"| {self.what} | {statistics.median(self.times):.2f} | {worst:.2f}{good} | {self.goal} |"


class Folder:
    """A folder to run things in, with commands as processes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.runs = folder, folder / "runs"
        own = {"PYTHONPATH": str(ROOT), "HOME": str(folder), "ACE_ARTIFACTS": "runs", "ACE_CACHE": "cache"}
        self.environment = os.environ | own
        (folder / "slow.py").write_text(SLOW)
        self.count = 0

    def name(self) -> str:
        self.count += 1
        return f"trial{self.count}"

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        options: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [sys.executable, "-m", "ace", "run", *words, "--quiet"]
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, **options)

    def timed(self, *words: str) -> tuple[float, int]:
        began = time.monotonic()
        code = self.start(*words).wait()
        return time.monotonic() - began, code

    @contextmanager
    def working(self, phase: str, *words: str) -> Iterator[tuple[runs.Run, subprocess.Popen[bytes]]]:
        """A run that is in the middle of a phase."""
        run_id = self.name()
        process = self.start(*words, "--run-id", run_id)
        folder = self.runs / f"run_{run_id}"
        try:
            until(lambda: phase in started(folder))
            yield runs.resolve(self.runs, run_id), process
        finally:
            process.kill()
            process.wait()


def started(folder: Path) -> list[str]:
    return [event["phase"] for event in events.read(folder) if event["kind"] == "phase_started"]


def until(condition: Callable[[], bool]) -> float:
    """Seconds until the condition holds."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > PATIENCE_S:
            message = "it never came"
            raise TimeoutError(message)
        time.sleep(LOOK_EVERY_S)
    return time.monotonic() - began


def acknowledged(place: Folder, kind: str) -> float:
    with place.working("polite", "slow.py") as (run, _):
        request = control.ask(run.folder, kind)
        return until(lambda: not request.exists())


def gone(place: Folder, rude: str) -> float:
    """From a cancel until neither the process nor any below it is alive."""
    with place.working("polite", "slow.py", "--set", f"polite.rude={rude}") as (run, process):
        if rude == "true":
            until(lambda: bool(control.below(process.pid)))
        pids = {process.pid} | control.below(process.pid)
        control.ask(run.folder, control.CANCEL)
        return until(lambda: process.poll() is not None and not any(control.is_alive(str(pid)) for pid in pids))


def seen_as_crashed(place: Folder) -> float:
    with place.working("polite", "slow.py") as (run, process):
        os.kill(process.pid, signal.SIGKILL)
        return until(lambda: status.of_run(status.reload(run)).state == "crashed")


def told_as_crashed(place: Folder) -> float:
    """From the kill to the end of an `ace status` that says so."""
    with place.working("polite", "slow.py") as (run, process):
        began = time.monotonic()
        os.kill(process.pid, signal.SIGKILL)
        command = [sys.executable, "-m", "ace", "status", run.id, "--json"]
        done = subprocess.run(command, check=True, cwd=place.folder, env=place.environment, capture_output=True)
        assert json.loads(done.stdout)["state"] == "crashed", done.stdout
        return time.monotonic() - began


def resumed(place: Folder, phase: str, *words: str) -> float:
    """From the start of the command to the event that the phase which was killed has begun again."""
    with place.working(phase, *words) as (run, process):
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        before = started(run.folder).count(phase)
        again = place.start(*words, "--resume-latest")
        try:
            return until(lambda: started(run.folder).count(phase) > before)
        finally:
            again.kill()
            again.wait()


def refused(place: Folder) -> float:
    """Wall time of a second start while another runs, as a multiple of a run with nothing to do a moment before."""
    no_op, _ = place.timed("slow.py", "--run-id", "done")
    with place.working("polite", "slow.py"):
        took, code = place.timed("slow.py")
    assert code == 75, code
    return took / no_op


def measure(place: Folder, trials: int) -> list[Row]:
    def times(act: Callable[..., float], *arguments: Any) -> list[float]:
        return [act(place, *arguments) for _ in range(trials)]

    news = ("news", "--sources", "sample")
    assert place.timed("slow.py", "--run-id", "done", "--set", "polite.seconds=0")[1] == 0
    assert place.timed(*news, "--run-id", "news")[1] == 0
    return [
        Row("a pause is acknowledged", "≤ 0.3 s", 0.3, times(acknowledged, control.PAUSE)),
        Row("a cancel is acknowledged", "≤ 0.3 s", 0.3, times(acknowledged, control.CANCEL)),
        Row("a cancel has left no process, items of 20 ms", "≤ 2 s", 2.0, times(gone, "false")),
        Row("a cancel has left no process, a phase that hangs and its child", "≤ 2 s", 2.0, times(gone, "true")),
        Row("`kill -9` is seen as crashed by a reader", "≤ 1 s", 1.0, times(seen_as_crashed)),
        Row("`kill -9`, then `ace status` has said crashed", "≤ 1 s", 1.0, times(told_as_crashed)),
        Row("the killed phase starts again, small pipeline", "≤ 1 s", 1.0, times(resumed, "polite", "slow.py")),
        Row("the killed phase starts again, news in phase 8", "≤ 1 s", 1.0, times(resumed, "enrichment", *news)),
        Row("a second cron exits 75, × a no-op run", "≤ 2 ×", 2.0, times(refused)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ace-control-") as name:
        rows = measure(Folder(Path(name)), asked.trials)
    loads = " ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{asked.trials} trials each, {os.cpu_count()} cores, load {loads}\n")
    print("| from the request or the signal until | median, s | worst, s | goal |\n|---|---|---|---|")
    print("\n".join(row.line() for row in rows))


if __name__ == "__main__":
    main()
