"""Whatever text comes in, a Markdown reader shows its characters and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from phases.common.markdown import inline, link, safe_url, table
from phases.common.text import scrub

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PIECES = [*"\\`*_{}[]()<>#+-.!|&~^$@:=\"'/;1a \n\t\u202eé", "&lt;", "http://", "www.", "1.", "<b>", "](", "---"]
NASTY = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)
EXAMPLES = (
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "![x](http://evil.example/pixel.png)",
    "# heading ## #",
    "- item",
    "1. item",
    "12) item",
    "> quote",
    "```\ncode",
    "*a* __b__ ~~c~~ `d`",
    "a | b | c",
    "&lt;b&gt; &#60;i&#62; AT&T",
    "<http://evil.example>",
    "[ref]: http://evil.example",
    "Setext\n===",
    "---",
    "+ plus",
    "back\\slash\\",
    "line\u2028break\r\nmore",
)


def shown(markdown: str) -> tuple[list[str], str]:
    """Types of everything but plain text in a piece of Markdown, and the text that a reader sees."""
    kinds, text = [], ""
    for block in READER.parse(markdown):
        if block.type not in ("paragraph_open", "paragraph_close", "inline"):
            kinds.append(block.type)
        for child in block.children or ():
            text += child.content
            if child.type not in ("text", "text_special"):
                kinds.append(child.type)
    return kinds, text


def one_line(text: str) -> str:
    return " ".join(scrub(text).split())


@pytest.mark.parametrize("text", EXAMPLES)
def test_known_tricks_stay_text(text: str) -> None:
    assert shown(inline(text)) == ([], one_line(text))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(NASTY)
def test_any_mixture_of_special_characters_stays_text(text: str) -> None:
    assert shown(inline(text)) == ([], one_line(text))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(NASTY)
def test_text_in_a_heading_a_link_and_a_table_changes_nothing_around_it(text: str) -> None:
    target = "https://ok.example/a"
    page = f"### {link('x' + text, target)}\n\n{table(('Head',), [('y' + inline(text),)])}\n\nEnd"
    tokens = READER.parse(page)
    kinds = [token.type for token in tokens if token.type.endswith("_open")]
    assert kinds == ["heading_open", "table_open", "thead_open", "tr_open", "th_open", "tbody_open", "tr_open", "td_open",
                     "paragraph_open"]  # fmt: skip
    children = [child for token in tokens for child in token.children or ()]
    assert [child.attrGet("href") for child in children if child.type == "link_open"] == [target]
    assert {child.type for child in children} <= {"text", "text_special", "link_open", "link_close"}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.org",
        "/relative",
        "",
        None,
        7,
        "http://",
        "https://user:secret@example.org/",
        "https://example.org/\nx",
        "https://example.org/\u202egpj",
        "http://[::1",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_addresses_that_are_not_plainly_http_are_refused(url: object) -> None:
    assert safe_url(url) is None
    assert link("text", url) == "text"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(NASTY)
def test_an_accepted_address_is_one_link_to_that_host(tail: str) -> None:
    markdown = link("text", "https://ok.example/" + tail)
    children = READER.parse(markdown)[1].children or []
    assert "".join(child.content for child in children) == "text"
    for child in children:
        if child.type == "link_open":
            assert str(child.attrGet("href")).startswith("https://ok.example/")


def test_spaces_parentheses_and_quotes_in_an_address_are_encoded() -> None:
    assert safe_url('https://example.org/a b_(c)"d') == "https://example.org/a%20b_%28c%29%22d"
    assert safe_url("https://example.org/?a=1&b=%20") == "https://example.org/?a=1&b=%20"


def test_bare_addresses_in_text_do_not_become_links_where_readers_make_them() -> None:
    assert inline("see https://evil.example and www.evil.example") == r"see https\://evil.example and www\.evil.example"


def test_ordinary_prose_is_left_as_it_is() -> None:
    text = "Nvidia's value rose by 3.5% (to $4tn) - a record; R&D grew, too!"
    assert inline(text) == text


def test_columns_of_numbers_are_set_to_the_right() -> None:
    assert table(("Step", "Articles"), [("Read", "106")]) == "| Step | Articles |\n| --- | ---: |\n| Read | 106 |"
