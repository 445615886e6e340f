"""Words of drawn pages: order, lines, boxes, ligatures, leaders, pages that lie on their side."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from phases.common import pdf_ligatures, pdf_words
from phases.common.pdf_open import opened
from phases.common.pdf_words import PageWords, Raw, cleaned, read_page
from tests.phases.pdf_drawn import Piece, lines, saved, table

PROSE = (
    "the fund has invested in seven companies so far and",
    "expects to add two more before the end of the year while",
    "keeping enough in reserve for those that will need it",
    "later on when markets are again open to new issues",
    "and buyers have come back with prices that are fair",
)
OTHER = (
    "in this part of the letter we look at what has been",
    "said about prices and why most of that is too late to",
    "be of use to anyone who must decide on a purchase now",
    "rather than explain in the spring what had been known",
    "to every reader of the trade press since last autumn",
)


def read(path: Path, number: int = 0) -> PageWords:
    with opened(str(path)) as document:
        return read_page(document[number])


def texts(found: PageWords) -> list[str]:
    joined: dict[int, list[str]] = {}
    for word in found.words:
        joined.setdefault(word.line, []).append(word.text)
    return [" ".join(joined[number]) for number in sorted(joined)]


def test_rows_of_a_table_stay_on_one_line(tmp_path: Path) -> None:
    rows = [["Alpha Works, Inc.", "1,200", "3,400"], ["Beta Grid", "77", "88"], ["Total", "1,277", "3,488"]]
    assert texts(read(saved(tmp_path, table(rows, [60, -300, -500])))) == [" ".join(row) for row in rows]


def test_columns_of_prose_are_read_one_after_the_other(tmp_path: Path) -> None:
    page = (
        lines(*PROSE, x=40, size=9) + lines(*OTHER, x=320, size=9) + lines("A title over both columns", top=40, size=14)
    )
    assert texts(read(saved(tmp_path, page))) == ["A title over both columns", *PROSE, *OTHER]


def test_a_table_beside_prose_keeps_its_rows(tmp_path: Path) -> None:
    rows = [
        ["Alpha Inc.", "22.4%"],
        ["Beta Corp.", "17.0%"],
        ["Gamma Ltd", "8.6%"],
        ["Delta", "5.8%"],
        ["Epsilon", "4.7%"],
    ]
    page = lines(*PROSE, x=40, size=9) + table(rows, [340, -560], top=70)
    assert texts(read(saved(tmp_path, page))) == [*PROSE, *(" ".join(row) for row in rows)]


def test_labels_beside_figures_are_no_columns_of_prose(tmp_path: Path) -> None:
    rows = [
        ["Net asset value at the beginning of the period", "1,000"],
        ["less what was paid out to the partners", "50"],
    ]
    page = table(rows * 3, [60, -500]) + lines(*PROSE[:3], top=260)
    found = texts(read(saved(tmp_path, page)))
    assert found[:2] == [" ".join(row) for row in rows]


def test_long_names_beside_words_and_figures_are_a_table(tmp_path: Path) -> None:
    names = ["Advent Larch Global Private Equity", "Birch International Growth Capital Partners", "Cedar Hill Special Opportunities Credit",
             "Dogwood Street Venture Capital Partners", "Elm Grove European Buyout Partners"]  # fmt: skip
    rows = [[name, "Buyout", "1.5x"] for name in names]
    assert texts(read(saved(tmp_path, table(rows, [60, 330, -480])))) == [" ".join(row) for row in rows]


def test_boxes_are_where_the_words_are(tmp_path: Path) -> None:
    (word,) = read(saved(tmp_path, [Piece(100, 200, "12,345", 10)])).words
    assert (word.x0, word.y1) == pytest.approx((100, 203), abs=1.5)
    assert word.y0 < 193 < word.y1
    assert word.x1 == pytest.approx(100 + pymupdf.Font("helv").text_length("12,345", 10), abs=0.5)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_whose_rotation_makes_it_upright_is_read_as_it_is_shown(tmp_path: Path, rotation: int) -> None:
    document = pymupdf.open()
    page = document.new_page(width=600, height=800)
    for place, text in enumerate(("Portfolio company", "Alpha Works 1,234")):
        at = {90: (100 + 20 * place, 700), 180: (500, 700 - 20 * place), 270: (500 - 20 * place, 100)}[rotation]
        page.insert_text(at, text, fontsize=10, rotate=rotation)
    page.set_rotation(rotation)
    found = read_page(page)
    assert (found.width, found.height, found.turned) == (page.rect.width, page.rect.height, 0)
    assert texts(found) == ["Portfolio company", "Alpha Works 1,234"]
    assert all(0 <= w.x0 < w.x1 <= found.width and 0 <= w.y0 < w.y1 <= found.height for w in found.words)


@pytest.mark.parametrize(("angle", "turned"), [(90, 90), (270, 270)])
def test_a_page_set_sideways_is_turned(tmp_path: Path, angle: int, turned: int) -> None:
    document = pymupdf.open()
    page = document.new_page(width=600, height=800)
    for place, text in enumerate(("Portfolio company", "Alpha Works 1,234", "Beta Grid 567")):
        at = (100 + 20 * place, 700) if angle == 90 else (500 - 20 * place, 100)
        page.insert_text(at, text, fontsize=10, rotate=angle)
    found = read_page(page)
    assert (found.turned, found.width, found.height) == (turned, 800, 600)
    assert texts(found) == ["Portfolio company", "Alpha Works 1,234", "Beta Grid 567"]


def raw(text: str, x0: float = 0.0, x1: float = 100.0) -> Raw:
    return (x0, 0.0, x1, 10.0, text, 0, 0, 0)


def test_leader_dots_part_a_label_from_its_figure() -> None:
    label, figure = cleaned(raw("Corp......................14.9%"), glyph_numbers=False)
    assert (label[4], figure[4]) == ("Corp", "14.9%")
    assert label[2] < figure[0] < figure[2] == 100.0


def test_spaces_that_do_not_break_part_words_and_symbols_vanish() -> None:
    assert [piece[4] for piece in cleaned(raw("December\u00a02018"), glyph_numbers=False)] == ["December", "2018"]
    assert cleaned(raw("\uf03d"), glyph_numbers=False) == []
    assert [piece[4] for piece in cleaned(raw("unreal\u00ad"), glyph_numbers=False)] == ["unreal-"]


@pytest.mark.parametrize(
    ("halves", "whole"),
    [
        (["conƟ", "nued"], "continued"),
        (["BaƩ", "ery"], "Battery"),
        (["ﬁ", "Ō", "h"], "fifth"),
        (["porƞ", "olio"], "portfolio"),
    ],
)
def test_words_broken_at_a_ligature_are_joined(halves: list[str], whole: str) -> None:
    raws = [raw(half, 10.0 * place, 10.0 * place + 10) for place, half in enumerate(halves)]
    (word,) = pdf_words._joined(raws)
    assert pdf_ligatures.expanded(word[4], glyph_numbers=True) == whole


def test_a_capital_after_a_ligature_begins_a_word() -> None:
    assert len(pdf_words._joined([raw("CiƟ", 0, 10), raw("Bank", 10, 30)])) == 2


def test_letters_of_other_languages_stay_where_no_font_is_known_to_write_glyph_numbers() -> None:
    assert not pdf_ligatures.has_glyph_numbers("Ōsaka Partners")
    assert pdf_ligatures.has_glyph_numbers("porƞ olio news")
    assert pdf_ligatures.expanded("Ōsaka ﬁnance", glyph_numbers=False) == "Ōsaka finance"


def test_text_drawn_twice_to_look_bold_counts_once(tmp_path: Path) -> None:
    page = [Piece(60, 100, "Total 1,234"), Piece(60.3, 100, "Total 1,234")]
    assert texts(read(saved(tmp_path, page))) == ["Total 1,234"]
