"""What is taken out of an extractor's text and what is put back, by where the lines stand in the page."""

from __future__ import annotations

import pytest
from lxml import html

from phases.common.article_text import link_lines_share, refine
from phases.common.page_blocks import BlockIndex, index_blocks
from phases.common.page_meta import PageMeta

FIRST = "The harbour of Ghent tested nine cranes that steer themselves on Monday, said its director."
SECOND = "None of the nine needed a hand, although two of them stopped for a gull on the quay."
THIRD = "Ships will be unloaded by them from March on, if the insurers of the port agree to it."
OTHER = "Across the border, a bakery has begun to sell bread by weight, as it did a century ago."


def page(body: str, head: str = "") -> tuple[BlockIndex, PageMeta]:
    tree = html.document_fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    meta = PageMeta(tree)
    return index_blocks(tree), meta


def refined(lines: list[str], body: str, head: str = "") -> list[str]:
    return refine("\n".join(lines), *page(body, head)).split("\n")


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def test_a_paragraph_of_the_same_kind_that_was_missed_comes_back_in_its_place() -> None:
    body = f"<div class='a'>{paragraphs(FIRST, SECOND)}</div><hr><div class='a'>{paragraphs(THIRD)}</div>"
    assert refined([FIRST, THIRD], body) == [FIRST, SECOND, THIRD]
    assert refined([FIRST, SECOND], body) == [FIRST, SECOND, THIRD]


def test_paragraphs_of_another_kind_stay_out() -> None:
    body = f"<div class='a'>{paragraphs(FIRST, SECOND)}</div><div class='teaser'>{paragraphs(OTHER)}</div>"
    assert refined([FIRST, SECOND], body) == [FIRST, SECOND]


def test_lines_of_the_next_article_go() -> None:
    body = f"<article>{paragraphs(FIRST, SECOND)}</article><article><h2>Bread</h2>{paragraphs(OTHER)}</article>"
    assert refined([FIRST, SECOND, OTHER], body) == [FIRST, SECOND]


def test_a_dateline_before_and_labels_after_the_text_go() -> None:
    lines = ["By Ada Ferry", "21 November", FIRST, SECOND, "Topics", "Harbours"]
    assert refined(lines, paragraphs(*lines)) == [FIRST, SECOND]


def test_a_list_at_the_end_stays() -> None:
    lines = [FIRST, SECOND, "Crane one", "Crane two", "Crane three", "Crane four"]
    assert refined(lines, paragraphs(*lines)) == lines


def test_a_paragraph_that_is_a_link_goes_but_a_linked_heading_stays() -> None:
    body = f"{paragraphs(FIRST)}<p><a href='/x'>All about the cranes of Ghent</a></p><h2><a href='/y'>The gull</a></h2>"
    lines = [FIRST, "All about the cranes of Ghent", "The gull", SECOND]
    assert refined(lines, body + paragraphs(SECOND)) == [FIRST, "The gull", SECOND]
    share = link_lines_share("\n".join(lines), page(body)[0])
    assert share == pytest.approx(len(lines[1]) / len("\n".join(lines)))


def test_a_line_that_a_menu_repeats_is_still_a_paragraph() -> None:
    body = f"<ul><li><a href='/'>{SECOND}</a></li></ul>{paragraphs(FIRST, SECOND)}"
    assert refined([FIRST, SECOND], body) == [FIRST, SECOND]


def test_a_standfirst_counts_only_between_heading_and_text() -> None:
    head = f"<meta name='description' content='{OTHER}'>"
    above = f"<h1>Cranes</h1><div>{OTHER}</div>{paragraphs(FIRST, SECOND)}"
    below = f"<h1>Cranes</h1>{paragraphs(FIRST, SECOND)}<div>{OTHER}</div>"
    assert refined([FIRST, SECOND], above, head) == [OTHER, FIRST, SECOND]
    assert refined([FIRST, SECOND], below, head) == [FIRST, SECOND]


def test_nothing_gives_nothing() -> None:
    assert refine("", *page("<p></p>")) == ""
