"""Paths into JSON, as `ace view --field` takes them. Pure.

articles[0].title                   an element by its place; -1 is the last
articles[].title                    of every element
articles[id=abc].analysis.text      of the one element whose id is abc
sources[status=timeout].name        of every element whose status is timeout
metadata.config."odd.key"           a name with dots or brackets is quoted

A path begins in the artifact's `data`; `metadata.` and `data.` begin where they say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ace.errors import UsageError
from ace.records import Data, Json
from ace.runs import nearest
from ace.views.safe import clean, shortened

ENVELOPE = ("metadata", "data")
SHOWN = 8  # known keys or ids named in a message
NAME_SHOWN = 60  # characters of each of them
_TOKEN = re.compile(
    r'\.?(?:"(?P<quoted>[^"]*)"|(?P<name>[^.\[\]"]+))'
    r'|\[(?:(?P<index>-?\d+)|(?P<key>[^=\[\]"]+)=(?:"(?P<text>[^"]*)"|(?P<value>[^\]]*)))?\]'
)
_ABSENT = object()


@dataclass(frozen=True)
class Step:
    """One step of a path: a name, a place, a filter (`key` and `name`), or every element."""

    kind: str  # name | index | where | every
    name: str = ""
    index: int = 0
    key: str = ""

    def __str__(self) -> str:
        inside = {"index": str(self.index), "where": f"{self.key}={self.name}", "every": ""}
        return f".{self.name}" if self.kind == "name" else f"[{inside[self.kind]}]"


@dataclass(frozen=True)
class Selection:
    """What a path leads to. With `many` the path went over a list: any number of values, else exactly one."""

    values: list[Json]
    many: bool

    @property
    def json(self) -> Json:
        return self.values if self.many else self.values[0]


def select(document: Mapping[str, Data], path: str) -> Selection:
    """The values at `path` in an artifact {metadata, data}. Raises UsageError naming what is there instead.

    Where the path goes over a list, an element without the key gives null; when no element has it, it is an error.
    """
    steps = parse(path)
    start: Json = document if steps[0].name in ENVELOPE else document["data"]
    values, many, said = [start], False, ""
    for step in steps:
        values, more = _follow(values, step, said or "the data", many=many)
        many, said = many or more, f"{said}{step}".removeprefix(".")
    return Selection([None if value is _ABSENT else value for value in values], many)


def parse(path: str) -> list[Step]:
    """The steps of a path. Raises UsageError pointing at what cannot be read."""
    steps, place = [], 0
    while place < len(path):
        match = _TOKEN.match(path, place)
        if match is None or match.end() == place or (path[place] not in ".[" and place):
            raise _unreadable(path, place)
        steps.append(_step(match))
        place = match.end()
    if not steps or steps[0].kind != "name":
        raise _unreadable(path, 0)
    return steps


def _step(match: re.Match[str]) -> Step:
    found = match.groupdict()
    if (name := found["quoted"] if found["quoted"] is not None else found["name"]) is not None:
        return Step("name", name)
    if found["index"] is not None:
        return Step("index", index=int(found["index"]))
    if found["key"] is not None:
        return Step("where", found["text"] if found["text"] is not None else found["value"], key=found["key"])
    return Step("every")


def _follow(values: list[Json], step: Step, said: str, *, many: bool) -> tuple[list[Json], bool]:
    """Values after one step, and whether they may be any number now."""
    if step.kind == "name":
        return _named(values, step.name, said, many=many), False
    lists = [_list(value, said) for value in values if value is not _ABSENT and value is not None]
    if step.kind == "every":
        return [element for one in lists for element in one], True
    if step.kind == "index":
        return [_at(one, step.index, said, many=many) for one in lists], False
    return _where([element for one in lists for element in one], step, said)


def _named(values: list[Json], name: str, said: str, *, many: bool) -> list[Json]:
    found = [value.get(name, _ABSENT) if isinstance(value, dict) else _ABSENT for value in values]
    if many and (not found or any(value is not _ABSENT for value in found)):
        return found
    if not many and found[0] is not _ABSENT:
        return found
    raise _no_key(values, name, said)


def _where(elements: list[Json], step: Step, said: str) -> tuple[list[Json], bool]:
    objects = [one for one in elements if isinstance(one, dict)]
    if objects and not any(step.key in one for one in objects):
        raise _no_key(objects, step.key, f"{said}[]")
    found = [one for one in objects if step.key in one and step.name in _texts(one[step.key])]
    if step.key != "id":
        return found, True
    if found:
        return found[:1], False
    known = [str(one["id"]) for one in objects if "id" in one]
    message = f"{said} has nothing with the id {step.name[:80]!r}"
    raise UsageError(message, hint=_did_you_mean(step.name, known))


def _texts(value: Json) -> tuple[str, ...]:
    """How a value may be written in a filter: as JSON, and text also without quotation marks."""
    written = orjson.dumps(value).decode()
    return (value, written) if isinstance(value, str) else (written,)


def _list(value: Json, said: str) -> list[Json]:
    if isinstance(value, list):
        return value
    kind = "an object" if isinstance(value, dict) else _kind(value)
    message = f"{said} is {kind}, not a list"
    hint = f"its keys: {_names(list(value)[:SHOWN])}" if isinstance(value, dict) else ""
    raise UsageError(message, hint=hint)


def _at(elements: list[Json], index: int, said: str, *, many: bool) -> Any:
    if -len(elements) <= index < len(elements):
        return elements[index]
    if many:
        return _ABSENT
    message = f"{said} has no element {index}"
    raise UsageError(message, hint=f"it has {len(elements)}: 0 to {len(elements) - 1}" if elements else "it is empty")


def _no_key(values: list[Json], name: str, said: str) -> UsageError:
    objects = [value for value in values if isinstance(value, dict)]
    if not objects:
        hint = f"{said}[].{name} goes over its elements" if isinstance(values[0], list) else ""
        return UsageError(f"{said} is {_kind(values[0])}, so it has no {name!r}", hint=hint)
    known = list(dict.fromkeys(key for value in objects for key in value))
    return UsageError(f"no {name[:80]!r} in {said}", hint=_did_you_mean(name, known))


def _did_you_mean(name: str, known: list[str]) -> str:
    near = [*(one for one in known if name and one.startswith(name)), *nearest(name, known)]
    if near:
        return f"did you mean {_names(list(dict.fromkeys(near))[:3])}?"
    more = f" … ({len(known)} in all)" if len(known) > SHOWN else ""
    return f"there is: {_names(known[:SHOWN])}{more}" if known else "it is empty"


def _names(known: list[str]) -> str:
    """Keys and ids come from data: safe to print, and none of them fills the screen."""
    return ", ".join(shortened(clean(name), NAME_SHOWN) for name in known)


def _kind(value: Json) -> str:
    kinds = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return kinds.get(type(value), "null")


def _unreadable(path: str, place: int) -> UsageError:
    message = f"--field {path[:200]!r}: cannot be read from {path[place : place + 20]!r} on"
    hint = "for example articles[0].title, articles[].title, articles[id=abc].title, metadata.config"
    return UsageError(message, hint=hint)
