"""Figures that two labels give differently, settled by arithmetic: the one with which the document's equations hold.

A statement prints "Contributions" twice, of the period in its roll-forward and since inception in its summary; or it
prints shares in thousands under a heading that excepts amounts per share only. Where the reading that was chosen holds
in no equation and exactly one other that is printed does, the other is taken. Equations of whole amounts tie to the
last digit and settle alone; quotients are printed in two or three digits, so two of them have to agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from phases.common import figures
from phases.common.figures import Mark
from phases.fund.fields import found_again
from phases.fund.tables.rows import mark_of

Field = dict[str, Any]
Equations = Callable[[Mapping[str, Any]], Sequence[Mapping[str, Any]]]

ENOUGH = 2  # weight of the equations that have to hold
WEIGHT = {"unfunded": 2, "assets_liabilities": 2, "nav_per_share": 1, "dpi": 1, "rvpi": 1, "tvpi": 1}
SHARES, UNITS = "shares_outstanding", (1_000, 1_000_000)


def settle(record: dict[str, Any], equations: Equations, pages: Sequence[Mapping[str, Any]]) -> list[str]:
    """Put the readings that tie into the record's metrics; the names of those that changed.

    `equations` makes those of a record, as `reconcile` does; `pages` hold the words in which a reading is found again.
    """
    changed: list[str] = []
    for name in sorted(record["metrics"]):
        failing = _standing(equations(record), name)
        if not failing or any(failing.values()):
            continue
        mark = mark_of(pages)
        tie = [other for other in _others(record, name, mark) if _weight(record, name, other, equations) >= ENOUGH]
        tie = [other for other in tie if _is_printed(record["metrics"][name] | other, pages, mark)]
        if len({one["value"] for one in tie}) == 1:
            record["metrics"][name] = _taken(record["metrics"][name], tie[0])
            changed.append(name)
    return changed


def _is_printed(field: Field, pages: Sequence[Mapping[str, Any]], mark: Mark) -> bool:
    return any(found_again(field, page["words"], mark) for page in pages if page["number"] == field["page"])


def _standing(found: Sequence[Mapping[str, Any]], name: str) -> dict[str, bool]:
    """Whether each equation with weight that this metric stands in holds."""
    path = f"metrics.{name}"
    return {
        one["equation"]: one["holds"]
        for one in found
        if path in one["fields"] and one["equation"] in WEIGHT and one["holds"] is not None
    }


def _others(record: Mapping[str, Any], name: str, mark: Mark) -> Iterator[Field]:
    """What else the metric may be: what is printed under such a label, or the count in the unit of the amounts."""
    field = record["metrics"][name]
    for one in field.get("alternatives") or []:
        figure = figures.read(str(one.get("raw_text") or ""), mark)
        if figure is not None and figure.value:
            value = abs(one["value"])
            yield {**one, "value": value, "step": figure.step * abs(value / figure.value)}
    unit = record["metrics"].get("nav", {}).get("scale")
    if name == SHARES and field.get("scale") == 1 and unit in UNITS:
        yield {"value": field["value"] * unit, "step": (field.get("step") or 1) * unit, "scale": unit}


def _weight(record: Mapping[str, Any], name: str, other: Field, equations: Equations) -> int:
    """What the equations weigh that hold with another reading of a metric."""
    trial = {**record, "metrics": {**record["metrics"], name: {**record["metrics"][name], **other}}}
    held = [one for one, holds in _standing(equations(trial), name).items() if holds]
    return sum(ENOUGH if name == SHARES else WEIGHT[one] for one in held)


def _taken(field: Field, other: Field) -> Field:
    """The other reading, with what was read before among its alternatives."""
    before = {key: field.get(key) for key in ("value", "raw_text", "page", "bbox", "label")}
    kept = [one for one in field.get("alternatives") or [] if one.get("value") != other["value"]]
    checks = [check for check in field["checks"] if check["name"] != "only_reading"]
    detail = f"equations hold that fail with {field['raw_text']!r}"
    return {
        **field, **other, "alternatives": [before, *kept],
        "checks": [*checks, {"name": "settled_by_equations", "ok": True, "detail": detail}],
    }  # fmt: skip
