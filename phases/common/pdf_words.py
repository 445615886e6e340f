"""The words of a PDF page with their boxes, in reading order, with the visual line each stands on.

Boxes are in points, y downwards, on the page as a reader sees it (rotation applied; a page whose text runs upwards or
downwards is turned). Ligatures are written out, leader dots and what nobody sees are left out.
"""

from __future__ import annotations

import itertools
import re
from typing import Any, NamedTuple

from phases.common import pdf_ligatures, pdf_raised, reading_order
from phases.common.text import scrub

DIGITS = 1  # decimals of a stored box; a tenth of a point is a fifth of a pixel at print resolution
JOIN_GAP = 0.08  # of the height: words closer than this are one (a word space is a fourth)
SIDEWAYS_SHARE = 0.5  # of the words that have a direction, above which the page itself is turned
SIDEWAYS_RATIO = 1.3  # height to width of a word of three letters or more that runs up or down
SOFT_HYPHEN = "\u00ad"  # shown at the end of a line, and only there
SAME_PLACE = 1.0  # points: bold text drawn twice stands this near to itself
_LEADERS = re.compile(r"\.{4,}|…{2,}|_{4,}|·{4,}")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")  # symbols of a font's own: boxes, bullets, logos


Raw = tuple[float, float, float, float, str, int, int, int]  # box, text, block, line, word as pymupdf numbers them


class Word(NamedTuple):
    """One word: its box, its text, the number of its visual line on the page (from 0)."""

    x0: float
    y0: float
    x1: float
    y1: float
    text: str
    line: int = 0

    @property
    def height(self) -> float:
        return self.y1 - self.y0


class PageWords(NamedTuple):
    """A page as read: size in points after turning, the words, by how many degrees it was turned."""

    width: float
    height: float
    words: list[Word]
    turned: int


def read_page(page: Any, raw: list[Raw] | None = None, *, glyph_numbers: bool = False) -> PageWords:
    """The words of a pymupdf page (or of what its get_text("words") gave).

    `glyph_numbers` says that the document's font writes Ɵ for ti.
    """
    raw = _words_of(page) if raw is None else raw
    if page.rotation:
        raw = [(*_seen(page.rotation_matrix, word[:4]), *word[4:]) for word in raw]
    width, height, raw, turned = _upright(page.rect.width, page.rect.height, raw)
    pieces = [piece for word in _distinct(_joined(raw)) for piece in cleaned(word, glyph_numbers=glyph_numbers)]
    inside = [word for word in pieces if word[2] > 0 and word[3] > 0 and word[0] < width and word[1] < height]
    return PageWords(round(width, DIGITS), round(height, DIGITS), in_order(inside), turned)


def _words_of(page: Any) -> list[Raw]:
    from phases.common.pdf_open import pymupdf  # noqa: PLC0415  (readers of stored words need none)

    textpage = page.get_textpage(flags=pymupdf.TEXTFLAGS_WORDS)
    marks = list(pdf_raised.raised(pdf_raised.spans(page, textpage)))
    return pdf_raised.written(page.get_text("words", textpage=textpage), marks)


def from_rows(rows: list[list[Any]]) -> list[Word]:
    """Words from the rows that an artifact holds."""
    return [Word(*row) for row in rows]


def as_row(word: Word) -> list[Any]:
    return [*(round(value, DIGITS) for value in word[:4]), word.text, word.line]


def _seen(matrix: Any, box: Any) -> tuple[float, float, float, float]:
    """A box on the page as it is shown; pymupdf gives it on the page as it was before turning."""
    turned = [_times(matrix, box[0], box[1]), _times(matrix, box[2], box[3])]
    (left, right), (top, bottom) = (sorted(corner[axis] for corner in turned) for axis in (0, 1))
    return (left, top, right, bottom)


def _times(matrix: Any, x: float, y: float) -> tuple[float, float]:
    return (matrix.a * x + matrix.c * y + matrix.e, matrix.b * x + matrix.d * y + matrix.f)


def _upright(width: float, height: float, raw: list[Any]) -> tuple[float, float, list[Raw], int]:
    """The page turned so that most of its words run from left to right."""
    directed = [word for word in raw if len(word[4]) >= 3]  # noqa: PLR2004  (shorter ones are as high as wide)
    sideways = [word for word in directed if word[3] - word[1] > SIDEWAYS_RATIO * (word[2] - word[0])]
    if not directed or len(sideways) <= SIDEWAYS_SHARE * len(directed):
        return width, height, raw, 0
    pairs = [(a, b) for a, b in itertools.pairwise(raw) if a[5:7] == b[5:7]]
    if 2 * sum(a[1] > b[1] for a, b in pairs) >= len(pairs):  # words follow upwards
        turned = [(height - w[3], w[0], height - w[1], w[2], *w[4:]) for w in raw]
        return height, width, turned, 90
    turned = [(w[1], width - w[2], w[3], width - w[0], *w[4:]) for w in raw]
    return height, width, turned, 270


def _joined(raw: list[Any]) -> list[Any]:
    """Halves of words that a ligature broke, put together; a capital after it begins a word of its own."""
    joined: list[Any] = []
    for word in raw:
        last = joined[-1] if joined else None
        if last is not None and last[5:7] == word[5:7] and _continues(last, word):
            joined[-1] = (*last[:2], word[2], max(last[3], word[3]), last[4] + word[4], *last[5:])
        else:
            joined.append(word)
    return joined


def _continues(last: Any, word: Any) -> bool:
    near = -1.0 < word[0] - last[2] < JOIN_GAP * (last[3] - last[1])
    return near and pdf_ligatures.ends_in_ligature(last[4]) and pdf_ligatures.goes_on(word[4])


def _distinct(raw: list[Any]) -> list[Any]:
    """Without the second copy of words that were drawn twice to look bold."""
    seen: dict[tuple[str, int, int], tuple[float, float]] = {}
    kept = []
    for word in raw:
        key = (word[4], round(word[0] / 4), round(word[1] / 4))
        before = seen.get(key)
        if before and abs(before[0] - word[0]) < SAME_PLACE and abs(before[1] - word[1]) < SAME_PLACE:
            continue
        seen[key] = (word[0], word[1])
        kept.append(word)
    return kept


def cleaned(word: Raw, *, glyph_numbers: bool) -> list[Raw]:
    """The word without leader dots, split where a space is hidden in it; empty when nothing is left to see."""
    if word[4].isascii() and word[4].isprintable() and "..." not in word[4] and "__" not in word[4]:
        return [word]
    text = _LEADERS.sub(lambda dots: " " * len(dots.group()), _PRIVATE.sub("", word[4]).replace(SOFT_HYPHEN, "-"))
    parts = [(match.start(), match.end()) for match in re.finditer(r"\S+", text)]
    pieces = []
    for start, end in parts:
        shown = scrub(pdf_ligatures.expanded(text[start:end], glyph_numbers=glyph_numbers))
        if shown:
            left, right = _share(word, text, start), _share(word, text, end)
            pieces.append((left, word[1], right, word[3], shown, *word[5:]))
    return pieces


def _share(word: Any, text: str, place: int) -> float:
    """Where a place inside a word is: dots and spaces are half as wide as letters."""
    widths = [0.5 if letter in " ." else 1.0 for letter in text]
    share = sum(widths[:place]) / (sum(widths) or 1.0)
    return float(word[0] + share * (word[2] - word[0]))


def in_order(raw: list[Raw], straight: list[Raw] | None = None) -> list[Word]:
    """The words in reading order with their lines; `straight` are the same words on a page without skew."""
    placed = raw if straight is None else straight
    items = [reading_order.Item(*word[:4], word[5], word[6], word[4], place) for place, word in enumerate(placed)]
    return [
        Word(*raw[item.place][:5], number) for number, line in enumerate(reading_order.lines(items)) for item in line
    ]
