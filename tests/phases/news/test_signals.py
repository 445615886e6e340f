"""Evidence in texts: what is found, that it stands there, and that hostile text costs no time."""

from __future__ import annotations

from typing import Any

import pytest

from phases.news import signals


def article(title: str = "", lead: str = "", text: str = "", url: str = "https://gazette.example/1") -> dict[str, Any]:
    return {"title": title, "lead": lead, "text": text, "url": url}


@pytest.mark.parametrize(
    ("text", "amount", "phrase"),
    [
        ("raises $65B at once", 65e9, "$65B"),
        ("a €1.5 billion plan", 1.5e9, "€1.5 billion"),
        ("paid £2,500 and US$3 million", 3e6, "US$3 million"),
        ("costs ¥100 million", 1e6, "¥100 million"),
        ("a 5-year plan", 0.0, ""),
    ],
)
def test_the_largest_sum_is_read_with_its_unit(text: str, amount: float, phrase: str) -> None:
    assert signals.largest_sum(text) == (pytest.approx(amount), phrase)


def test_a_letter_after_a_sum_is_a_unit_only_when_it_stands_alone() -> None:
    assert signals.largest_sum("$5 bananas") == (5.0, "$5")


def test_reach_needs_people_or_firms() -> None:
    assert signals.largest_reach("used by 276,000 employees")[0] == 276_000
    assert signals.largest_reach("2.5 million weekly users")[0] == 2.5e6
    assert signals.largest_reach("4 million tokens") == (0.0, "")


def test_quotations_are_passages_not_the_text_between_them() -> None:
    text = 'He said "this is a rather long remark" and left. "And here is one more remark" she said.'
    assert signals.quotations(text) == ['"this is a rather long remark"', '"And here is one more remark"']


def test_speakers_have_two_names_and_a_verb_of_saying() -> None:
    text = "Mara Lindqvist said no. According to experts, yes, according to Piet van Dam. Rain, said nobody."
    assert signals.speakers(text) == ["Mara Lindqvist"]


def test_hedges_and_bait_are_found() -> None:
    assert signals.hedges("It reportedly works, people familiar with it hope") == ["reportedly", "people familiar with"]
    assert signals.bait("This insane tool changes everything!!") == ["insane", "changes everything", "!!"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("price", "It costs $15 per million output tokens."),
        ("price", "€20 per month"),
        ("availability", "The model is available today in Europe."),
        ("code or interface", "Weights are on Hugging Face under an MIT licence."),
        ("deadline", "The rule takes effect in spring."),
        ("deadline", "Apply by 12 March."),
        ("instruction", "Users should upgrade to the new release."),
    ],
)
def test_what_a_reader_can_act_on_is_found_by_kind(kind: str, text: str) -> None:
    assert list(signals.actions(text))[:1] == [kind] or kind in signals.actions(text)


def test_a_past_date_is_no_deadline() -> None:
    assert "deadline" not in signals.actions("The company said on 12 March that it rained.")


@pytest.mark.parametrize(
    ("url", "title", "first_hand"),
    [
        ("https://www.anthropic.com/news/x", "A letter", True),
        ("https://blog.google/x", "A letter", True),
        ("https://developers.googleblog.com/x", "A letter", True),
        ("https://arxiv.org/abs/1", "A paper", True),
        ("https://www.nist.gov/x", "A standard", True),
        ("https://dagster.io/blog/x", "Introducing Dagster Labs", True),
        ("https://gazette.example/x", "Introducing Dagster Labs", False),
        ("https://sifted.eu/x", "A letter", False),
        ("https://notarxiv.org/x", "A paper", False),
        ("http://[broken", "A letter", False),
    ],
)
def test_first_hand_is_judged_by_the_host(url: str, title: str, first_hand: bool) -> None:
    assert bool(signals.primary_source(article(title=title, url=url))) == first_hand


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    long = article(text="rain " * 10_000 + "$9 billion")
    assert len(signals.whole(long)) == signals.MAX_CHARS
    assert signals.largest_sum(signals.whole(long)) == (0.0, "")


@pytest.mark.parametrize("unit", ['"', "“a ", "9", "9,999", "$1", "$9 per ", "Aa ", "said Aa ", "1 million aa ", "a."])
def test_repetition_of_any_pattern_s_parts_ends(unit: str) -> None:
    text = (unit * signals.MAX_CHARS)[: signals.MAX_CHARS]
    found = [signals.figures(text), signals.quotations(text), signals.speakers(text), signals.hedges(text)]
    assert all(" ".join(text.split()).count(phrase) for phrases in found for phrase in phrases[:3])
    assert isinstance(signals.actions(text), dict)
    assert signals.largest_sum(text)[0] >= 0
    assert signals.largest_reach(text)[0] >= 0
