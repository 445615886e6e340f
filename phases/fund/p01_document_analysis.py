"""Read a PDF report: the words of every page with their boxes, and what the document as a whole says of itself.

Reads   nothing but its configuration: one PDF file
Writes  file {name, bytes, sha256, pages}; pages (id, number from 1, width and height in points, turned, text_source:
        text, ocr or none, ocr_score, doubtful words of OCR, words [x0, y0, x1, y1, text, line] in reading order,
        table_density 0 to 1, scale, currency); document_type {value, score, evidence}; fund_name, manager, as_of_date
        (fields or null); currency, scale; scanned_pages; tables_of_many_funds; warnings

Raises PhaseError with a hint for a file that cannot be read: missing, empty, no PDF, damaged, encrypted, too long.
"""

from __future__ import annotations

import hashlib
import os
import re
from datetime import date
from typing import Any, NamedTuple

from ace import Inputs, Output, PhaseContext
from ace.errors import PhaseError
from phases.common import pdf_ligatures, pdf_open, pdf_words
from phases.common.text import scrub
from phases.fund.document import as_of, document_type, many_funds, names, page_layout, page_pictures, printed_units
from phases.fund.document.page_layout import Lined
from phases.fund.metrics import performance_table
from phases.fund.tables.rows import mark_of

TABLE_PAGES = 3  # looked at once more, cell by cell, where nothing tells what a document is
LIGATURE_PAGES = 4  # pages looked at to see how the document's fonts write ligatures
NO_WORDS = pdf_words.PageWords(0.0, 0.0, [], 0)  # of a page that is damaged
_MADE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")


class Reading(NamedTuple):
    """What was read of a file: its pages, when it says it was made, what a person should know."""

    pages: list[dict[str, Any]]
    made: date | None
    warnings: list[str]


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    path = _only_file(ctx.config["files"])
    reading = _read(path, ctx)
    pages = reading.pages
    layouts = [page_layout.lined(page) for page in pages]
    _describe(pages, layouts)
    data = {
        "file": {"name": scrub(os.path.basename(path)), **_identity(path), "pages": len(pages)},
        "pages": pages,
        **_facts(pages, layouts, reading.made),
        "scanned_pages": [page["number"] for page in pages if page["text_source"] == "ocr"],
        "warnings": reading.warnings,
    }
    for warning in reading.warnings:
        ctx.warn(warning)
    return Output(data, method="rules")


def _only_file(files: Any) -> str:
    names = [files] if isinstance(files, str) else list(files)
    if len(names) != 1 or not names[0]:
        given = f"{len(names)} were" if len(names) > 1 else "none was"
        message = f"ace run fund takes one PDF, and {given} given"
        raise PhaseError(message, hint="several go to: ace batch fund *.pdf" if names else "ace run fund report.pdf")
    return str(names[0])


def _identity(path: str) -> dict[str, Any]:
    with open(path, "rb") as file:
        return {"bytes": os.fstat(file.fileno()).st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _read(path: str, ctx: PhaseContext) -> Reading:
    name = os.path.basename(path)
    with pdf_open.opened(path, str(ctx.config["password"])) as document:
        count, most = document.page_count, ctx.config["max_pages"]
        if count > most:
            message = f"{name} has {count} pages, more than document_analysis.max_pages = {most}"
            raise PhaseError(message, hint=f"--set document_analysis.max_pages={count}")
        _warn_of_password(str(ctx.config["password"]), ctx)
        sheets = [pdf_open.page_of(document, number) for number in range(1, count + 1)]
        pages = _pages(sheets, ctx)
        warnings = ["the file was damaged and has been repaired for reading"] if document.is_repaired else []
        damaged = [page["number"] for page, sheet in zip(pages, sheets, strict=True) if sheet is None]
        warnings += [f"{page_pictures.named(damaged)} damaged and not read"] if damaged else []
        warnings += page_pictures.read_scanned(sheets, pages, ctx)
        if not any(page["words"] for page in pages):
            raise page_pictures.nothing_to_read(name, sheets, repaired=document.is_repaired, ocr=ctx.config["ocr"])
        return Reading(pages, _made(document.metadata), warnings)


def _warn_of_password(password: str, ctx: PhaseContext) -> None:
    if password and not password.startswith(pdf_open.FROM_ENVIRONMENT):
        ctx.warn("the password stands in this artifact's metadata; document_analysis.password=env:NAME keeps it out")


def _pages(sheets: list[Any], ctx: PhaseContext) -> list[dict[str, Any]]:
    """The pages in order; one that breaks while it is read becomes None in `sheets`, too."""
    sample = (_text(sheet) for sheet in sheets[:LIGATURE_PAGES])
    glyph_numbers = pdf_ligatures.has_glyph_numbers("".join(sample))
    pages = []
    for number, sheet in enumerate(sheets, 1):
        ctx.check()
        try:
            found = pdf_words.read_page(sheet, glyph_numbers=glyph_numbers) if sheet else NO_WORDS
        except pdf_open.UNREADABLE:
            sheets[number - 1], found = None, NO_WORDS
        pages.append(_page(number, found))
        ctx.progress(number, len(sheets), "pages")
    return pages


def _text(sheet: Any) -> str:
    try:
        return str(sheet.get_text()) if sheet else ""
    except pdf_open.UNREADABLE:
        return ""


def _page(number: int, found: pdf_words.PageWords) -> dict[str, Any]:
    return {
        "id": f"p{number}",
        "number": number,
        "width": found.width,
        "height": found.height,
        "turned": found.turned,
        "text_source": "text" if found.words else "none",
        "ocr_score": None,
        "words": [pdf_words.as_row(word) for word in found.words],
    }


def _made(metadata: dict[str, str] | None) -> date | None:
    """The day that the file says it was made, or None."""
    match = _MADE.match((metadata or {}).get("creationDate") or "")
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _describe(pages: list[dict[str, Any]], layouts: list[Lined]) -> None:
    """Add to each page what is known of it as a whole."""
    for page, layout in zip(pages, layouts, strict=True):
        page["table_density"] = page_layout.density(layout)
        page["scale"] = printed_units.scale_of(layout.lines)
        page["currency"] = printed_units.currency_of(layout.lines)


def _facts(pages: list[dict[str, Any]], layouts: list[Lined], made: date | None) -> dict[str, Any]:
    lines = [line for layout in layouts for line in layout.lines]
    many = many_funds.lists_many(table for layout in layouts for table in layout.tables)
    kind = document_type.classify(lines, many_funds=many)
    if kind["value"] == "other" and performance_table.lists_many(pages[:TABLE_PAGES], mark_of(pages)):
        many, kind = True, document_type.classify(lines, many_funds=True)  # set too close for the faster reading
    whole_programme = kind["value"] == "fund_performance_table"  # of a plan: no single fund is meant
    return {
        "document_type": kind,
        "fund_name": None if whole_programme else names.fund_name(lines),
        "manager": None if whole_programme else names.manager(lines),
        "as_of_date": as_of.as_of(lines, made),
        "currency": printed_units.currency_of(lines),
        "scale": printed_units.document_scale(pages),
        "tables_of_many_funds": many,
    }


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
