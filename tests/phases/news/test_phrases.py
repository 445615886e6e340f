"""Many phrases at once: whole words, plurals, hyphens, order, and no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phases.news.phrases import Phrases


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("court", "The COURT decided."),
        ("chip", "Chips from Dresden"),
        ("chips", "One chip from Dresden"),
        ("language model", "a new language model, of course"),
        ("language model", "two language models"),
        ("open source", "an open-source project"),
        ("open-source", "open source projects"),
        ("gpt-4", "GPT-4 is old"),
        ("apache 2.0", "under Apache 2.0."),
        ("ai", "“AI” again"),
        ("künstliche intelligenz", "Künstliche Intelligenz"),
        ("class", "a class of its own"),
    ],
)
def test_a_phrase_is_found(phrase, text):
    assert Phrases([phrase]).find(text) == [phrase]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("court", "courtship and courteous"),
        ("ai", "said the maid"),
        ("language model", "a model of language"),
        ("language model", "language, or a model"),
        ("class", "in the clas room"),
        ("gps", "a GP"),
        ("apache 2.0", "Apache 2.1"),
        ("court", ""),
    ],
)
def test_other_words_are_not(phrase, text):
    assert Phrases([phrase]).find(text) == []


def test_phrases_come_in_the_order_of_the_text_and_once():
    phrases = Phrases(["gamma", "alpha", "beta ray", "beta", "alpha"])
    assert phrases.find("Beta rays, alpha; beta and ALPHA") == ["beta ray", "beta", "alpha"]


@pytest.mark.parametrize("empty", ["", " ", "!?", "-"])
def test_a_phrase_without_words_is_never_found(empty):
    assert Phrases([empty, "rain"]).find("- !? rain") == ["rain"]
    assert Phrases([]).find("rain") == []


@given(
    st.lists(st.sampled_from(["rain", "snow", "chips", "rain snow", "x-ray", "agents"]) | st.text(max_size=8)),
    st.text(),
)
def test_what_is_found_is_among_the_phrases(phrases, text):
    found = Phrases(phrases).find(text)
    assert set(found) <= set(phrases)
    assert len(set(found)) == len(found)


@given(st.text(alphabet="abc éü-.", min_size=1, max_size=12), st.text(alphabet="xyz ,", max_size=8))
def test_every_phrase_is_found_in_a_text_that_holds_it(phrase, around):
    found = Phrases([phrase]).find(f"{around} {phrase} {around}")
    assert found == ([phrase] if any(char.isalpha() for char in phrase) else [])
