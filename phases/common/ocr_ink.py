"""Where the words of a line of a picture begin and end: at their ink.

A reading engine says roughly where it saw each letter. Columns of figures are told apart by their edges, to a point or
two, so the edges are taken from the picture: words part in the middle of the widest white gap between the last letter
of the one and the first of the next, and reach as far as their ink.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

EDGE = 0.15  # of the line's height, above and below, where rules and the lines next to it show
RULE = 0.8  # share of a row that is dark from which it belongs to a rule under or over the line
SPECK = 1  # dark pixels of a column that are no ink: noise
LETTER = 0.3  # of the line's height: half the width of a letter whose ink is not seen
APART = 0.2  # of the line's height: white wider than between the letters of a word
INVERTED = 0.5  # share of dark pixels above which the letters are the light ones


def extents(line: Any, middles: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """From where to where each word of a line (height × width × 3, bytes) reaches, in pixels.

    `middles` are the middles of each word's first and last letter, from left to right.
    """
    high, wide = line.shape[:2]
    inked = _inked(line)
    cuts = [0, *(_cut(inked, one[1], other[0]) for one, other in pairwise(middles)), wide]
    return [
        _reach(inked, left, max(left + 1, right), ends, high)
        for (left, right), ends in zip(pairwise(cuts), middles, strict=True)
    ]


def _inked(line: Any) -> Any:
    """Whether each column of a line has ink."""
    cv2 = importlib.import_module("cv2")  # comes with the engine
    grey = cv2.cvtColor(line, cv2.COLOR_RGB2GRAY)
    _, dark = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    if dark.mean() > INVERTED:
        dark = 1 - dark
    dark[dark.mean(axis=1) > RULE] = 0
    edge = round(EDGE * line.shape[0])
    return dark[edge : line.shape[0] - edge].sum(axis=0) > SPECK


def _cut(inked: Any, after: float, before: float) -> int:
    """The middle of the widest gap between two places, or of the places where there is none."""
    begin, end = max(0, int(after)), min(len(inked), int(before) + 1)
    best, width, start = (begin + end) // 2, 0, begin
    for place in range(begin, end + 1):
        if place == end or inked[place]:
            if place - start > width:
                best, width = (start + place) // 2, place - start
            start = place + 1
    return best


def _reach(inked: Any, left: int, right: int, ends: tuple[float, float], high: int) -> tuple[float, float]:
    """The ink between two cuts, from the word's first letter to its last; what stands off from them is the neighbour's.

    About the middles of those letters where there is no ink, or no white beside it.
    """
    places = [left + place for place, one in enumerate(inked[left:right]) if one]
    if not places or len(places) == right - left:
        return (max(float(left), ends[0] - LETTER * high), min(float(right), ends[1] + LETTER * high))
    first, last = (min(range(len(places)), key=[abs(place - end) for place in places].__getitem__) for end in ends)
    while first > 0 and places[first] - places[first - 1] <= APART * high:
        first -= 1
    while last < len(places) - 1 and places[last + 1] - places[last] <= APART * high:
        last += 1
    return (float(places[first]), float(places[last] + 1))
