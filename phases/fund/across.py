"""What the reports of one fund say of each other: the value at the end of a period is the one at the beginning of the
next, what was called up to now is what was called before plus this period's call, and a value that was stated twice
for the same day is the same, or one of the two was revised.

Reads   result_aggregation.record of every run of a batch
Writes  findings (id, kind, fund, metric, earlier, later, difference, tolerance, holds, detail), superseded (values
        that a later statement replaces), problems (texts), tables (for readers)

The tolerance is the printed rounding of both values. Values are compared only within one basis: a partner's account
is not the fund, and two accounts with different commitments are not one.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any, NamedTuple

from ace import Finished
from phases.common import figures
from phases.fund import organisations
from phases.fund.report_cells import Cell, shown
from phases.fund.report_tables import Table

ACCOUNT = "capital_account_statement"
# Which statement of the same value counts: a filing or an account is final, a letter or a release is preliminary.
FINALITY = {"press_release": 0, "investor_letter": 0, "market_analysis": 0}
FINAL = 1
CUMULATIVE = {"contributions": "period_contributions", "distributions": "period_distributions"}
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
MONTHS = {"QTD": 3}


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


def compare(finished: Iterable[Finished]) -> dict[str, Any]:
    """The comparison of all documents of a batch, fund by fund."""
    reports, left_out = [], []
    for one in finished:
        report = _report(one)
        if report is None:
            left_out.append(one.input)
        else:
            reports.append(report)
    findings, superseded = [], []
    for group in _groups(reports):
        replaced = list(_revisions(group))
        superseded += [one for one in replaced if one["kind"] == "superseded"]
        findings += [one for one in replaced if one["kind"] != "superseded"]
        current = _current(group, superseded)
        findings += [*_carried(current), *_cumulated(current)]
    broken = [one for one in findings if one["holds"] is False]
    return {
        "findings": findings,
        "superseded": superseded,
        "not_compared": left_out,
        "problems": [_sentence(one) for one in broken] + [_sentence(one) for one in superseded],
        "tables": [table.as_json() for table in _tables(broken, superseded, findings)],
    }


def _report(one: Finished) -> Report | None:
    """None for a document without a fund or a date: it cannot be placed beside another."""
    record = one.data.get("record") or {}
    fund, as_of = record.get("fund_name"), record.get("as_of_date")
    if not fund or not as_of:
        return None
    metrics = {name: field for name, field in record["metrics"].items() if isinstance(field.get("value"), int | float)}
    basis = "fund"
    if record.get("document_type") == ACCOUNT:
        basis = f"account {(metrics.get('commitment') or {}).get('value')}"
    kind = record.get("document_type") or ""
    others = record.get("other_periods", [])
    return Report(one.input, one.run_id, fund, basis, date.fromisoformat(as_of), kind, metrics, others)


def _groups(reports: Iterable[Report]) -> list[list[Report]]:
    """Reports of one fund and basis, by date; those that stand alone are left out."""
    groups: dict[tuple[str, str], list[Report]] = {}
    for report in reports:
        groups.setdefault((organisations.plain(report.fund), report.basis), []).append(report)
    return [sorted(group, key=lambda one: (one.as_of, one.input)) for group in groups.values() if len(group) > 1]


def _carried(group: Sequence[Report]) -> Iterator[dict[str, Any]]:
    """Prior ending = this beginning, for every period whose beginning another report ends with."""
    for later in group:
        for begins, period in _beginnings(later):
            earlier = next(
                (one for one in group if one.as_of == _start(later.as_of, period) and "nav" in one.metrics), None
            )
            if earlier is not None:
                yield _finding(
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
    month = as_of.month - MONTHS["QTD"]
    year, month = (as_of.year, month) if month > 0 else (as_of.year - 1, month + 12)
    return date(year, month, calendar.monthrange(year, month)[1])


def _cumulated(group: Sequence[Report]) -> Iterator[dict[str, Any]]:
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
            yield _finding(
                "cumulated", total, earlier, expected, later, {**now, "value": abs(now["value"])}, detail, step(moved)
            )


def _revisions(group: Sequence[Report]) -> Iterator[dict[str, Any]]:
    """Values stated twice for one day: the same, or one replaces the other, or nobody knows which counts."""
    for first, second in combinations(group, 2):
        if first.as_of != second.as_of:
            continue
        for name in COMPARED:
            if name not in first.metrics or name not in second.metrics:
                continue
            one, other = first.metrics[name], second.metrics[name]
            if abs(one["value"] - other["value"]) <= _tolerance(one, other):
                continue
            order = _order(first, one, second, other)
            if order is None:
                yield _finding("stated_twice", name, first, one, second, other, "it is not said which one counts")
            else:
                old, new = order
                yield _finding(
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


def _current(group: Sequence[Report], superseded: Iterable[Mapping[str, Any]]) -> list[Report]:
    """The group without the values that were replaced."""
    gone = {(one["earlier"]["run_id"], one["metric"]) for one in superseded}
    return [
        report._replace(
            metrics={name: field for name, field in report.metrics.items() if (report.run_id, name) not in gone}
        )
        for report in group
    ]


def _finding(
    kind: str,
    metric: str,
    earlier: Report,
    before: Mapping[str, Any],
    later: Report,
    now: Mapping[str, Any],
    detail: str,
    more: float = 0.0,
) -> dict[str, Any]:
    difference = round(now["value"] - before["value"], 6)
    tolerance = _tolerance(before, now) + more / 2
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


def _tolerance(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
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


_KINDS = {
    "carried_forward": "prior ending = this beginning",
    "cumulated": "prior total + this period = total",
    "stated_twice": "stated twice for one day",
    "superseded": "superseded",
}


def _sentence(one: Mapping[str, Any]) -> str:
    before, now = (shown(Cell(one[key]["value"], one["unit"])) for key in ("earlier", "later"))
    names = tuple(re.sub(r".*/", "", one[key]["input"]) for key in ("earlier", "later"))
    metric = one["metric"].replace("_", " ")
    if one["kind"] == "superseded":
        return f"{one['fund']}: {metric} {before} of {names[0]} is superseded by {now} of {names[1]} ({one['detail']})"
    return f"{one['fund']}: {metric}, {_KINDS[one['kind']]}, does not hold: {before} in {names[0]}, {now} in {names[1]}"


def _tables(broken: Sequence[Any], superseded: Sequence[Any], findings: Sequence[Any]) -> list[Table]:
    held = [one for one in findings if one["holds"] is True]
    titled = (
        (f"Across reports: does not hold ({len(broken)})", broken),
        (f"Superseded ({len(superseded)})", superseded),
    )
    listed = [_table(title, rows) for title, rows in (*titled, (f"Across reports: holds ({len(held)})", held))]
    return [table for table in listed if table.rows]


def _table(title: str, findings: Iterable[Mapping[str, Any]]) -> Table:
    rows = [
        (
            Cell(one["fund"]),
            Cell(one["metric"].replace("_", " ")),
            Cell(_KINDS[one["kind"]]),
            Cell(one["earlier"]["as_of"]),
            Cell(one["earlier"]["value"], one["unit"]),
            Cell(one["later"]["as_of"]),
            Cell(one["later"]["value"], one["unit"]),
            Cell(one["difference"], one["unit"]),
            Cell(one["detail"]),
        )
        for one in findings
    ]
    return Table(title, ("fund", "figure", "rule", "of", "earlier", "of", "later", "difference", "detail"), rows)
