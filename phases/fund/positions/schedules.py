"""The schedules of investments of a document, and the one that is of the report's own date.

A filing holds two full ones, of this and of the last year's end, and more tables with names and values in its notes
(changes in affiliates, levels of valuation). What counts: the title, the columns, the date over the table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from phases.fund.metrics import candidates, performance_table
from phases.fund.metrics.candidates import Setting
from phases.fund.metrics.label_values import heads
from phases.fund.metrics.metric_choice import is_of
from phases.fund.tables import column_meaning, continued
from phases.fund.tables.tables import Table, holds_figures

_TITLE = re.compile(
    r"schedule of (?:portfolio )?(?:investments|holdings)|portfolio (?:of |)(?:investments|"
    r"companies|valuation|summary|holdings|overview|schedule)|"
    r"investment (?:portfolio|schedule|summary|holdings)|(?:statement|summary) of investments|"
    r"investments? (?:by company|held)|"
    r"portfolio(?:übersicht|unternehmen)|beteiligungs(?:übersicht|portfolio|spiegel)|portefeuille",
    re.IGNORECASE,
)
_OTHER_TITLE = re.compile(
    r"unobservable|valuation technique|changes? in (?:fair value|level)|level 3|fair value "
    r"hierarchy|restricted securities",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"purchase|\bsales\b|transfer|\bbalance\b|gross (?:additions|reductions)|\bnet (?:realized )?gains?\b|"
    r"change in (?!val|fair|unr)",
    re.IGNORECASE,
)  # of a period
LEAST_SCORE = 1
RETURNS = frozenset(("tvpi", "dpi", "net_irr"))  # printed of companies too, beside their cost and value


class Schedule(NamedTuple):
    """Tables that go on from each other, with the meaning of their columns, and the date over them."""

    tables: tuple[Table, ...]
    meanings: tuple[dict[int, str], ...]
    day: date | None
    score: int

    @property
    def rows(self) -> int:
        return sum(holds_figures(row) for table in self.tables for row in table.body)


def of_report(listed: Sequence[Schedule], context: Setting) -> Schedule | None:
    """The schedule of the report's date: the best by its title and columns, then the longest, then the first."""
    found = [one for one in listed if one.score >= LEAST_SCORE]
    current = [one for one in found if is_of(one.day, context.as_of)]
    dated = [one for one in current if one.day] or current
    pool = [one for one in dated if one.score == max(other.score for other in dated)]
    return max(pool, key=lambda one: one.rows, default=None) or _latest(found)


def _latest(found: Sequence[Schedule]) -> Schedule | None:
    """Where no schedule carries the report's date: the one of the latest date."""
    return max(found, key=lambda one: (one.day or date.min, one.score, one.rows), default=None)


def all_schedules(tables: Sequence[Table]) -> list[Schedule]:
    groups: list[list[tuple[Table, dict[int, str], date | None]]] = []
    last: Table | None = None
    for raw in tables:
        table = continued.with_header_of(raw, last)
        meanings = column_meaning.meanings(table)
        if not _is_schedule(table, meanings):
            continue
        day = candidates.table_day(table.titles) or (
            groups[-1][-1][2] if groups and table.page - last_page(groups) <= 1 else None
        )
        if groups and _goes_on(groups[-1][-1], (table, meanings, day)):
            groups[-1].append((table, meanings, day))
        else:
            groups.append([(table, meanings, day)])
        last = table
    return [_schedule(group) for group in groups]


def last_page(groups: Sequence[Sequence[tuple[Table, dict[int, str], date | None]]]) -> int:
    return groups[-1][-1][0].page


def _is_schedule(table: Table, meanings: dict[int, str]) -> bool:
    kinds = set(meanings.values())
    named = bool({"name", "name_and_sector"} & kinds)
    of_funds = {meaning.metric for meaning in heads(table).values()} & performance_table.OF_FUNDS
    both = {"fair_value", "cost"} <= kinds
    funds = len(of_funds - RETURNS) > 1 if both else bool(of_funds)
    return named and bool({"fair_value", "cost"} & kinds) and not funds


def _goes_on(
    before: tuple[Table, dict[int, str], date | None], after: tuple[Table, dict[int, str], date | None]
) -> bool:
    (one, one_kinds, one_day), (two, two_kinds, two_day) = before, after
    close = two.page - one.page <= 1
    kept = {"cost", "fair_value", "pct_net_assets", "ownership_pct", "other_value"}
    first, second = set(one_kinds.values()) & kept, set(two_kinds.values()) & kept
    return close and one_day == two_day and (first <= second or second <= first)  # a page may leave a column empty


def _schedule(group: Sequence[tuple[Table, dict[int, str], date | None]]) -> Schedule:
    tables = tuple(table for table, _, _ in group)
    kinds = [kind for _, meanings, _ in group[:1] for kind in meanings.values()]
    changes = any(_CHANGES.search(column.header) for column in tables[0].columns)
    titles = " ".join(f"{table.title} {' '.join(column.header for column in table.columns)}" for table in tables[:2])
    score = 3 * bool(_TITLE.search(titles)) - 3 * bool(_OTHER_TITLE.search(titles)) - 3 * changes
    score += 2 * ({"cost", "fair_value"} <= set(kinds)) + bool(
        {"sector", "instrument", "ownership_pct", "pct_net_assets"} & set(kinds)
    )
    return Schedule(tables, tuple(meanings for _, meanings, _ in group), group[0][2], score)
