"""Numbers in text: value, unit, neighbours."""

from __future__ import annotations

import pytest

from phases.common.grounding_numbers import missing_numbers, numbers, same_value


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("It cost $1.2 million.", 1_200_000, "$"),
        ("It cost £187m in all.", 187_000_000, "£"),
        ("It cost 20 billion euros.", 20_000_000_000, "€"),
        ("It has 12,575 users.", 12_575, ""),
        ("It grew 5% overnight.", 5, "%"),
        ("It grew 5.5 per cent.", 5.5, "%"),
        ("It opened on the 21st.", 21, ""),
        ("It closes at 6pm.", 6, "pm"),
        ("Es kostet 5,99 Euro.", 5.99, "€"),
        ("A 70B model.", 70e9, ""),
    ],
)
def test_a_number_is_read_with_its_magnitude_and_unit(text: str, value: float, unit: str) -> None:
    (found,) = numbers(text)
    assert found.value == pytest.approx(value)
    assert found.unit == unit


def test_numbers_inside_names_are_not_numbers() -> None:
    assert numbers("GPT-4 and Covid-19 on an H100.") == []


def test_numbers_in_words_are_read_on_request() -> None:
    assert numbers("Five of two million users.") == []
    assert [number.value for number in numbers("Five of two million users.", spelled=True)] == [5, 2_000_000]


def test_values_agree_across_notations_but_not_across_units() -> None:
    def one(text: str) -> object:
        return numbers(text)[0]

    assert same_value(one("$1.2 million"), one("$1,200,000"))  # type: ignore[arg-type]
    assert same_value(one("6 pm"), one("6pm"))  # type: ignore[arg-type]
    assert not same_value(one("$5m"), one("£5m"))  # type: ignore[arg-type]
    assert not same_value(one("5%"), one("$5"))  # type: ignore[arg-type]


def test_a_number_belongs_to_the_noun_beside_it() -> None:
    source = ["The plant employs 40 engineers and stores 900 batteries in a hall."]
    assert missing_numbers("It stores 900 batteries.", source, source, reworded=False) == []
    (problem,) = missing_numbers("It has 900 windows.", source, source, reworded=False)
    assert "beside other words" in problem


def test_a_copied_sentence_may_not_take_its_number_from_elsewhere() -> None:
    source = ["The plant employs 40 engineers.", "A rival plant employs 75 engineers."]
    taken = missing_numbers("The plant employs 75 engineers.", source[:1], source, reworded=False)
    assert "not in the sentence it was taken from" in taken[0]
    assert missing_numbers("Engineers: 75 at a rival.", source[:1], source, reworded=True) == []


def test_a_number_written_as_a_word_in_the_source_is_found() -> None:
    source = ["Seven people were hurt."]
    assert missing_numbers("7 people were hurt.", source, source, reworded=False) == []
