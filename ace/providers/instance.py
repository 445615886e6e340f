"""A value that fits a JSON Schema, the same for the same seed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ace.records import Json

WORDS = ("agency", "budget", "chip", "forecast", "grid", "harvest", "journal", "market", "orbit", "sensor", "yield")
DEEP = 6  # levels; below, optional properties and items are left out, so that schemas that refer to themselves end
TEXT_WORDS = 6
SPAN = 10  # how far above a lone minimum a number may lie
LEAST_STEP = 0.001
FORMATS = {
    "date": "2026-11-22",
    "date-time": "2026-11-22T03:15:00Z",
    "time": "03:15:00Z",
    "uri": "https://example.org/item",
    "email": "somebody@example.org",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
Schema = Mapping[str, Any]


def instance(schema: Schema, seed: str, ids: Sequence[str] = ()) -> Json:
    """The common keywords hold: types, enums, ranges, lengths, required, references, the first way of a choice.

    With `ids`, a list of objects that have an `id` gets one for each of them. Not held: `pattern`, `not`, `if`,
    `dependent*`; script an answer for such a schema.
    """
    return _Maker(schema, random.Random(seed), ids).make(schema, 0)


def sentence(words: int, seed: str) -> str:
    """So many words that mean nothing."""
    chosen = random.Random(seed).choices(WORDS, k=words)
    return " ".join(chosen).capitalize() + "."


class _Maker:
    def __init__(self, root: Schema, dice: random.Random, ids: Sequence[str]) -> None:
        self._root, self._dice, self._ids = root, dice, ids

    def make(self, schema: Any, level: int) -> Json:
        if not isinstance(schema, Mapping):  # true: anything will do
            return None
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._dice.choice(schema["enum"])
        return self._of_kind(_kind(schema), schema, level)

    def _of_kind(self, kind: str, schema: Schema, level: int) -> Json:
        makers: dict[str, Callable[[], Json]] = {
            "object": lambda: self._object(schema, level),
            "array": lambda: self._array(schema, level),
            "integer": lambda: self._number(schema, whole=True),
            "number": lambda: self._number(schema, whole=False),
            "boolean": lambda: self._dice.choice((True, False)),
            "string": lambda: self._text(schema),
            "null": lambda: None,
        }
        return makers[kind]()

    def _resolved(self, schema: Schema) -> Schema:
        """The schema with its reference followed, the parts of `allOf` in it, and the first way of a choice taken."""
        while True:
            if "$ref" in schema:
                rest = {name: value for name, value in schema.items() if name != "$ref"}
                schema = _merged(self._at(schema["$ref"]), rest)
                continue
            word = next((word for word in ("allOf", "anyOf", "oneOf") if schema.get(word)), "")
            if not word:
                return schema
            chosen = schema[word] if word == "allOf" else schema[word][:1]
            schema = {name: value for name, value in schema.items() if name != word}
            for part in chosen:
                schema = _merged(schema, part)

    def _at(self, reference: str) -> Schema:
        found: Any = self._root
        for step in reference.removeprefix("#").strip("/").split("/"):
            if step:
                found = found[step.replace("~1", "/").replace("~0", "~")]
        return dict(found)

    def _object(self, schema: Schema, level: int) -> Json:
        required = schema.get("required", ())
        properties = schema.get("properties", {})
        names = [*(name for name in properties if level < DEEP or name in required)]
        names += [name for name in required if name not in properties]
        return {name: self.make(properties.get(name, {"type": "string"}), level + 1) for name in names}

    def _array(self, schema: Schema, level: int) -> Json:
        first = schema.get("prefixItems", [])
        least = max(schema.get("minItems", 0), len(first))
        length = least if level >= DEEP else max(least, min(2, schema.get("maxItems", 2)))
        made = [self.make(one, level + 1) for one in first[:length]]
        rest = schema.get("items", {"type": "string"})
        if self._ids and isinstance(rest, Mapping) and _has_free_id(self._resolved(rest)):
            return [{**self.make(rest, level + 1), "id": one} for one in self._ids[: schema.get("maxItems")]]
        for _ in range(200 * length):  # few tries are enough unless items must differ and hardly can
            if len(made) >= length:
                break
            one = self.make(rest, level + 1)
            if not (schema.get("uniqueItems") and one in made):
                made.append(one)
        return made

    def _number(self, schema: Schema, *, whole: bool) -> Json:
        step = schema.get("multipleOf", 1 if whole else LEAST_STEP)
        low, high = _range(schema, step)
        if whole or "multipleOf" in schema:
            first, last = math.ceil(low / step), math.floor(high / step)
            number = self._dice.randint(first, max(first, last)) * step
            return int(number) if whole else number
        return round(self._dice.uniform(low, max(low, high)), 3)

    def _text(self, schema: Schema) -> str:
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        text = sentence(TEXT_WORDS, str(self._dice.random()))
        while len(text) < schema.get("minLength", 0):
            text += " " + sentence(TEXT_WORDS, str(self._dice.random()))
        return text[: schema.get("maxLength", len(text))]


def _has_free_id(schema: Schema) -> bool:
    wanted = schema.get("properties", {}).get("id", {})
    return isinstance(wanted, Mapping) and wanted.get("type") == "string" and "enum" not in wanted


def _kind(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind is None:
        kind = (
            "object" if "properties" in schema or "required" in schema else "array" if "items" in schema else "string"
        )
    return str(kind)


def _range(schema: Schema, step: float) -> tuple[Any, Any]:
    """The least and the greatest number that are allowed."""
    low = schema.get("minimum")
    high = schema.get("maximum")
    if "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + step
    if "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - step
    if low is None:
        low = 0 if high is None else min(0, high - SPAN)
    return low, low + SPAN if high is None else high


def _merged(one: Schema, other: Schema) -> Schema:
    """Both together; properties and required names of both."""
    both = {**one, **other}
    if "properties" in one and "properties" in other:
        both["properties"] = {**one["properties"], **other["properties"]}
    if "required" in one and "required" in other:
        both["required"] = [*dict.fromkeys([*one["required"], *other["required"]])]
    return both
