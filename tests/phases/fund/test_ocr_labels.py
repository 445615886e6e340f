"""Misspelt words of labels are put right, and nothing else is touched."""

from __future__ import annotations

import pytest

from phases.fund.document.ocr_labels import mended


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("liabilitis", "liabilities"),
        ("Distrlbutions", "Distributions"),
        ("(Unrealizedd", "(Unrealizedd"),  # a word's end may be its grammar
        ("(Unreallized", "(Unrealized"),
        ("CONTRIBUTI0NS", "CONTRIBUTI0NS"),
        ("CONTRIBUTIQNS:", "CONTRIBUTIONS:"),
        ("Ausschüttungen", "Ausschüttungen"),
        ("Ausschuttungen", "Ausschüttungen"),
        ("contribution", "contribution"),
        ("Capitol", "Capitol"),
        ("1,234,567,890", "1,234,567,890"),
    ],
)
def test_a_long_word_with_one_wrong_letter_is_that_word(read: str, meant: str) -> None:
    assert mended(read) == meant
