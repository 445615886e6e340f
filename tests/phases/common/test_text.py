"""Text basics: what comes in from the web or a PDF leaves clean; sentences and words are where a reader sees them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phases.common.text import nfc, scrub, scrubbed, sentences, shorten, slug, words

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


def test_lone_surrogates_and_controls_are_removed_and_counted() -> None:
    assert scrubbed("a\ud800b\x00c\x1b[31m\ufeff") == ("abc[31m", 4)


def test_a_pair_of_surrogates_is_the_character_that_it_stands_for() -> None:
    assert scrub("\ud83d\ude00") == "😀"


def test_every_kind_of_line_break_becomes_a_newline() -> None:
    assert scrub("a\r\nb\rc\u2028d\x85e\tf") == "a\nb\nc\nd\ne\tf"


def test_direction_overrides_that_disguise_names_are_removed() -> None:
    assert scrub("exe.\u202efdp") == "exe.fdp"


@given(ANY_TEXT)
def test_scrubbed_text_is_composed_encodes_and_stays_as_it_is(text: str) -> None:
    clean = scrub(text)
    assert json.loads(json.dumps(clean).encode()) == clean
    assert clean.encode("utf-8").decode() == clean
    assert clean == nfc(clean) == scrub(clean)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Ito met Mr. Jones. They spoke.", ["Dr. Ito met Mr. Jones.", "They spoke."]),
        ("J. K. Rao left. He won.", ["J. K. Rao left.", "He won."]),
        ("It rose 3.5 percent. Then it fell.", ["It rose 3.5 percent.", "Then it fell."]),
        ("It opens at 9 a.m. Monday. Come early.", ["It opens at 9 a.m. Monday.", "Come early."]),
        ("It moved to the U.S. The rest stayed.", ["It moved to the U.S.", "The rest stayed."]),
        ("The U.S. Senate voted. It passed.", ["The U.S. Senate voted.", "It passed."]),
        ("See No. 5 here. He said no. Nobody spoke.", ["See No. 5 here.", "He said no.", "Nobody spoke."]),
        ("Acme Inc. said so. The board agreed.", ["Acme Inc. said so.", "The board agreed."]),
        ("“We won.” The crowd left.", ["“We won.”", "The crowd left."]),
        ('"Is it?" she asked. Yes!', ['"Is it?" she asked.', "Yes!"]),
        ("Yahoo! shares rose. eBay fell.", ["Yahoo! shares rose.", "eBay fell."]),
        ("Wait... Go on. Done…", ["Wait...", "Go on.", "Done…"]),
        ("今日は晴れ。明日は「雨だ。」と言う！", ["今日は晴れ。", "明日は「雨だ。」", "と言う！"]),
        ("Am 15. Juni kam er, z.B. Dr. Roth. Es war 2004. Dann ging er.",
         ["Am 15. Juni kam er, z.B. Dr. Roth.", "Es war 2004.", "Dann ging er."]),
        ("1. First point. It goes on.", ["1. First point.", "It goes on."]),
        ("", []),
        (" \n\n ", []),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_sees_them_end(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_headings_bullets_and_paragraphs_end_a_sentence() -> None:
    text = "A heading\nThe text starts. It goes on\nover the line.\n\n- one\n- two"
    assert sentences(text) == ["A heading", "The text starts.", "It goes on over the line.", "- one", "- two"]


@given(ANY_TEXT)
def test_no_character_that_is_not_white_space_is_lost_in_sentences(text: str) -> None:
    clean = scrub(text)
    assert "".join("".join(sentences(clean)).split()) == "".join(clean.split())


def test_words_are_lower_case_without_punctuation_and_possessives() -> None:
    found = words("Apple's 1,200.5 e-mails don’t; GPT-4o 日本")
    assert found == ["apple", "1,200.5", "e", "mails", "don't", "gpt", "4o", "日", "本"]


def test_slugs_are_plain_ascii_and_distinct_for_other_scripts() -> None:
    assert slug("Zürich’s Straße – MIT") == "zurichs-strasse-mit"
    assert slug("東京") != slug("大阪")
    assert slug("東京").isascii()


@given(ANY_TEXT)
def test_a_slug_names_a_file_safely(text: str) -> None:
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug(text).strip("-")


def test_shortened_text_ends_at_a_word_with_an_ellipsis() -> None:
    assert shorten("The quick brown fox", 14) == "The quick…"
    assert shorten("short enough", 12) == "short enough"
    assert shorten("unbreakable", 5) == "unbr…"


@given(ANY_TEXT, st.integers(1, 40))
def test_shortened_text_is_never_longer_than_asked(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) <= limit
