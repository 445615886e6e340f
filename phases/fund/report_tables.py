"""What an analyst reads of one document, as tables: what needs a person first, then the figures, then how they tie.

Pure. `ace view`, the Markdown page and the workbook all draw these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from phases.fund.report_cells import Cell, of_field, shown

Data = Mapping[str, Any]
Row = tuple[Cell, ...]

# Figures in the order of a capital account statement: what was promised and paid, how the value moved, what it came to
ORDER = (
    "commitment",
    "contributions",
    "distributions",
    "unfunded",
    "beginning_nav",
    "period_contributions",
    "period_distributions",
    "management_fees",
    "expenses",
    "income",
    "realized",
    "unrealized",
    "carried_interest",
    "net_change_from_operations",
    "nav",
    "nav_per_share",
    "shares_outstanding",
    "total_assets",
    "total_liabilities",
    "total_cost",
    "total_fair_value",
    "gross_irr",
    "net_irr",
    "moic",
    "tvpi",
    "dpi",
    "rvpi",
)
MAX_QUOTE = 300  # characters of a quotation in a table; the data hold it whole


class Table(NamedTuple):
    """A titled table; every row has a cell per column."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Row]

    def as_json(self) -> dict[str, Any]:
        """The table as text, for `ace view` and for other readers of the artifact."""
        return {
            "title": self.title,
            "columns": list(self.columns),
            "rows": [[shown(cell) for cell in row] for row in self.rows],
        }


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
        _figures(f"Fund figures{money}", record),
        _positions(f"Positions{money}", record),
        _holdings(record["top_holdings"]),
        _rounds(f"Rounds and co-investors{money}", record["co_investors"]),
        _statements(record["market_statements"]),
        _funds(f"Funds{money}", record["funds"]),
        _equations(f"Ties ({len(tied)})", tied),
    ]
    return [table for table in found if table.rows]


def _review(review: Iterable[Data]) -> Table:
    rows = [
        (
            Cell(one["name"]),
            of_field(one["field"]),
            Cell(_printed(one["field"])),
            _page(one["field"]),
            Cell((one["field"] or {}).get("confidence"), "confidence"),
            Cell("; ".join(one["why"])),
        )
        for one in review
    ]
    return Table(f"To review ({len(rows)})", ("figure", "value", "printed", "page", "confidence", "why"), rows)


def _equations(title: str, found: Iterable[Data]) -> Table:
    rows = [
        (
            Cell(one["equation"].replace("_", " ")),
            Cell(one.get("left"), "currency"),
            Cell(one.get("right"), "currency"),
            Cell(_difference(one), "currency"),
            Cell(one.get("tolerance"), "currency"),
            Cell(", ".join(map(str, one.get("pages") or []))),
            Cell(one.get("detail")),
        )
        for one in found
    ]
    return Table(title, ("equation", "left", "right", "difference", "tolerance", "pages", "detail"), rows)


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
    return Cell(name.replace("_", " ")), Cell(LOST.get(name, ""))


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
    rows = [(Cell(label), Cell(value), _page(field)) for label, value, field in said if value]
    return Table("Document", ("", "value", "page"), rows)


def kind(document_type: str | None) -> str:
    """The type of a document for readers."""
    return (document_type or "").replace("_", " ").replace("sec ", "SEC ")


def _scale(scale: int | None) -> str:
    return {1000: "thousands", 1_000_000: "millions"}.get(scale or 1, "")


def _figures(title: str, record: Data) -> Table:
    named = [(name, field.get("period"), field) for name, field in record["metrics"].items()]
    named += [(one["name"], one["period"], one["field"]) for one in record["other_periods"]]
    named.sort(key=lambda one: ORDER.index(one[0]) if one[0] in ORDER else len(ORDER))
    named += [(f"positions: {name}", None, field) for name, field in record["totals"].items()]
    rows = [(Cell(name.replace("_", " ")), Cell(_period(period)), *_valued(field)) for name, period, field in named]
    return Table(title, ("figure", "period", "value", "printed", "page", "confidence", "status"), rows)


def _period(period: str | None) -> str | None:
    return None if period in (None, "point") else period


def _valued(field: Data) -> Row:
    return (
        of_field(field),
        Cell(_printed(field)),
        _page(field),
        Cell(field.get("confidence"), "confidence"),
        Cell(_status(field)),
    )


def _status(field: Data | None) -> str:
    return "review" if field and field.get("review") else "accepted"


def _positions(title: str, record: Data) -> Table:
    rows = [
        (
            Cell(one["name"]),
            Cell(one["sector"]),
            of_field(one.get("cost")),
            of_field(one.get("fair_value")),
            of_field(one.get("ownership_pct")),
            of_field(one.get("pct_net_assets")),
            Cell(one["status"]),
            Cell(one["first_investment"]),
            _page(one.get("fair_value") or one.get("cost")),
            Cell(_row_status(one)),
        )
        for one in record["companies"]
    ]
    columns = ("company", "sector", "cost", "fair value", "owned", "of net assets", "state", "since", "page", "status")
    return _without_empty_columns(Table(title, columns, rows))


def _holdings(found: Iterable[Data]) -> Table:
    rows = [(Cell(one["name"]), *_valued(one["pct_net_assets"])) for one in found]
    return Table("Top holdings", ("company", "of net assets", "printed", "page", "confidence", "status"), rows)


def _rounds(title: str, found: Iterable[Data]) -> Table:
    rows = [
        (
            Cell(one.get("company")),
            Cell(one.get("round")),
            Cell(one.get("date")),
            of_field(one.get("amount")),
            Cell(one.get("lead")),
            Cell(", ".join(one.get("investors", []))),
            _page(one),
        )
        for one in found
    ]
    columns = ("company", "round", "date", "amount", "lead", "investors", "page")
    return _without_empty_columns(Table(title, columns, rows))


def _statements(found: Iterable[Data]) -> Table:
    rows = [
        (
            Cell(one.get("topic")),
            Cell(one.get("direction")),
            Cell(one.get("horizon")),
            Cell(one["quote"][:MAX_QUOTE]),
            _page(one),
        )
        for one in found
    ]
    return Table("Market statements", ("topic", "direction", "horizon", "statement", "page"), rows)


def _funds(title: str, found: list[Data]) -> Table:
    names = list(dict.fromkeys(name for one in found for name, field in one.items() if isinstance(field, dict)))
    rows = [
        (
            Cell(one["name"]),
            *(of_field(one.get(name)) for name in names),
            _page(next((one[name] for name in names if one.get(name)), None)),
            Cell(_row_status(one)),
        )
        for one in found
    ]
    return Table(title, ("fund", *(name.replace("_", " ") for name in names), "page", "status"), rows)


def _row_status(row: Data) -> str:
    marked = [name for name, field in row.items() if isinstance(field, dict) and field.get("review")]
    return f"review: {', '.join(marked).replace('_', ' ')}" if marked else "accepted"


def _printed(field: Data | None) -> str | None:
    """What is printed; of a value that was worked out, the figures that it was made of."""
    if not field:
        return None
    printed = field.get("raw_text") or "; ".join(str(part["raw_text"]) for part in field.get("parts") or ())
    former = ", ".join(str(one["raw_text"]) for one in field.get("replaces") or ())
    return f"{printed} (replaces {former})" if former else printed or None


def _page(found: Data | None) -> Cell:
    return Cell(found.get("page") if found else None, "page")


def _without_empty_columns(table: Table) -> Table:
    kept = [place for place in range(len(table.columns)) if any(row[place].value for row in table.rows)]
    columns = tuple(table.columns[place] for place in kept)
    return Table(table.title, columns, [tuple(row[place] for place in kept) for row in table.rows])
