"""What a report is about: which fund, whose, as of which day. Scored by evidence, with what else was considered.

A field is {value, unit, scale, currency, as_of, raw_text, page, bbox, method, confidence, checks, alternatives, label}.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from phases.common.pdf_lines import Line, box_of
from phases.common.text import scrub

ALTERNATIVES = 4  # runners-up that a field keeps
DIGITS = 1  # decimals of a box, as in the words


def field(
    value: str, unit: str, raw: str, line: Line, start: int, end: int, *, label: str, method: str
) -> dict[str, Any]:
    """A field for the characters start to end of a line."""
    return {
        "value": value,
        "unit": unit,
        "scale": 1,
        "currency": None,
        "as_of": None,
        "raw_text": scrub(raw),
        "page": line.page,
        "bbox": box_in(line, start, end),
        "method": method,
        "confidence": None,
        "checks": [],
        "alternatives": [],
        "label": label,
    }


def box_in(line: Line, start: int, end: int) -> list[float]:
    """The box around the words of a line that characters start to end of its text belong to."""
    place, members = 0, []
    for word in line.words:
        if place < end and place + len(word.text) > start:
            members.append(word)
        place += len(word.text) + 1
    return [round(value, DIGITS) for value in box_of(members or line.words)]


def alternatives(fields: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The runners-up of a field as it keeps them: value, raw text, page and box."""
    keys = ("value", "raw_text", "page", "bbox")
    return [{key: one[key] for key in keys} for one in fields[:ALTERNATIVES]]
