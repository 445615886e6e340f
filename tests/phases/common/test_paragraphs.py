"""Lines put together to headings and paragraphs; words broken at a line's end put together again."""

from __future__ import annotations

import pytest

from phases.common.paragraphs import is_heading, joined, paragraphs, usual_height, vocabulary
from phases.common.pdf_lines import Line, line_of
from phases.common.pdf_words import Word

KNOWN = frozenset({"manufacturing", "cross", "device", "capital", "line"})


def line(text: str, y: float, height: float = 10.0, page: int = 1, x: float = 50.0) -> Line:
    words = []
    for part in text.split():
        words.append(Word(x, y, x + 5 * len(part), y + height, part, int(y)))
        x += 5 * len(part) + 3
    return line_of(page, int(y), words)


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        (["semiconductor manufac-", "turing tools"], "semiconductor manufacturing tools"),
        (["a cross-", "device business"], "a cross-device business"),
        (["one", "two"], "one two"),
        (["the Smith-", "Jones fund"], "the Smith- Jones fund"),
        (["unreal-", "ized gains"], "unrealized gains"),
        ([], ""),
    ],
)
def test_lines_are_joined_as_a_reader_does(texts: list[str], whole: str) -> None:
    assert joined(texts, KNOWN) == whole


def test_headings_paragraphs_and_page_numbers() -> None:
    page = [
        line("Market Commentary", 50, 14),
        line("Prices rose in the quarter and we", 80),
        line("expect them to rise further.", 92),
        line("A new paragraph begins after white.", 120),
        line("Page 3 of 9", 700),
    ]
    found = paragraphs(page, usual_height(page), vocabulary(page))
    assert [(one.heading, one.text) for one in found] == [
        (True, "Market Commentary"),
        (False, "Prices rose in the quarter and we expect them to rise further."),
        (False, "A new paragraph begins after white."),
    ]


def test_a_sentence_goes_on_over_a_column_and_a_page() -> None:
    texts = [line("which is why the fund has", 700), line("decided to wait for another year.", 60, page=2)]
    (one,) = paragraphs(texts, 10.0, frozenset())
    assert one.text == "which is why the fund has decided to wait for another year."


@pytest.mark.parametrize("text", ["PORTFOLIO UPDATES", "Portfolio Activity", "Fund Summary and Outlook"])
def test_titles_head_what_follows(text: str) -> None:
    assert is_heading(line(text, 50), 10.0)


@pytest.mark.parametrize(
    "text", ["We sold the company.", "in the second quarter", "Total assets,", "Note:", "12,345", "and so on and on"]
)
def test_other_short_lines_do_not(text: str) -> None:
    assert not is_heading(line(text, 50), 10.0)


def test_a_name_that_ends_in_a_legal_form_heads_a_section_and_a_bullet_or_a_label_none() -> None:
    assert is_heading(line("Bryn Sensors, Inc.", 50), 10)
    assert not is_heading(line("• Orrin Capital Partners", 50), 10)
    assert not is_heading(line("Auditor: Moor Adams LLP", 50), 10)


def test_a_line_of_names_inside_a_sentence_heads_nothing() -> None:
    page = [
        line("we were joined by Orrin Capital,", 50),
        line("Tern Advisors and Vale Ventures", 61),
        line("in the round.", 72),
    ]
    (one,) = paragraphs(page, usual_height(page), vocabulary(page))
    assert one.text == "we were joined by Orrin Capital, Tern Advisors and Vale Ventures in the round."


def test_a_line_that_ends_early_ends_its_paragraph_where_some_white_follows() -> None:
    page = [
        line("Funding for a growing company", 50),
        line("SEATTLE is where the company announced this today as well", 64),
    ]
    assert len(paragraphs(page, usual_height(page), vocabulary(page))) == 2
