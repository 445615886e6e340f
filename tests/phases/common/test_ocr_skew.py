"""How far a page lies askew, from lines drawn at a known angle."""

from __future__ import annotations

import numpy as np
import pytest

from phases.common import ocr_skew

cv2 = pytest.importorskip("cv2")


def page(degrees: float) -> np.ndarray:
    """Lines of words (boxes of uneven height) that fall to the right by so many degrees."""
    made = np.full((1000, 800, 3), 255, dtype=np.uint8)
    for row in range(30):
        for column in range(9):
            top = 60 + 30 * row + (row * 7 + column * 5) % 3
            made[top : 72 + 30 * row, 60 + 80 * column : 60 + 80 * column + 40 + (row * column * 3) % 30] = 0
    turn = cv2.getRotationMatrix2D((400, 500), -degrees, 1.0)
    return np.asarray(cv2.warpAffine(made, turn, (800, 1000), borderValue=(255, 255, 255)))


@pytest.mark.parametrize("degrees", [0.0, 0.6, -1.4, 2.0, -4.0])
def test_the_angle_is_found_and_taken_back(degrees: float) -> None:
    found = ocr_skew.skew(page(degrees))
    assert abs(found - degrees) <= 0.15
    assert abs(ocr_skew.skew(ocr_skew.straightened(page(degrees), found))) <= 0.15


def test_a_straight_page_is_left_as_it_is() -> None:
    straight = page(0.0)
    assert ocr_skew.straightened(straight, ocr_skew.skew(straight)) is straight


def test_a_blank_page_has_no_angle() -> None:
    assert ocr_skew.skew(np.full((400, 300, 3), 255, dtype=np.uint8)) == 0.0
