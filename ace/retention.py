"""Which runs to keep, compress and delete, and doing it. The policy is pure; a dry run comes first."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from ace import atomic, clock, lock, runfile
from ace.errors import Locked
from ace.runs import PREFIX, Run

KEEP, COMPRESS, DELETE = "keep", "compress", "delete"
PIN = ".pin"  # a file of this name in a run folder keeps it for ever
DELETED = ".deleted"  # beside the runs: where a run goes, whole, before its files go
ABANDONED_S = 3600.0  # a fork of a thousand files takes a second
LEVEL = 6  # of gzip: 9 saves 0.4 % more on the artifacts of a news run, for a quarter more CPU
ENDED = ("completed", "partial", "cancelled")  # a run in another state may be resumed


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
    if why := _untouchable(run):
        return Verdict(run, KEEP, why)
    if run.id in protected:
        return Verdict(run, KEEP, "the latest link points to it")
    if place <= policy.keep:
        return Verdict(run, KEEP, f"among the latest {policy.keep}")
    age = _age(run, now)
    if place > policy.compress and age > timedelta(days=policy.days):
        return Verdict(run, DELETE, f"number {place} of {run.pipeline}, {age.days} days old")
    if _plain(run.folder):
        return Verdict(run, COMPRESS, f"number {place} of {run.pipeline}")
    return Verdict(run, KEEP, "compressed")


def _untouchable(run: Run) -> str:
    """Why a run is left alone whatever its place and age; empty when it may be touched."""
    if (run.folder / PIN).exists():
        return "pinned"
    if runfile.is_running(run.folder):
        return "running"
    return "" if run.state in ENDED else f"{run.state}: may be resumed"


def _age(run: Run, now: datetime) -> timedelta:
    """Time since the run began; none for a rebuilt run that does not say when, so that it is never too old."""
    try:
        return now - clock.parse(run.content["created"])
    except ValueError:
        return timedelta()


def apply(verdict: Verdict) -> int | None:
    """Do it, under the run's lock. Returns the bytes that were freed; None when the run was left alone because
    somebody works on it, or has done so since the verdict."""
    folder = verdict.run.folder
    try:
        with lock.hold(folder / runfile.LOCK, f"run {folder.name}"):
            if (folder / PIN).exists() or runfile.load(folder) != verdict.run.content:
                return None
            return _compress(folder) if verdict.action == COMPRESS else _delete(folder)
    except Locked:
        return None


def sweep(root: Path) -> int:
    """Remove what a prune that was killed had begun to delete, and what a killed fork left. Returns the bytes freed."""
    for path in left_by_forks(root):
        with contextlib.suppress(OSError):  # a folder that somebody has begun to work in is not empty any more
            path.rmdir()
    drafts = [path for path in left_by_forks(root) if path.name.startswith(atomic.TEMPORARY)]
    freed = sum(map(size, drafts))
    for path in drafts:
        shutil.rmtree(path, ignore_errors=True)
    return freed + sum(_remove(path) for path in (root / DELETED).glob("*"))


def left_by_forks(root: Path) -> list[Path]:
    """Folders that a killed fork left: its draft, and the empty folder whose place that was to take.

    Nobody has touched them for an hour at least: a fork links files for moments, and a run writes its first at once.
    """
    drafts = [path for path in root.glob(f"{atomic.TEMPORARY}{PREFIX}*") if path.is_dir()]
    taken = [path for path in root.glob(f"{PREFIX}*") if path.is_dir() and not any(path.iterdir())]
    return [path for path in (*drafts, *taken) if not path.is_symlink() and _untouched(path)]


def _untouched(path: Path) -> bool:
    return abs(clock.now().timestamp() - path.stat().st_mtime) > ABANDONED_S  # either way: clocks are set back


def size(folder: Path) -> int:
    """Bytes of all files of a run."""
    return sum(os.lstat(os.path.join(where, name)).st_size for where, _, names in os.walk(folder) for name in names)


def _compress(folder: Path) -> int:
    """Replace every artifact by its compressed twin, which is durable before the original goes."""
    before = size(folder)
    for path in _plain(folder):
        twin = path.with_suffix(".json.gz")
        with atomic.explained(path, "compress"):
            status, content = path.stat(), path.read_bytes()
            atomic.write(twin, gzip.compress(content, LEVEL, mtime=0))
            os.utime(twin, ns=(status.st_atime_ns, status.st_mtime_ns))  # it tells damage from an edit, as before
            path.unlink()
    return before - size(folder)


def _plain(folder: Path) -> list[Path]:
    """The artifacts that are not compressed yet. A link in their place is none, and is left as it is."""
    return sorted(path for path in folder.glob("phase*.json") if path.is_file() and not path.is_symlink())


def _delete(folder: Path) -> int:
    """Renamed first, so that a crash in the middle leaves no half run under a run's name."""
    return _remove(atomic.move(folder, folder.parent / DELETED / folder.name))


def _remove(folder: Path) -> int:
    before = size(folder)
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # somebody else's is still in it
        folder.parent.rmdir()
    return before - size(folder)
