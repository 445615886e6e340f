"""Which runs to keep, compress and delete, and doing it. The policy is pure; a dry run comes first."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from ace import atomic, clock, lock, runfile
from ace.errors import Locked
from ace.runs import Run

KEEP, COMPRESS, DELETE = "keep", "compress", "delete"
PIN = ".pin"  # a file of this name in a run folder keeps it for ever
COMPRESSED_STATES = ("completed", "partial", "cancelled")


class Policy(NamedTuple):
    """Per pipeline: the newest `keep` runs stay as they are, up to place `compress` they are compressed, later ones
    are deleted once they are older than `days`."""

    keep: int = 10
    compress: int = 100
    days: int = 90


class Verdict(NamedTuple):
    run: Run
    action: str
    reason: str


def judge(runs: Iterable[Run], policy: Policy, now: datetime, protected: frozenset[str] = frozenset()) -> list[Verdict]:
    """What to do with each run. `runs` are the newest first; `protected` ids (latest links) are kept.

    Never touched: what is pinned, running, or may still be resumed.
    """
    places: dict[str, int] = {}
    verdicts = []
    for run in runs:
        place = places[run.pipeline] = places.get(run.pipeline, 0) + 1
        verdicts.append(_verdict(run, place, policy, now, protected))
    return verdicts


def _verdict(run: Run, place: int, policy: Policy, now: datetime, protected: frozenset[str]) -> Verdict:
    if (run.folder / PIN).exists():
        return Verdict(run, KEEP, "pinned")
    if run.state not in COMPRESSED_STATES:
        return Verdict(run, KEEP, f"{run.state}: may be resumed")
    if run.id in protected or place <= policy.keep:
        return Verdict(run, KEEP, f"among the latest {policy.keep}")
    age = now - clock.parse(run.content["created"])
    if place > policy.compress and age > timedelta(days=policy.days):
        return Verdict(run, DELETE, f"number {place} of {run.pipeline}, {age.days} days old")
    if any(run.folder.glob("phase*.json")):
        return Verdict(run, COMPRESS, f"number {place} of {run.pipeline}")
    return Verdict(run, KEEP, "compressed")


def apply(verdict: Verdict) -> int:
    """Do it, under the run's lock. Returns the bytes that were freed; 0 when somebody works on the run."""
    folder = verdict.run.folder
    before = size(folder)
    try:
        with lock.hold(folder / runfile.LOCK, f"run {folder.name}"):
            if verdict.action == COMPRESS:
                for path in sorted(folder.glob("phase*.json")):
                    _compress(path)
            elif verdict.action == DELETE:
                _delete(folder)
    except Locked:
        return 0
    return before - size(folder)


def size(folder: Path) -> int:
    """Bytes of all files of a run."""
    return sum(os.lstat(os.path.join(where, name)).st_size for where, _, names in os.walk(folder) for name in names)


def _compress(path: Path) -> None:
    """The twin is durable before the original goes."""
    twin = path.with_suffix(".json.gz")
    atomic.write(twin, gzip.compress(path.read_bytes(), 6, mtime=0))
    path.unlink()


def _delete(folder: Path) -> None:
    """Renamed first, so that a crash in the middle leaves no half run under a run's name."""
    gone = atomic.move(folder, folder.parent / ".deleted" / folder.name)
    shutil.rmtree(gone, ignore_errors=True)
