"""Schemas as the services take them: the same shapes, and the rest in words."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from ace.providers.instance import instance
from ace.providers.narrow import all_required, fits, narrowed, worded

RICH: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "scores",
    "type": "object",
    "required": ["rows"],
    "additionalProperties": False,
    "properties": {
        "rows": {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {
                "type": "object",
                "required": ["id", "score", "tag"],
                "properties": {
                    "id": {"const": "a"},
                    "score": {"enum": [0, 1, 2], "description": "how good"},
                    "tag": {"$ref": "#/$defs/tag"},
                    "note": {"type": ["string", "null"], "maxLength": 20, "pattern": "^[a-z]"},
                    "when": {"oneOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
                },
            },
        }
    },
    "$defs": {"tag": {"type": "string", "minLength": 2}},
}
WORDS = {
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "anyOf",
    "$ref",
    "$defs",
    "description",
}


def words_of(schema: Any) -> set[str]:
    if not isinstance(schema, dict):
        return set()
    found = set(schema)
    for name in ("properties", "$defs"):
        for part in schema.get(name, {}).values():
            found |= words_of(part)
    for part in schema.get("anyOf", ()):
        found |= words_of(part)
    return found | words_of(schema.get("items"))


def test_only_what_both_services_take_is_left() -> None:
    assert fits(RICH)
    assert words_of(narrowed(RICH)) <= WORDS


def test_what_is_taken_away_is_said_in_words() -> None:
    rows = narrowed(RICH)["properties"]["rows"]
    assert rows["description"] == "(maxItems: 3, minItems: 1)"
    row = rows["items"]
    assert row["additionalProperties"] is False
    assert row["properties"]["id"] == {"type": "string", "enum": ["a"]}
    assert row["properties"]["score"] == {"type": "integer", "enum": [0, 1, 2], "description": "how good"}
    assert row["properties"]["tag"] == {"$ref": "#/$defs/tag"}
    assert row["properties"]["note"]["anyOf"][0] == {
        "type": "string",
        "description": "(maxLength: 20, pattern: ^[a-z])",
    }
    assert row["properties"]["note"]["anyOf"][1] == {"type": "null"}
    assert row["properties"]["when"]["anyOf"][0] == {"type": "string", "description": "(format: date)"}


def test_what_fits_the_full_schema_fits_the_narrow_one() -> None:
    for n in range(20):
        jsonschema.validate(
            instance({**RICH, "properties": {"rows": RICH["properties"]["rows"]}}, str(n)), narrowed(RICH)
        )


def test_narrowing_changes_nothing_that_it_was_given() -> None:
    before = json.dumps(RICH)
    narrowed(RICH)
    assert json.dumps(RICH) == before
    assert narrowed(narrowed(RICH)) == narrowed(RICH)


@pytest.mark.parametrize(
    "part",
    [
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"type": "object"},
        {"patternProperties": {"a": {}}},
        {"type": "array", "prefixItems": [{"type": "integer"}]},
        {"not": {"type": "string"}},
        {"allOf": [{"type": "string"}]},
        {"$ref": "#/definitions/a"},
        {"enum": [1, "a"]},
        {},
        True,
    ],
    ids=str,
)
def test_a_part_that_cannot_be_asked_for_makes_the_whole_unfit(part: Any) -> None:
    whole = {"type": "object", "properties": {"x": {"type": "array", "items": part}}, "required": ["x"]}
    assert not fits(whole)


def test_only_objects_and_no_circles() -> None:
    assert not fits({"type": "array", "items": {"type": "string"}})
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/other"}}}
    other = {"type": "object", "properties": {"back": {"$ref": "#/$defs/node"}}}
    top = {"type": "object", "properties": {"first": {"$ref": "#/$defs/node"}}, "$defs": {"node": node, "other": other}}
    assert not fits(top)
    top["$defs"] = {"node": node, "other": {"type": "string"}}
    assert fits(top)


def test_whether_every_property_is_required() -> None:
    assert not all_required(RICH)
    strict = json.loads(json.dumps(RICH))
    strict["properties"]["rows"]["items"]["required"] += ["note", "when"]
    assert all_required(strict)


def test_a_schema_in_words_is_the_schema() -> None:
    text = worded(RICH)
    assert json.loads(text[text.index("{") :]) == RICH
