"""Whether an article is about AI: what shows it, and what does not."""

from __future__ import annotations

import pytest

from phases.news.subject import actors, subject


def value(title: str = "Rain tomorrow", lead: str = "", source: str = "Gazette", text: str = "") -> float:
    return subject({"title": title, "lead": lead, "source": source, "text": text}).value


@pytest.mark.parametrize(
    "title", ["AI helps farmers", "A new language model", "Qwen3.5 in all sizes", "Chatbots at school", "GPT-6 is here"]
)
def test_a_term_of_the_field_in_the_title_is_the_subject(title: str) -> None:
    assert value(title) == 1.0


@pytest.mark.parametrize(
    "title", ["She said it rained", "Maintenance of chairs", "Fair prices", "The agenda of the court"]
)
def test_parts_of_words_are_not_the_subject(title: str) -> None:
    assert value(title) == 0.0


def test_ambiguous_terms_show_less_than_terms_of_the_field() -> None:
    assert 0 < value("Estate agents hope") < value("OpenAI hopes")


def test_a_source_named_after_the_subject_vouches_for_a_vague_title() -> None:
    assert value("A letter to everyone", source="Anthropic News") > value("A letter to everyone", source="Gazette")


def test_passing_remarks_in_a_text_are_not_the_subject() -> None:
    assert value(text="It rained. AI was mentioned once.") == 0.0
    assert value(text="AI wrote it. Then AI read it. Then AI sold it.") > 0.0


def test_evidence_names_place_and_term() -> None:
    assert subject({"title": "OpenAI hopes", "lead": "", "source": "", "text": ""}).evidence == ("title: openai",)


def test_actors_keep_their_spelling_and_are_named_once() -> None:
    assert actors("Apple and Meta, then Apple") == ["Apple", "Meta"]
    assert actors("an apple, a metaphor, Metadata") == []
