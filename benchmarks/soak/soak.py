"""Kill runs at random times, go on, and count what should never happen. Prints one table.

    python benchmarks/soak/soak.py [--minutes 40] [--kills 1000] [--runs 200] [--seed N]

Every round starts a run, kills it with SIGKILL after a random time, looks at what is on the disk, and starts the same
command again, until the run is complete. Columns:

corrupt     artifacts that were there after a kill and did not pass all checks
lost        phases whose commit was in the event log and whose artifact was not there
repeated    phases that started again although their commit was in the event log
twice       items worked on again beyond those in flight at a kill (where the pipeline can tell)
other       rounds that ended with another result than a run that nobody killed, or not at all

Kills end when the time is over or their number is reached, whichever comes first, half of both for each pipeline.
Then comes every single system call of a three-phase run (tests/crash/test_syscalls.py), and N runs in one process.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ace import discovery, events, store
from ace.errors import AceError
from ace.records import Pipeline

ROOT = Path(__file__).resolve().parents[2]
ITEMS_FILE = Path(__file__).with_name("many_items.py")
IN_FLIGHT = 4  # many_items works on as many at once
MOST_KILLS_OF_A_ROUND = 12  # then it may finish: early kills alone would never reach the last phases
GROWTH_MB = 8.0  # allocators keep some; a leak of 50 kB a run would show


@dataclass
class Tally:
    """What was counted for one pipeline."""

    name: str
    rounds: int = 0
    kills: int = 0
    corrupt: int = 0
    lost: int = 0
    repeated: int = 0
    twice: int | None = None
    other: int = 0
    phases: set[str] = field(default_factory=set)  # in which a kill came

    def row(self) -> str:
        twice = "-" if self.twice is None else self.twice
        cells = (self.rounds, self.kills, self.corrupt, self.lost, self.repeated, twice, self.other, len(self.phases))
        return f"{self.name:<12}" + "".join(f"{cell:>10}" for cell in cells)

    def sound(self) -> bool:
        return not (self.corrupt or self.lost or self.repeated or self.twice or self.other)


class Subject:
    """A pipeline in a folder of its own, run as a command."""

    def __init__(self, folder: Path, pipeline: Pipeline, words: list[str], *, counts_items: bool) -> None:
        self.folder, self.pipeline, self.words = folder, pipeline, words
        self.log = folder / "worked.log" if counts_items else None
        folder.mkdir()
        own = {"PYTHONPATH": str(ROOT), "HOME": str(folder), "ACE_ARTIFACTS": "runs", "ACE_CACHE": "cache"}
        self.environment = os.environ | own | ({"ACE_SOAK_LOG": str(self.log)} if self.log else {})

    def start(self, run_id: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "ace", "run", *self.words, "--run-id", run_id, "--quiet"]
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, **streams)

    def place(self, number: int, name: str, run_id: str) -> store.Place:
        return store.Place(self.run(run_id), run_id, self.pipeline.name, number, name)

    def run(self, run_id: str) -> Path:
        return self.folder / "runs" / f"run_{run_id}"

    def heard(self, run_id: str, kind: str) -> list[str]:
        return [event["phase"] for event in events.read(self.run(run_id)) if event["kind"] == kind]

    def result(self, run_id: str) -> bytes:
        """What the last phase wrote for people: free of times, so equal for equal work."""
        found = sorted(self.run(run_id).glob("phase*.md"))
        return found[-1].read_bytes() if found else b""

    def worked(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log and self.log.exists() else []

    def clear(self, run_id: str) -> None:
        shutil.rmtree(self.run(run_id), ignore_errors=True)
        if self.log:
            self.log.unlink(missing_ok=True)


def soak(subject: Subject, until: float, most: int, chance: random.Random) -> Tally:
    tally = Tally(subject.pipeline.name, twice=0 if subject.log else None)
    began = time.monotonic()
    assert subject.start("whole").wait() == 0, f"{subject.pipeline.name} fails without being killed"
    seconds, expected = time.monotonic() - began, subject.result("whole")
    while time.monotonic() < until and tally.kills < most:
        tally.rounds += 1
        _round(subject, tally, seconds, expected, chance)
    return tally


def _round(subject: Subject, tally: Tally, seconds: float, expected: bytes, chance: random.Random) -> None:
    run_id = f"r{tally.rounds}"
    subject.clear(run_id)
    kills = 0
    while True:
        process = subject.start(run_id)
        try:
            code = process.wait(chance.uniform(0, seconds) if kills < MOST_KILLS_OF_A_ROUND else None)
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
            _look(subject, tally, run_id)
    tally.kills += kills
    tally.other += code != 0 or subject.result(run_id) != expected
    started, told = subject.heard(run_id, "phase_started"), len(subject.pipeline.phases)
    tally.repeated += sum(started[place:].count(name) for place, name in _already(subject, run_id))
    tally.other += len(set(started)) != told
    if tally.twice is not None:
        worked = subject.worked()
        tally.twice += max(0, len(worked) - len(set(worked)) - kills * IN_FLIGHT)
    subject.clear(run_id)


def _already(subject: Subject, run_id: str) -> list[tuple[int, str]]:
    """Every committed phase, with how many phases had started when its commit was told."""
    found, started = [], 0
    for event in events.read(subject.run(run_id)):
        started += event["kind"] == "phase_started"
        if event["kind"] == "phase_committed":
            found.append((started, event["phase"]))
    return found


def _look(subject: Subject, tally: Tally, run_id: str) -> None:
    """What is on the disk after a kill."""
    committed = set(subject.heard(run_id, "phase_committed"))
    tally.phases.add((subject.heard(run_id, "phase_started") or ["before the first"])[-1])
    for number, phase in enumerate(subject.pipeline.phases, 1):
        try:
            found = store.find(subject.place(number, phase.name, run_id))
        except AceError:
            tally.corrupt += 1
        else:
            tally.lost += found is None and phase.name in committed


def every_call() -> tuple[str, bool]:
    """Kills at every system call, as the test does it."""
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", str(ROOT / "tests/crash/test_syscalls.py"), "-rs"]
    environment = os.environ | {"ACE_EVERY_KILL": "1"}
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    skipped = re.search(r"NOT PROVEN HERE.*", done.stdout)
    return skipped[0] if skipped else done.stdout.strip().splitlines()[-1], done.returncode == 0 and not skipped


def flat(folder: Path, number: int) -> tuple[str, bool]:
    command = [sys.executable, str(Path(__file__).with_name("flat.py")), str(folder), str(number)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1], False
    looks = json.loads(done.stdout)
    text = ", ".join(f"{look['rss_mb']} MB and {look['descriptors']} after {look['runs']}" for look in looks)
    grown = looks[-1]["rss_mb"] - looks[0]["rss_mb"]
    return text, grown < GROWTH_MB and looks[-1]["descriptors"] == looks[0]["descriptors"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=40.0, help="time for everything")
    parser.add_argument("--kills", type=int, default=1000, help="kills of each pipeline, at most")
    parser.add_argument("--runs", type=int, default=200, help="runs in one process")
    parser.add_argument("--seed", type=int, default=1, help="of the times at which runs are killed")
    asked = parser.parse_args()
    chance, began = random.Random(asked.seed), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ace-soak-") as name:
        folder = Path(name)
        rest: list[tuple[str, Callable[[], tuple[str, bool]]]] = [
            (f"memory and descriptors, {asked.runs} runs in one process", lambda: flat(folder / "flat", asked.runs)),
            ("killed at every system call of a three-phase run", every_call),
        ]
        (folder / "flat").mkdir()
        others = [(title, *act()) for title, act in rest]
        left = max(20.0, asked.minutes * 60 - (time.monotonic() - began))
        subjects = (
            Subject(folder / "items", discovery.find(str(ITEMS_FILE)), [str(ITEMS_FILE)], counts_items=True),
            Subject(folder / "news", discovery.find("news"), ["news", "--sources", "sample"], counts_items=False),
        )
        start = time.monotonic()
        ends = (start + left * 0.4, start + left * 0.95)  # news takes longer, and its last round goes beyond
        tallies = [soak(subject, end, asked.kills, chance) for subject, end in zip(subjects, ends, strict=True)]
    heads = ("rounds", "kills", "corrupt", "lost", "repeated", "twice", "other", "in phases")
    print(f"{(time.monotonic() - began) / 60:.1f} minutes, Python {platform.python_version()}, seed {asked.seed}")
    print(f"{'pipeline':<12}" + "".join(f"{head:>10}" for head in heads))
    print("\n".join(tally.row() for tally in tallies))
    for title, text, good in others:
        print(f"{title}: {text}{'' if good else '   <-- NOT AS IT SHOULD BE'}")
    return int(not all(tally.sound() for tally in tallies) or not all(good for _, _, good in others))


if __name__ == "__main__":
    sys.exit(main())
