"""The rows of a schedule as lines of meaning: name, sector, instrument, and the figures that are kept.

Pure reading of columns; which lines make one company is decided in `position_blocks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from phases.fund.metrics import candidates
from phases.fund.metrics.candidates import Setting
from phases.fund.metrics.metric_choice import is_of
from phases.fund.positions.schedules import Schedule
from phases.fund.tables.rows import Cell, Row
from phases.fund.tables.tables import Table

KEPT = ("cost", "fair_value", "ownership_pct", "pct_net_assets", "moic")
AMOUNTS = ("cost", "fair_value")
_TOTAL = re.compile(
    r"(?:grand |sub[- ]?)?totals?\b|subtotal|(?:zwischen)?summe\b|(?:ins)?gesamt\b|sous-total|summa\b|delsumma|i alt\b|"
    r"totaal\b|totale\b|totalt\b|yhteens|suma\b",
    re.IGNORECASE,
)
_END = re.compile(
    r"total (?:portfolio |long-term |unrealized )?investments?\b|total portfolio\b|grand total\b|"
    r"(?:other )?(?:assets|liabilities)\b.{0,30}\b(?:in excess|less)|net (?:other )?assets\b|"
    r"(?:other|cash)\b.{0,20} (?:assets|liabilities)|(?:total|(?:ins)?gesamt|summe|summa|i alt|"
    r"totaal|totale|totalt)\s*\Z|total net assets",
    re.IGNORECASE,
)
_CASH = re.compile(
    r"cash(?: (?:and|at|in|on|balances?|held)\b.*|\W*)\Z|debtors\b|creditors\b|net working capital|provisions?\W*\Z|"
    r"(?:net |other )*(?:current |other |net )?(?:assets|liabilities)\W*\Z|bank(?:guthaben| balances?| deposits?)|"
    r"liquide mittel|tr[eé]sorerie|likvida medel|liquide middelen",
    re.IGNORECASE,
)
_LOCAL = re.compile(
    r"\b(?:local|transaction|original|investment|foreign) (?:currency|ccy)\b|\blc\b|devise", re.IGNORECASE
)
_ORIGINAL = re.compile(r"\b(?:original|initial|total invested|since inception|cumulative)\b", re.IGNORECASE)


class Line(NamedTuple):
    """step: points from the line above to this one, infinite at the top of a page. scale: of its amounts."""

    name: Cell | None
    sector: str
    instrument: str
    day: str
    figures: dict[str, Cell]
    step: float
    page: int
    scale: int
    height: float = 0.0  # of its words, points
    limit: float = float("inf")  # where the column right of its name begins

    @property
    def text(self) -> str:
        return self.name.text if self.name else ""

    @property
    def valued(self) -> bool:
        return any(kind in self.figures for kind in AMOUNTS)

    @property
    def lone(self) -> bool:
        """A value beside nothing: a sub-total."""
        return self.valued and not self.name and not self.instrument and not self.sector and not self.day

    @property
    def total(self) -> bool:
        return bool(_TOTAL.match(self.text))


def lines(schedule: Schedule, context: Setting) -> list[Line]:
    """All lines of a schedule, table after table."""
    found = [
        line
        for table, kinds in zip(schedule.tables, schedule.meanings, strict=True)
        for line in _of_table(table, kinds, context)
    ]
    return _with_whole_totals(found)


def _with_whole_totals(found: list[Line]) -> list[Line]:
    """Totals whose words are wrapped ("Total Intellectual" / "Property - 6.5%   6,053,536") as one line."""
    whole: list[Line] = []
    for line in found:
        last = whole[-1] if whole else None
        if last is not None and last.total and not last.valued and last.name and line.name and line.page == last.page:
            words = last.name.words + line.name.words
            whole[-1] = line._replace(name=line.name._replace(words=words), step=last.step)
        else:
            whole.append(line)
    return whole


def is_end(text: str) -> bool:
    """Whether a name says that the positions are over: the total, other assets, net assets."""
    return bool(_END.match(text))


def is_cash(text: str) -> bool:
    """Whether a row is of money and not of a company: cash at bank, net current assets. Money-market funds are held."""
    return bool(_CASH.match(text))


def _of_table(table: Table, kinds: Mapping[int, str], context: Setting) -> Iterator[Line]:
    columns = chosen_columns(table, kinds, context)
    above: Row | None = None
    for row in table.body:
        step = row.middle - above.middle if above is not None else float("inf")
        above = row
        yield _line(table, row, kinds, columns, step, context)


def chosen_columns(table: Table, kinds: Mapping[int, str], context: Setting) -> dict[int, str]:
    """The columns of figures that are kept: of two with one meaning the one of the report's date, else the first."""
    chosen: dict[int, str] = {}
    for kind in KEPT:
        same = [number for number, meaning in kinds.items() if meaning == kind]
        days = {number: candidates.column_day(table.columns[number].header) for number in same}
        current = [number for number in same if days[number] and is_of(days[number], context.as_of)]
        undated = sorted(
            (number for number in same if not days[number]), key=lambda number: _aside(table.columns[number].header)
        )
        if same:
            chosen[next(iter(current or undated or _latest(days)))] = kind
    return chosen


def _aside(header: str) -> tuple[bool, bool, bool]:
    """Whether a column is of an earlier period, in the currency of the investment, or of money that has come back."""
    return candidates.is_earlier(header), bool(_LOCAL.search(header)), bool(_ORIGINAL.search(header))


def _latest(days: Mapping[int, object]) -> list[int]:
    return sorted(days, key=lambda number: str(days[number]), reverse=True)


def _line(
    table: Table, row: Row, kinds: Mapping[int, str], columns: Mapping[int, str], step: float, context: Setting
) -> Line:
    texts: dict[str, list[Cell]] = {}
    figures: dict[str, Cell] = {}
    header = ""
    for cell in row.cells:
        number = table.place(cell)
        if cell.kind == "text" or (cell.kind == "figure" and table.columns[number].kind == "text"):
            texts.setdefault(kinds.get(number, "other"), []).append(cell)
        elif cell.kind == "date":
            texts.setdefault("date", []).append(cell)
        elif cell.kind == "figure" and number in columns:
            figures[columns[number]] = cell
            header = table.columns[number].header if columns[number] in AMOUNTS else header
    names = texts.get("name", []) + texts.get("name_and_sector", []) or _total_beside(texts)
    name = Cell(tuple(word for cell in names for word in cell.words), None, "text", row.page) if names else None
    scale = candidates.table_scale(table, header, "", context)
    return Line(
        name,
        _joined(texts, "sector"),
        _joined(texts, "instrument"),
        _joined(texts, "date"),
        figures,
        step,
        row.page,
        scale,
        row.y1 - row.y0,
        _limit(table, name),
    )


def _total_beside(texts: dict[str, list[Cell]]) -> list[Cell]:
    """The words of a sum that stand in another column than names do; they are taken out of it."""
    for kind, cells in texts.items():
        if _TOTAL.match(cells[0].text):
            return texts.pop(kind)
    return []


def _limit(table: Table, name: Cell | None) -> float:
    return min(
        (one.x0 for one in table.columns if name and one.x0 > name.x0 + name.words[0].height), default=float("inf")
    )


def _joined(texts: Mapping[str, list[Cell]], kind: str) -> str:
    return " ".join(cell.text for cell in texts.get(kind, []))
