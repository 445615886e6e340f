"""Pages that are pictures, read by the real engine: small ones, since a page takes seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from phases.common import ocr
from phases.common.pdf_lines import lines_of
from tests.phases.pdf_drawn import Piece, saved, table

pytest.importorskip("rapidocr")
SIZE = (300.0, 110.0)
ROWS = [["Ending NAV", "$5,275,723"], ["Fees", "($30,000)"], ["Net IRR", "9.6%"]]


def scanned(folder: Path, pieces: list[Piece], *, skew: float = 0.0, quarter: int = 0) -> Any:
    """A page with nothing but a picture of the pieces, `skew` degrees askew, or turned by quarters."""
    drawn = pymupdf.open(saved(folder, pieces, size=SIZE))[0]
    pixels = drawn.get_pixmap(matrix=pymupdf.Matrix(2.5, 2.5).prerotate(skew + quarter), alpha=False)
    size = SIZE if quarter % 180 == 0 else SIZE[::-1]
    page = pymupdf.open().new_page(width=size[0], height=size[1])
    page.insert_image(page.rect, stream=pixels.tobytes("png"), keep_proportion=False)
    return page


def rows(page: Any) -> tuple[ocr.Read, list[str]]:
    found = ocr.read(page, 200)
    return found, [" | ".join(cell.text for cell in line.cells) for line in lines_of(1, found.words)]


def test_figures_are_read_on_the_lines_of_their_labels(tmp_path: Path) -> None:
    found, texts = rows(scanned(tmp_path, table(ROWS, [20, -280], top=40, step=22)))
    assert texts == [" | ".join(row) for row in ROWS]
    assert found.turned == 0
    assert found.score > 0.9
    assert all(0 <= word.x0 < word.x1 <= SIZE[0] and 0 <= word.y0 < word.y1 <= SIZE[1] for word in found.words)


def test_a_page_askew_is_put_straight(tmp_path: Path) -> None:
    found, texts = rows(scanned(tmp_path, table(ROWS, [20, -280], top=40, step=22), skew=2.0))
    assert texts == [" | ".join(row) for row in ROWS]
    assert abs(found.skew) > 1
    heights = [{round(word.y0) for word in found.words if word.line == line} for line in range(3)]
    assert all(max(line) - min(line) <= 3 for line in heights)  # askew it would be 9


def test_a_page_on_its_side_is_turned(tmp_path: Path) -> None:
    found, texts = rows(scanned(tmp_path, table(ROWS, [20, -280], top=40, step=22), quarter=90))
    assert texts == [" | ".join(row) for row in ROWS]
    assert found.turned in (90, 270)


def test_a_lone_dash_in_a_column_of_figures_is_seen(tmp_path: Path) -> None:
    rows_with_dash = [["Ending NAV", "$5,275,723"], ["Contributions", "\u2013"], ["Fees", "($30,000)"]]
    pieces = [
        piece._replace(text="-") if piece.text == "\u2013" else piece
        for piece in table(rows_with_dash, [20, -280], top=40, step=22)
    ]
    _, texts = rows(scanned(tmp_path, pieces))
    assert [text.replace("\u2013", "-") for text in texts] == [
        "Ending NAV | $5,275,723",
        "Contributions | -",
        "Fees | ($30,000)",
    ]


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("Growth Partners Ill, L.P.", "Growth Partners III, L.P."),
        ("Fund VIl", "Fund VII"),
        ("Rookwood Al, Inc.", "Rookwood AI, Inc."),
        ("Al Gore spoke", "Al Gore spoke"),
        ("the ill man", "the ill man"),
        ("Fund IV", "Fund IV"),
        ("DPJ (TVPl) 1RR:", "DPI (TVPI) IRR:"),
        ("All of it", "All of it"),
    ],
)
def test_letters_that_look_alike_are_told_apart_by_what_they_can_be(line: str, right: str) -> None:
    assert " ".join(ocr.corrected(line.split())) == right


def test_a_blank_picture_has_no_words(tmp_path: Path) -> None:
    found, texts = rows(scanned(tmp_path, []))
    assert (found.words, texts) == ([], [])
