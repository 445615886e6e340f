"""A cell of a page: words that are one figure, one date or one piece of text, and which of these they are."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from phases.common import figures
from phases.common.figures import Figure, Mark

CELL_GAP = 0.6  # of the word height; word spaces measured .2 to .4 in twelve documents, gaps between cells 0.8 and more
SIGN_GAP = 0.35  # of the word height: between a minus sign and its figure; a space is .2 to .3
NOTE_GAP = 1.3  # of the word height: how far behind a figure its footnote mark may stand
GROUP_GAP = 0.45  # of the word height: the space inside 1 234 567

_MONTHS = (
    "jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|"
    "sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?"
)
_DATE = re.compile(
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-](?:\d{{4}}|\d{{2}})|\d{{4}}-\d{{2}}-\d{{2}}|"
    rf"(?i:{_MONTHS})[.-]?\s?(?:\d{{1,2}},?\s?)?['’-]?(?:\d{{4}}|\d{{2}})|\d{{1,2}}[.-]?\s?(?i:{_MONTHS})[.-]?\s?\d{{2,4}})\Z"
)
CURRENCY_ONLY = re.compile(r"(?:US\$|[A-Z]{0,2}\$|€|£|¥|USD|EUR|GBP|CHF)\Z")
_TAIL = re.compile(r"(?:%|[xX×]|\)%?|%\)|(?i:million|mn|mio\.?|bn|billion|thousand|mrd\.?|EUR|USD|GBP|CHF|€|£))\Z")
_OPENINGS = frozenset(  # first letters of months, currencies and words for nothing: no other word begins a figure
    (
        *("ja", "fe", "mä", "ma", "ap", "ju", "au", "se", "ok", "oc", "no", "de"),
        *("us", "eu", "gb", "ch", "jp", "ca", "hk", "in", "nk", "dk", "sk", "u.", "sf", "te", "t€", "ku", "tu"),
        *("c$", "a$", "s$", "n/", "nm", "na", "n.", "ni", "k."),
    )
)
_YEAR = re.compile(r"(?:19|20)\d\d\*{0,3}\Z")


class Word(NamedTuple):
    x0: float
    y0: float
    x1: float
    y1: float
    text: str

    @property
    def height(self) -> float:
        return self.y1 - self.y0


class Cell(NamedTuple):
    """words: all of the cell. figure: what they read as, None for text, dates and N/A. page is 1-based."""

    words: tuple[Word, ...]
    figure: Figure | None
    kind: str  # text, figure, date, nothing
    page: int

    @property
    def text(self) -> str:
        return " ".join([word.text for word in self.words])

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return self.words[-1].x1

    @property
    def box(self) -> list[float]:
        return box_of(self.words)


def box_of(words: Sequence[Word]) -> list[float]:
    """Points, one decimal: left, top, right, bottom around all words."""
    edges = (min(w.x0 for w in words), min(w.y0 for w in words), max(w.x1 for w in words), max(w.y1 for w in words))
    return [round(edge, 1) for edge in edges]


def split_figures(run: Sequence[Word], mark: Mark) -> list[list[Word]] | None:
    """The figures, dates and dashes of which a run consists; None when any word of it is something else."""
    pieces: list[list[Word]] = []
    place = 0
    while place < len(run):
        length = _figure_length(run[place:], mark)
        if not length:
            return None
        pieces.append(list(run[place : place + length]))
        place += length
    return pieces


def _figure_length(words: Sequence[Word], mark: Mark) -> int:
    """How many of the first words make one figure or date; the longest that reads wins, 0 for none."""
    if words[0].text[:1].isalpha() and words[0].text[:2].lower() not in _OPENINGS:
        return 0
    for length in range(min(len(words), 6), 0, -1):
        text = " ".join(word.text for word in words[:length])
        if _DATE.match(text) or figures.is_nothing(text):
            return length
        if length > 1 and not _belong(words[:length], mark):
            continue
        if length == 1 and CURRENCY_ONLY.match(text):
            continue
        if figures.read(text, mark) is not None:
            return length
    return 0


def _belong(words: Sequence[Word], mark: Mark) -> bool:
    """Whether words can be parts of one figure: a currency before, groups of thousands, unit, sign or note after."""
    if figures.read(words[0].text) and figures.is_note(words[1].text) and not words[0].text.strip("-–—−"):
        return False  # "— (2)": nothing, and a note
    rest = list(words)
    while len(rest) > 1 and (CURRENCY_ONLY.match(rest[0].text) or rest[0].text in "(-–—−"):
        if rest[0].text in "-–—−" and rest[1].x0 - rest[0].x1 > SIGN_GAP * rest[0].height:
            return False  # a dash for nothing, and the figure of the next column
        rest = rest[1:]
    while len(rest) > 1 and (_TAIL.match(rest[-1].text) or figures.is_note(rest[-1].text)):
        rest = rest[:-1]
    if len(rest) == 1:
        return True
    gap = CELL_GAP if "," in rest[-1].text else GROUP_GAP  # decimals say where the figure ends
    near = all(b.x0 - a.x1 <= gap * a.height for a, b in itertools.pairwise(rest))
    grouped = re.fullmatch(r"\(?-?\d{1,3}( \d{3})+([.,]\d+)?\)?", " ".join(word.text for word in rest))
    return mark == "," and near and bool(grouped)


def make_cell(words: Sequence[Word], page: int, mark: Mark) -> Cell:
    text = " ".join(word.text for word in words)
    if _DATE.match(text):
        return Cell(tuple(words), None, "date", page)
    if figures.is_nothing(text):
        return Cell(tuple(words), None, "nothing", page)
    figure = None if CURRENCY_ONLY.match(text) else figures.read(text, mark)
    return Cell(tuple(words), figure, "figure" if figure else "text", page)


def with_signs(cells: Sequence[Cell]) -> list[Cell]:
    """Cells with detached currency signs and footnote marks joined to, or dropped beside, the figure they belong to."""
    joined: list[Cell] = []
    pending: Cell | None = None
    for cell in cells:
        if CURRENCY_ONLY.match(cell.text):
            pending = cell
            continue
        last = joined[-1] if joined else None
        if last is not None and last.kind in ("figure", "nothing", "date") and _is_note_of(last, cell):
            continue
        joined.append(_priced(cell, pending) if pending is not None else cell)
        pending = None
    if pending is not None and joined and joined[-1].kind == "text" and "$" not in pending.text:
        joined.append(pending)  # the head of a column: "Since inception   CHF"
    return joined


def _priced(cell: Cell, sign: Cell) -> Cell:
    """The figure with the currency of a sign that stands apart; its words and box stay its own."""
    if cell.figure is None or cell.figure.currency:
        return cell
    priced = figures.read(f"{sign.text}1")
    return cell._replace(figure=cell.figure._replace(currency=priced.currency if priced else None))


def _is_note_of(last: Cell, cell: Cell) -> bool:
    near = cell.x0 - last.x1 < NOTE_GAP * last.words[-1].height
    return near and figures.is_note(cell.text) and not is_year(cell)


def is_year(cell: Cell) -> bool:
    return len(cell.words) == 1 and bool(_YEAR.match(cell.words[0].text))
