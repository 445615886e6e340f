"""Visual lines of a page, cut into cells at white space that is wider than between words.

A cell is a label, a figure with its signs, or a piece of running text. Nothing here knows what it says.
"""

from __future__ import annotations

import functools
import re
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from phases.common.pdf_words import Word

CELL_GAP = 0.7  # of the line's height: wider white space ends a cell; a word space is .2, justified up to .6
FIGURE_GAP = 0.45  # the same between two figures, which are set closer in narrow tables
SIGN_REACH = 12.0  # of the height: how far a currency sign may stand before its figure
PROSE_WORDS = 9  # in one cell: running text, no label
PROSE_LOWER = 0.4  # share of its words that begin small

_FIGURE = re.compile(
    r"""(?:[A-Z]{3}\s?|(?:US|CA|HK|[CAS])(?=\$))?[$€£¥]?\s?[(\[<>~≈+−–-]{0,2}\s?[$€£¥]?\s?
        (?:\d[\d.,'’\u00a0\u202f ]*|\.\d+)
        \s?(?:%|x|X|×|bps|[kKmMbB]{1,2}n?|million|billion|thousand)?\s?[)\]]?\s?%?
        (?:\s?(?:\*|†|‡|\(\w{1,2}\)|[$€£¥]|[A-Z]{3}))*\Z""",
    re.VERBOSE,
)
_NOTHING = re.compile(
    r"(?:[$€£¥]\s?)?(?:[—–−-]{1,3}|\(\s?[—–-]\s?\)|n/?[am]\.?|n\.[am]\.|N/?[AM]\.?|nil|NIL)(?:\s?[%x])?\Z"
)
_DATE = re.compile(r"(?:\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})\Z")
_SIGN = re.compile(r"(?:US|C|A)?[$€£¥]|USD|EUR|GBP|CHF")
_BEFORE = re.compile(r"(?:US|C|A)?[$£¥]")  # signs that never follow their figure
_TAIL = re.compile(r"[)%x*\]†‡]+\Z|\(\w{1,2}\)\Z|million\Z|billion\Z|thousand\Z")


class Cell(NamedTuple):
    """A piece of a line: its box, its text, whether that is a figure."""

    x0: float
    y0: float
    x1: float
    y1: float
    text: str
    figure: bool


class Line(NamedTuple):
    """A visual line: page (from 1), number on the page, words and cells from left to right; made by `line_of`.

    `height` is the median of its words; `data` says whether it is a row of a table (a figure beside something else),
    `prose` whether it is running text.
    """

    page: int
    number: int
    words: list[Word]
    cells: list[Cell]
    text: str
    box: tuple[float, float, float, float]
    height: float
    data: bool
    prose: bool


@functools.lru_cache(maxsize=65_536)  # words are asked about several times, and reports repeat them
def is_figure(text: str) -> bool:
    """Whether a text is one figure as reports print it: an amount, percentage, multiple, or a dash for none."""
    text = text.strip()
    if _DATE.match(text):
        return False
    return bool(_FIGURE.match(text) or _NOTHING.match(text))


def box_of(parts: Sequence[Word | Cell]) -> tuple[float, float, float, float]:
    """The smallest box around all parts (at least one)."""
    if len(parts) == 1:
        return parts[0][:4]
    left, top, right, bottom = zip(*(part[:4] for part in parts), strict=True)
    return (min(left), min(top), max(right), max(bottom))


def lines_of(page: int, words: Sequence[Word]) -> list[Line]:
    """The visual lines of a page's words, each cut into cells."""
    by_line: dict[int, list[Word]] = {}
    for word in words:
        by_line.setdefault(word.line, []).append(word)
    return [line_of(page, number, members) for number, members in by_line.items()]


def line_of(page: int, number: int, words: list[Word]) -> Line:
    """The line that words (at least one, from left to right) stand on."""
    height = statistics.median(word.y1 - word.y0 for word in words)
    row = cells(words, height)
    data = len(row) > 1 and any(cell.figure for cell in row)
    prose = not data and any(_reads_on(cell.text) for cell in row)
    text = " ".join(word.text for word in words)
    return Line(page, number, words, row, text, box_of(words), height, data, prose)


def cells(words: Sequence[Word], height: float) -> list[Cell]:
    """The words of a line of that height, grouped at wide white space; signs and marks stay with their figure."""
    leading = _signs_lead(words)
    groups: list[list[Word]] = []
    for word in words:
        if groups and _together(groups[-1], word, height, leading=leading):
            groups[-1].append(word)
        else:
            groups.append([word])
    return [cell_of(group) for group in groups]


def cell_of(words: Sequence[Word | Cell]) -> Cell:
    """The cell that words or cells of a line (at least one, from left to right) make together."""
    text = " ".join(word.text for word in words)
    return Cell(*box_of(words), text, is_figure(text))


def _signs_lead(words: Sequence[Word]) -> bool:
    """Whether a currency sign on this line belongs to the figure after it: the first one stands before any figure."""
    first = next((word.text for word in words if _SIGN.fullmatch(word.text) or is_figure(word.text)), "")
    return bool(_SIGN.fullmatch(first))


def _together(group: list[Word], word: Word, height: float, *, leading: bool) -> bool:
    last = group[-1]
    gap = word.x0 - last.x1
    if _SIGN.fullmatch(word.text) and is_figure(last.text) and (leading or _BEFORE.fullmatch(word.text)):
        return False
    if _SIGN.fullmatch(last.text) and is_figure(word.text) and not _has_figure(group):
        return gap <= SIGN_REACH * height
    so_far = " ".join(one.text for one in group)
    if is_figure(so_far) and _TAIL.match(word.text):
        return gap <= CELL_GAP * height
    if is_figure(so_far) and is_figure(word.text):
        return gap <= FIGURE_GAP * height
    return gap <= CELL_GAP * height


def _has_figure(group: list[Word]) -> bool:
    return any(is_figure(word.text) for word in group)


def _reads_on(text: str) -> bool:
    words = text.split()
    return len(words) >= PROSE_WORDS and sum(word[0].islower() for word in words) >= PROSE_LOWER * len(words)
