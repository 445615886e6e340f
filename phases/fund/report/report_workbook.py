"""The tables of a report as a workbook: a sheet per table, numbers as numbers, nothing that a cell could execute.

The same tables give the same bytes: dates inside the file are fixed, so a rerun changes nothing on disk.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from phases.common.text import scrub
from phases.fund.report.report_cells import Cell, Table, number_format, shown

MAX_SHEET_NAME = 31  # characters; a limit of the format
MAX_CELL = 32_767  # characters; a limit of the format
WIDEST, NARROWEST = 60, 8  # columns' widths in characters
WRITTEN = datetime(2000, 1, 1)  # noqa: DTZ001  (the format knows no zone; a fixed date keeps the bytes the same)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")  # in names of sheets


def workbook(tables: Sequence[Table]) -> bytes:
    """The bytes of the .xlsx. Text that looks like a formula stays text."""
    book = Workbook(write_only=True)
    names: set[str] = set()
    for table in tables:
        _add(book, table, _sheet_name(table.title, names))
    if not tables:
        book.create_sheet("Nothing")
    book.properties.creator = "ACE"
    book.properties.created = book.properties.modified = WRITTEN
    raw = io.BytesIO()
    book.save(raw)
    return _fixed_dates(raw.getvalue())


def _add(book: Any, table: Table, name: str) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    for place, width in enumerate(_widths(table), 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([_head(sheet, title) for title in table.columns])
    for row in table.rows:
        sheet.append([_written(sheet, cell) for cell in row])


def _head(sheet: Any, title: str) -> Any:
    cell = WriteOnlyCell(sheet, title)
    cell.font = Font(bold=True)
    return cell


def _written(sheet: Any, cell: Cell) -> Any:
    if cell.is_number:
        written = WriteOnlyCell(sheet, cell.value)
        written.number_format = number_format(cell)
        return written
    if cell.value is None:
        return WriteOnlyCell(sheet, None)
    written = WriteOnlyCell(sheet, scrub(str(cell.value))[:MAX_CELL])
    written.data_type = "s"  # "=HYPERLINK(…)" in a company's name is a name
    written.alignment = Alignment(wrap_text=True, vertical="top")
    return written


def _widths(table: Table) -> list[int]:
    columns = zip(*([Cell(title) for title in table.columns], *table.rows), strict=True)
    return [min(WIDEST, max(NARROWEST, *(len(shown(cell)) + 2 for cell in column))) for column in columns]


def _sheet_name(title: str, taken: set[str]) -> str:
    base = _FORBIDDEN.sub(" ", title).strip()[:MAX_SHEET_NAME] or "Sheet"
    name, number = base, 1
    while name.lower() in taken:
        number += 1
        name = f"{base[: MAX_SHEET_NAME - 4]} {number}"
    taken.add(name.lower())
    return name


def _fixed_dates(content: bytes) -> bytes:
    """The same archive with one date for all its members and for the book itself."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            member = source.read(name)
            if name == "docProps/core.xml":
                member = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", WRITTEN.isoformat().encode() + b"Z", member)
            info = zipfile.ZipInfo(name, WRITTEN.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, member)
    return out.getvalue()
