"""Resident memory and open descriptors of one process that does N runs. Prints {"runs", "rss_mb", "descriptors"}.

python benchmarks/soak/flat.py FOLDER N
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path

from ace import config, discovery, orchestrator

WARM = 20  # runs until allocator and caches have grown to their size
LOOKS = 5


def main(folder: Path, number: int) -> None:
    pipeline = discovery.find(str(Path(__file__).with_name("many_items.py")))
    engine = config.ENGINE_DEFAULTS | {"artifacts": str(folder / "runs"), "cache": str(folder / "cache")}
    looks = sorted({WARM + (number - WARM) * place // (LOOKS - 1) for place in range(LOOKS)})
    found = []
    for run in range(1, number + 1):
        request = orchestrator.Request(pipeline, config.Settings(engine), run_id=f"flat_{run}")
        assert orchestrator.run(request).exit_code == 0
        if run in looks:
            gc.collect()
            found.append((run, round(resident_mb(), 1), len(os.listdir("/proc/self/fd"))))
    print(json.dumps([dict(zip(("runs", "rss_mb", "descriptors"), one, strict=True)) for one in found]))


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
