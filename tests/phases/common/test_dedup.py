"""Duplicates: copies and near-copies are found, rewritten reports and short texts are left alone."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from phases.common.dedup import Duplicate, duplicates

WORDS = [
    f"{first}{second}"
    for first in ("har", "mea", "lan", "cop", "orc", "vio")
    for second in ("bour", "dow", "tern", "per")
]


def text(seed: int, words: int = 300) -> str:
    """Running words in an order of their own: no two seeds share a run but by accident."""
    chooser = random.Random(seed)
    return " ".join(f"{chooser.choice(WORDS)}{chooser.randrange(40)}" for _ in range(words))


def test_texts_of_their_own_are_no_duplicates():
    assert duplicates([text(seed) for seed in range(20)]) == []


def test_an_exact_copy_points_to_the_first_text_whatever_its_case_and_spaces():
    copy = text(1).upper().replace(" ", "\n  ")
    assert duplicates([text(0), text(1), copy, text(1)]) == [Duplicate(2, 1, 1.0), Duplicate(3, 1, 1.0)]


def test_a_copy_with_a_line_more_is_nearly_the_same():
    (found,) = duplicates([text(1), text(2), text(1) + " This copy was taken over from another newspaper."])
    assert (found.index, found.of) == (2, 0)
    assert 0.8 <= found.similarity <= 1


def test_a_text_cut_short_is_found_in_the_long_one():
    (found,) = duplicates([text(1, 300), text(1, 150)])
    assert (found.index, found.of) == (1, 0)


def test_half_a_text_in_common_is_not_enough():
    mixed = " ".join(text(1).split()[:150] + text(2).split()[150:])
    assert duplicates([text(1), mixed]) == []


def test_short_texts_are_duplicates_only_when_equal():
    assert duplicates(["Subscribe to read on.", "Subscribe to read on today."]) == []
    assert duplicates(["Subscribe to read on.", " Subscribe to read on.\n"]) == [Duplicate(1, 0, 1.0)]


def test_empty_texts_are_never_duplicates():
    assert duplicates(["", " \n", "", text(1)]) == []


def test_a_third_copy_points_to_the_first_not_to_the_second():
    assert [found.of for found in duplicates([text(1), text(1) + " One more line.", text(1) + " Another line."])] == [
        0,
        0,
    ]


def test_scripts_without_spaces_are_compared_by_pieces():
    chooser = random.Random(7)
    first, second = ("".join(chr(chooser.randrange(0x4E00, 0x9000)) for _ in range(600)) for _ in range(2))
    assert [(found.index, found.of) for found in duplicates([first, second, "記者" + first])] == [(2, 0)]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=40) | st.integers(0, 3).map(text), max_size=8))
def test_whatever_the_texts_a_duplicate_points_back_to_an_original(texts):
    found = duplicates(texts)
    repeated = {each.index for each in found}
    assert all(each.of < each.index and each.of not in repeated and 0.8 <= each.similarity <= 1 for each in found)
    assert found == duplicates(texts)
