"""Kill runs, cut their power, and count what should never happen. Prints one table and a line for each other proof.

    python benchmarks/soak/soak.py [--kills 1000] [--cuts 30] [--runs 200] [--minutes 40] [--seed N] [--only NAME]...

For every pipeline of subjects.py: `kills` SIGKILLs (kills.py), `cuts` power cuts on a mounted image (powercut.py),
`runs` runs in one process (flat.py); and a kill at every single system call of a three-phase run (tests/crash). Two of
these run side by side. When the minutes are over before the numbers are reached, each line that fell short says so and
the exit code is 1. Below each row stands in which phases the kills came. Columns:

kills       SIGKILLs; `at a call`: so many of them at a change of a file, a write in its middle, the others at a moment
corrupt     artifacts that were there after a kill and did not pass all checks
lost        phases whose commit was in the event log and whose artifact was not there
rows        rows of a journal that were whole after one kill and gone after the next
repeated    phases that started again although their commit was in the event log
twice       items done (answers billed) again although their result was kept, where the pipeline can tell
other       rounds that ended with other bytes than a run that nobody killed, or not at all
left        processes that lived on after their run was killed
in phases   how many different phases a kill came in; `before the first` counts as one
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from subjects import SUBJECTS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SIDE_BY_SIDE = 2
NOT_SO = "NOT AS IT SHOULD BE"
GROWTH_MB = 8.0  # allocators keep some; a leak of 50 kB a run would show
NEVER = ("corrupt", "lost", "rows", "repeated", "twice", "other", "left")
HEADS = ("rounds", "kills", "at a call", *NEVER, "in phases", "minutes")


class Said(NamedTuple):
    """What one job came to: a line to print, what is wrong with it, and lines to print below."""

    text: str
    wrong: str = ""
    below: tuple[str, ...] = ()


class Job(NamedTuple):
    """A command, how many of its kind are asked for, and what reads its output."""

    kind: str
    command: list[str]
    asked: int
    read: Callable[[str, int], Said]


def jobs(asked: argparse.Namespace, folder: Path) -> list[Job]:
    """The longest first, so that the two lanes end at about the same time."""
    names = asked.only or list(SUBJECTS)
    found = []
    for kind, script, number, read in (
        ("kills", "kills.py", asked.kills, _kills),
        ("flat", "flat.py", asked.runs, _flat),
        ("cuts", "powercut.py", asked.cuts, _cuts),
    ):
        for name in reversed(names) if number else ():
            own = folder / f"{kind}-{name}"
            own.mkdir()
            seed = [] if kind == "flat" else ["--seed", str(asked.seed)]
            option = {"flat": "--runs"}.get(kind, f"--{kind}")
            command = [sys.executable, str(HERE / script), name, str(own), option, str(number), *seed]
            found.append(Job(kind, command, number, read))
    if not asked.only:
        test = str(ROOT / "tests/crash/test_syscalls.py")
        command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", test, "-rs"]
        found.append(Job("every call", command, 0, _every_call))
    return found


def done(job: Job, until: float) -> tuple[str, Said]:
    """Do a job in the minutes that are left."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "ACE_EVERY_KILL": "1"}
    left = [] if job.kind == "every call" else ["--minutes", f"{max(0.0, until - time.monotonic()) / 60:.2f}"]
    command = [*job.command, *left]
    ended = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    print(f"{(until - time.monotonic()) / 60:6.1f} minutes left, done: {job.kind} {job.command[2]}", file=sys.stderr)
    if ended.returncode:
        text = f"{' '.join(job.command[1:3])}: {(ended.stderr or ended.stdout).strip()[-2000:]}"
        return job.kind, Said(text, NOT_SO)
    return job.kind, job.read(ended.stdout, job.asked)


def _short(found: int, asked: int) -> str:
    return "" if found >= asked else f"ONLY {found} OF {asked}: THE MINUTES WERE OVER"


def _kills(out: str, asked: int) -> Said:
    tally: dict[str, Any] = json.loads(out)
    cells = {**tally, "at a call": tally["calls"], "in phases": len(tally["phases"]), "minutes": tally["seconds"] / 60}
    shown = (
        f"{cells[head]:.1f}" if head == "minutes" else "-" if cells[head] is None else cells[head] for head in HEADS
    )
    row = f"{tally['name']:<12}" + "".join(f"{cell:>10}" for cell in shown)
    wrong = NOT_SO if any(tally[head] for head in NEVER) else _short(tally["kills"], asked)
    spread = ", ".join(f"{name} {number}" for name, number in tally["phases"].items())
    return Said(row, wrong, (f"kills in {spread}", *tally["why"]))


def _cuts(out: str, asked: int) -> Said:
    found: dict[str, Any] = json.loads(out)
    if "skipped" in found:
        return Said(f"power cuts: NOT PROVEN HERE; {found['skipped']}")
    never = [f"{found[key]} {key}" for key in ("corrupt", "lost", "repeated", "other")]
    where = f"{found['cuts']} in {found['runs']} runs of {found['name']}, in {len(found['phases'])} phases"
    text = f"power cuts on a mounted ext4: {where}; of {found['committed']} reported phases {', '.join(never)}"
    harmed = any(found[key] for key in ("corrupt", "lost", "repeated", "other"))
    return Said(text, NOT_SO if harmed else _short(found["cuts"], asked), tuple(found["why"]))


def _flat(out: str, asked: int) -> Said:
    name, looks = json.loads(out).values()
    text = ", ".join(f"{look['rss_mb']} MB and {look['descriptors']} after {look['runs']}" for look in looks)
    grown = looks[-1]["rss_mb"] - looks[0]["rss_mb"]
    flat = grown < GROWTH_MB and looks[-1]["descriptors"] == looks[0]["descriptors"]
    wrong = _short(looks[-1]["runs"], asked) if flat else NOT_SO
    return Said(f"memory and descriptors, runs of {name} in one process: {text}", wrong)


def _every_call(out: str, asked: int) -> Said:
    skipped = re.search(r"NOT PROVEN HERE.*", out)
    text = skipped[0] if skipped else out.strip().splitlines()[-1]
    return Said(f"killed at every system call of a three-phase run: {text}")


def show(found: list[tuple[str, Said]]) -> None:
    print(f"{'pipeline':<12}" + "".join(f"{head:>10}" for head in HEADS))
    for kind in ("kills", "cuts", "flat", "every call"):
        for said in (said for one, said in found if one == kind):
            print(said.text + (f"   <-- {said.wrong}" if said.wrong else ""))
            print("".join(f"    {line}\n" for line in said.below), end="")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000, help="kills of each pipeline")
    parser.add_argument("--cuts", type=int, default=30, help="power cuts of each pipeline")
    parser.add_argument("--runs", type=int, default=200, help="runs of each pipeline in one process")
    parser.add_argument("--minutes", type=float, default=40.0, help="for all; after that nothing more is begun")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    parser.add_argument("--only", action="append", choices=SUBJECTS, metavar="NAME", help="only this pipeline")
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ace-soak-") as name, ThreadPoolExecutor(SIDE_BY_SIDE) as lanes:
        until = began + asked.minutes * 60
        found = list(lanes.map(lambda job: done(job, until), jobs(asked, Path(name))))
    minutes, cores = (time.monotonic() - began) / 60, os.cpu_count()
    loads = " ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{minutes:.1f} minutes, Python {platform.python_version()}, {cores} cores, load {loads}, seed {asked.seed}")
    show(found)
    return int(any(said.wrong for _, said in found))


if __name__ == "__main__":
    sys.exit(main())
