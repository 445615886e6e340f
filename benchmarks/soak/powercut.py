"""Cut the power in the middle of runs: copy the image of a mounted ext4, mount the copy, look, and go on there.

python benchmarks/soak/powercut.py NAME FOLDER --cuts 30 --seed 1

Every run has its folder on a file system in a file. At random moments its processes are stopped and the file is copied:
what the kernel had not written to the "disk" by then is not in the copy, as after a power cut. A copy counts only when
the file did not change while it was made. Needs root and loop devices. Prints one line of JSON, with `skipped` where a
mount is not permitted.
"""

from __future__ import annotations

import argparse
import contextlib
import filecmp
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import session
from subjects import SUBJECTS
from target import LEFT_AFTER_S, LONGEST_RUN_S, Target

IMAGE_MB = 48
CUTS_A_RUN = 6
COPIES_TRIED = 50
INSIDE = "ACE_SOAK_MOUNTS"  # set in the mount namespace that everything happens in
RUN = "cut"


@dataclass
class Cuts:
    """What was counted. `lost` are phases that were reported as committed before the cut."""

    name: str
    cuts: int = 0
    runs: int = 0
    committed: int = 0
    corrupt: int = 0
    lost: int = 0
    repeated: int = 0
    other: int = 0
    phases: set[str] = field(default_factory=set)
    seconds: float = 0.0
    why: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"phases": sorted(self.phases), "seconds": round(self.seconds, 1), "why": self.why[:10]}


@dataclass(frozen=True)
class Cut:
    """A copy of the disk, and the phases that had been reported as committed when it was made."""

    image: Path
    said: frozenset[str]
    phase: str


def not_permitted(folder: Path) -> str:
    """Why nothing can be mounted here; empty when it can."""
    missing = [name for name in ("unshare", "mount", "mkfs.ext4") if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} not installed"
    if os.geteuid() != 0:
        return "mounting needs root"
    image, mounted = folder / "trial.img", folder / "trial"
    mounted.mkdir()
    _format(image)
    command = ["unshare", "-m", "sh", "-c", 'mount -o loop "$1" "$2" && umount "$2"', "sh", str(image), str(mounted)]
    tried = subprocess.run(command, check=False, capture_output=True, text=True)
    image.unlink()
    return f"no loop mount: {tried.stderr.strip()[:200]}" if tried.returncode else ""


def _format(image: Path) -> None:
    with open(image, "wb") as file:
        file.truncate(IMAGE_MB * 1_000_000)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-J", "size=4", str(image)], check=True, capture_output=True)


@contextmanager
def mounted(image: Path, at: Path) -> Iterator[Path]:
    at.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(at)], check=True)
    try:
        yield at
    finally:
        for _ in range(100):  # a worker that is just ending may still be at home there
            if not subprocess.run(["umount", str(at)], check=False, capture_output=True).returncode:
                break
            time.sleep(0.1)


class Plug:
    """The pipeline on a disk whose power can be cut."""

    def __init__(self, target: Target, folder: Path, counted: Cuts, chance: random.Random) -> None:
        self.target, self.folder, self.counted, self.chance = target, folder, counted, chance
        self.fresh = folder / "fresh.img"  # a disk with nothing on it but what the pipeline's cache held before
        _format(self.fresh)
        with mounted(self.fresh, folder / "disk") as disk:
            if (target.folder / "cache").exists():
                shutil.copytree(target.folder / "cache", disk / "cache")

    def one_run(self) -> None:
        """A run with its cuts; then every cut is looked at."""
        image = self.folder / "disk.img"
        shutil.copyfile(self.fresh, image)
        with mounted(image, self.folder / "disk") as disk:
            cuts = self._cut(image, disk)
            session.collect(LEFT_AFTER_S)
        self.counted.runs += 1
        for cut in cuts:
            with mounted(cut.image, self.folder / "copy") as disk:
                self._look(cut, disk)
            cut.image.unlink()

    def _cut(self, image: Path, disk: Path) -> list[Cut]:
        self.target.folder = disk
        child = self.target.start(RUN)
        handle = os.pidfd_open(child)
        cuts: list[Cut] = []
        moments = sorted(self.chance.uniform(0, self.target.seconds * 1.5) for _ in range(CUTS_A_RUN))
        began = time.monotonic()
        for place, moment in enumerate(moments):
            if select.select([handle], [], [], max(0.0, moment - (time.monotonic() - began)))[0]:
                break
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGSTOP)
            started = ["before the first", *self.target.heard(RUN, "phase_started")]
            said = frozenset(self.target.heard(RUN, "phase_committed"))
            if (copy := _copied(image, self.folder / f"cut{place}.img")) is not None:
                cuts.append(Cut(copy, said, started[-1]))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGCONT)
        os.close(handle)
        assert session.wait(child, LONGEST_RUN_S) == self.target.subject.code, self.target.log.read_text()
        return cuts

    def _look(self, cut: Cut, disk: Path) -> None:
        self.target.folder = disk
        counted, found = self.counted, self.target.artifacts(RUN)
        counted.cuts += 1
        counted.committed += len(cut.said)
        counted.phases.add(cut.phase)
        corrupt = [name for name, artifact in found.items() if artifact is None]
        lost = sorted(cut.said - set(found))
        resume = self.target.state(RUN) not in ("", "completed", "partial")
        before = len(self.target.heard(RUN, "phase_started"))
        code = session.wait(self.target.start(RUN, resume=resume), LONGEST_RUN_S)
        session.collect(LEFT_AFTER_S)
        result = self.target.result(RUN)
        names = result.keys() | self.target.expected.keys()
        differing = sorted(name for name in names if result.get(name) != self.target.expected.get(name))
        repeated = sorted(set(self.target.heard(RUN, "phase_started")[before:]) & set(found) - set(corrupt))
        counted.corrupt += len(corrupt)
        counted.lost += len(lost)
        counted.repeated += len(repeated)
        counted.other += bool(code != self.target.subject.code or differing)
        if corrupt or lost or repeated or differing or code != self.target.subject.code:
            log = self.target.log.read_text()[-200:]
            counted.why.append(f"in {cut.phase}: {corrupt=} {lost=} {repeated=} {differing=} {code=} {log!r}"[:500])


def _copied(image: Path, to: Path) -> Path | None:
    """A copy of the image as it was at one moment; None when the kernel never stopped writing to it."""
    for _ in range(COPIES_TRIED):
        shutil.copyfile(image, to)
        if filecmp.cmp(image, to, shallow=False):  # every block was the same before and after: one moment
            return to
        time.sleep(0.01)
    to.unlink()
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=SUBJECTS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cuts", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    if INSIDE not in os.environ:
        if why := not_permitted(folder):
            print(json.dumps({"skipped": why}))
            return 0
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])
    until = time.monotonic() + asked.minutes * 60
    with SUBJECTS[asked.name].serve(folder) as variables:
        own = {"HOME": str(folder), "ACE_ARTIFACTS": "runs", "ACE_CACHE": "cache"}
        os.environ.update(own | dict(variables))
        session.adopt()
        target = Target(asked.name, folder)
        counted, began = Cuts(asked.name), time.monotonic()
        plug = Plug(target, folder, counted, random.Random(asked.seed))
        while counted.cuts < asked.cuts and time.monotonic() < until:
            plug.one_run()
        counted.seconds = time.monotonic() - began
    print(json.dumps(counted.as_json()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
