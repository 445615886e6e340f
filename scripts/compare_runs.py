"""Compare runs side by side: `ace compare` under its original name.

python scripts/compare_runs.py 20261121_031500 20261122_031500
python scripts/compare_runs.py latest
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Pass everything on; exits with the command's code (`ace compare --help` lists the options)."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a fresh checkout need not be installed
    from ace.cli.main import main as ace  # noqa: PLC0415

    ace(["compare", *sys.argv[1:]])


if __name__ == "__main__":
    main()
