"""Extracts: whole sentences of the source, in its order, in the wanted length or flagged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phases.common.summarise import summarise
from phases.common.text import nfc, scrub, sentences

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "news"
STORY = """The city of Varna will run its trams with a model that predicts how full every tram is, the council said.
The model was trained on four years of tram tickets and predicts the number of riders for every stop of the day.
Sign up for our newsletter to get stories like this one.
Is this the end of the timetable?
The council expects the model to save the city 2.4 million euros a year in energy for trams that would run empty.
Weather in the region was mild on the day of the announcement, and a small orchestra played in front of the hall.
He said that it would take some time to get used to.
Drivers of trams will see the predicted number of riders on a screen and may skip a stop where nobody waits.
The union of tram drivers said the model must not be used to measure how fast its members work.
A first test on line 6 predicted the riders of a tram correctly to within five people in nine of ten cases.
The council will publish the model and the ticket data, without names, so that other cities can test both.
""".strip()
WORD = st.sampled_from(
    ["model", "tram", "city", "data", "the", "of", "a", "predicts", "union", "energy", "été", "東京"]
)
SENTENCE = st.lists(WORD, min_size=1, max_size=40).map(lambda found: " ".join(found).capitalize() + ".")
TEXTS = st.lists(SENTENCE, max_size=30).map("\n".join)


def test_an_extract_is_whole_sentences_in_the_order_of_the_source() -> None:
    summary = summarise(STORY, title="City trams get a model that predicts riders")
    found = sentences(scrub(STORY))
    assert summary.status == "ok"
    assert 500 <= summary.chars <= 600
    assert list(summary.sentences) == sorted(set(summary.sentences))
    assert summary.text == " ".join(found[place] for place in summary.sentences)


def test_prompts_questions_and_the_orchestra_are_left_out() -> None:
    text = summarise(STORY, title="City trams get a model that predicts riders").text
    assert not any(word in text for word in ("Sign up", "timetable", "orchestra"))
    assert "predicts how full every tram is" in text


def test_excluded_sentences_are_not_used() -> None:
    first = summarise(STORY)
    second = summarise(STORY, exclude=first.sentences[:1])
    assert first.sentences[0] not in second.sentences
    assert 500 <= second.chars <= 600


def test_a_source_with_too_little_is_given_whole_and_flagged() -> None:
    text = "The model is small. It runs on a phone and answers in a second."
    summary = summarise(text)
    assert (summary.text, summary.status, summary.sentences) == (text, "too_short", (0, 1))


def test_nothing_gives_nothing() -> None:
    assert summarise("") == summarise("\n \n")
    assert summarise("").text == ""
    assert summarise("").status == "too_short"


def test_a_sentence_that_is_repeated_is_used_once() -> None:
    doubled = "\n".join(f"{line}\n{line}" for line in STORY.split("\n"))
    text = summarise(doubled).text
    assert len(sentences(text)) == len(set(sentences(text)))


def test_a_reworded_repetition_gives_way_to_something_new() -> None:
    again = "The council said the city of Varna will run its trams with a model that predicts how full each tram is."
    text = summarise(f"{STORY}\n{again}", title="City trams get a model that predicts how full every tram is").text
    assert text.count("how full") == 1


def test_sentences_that_are_all_too_long_are_cut_at_a_clause_and_flagged() -> None:
    clause = "the council of the city explained at length how the trams of line six are to be run by the model"
    text = f"{'; '.join([clause] * 9)}.\n{'; '.join([clause] * 8)}.".replace("the council", "The council", 1)
    summary = summarise(text)
    assert summary.status == "trimmed"
    assert 500 <= summary.chars <= 600
    assert summary.text.endswith("model…")


def test_a_single_endless_sentence_is_cut_even_without_spaces() -> None:
    summary = summarise("電車" * 500 + "。")
    assert (summary.status, summary.chars) == ("trimmed", 600)


def test_length_is_counted_on_composed_characters() -> None:
    decomposed = STORY.replace("e", "e\u0301")
    summary = summarise(decomposed)
    assert 500 <= summary.chars == len(nfc(summary.text)) <= 600


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_every_text_gives_the_wanted_length_or_a_flag_and_only_its_own_sentences(text: str) -> None:
    summary = summarise(text, title="model tram")
    found = sentences(scrub(text))
    assert summary.status != "ok" or 500 <= summary.chars <= 600
    assert summary.chars <= 600
    if summary.status != "trimmed":
        assert "".join(summary.text.split()) == "".join("".join(found[at] for at in summary.sentences).split())
    assert summarise(text, title="model tram") == summary


@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data/news beside the project")
def test_real_pages_in_many_languages_give_extracts_of_the_wanted_length() -> None:
    rows = json.loads((DATA / "pages_index.json").read_text(encoding="utf-8"))[::12]
    for row in rows:
        summary = summarise(row["text"], title=row.get("title") or "")
        assert 500 <= summary.chars <= 600 or (summary.status == "too_short" and len(row["text"]) < 600), row["file"]
