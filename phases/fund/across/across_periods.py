"""Two reports of consecutive periods: what ends is what begins, and totals grow by what moved in between."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from phases.fund.across.across_findings import Report, finding, step
from phases.fund.report.report_cells import Cell, shown

CUMULATIVE = {"contributions": "period_contributions", "distributions": "period_distributions"}
QUARTER = 3  # months


def carried(group: Sequence[Report]) -> Iterator[dict[str, Any]]:
    """Prior ending = this beginning, for every period whose beginning another report ends with."""
    for later in group:
        for begins, period in _beginnings(later):
            earlier = next(
                (one for one in group if one.as_of == _start(later.as_of, period) and "nav" in one.metrics), None
            )
            if earlier is not None:
                yield finding(
                    "carried_forward", "nav", earlier, earlier.metrics["nav"], later, begins, f"{period} begins"
                )


def _beginnings(report: Report) -> Iterator[tuple[Mapping[str, Any], str]]:
    found = report.metrics.get("beginning_nav")
    if found is not None:
        for period in [found["period"]] if found.get("period") in ("QTD", "YTD") else ["QTD"]:
            yield found, period
    for one in report.others:
        if one["name"] == "beginning_nav" and one["period"] in ("QTD", "YTD"):
            yield one["field"], one["period"]


def _start(as_of: date, period: str) -> date:
    """The last day before the period that ends at `as_of`: of three months earlier, or of the year before."""
    if period == "YTD":
        return date(as_of.year - 1, 12, 31)
    month = as_of.month - QUARTER
    year, month = (as_of.year, month) if month > 0 else (as_of.year - 1, month + 12)
    return date(year, month, calendar.monthrange(year, month)[1])


def cumulated(group: Sequence[Report]) -> Iterator[dict[str, Any]]:
    """Called to date = called before + this quarter's call; the same for distributions."""
    for later in group:
        for total, flow in CUMULATIVE.items():
            moved = later.metrics.get(flow)
            earlier = next(
                (one for one in group if one.as_of == _start(later.as_of, "QTD") and total in one.metrics), None
            )
            if (
                earlier is None
                or moved is None
                or total not in later.metrics
                or moved.get("period") not in ("QTD", None)
            ):
                continue
            before = earlier.metrics[total]
            expected = {**before, "value": abs(before["value"]) + abs(moved["value"])}
            now = later.metrics[total]
            detail = f"{shown(Cell(before['value'], 'currency'))} + {shown(Cell(moved['value'], 'currency'))}"
            yield finding(
                "cumulated", total, earlier, expected, later, {**now, "value": abs(now["value"])}, detail, step(moved)
            )
