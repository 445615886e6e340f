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

from collections.abc import Iterable
from datetime import date
from typing import Any

from ace import Finished
from phases.fund.across import across_tables
from phases.fund.across.across_findings import Report
from phases.fund.across.across_periods import carried, cumulated
from phases.fund.across.across_revisions import current, revisions
from phases.fund.rounds import organisation_names

ACCOUNT = "capital_account_statement"


def compare(finished: Iterable[Finished]) -> dict[str, Any]:
    """The comparison of all documents of a batch, fund by fund."""
    documents = list(finished)
    placed = [(one, _report(one)) for one in documents]
    findings, superseded = [], []
    for group in _groups(report for _, report in placed if report is not None):
        replaced = list(revisions(group))
        superseded += [one for one in replaced if one["kind"] == "superseded"]
        findings += [one for one in replaced if one["kind"] != "superseded"]
        standing = current(group, superseded)
        findings += [*carried(standing), *cumulated(standing)]
    broken = [one for one in findings if one["holds"] is False]
    return {
        "findings": findings,
        "superseded": superseded,
        "not_compared": [one.input for one, report in placed if report is None],
        "problems": [across_tables.sentence(one) for one in (*broken, *superseded)],
        "tables": [table.as_json() for table in across_tables.tables(documents, findings, superseded)],
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
        groups.setdefault((organisation_names.plain(report.fund), report.basis), []).append(report)
    return [sorted(group, key=lambda one: (one.as_of, one.input)) for group in groups.values() if len(group) > 1]
