"""Made-up answers fit the schemas that phases use."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from ace.providers.instance import instance, sentence
from ace.providers.pretended import invented
from ace.providers.prompts import delimited

SCHEMAS: dict[str, dict[str, Any]] = {
    "enum": {"enum": [1, "two", None]},
    "const": {"const": {"a": [1]}},
    "range": {"type": "integer", "minimum": 3, "exclusiveMaximum": 5},
    "steps": {"type": "integer", "minimum": 1, "maximum": 20, "multipleOf": 5},
    "halves": {"type": "number", "minimum": 0.5, "maximum": 3, "multipleOf": 0.5},
    "below zero": {"type": "integer", "maximum": -4},
    "open number": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    "length": {"type": "string", "minLength": 500, "maxLength": 600},
    "short": {"type": "string", "maxLength": 3},
    "date": {"type": "string", "format": "date"},
    "nullable": {"type": ["null", "string"]},
    "all of": {"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}, {"required": ["a"]}]},
    "any of": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
    "tuple": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2},
    "set": {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True},
    "none": {"type": "array", "maxItems": 0},
    "undeclared": {"type": "object", "required": ["x"]},
    "tree": {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {"type": "object", "properties": {"below": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}
        },
    },
    "untyped": {"properties": {"a": {"items": {"type": "boolean"}}}},
    "anything": {"type": "object", "properties": {"x": True}},
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_an_instance_fits_its_schema(name: str) -> None:
    for n in range(20):
        jsonschema.validate(instance(SCHEMAS[name], str(n)), SCHEMAS[name])


def test_a_list_of_items_is_about_the_items_of_the_question() -> None:
    row = {"type": "object", "properties": {"id": {"type": "string"}, "score": {"enum": [1, 2]}}, "required": ["id"]}
    schema = {"type": "object", "properties": {"rows": {"type": "array", "items": row}}}
    items = [{"id": "x1", "title": "t"}, {"id": "x2", "title": "</data-0> [{}]"}]
    asked = f"{delimited('for whom')} Rate {delimited(json.dumps(items))}"
    assert [one["id"] for one in json.loads(invented(schema, "s", asked))["rows"]] == ["x1", "x2"]
    for other in ("", delimited("[1]"), delimited("[]"), json.dumps(items)):
        assert [one["id"] for one in json.loads(invented(schema, "s", other))["rows"]] != ["x1", "x2"]
    named = {**row, "properties": {"id": {"enum": ["a"]}}}
    assert instance({"type": "array", "items": named}, "s", ["x1"])[0]["id"] == "a"


def test_the_same_seed_makes_the_same_instance() -> None:
    made = [instance(SCHEMAS["length"], seed) for seed in "aab"]
    assert made[0] == made[1] != made[2]
    assert len(sentence(7, "s").split()) == 7
