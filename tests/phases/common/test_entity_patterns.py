"""Names by form and neighbours: versions, devices, chips, companies, people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phases.common import entity_patterns, gazetteer
from phases.common.gazetteer import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

LINK = "https://example.org"
KNOWN = gazetteer.compiled(
    [
        Entry("GPT", "model", (), "Language models.", LINK),
        Entry("GPT-4", "model", (), "A language model.", LINK),
        Entry("Llama", "model", (), "Language models.", LINK),
        Entry("Gemini", "model", (), "Language models.", LINK, ("Google",)),
        Entry("Qwen", "model", (), "Language models.", LINK),
        Entry("DeepSeek", "company", (), "Makes language models.", LINK),
        Entry("Windows", "product", (), "An operating system.", LINK),
    ]
)


def texts(text: str, spans: Iterable[entity_patterns.Span]) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.type) for span in spans]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("It runs Llama 3.1 405B now.", "Llama 3.1 405B"),
        ("It runs Gemini 1.5 Pro now.", "Gemini 1.5 Pro"),
        ("It runs GPT-4 Turbo now.", "GPT-4 Turbo"),
        ("It runs GPT-4.1 mini.", "GPT-4.1 mini"),
        ("It runs Qwen2.5-72B-Instruct.", "Qwen2.5-72B-Instruct"),
        ("It runs DeepSeek-V3.", "DeepSeek-V3"),
    ],
)
def test_a_version_belongs_to_the_name_of_its_family(text: str, name: str) -> None:
    assert texts(text, entity_patterns.find_versions(text, KNOWN)) == [(name, "model")]


@pytest.mark.parametrize(
    "text",
    ["Llama 3 million times", "Llama 2024 was fun", "Gemini 2 star charts", "DeepSeek 3 founders", "Llama 40% faster"],
)
def test_other_numbers_behind_a_family_are_no_version(text: str) -> None:
    assert texts(text, entity_patterns.find_versions(text, KNOWN)) == []


def test_devices_and_chips_are_products() -> None:
    text = "The RTX 4090 and the MI300X are chips; so is the B200, unlike the iPhone 15 Pro."
    found = texts(text, entity_patterns.find_products(text))
    assert sorted(found) == [(name, "product") for name in ("B200", "MI300X", "RTX 4090", "iPhone 15 Pro")]


def test_letters_and_digits_without_any_chip_nearby_are_no_product() -> None:
    assert texts("Take the A380 at gate B200.", entity_patterns.find_products("Take the A380 at gate B200.")) == []


def test_a_hyphenated_number_is_a_model_only_beside_a_word_said_of_models() -> None:
    text = "The open-weights Orca-2 is out."
    assert texts(text, entity_patterns.find_products(text)) == [("Orca-2", "model")]
    text = "A model of how COVID-19 spread"
    assert texts(text, entity_patterns.find_products(text)) == []


def test_what_a_thing_is_called_takes_the_kind_of_the_thing() -> None:
    text = "It opened an app called Blue Heron to all."
    assert texts(text, entity_patterns.find_products(text)) == [("Blue Heron", "product")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("She left Quiet River Inc. in May.", "Quiet River Inc"),
        ("In spring Ostrava, a small robotics startup, closed.", "Ostrava"),
        ("The chipmaker Tarn & Field grew.", "Tarn & Field"),
    ],
)
def test_legal_forms_and_descriptions_make_companies(text: str, name: str) -> None:
    assert (name, "company") in texts(text, entity_patterns.find_companies(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("So it is, Ada Brook said.", "Ada Brook"),
        ("analyst Jan van der Meer is unsure", "Jan van der Meer"),
        ("“No,” said Ruth O'Neill, laughing.", "Ruth O'Neill"),
        ("Lee Baker, a financial planner and founder of a firm", "Lee Baker"),
        ("Mr Brook agreed.", "Brook"),
    ],
)
def test_titles_roles_and_speaking_make_people(text: str, name: str) -> None:
    assert (name, "person") in texts(text, entity_patterns.find_people(text))


@pytest.mark.parametrize(
    "text", ["The Company said no.", "On Monday Google said", "Grass Media, which sells seed, said", "New York said no"]
)
def test_what_is_no_person_does_not_become_one_by_speaking(text: str) -> None:
    assert not [name for name, _ in texts(text, entity_patterns.find_people(text)) if "Google" not in name]
