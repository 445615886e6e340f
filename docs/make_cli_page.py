"""Write docs/cli.md from the commands' own help; a test holds the page to it.

python docs/make_cli_page.py
"""

from __future__ import annotations

from pathlib import Path

import click

from ace.cli.main import COMMANDS, group
from ace.errors import EXIT_CODES

PAGE = Path(__file__).resolve().parent / "cli.md"
WIDTH = 100
INTRODUCTION = """Written by `python docs/make_cli_page.py` from the commands' own help. stdout is data; progress and
messages go to stderr. Every command takes `--json`.
"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [
        "# Commands\n",
        INTRODUCTION,
        "## Exit codes\n",
        "| code | |\n|---|---|",
        *(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()),
    ]
    settings = {"max_content_width": WIDTH, "terminal_width": WIDTH, "help_option_names": ["-h", "--help"]}
    root = click.Context(group, info_name="ace", **settings)
    for name in COMMANDS:
        command = group.get_command(root, name)
        if command is not None:
            context = click.Context(command, info_name=name, parent=root, **settings)
            parts.append(f"\n## ace {name}\n```\n{command.get_help(context)}\n```")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
