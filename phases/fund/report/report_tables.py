"""What an analyst reads of one document, as tables: what needs a person first, then the figures, then how they tie.

Pure. `ace view`, the Markdown page and the workbook all draw these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from phases.fund.report import report_figures
from phases.fund.report.report_cells import Cell, Table, of_field, words

Data = Mapping[str, Any]
Row = tuple[Cell, ...]

NO_SUMS = ("one_as_of", "one_scale")  # equations whose two sides are no amounts: what they say is in words


def tables(data: Data) -> list[Table]:
    """The tables that have something to say, in the order in which they are read."""
    record = data["record"]
    money = f" ({record['currency']})" if record["currency"] else ""
    failed = [one for one in data["reconciliation"] if one["holds"] is False]
    tied = [one for one in data["reconciliation"] if one["holds"] is True]
    found = [
        _review(data["review"]),
        _equations(f"Does not tie ({len(failed)})", failed),
        Table("Missing", ("phase", "what is missing"), [_missing(name) for name in data["missing"]]),
        _document(record, data["facts"]),
        report_figures.figures(f"Fund figures{money}", record),
        report_figures.positions(f"Positions{money}", record),
        report_figures.holdings(record["top_holdings"]),
        report_figures.rounds(f"Rounds and co-investors{money}", record["co_investors"]),
        report_figures.statements(record["market_statements"]),
        report_figures.funds(f"Funds{money}", record["funds"]),
        _equations(f"Ties ({len(tied)})", tied),
    ]
    return [table for table in found if table.rows]


def _review(review: Iterable[Data]) -> Table:
    rows = [
        (
            Cell(words(one["name"])),
            of_field(one["field"]),
            report_figures.page(one["field"]),
            report_figures.printed(one["field"]),
            report_figures.confidence(one["field"]),
            Cell("; ".join(one["why"])),
        )
        for one in review
    ]
    return Table(f"To review ({len(rows)})", ("figure", "value", "page", "printed", "confidence", "why"), rows)


def _equations(title: str, found: Iterable[Data]) -> Table:
    rows = [
        (
            Cell(words(one["equation"])),
            *_sides(one),
            Cell(", ".join(map(str, one.get("pages") or []))),
            Cell(words(one.get("detail") or "")),
        )
        for one in found
    ]
    return Table(title, ("equation", "left", "right", "difference", "tolerance", "pages", "detail"), rows)


def _sides(one: Data) -> Row:
    if one["equation"] in NO_SUMS:
        return (Cell(None),) * 4
    sides = (one.get("left"), one.get("right"), _difference(one), one.get("tolerance"))
    return tuple(Cell(side, "currency") for side in sides)


def _difference(one: Data) -> float | None:
    left, right = one.get("left"), one.get("right")
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None
    return round(left - right, 6)


LOST = {
    "vector_embedding": "vectors of the chunks",
    "fund_metrics": "the fund's figures",
    "company_intelligence": "positions and top holdings",
    "co_investor_analysis": "rounds and co-investors",
    "market_intelligence": "market statements",
}


def _missing(name: str) -> Row:
    return Cell(words(name)), Cell(LOST.get(name, ""))


def _document(record: Data, facts: Data) -> Table:
    said = [
        ("type", kind(record["document_type"]), None),
        ("fund", record["fund_name"], record["identity"].get("fund_name")),
        ("manager", record["manager"], record["identity"].get("manager")),
        ("as of", record["as_of_date"], record["identity"].get("as_of_date")),
        ("currency", record["currency"], None),
        ("amounts printed in", _scale(record["scale"]), None),
        ("file", facts.get("file"), None),
        ("pages", facts.get("pages"), None),
        ("pages read by OCR", ", ".join(map(str, facts.get("scanned_pages", []))), None),
    ]
    rows = [(Cell(label), Cell(value), report_figures.page(field)) for label, value, field in said if value]
    return Table("Document", ("", "value", "page"), rows)


def kind(document_type: str | None) -> str:
    """The type of a document for readers."""
    return (document_type or "").replace("_", " ").replace("sec ", "SEC ")


def _scale(scale: int | None) -> str:
    return {1000: "thousands", 1_000_000: "millions"}.get(scale or 1, "")
