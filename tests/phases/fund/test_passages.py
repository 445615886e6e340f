"""Sentences out of the words of pages, and where they stand."""

from __future__ import annotations

from phases.fund import passages
from tests.phases.fund.made import chunks, document, page


def of(*lines: str, kind: str = "narrative") -> list[passages.Passage]:
    found = document(*lines)
    return passages.passages(found["pages"], chunks(found, "Head", kind)["chunks"])


def test_a_word_broken_at_a_line_s_end_is_whole_and_a_compound_keeps_its_hyphen():
    (one,) = of("The semi-", "conductor market grew year-", "over-year by a long-", "term trend.")
    assert one.text == "The semiconductor market grew year-over-year by a long-term trend."


def test_sentences_know_their_page_box_and_heading():
    (one,) = of("First one here. Second", "one there.")
    first, second = passages.sentences(one)
    assert (first.text, second.text) == ("First one here.", "Second one there.")
    assert first.heading == "Head"
    assert one.text[second.start :].startswith("Second")
    left, top, right, bottom = second.bbox
    assert (top, bottom) == (60.0, 84.0)  # it runs over two lines
    assert left < right


def test_a_stretch_over_two_pages_has_the_box_of_the_first():
    found = document("Goes on")
    found["pages"].append(page("over there.", number=2))
    (one,) = passages.passages(found["pages"], chunks(found)["chunks"])
    assert one.where(0, len(one.text))[0] == 1
    assert one.where(0, len(one.text))[1][3] == 70.0


def test_tables_are_no_running_text():
    assert of("A line.", kind="table") == []
