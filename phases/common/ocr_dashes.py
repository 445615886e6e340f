"""Lone dashes of a scanned table, which say "none" and which reading engines pass over.

A dash is a small dark stroke, wider than high, that no word covers, in a column of figures and on the line of a label.
"""

from __future__ import annotations

import importlib
import statistics
from collections.abc import Sequence
from typing import Any

from phases.common.pdf_lines import is_figure
from phases.common.pdf_words import Raw

WIDTH = (0.15, 1.3)  # least and most, of the usual height of a word's box
HIGHEST = 0.25  # of that height
FLAT = 1.6  # times as wide as high, at least
FILLED = 0.5  # of its box that is dark
COLUMN = 2  # figures above or below that it must stand with
REACH = 3.0  # points beside a figure's box that still belong to its column
LINE = 0.3  # of the usual height: how far its middle may be from the middle of the line
SAME_RULE = 0.2  # of that height: a short piece at the height of a long one belongs to a broken rule
MOST = 60  # on a page; more are a dotted or dashed rule
DASH = "–"


def found(picture: Any, words: Sequence[Raw], scale: float) -> list[Raw]:
    """Dashes of a straight picture (height × width × 3) as words like those given; `scale` is points per pixel.

    The line of a dash is that of the word nearest on its left.
    """
    if not words:
        return []
    usual = statistics.median(word[3] - word[1] for word in words)
    figures = [word for word in words if is_figure(word[4])]
    flat = _flat_spots(picture, scale, usual)
    rules = [box for box in flat if box[2] - box[0] > WIDTH[1] * usual]
    lone = [
        box
        for box in flat
        if box[2] - box[0] <= WIDTH[1] * usual
        and sum(_over(word, box) for word in figures) >= COLUMN
        and not any(_covers(word, box) for word in words)
        and not any(abs(_level(box) - _level(rule)) <= SAME_RULE * usual for rule in rules)
    ]
    if len(lone) > MOST:
        return []
    made = []
    for box in lone:
        label = _label(words, box, usual)
        if label is not None:
            middle, half = (box[1] + box[3]) / 2, usual / 2
            made.append((box[0], middle - half, box[2], middle + half, DASH, 0, label[6], label[7]))
    return made


def _level(box: Sequence[Any]) -> float:
    """The height of a box's middle."""
    return float((box[1] + box[3]) / 2)


def _flat_spots(picture: Any, scale: float, usual: float) -> list[tuple[float, float, float, float]]:
    """Boxes in points of flat dark spots: dashes, and rules or pieces of them."""
    cv2 = importlib.import_module("cv2")  # comes with the engine
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    _, dark = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    least = WIDTH[0] * usual / scale
    wide, high, area = stats[:, 2], stats[:, 3], stats[:, 4]
    fits = (wide >= least) & (high <= HIGHEST * usual / scale) & (wide >= FLAT * high)
    fits &= area >= FILLED * wide * high
    return [
        (float(x) * scale, float(y) * scale, float(x + w) * scale, float(y + h) * scale)
        for x, y, w, h, _ in stats[fits].tolist()
    ]


def _covers(word: Raw, box: tuple[float, float, float, float]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return word[0] - 1 <= x <= word[2] + 1 and word[1] <= y <= word[3]


def _over(word: Raw, box: tuple[float, float, float, float]) -> bool:
    return word[0] - REACH <= box[0] and box[2] <= word[2] + REACH


def _label(words: Sequence[Raw], box: tuple[float, float, float, float], usual: float) -> Raw | None:
    """The nearest word to the left on the line of a dash."""
    level = _level(box)
    beside = [word for word in words if word[2] < box[0] and abs(_level(word) - level) <= LINE * usual]
    return max(beside, key=lambda word: word[2], default=None)
