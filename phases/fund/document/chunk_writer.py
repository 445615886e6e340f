"""Chunks as they are written: text gathered under its heading up to a size, tables with their cells."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from phases.common.paragraphs import Paragraph
from phases.common.pdf_lines import Cell, Line, box_of
from phases.common.pdf_tables import Table
from phases.common.text import sentences
from phases.fund.document.chunk_kinds import kind_of

DIGITS = 1  # decimals of a box
BETWEEN = " | "  # cells in the text of a table
SAME_COLUMN = 0.5  # of the narrower of two columns that lie over each other on two pages

Chunk = dict[str, Any]


class ChunkWriter:
    """Gathers chunks in reading order; `known` are the document's words, `most` the characters of a text chunk."""

    def __init__(self, most: int, known: Collection[str]) -> None:
        self.chunks: list[Chunk] = []
        self.known = known
        self._most = most
        self._heading = ""
        self._table: Table | None = None  # the last one, while nothing but headers and footers came after it
        self._table_chunk: Chunk = {}
        self._open = False  # whether the last chunk is text that may grow

    def table(self, table: Table) -> None:
        """Add a table, to the one before when it goes on overleaf."""
        if self._table is not None and _goes_on(self._table, table):
            _extend_table(self._table_chunk, table)
        else:
            self._table_chunk = _table_chunk(table, self._heading)
            self.chunks.append(self._table_chunk)
        self._table, self._open = table, False

    def paragraph(self, paragraph: Paragraph) -> None:
        """Add a heading or a paragraph; a long one is cut between sentences."""
        if paragraph.heading:
            self._heading, self._open = paragraph.text, False
            self.chunks.append(_text_chunk("heading", self._heading, paragraph.text, paragraph.lines))
            return
        if any(line.prose for line in paragraph.lines):
            self._table = None
        if self._open and len(self.chunks[-1]["text"]) + len(paragraph.text) < self._most:
            _extend_text(self.chunks[-1], paragraph)
            return
        for text in _pieces(paragraph.text, self._most):
            self.chunks.append(_text_chunk("narrative", self._heading, text, paragraph.lines))
        self._open = True


def _text_chunk(kind: str, heading: str, text: str, lines: Sequence[Line]) -> Chunk:
    return {"kind": kind, "heading": heading, "text": text, **_place(lines)}


def _extend_text(chunk: Chunk, paragraph: Paragraph) -> None:
    chunk["text"] += "\n\n" + paragraph.text
    chunk["last_page"] = paragraph.lines[-1].page
    chunk["lines"] += _numbers(paragraph.lines)
    on_page = [line for line in paragraph.lines if line.page == chunk["page"]]
    if on_page:
        chunk["bbox"] = _around(chunk["bbox"], _box(on_page))


def _pieces(text: str, most: int) -> list[str]:
    """The text in parts of at most `most` characters, cut between sentences where that is possible."""
    if len(text) <= most:
        return [text]
    pieces = [""]
    for sentence in sentences(text):
        if pieces[-1] and len(pieces[-1]) + len(sentence) >= most:
            pieces.append("")
        pieces[-1] += (" " if pieces[-1] else "") + sentence
    return pieces


def _table_chunk(table: Table, heading: str) -> Chunk:
    return {
        "kind": kind_of(table),
        "heading": heading,
        "text": _table_text(table),
        **_place(table.lines),
        "columns": [
            {"x0": round(c.x0, DIGITS), "x1": round(c.x1, DIGITS), "figures": c.figures, "header": c.header}
            for c in table.columns
        ],
        "rows": _rows(table),
        "row_lines": _numbers(table.body),
    }


def _extend_table(chunk: Chunk, table: Table) -> None:
    chunk["text"] += "\n" + _table_text(table)
    chunk["last_page"] = table.page
    chunk["lines"] += _numbers(table.lines)
    chunk["rows"] += _rows(table)
    chunk["row_lines"] += _numbers(table.body)
    for column, more in zip(chunk["columns"], table.columns, strict=True):
        column["x0"] = min(column["x0"], round(more.x0, DIGITS))
        column["x1"] = max(column["x1"], round(more.x1, DIGITS))


def _goes_on(before: Table, table: Table) -> bool:
    """Whether a table overleaf has the columns of the one before, and no headers or the same."""
    if table.page != before.page + 1 or len(table.columns) != len(before.columns):
        return False
    pairs = list(zip(before.columns, table.columns, strict=True))
    level = all(
        min(a.x1, b.x1) - max(a.x0, b.x0) >= SAME_COLUMN * min(a.x1 - a.x0, b.x1 - b.x0) and a.figures == b.figures
        for a, b in pairs
    )
    said = [(a.header, b.header) for a, b in pairs if a.figures]
    return level and (not any(b for _, b in said) or all(a == b for a, b in said))


def _table_text(table: Table) -> str:
    header = BETWEEN.join(column.header for column in table.columns)
    rows = (BETWEEN.join(cell.text for cell in row if cell is not None) for row in table.rows)
    return "\n".join(text for text in (header if header.strip(" |") else "", *rows) if text)


def _rows(table: Table) -> list[list[dict[str, Any] | None]]:
    return [[_cell(cell, table.page) for cell in row] for row in table.rows]


def _cell(cell: Cell | None, page: int) -> dict[str, Any] | None:
    if cell is None:
        return None
    return {"text": cell.text, "bbox": [round(value, DIGITS) for value in cell[:4]], "page": page}


def _place(lines: Sequence[Line]) -> dict[str, Any]:
    page = lines[0].page
    box = _box([line for line in lines if line.page == page])
    return {"page": page, "last_page": lines[-1].page, "bbox": box, "lines": _numbers(lines)}


def _box(lines: Sequence[Line]) -> list[float]:
    return [round(value, DIGITS) for value in box_of([word for line in lines for word in line.words])]


def _around(one: list[float], other: list[float]) -> list[float]:
    return [min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])]


def _numbers(lines: Sequence[Line]) -> list[list[int]]:
    return [[line.page, line.number] for line in lines]
