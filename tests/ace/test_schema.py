"""Schemas: the compiled validator and the reference implementation give the same verdicts, on every schema that ships."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ace import schema
from ace.errors import ConfigError, OutputError

SHIPPED = sorted(schema.ROOT.glob("**/*.schema.json"))
SAMPLES_PER_SCHEMA = 60


def made(document: Any, tmp_path: Path) -> schema.Schema:
    path = tmp_path / "x.schema.json"
    path.write_text(json.dumps(document))
    return schema.load(path)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name.partition('.')[0]}")
def test_both_validators_agree_on_values_that_fit_and_on_values_that_do_not(path: Path) -> None:
    loaded = schema.load(path)
    document = json.loads(loaded.content)
    reference = jsonschema.Draft202012Validator(document)
    chance = random.Random(path.name)
    verdicts = set()
    for value in samples(document, chance):
        fits = reference.is_valid(value)
        verdicts.add(fits)
        assert accepts(loaded, value) is fits, json.dumps(value)[:500]
    assert verdicts == {True, False}, "the samples of this schema are all valid or all invalid"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name.partition('.')[0]}")
def test_every_schema_is_one_and_is_named_after_its_place(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    if path.parent != schema.ROOT:
        assert document["$id"] == f"ace:{path.parent.name}/{path.name.partition('.')[0]}/1"


def accepts(loaded: schema.Schema, value: Any) -> bool:
    try:
        schema.check(loaded, value)
    except OutputError:
        return False
    return True


def samples(document: Any, chance: random.Random) -> Iterator[Any]:
    """Values made from the schema itself, and each of them changed in one place."""
    for _ in range(SAMPLES_PER_SCHEMA // 3):
        value = fitting(document, document, chance)
        yield value
        yield changed(value, chance)
        yield changed(value, chance)


def fitting(rule: Any, root: Any, chance: random.Random) -> Any:
    """A value that fits a schema, for the keywords that our schemas use."""
    if rule is True or rule == {}:
        return chance.choice([None, 1, "x", [], {}])
    if "$ref" in rule:
        target = root
        for part in rule["$ref"].removeprefix("#").strip("/").split("/"):
            target = target[part] if part else target
        return fitting(target, root, chance)
    for key in ("anyOf", "oneOf"):
        if key in rule:
            return fitting(chance.choice(rule[key]), root, chance)
    if "allOf" in rule:
        parts = [fitting(one, root, chance) for one in rule["allOf"]]
        own = _of_kind("object", rule, root, chance) if "properties" in rule or "required" in rule else {}
        return {key: value for part in [*parts, own] if isinstance(part, dict) for key, value in part.items()}
    if "const" in rule:
        return rule["const"]
    if "enum" in rule:
        return chance.choice(rule["enum"])
    kinds = rule.get("type", "object" if "properties" in rule else "string")
    return _of_kind(chance.choice(kinds) if isinstance(kinds, list) else kinds, rule, root, chance)


def _of_kind(kind: str, rule: Any, root: Any, chance: random.Random) -> Any:
    if kind == "object":
        known = rule.get("properties", {})
        required = rule.get("required", [])
        wanted = [key for key in known if key in required or chance.random() < 0.5]
        extra = rule.get("additionalProperties", True)
        filled = {key: fitting(known[key], root, chance) for key in wanted}
        filled |= {key: fitting(extra, root, chance) for key in required if key not in known}
        if isinstance(extra, dict) and "propertyNames" not in rule and chance.random() < 0.7:
            filled["some_key"] = fitting(extra, root, chance)
        return filled
    if kind == "array":
        most = min(rule.get("maxItems", 3), rule.get("minItems", 0) + 2)
        length = chance.randint(rule.get("minItems", 0), most)
        first = [fitting(one, root, chance) for one in rule.get("prefixItems", [])]
        return [*first, *(fitting(rule.get("items", True), root, chance) for _ in range(length - len(first)))]
    if kind in ("integer", "number"):
        low = rule.get("minimum", rule.get("exclusiveMinimum", -5) + 1 if "exclusiveMinimum" in rule else -5)
        high = rule.get("maximum", max(low, 10))
        return (
            chance.randint(int(low), int(high)) if kind == "integer" else chance.choice([low, high, (low + high) / 2])
        )
    if kind == "string":
        return _text(rule, chance)
    return {"boolean": chance.random() < 0.5, "null": None}[kind]


_MATCHING = (
    "",
    "x",
    "a1",
    "ai_x",
    "2026-11-22T03:15:00Z",
    "2026-11-22T03:15:00.123Z",
    "2026-11-22",
    "20261122_031500",
    "https://example.org/x",
    "md",
)


def _text(rule: Any, chance: random.Random) -> str:
    import re

    pattern = re.compile(rule.get("pattern", ""))
    candidates = [*_MATCHING, *("a" * length for length in (16, 40, 64))]
    low, high = rule.get("minLength", 0), rule.get("maxLength", 10**6)
    fits = [text for text in candidates if pattern.search(text) and low <= len(text) <= high]
    return chance.choice(fits) if fits else "x" * low


STRANGE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    1.0,
    -1,
    0.5,
    11,
    2**53,
    10**19,
    "",
    "x",
    "é\n",
    "2026",
    [],
    [1],
    {},
    {"id": 1},
)


def changed(value: Any, chance: random.Random) -> Any:
    """The value with one thing replaced, removed or added somewhere."""
    result = {"root": copy.deepcopy(value)}
    holder: Any = result
    key: Any = "root"
    while isinstance(holder[key], dict | list) and holder[key] and chance.random() < 0.75:
        holder = holder[key]
        key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
    action = chance.choice(["replace", "replace", "remove", "add"])
    if action == "remove" and holder is not result:
        del holder[key]
    elif action == "add" and isinstance(holder[key], dict):
        holder[key]["unheard_of"] = chance.choice(STRANGE)
    elif action == "add" and isinstance(holder[key], list):
        holder[key].append(chance.choice(STRANGE))
    else:
        holder[key] = chance.choice(STRANGE)
    return result.get("root")


LIMITED = {
    "$id": "ace:demo/limited/1",
    "type": "object",
    "additionalProperties": False,
    "required": ["items"],
    "properties": {
        "items": {
            "type": "array",
            "items": {"type": "object", "properties": {"score": {"type": "integer", "minimum": 0, "maximum": 10}}},
        }
    },
}


@pytest.mark.parametrize(
    ("value", "path", "reason"),
    [
        ({"items": [{"score": 3}, {"score": 11}]}, "items[1].score", "11 is greater than the maximum of 10"),
        ({"items": [{"score": True}]}, "items[0].score", "not of type 'integer'"),
        ({"items": {}}, "items", "not of type 'array'"),
        ({}, "the data", "'items' is a required property"),
        ({"items": [], "more": 1}, "the data", "Additional properties"),
        ([], "the data", "not of type 'object'"),
    ],
)
def test_what_does_not_fit_is_refused_with_path_and_rule(tmp_path: Path, value: Any, path: str, reason: str) -> None:
    with pytest.raises(OutputError) as caught:
        schema.check(made(LIMITED, tmp_path), value)
    assert caught.value.path == path
    assert reason in caught.value.message
    assert "ace:demo/limited/1" in caught.value.message


def test_what_fits_is_accepted(tmp_path: Path) -> None:
    schema.check(made(LIMITED, tmp_path), {"items": [{"score": 10}]})


def test_a_tuple_counts_as_an_array_and_is_not_blamed(tmp_path: Path) -> None:
    limited = made(LIMITED, tmp_path)
    schema.check(limited, {"items": ({"score": 1},)})
    with pytest.raises(OutputError) as caught:
        schema.check(limited, {"items": ({"score": 11},)})
    assert caught.value.path == "items[0].score"


def test_reformatting_a_schema_changes_nothing_and_a_new_rule_does(tmp_path: Path) -> None:
    path = tmp_path / "x.schema.json"
    path.write_text(json.dumps(LIMITED))
    before = schema.load(path)
    path.write_text(json.dumps(dict(reversed(LIMITED.items())), indent=4))
    assert schema.load(path).sha256 == before.sha256
    path.write_text(json.dumps(LIMITED | {"maxProperties": 1}))
    assert schema.load(path).sha256 != before.sha256


@pytest.mark.parametrize("text", ["", "{", "[]", '{"type": NaN}'])
def test_a_file_that_is_no_schema_is_a_configuration_error_that_names_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.schema.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"broken\.schema\.json"):
        schema.load(path)


def test_a_missing_schema_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        schema.load(tmp_path / "none.schema.json")


@pytest.mark.parametrize("document", [{"type": "strin"}, {"$ref": "#/$defs/none"}, {"minimum": "1"}])
def test_a_schema_that_makes_no_sense_is_a_configuration_error(tmp_path: Path, document: Any) -> None:
    with pytest.raises(ConfigError, match="schema"):
        schema.check(made(document, tmp_path), {})
