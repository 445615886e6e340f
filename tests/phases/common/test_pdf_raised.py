"""A raised digit is a mark of a footnote and no digit of the figure before it."""

from __future__ import annotations

from typing import Any

import pymupdf
import pytest

from phases.common.figures import find, read
from phases.common.pdf_words import read_page


def words(*pieces: tuple[float, float, float, str]) -> list[str]:
    """What is read of a page with these pieces: left, baseline, size, text."""
    with pymupdf.open() as document:
        page: Any = document.new_page()
        for left, base, size, text in pieces:
            page.insert_text((left, base), text, fontsize=size)
        return [word.text for word in read_page(page).words]


def behind(text: str, size: float = 10) -> float:
    return 100 + pymupdf.get_text_length(text, fontsize=size)


@pytest.mark.parametrize("figure", ["$24.56", "5,214,612", "12.3%", "(1,234)", "1.84x"])
def test_a_raised_digit_behind_a_figure_does_not_change_it(figure: str):
    (found,) = words((100, 100, 10, figure), (behind(figure), 96, 6.5, "2"))
    assert found == figure + "²"
    plain = read(figure)
    assert plain
    assert [(one.value, one.unit) for one in (read(found), *(inside for _, _, inside in find(found))) if one] == [
        (plain.value, plain.unit)
    ] * 2


def test_several_marks_and_marks_behind_names():
    assert words((100, 100, 10, "1,234"), (behind("1,234"), 96, 6, "1,2")) == ["1,234¹²"]
    assert words((100, 100, 10, "ADVENTURES"), (behind("ADVENTURES"), 96, 6, "12")) == ["ADVENTURES¹²"]


@pytest.mark.parametrize(
    ("base", "size"), [(100, 6.5), (96, 9.5), (103, 6.5)], ids=["on the baseline", "of the same size", "lowered"]
)
def test_digits_that_are_not_small_and_high_stay_what_they_are(base: float, size: float):
    assert words((100, 100, 10, "7,61"), (behind("7,61"), base, size, "2")) == ["7,612"]


def test_a_small_figure_of_its_own_stays_one():
    assert words((100, 100, 10, "Shares"), (160, 96, 6.5, "12")) == ["Shares", "12"]
