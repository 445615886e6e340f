"""Whether the lines between a beginning and an ending value add up, whichever way a statement prints them.

Statements differ in two things that are no errors: they print sub-totals among the lines, and they print what reduces
the value (distributions, fees) with or without a minus sign. Both readings are tried; that a wrong figure ties by one
of them by chance is as unlikely as by the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

HALF = 0.5  # of the last printed digit
_SUBTOTAL = re.compile(
    r"\b(?:sub-?total|total|net (?:increase|decrease|change|investment|result|operating|gain|loss|"
    r"income)|ergebnis|summe)\b",
    re.IGNORECASE,
)
_REDUCES = re.compile(
    r"distribut|fee|expense|cost|carried|incentive|performance allocation|withdraw|redempt|"
    r"repurchas|tax|ausschütt|auszahl|gebühr|kosten|less\b",
    re.IGNORECASE,
)
_NOT_ADDED = re.compile(r"per share|per unit|accumulated|%|irr\b", re.IGNORECASE)
_COUNTS = re.compile(r"\b(?:shares|units)\b", re.IGNORECASE)  # a number of them, or what was paid for them

_STATES = frozenset(("commitment", "unfunded", "recallable", "total_assets", "total_liabilities", "shares_outstanding"))


class Sums(NamedTuple):
    """left: beginning plus lines by the plain reading, or by the one that ties."""

    holds: bool
    left: float
    tolerance: float


def ties(roll: Mapping[str, Any]) -> Sums:
    """Compare a roll-forward of `roll_forward.of_tables` with its ending value."""
    lines = [one for one in roll["lines"] if not _NOT_ADDED.search(one["label"]) and one["metric"] not in _STATES]
    ending = roll["ending"]["value"]
    plain = [one["value"] for one in lines]
    amounts = [one for one in lines if not _COUNTS.search(one["label"])]
    start = roll["beginning"]["value"]
    tolerance = HALF * sum(one["step"] for one in [roll["beginning"], *lines, roll["ending"]] if one["value"]) + 1e-6
    for values in [*_readings(amounts), *(_readings(lines) if amounts != lines else [])]:
        left = start + sum(values)
        if abs(left - ending) <= tolerance:
            return Sums(holds=True, left=left, tolerance=tolerance)
    return Sums(holds=False, left=start + sum(plain), tolerance=tolerance)


def _readings(lines: Sequence[Mapping[str, Any]]) -> list[list[float]]:
    """As printed; without sub-totals; the same with what reduces the value taken as negative."""
    bare = [one for one, sub in zip(lines, _subtotals(lines), strict=True) if not sub]
    return [
        [one["value"] for one in lines], [one["value"] for one in bare], [_reducing(one) for one in lines],
        [_reducing(one) for one in bare],
    ]  # fmt: skip


def _reducing(line: Mapping[str, Any]) -> float:
    value: float = line["value"]
    return -abs(value) if _REDUCES.search(line["label"]) else value


def _subtotals(lines: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Which lines repeat the sum of lines before them: by their label, or as the sum of two and more."""
    marks: list[bool] = []
    open_lines: list[Mapping[str, Any]] = []
    for line in lines:
        count = _sums_up(line, open_lines)
        marks.append(count > 0)
        open_lines = [*open_lines[: len(open_lines) - count], line]  # a sub-total stands for its lines in the next one
    return marks


def _sums_up(line: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> int:
    """How many of the last lines this one is the sum of; 0 for none."""
    for count in range(len(before), 0, -1):
        part = before[-count:]
        total = sum(one["value"] for one in part)
        close = abs(total - line["value"]) <= HALF * sum(one["step"] for one in [*part, line]) + 1e-6
        if close and line["value"] and (count > 1 or _SUBTOTAL.search(line["label"])):
            return count
    return 0
