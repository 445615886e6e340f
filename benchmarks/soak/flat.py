"""Resident memory and open descriptors of one process that does N runs. Prints one line of JSON:
{"name", "looks": [{"runs", "rss_mb", "descriptors"}]}

python benchmarks/soak/flat.py NAME FOLDER --runs 200 --minutes 30
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import shutil
import time
from pathlib import Path

import session
from subjects import SUBJECTS, Subject

WARM = 20  # runs until allocator and caches have grown to their size
LOOKS = 5
KEPT = 8  # runs on disk: a pipeline reads up to seven earlier ones


def look(subject: Subject, folder: Path, number: int, until: float) -> list[dict[str, float]]:
    looks = sorted({WARM + (number - WARM) * place // (LOOKS - 1) for place in range(LOOKS)})
    found = []
    for run in range(1, number + 1):
        session.here(
            ["run", *subject.words, "--run-id", f"flat_{run}", "--quiet"], folder / "session.log", subject.code
        )
        shutil.rmtree(folder / "runs" / f"run_flat_{run - KEPT}", ignore_errors=True)
        if run in looks or time.monotonic() > until:
            gc.collect()
            found.append({"runs": run, "rss_mb": resident_mb(), "descriptors": len(os.listdir("/proc/self/fd"))})
        if time.monotonic() > until:
            break
    return found


def resident_mb() -> float:
    return round(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=SUBJECTS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=30.0)
    asked = parser.parse_args()
    until = time.monotonic() + asked.minutes * 60
    folder, subject = asked.folder.resolve(), SUBJECTS[asked.name]
    with subject.serve(folder) as variables:
        os.environ.update({"HOME": str(folder), "ACE_ARTIFACTS": "runs", "ACE_CACHE": "cache"} | dict(variables))
        os.chdir(folder)
        print(json.dumps({"name": asked.name, "looks": look(subject, folder, asked.runs, until)}))


if __name__ == "__main__":
    main()
