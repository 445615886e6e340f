"""What the columns of a schedule of investments hold, by the words over them.

Names of columns differ from house to house and language to language: they are patterns in column_wordings.json, tried
in their order, since "value per share" is no value and "% of cost" no cost.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

from phases.fund.metrics.metric_labels import normal
from phases.fund.tables.tables import Table, holds_figures

_FILE = Path(__file__).with_name("column_wordings.json")


@functools.cache
def _compiled(kind: str) -> list[tuple[str, re.Pattern[str]]]:
    """Meanings with their patterns, for columns of "figures" or of "texts", in the order of the file."""
    table = json.loads(_FILE.read_text(encoding="utf-8"))
    return [(row["meaning"], re.compile(row["pattern"])) for row in table[kind]]


@functools.cache
def figure_meaning(header: str) -> str | None:
    """cost, fair_value, ownership_pct, pct_net_assets, moic, shares, date or another kind that is not kept; or None."""
    words = normal(header.replace("%", " % ")) if "%" not in header else _with_percent(header)
    for meaning, pattern in _compiled("figures"):
        if pattern.search(words):
            return meaning
    return None


def _with_percent(header: str) -> str:
    """Normal form that keeps the percent sign, which the comparison of labels leaves out."""
    return " ".join(normal(header.replace("%", " percent ")).replace("percent", "%").split())


@functools.cache
def text_meaning(header: str) -> str | None:
    words = normal(header.replace("/", " and "))
    return next((meaning for meaning, pattern in _compiled("texts") if pattern.search(words)), None)


def meanings(table: Table) -> dict[int, str]:
    """Column number → what it holds; the first column of text is the name, unless another one is headed so."""
    found: dict[int, str] = {}
    for number, column in enumerate(table.columns):
        if column.kind == "date":
            found[number] = "date"
            continue
        meaning = text_meaning(column.header) if column.kind == "text" else figure_meaning(column.header)
        if meaning:
            found[number] = meaning
    texts = [number for number, column in enumerate(table.columns) if column.kind == "text"]
    names = [number for number in texts if found.get(number) in ("name", "name_and_sector")]
    if texts and not names:
        found |= dict.fromkeys(_names_by_place(table, texts), "name")
    for number in names[1:]:
        found[number] = "instrument"
    return found


def _names_by_place(table: Table, texts: list[int]) -> list[int]:
    """Where no header says names: the first text beside figures, and the headings of rows left of it."""
    rows = [row for row in table.body if holds_figures(row)]
    beside = {table.place(cell) for row in rows for cell in row.of("text")}
    first = next((number for number in texts if number in beside), texts[0])
    return [number for number in texts if number <= first]
