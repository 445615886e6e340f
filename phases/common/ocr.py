"""Read a page as a picture: words with boxes from rapidocr, whose models come inside its wheel (Apache-2.0).

A page takes about 6 s on one core at 200 dots per inch. A page that lies on its side is turned; one that was scanned a
little askew is read line by line all the same.
"""

from __future__ import annotations

import importlib.util
import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from ace.errors import ConfigError
from phases.common import ocr_dashes
from phases.common.pdf_words import Raw, Word, cleaned, in_order

INSTALL = "pip install 'ace-pipelines[fund]'"
DOTS_PER_POINT = 72.0  # per inch
THREADS = 1  # of the runtime: more of them wait on each other and double the CPU time of a page
MAX_SIDE = 3000  # pixels; a larger picture is made smaller, since time grows with its area
SIDEWAYS_RATIO = 1.5  # height to width of a line of four letters or more that runs up or down
SIDEWAYS_SHARE = 0.5  # of those lines
LONG_LINE = 3.0  # width to height of a line whose slope can be measured
STEEPEST = 10.0  # degrees; more is no skew but a misread box
_ROMAN = re.compile(r"([IVX]*[Il|]*I[Il|]*|[VX]+[Il|]+)([,.;:)]?)")
_AI = re.compile(r"Al[,.;:)]?")


class Read(NamedTuple):
    """What was read: words in reading order, by how much the page was turned, the mean certainty 0 to 1."""

    words: list[Word]
    turned: int
    score: float


class _Spot(NamedTuple):
    """A line as the engine found it, in points: corners, and its words."""

    x0: float
    y0: float
    x1: float
    y1: float
    slope: float
    score: float
    words: list[tuple[str, tuple[float, float, float, float]]]


def available() -> bool:
    """Whether the engine is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def read(page: Any, dpi: int) -> Read:
    """The words of a pymupdf page as it is shown, boxes in points. Raises ConfigError when rapidocr is missing."""
    dots = round(min(dpi, MAX_SIDE * DOTS_PER_POINT / max(page.rect.width, page.rect.height)))
    picture = _picture(page, dots)
    spots = _spots(picture, dots)
    turned = 0
    if _lies(spots):
        pictures = {90: _turned(picture, 3), 270: _turned(picture, 1)}
        sides = {angle: _spots(other, dots) for angle, other in pictures.items()}
        turned = max(sides, key=lambda angle: _score(sides[angle]))
        spots, picture = sides[turned], pictures[turned]
    return Read(_words(spots, picture, DOTS_PER_POINT / dots), turned, round(_score(spots), 2))


def corrected(words: Sequence[str]) -> list[str]:
    """The words of a line with l and I told apart where only one of them can be: Fund Ill is III, Rookwood Al is AI."""
    fixed = []
    for place, word in enumerate(words):
        after_name = place > 0 and words[place - 1][:1].isupper()
        roman = _ROMAN.fullmatch(word) if after_name else None
        if roman:
            word = roman[1].replace("l", "I").replace("|", "I") + roman[2]  # noqa: PLW2901
        elif after_name and _AI.fullmatch(word):
            word = "AI" + word[2:]  # noqa: PLW2901
        fixed.append(word)
    return fixed


@lru_cache(maxsize=1)
def _engine() -> Any:
    if not available():
        message = "pages without text need rapidocr and onnxruntime, which are not installed"
        raise ConfigError(message, hint=INSTALL)
    rapidocr = importlib.import_module("rapidocr")
    settings = {
        "Global.log_level": "critical",
        "Global.use_cls": False,  # lines upside down do not occur on a page that is not
        "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
    }
    return rapidocr.RapidOCR(params=settings)


def _turned(picture: Any, quarters: int) -> Any:
    import numpy as np  # noqa: PLC0415

    return np.ascontiguousarray(np.rot90(picture, quarters))


def _picture(page: Any, dots: int) -> Any:
    import numpy as np  # noqa: PLC0415

    pixels = page.get_pixmap(dpi=dots, alpha=False)
    flat = np.frombuffer(pixels.samples, dtype=np.uint8)
    return np.ascontiguousarray(flat.reshape(pixels.height, pixels.width, pixels.n)[:, :, 2::-1])


def _spots(picture: Any, dots: int) -> list[_Spot]:
    found = _engine()(picture, return_word_box=True)
    if found.boxes is None or found.word_results is None:
        return []
    scale = DOTS_PER_POINT / dots
    return [
        _spot(box, words, float(score), scale)
        for box, words, score in zip(found.boxes, found.word_results, found.scores, strict=True)
        if words
    ]


def _spot(box: Any, words: Any, score: float, scale: float) -> _Spot:
    corners = [(float(x) * scale, float(y) * scale) for x, y in box]
    run, rise = corners[1][0] - corners[0][0], corners[1][1] - corners[0][1]
    parts = [(str(text), _extent(place, scale)) for text, _, place in words if str(text).strip()]
    return _Spot(*_extent(box, scale), math.degrees(math.atan2(rise, run)), score, parts)


def _extent(corners: Any, scale: float) -> tuple[float, float, float, float]:
    xs, ys = [float(x) * scale for x, _ in corners], [float(y) * scale for _, y in corners]
    return (min(xs), min(ys), max(xs), max(ys))


def _lies(spots: list[_Spot]) -> bool:
    lines = [spot for spot in spots if sum(len(word[0]) for word in spot.words) >= 4]  # noqa: PLR2004
    high = [spot for spot in lines if spot.y1 - spot.y0 > SIDEWAYS_RATIO * (spot.x1 - spot.x0)]
    return len(high) > SIDEWAYS_SHARE * len(lines) if lines else False


def _score(spots: list[_Spot]) -> float:
    """Mean certainty, every line weighing as much as it has letters."""
    letters = [(spot.score, sum(len(word[0]) for word in spot.words)) for spot in spots]
    return sum(score * count for score, count in letters) / max(1, sum(count for _, count in letters))


def _words(spots: list[_Spot], picture: Any, scale: float) -> list[Word]:
    """The words in reading order; lines are told apart as if the page had been scanned straight."""
    lean = math.tan(math.radians(_skew(spots)))
    raw: list[Raw] = []
    for place, spot in enumerate(spots):
        texts = corrected([text for text, _ in spot.words])
        for number, (text, (_, box)) in enumerate(zip(texts, spot.words, strict=True)):
            raw += cleaned((*box, text, 0, place, number), glyph_numbers=False)
    raw += ocr_dashes.found(picture, raw, scale, lean)
    return in_order(raw, [_straightened(word, lean) for word in raw])


def _skew(spots: list[_Spot]) -> float:
    """By how many degrees the page was scanned askew: the mean slope of its lines, long ones weighing most."""
    lines = [spot for spot in spots if spot.x1 - spot.x0 > LONG_LINE * (spot.y1 - spot.y0)]
    weights = [(spot.slope, (spot.x1 - spot.x0) ** 2) for spot in lines if abs(spot.slope) <= STEEPEST]
    return sum(slope * weight for slope, weight in weights) / (sum(weight for _, weight in weights) or 1.0)


def _straightened(word: Raw, lean: float) -> Raw:
    """A word where it would stand on a page without skew: its height changes with how far right it stands."""
    middle, height = (word[1] + word[3]) / 2 - lean * (word[0] + word[2]) / 2, word[3] - word[1]
    half = max(1.0, height - abs(lean) * (word[2] - word[0])) / 2
    return (word[0], middle - half, word[2], middle + half, *word[4:])
