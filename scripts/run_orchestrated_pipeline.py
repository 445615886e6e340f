"""Run or resume a pipeline: `ace run` under its original name. The pipeline is news unless --pipeline names another.

python scripts/run_orchestrated_pipeline.py
python scripts/run_orchestrated_pipeline.py --run-id 20261122_031500 --resume-from-phase 8
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main() -> None:
    """Pass everything but --pipeline on; exits with the command's code (`ace run --help` lists them)."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a fresh checkout need not be installed
    from ace.cli.main import main as ace  # noqa: PLC0415

    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--pipeline", default="news")
    given, rest = parser.parse_known_args()
    ace(["run", given.pipeline, *rest])


if __name__ == "__main__":
    main()
