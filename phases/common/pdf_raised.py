"""Raised digits: the 2 behind $24.56 that sends to a footnote, and would make it 24.562.

Text extraction puts a small raised digit and the word before it together. Here its place is found by size and baseline,
and it is written as what it is, ², which no parser of figures or names takes for a digit of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

SMALLER = 0.8  # of the height of the letters that it follows; word processors set 0.58 to 0.7
RAISED = 0.15  # of that height: how much higher its baseline is (word processors: 0.33)
BEHIND = 0.3  # of that height: the widest gap to what it follows, a thin space
OVERLAP = 0.5  # points: boxes of glyphs reach a little over each other
_DIGITS = re.compile(r"\d{1,2}(?:,\d{1,2}){0,3}")
_WRITTEN = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Span(NamedTuple):
    """Letters of one size: left, baseline, right, size in points, text."""

    x0: float
    base: float
    x1: float
    size: float
    text: str


def spans(page: Any, textpage: Any) -> list[Span]:
    """Of the lines that run from left to right."""
    lines = (line for block in page.get_text("dict", textpage=textpage)["blocks"] for line in block.get("lines", ()))
    level = (line for line in lines if line["dir"] == (1.0, 0.0))
    return [
        Span(one["bbox"][0], one["origin"][1], one["bbox"][2], one["size"], one["text"])
        for line in level
        for one in line["spans"]
        if one["text"].strip()
    ]


def raised(found: Sequence[Span]) -> Iterator[Span]:
    """Those of one or two digits (or several with commas) that stand small and high behind others."""
    marks = [span for span in found if _DIGITS.fullmatch(span.text.strip())]
    return (mark for mark in marks if any(_carries(span, mark) for span in found))


def _carries(span: Span, mark: Span) -> bool:
    up = span.base - mark.base
    near = -OVERLAP < mark.x0 - span.x1 < BEHIND * span.size
    return near and mark.size < SMALLER * span.size and RAISED * span.size < up < span.size


def written(raw: Sequence[Any], marks: Sequence[Span]) -> list[Any]:
    """The words, box and text first, with these digits raised in their text."""
    return [_written(word, marks) for word in raw] if marks else list(raw)


def _written(word: Any, marks: Sequence[Span]) -> Any:
    for mark in marks:
        digits = mark.text.strip()
        inside = word[1] < mark.base < word[3] + OVERLAP and abs(word[2] - mark.x1) < mark.size / 2
        if inside and word[4].endswith(digits):
            return (*word[:4], word[4].removesuffix(digits) + digits.replace(",", "").translate(_WRITTEN), *word[5:])
    return word
