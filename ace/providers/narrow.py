"""A JSON Schema as the structured answers of Anthropic and OpenAI take it.

Both hold a model to types, enums, required properties, choices and references, and refuse most of the rest. What they
do not take (ranges, lengths, formats, patterns) moves into the description, where the model reads it; the answer is
checked against the full schema afterwards.
https://platform.claude.com/docs/en/build-with-claude/structured-outputs
https://platform.openai.com/docs/guides/structured-outputs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ace import jsonio
from ace.records import Json

Schema = Mapping[str, Any]
TAKEN = frozenset({"type", "properties", "required", "items", "enum", "const", "anyOf", "oneOf", "$ref", "$defs"})
NOTES = frozenset({"title", "description", "$schema", "$id", "$comment", "default", "examples", "additionalProperties"})
# Keywords that say which shapes there are; without them the schema would ask for something else.
SHAPES = frozenset(
    {"allOf", "not", "if", "then", "else", "patternProperties", "prefixItems", "propertyNames", "contains"}
    | {"dependentSchemas", "dependentRequired", "unevaluatedProperties", "unevaluatedItems", "definitions"}
)


class Held(NamedTuple):
    """How a service can be held to a schema: by its narrowed form, None where that would ask for something else; in
    OpenAI's strict mode; or by words."""

    shape: dict[str, Json] | None
    strict: bool
    words: str


def held(schema: Schema) -> Held:
    """Worked out once for each schema: a phase asks with the same one thousands of times."""
    return _held(jsonio.dumps(dict(schema)))


@lru_cache(maxsize=64)
def _held(content: bytes) -> Held:
    schema = jsonio.trusted_loads(content)
    shape = narrowed(schema) if fits(schema) else None
    return Held(shape, shape is not None and all_required(schema), worded(schema))


def fits(schema: Schema) -> bool:
    """Whether the narrowed schema asks for the same shapes: an object whose parts are all of the kinds taken."""
    return schema.get("type") == "object" and not _recursive(schema) and all(map(_plain, _parts(schema)))


def all_required(schema: Schema) -> bool:
    """Whether no property of any object is optional: OpenAI's strict mode knows no other."""
    objects = (part for part in _parts(schema) if "properties" in part)
    return all(set(part["properties"]) <= set(part.get("required", ())) for part in objects)


def narrowed(schema: Schema) -> dict[str, Json]:
    """The schema with only what both services take. Meant for schemas that `fits`."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return {"anyOf": [narrowed(_of_kind(schema, kind)) for kind in kinds]}
    kept: dict[str, Json] = {}
    if kind := kinds or _inferred(schema):
        kept["type"] = kind
    for word in ("anyOf", "oneOf"):
        if word in schema:
            kept["anyOf"] = [narrowed(part) for part in schema[word]]
    if "enum" in schema or "const" in schema:
        kept["enum"] = [*schema["enum"]] if "enum" in schema else [schema["const"]]
    if kind == "object":
        kept["properties"] = {name: narrowed(part) for name, part in schema.get("properties", {}).items()}
        kept["required"] = [*schema.get("required", ())]
        kept["additionalProperties"] = False
    if "items" in schema:
        kept["items"] = narrowed(schema["items"])
    if "$ref" in schema:
        kept = {"$ref": schema["$ref"]}
    if "$defs" in schema:
        kept["$defs"] = {name: narrowed(part) for name, part in schema["$defs"].items()}
    return _described(kept, schema)


def worded(schema: Schema) -> str:
    """Instructions for a model that cannot be held to a schema otherwise."""
    shape = jsonio.dumps(dict(schema)).decode()
    return f"\n\nAnswer with JSON and nothing else: no fences, no explanation. It must fit this JSON Schema:\n{shape}"


def _described(kept: dict[str, Json], schema: Schema) -> dict[str, Json]:
    rest = {word: value for word, value in schema.items() if word not in TAKEN | NOTES}
    said = [str(schema["description"])] if schema.get("description") else []
    said += [f"({', '.join(f'{word}: {value}' for word, value in sorted(rest.items()))})"] if rest else []
    if said and "$ref" not in kept:  # nothing may stand beside a reference
        kept["description"] = " ".join(said)
    return kept


def _parts(schema: Any) -> Iterator[Schema]:
    """The schema and every schema in it."""
    if not isinstance(schema, Mapping):
        yield {"not": schema}  # true and false are schemas, too, but none that can be asked for
        return
    yield schema
    for word in ("properties", "$defs"):
        for part in schema.get(word, {}).values():
            yield from _parts(part)
    for word in ("anyOf", "oneOf"):
        for part in schema.get(word, ()):
            yield from _parts(part)
    if "items" in schema:
        yield from _parts(schema["items"])


def _plain(part: Schema) -> bool:
    if SHAPES & part.keys() or part.get("additionalProperties", False) not in (False, None, True):
        return False
    kinds = part.get("type")
    is_object = "object" in (kinds if isinstance(kinds, list) else [kinds])
    if is_object and not part.get("properties"):
        return False  # an object with any keys: narrowed, it would be empty
    reference = part.get("$ref", "#/$defs/")
    return bool(
        str(reference).startswith("#/$defs/") and (kinds or _inferred(part) or {"anyOf", "oneOf", "$ref"} & part.keys())
    )


def _recursive(schema: Schema) -> bool:
    """Whether a definition leads back to itself."""
    definitions = schema.get("$defs", {})
    leads = {name: set(_references(part)) for name, part in definitions.items()}
    for name, first in leads.items():
        seen: set[str] = set()
        ahead = set(first)
        while ahead:
            one = ahead.pop()
            if one == name:
                return True
            if one not in seen:
                seen.add(one)
                ahead |= leads.get(one, set())
    return False


def _references(schema: Schema) -> Iterator[str]:
    return (str(part["$ref"]).removeprefix("#/$defs/") for part in _parts(schema) if "$ref" in part)


def _of_kind(schema: Schema, kind: str) -> Schema:
    """One of the types of a schema that allows several."""
    if kind == "null":
        return {"type": "null"}
    part = {**schema, "type": kind}
    if "enum" in part:
        part["enum"] = [value for value in part["enum"] if value is not None]
    return part


def _inferred(schema: Schema) -> str:
    """The type that all values of an enum have, or that the other keywords imply; "" when there is none."""
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    names = {bool: "boolean", int: "integer", str: "string", float: "number", type(None): "null"}
    kinds = {names.get(type(value), "") for value in values}
    if len(kinds) == 1:
        return kinds.pop()
    return "object" if "properties" in schema else "array" if "items" in schema else ""
