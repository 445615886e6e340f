"""Which sentences of a page may be quoted."""

from __future__ import annotations

import pytest

from phases.common.sentence_kinds import has_open_quotation, is_complete, is_dangling, kind


@pytest.mark.parametrize(
    "sentence",
    [
        "Sign up for our morning letter and never miss a story.",
        "We use cookies to improve your visit.",
        "Photo: Ada Example/Getty Images.",
        "By Ada Lovelace",
        "Reporting by Jo Roe in Lima; editing by Al Poe.",
        "© 2026 Example Media. All rights reserved.",
        "3 Ada Roe 2219 0 0 3 14 19",
        "Click here to read the whole report.",
    ],
)
def test_what_surrounds_an_article_is_boilerplate(sentence: str) -> None:
    assert kind(sentence) == "boilerplate"


@pytest.mark.parametrize(
    "sentence",
    [
        "By far the most useful part is the battery.",
        "Sales of online advertising rose by a tenth.",
        "The price jumped from $10,000 in 2020 to $68,000 by November 2021.",
        "The firm said users would have to sign up before the test.",
        "新しいモデルは今日発表された。",
    ],
)
def test_prose_is_not_mistaken_for_boilerplate(sentence: str) -> None:
    assert kind(sentence) == "prose"


def test_questions_and_headings_are_told_apart_from_prose() -> None:
    assert kind("What happens next to the plant?") == "question"
    assert kind("The road ahead for small models") == "fragment"
    assert kind("An odd list.") == "fragment"


def test_a_pronoun_without_its_noun_dangles() -> None:
    assert is_dangling("He said the plan was ready.")
    assert is_dangling("However, the price stayed the same.")
    assert is_dangling("“We are ready,” she said.")
    assert not is_dangling("Ada Roe said the plan was ready.")
    assert not is_dangling("There is no plan for a second plant.")


def test_a_sentence_is_complete_with_its_end_mark_even_inside_quotes() -> None:
    assert is_complete("It works.”")
    assert is_complete("Cut at a clause…")
    assert not is_complete("It works, but")


def test_half_a_quotation_is_seen() -> None:
    assert has_open_quotation("“We began early.")
    assert has_open_quotation('It is late," he said.')
    assert not has_open_quotation("“We began early,” he said.")
