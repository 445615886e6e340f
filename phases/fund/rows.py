"""The visual rows of a page and the cells in them: runs of words with a gap on each side, and figures by themselves.

A cell is text, a figure or a date. Whether a number that stands close behind a word is a cell of its own cannot be
seen in one row ("Towerbrook Fund (Onshore) 2016"): `phases.fund.tables` decides that by the columns of the body.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from phases.common import figures
from phases.common.figures import Figure, Mark

CELL_GAP = 0.6  # of the word height; word spaces measured .2 to .4 in twelve documents, gaps between cells 0.8 and more
JUSTIFIED = 2.0  # a gap this many times the row's usual one ends a cell in justified text
NOTE_GAP = 1.3  # of the word height: how far behind a figure its footnote mark may stand
RANGE_GAP = 3.0  # of the word height: between the two dates of a range
GROUP_GAP = 0.45  # of the word height: the space inside 1 234 567
OVERLAP = 0.5  # of the lower word's height that two words on one row share
LONG_PROSE = 9  # words in one cell from which a row is running text

_MONTHS = (
    "jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|"
    "sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?"
)
_DATE = re.compile(
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-](?:\d{{4}}|\d{{2}})|\d{{4}}-\d{{2}}-\d{{2}}|"
    rf"(?i:{_MONTHS})[.-]?\s?(?:\d{{1,2}},?\s?)?['’-]?(?:\d{{4}}|\d{{2}})|\d{{1,2}}[.-]?\s?(?i:{_MONTHS})[.-]?\s?\d{{2,4}})\Z"
)
_CURRENCY_ONLY = re.compile(r"(?:US\$|[A-Z]{0,2}\$|€|£|¥|USD|EUR|GBP|CHF)\Z")
_TAIL = re.compile(r"(?:%|[xX×]|\)%?|%\)|(?i:million|mn|mio\.?|bn|billion|thousand|mrd\.?|EUR|USD|GBP|CHF|€|£))\Z")
_OPENINGS = frozenset(  # first letters of months, currencies and words for nothing: no other word begins a figure
    (
        *(
            "ja",
            "fe",
            "mä",
            "ma",
            "ap",
            "ju",
            "au",
            "se",
            "ok",
            "oc",
            "no",
            "de",
            "us",
            "eu",
            "gb",
            "ch",
            "jp",
            "ca",
            "hk",
        ),
        *(
            "in",
            "nk",
            "dk",
            "sk",
            "u.",
            "sf",
            "te",
            "t€",
            "ku",
            "tu",
            "c$",
            "a$",
            "s$",
            "n/",
            "nm",
            "na",
            "n.",
            "ni",
            "k.",
        ),
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
        return " ".join(word.text for word in self.words)

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return self.words[-1].x1

    @property
    def box(self) -> list[float]:
        return box_of(self.words)


class Row(NamedTuple):
    page: int
    y0: float
    y1: float
    cells: tuple[Cell, ...]

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)

    def of(self, *kinds: str) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind in kinds]


def box_of(words: Sequence[Word]) -> list[float]:
    """Points, one decimal: left, top, right, bottom around all words."""
    edges = (min(w.x0 for w in words), min(w.y0 for w in words), max(w.x1 for w in words), max(w.y1 for w in words))
    return [round(edge, 1) for edge in edges]


def page_words(page: Mapping[str, Any]) -> list[Word]:
    """Words of a page of document_analysis."""
    return [Word(row[0], row[1], row[2], row[3], str(row[4])) for row in page["words"]]


def mark_of(pages: Iterable[Mapping[str, Any]]) -> Mark:
    """The decimal mark of a document, asked of every word with a digit in it."""
    return figures.decimal_mark(word[4].strip("$€£()%*;:") for page in pages for word in page["words"])


def page_rows(page: Mapping[str, Any], mark: Mark) -> list[Row]:
    """All rows of a page of document_analysis from top to bottom."""
    found = [row(words, page["number"], mark) for words in visual_lines(page_words(page))]
    return [one for one in found if one.cells]  # a line may hold a lone currency sign


def visual_lines(words: Iterable[Word]) -> list[list[Word]]:
    """Words that stand beside each other, from left to right; lines from top to bottom."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: ((w.y0 + w.y1) / 2, w.x0)):
        line = next((line for line in reversed(lines[-3:]) if _beside(line, word)), None)
        if line is None:
            lines.append([word])
        else:
            line.append(word)
    return [sorted(line, key=lambda w: w.x0) for line in lines]


def _beside(line: list[Word], word: Word) -> bool:
    """Whether the word overlaps the line enough; measured against the line's first word, so lines cannot drift."""
    first = line[0]
    top, bottom = first.y0, first.y1
    shared = min(bottom, word.y1) - max(top, word.y0)
    return shared > OVERLAP * max(min(bottom - top, word.height), 0.1)


def row(words: list[Word], page: int, mark: Mark) -> Row:
    cells = [cell for run in _runs(words) for cell in _cells(run, page, mark)]
    joined = _with_ranges(with_signs(cells))
    return Row(page, min(w.y0 for w in words), max(w.y1 for w in words), tuple(joined))


def _with_ranges(cells: Sequence[Cell]) -> list[Cell]:
    """Cells with `date - date` joined into one date."""
    joined: list[Cell] = []
    for cell in cells:
        if cell.kind == "date" and len(joined) > 1 and joined[-2].kind == "date" and _joins(joined[-2:], cell):
            first, dash = joined[-2:]
            joined[-2:] = [Cell(first.words + dash.words + cell.words, None, "date", cell.page)]
        else:
            joined.append(cell)
    return joined


def _joins(before: Sequence[Cell], cell: Cell) -> bool:
    dash = before[1]
    near = cell.x0 - before[0].x1 < RANGE_GAP * cell.words[0].height
    return near and (dash.text.lower() in ("to", "bis") or (dash.figure is not None and dash.figure.nil))


def _runs(words: list[Word]) -> list[list[Word]]:
    """Words between gaps."""
    limit = _gap_limit(words)
    runs = [[words[0]]]
    for last, word, following in zip(words, words[1:], [*words[2:], None], strict=False):
        wide = word.x0 - last.x1 > limit * max(min(last.height, word.height), 1.0)
        if wide or (following is not None and _begins_figure(word, following)):
            runs.append([word])
        else:
            runs[-1].append(word)
    return runs


def _begins_figure(word: Word, following: Word) -> bool:
    """Whether a currency sign belongs to the figure after it although it stands close behind something else."""
    return bool(_CURRENCY_ONLY.match(word.text) and figures.read(following.text))


def _gap_limit(words: list[Word]) -> float:
    gaps = [(b.x0 - a.x1) / max(a.height, 1.0) for a, b in itertools.pairwise(words)]
    usual = [gap for gap in gaps if gap < 1.0]
    if len(usual) < LONG_PROSE or len(usual) < 0.8 * len(gaps):
        return CELL_GAP
    return max(CELL_GAP, JUSTIFIED * statistics.median(usual))


def _cells(run: list[Word], page: int, mark: Mark) -> list[Cell]:
    """One run as text, or as the figures it consists of when each of its words belongs to one."""
    pieces = split_figures(run, mark)
    if pieces is None:
        return [make_cell(run, page, mark)]
    return [make_cell(piece, page, mark) for piece in pieces]


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
        if length == 1 and _CURRENCY_ONLY.match(text):
            continue
        if figures.read(text, mark) is not None:
            return length
    return 0


def _belong(words: Sequence[Word], mark: Mark) -> bool:
    """Whether words can be parts of one figure: a currency before, groups of thousands, unit, sign or note after."""
    rest = list(words)
    while len(rest) > 1 and (_CURRENCY_ONLY.match(rest[0].text) or rest[0].text in "(-–—−"):
        rest = rest[1:]
    while len(rest) > 1 and (_TAIL.match(rest[-1].text) or figures.is_note(rest[-1].text)):
        rest = rest[:-1]
    if len(rest) == 1:
        return True
    near = all(b.x0 - a.x1 <= GROUP_GAP * a.height for a, b in itertools.pairwise(rest))
    grouped = re.fullmatch(r"\(?-?\d{1,3}( \d{3})+([.,]\d+)?\)?", " ".join(word.text for word in rest))
    return mark == "," and near and bool(grouped)


def make_cell(words: Sequence[Word], page: int, mark: Mark) -> Cell:
    text = " ".join(word.text for word in words)
    if _DATE.match(text):
        return Cell(tuple(words), None, "date", page)
    if figures.is_nothing(text):
        return Cell(tuple(words), None, "nothing", page)
    figure = None if _CURRENCY_ONLY.match(text) else figures.read(text, mark)
    return Cell(tuple(words), figure, "figure" if figure else "text", page)


def with_signs(cells: Sequence[Cell]) -> list[Cell]:
    """Cells with detached currency signs and footnote marks joined to, or dropped beside, the figure they belong to."""
    joined: list[Cell] = []
    pending: Cell | None = None
    for cell in cells:
        if _CURRENCY_ONLY.match(cell.text):
            pending = cell
            continue
        last = joined[-1] if joined else None
        if last is not None and last.kind in ("figure", "nothing", "date") and _is_note_of(last, cell):
            continue
        joined.append(_priced(cell, pending) if pending is not None else cell)
        pending = None
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
    return bool(_YEAR.match(cell.text))


def is_prose(one: Row) -> bool:
    """Whether a row is a line of running text."""
    return len(one.cells) == 1 and one.cells[0].kind == "text" and len(one.cells[0].words) >= LONG_PROSE
