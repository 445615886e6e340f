"""Pages of a report that are pictures: which they are, and what they say, read by OCR.

A page counts as a picture when it has next to no text but shows something: an image over much of it, letters drawn as
paths, or text in a font that does not tell its letters. Each page read is journalled, so that a crash costs one page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ace import PhaseContext
from ace.errors import PhaseError
from phases.common import ocr, pdf_words
from phases.common.pdf_open import UNREADABLE
from phases.fund.document import ocr_labels

FEW_WORDS = 5  # a page with this many may carry a stamp or a page number only
PICTURE_SHARE = 0.3  # of the page that images cover
DRAWN_PATHS = 100  # a page of letters drawn as paths has thousands; borders and rules are tens
UNREADABLE_TEXTS = 20  # pieces of text that show something but give no letters
ON, OFF = "--set document_analysis.ocr=true", "ocr is off"


def read_scanned(sheets: Sequence[Any], pages: list[dict[str, Any]], ctx: PhaseContext) -> list[str]:
    """Fill in the words of pages that are pictures; what a person should know about those that stay unread.

    `sheets` are the pymupdf pages, None for damaged ones.
    """
    scanned = [
        page["number"] for page, sheet in zip(pages, sheets, strict=True) if is_picture(sheet, len(page["words"]))
    ]
    if not scanned:
        return []
    if not ctx.config["ocr"]:
        return [f"{named(scanned)} without text not read: {OFF} ({ON})"]
    if not ocr.available():
        return [f"{named(scanned)} without text not read: rapidocr is not installed ({ocr.INSTALL})"]
    most = int(ctx.config["ocr_pages"])
    dpi = int(ctx.config["ocr_dpi"])

    def one(number: int) -> dict[str, Any]:
        found = ocr.read(sheets[number - 1], dpi)
        rows = [pdf_words.as_row(word._replace(text=ocr_labels.mended(word.text))) for word in found.words]
        doubtful = [[round(value, pdf_words.DIGITS) for value in one[:4]] + [one[4]] for one in found.doubtful]
        seen = {"turned": found.turned, "skew": found.skew, "ocr_score": found.score, "doubtful": doubtful}
        return {"words": rows, **seen}

    read = ctx.map(one, scanned[:most], key=lambda number: f"page {number}", attempts=1)
    for number, found in read.pairs:
        _fill(pages[number - 1], found)
    left = scanned[most:]
    return [f"{named(left)} without text not read: document_analysis.ocr_pages = {most}"] if left else []


def is_picture(sheet: Any, words: int) -> bool:
    """Whether a page that gave so many words shows more than it says."""
    if sheet is None or words > FEW_WORDS:
        return False
    area, paths, texts = 0.0, 0, 0
    try:
        shown = sheet.get_bboxlog()
    except UNREADABLE:
        return False
    for kind, (x0, y0, x1, y1) in shown:
        if "image" in kind:
            area += max(0.0, x1 - x0) * max(0.0, y1 - y0)
        elif "path" in kind:
            paths += 1
        elif "text" in kind and kind != "ignore-text":
            texts += 1
    whole = sheet.rect.width * sheet.rect.height
    return area >= PICTURE_SHARE * whole or paths >= DRAWN_PATHS or texts >= UNREADABLE_TEXTS


def nothing_to_read(name: str, sheets: Sequence[Any], *, repaired: bool, ocr: bool) -> PhaseError:
    """Why a document gave no words at all."""
    if any(is_picture(sheet, 0) for sheet in sheets):
        if not ocr:
            return PhaseError(f"{name} has no text, only pictures, and {OFF}", hint=ON)
        hint = "scan it again, at 200 dpi"
        return PhaseError(f"{name} has no text, and none could be read from its pictures", hint=hint)
    if repaired or any(sheet is None for sheet in sheets):
        return PhaseError(f"{name} is damaged: nothing in it can be read", hint="get a fresh copy")
    what = "its only page is blank" if len(sheets) == 1 else f"all {len(sheets)} pages are blank"
    return PhaseError(f"{name} has nothing to read: {what}")


def named(numbers: Sequence[int]) -> str:
    """Pages as a sentence names them."""
    return f"page {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} pages (the first is {numbers[0]})"


def _fill(page: dict[str, Any], found: dict[str, Any]) -> None:
    if not found["words"]:
        return
    if found["turned"]:
        page["width"], page["height"] = page["height"], page["width"]
    page.update(found, text_source="ocr")
