"""Words of a line reach as far as their ink, whatever the reading engine guessed."""

from __future__ import annotations

import numpy as np
import pytest

from phases.common import ocr_ink

pytest.importorskip("cv2")


def line(*inked: tuple[int, int], rule: int | None = None) -> np.ndarray:
    """A white line, 20 pixels high and 200 wide, with ink from x0 to x1."""
    made = np.full((20, 200, 3), 255, dtype=np.uint8)
    for x0, x1 in inked:
        made[5:15, x0:x1] = 0
    if rule is not None:
        made[rule : rule + 2] = 0
    return made


def test_words_are_cut_in_the_white_between_them() -> None:
    assert ocr_ink.extents(line((20, 60), (110, 190)), [(30, 50), (115, 180)]) == [(20, 60), (110, 190)]


def test_letters_of_one_word_stay_together() -> None:
    found = ocr_ink.extents(line((20, 30), (34, 44), (48, 60), (90, 120)), [(25, 55), (95, 115)])
    assert found == [(20, 60), (90, 120)]


@pytest.mark.parametrize("height", [18, 15])
def test_a_rule_under_the_words_is_no_ink(height: int) -> None:
    assert ocr_ink.extents(line((20, 60), (110, 190), rule=height), [(30, 50), (115, 180)]) == [(20, 60), (110, 190)]


def test_the_end_of_the_line_beside_it_is_not_of_the_word() -> None:
    assert ocr_ink.extents(line((0, 2), (20, 60), (110, 190), (197, 200)), [(30, 50), (115, 180)]) == [
        (20, 60),
        (110, 190),
    ]


def test_white_letters_on_a_dark_band_are_letters() -> None:
    assert ocr_ink.extents(255 - line((20, 60), (110, 190)), [(30, 50), (115, 180)]) == [(20, 60), (110, 190)]


def test_where_no_white_is_seen_the_letters_say_where() -> None:
    (first, second) = ocr_ink.extents(line((0, 200)), [(30, 50), (115, 180)])
    assert first == (30 - 6, 50 + 6)
    assert second == (115 - 6, 180 + 6)
