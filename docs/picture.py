"""Draw docs/run-table.svg, the picture in the README: a real run of the sample, as `ace status` shows it.

make picture
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
WIDTH = 84


def ace(folder: Path, *arguments: str) -> str:
    """Stdout of a command, with colours as on a terminal."""
    command = [sys.executable, "-m", "ace", *arguments]
    terminal = {"FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
    environment = {"PATH": "", "PYTHONPATH": str(HERE.parent), **terminal}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def main() -> None:
    """Run the sample in an empty folder and save what a person would see."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ace(folder, "run", "news", "--sources", "sample", "--quiet")
        shown = ace(folder, "status")
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi(shown))
    picture = console.export_svg(title="ace status")
    picture = re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL)  # nothing is fetched to look at a picture
    (HERE / "run-table.svg").write_text(picture, "utf-8")


if __name__ == "__main__":
    main()
