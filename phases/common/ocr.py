"""Read a page as a picture: words with boxes, and which of them were read with doubt.

A page takes about 4 s on one core at 200 dots per inch. A page that lies on its side is turned, and one that was
scanned askew is put straight first: boxes are on the page as it was straightened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from phases.common import ocr_dashes, ocr_engine, ocr_skew
from phases.common.ocr_engine import INSTALL, available
from phases.common.pdf_words import Raw, Word, cleaned, in_order

__all__ = ["INSTALL", "Read", "available", "corrected", "read"]

DOTS_PER_POINT = 72.0  # per inch
MAX_SIDE = 3000  # pixels; a larger picture is made smaller, since time grows with its area
SIDEWAYS_RATIO = 1.5  # height to width of a line of four letters or more that runs up or down
SIDEWAYS_SHARE = 0.5  # of those lines
_ROMAN = re.compile(r"([IVX]*[Il|]*I[Il|]*|[VX]+[Il|]+)([,.;:)]?)")
_AI = re.compile(r"Al[,.;:)]?")
_LIKE_I = str.maketrans("l|1J", "IIII")
_AROUND = "(),.;:*/"
_SHORT_NAMES = frozenset(("DPI", "RVPI", "TVPI", "IRR", "PIC"))  # of measures; no other words look like them

Box = tuple[float, float, float, float]


class Read(NamedTuple):
    """What was read: words in reading order, how the page was turned and straightened, the mean certainty 0 to 1.

    `doubtful` are the boxes of words read with doubt (ocr_engine.SURE), each with the certainty of its worst letter.
    """

    words: list[Word]
    turned: int
    skew: float
    score: float
    doubtful: list[tuple[float, float, float, float, float]]


class _Spot(NamedTuple):
    """A line as the engine found it, in points: its box, mean certainty, words with boxes and certainties."""

    box: Box
    score: float
    words: list[tuple[str, Box, float]]


def read(page: Any, dpi: int) -> Read:
    """The words of a pymupdf page as it is shown, boxes in points. Raises ConfigError when rapidocr is missing."""
    dots = round(min(dpi, MAX_SIDE * DOTS_PER_POINT / max(page.rect.width, page.rect.height)))
    picture = _picture(page, dots)
    best = _Sight(picture, dots)
    if _lies(best.spots):
        best = max((_Sight(picture, dots, turned) for turned in (90, 270)), key=lambda sight: _score(sight.spots))
    words = _words(best.spots, best.picture, DOTS_PER_POINT / dots)
    return Read(words, best.turned, best.skew, round(_score(best.spots), 2), _doubtful(best.spots))


class _Sight:
    """A picture of a page, turned by so many degrees and put straight, and the lines seen in it."""

    def __init__(self, picture: Any, dots: int, turned: int = 0) -> None:
        upright = _turned(picture, {0: 0, 90: 3, 270: 1}[turned])
        self.turned, self.skew = turned, ocr_skew.skew(upright)
        self.picture = ocr_skew.straightened(upright, self.skew)
        self.spots = [_spot(line, DOTS_PER_POINT / dots) for line in ocr_engine.lines(self.picture)]


def corrected(words: Sequence[str]) -> list[str]:
    """The words of a line with l and I told apart where only one of them can be: Fund Ill is III, Rookwood Al is AI.

    DPJ is DPI.
    """
    fixed = []
    for place, word in enumerate(words):
        after_name = place > 0 and words[place - 1][:1].isupper()
        roman = _ROMAN.fullmatch(word) if after_name else None
        if roman:
            word = roman[1].replace("l", "I").replace("|", "I") + roman[2]  # noqa: PLW2901
        elif word.translate(_LIKE_I).strip(_AROUND) in _SHORT_NAMES:
            word = word.translate(_LIKE_I)  # noqa: PLW2901
        elif after_name and _AI.fullmatch(word):
            word = "AI" + word[2:]  # noqa: PLW2901
        fixed.append(word)
    return fixed


def _turned(picture: Any, quarters: int) -> Any:
    import numpy as np  # noqa: PLC0415

    return np.ascontiguousarray(np.rot90(picture, quarters))


def _picture(page: Any, dots: int) -> Any:
    import numpy as np  # noqa: PLC0415

    pixels = page.get_pixmap(dpi=dots, alpha=False)
    flat = np.frombuffer(pixels.samples, dtype=np.uint8)
    return np.ascontiguousarray(flat.reshape(pixels.height, pixels.width, pixels.n)[:, :, 2::-1])


def _spot(line: ocr_engine.ReadLine, scale: float) -> _Spot:
    words = [(word.text, _extent(word.corners, scale), word.certainty) for word in line.words]
    return _Spot(_extent(line.corners, scale), line.score, words)


def _doubtful(spots: Sequence[_Spot]) -> list[tuple[float, float, float, float, float]]:
    words = [word for spot in spots for word in spot.words]
    return [(*box, round(certainty, 2)) for _, box, certainty in words if certainty < ocr_engine.SURE]


def _extent(corners: Any, scale: float) -> Box:
    xs, ys = [float(x) * scale for x, _ in corners], [float(y) * scale for _, y in corners]
    return (min(xs), min(ys), max(xs), max(ys))


def _lies(spots: list[_Spot]) -> bool:
    lines = [spot for spot in spots if sum(len(word[0]) for word in spot.words) >= 4]  # noqa: PLR2004
    boxes = [spot.box for spot in lines]
    high = [box for box in boxes if box[3] - box[1] > SIDEWAYS_RATIO * (box[2] - box[0])]
    return len(high) > SIDEWAYS_SHARE * len(lines) if lines else False


def _score(spots: list[_Spot]) -> float:
    """Mean certainty, every line weighing as much as it has letters."""
    letters = [(spot.score, sum(len(word[0]) for word in spot.words)) for spot in spots]
    return sum(score * count for score, count in letters) / max(1, sum(count for _, count in letters))


def _words(spots: list[_Spot], picture: Any, scale: float) -> list[Word]:
    """The words in reading order."""
    raw: list[Raw] = []
    for place, spot in enumerate(spots):
        texts = corrected([word[0] for word in spot.words])
        for number, (text, (_, box, _)) in enumerate(zip(texts, spot.words, strict=True)):
            raw += cleaned((*box, text, 0, place, number), glyph_numbers=False)
    return in_order(raw + ocr_dashes.found(picture, raw, scale))
