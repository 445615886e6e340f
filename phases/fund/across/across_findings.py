"""What one report of a fund says beside another: the two values, by how much they differ, whether that is rounding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from phases.common import figures


class Report(NamedTuple):
    """One document: what is compared of it."""

    input: str
    run_id: str
    fund: str
    basis: str
    as_of: date
    kind: str
    metrics: Mapping[str, Mapping[str, Any]]
    others: Sequence[Mapping[str, Any]]


def finding(
    kind: str,
    metric: str,
    earlier: Report,
    before: Mapping[str, Any],
    later: Report,
    now: Mapping[str, Any],
    detail: str,
    more: float = 0.0,
) -> dict[str, Any]:
    """Two values that should be equal within their printed rounding, and half of `more`. `kind` names the rule."""
    difference = round(now["value"] - before["value"], 6)
    tolerance = tolerance_of(before, now) + more / 2
    return {
        "id": f"{kind}.{metric}.{later.run_id}.{earlier.run_id}.{now.get('period') or ''}",
        "kind": kind,
        "fund": later.fund,
        "metric": metric,
        "unit": now.get("unit", "currency"),
        "earlier": _said(earlier, before),
        "later": _said(later, now),
        "difference": difference,
        "tolerance": round(tolerance, 6),
        "holds": abs(difference) <= tolerance,
        "detail": detail,
    }


def _said(report: Report, field: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "input": report.input,
        "run_id": report.run_id,
        "as_of": report.as_of.isoformat(),
        "value": field["value"],
        "page": field.get("page"),
    }


def tolerance_of(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Half of the last printed digit of both values."""
    return (step(one) + step(other)) / 2 + 1e-9


def step(field: Mapping[str, Any]) -> float:
    """What one more in the last printed digit would add: 1000 for "33,869" in thousands, .01 for "1.84x"."""
    if isinstance(field.get("step"), int | float):
        return float(field["step"])
    figure = figures.read(str(field.get("raw_text", "")))
    if figure is None:
        found = [figure for _, _, figure in figures.find(str(field.get("raw_text", "")))]
        figure = found[0] if len(found) == 1 else None
    if figure is None:
        return 1.0
    scale = field.get("scale") or 1
    return figure.step if figure.factor > 1 and figure.factor == scale else figure.step * scale
