"""The tables of each page, and how much of the page they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from phases.common.pdf_lines import Line
from phases.common.pdf_tables import Table, tables

PageTables = dict[int, list[Table]]  # by page number


def page_tables(lines: Sequence[Line]) -> PageTables:
    """The tables of every page; `lines` are those of the document, page by page."""
    return {page: tables(list(members)) for page, members in groupby(lines, key=lambda line: line.page)}


def density(lines: Sequence[Line], found: Sequence[Table]) -> float:
    """The share of a page's words that stand in rows of tables, 0 to 1."""
    words = sum(len(line.words) for line in lines)
    tabular = sum(len(line.words) for table in found for line in table.body)
    return round(tabular / words, 2) if words else 0.0
