"""Look into an artifact: `ace view` under its original name.

python scripts/view_artifact.py --run-id 20261122_031500 --phase scraping
python scripts/view_artifact.py --run-id latest --phase ranking --items 10
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Pass everything on; exits with the command's code (`ace view --help` lists the options)."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a fresh checkout need not be installed
    from ace.cli.main import main as ace  # noqa: PLC0415

    ace(["view", *sys.argv[1:]])


if __name__ == "__main__":
    main()
