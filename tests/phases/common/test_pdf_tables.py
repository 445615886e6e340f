"""Cells, columns and tables from words with boxes, in layouts of many kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from phases.common.pdf_lines import is_figure, lines_of
from phases.common.pdf_open import opened
from phases.common.pdf_tables import Table, tables
from phases.common.pdf_words import read_page
from tests.phases.pdf_drawn import Piece, lines, saved, table


def found(folder: Path, pieces: list[Piece]) -> list[Table]:
    with opened(str(saved(folder, pieces))) as document:
        return tables(lines_of(1, read_page(document[0]).words))


def cells(one: Table) -> list[list[str]]:
    return [[cell.text if cell else "" for cell in row] for row in one.rows]


@pytest.mark.parametrize(
    "text",
    ["1,234", "(1,234)", "$1,234.56", "($30,000)", "1.234,5", "1'234", "–", "—", "-", "12.4%", "(3.1)%", "14,2 %", "1.84x",
     "(59.42)%(A)", "N/M", "n.a.", "€ 1.234", "USD 12", "$12.3 million", "1 234,5", "12.5M", "0", ".29", "-1.6%", "2,5x"],
)  # fmt: skip
def test_figures_are_recognised(text: str) -> None:
    assert is_figure(text)


@pytest.mark.parametrize(
    "text",
    ["", "Total", "6/30/2025", "30.09.2025", "2025-06-30", "Fund II", "Series A", "3 companies", "A.1", "C 12", "Q3"],
)
def test_labels_and_days_are_none(text: str) -> None:
    assert not is_figure(text)


def test_columns_come_from_the_body_and_headers_from_above(tmp_path: Path) -> None:
    rows = [
        ["Company", "Cost", "Fair Value"],
        ["Alpha Works", "1,200", "9,400"],
        ["Beta Grid", "77", "88"],
        ["Total", "1,277", "9,488"],
    ]
    (one,) = found(tmp_path, table(rows, [60, -300, -420]))
    assert [column.header for column in one.columns] == ["Company", "Cost", "Fair Value"]
    assert [column.figures for column in one.columns] == [False, True, True]
    assert cells(one) == rows[1:]


def test_a_title_that_reaches_over_the_figures_is_no_header(tmp_path: Path) -> None:
    rows = [["Company", "Cost", "Value"], ["Alpha Works", "1,200", "9,400"], ["Beta Grid", "77", "88"]]
    title = [Piece(60, 80, "Tamarack Bridge Opportunity Fund, Limited Partnership", 14), Piece(60, 100, "Schedule", 10)]
    (one,) = found(tmp_path, title + table(rows, [60, -300, -420], top=130))
    assert [column.header for column in one.columns] == ["Company", "Cost", "Value"]
    assert [line.text for line in one.header] == ["Company Cost Value"]


def test_a_header_over_two_columns_heads_both(tmp_path: Path) -> None:
    rows = [
        ["Income", "10", "20", "30", "40"],
        ["Expenses", "(1)", "(2)", "(3)", "(4)"],
        ["Net", "9", "18", "27", "36"],
    ]
    heads = [Piece(255, 90, "THREE MONTHS ENDED"), Piece(435, 90, "NINE MONTHS ENDED")]
    years = [["", "2018", "2017", "2018", "2017"]]
    page = (
        heads + table(years, [60, -300, -380, -480, -560], top=104) + table(rows, [60, -300, -380, -480, -560], top=122)
    )
    (one,) = found(tmp_path, page)
    assert one.columns[0].header == ""
    assert "THREE" in one.columns[1].header
    assert "NINE" in one.columns[3].header


def test_a_sign_far_from_its_figure_belongs_to_it(tmp_path: Path) -> None:
    rows = [
        ["Total cost", "$", "17,743,087", "$", "33,014,039"],
        ["Cash", "", "76,728,629", "", "1,125"],
        ["Other", "", "41,124", "", "7"],
    ]
    (one,) = found(tmp_path, table(rows, [60, 330, -420, 450, -540]))
    assert cells(one)[0] == ["Total cost", "$ 17,743,087", "$ 33,014,039"]


def test_a_sign_after_its_figure_belongs_to_it_too(tmp_path: Path) -> None:
    rows = [["Zusage", "1.250.000 EUR", "900.000 EUR"], ["Abruf", "840.000 EUR", "12.500 EUR"]]
    (one,) = found(tmp_path, table(rows, [60, -320, -440]))
    assert cells(one) == rows


def test_text_columns_that_almost_touch_are_told_apart(tmp_path: Path) -> None:
    rows = [["ALPHA WORKS HOLDING, INC.", "Preferred Stock", "100"], ["BETA", "Common Stock", "22"], ["", "Convertible Note", "7"],
            ["GAMMA SYSTEMS CORP.", "Preferred Stock", "55"], ["DELTA", "Common Stock", "9"], ["EPSILON", "Warrants", "3"]]  # fmt: skip
    (one,) = found(tmp_path, table(rows, [60, 195, -400]))
    assert cells(one) == rows


def test_wrapped_names_and_sums_without_a_label_stay_in_the_table(tmp_path: Path) -> None:
    pieces = table([["Company", "Cost", "Value"], ["Marrowbone Therapeutics", "3,400", "2,720"]], [60, -300, -400])
    pieces += [
        Piece(60, 145, "Holdings, Inc."),
        *table([["Oxbow", "26", "27"], ["Quill", "21", "39"]], [60, -300, -400], top=160),
    ]
    pieces += [Piece(400, 188, "2,786", 9, right=True)]
    (one,) = found(tmp_path, pieces)
    assert cells(one)[1] == ["Holdings, Inc.", "", ""]
    assert cells(one)[-1] == ["", "", "2,786"]


def test_figures_without_labels_in_a_strip_are_a_table_under_their_names(tmp_path: Path) -> None:
    rows = [["Net IRR", "TVPI", "DPI", "RVPI"], ["9.6%", "1.63x", "0.48x", "1.15x"]]
    (one,) = found(tmp_path, table(rows, [60, 180, 300, 420]))
    assert [column.header for column in one.columns] == rows[0]


def test_text_over_the_figures_begins_another_table(tmp_path: Path) -> None:
    first = [["Roll-forward", "Current Quarter"], ["Beginning", "5,000"], ["Ending", "6,000"]]
    second = [["Commitment", "Since Inception"], ["Total", "9,000"], ["Unfunded", "3,000"]]
    both = found(tmp_path, table(first + second, [60, -500]))
    assert [[column.header for column in one.columns] for one in both] == [first[0], second[0]]


def test_running_text_with_figures_is_no_table(tmp_path: Path) -> None:
    text = (
        "Pinehaven raised $18 million in May from two investors and the fund",
        "kept its stake of 21.3% which it has held since 2021 at a cost of",
        "$1.9 million; the value of 4.4 million is that of the last round.",
    )
    assert found(tmp_path, lines(*text)) == []


def test_a_page_without_words_has_no_tables() -> None:
    assert tables([]) == []
