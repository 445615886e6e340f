"""List the runs and what they hold: `ace list` under its original name.

python scripts/list_artifacts.py
python scripts/list_artifacts.py news --limit 5
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Pass everything on; exits with the command's code (`ace list --help` lists the options)."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a fresh checkout need not be installed
    from ace.cli.main import main as ace  # noqa: PLC0415

    ace(["list", *sys.argv[1:]])


if __name__ == "__main__":
    main()
