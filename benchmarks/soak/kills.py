"""Kill the runs of one pipeline until so many kills or so many minutes are over. Prints one line of JSON.

python benchmarks/soak/kills.py NAME FOLDER --kills 1000 --minutes 30 --seed 1

Every round starts a run and kills it, at a random moment or at a random change of a file; looks at what is on the disk;
goes on with `--resume-latest`, kills that, and so on until the run is complete. A session lives for a uniformly random
share of a run, on average the KILLS_A_ROUND-th part, so that the kills are spread over all of it; where a session left
nothing behind (a phase without items that takes longer), the next may live twice as long.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import session
from subjects import SUBJECTS, Ledger, rows
from target import LEFT_AFTER_S, LONGEST_RUN_S, Target

from ace import events

KILLS_A_ROUND = 8  # about; more would be killed while they start, fewer pay for many whole runs


@dataclass
class Tally:
    """What was counted for one pipeline."""

    name: str
    rounds: int = 0
    kills: int = 0
    calls: int = 0  # kills at a change of a file, the others at a moment
    corrupt: int = 0
    lost: int = 0
    rows: int = 0
    repeated: int = 0
    twice: int | None = None
    other: int = 0
    left: int = 0
    phases: Counter[str] = field(default_factory=Counter)  # kills by the phase that they came in
    seconds: float = 0.0
    why: list[str] = field(default_factory=list)

    def note(self, run_id: str, text: str) -> None:
        self.why.append(f"{self.name} {run_id}: {text}"[:300])

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"phases": dict(self.phases), "seconds": round(self.seconds, 1), "why": self.why[:10]}


def soak(target: Target, tally: Tally, until: float, most: int, chance: random.Random) -> Tally:
    began = time.monotonic()
    while time.monotonic() < until and tally.kills < most:
        tally.rounds += 1
        Round(target, tally, chance).go(most)
    tally.left += session.collect(LEFT_AFTER_S)
    tally.seconds = time.monotonic() - began
    return tally


class Round:
    """One run, from its first start to its end, with all the kills between."""

    def __init__(self, target: Target, tally: Tally, chance: random.Random) -> None:
        self.target, self.tally, self.chance = target, tally, chance
        self.run_id = f"round{tally.rounds}"
        self.rows: set[tuple[str, str, str]] = set()
        self.kept: set[str] = set()
        self.looked_at = 0  # entries of the ledger
        self.reach = 2 / KILLS_A_ROUND  # of a whole run, the longest that the next session may live
        self.left: tuple[int, int] = (0, 0)  # artifacts and rows at the last look

    def go(self, most: int) -> None:
        if self.chance.random() > self.target.subject.cache:
            shutil.rmtree(self.target.folder / "cache", ignore_errors=True)
        while (code := self._session(kill=self.tally.kills < most)) is None:
            self._look()
            if self.target.state(self.run_id) in ("completed", "partial"):
                break  # killed on its way out: there is nothing to go on with
        self._end(self.target.subject.code if code is None else code)

    def _session(self, *, kill: bool) -> int | None:
        resume = bool(self.target.state(self.run_id))
        call, number, seconds = self._fate() if kill else ("", 0, LONGEST_RUN_S)
        child = self.target.start(self.run_id, call, number, resume=resume)
        late = session.kill_after(child, seconds)
        code = session.collected(child)
        if code is None and not kill:
            self.tally.note(self.run_id, "hung")
            return session.BUG
        if code is None:
            self.tally.kills += 1
            self.tally.calls += not late
        return code

    def _fate(self) -> tuple[str, int, float]:
        """The fatal call and its number, and the seconds after which the session is killed if it still lives."""
        target, share = self.target, self.reach * self.chance.random()
        if self.chance.random() < 0.5:
            return "", 0, share * target.seconds
        call = self.chance.choice([name for name, often in target.calls.items() if often])
        return call, math.ceil(share * target.calls[call]), self.reach * target.seconds

    def _look(self) -> None:
        """What is on the disk after a kill."""
        target, tally = self.target, self.tally
        found, rows_now = target.artifacts(self.run_id), rows(target.run(self.run_id))
        tally.phases[(target.heard(self.run_id, "phase_started") or ["before the first"])[-1]] += 1
        for name in (name for name, artifact in found.items() if artifact is None):
            tally.corrupt += 1
            tally.note(self.run_id, f"{name} is corrupt")
        for name in set(target.heard(self.run_id, "phase_committed")) - set(found):
            tally.lost += 1
            tally.note(self.run_id, f"{name} was committed and is gone")
        committed = {
            f"phase{number}_{one.name}" for number, one in enumerate(target.pipeline.phases, 1) if found.get(one.name)
        }
        if gone := {row for row in self.rows - rows_now if row[0] not in committed}:
            tally.rows += len(gone)
            tally.note(self.run_id, f"{len(gone)} rows of a journal are gone: {min(gone)}")
        left = len(found), len(rows_now)
        self.reach = 2 / KILLS_A_ROUND if left != self.left else 2 * self.reach
        self.rows, self.left = rows_now, left
        self._settle()

    def _settle(self) -> None:
        """What was kept at the last look must not have been done again since."""
        ledger: Ledger | None = self.target.subject.ledger
        if ledger is None:
            return
        done = ledger.done(self.target.folder)
        again = [name for name in done[self.looked_at :] if name in self.kept]
        self.tally.twice = (self.tally.twice or 0) + len(again)
        if again:
            self.tally.note(self.run_id, f"done again although kept: {again[:3]}")
        self.looked_at, self.kept = len(done), ledger.kept(self.target.run(self.run_id))

    def _end(self, code: int) -> None:
        target, tally = self.target, self.tally
        self._settle()
        result = target.result(self.run_id)
        differing = sorted(
            name for name in result.keys() | target.expected.keys() if result.get(name) != target.expected.get(name)
        )
        started = target.heard(self.run_id, "phase_started")
        if code != target.subject.code or differing or set(started) != {phase.name for phase in target.pipeline.phases}:
            tally.other += 1
            tally.note(self.run_id, f"exit {code}, differing {differing}, {target.log.read_text()[-200:]!r}")
        if again := [name for place, name in self._committed_after() if name in started[place:]]:
            tally.repeated += len(again)
            tally.note(self.run_id, f"repeated {again}")
        target.clear(self.run_id)

    def _committed_after(self) -> list[tuple[int, str]]:
        """Every committed phase, with how many phases had started when its commit was told."""
        found, started = [], 0
        for event in events.read(self.target.run(self.run_id)):
            started += event["kind"] == "phase_started"
            if event["kind"] == "phase_committed":
                found.append((started, event["phase"]))
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=SUBJECTS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    until = time.monotonic() + asked.minutes * 60
    folder = asked.folder.resolve()
    with SUBJECTS[asked.name].serve(folder) as variables:
        own = {"HOME": str(folder), "ACE_ARTIFACTS": "runs", "ACE_CACHE": "cache"}
        os.environ.update(own | {"ACE_SOAK_LOG": str(folder / "worked.log")} | dict(variables))
        session.adopt()
        target = Target(asked.name, folder)
        ledger = target.subject.ledger
        tally = Tally(asked.name, twice=None if ledger is None else 0)
        print(json.dumps(soak(target, tally, until, asked.kills, random.Random(asked.seed)).as_json()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
