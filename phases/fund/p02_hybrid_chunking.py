"""Cut the document into chunks that mean one thing: tables whole, running text by heading and paragraph.

Reads   document_analysis.pages
Writes  chunks (id, kind, heading, text, page, last_page, bbox, lines [page, line]); tables also have columns
        (x0, x1, figures, header), rows (a cell {text, bbox, page} or null per column) and row_lines [page, line]

`kind` is metrics, positions or table for tables, narrative or heading for text. Boxes are in points on `page`.
A table is never cut; one that goes on overleaf with the same columns stays one chunk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from ace import Inputs, Output, PhaseContext
from ace.errors import ConfigError
from phases.common.paragraphs import paragraphs, usual_height, vocabulary
from phases.common.pdf_lines import Line
from phases.common.pdf_tables import Table
from phases.fund.document.chunk_writer import Chunk, ChunkWriter
from phases.fund.document.page_layout import lined

LEAST_CHARS = 200  # of max_chars: shorter chunks would cut sentences


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    """Raises ConfigError when max_chars is no number of characters."""
    most = ctx.config["max_chars"]
    if not isinstance(most, int) or isinstance(most, bool) or most < LEAST_CHARS:
        message = f"hybrid_chunking.max_chars: {most!r} is not a whole number from {LEAST_CHARS} on"
        raise ConfigError(message)
    pages = inputs["document_analysis"]["pages"]
    chunks = [{"id": f"c{number}", **chunk} for number, chunk in enumerate(_chunks(pages, most), 1)]
    ctx.progress(len(pages), len(pages), "pages")
    return Output({"chunks": chunks}, method="rules")


def _chunks(pages: Sequence[Mapping[str, Any]], most: int) -> list[Chunk]:
    found = [lined(page) for page in pages]
    lines = [line for page_lines, _ in found for line in page_lines]
    writer = ChunkWriter(most, vocabulary(lines))
    usual = usual_height(lines)
    for part in (part for page in found for part in _parts(*page)):
        if isinstance(part, Table):
            writer.table(part)
        else:
            for paragraph in paragraphs(part, usual, writer.known):
                writer.paragraph(paragraph)
    return writer.chunks


def _parts(lines: Sequence[Line], tables: Sequence[Table]) -> Iterator[Table | list[Line]]:
    """The tables of a page, and runs of lines between them, in reading order."""
    inside = {line.number: table for table in tables for line in table.lines}
    for table_id, run_of_lines in groupby(lines, key=lambda line: id(inside.get(line.number))):
        members = list(run_of_lines)
        table = inside.get(members[0].number)
        yield members if table is None or id(table) != table_id else table


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
