"""One value as an analyst reads it: an amount with separators, a share in percent, a multiple with its x; and tables.

Pure. The same cell is text in Markdown and on a terminal, and a number with a format in a workbook.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

NOTHING = "–"  # printed for a value that is not there

# unit of a field: its format in a workbook
NUMBER_FORMATS = {
    "currency": "#,##0;(#,##0);0",
    "percent": '0.0#" %";-0.0#" %"',
    "multiple": '0.00"x"',
    "per_share": "#,##0.00##;(#,##0.00##)",
    "count": "#,##0",
    "confidence": "0.000",
    "page": "0",
}
_SHORT = re.compile(r"\b(?:nav|irr|moic|tvpi|dpi|rvpi)\b")


class Cell(NamedTuple):
    """A value with its unit: those of a field, `confidence`, `page`, or `text`."""

    value: Any
    unit: str = "text"

    @property
    def is_number(self) -> bool:
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)


class Table(NamedTuple):
    """A titled table; every row has a cell per column."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]

    def as_json(self) -> dict[str, Any]:
        """The table as text, for `ace view` and for other readers of the artifact."""
        return {
            "title": self.title,
            "columns": list(self.columns),
            "rows": [[shown(cell) for cell in row] for row in self.rows],
        }


def words(name: str) -> str:
    """A name of the data as readers write it: `nav_per_share` is NAV per share."""
    return _SHORT.sub(lambda short: short.group().upper(), name.replace("_", " "))


def number_format(cell: Cell) -> str:
    """The format of a cell in a workbook; an amount that is not whole shows its decimals, as it does in text."""
    broken = cell.unit == "currency" and cell.value % 1
    return NUMBER_FORMATS.get("per_share" if broken else cell.unit, "General")


def of_field(field: Mapping[str, Any] | None) -> Cell:
    """The value of a field; an absent one gives an empty cell."""
    return Cell(field.get("value"), str(field.get("unit", "text"))) if field else Cell(None)


def shown(cell: Cell) -> str:
    """The cell as text: 5,275,723 · (30,000) · 9.6 % · 1.63x · 26.47 · –."""
    value = cell.value
    if value is None or value == "":
        return NOTHING
    if not cell.is_number:
        return " ".join(str(value).split())
    return _number(float(value), cell.unit)


def _number(value: float, unit: str) -> str:
    if unit == "percent":
        return f"{_plain(value, 1)} %"
    if unit == "multiple":
        return f"{_plain(value, 2)}x"
    if unit == "confidence":
        return f"{value:.3f}"
    text = _plain(abs(value), 2 if unit == "per_share" or value % 1 else 0)
    return f"({text})" if value < 0 else text


def _plain(value: float, digits: int) -> str:
    """At least `digits` decimals, at most four, with thousands separated."""
    text = f"{value:,.4f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(digits, "0")
    return f"{whole}.{fraction}" if fraction else whole
