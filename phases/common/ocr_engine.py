"""The lines of a picture, with every word's box and certainty, by rapidocr (Apache-2.0), whose wheel holds its models.

Lines are looked for in a smaller copy of the picture, which takes a fourth of the time and loses no more than lone
dashes, and read from the picture itself. A line with a doubtful figure is read a second time, cut out a little wider:
of 1,424 figures on drawn scans three were read wrongly, all with doubt and otherwise the second time, as were 10 of
the right ones.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from ace.errors import ConfigError
from phases.common import ocr_ink

INSTALL = "pip install 'ace-pipelines[fund]'"
THREADS = 1  # of the runtime: more of them wait on each other and double the CPU time of a page
FIND_SIDE = 1472  # pixels, a multiple of 32: longer side of the copy in which lines are looked for
MOST_SIDE = 10_000  # pixels: pictures come in a size that needs no further change
SURE = 0.95  # certainty of its least certain letter from which a word needs no second reading
UPRIGHT = 1.5  # height to width from which the text of a line runs downwards
DIFFERS = 0.5  # most certainty of a word that the second reading gives otherwise
LEAST = 0.5  # mean certainty below which what was found is no text
WIDER, HIGHER = 4.0, 2.0  # pixels by which the second reading cuts a line out larger, on each side
STROKES = frozenset("一—–-ー−_")  # what the model makes of a lone dash, some of it Chinese
DASH = "–"


class ReadWord(NamedTuple):
    """A word as read: its four corners in pixels, and the certainty, 0 to 1, of its least certain letter."""

    text: str
    corners: Any
    certainty: float


class ReadLine(NamedTuple):
    """A line as found: its four corners in pixels from the start of its text clockwise, mean certainty, words."""

    corners: Any
    score: float
    words: list[ReadWord]


def available() -> bool:
    """Whether the engine is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def lines(picture: Any) -> list[ReadLine]:
    """The lines of a picture (height × width × 3, bytes). Raises ConfigError when rapidocr is missing."""
    found = _engine()(picture, use_det=True, use_cls=False, use_rec=False).boxes
    boxes = [] if found is None else list(found)
    read = _read(picture, boxes)
    doubted = [n for n, line in enumerate(read) if any(_is_doubted(word) for word in line.words)]
    again = _read(picture, [_larger(boxes[n]) for n in doubted])
    for n, second in zip(doubted, again, strict=True):
        read[n] = _compared(read[n], second)
    return [line for line in read if line.words and line.score >= LEAST]


def _is_doubted(word: ReadWord) -> bool:
    return word.certainty < SURE and any(letter.isdigit() for letter in word.text)


def _compared(first: ReadLine, second: ReadLine) -> ReadLine:
    """The first reading, each word as doubtful as both readings of it make it."""
    others = {word.text: word.certainty for word in second.words}
    return first._replace(words=[word._replace(certainty=_together(word, others)) for word in first.words])


def _together(word: ReadWord, others: Mapping[str, float]) -> float:
    if word.text not in others:
        return min(word.certainty, DIFFERS)
    return 1.0 - (1.0 - word.certainty) * (1.0 - others[word.text])


@lru_cache(maxsize=1)
def _engine() -> Any:
    if not available():
        message = "pages without text need rapidocr and onnxruntime, which are not installed"
        raise ConfigError(message, hint=INSTALL)
    settings = {
        "Global.log_level": "critical",
        "Global.max_side_len": MOST_SIDE,
        "Global.return_word_box": True,
        "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
        "Det.limit_type": "max",
        "Det.limit_side_len": FIND_SIDE,
    }
    return importlib.import_module("rapidocr").RapidOCR(params=settings)


def _read(picture: Any, boxes: Sequence[Any]) -> list[ReadLine]:
    if not boxes:
        return []
    quads = [_along_text(box) for box in boxes]
    crops = [_cut(picture, quad) for quad in quads]
    found = _engine().recognize_txt(crops)
    return [
        ReadLine(quad, float(score), _words(quad, text, info, crop))
        for quad, crop, score, text, info in zip(
            quads, crops, found.scores, found.txts, found.word_results, strict=True
        )
    ]


def _along_text(box: Any) -> Any:
    """The corners of a line (4 × 2, pixels, from the upper left one clockwise) from the start of its text on."""
    import numpy as np  # noqa: PLC0415

    width, height = np.linalg.norm(box[1] - box[0]), np.linalg.norm(box[3] - box[0])
    return np.roll(box, -1, axis=0) if height >= UPRIGHT * width else box


def _cut(picture: Any, quad: Any) -> Any:
    """The line as a straight picture."""
    import numpy as np  # noqa: PLC0415

    cv2 = importlib.import_module("cv2")  # comes with the engine

    wide = max(1, int(max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3]))))
    high = max(1, int(max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1]))))
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=np.float32)
    turn = cv2.getPerspectiveTransform(quad.astype(np.float32), corners)
    return cv2.warpPerspective(picture, turn, (wide, high), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC)


def _larger(box: Any) -> Any:
    """The box some pixels larger on each side."""
    import numpy as np  # noqa: PLC0415

    right, down = box[1] - box[0], box[3] - box[0]
    right, down = (one / max(1.0, float(np.linalg.norm(one))) for one in (right, down))
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=np.float32)
    return box + signs[:, :1] * WIDER * right + signs[:, 1:] * HIGHER * down


def _words(quad: Any, whole: str, info: Any, crop: Any) -> list[ReadWord]:
    """The words of a line; the columns in which its letters were read say which part of the line each takes."""
    certain = iter([sure for letter, sure in zip(whole, info.confs, strict=True) if not letter.isspace()])
    wide = crop.shape[1]
    middles = [((cols[0] + 0.5) * wide / info.line_txt_len, (cols[-1] + 0.5) * wide / info.line_txt_len)
               for cols in info.word_cols]  # fmt: skip
    made = []
    for letters, (start, end) in zip(info.words, ocr_ink.extents(crop, middles), strict=True):
        text = "".join(letters)
        sure = float(min(next(certain) for _ in letters))
        made.append(ReadWord(DASH if text in STROKES else text, _part(quad, start / wide, end / wide), sure))
    return made


def _part(quad: Any, begin: float, finish: float) -> list[tuple[float, float]]:
    """The corners of what stands between two shares of a line's width."""
    above = [quad[0] + share * (quad[1] - quad[0]) for share in (begin, finish)]
    below = [quad[3] + share * (quad[2] - quad[3]) for share in (finish, begin)]
    return [(float(x), float(y)) for x, y in (*above, *below)]
