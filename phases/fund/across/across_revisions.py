"""Two reports of one day: the same value, or one replaces the other, or nobody says which one counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from phases.fund.across.across_findings import Report, finding, step, tolerance_of

# Which statement of the same value counts: a filing or an account is final, a letter or a release is preliminary.
FINALITY = {"press_release": 0, "investor_letter": 0, "market_analysis": 0}
FINAL = 1
COMPARED = (
    "nav",
    "nav_per_share",
    "commitment",
    "contributions",
    "distributions",
    "unfunded",
    "net_irr",
    "tvpi",
    "dpi",
    "rvpi",
)


def revisions(group: Sequence[Report]) -> Iterator[dict[str, Any]]:
    """Values stated twice for one day: the same, or one replaces the other, or nobody knows which counts."""
    for first, second in combinations(group, 2):
        if first.as_of != second.as_of:
            continue
        for name in COMPARED:
            if name not in first.metrics or name not in second.metrics:
                continue
            one, other = first.metrics[name], second.metrics[name]
            if abs(one["value"] - other["value"]) <= tolerance_of(one, other):
                continue
            order = _order(first, one, second, other)
            if order is None:
                yield finding("stated_twice", name, first, one, second, other, "it is not said which one counts")
            else:
                old, new = order
                yield finding(
                    "superseded", name, old, old.metrics[name], new, new.metrics[name], _because(old, new, name)
                )


def _order(
    first: Report, one: Mapping[str, Any], second: Report, other: Mapping[str, Any]
) -> tuple[Report, Report] | None:
    """(the replaced statement, the one that counts): it names the other's value as its former one, or it is final."""
    if _names(other, one):
        return first, second
    if _names(one, other):
        return second, first
    ranks = FINALITY.get(first.kind, FINAL), FINALITY.get(second.kind, FINAL)
    if ranks[0] != ranks[1]:
        return (first, second) if ranks[0] < ranks[1] else (second, first)
    return None


def _names(field: Mapping[str, Any], former: Mapping[str, Any]) -> bool:
    """Whether a document prints, beside its own value, the one that another document states."""
    printed = [*(field.get("replaces") or ()), *(field.get("alternatives") or ())]
    found = [one for one in printed if isinstance(one.get("value"), int | float)]
    return any(abs(one["value"] - former["value"]) <= step(former) / 2 for one in found)


def _because(old: Report, new: Report, name: str) -> str:
    if _names(new.metrics[name], old.metrics[name]):
        return "the later statement names the former value"
    return f"{new.kind.replace('_', ' ')} over {old.kind.replace('_', ' ')}"


def current(group: Sequence[Report], superseded: Iterable[Mapping[str, Any]]) -> list[Report]:
    """The group without the values that were replaced."""
    gone = {(one["earlier"]["run_id"], one["metric"]) for one in superseded}
    return [
        report._replace(
            metrics={name: field for name, field in report.metrics.items() if (report.run_id, name) not in gone}
        )
        for report in group
    ]
