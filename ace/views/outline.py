"""Any JSON as indented lines that a person can read, or as one line. Pure; everything is made safe for a terminal."""

from __future__ import annotations

import json

from ace.records import Json
from ace.views.safe import clean, shortened

INLINE = 60  # characters of JSON that still read well on one line


def outline(value: Json, *, limit: int = 0, depth: int = 0) -> list[str]:
    """Any JSON as indented lines. `limit` shortens texts to so many characters; 0 shortens nothing."""
    pad = "  " * depth
    if isinstance(value, dict):
        return [line for key, one in value.items() for line in _entry(f"{pad}{clean(key)}:", one, limit, depth)]
    if isinstance(value, list):
        return [line for one in value for line in _element(one, limit, depth)]
    return [f"{pad}{line}" for line in _text(value, limit)]


def _entry(head: str, value: Json, limit: int, depth: int) -> list[str]:
    if isinstance(value, dict | list):
        written = compact(value)
        if not value or len(written) <= INLINE:
            return [f"{head} {written}"]
        if limit:
            return [f"{head} {shortened(written, limit)}"]
        return [head, *outline(value, depth=depth + 1)]
    lines = _text(value, limit)
    if len(lines) == 1:
        return [f"{head} {lines[0]}"]
    return [head, *(f"{'  ' * (depth + 1)}{line}" for line in lines)]


def _element(value: Json, limit: int, depth: int) -> list[str]:
    """An element of a list: a dash, and beside it the first line of what it is."""
    pad = "  " * depth
    first, *rest = _entry(f"{pad}-", value, limit, depth)
    if first != f"{pad}-" or not rest:
        return [first, *rest]
    return [f"{pad}- {rest[0].lstrip()}", *rest[1:]]


def _text(value: Json, limit: int) -> list[str]:
    if not isinstance(value, str) or not value:
        return [json.dumps(value)]
    if limit:
        return [shortened(clean(value), limit)]
    return clean(value, lines=True).split("\n")


def compact(value: Json) -> str:
    """JSON on one line."""
    return clean(json.dumps(value, ensure_ascii=False))
