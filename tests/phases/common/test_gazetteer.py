"""Known names are found by exact spelling, in context where they are ambiguous, and bad files are named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ace.errors import ConfigError
from phases.common import gazetteer
from phases.common.gazetteer import Entry

if TYPE_CHECKING:
    from pathlib import Path

NVIDIA = Entry("Nvidia", "company", ("NVIDIA",), "Makes chips.", "https://example.org/nvidia")
META = Entry("Meta", "company", ("Meta Platforms",), "Owns an app.", "https://example.org/meta", ("Facebook", "AI"))
MIT = Entry("MIT", "organisation", (), "A university.", "https://example.org/mit")
GPT = Entry("GPT-4", "model", (), "A model.", "https://example.org/gpt")
KNOWN = gazetteer.compiled([NVIDIA, META, MIT, GPT])


def names(text: str) -> list[str]:
    return [entry.name for _, _, entry in KNOWN.find(text)]


def row(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Acme",
        "type": "company",
        "aliases": [],
        "background": "Makes anvils.",
        "source": "https://example.org",
        **changes,
    }


def load(tmp_path: Path, *rows: Any) -> gazetteer.Gazetteer:
    file = tmp_path / "names.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    return gazetteer.load(file)


def test_an_alias_stands_for_the_entry() -> None:
    assert names("NVIDIA's chips, and Nvidia-made boards") == ["Nvidia", "Nvidia"]


def test_the_longest_name_at_one_place_is_found_once() -> None:
    found = KNOWN.find("Meta Platforms and its AI")
    assert [(start, end) for start, end, _ in found] == [(0, 14)]


@pytest.mark.parametrize(
    "text", ["The meta level", "nvidia", "Nvidian", "pre_Nvidia", "https://x.org/Nvidia", "@Nvidia"]
)
def test_parts_of_words_other_cases_and_addresses_are_not_names(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize("text", ["the MIT License", "an MIT-licensed tool", "MIT licence"])
def test_a_licence_is_not_its_university(text: str) -> None:
    assert names(text) == []


def test_a_version_is_not_an_older_version() -> None:
    assert names("GPT-4.1 and GPT-4o") == []
    assert names("GPT-4, or GPT-4.") == ["GPT-4", "GPT-4"]


def test_an_ambiguous_name_needs_one_of_its_context_words() -> None:
    assert names("Meta is a Greek word") == []
    assert names("Meta, once Facebook") == ["Meta"]


def test_a_file_with_two_owners_of_one_spelling_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'Acme' belongs to both"):
        load(tmp_path, row(), row(name="Other", aliases=["Acme"]))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"type": "firm"}, "type 'firm'"),
        ({"background": "x" * 161}, "161 characters"),
        ({"source": "http://example.org"}, "https"),
        ({"name": " Acme"}, "without spaces"),
        ({"colour": "red"}, "keys"),
    ],
)
def test_a_wrong_entry_is_named_with_its_file_and_number(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=r"names\.json, entry 2: ") as caught:
        load(tmp_path, row(name="First"), row(**changes))
    assert told in caught.value.message


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    file = tmp_path / "names.json"
    file.write_text("[", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"names\.json"):
        gazetteer.load(file)


def test_an_empty_gazetteer_finds_nothing() -> None:
    assert gazetteer.compiled([]).find("Nvidia") == []
