"""Printed figures as the values that they may stand for, and equations between them.

A printed figure stands for an interval, half a unit of its last digit to each side; a dash stands for exactly nothing.
An equation holds when the interval of its left side meets that of its right side; nothing else is forgiven.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

HALF = 0.5  # of the last printed digit
SLACK = 1e-9  # relative, for floats
DEFAULT_STEP = 1.0  # of a figure whose last digit is not known

Field = Mapping[str, Any]


class Span(NamedTuple):
    """The values that a printed figure may stand for."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    @property
    def reach(self) -> float:
        return (self.high - self.low) / 2


def span(field: Field, units: float = HALF) -> Span:
    """What a field may stand for: its value, `units` of its last digit to each side."""
    step = field.get("step")
    raw = str(field.get("raw_text") or "")
    nil = bool(raw) and not any(char.isdigit() for char in raw)
    reach = 0.0 if nil else units * (DEFAULT_STEP if step is None else float(step))
    return Span(field["value"] - reach, field["value"] + reach)


def total(spans: Iterable[Span]) -> Span:
    found = list(spans)
    return Span(sum(one.low for one in found), sum(one.high for one in found))


def minus(one: Span, other: Span) -> Span:
    return Span(one.low - other.high, one.high - other.low)


def over(one: Span, other: Span) -> Span | None:
    """The quotient; None where the divisor may be zero."""
    if other.low <= 0:
        return None
    values = [a / b for a in one for b in other]
    return Span(min(values), max(values))


def times(one: Span, factor: float) -> Span:
    return Span(factor * one.low, factor * one.high)


def meet(left: Span, right: Span) -> bool:
    slack = SLACK * max(1.0, abs(left.middle), abs(right.middle))
    return left.low <= right.high + slack and right.low <= left.high + slack


def judged(name: str, left: Span, right: Span, detail: str, fields: Mapping[str, Field]) -> dict[str, Any]:
    """An equation: {equation, holds, left, right, tolerance, detail, pages, fields: paths in the record}."""
    pages = sorted({field["page"] for field in fields.values() if field.get("page")})
    return {
        "equation": name, "holds": meet(left, right), "left": round(left.middle, 6), "right": round(right.middle, 6),
        "tolerance": round(left.reach + right.reach, 6), "detail": detail, "pages": pages, "fields": list(fields),
    }  # fmt: skip
