"""What was extracted of one document as tables: the fund's figures, positions, holdings, rounds, statements, funds.

Pure. Columns stand in the order in which a narrow terminal should keep them, so the page comes before the wording.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from phases.fund.metrics.metric_names import ORDER
from phases.fund.report.report_cells import Cell, Table, of_field, words

Data = Mapping[str, Any]
Row = tuple[Cell, ...]

MAX_QUOTE = 300  # characters of a quotation in a table; the data hold it whole
ACCEPTED, STATUS = "accepted", "status"
VALUED = ("page", "printed", "confidence", STATUS)  # what stands behind a value


def figures(title: str, record: Data) -> Table:
    """The fund's own figures, each period of them, and the totals of its positions."""
    named = [(name, field.get("period"), field) for name, field in record["metrics"].items()]
    named += [(one["name"], one["period"], one["field"]) for one in record["other_periods"]]
    named.sort(key=lambda one: ORDER.index(one[0]) if one[0] in ORDER else len(ORDER))
    named += [(f"positions: {name}", None, field) for name, field in record["totals"].items()]
    rows = [(Cell(words(name)), Cell(_period(period)), *_valued(field)) for name, period, field in named]
    return _telling(title, ("figure", "period", "value", *VALUED), rows)


def positions(title: str, record: Data) -> Table:
    """What the fund holds."""
    rows = [
        (
            Cell(one["name"]),
            of_field(one.get("cost")),
            of_field(one.get("fair_value")),
            of_field(one.get("pct_net_assets")),
            of_field(one.get("ownership_pct")),
            page(one.get("fair_value") or one.get("cost")),
            Cell(one["sector"]),
            Cell(one["status"]),
            Cell(one["first_investment"]),
            Cell(_row_status(one)),
        )
        for one in record["companies"]
    ]
    columns = ("company", "cost", "fair value", "of net assets", "owned", "page", "sector", "state", "since", STATUS)
    return _telling(title, columns, rows)


def holdings(found: Iterable[Data]) -> Table:
    """The largest positions, where a report names them with their share."""
    rows = [(Cell(one["name"]), *_valued(one["pct_net_assets"])) for one in found]
    return _telling("Top holdings", ("company", "of net assets", *VALUED), rows)


def rounds(title: str, found: Iterable[Data]) -> Table:
    """Rounds of financing with who led them and who took part."""
    rows = [
        (
            Cell(one.get("company")),
            Cell(one.get("round")),
            Cell(one.get("date")),
            of_field(one.get("amount")),
            Cell(one.get("lead")),
            Cell(", ".join(one.get("investors", []))),
            page(one),
        )
        for one in found
    ]
    return _telling(title, ("company", "round", "date", "amount", "lead", "investors", "page"), rows)


def statements(found: Iterable[Data]) -> Table:
    """What the report says of markets."""
    rows = [
        (
            Cell(one.get("topic")),
            Cell(one.get("direction")),
            Cell(one.get("horizon")),
            Cell(_shortened(one["quote"])),
            page(one),
        )
        for one in found
    ]
    return _telling("Market statements", ("topic", "direction", "horizon", "statement", "page"), rows)


def funds(title: str, found: Sequence[Data]) -> Table:
    """The funds of a table of many."""
    names = list(dict.fromkeys(name for one in found for name, field in one.items() if isinstance(field, dict)))
    rows = [
        (
            Cell(one["name"]),
            *(of_field(one.get(name)) for name in names),
            page(next((one[name] for name in names if one.get(name)), None)),
            Cell(_row_status(one)),
        )
        for one in found
    ]
    return _telling(title, ("fund", *map(words, names), "page", STATUS), rows)


def printed(field: Data | None) -> Cell:
    """What is printed; of a value that was worked out, the figures that it was made of."""
    if not field:
        return Cell(None)
    said = field.get("raw_text") or "; ".join(str(part["raw_text"]) for part in field.get("parts") or ())
    former = ", ".join(str(one["raw_text"]) for one in field.get("replaces") or ())
    return Cell(f"{said} (replaces {former})" if former else said or None)


def page(found: Data | None) -> Cell:
    """Where it stands."""
    return Cell(found.get("page") if found else None, "page")


def confidence(field: Data | None) -> Cell:
    """How sure it is."""
    return Cell(field.get("confidence") if field else None, "confidence")


def _valued(field: Data) -> Row:
    status = "review" if field.get("review") else ACCEPTED
    return of_field(field), page(field), printed(field), confidence(field), Cell(status)


def _period(period: str | None) -> str | None:
    return None if period in (None, "point") else period


def _row_status(row: Data) -> str:
    marked = [name for name, field in row.items() if isinstance(field, dict) and field.get("review")]
    return f"review: {words(', '.join(marked))}" if marked else ACCEPTED


def _shortened(quote: str) -> str:
    return quote if len(quote) <= MAX_QUOTE else f"{quote[: MAX_QUOTE - 2].rsplit(' ', 1)[0]} …"


def _telling(title: str, columns: tuple[str, ...], rows: Sequence[Row]) -> Table:
    """The table without columns that are empty, and without the status where every row is accepted."""
    kept = [place for place, name in enumerate(columns) if _tells(name, [row[place].value for row in rows])]
    return Table(title, tuple(columns[place] for place in kept), [tuple(row[place] for place in kept) for row in rows])


def _tells(column: str, values: Sequence[Any]) -> bool:
    nothing = (None, "", ACCEPTED) if column == STATUS else (None, "")
    return any(value not in nothing for value in values)
