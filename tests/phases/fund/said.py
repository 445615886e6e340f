"""Lines of text as a reader of a page hands them on, without a PDF."""

from __future__ import annotations

from phases.common.pdf_lines import Line, line_of
from phases.common.pdf_words import Word

LETTER, HEIGHT, STEP = 5.0, 10.0, 14.0  # points


def said(*texts: str, page: int = 1, left: float = 50.0) -> list[Line]:
    """One line per text, top down; a `|` leaves white as between cells."""
    return [_line(text, page, number, left) for number, text in enumerate(texts) if text.strip()]


def _line(text: str, page: int, number: int, left: float) -> Line:
    words, x, top = [], left, 60.0 + STEP * number
    for part in text.split():
        if part == "|":
            x += 60.0
            continue
        words.append(Word(x, top, x + LETTER * len(part), top + HEIGHT, part, number))
        x += LETTER * len(part) + 3.0
    return line_of(page, number, words)
