"""How long the five extractors of a report take side by side, against each of them alone and all of them in turn.

    python benchmarks/fund/side_by_side.py REPORT.pdf [--rounds 5]

Every trial is a process of its own, forked after the first two phases and the imports, so that nothing is remembered
from the trial before. Wall and processor seconds are medians of the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks" / "fund")]

from run import function  # noqa: E402

from ace.testing import run_phase  # noqa: E402
from phases.fund.pipeline import EXTRACTORS, PIPELINE  # noqa: E402

PHASES = {phase.name: phase for phase in PIPELINE.phases}


class Took(NamedTuple):
    """Seconds of a trial."""

    wall: float
    processor: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    data: dict[str, Any] = {}
    for name in ("document_analysis", "hybrid_chunking"):
        data[name] = run(name, data, {"files": [str(args.report)]} if not data else {})
    for name in EXTRACTORS:
        function(PHASES[name])  # imported before the clock runs
    trials: dict[str, Callable[[], object]] = {name: partial(run, name, data) for name in EXTRACTORS}
    trials["all in turn"] = lambda: [run(name, data) for name in EXTRACTORS]
    trials["side by side"] = partial(side_by_side, data)
    took: dict[str, list[Took]] = {name: [] for name in trials}
    for _ in range(args.rounds):
        for name, trial in trials.items():
            took[name].append(apart(trial))
    report({name: Took(*map(statistics.median, zip(*found, strict=True))) for name, found in took.items()})
    return 0


def run(name: str, data: dict[str, Any], more: dict[str, Any] | None = None) -> dict[str, Any]:
    phase = PHASES[name]
    inputs = {read: data[read] for read in phase.reads or ()}
    return run_phase(function(phase), inputs, dict(phase.config) | (more or {})).data


def side_by_side(data: dict[str, Any]) -> None:
    threads = [threading.Thread(target=run, args=(name, data)) for name in EXTRACTORS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def apart(trial: Callable[[], object]) -> Took:
    """The trial in a forked process, and what it took there."""
    read, write = os.pipe()
    if os.fork() == 0:
        wall, processor = time.perf_counter(), time.process_time()
        try:
            trial()
            os.write(write, json.dumps((time.perf_counter() - wall, time.process_time() - processor)).encode())
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    os.wait()
    if not said:
        raise SystemExit("a trial failed")
    return Took(*json.loads(said))


def report(took: dict[str, Took]) -> None:
    print(f"{'':24}{'wall, s':>10}{'processor, s':>14}")
    for name, one in took.items():
        print(f"{name:24}{one.wall:10.2f}{one.processor:14.2f}")
    group, alone = took["side by side"], max((took[name] for name in EXTRACTORS), key=lambda one: one.wall)
    wall, processor = group.wall / alone.wall, group.processor / alone.processor
    print(f"side by side / slowest alone: {wall:.2f} wall, {processor:.2f} processor")
    print(f"side by side / all in turn:   {group.wall / took['all in turn'].wall:.2f} wall")


if __name__ == "__main__":
    raise SystemExit(main())
