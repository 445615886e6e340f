"""`python -m phases.news.p03_tier1_filter --run-id X`: one phase, alone, on the artifacts of a run."""

from __future__ import annotations

import re
from pathlib import Path

from ace.cli.main import main as ace_main

PHASE_FILE = re.compile(r"p(\d\d)_[a-z][a-z0-9_]*")


def main(file: str) -> int:
    """Run the phase in `file` anew, by `ace run PIPELINE --run-phase N` with this process's arguments. Exits."""
    import sys  # noqa: PLC0415

    path = Path(file)
    number = PHASE_FILE.fullmatch(path.stem)
    if number is None:
        sys.stderr.write(f"ace: {path.name} is not named like a phase (p03_name.py)\n")
        return 2
    arguments = sys.argv[1:] or ["--run-id", "latest"]
    ace_main(["run", path.parent.name, "--run-phase", str(int(number.group(1))), *arguments])
    return 0
