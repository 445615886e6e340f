"""Text for people: made safe, measured, and laid out in tables that fit the terminal.

What was scraped may hold escape sequences; every cell and every line goes through `clean` before it is drawn. Nothing
is drawn from markup. Piped output is plain, not cut to any width, and has no trailing blanks.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO

import click
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from ace.views.safe import clean, shortened

PIPED_WIDTH = 100_000  # columns: a pipe has no edge to wrap at
PIPED_CELL = 200  # characters of one cell on a pipe, so that a row stays a row; --full lifts it
TITLE_MIN, NOTE_MIN = 36, 24  # columns below which a title or a note says little; other columns go first
GAP = 2  # columns between two columns
STYLES = {
    "completed": "green",
    "valid": "green",
    "ok": "green",
    "running": "cyan",
    "partial": "yellow",
    "pausing": "yellow",
    "paused": "yellow",
    "waiting": "yellow",
    "cancelling": "yellow",
    "cancelled": "dim",
    "stalled": "yellow",
    "edited": "yellow",
    "retry_wait": "yellow",
    "failed": "red",
    "crashed": "red",
    "damaged": "red",
    "missing": "red",
    "pending": "dim",
    "blocked": "dim",
}


@dataclass(frozen=True)
class Column:
    """One column. `rank` 0 always stays; of the others the highest goes first where the terminal is too narrow.

    flexible  if not 0: cells may be cut with an ellipsis (or, with `wraps`, folded) to no less than so many columns
    """

    title: str
    cells: Sequence[str]
    rank: int = 0
    right: bool = False
    flexible: int = 0
    wraps: bool = False
    style: Callable[[str], str] | None = None

    @property
    def width(self) -> int:
        return max(map(cell_len, (self.title, *self.cells)))

    @property
    def least(self) -> int:
        return min(self.width, self.flexible) if self.flexible else self.width

    @property
    def says_nothing(self) -> bool:
        return self.rank > 0 and all(cell in ("", "-", "0") for cell in self.cells)


def is_terminal(stream: IO[str] | None = None) -> bool:
    return (stream or sys.stdout).isatty()


def width() -> int:
    """Columns to draw in: the terminal's, or as many as it takes."""
    return console().width


def console(stream: IO[str] | None = None) -> Console:
    """A console on stdout that colours on a terminal only (and there not with NO_COLOR)."""
    stream = stream or sys.stdout
    live = stream.isatty()
    return Console(
        file=stream,
        force_terminal=live,
        no_color=None if live else True,
        width=None if live else PIPED_WIDTH,
        highlight=False,
        markup=False,
        emoji=False,
    )


def show(parts: Iterable[RenderableType], stream: IO[str] | None = None) -> None:
    """Draw on stdout."""
    stream = stream or sys.stdout
    target = console(stream)
    with target.capture() as captured:
        for part in parts:
            target.print(part, soft_wrap=isinstance(part, Text) and not target.is_terminal)
    text = "\n".join(line.rstrip() for line in captured.get().split("\n"))
    _write(text, stream)


def _write(text: str, stream: IO[str]) -> None:
    """Through click, so that a closed pipe is the caller's to handle; a stream that knows no arrows shows `?`."""
    try:
        click.echo(text, file=stream, nl=False)
    except UnicodeEncodeError:
        coding = getattr(stream, "encoding", None) or "ascii"
        click.echo(text.encode(coding, "replace").decode(coding), file=stream, nl=False)


def line(text: str, style: str = "") -> Text:
    """One line of text, made safe."""
    return Text(clean(text), style=style)


def block(text: str, style: str = "") -> Text:
    """Text of several lines, made safe."""
    return Text(clean(text, lines=True), style=style)


def folded(text: str, room: int, indent: int | None = None) -> list[str]:
    """`text` in lines of at most `room`; all but the first begin `indent` columns in (default: 2 more than it does)."""
    if len(text) <= room:
        return [text]
    further = " " * (len(text) - len(text.lstrip()) + 2 if indent is None else indent)
    return textwrap.wrap(text, room, subsequent_indent=further, break_on_hyphens=False) or [text]


def paragraphs(texts: Iterable[str], room: int | None = None, indent: int | None = None) -> Text:
    """Lines of text, made safe; on a terminal long ones are folded under their beginning."""
    room = width() if room is None else room
    return block("\n".join(part for text in texts for part in folded(clean_line(text), room, indent)))


def clean_line(text: str) -> str:
    """One line, made safe, that keeps its indentation."""
    return " " * (len(text) - len(text.lstrip(" "))) + clean(text, lines=True).replace("\n", " ").lstrip(" ")


def fitting(columns: Sequence[Column], room: int) -> list[Column]:
    """Columns that say something and fit into `room`; those of the highest rank are left out first."""
    kept = [column for column in columns if not column.says_nothing]
    while sum(column.least for column in kept) + GAP * (len(kept) - 1) > room:
        optional = [column for column in kept if column.rank]
        if not optional:
            break
        kept.remove(max(reversed(optional), key=lambda column: column.rank))
    return kept


def table(columns: Sequence[Column], room: int | None = None) -> Table:
    """A table without lines, as wide as it needs and no wider than `room`."""
    room = width() if room is None else room
    safe = [_safe(column, room) for column in columns]
    kept = fitting(safe, room)
    natural = sum(column.width for column in kept) + GAP * (len(kept) - 1)
    drawn = Table(
        box=None,
        padding=(0, GAP, 0, 0),
        pad_edge=False,
        show_edge=False,
        header_style="bold",
        width=room if natural > room else None,
    )
    for column in kept:
        drawn.add_column(
            Text(column.title),
            justify="right" if column.right else "left",
            no_wrap=not column.flexible,
            overflow="fold" if column.wraps else "ellipsis",
            min_width=column.least,
        )
    for row in zip(*(column.cells for column in kept), strict=True):
        drawn.add_row(*(_cell(column, cell) for column, cell in zip(kept, row, strict=True)))
    return drawn


def state_style(state: str) -> str:
    return STYLES.get(state.partition(" ")[0], "")


def _safe(column: Column, room: int) -> Column:
    limit = PIPED_CELL if room == PIPED_WIDTH and column.flexible and not column.wraps else 10**9
    cells = [shortened(clean(cell), limit) for cell in column.cells]
    return Column(column.title, cells, column.rank, column.right, column.flexible, column.wraps, column.style)


def _cell(column: Column, cell: str) -> Text:
    style = column.style(cell) if column.style else ""
    if column.wraps:
        return Text(cell, style=style, overflow="fold")
    return Text(cell, style=style, no_wrap=True, overflow="ellipsis")
