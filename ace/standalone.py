"""`python -m phases.news.p03_tier1_filter --run-id X`: one phase, alone, on the artifacts of a run."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NoReturn

from ace.cli.main import main as ace_main

PHASE_FILE = re.compile(r"p(\d\d)_[a-z][a-z0-9_]*")
WHICH_RUN = ("--run-id", "--resume-latest", "--help")


def main(file: str) -> NoReturn:
    """Run the phase in `file` anew, by `ace run PIPELINE --run-phase N` with this process's arguments, and exit.

    The latest run of the pipeline, unless the arguments name one.
    """
    path = Path(file)
    number = PHASE_FILE.fullmatch(path.stem)
    if number is None:
        sys.stderr.write(f"ace: {path.name} is not named like a phase (p03_name.py)\n")
        raise SystemExit(2)
    arguments = sys.argv[1:]
    if not any(word.partition("=")[0] in WHICH_RUN for word in arguments):
        arguments = ["--run-id", "latest", *arguments]
    ace_main(["run", path.parent.name, "--run-phase", str(int(number.group(1))), *arguments])
    raise SystemExit
