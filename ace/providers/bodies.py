"""Reading the bodies of answers, which may be anything."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from ace import jsonio
from ace.errors import MalformedAnswer
from ace.providers.base import Image
from ace.records import Json

SHOWN_BYTES = 200


def parsed(body: bytes) -> Mapping[str, Json]:
    """The JSON object that a body is. Raises MalformedAnswer."""
    try:
        answer = jsonio.loads(body, what="the body of the answer")
    except ValueError as error:
        raise MalformedAnswer(str(error)) from error
    if not isinstance(answer, dict):
        raise unlike("a JSON object", body)
    return answer


def unlike(what: str, body: bytes) -> MalformedAnswer:
    return MalformedAnswer(f"the body of the answer is not {what}: {body[:SHOWN_BYTES]!r}")


def objects(value: Json) -> list[dict[str, Any]]:
    """The value, if it is a list of objects; else an empty list."""
    return value if isinstance(value, list) and all(isinstance(one, dict) for one in value) else []


def part(value: Json) -> Mapping[str, Json]:
    """The value, if it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}


def number(value: Json) -> int:
    """A number of tokens; 0 for anything else."""
    return value if type(value) is int and value > 0 else 0


def floats(value: Json) -> list[float]:
    """A vector. Raises MalformedAnswer."""
    if not isinstance(value, list) or not all(type(one) in (int, float) for one in value):
        raise MalformedAnswer("an embedding is not a list of numbers")
    return [float(one) for one in value]


def base64_of(image: Image) -> str:
    return base64.b64encode(image.content).decode()
