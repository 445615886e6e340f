"""What stands where on a page: its lines and rows, and the tables they form. Worked out once for the phases of a run.

There are two readings of a page. Chunks are made of *lines*, which keep the reading order of columns side by side;
figures are read from *rows*, which go across the whole page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from phases.common import pdf_lines, pdf_tables, pdf_words
from phases.common.figures import Mark
from phases.common.once import once
from phases.fund.tables import rows, tables

KEPT_PAGES = 128  # of each reading; 0.3 MB each at most, and a longer document is read anew by every phase


class Lined(NamedTuple):
    """The lines of a page in reading order, and the tables of lines, top down."""

    lines: tuple[pdf_lines.Line, ...]
    tables: tuple[pdf_tables.Table, ...]


class Rowed(NamedTuple):
    """The rows of a page and the tables of rows, top down."""

    rows: tuple[rows.Row, ...]
    tables: tuple[tables.Table, ...]


def lined(page: Mapping[str, Any]) -> Lined:
    """A page of document_analysis as lines."""
    return _lined(page["number"], page["words"])


def rowed(page: Mapping[str, Any], mark: Mark) -> Rowed:
    """A page of document_analysis as rows, read with the document's decimal mark."""
    return _rowed(page["number"], page["words"], mark)


@once(keep=KEPT_PAGES)
def _lined(number: int, words: list[list[Any]]) -> Lined:
    found = pdf_lines.lines_of(number, pdf_words.from_rows(words))
    return Lined(tuple(found), tuple(pdf_tables.tables(found)))


@once(keep=KEPT_PAGES)
def _rowed(number: int, words: list[list[Any]], mark: Mark) -> Rowed:
    found = rows.page_rows({"number": number, "words": words}, mark)
    return Rowed(tuple(found), tuple(tables.tables(found, mark)))


def density(page: Lined) -> float:
    """The share of a page's words that stand in rows of tables, 0 to 1."""
    words = sum(len(line.words) for line in page.lines)
    tabular = sum(len(line.words) for table in page.tables for line in table.body)
    return round(tabular / words, 2) if words else 0.0
