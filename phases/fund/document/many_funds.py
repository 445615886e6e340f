"""Whether a document is a table of many funds, one per row, as pension plans publish them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from phases.common.pdf_lines import Cell
from phases.common.pdf_tables import Table
from phases.fund.metrics import metric_labels

ROWS = 6  # with a fund's name; a fund of funds that lists fewer reports on itself
FIGURES = 3  # columns of figures beside the name
NAMED_SHARE = 0.4  # of the rows with figures that a fund's name heads
HEADED = 3  # columns headed by metrics that only funds have
NAMED_SHARE_VINTAGE = 0.2  # the same where a column gives vintage years
_HOUSE = (
    r"(?:fund|funds|partners?|capital|ventures?|equity|growth|buyout|investors?|opportunit\w+|holdings|credit|fonds)"
)
_NUMBER = r"(?:[IVXL]{1,6}(?:-?[A-Z])?|\d{1,4}|L\.?P\.?|SCSp|C\.?V\.?|FCPI|FPCI|SLP)"
_FUND = re.compile(rf"\b{_HOUSE}\b.*\b{_NUMBER}(?:\b|\Z)|\b{_NUMBER}\b.*\b{_HOUSE}\b", re.IGNORECASE)
_OF_FUNDS = frozenset(("commitment", "contributions", "distributions", "unfunded", "net_irr", "tvpi", "dpi"))
_WORD = re.compile(r"\W*[A-Za-zÀ-ÿ]")
_VINTAGE = re.compile(r"\b(?:vintage|inception|auflage|millésime)", re.IGNORECASE)


def lists_many(tables: Iterable[Table]) -> bool:
    """Whether some page's table has a fund per row and several figures for each."""
    return any(_is_list(table) for table in tables)


def _is_list(table: Table) -> bool:
    if sum(column.figures for column in table.columns) < FIGURES:
        return False
    rows = [row for row in table.rows if sum(cell is not None and cell.figure for cell in row) >= FIGURES]
    named = sum(any(is_fund_name(cell) for cell in row) for row in rows)
    vintage = any(_VINTAGE.search(column.header) for column in table.columns)
    share = NAMED_SHARE_VINTAGE if vintage else NAMED_SHARE
    return (named >= ROWS and named >= share * len(rows)) or (len(rows) >= ROWS and _is_headed(table, rows))


def _is_headed(table: Table, rows: Sequence[Sequence[Cell | None]]) -> bool:
    """Whether columns are headed by what only funds have, and words stand beside the figures: names may be wrapped."""
    found = [metric_labels.meaning(column.header) for column in table.columns if column.figures]
    named = sum(any(cell is not None and not cell.figure and _WORD.match(cell.text) for cell in row) for row in rows)
    return len({one.metric for one in found if one and one.rank == 0} & _OF_FUNDS) >= HEADED and 2 * named >= len(rows)


def is_fund_name(cell: Cell | None) -> bool:
    """Whether a cell reads like the name of a fund: a house's word and a number or legal form."""
    return cell is not None and not cell.figure and bool(_FUND.search(cell.text))
