"""What a pretended model says, the same for the same question: the mock provider's and the fake server's answers."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Mapping
from typing import Any

from ace.providers.instance import instance, sentence

MARKED = re.compile(r"<(data-[0-9a-f]+)>\n(.*?)\n</\1>", re.DOTALL)
PLAIN_WORDS = 30
SPOILED = ("half_json", "wrong_shape", "fenced", "empty", "refusal", "max_tokens")


def invented(schema: Mapping[str, Any] | None, seed: str, asked: str = "") -> str:
    """An answer to a question: JSON of that schema, about the items that the question holds, or some words."""
    if schema is None:
        return sentence(PLAIN_WORDS, seed)
    return json.dumps(instance(schema, seed, _ids(asked)), ensure_ascii=False)


def _ids(asked: str) -> list[str]:
    """The ids of the items that stand between marks in a question, as prompts.py puts them there."""
    for found in MARKED.finditer(asked):
        try:
            items = json.loads(found[2])
        except ValueError:
            continue
        if isinstance(items, list) and items and all(isinstance(one, dict) and "id" in one for one in items):
            return [str(one["id"]) for one in items]
    return []


def spoiled(text: str, fault: str) -> tuple[str, str]:
    """The text and the stop reason of an answer with one of the faults of SPOILED."""
    ways = {
        "half_json": (text[: len(text) // 2], "end"),
        "max_tokens": (text[: len(text) // 2], "max_tokens"),
        "wrong_shape": ('{"unexpected": [1, 2]}', "end"),
        "fenced": (f"Here is the JSON:\n```json\n{text}\n```", "end"),
        "empty": ("", "end"),
        "refusal": ("I can't help with that.", "refusal"),
    }
    return ways.get(fault, (text, "end"))


def vector(text: str, dimensions: int) -> list[float]:
    """Numbers of length one that depend on the text only, and mean nothing."""
    dice = random.Random(text)
    numbers = [dice.gauss(0, 1) for _ in range(dimensions)]
    length = math.hypot(*numbers)
    return [number / length for number in numbers]
