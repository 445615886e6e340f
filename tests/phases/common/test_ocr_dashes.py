"""Dashes found in a picture beside words that are known; no engine is needed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from phases.common import ocr_dashes
from phases.common.pdf_words import Raw

pytest.importorskip("cv2")


def word(text: str, x0: float, x1: float, middle: float, line: int = 0) -> Raw:
    return (x0, middle - 6, x1, middle + 6, text, 0, line, 0)


WORDS = [
    word("Beginning", 20, 80, 40, 0),
    word("$5,255", 200, 240, 40, 1),
    word("Contributions", 20, 90, 60, 2),
    word("Ending", 20, 60, 80, 3),
    word("$5,275", 200, 240, 80, 4),
]


def picture(*boxes: tuple[int, int, int, int]) -> Any:
    """White with black boxes (x0, y0, x1, y1)."""
    made = np.full((120, 300, 3), 255, dtype=np.uint8)
    for x0, y0, x1, y1 in boxes:
        made[y0:y1, x0:x1] = 0
    return made


def dashes(*boxes: tuple[int, int, int, int]) -> list[Raw]:
    return ocr_dashes.found(picture((2, 2, 5, 5), *boxes), WORDS, 1.0)


def test_a_stroke_on_a_labels_line_in_a_column_of_figures_is_a_dash() -> None:
    (dash,) = dashes((230, 59, 236, 61))
    assert dash[4] == ocr_dashes.DASH
    assert (dash[0], dash[2], dash[6]) == (230, 236, 2)
    assert dash[1] < 60 < dash[3]


@pytest.mark.parametrize(
    "box",
    [
        (120, 59, 126, 61),  # in no column of figures
        (230, 50, 236, 52),  # between two lines
        (230, 55, 236, 65),  # a blot
        (210, 39, 216, 41),  # inside a word
        (200, 59, 250, 61),  # a rule
    ],
)
def test_other_strokes_are_none(box: tuple[int, int, int, int]) -> None:
    assert dashes(box) == []


def test_pieces_of_a_broken_rule_are_none() -> None:
    assert dashes((20, 59, 220, 61), (230, 59, 236, 61)) == []


def test_a_page_without_words_has_no_dashes() -> None:
    assert ocr_dashes.found(picture(), [], 1.0) == []
