"""Pages drawn for tests: pieces of text at places, saved as a real PDF and opened again."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pymupdf


class Piece(NamedTuple):
    x: float
    y: float
    text: str
    size: float = 9.0
    right: bool = False  # x is where it ends


def saved(
    folder: Path, *pages: list[Piece], name: str = "drawn.pdf", size: tuple[float, float] = (612, 792), **options: Any
) -> Path:
    document = pymupdf.open()
    font = pymupdf.Font("helv")
    for pieces in pages:
        page = document.new_page(width=size[0], height=size[1])
        for x, y, text, points, right in pieces:
            start = x - font.text_length(text, points) if right else x
            page.insert_text((start, y), text, fontname="helv", fontsize=points)
    document.save(folder / name, **options)
    return folder / name


def lines(*texts: str, x: float = 60, top: float = 70, step: float = 14, size: float = 10) -> list[Piece]:
    """Lines of text one below the other; an empty one leaves white."""
    return [Piece(x, top + step * place, text, size) for place, text in enumerate(texts) if text]


def table(rows: list[list[str]], stops: list[float], top: float = 120, step: float = 14) -> list[Piece]:
    """Rows of cells; a stop below 0 is where a cell ends, others where it begins."""
    return [
        Piece(abs(stop), top + step * place, cell, 9.0, stop < 0)
        for place, row in enumerate(rows)
        for stop, cell in zip(stops, row, strict=False)
        if cell
    ]
