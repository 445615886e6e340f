"""Killed by the kernel at a real system call, a run goes on and ends with the bytes of a run that nobody killed.

strace counts a kind of call and sends SIGKILL when the k-th one is entered, before it does anything: the state of the
disk is that after everything before it. test_kill.py does the same from inside Python and for every call; here nothing
of the process that dies is changed, and calls count that Python code does not see (those of a library, of `print`).
The suite kills at a spread of calls; with ACE_EVERY_KILL=1 (`make soak`) it is every call. Opening a file needs no
kill of its own: the kill at the first write is the state after it. strace counts calls per thread and by name. How
often the journal's thread flushes differs from run to run, so of its flushes some may not come.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ace import atomic, runfile, runs, store

# As the Linux kernel calls them; Python uses rename, symlink and mkdir, and other versions may use the …at forms.
CALLS = {
    "write": "write,pwrite64,writev",
    "fsync": "fsync",
    "fdatasync": "fdatasync",
    "rename": "rename,renameat,renameat2",
    "symlink": "symlink,symlinkat",
    "mkdir": "mkdir,mkdirat",
    "unlink": "unlink,unlinkat",
}
KILLS = {"write": 7, "fsync": 6, "fdatasync": 1, "rename": 5, "symlink": 2, "mkdir": 3, "unlink": 1}  # in the suite
LINE = re.compile(r"^(\d+)\s+(\w+)\(", re.MULTILINE)

THREE = """
import os
from pathlib import Path
from ace import Output, Phase, Pipeline

HERE = Path(__file__).parent


def square(n):
    log = os.open(HERE / "worked.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(log, f"{n}\\n".encode())
    os.close(log)
    return n * n


def one(inputs, ctx):
    return Output({"items": [{"id": str(n), "n": n} for n in range(4)], "blob": ctx.blobs.put(b"picture", "bin")._asdict()})


def two(inputs, ctx):
    return Output({"items": list(ctx.map(square, [item["n"] for item in inputs["one"]["items"]], key=str))})


def three(inputs, ctx):
    total = sum(inputs["two"]["items"])
    return Output({"total": total}, files={"md": f"total {total}\\n"})


PIPELINE = Pipeline("three", (Phase("one", reads=(), items="items"), Phase("two", items="items"), Phase("three")))
"""
PHASES = ("one", "two", "three")


def strace_works() -> str:
    """An empty text, or why nothing can be traced here."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, text=True)
    return f"strace may not trace here: {tried.stderr.strip()[:200]}" if tried.returncode else ""


@pytest.fixture(scope="module", autouse=True)
def _strace() -> None:
    if why := strace_works():
        pytest.skip(f"NOT PROVEN HERE: kills at real system calls; {why}")


class Traced:
    """The three-phase pipeline, run under strace."""

    def __init__(self, project: Any) -> None:
        self.project = project
        project.file = project.write("three.py", THREE)
        self.environment = project.environment() | {"PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, *options: str) -> int:
        words = ["strace", "-f", "-qq", *options]
        command = self.project.command("run", "three.py", "--run-id", "r", "--quiet")
        folder = self.project.folder
        return subprocess.run([*words, *command], cwd=folder, env=self.environment, capture_output=True).returncode

    def counts(self) -> Counter[str]:
        """How often the thread that makes a kind of call most often makes it."""
        trace = self.project.folder / "trace.txt"
        assert self.run("-o", str(trace), "-e", "trace=" + ",".join(CALLS.values())) == 0
        found: Counter[str] = Counter()
        for (_, call), number in Counter(LINE.findall(trace.read_text())).items():
            found[call] = max(found[call], number)
        return found

    def killed(self, call: str, number: int) -> bool:
        """Run, dying at the n-th such call of any thread. False when there is none."""
        return self.run("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}") == -9

    def found(self) -> set[str]:
        """Phases with an artifact; each is read with all checks."""
        folder = self.project.runs / "run_r"
        places = [store.Place(folder, "r", "three", number, name) for number, name in enumerate(PHASES, 1)]
        return {place.name for place in places if store.find(place) is not None}

    def happened(self, kind: str) -> list[str]:
        path = self.project.runs / "run_r" / "events.jsonl"
        return [event["phase"] for event in self.project.events(kind)] if path.exists() else []

    def worked(self) -> list[str]:
        log = self.project.folder / "worked.log"
        return log.read_text().split() if log.exists() else []

    def clear(self) -> None:
        shutil.rmtree(self.project.runs, ignore_errors=True)
        shutil.rmtree(self.project.folder / "cache", ignore_errors=True)
        (self.project.folder / "worked.log").unlink(missing_ok=True)


def spread(most: int, wanted: int) -> list[int]:
    """Numbers from 1 to `most`, evenly, the first and the last among them; all of them in the soak."""
    if os.environ.get("ACE_EVERY_KILL") or wanted >= most:
        return list(range(1, most + 1))
    return sorted({round(1 + place * (most - 1) / max(1, wanted - 1)) for place in range(wanted)})


@pytest.mark.parametrize("kind", CALLS)
def test_killed_at_a_call_the_run_goes_on_and_repeats_nothing_committed(project: Any, kind: str) -> None:
    traced = Traced(project)
    counts = traced.counts()
    expected, report = project.data_bytes(), (project.runs / "run_r" / "phase3_three.md").read_bytes()
    kills = [(call, n) for call in CALLS[kind].split(",") for n in spread(counts[call], KILLS[kind])]
    assert kills, f"a run makes no {kind}: this test would prove nothing"
    for call, number in kills:
        at = f"{call} {number} of {counts[call]}"
        traced.clear()
        if not traced.killed(call, number):
            assert call == "fdatasync", f"{at} never came"
            continue
        whole, said = traced.found(), traced.happened("phase_committed")
        assert set(said) <= whole, f"{at}: reported as committed, and lost"
        before = len(traced.happened("phase_started"))

        assert project.run().exit_code == 0, at  # at once, without unlocking anything
        assert not set(traced.happened("phase_started")[before:]) & whole, f"{at}: repeated"
        assert project.data_bytes() == expected, f"{at}: other bytes"
        assert (project.runs / "run_r" / "phase3_three.md").read_bytes() == report, at
        assert len(traced.worked()) <= 4 + 1, f"{at}: items done again beyond the one in flight"
        assert left_over(project.runs) == [], f"{at}: temporary files left"
        assert runs.resolve(project.runs, runs.LATEST).id == "r"
        assert runfile.load(project.runs / "run_r")["state"] == "completed"


def left_over(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob(f"{atomic.TEMPORARY}*"))
