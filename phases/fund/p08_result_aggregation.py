"""Result aggregation: one record of what the extraction phases found, how its numbers tie, and what needs a person.

Reads   document_analysis, hybrid_chunking.chunks, and as far as they are there: vector_embedding.vectors,
        fund_metrics.metrics and .funds, company_intelligence.positions, .totals and .top_holdings,
        co_investor_analysis.rounds, market_intelligence.statements
Writes  record (every field with its confidence, features and review mark), fields (each one's path, value, page,
        confidence, status), reconciliation, flags (equations that do not hold), review (least sure first), missing
        (phases), facts, tables; the files .md and .xlsx, made from the tables alone
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ace import Inputs, Output, PhaseContext
from phases.fund.checks import confidence, reconcile, record, review_queue, revisions, settled
from phases.fund.checks.record import Placed
from phases.fund.report import report_markdown, report_tables

EXTRACTORS = (
    "vector_embedding",
    "fund_metrics",
    "company_intelligence",
    "co_investor_analysis",
    "market_intelligence",
)
MOST_ROWS = 0.5  # share of a table's rows that have a column before its absence in one row is odd


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    data = aggregated(inputs, float(ctx.config["accept_from"]))
    for name in data["missing"]:
        ctx.warn(f"{name} is missing: {report_tables.LOST[name]}")
    tables = report_tables.tables(data)
    data["tables"] = [table.as_json() for table in tables]
    title = data["record"]["fund_name"] or data["facts"]["file"] or "Fund report"
    from phases.fund.report.report_workbook import workbook  # noqa: PLC0415  (openpyxl takes a third of a second)

    text = report_markdown.render(title, report_markdown.lead(data), tables)
    return Output(data, files={"md": text, "xlsx": workbook(tables)}, method="rules")


def aggregated(inputs: Mapping[str, Any], accept_from: float) -> dict[str, Any]:
    """All of the data but the tables."""
    found = record.assemble(inputs)
    document = inputs.get("document_analysis", {})
    pages = document.get("pages", [])
    settled.settle(found, lambda one: reconciled(inputs, one), pages)
    equations = reconciled(inputs, found)
    placed = list(record.fields(found))
    revisions.mark(found["metrics"], pages, inputs.get("hybrid_chunking", {}).get("chunks", []))
    around = confidence.Surroundings(
        ocr_pages={page["number"] for page in pages if page.get("text_source") == "ocr"},
        doubtful={page["number"]: page["doubtful"] for page in pages if page.get("doubtful")},
        equations_held=_paths(equations, holds=True),
        equations_failed=_paths(equations, holds=False),
        incomplete_rows=incomplete_rows(found),
        rows_held=rows_with_multiple(found, holds=True),
        rows_failed=rows_with_multiple(found, holds=False),
    )
    queue = review_queue.judged(placed, around, accept_from)
    queue = review_queue.document(found, document.get("warnings", [])) + queue
    return {
        "record": found,
        "fields": [flat(one) for one in placed],
        "reconciliation": equations,
        "flags": list(dict.fromkeys(one["equation"] for one in equations if one["holds"] is False)),
        "review": queue,
        "missing": [name for name in EXTRACTORS if name not in inputs],
        "facts": facts(inputs, found, placed, queue),
    }


def reconciled(inputs: Mapping[str, Any], found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The equations that the record's figures allow, and whether they hold."""
    return reconcile.equations(found, inputs.get("fund_metrics", {}).get("roll_forwards", ()))


def _paths(equations: Iterable[Mapping[str, Any]], *, holds: bool) -> set[str]:
    return {path for one in equations if one["holds"] is holds for path in one.get("fields", ())}


def incomplete_rows(found: Mapping[str, Any]) -> set[str]:
    """Paths of rows that lack an amount which most rows of their table have; a young fund has no return yet."""
    rows: set[str] = set()
    for key in ("companies", "funds"):
        table = found[key]
        for name in {name for row in table for name, cell in row.items() if _is_amount(cell)}:
            lacking = [number for number, row in enumerate(table) if not isinstance(row.get(name), dict)]
            if len(lacking) < (1 - MOST_ROWS) * len(table):
                rows |= {f"{key}[{number}]" for number in lacking}
    return rows


def _is_amount(cell: Any) -> bool:
    return isinstance(cell, dict) and cell.get("unit") == "currency"


def rows_with_multiple(found: Mapping[str, Any], *, holds: bool) -> set[str]:
    """Paths of funds in a table whose figures make, or do not make, the multiple printed in their row."""
    rows = set()
    for number, row in enumerate(found["funds"]):
        paid, back, left, multiple = (row.get(name) for name in confidence.IN_MULTIPLE)
        if paid and back and left and multiple and paid["value"] > 0:
            apart = abs((back["value"] + left["value"]) / paid["value"] - multiple["value"])
            if (apart <= (multiple.get("step") or 0.01)) is holds:
                rows.add(f"funds[{number}]")
    return rows


def flat(one: Placed) -> dict[str, Any]:
    """A field in one line, for `ace view`, `ace compare` and spreadsheets; `id` is its path in the record."""
    field = one.field
    return {
        "id": one.path,
        "name": one.name.replace("_", " "),
        "value": field.get("value"),
        "raw_text": field.get("raw_text"),
        "page": field.get("page"),
        "confidence": field["confidence"],
        "status": "review" if field["review"] else "accepted",
    }


def facts(
    inputs: Mapping[str, Any], found: Mapping[str, Any], placed: list[Placed], queue: list[dict[str, Any]]
) -> dict[str, Any]:
    """Counts, each taken from what this run made."""
    document = inputs.get("document_analysis", {})
    return {
        "file": (document.get("file") or {}).get("name"),
        "pages": (document.get("file") or {}).get("pages"),
        "scanned_pages": document.get("scanned_pages", []),
        "chunks": len(inputs.get("hybrid_chunking", {}).get("chunks", [])),
        "vectors": len(inputs.get("vector_embedding", {}).get("vectors", [])),
        "fields": len(placed),
        "review": sum(one.field["review"] for one in placed),
        "to_look_at": len(queue),
        "companies": len(found["companies"]),
        "funds": len(found["funds"]),
        "rounds": len(found["co_investors"]),
        "investors": len({name for one in found["co_investors"] for name in one.get("investors", [])}),
        "market_statements": len(found["market_statements"]),
        "calibration": confidence.calibration()["fitted_on"],
    }


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
