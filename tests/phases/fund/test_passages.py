"""Sentences out of the words of pages, and where they stand."""

from __future__ import annotations

from phases.fund.document import passages
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


def test_a_sentence_ends_with_its_paragraph_and_a_label_with_its_line():
    found = document("Co-investors: Orrin and Vale", "Board seat: yes", "Sales rose", "Moor led the round.")
    handed = chunks(found)["chunks"]
    handed[0]["text"] = "Co-investors: Orrin and Vale Board seat: yes\n\nSales rose Moor led the round."
    (one,) = passages.passages(found["pages"], handed)
    assert [each.text for each in passages.sentences(one)] == [
        "Co-investors: Orrin and Vale",
        "Board seat: yes",
        "Sales rose Moor led the round.",
    ]


def test_a_paragraph_that_cannot_end_there_goes_on():
    found = document("The round was led by", "Orrin Capital.")
    handed = chunks(found)["chunks"]
    handed[0]["text"] = "The round was led by\n\nOrrin Capital."
    (one,) = passages.passages(found["pages"], handed)
    assert [each.text for each in passages.sentences(one)] == ["The round was led by Orrin Capital."]


def test_cells_of_a_table_are_no_sentence():
    (one,) = of("Company | Investors", "Bryn Foods | Orrin Capital")
    assert [each.text for each in passages.sentences(one)] == ["Company", "Investors", "Bryn Foods", "Orrin Capital"]


def test_no_line_stands_in_two_passages():
    found = document("One line here.", "Another line there.")
    handed = chunks(found)["chunks"] * 2
    assert len(passages.passages(found["pages"], handed)) == 1


def test_what_a_paragraph_opens_with_goes_with_its_sentences():
    (one,) = of("Exits. Trade sales doubled.")
    assert [each.lead_in for each in passages.sentences(one)] == ["", "Exits."]


def test_bullets_below_a_colon_are_one_sentence_with_every_letter_in_its_place():
    (one,) = of("Investors in the round are:", "• Orrin Capital", "• Vale; and", "• Tern")
    (said,) = passages.with_items(passages.sentences(one))
    assert said.text == "Investors in the round are:   Orrin Capital , Vale; and   Tern"
    assert len(said.text) == len(one.text)
