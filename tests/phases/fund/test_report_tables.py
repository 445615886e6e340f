"""What an analyst reads: the order, the numbers as text and as numbers, and nothing that could be executed."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest

from phases.fund.p08_result_aggregation import aggregated
from phases.fund.report import report_markdown, report_tables, report_workbook
from phases.fund.report.report_cells import Cell, Table, shown
from tests.phases.fund.made import document, field, metric


def data(**more: Any) -> dict[str, Any]:
    position = {"id": "a", "name": "Bryn Foods, Inc.", "sector": "Food", "status": "held", "instruments": []}
    inputs: dict[str, Any] = {
        "document_analysis": document("x"),
        "fund_metrics": {
            "metrics": [
                metric("nav", 5_275_723),
                metric("commitment", 6_000_000),
                metric("net_irr", 9.6, "ITD", unit="percent"),
            ]
        },
        "company_intelligence": {
            "positions": [position | {"fields": {"cost": field(400), "fair_value": field(-30)}}],
            "totals": {"total_cost": field(500)},
        },
        "co_investor_analysis": {
            "rounds": [
                {
                    "company": "=1+1",
                    "round": "A",
                    "date": None,
                    "amount": None,
                    "lead": None,
                    "investors": ["X|Y", "Z"],
                    "page": 1,
                }
            ]
        },
        "market_intelligence": {
            "statements": [
                {"quote": "Spreads <b>fell</b>.", "topic": "credit", "direction": "down", "horizon": None, "page": 1}
            ]
        },
    }
    return aggregated(inputs | more, 0.5)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Cell(5_275_723.0, "currency"), "5,275,723"),
        (Cell(-30_000.0, "currency"), "(30,000)"),
        (Cell(0.0, "currency"), "0"),
        (Cell(9.6, "percent"), "9.6 %"),
        (Cell(13.21, "percent"), "13.21 %"),
        (Cell(-1.6, "percent"), "-1.6 %"),
        (Cell(1.8, "multiple"), "1.80x"),
        (Cell(26.4, "per_share"), "26.40"),
        (Cell(0.98765, "confidence"), "0.988"),
        (Cell(None, "currency"), "–"),
        (Cell("two\n lines"), "two lines"),
    ],
)
def test_values_are_written_as_an_analyst_writes_them(cell: Cell, text: str):
    assert shown(cell) == text


def test_what_needs_a_person_comes_first_and_empty_tables_are_left_out():
    titles = [table.title for table in report_tables.tables(data())]
    assert titles == [
        "To review (2)",
        "Does not tie (1)",
        "Missing",
        "Document",
        "Fund figures (USD)",
        "Positions (USD)",
        "Rounds and co-investors (USD)",
        "Market statements",
    ]


def test_figures_stand_in_the_order_of_a_statement():
    (table,) = [one for one in report_tables.tables(data()) if one.title.startswith("Fund figures")]
    assert [row[0].value for row in table.rows] == ["commitment", "NAV", "net IRR", "positions: total cost"]


def position(**fields: Any) -> dict[str, Any]:
    named = {"id": "a", "name": "Bryn Foods, Inc.", "sector": "Food", "status": "held", "instruments": []}
    return named | {"fields": fields}


def table_of(begins: str, *positions: dict[str, Any]) -> Table:
    found = data(company_intelligence={"positions": list(positions), "totals": {}})
    return next(one for one in report_tables.tables(found) if one.title.startswith(begins))


def test_the_status_is_told_where_a_row_needs_a_person_and_columns_of_nothing_are_left_out():
    sure, failed = field(400), field(-30, checks=[{"name": "provenance", "ok": False, "detail": "not on the page"}])
    assert table_of("Positions", position(cost=sure)).columns == ("company", "cost", "page", "sector", "state")
    table = table_of("Positions", position(cost=sure), position(cost=sure, fair_value=failed))
    assert table.columns == ("company", "cost", "fair value", "page", "sector", "state", "status")
    assert [row[-1].value for row in table.rows] == ["accepted", "review: fair value"]


def test_a_column_of_zeros_says_something():
    assert "owned" in table_of("Positions", position(cost=field(4), ownership_pct=field(0.0, unit="percent"))).columns


def test_an_equation_of_dates_or_units_shows_no_amounts():
    found = data() | {
        "reconciliation": [
            {"equation": "one_scale", "holds": True, "left": 2e6, "right": 1e6, "tolerance": 300, "detail": "2 times"},
            {"equation": "nav_per_share", "holds": True, "left": 29.18, "right": 29.18, "tolerance": 0.005},
        ]
    }
    (table,) = [one for one in report_tables.tables(found) if one.title.startswith("Ties")]
    assert [[shown(cell) for cell in row] for row in table.rows] == [
        ["one scale", "–", "–", "–", "–", "–", "2 times"],
        ["NAV per share", "29.18", "29.18", "0", "0.005", "–", "–"],
    ]


def test_a_long_quotation_is_cut_between_words():
    long = {"quote": "Spreads fell. " * 40, "topic": "credit", "direction": "down", "horizon": None, "page": 1}
    found = data(market_intelligence={"statements": [long]})
    (table,) = [one for one in report_tables.tables(found) if one.title == "Market statements"]
    quote = table.rows[0][table.columns.index("statement")].value
    assert quote.endswith((" Spreads …", " fell. …"))
    assert len(quote) <= 300


def test_every_row_has_a_cell_per_column():
    for table in report_tables.tables(data()):
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_a_derived_value_shows_what_it_was_made_of():
    derived = field(5, raw="") | {"raw_text": None, "parts": [{"raw_text": "8"}, {"raw_text": "3"}]}
    found = data(fund_metrics={"metrics": [{"name": "nav", "period": None, "field": derived}]})
    (table,) = [one for one in report_tables.tables(found) if one.title.startswith("Fund figures")]
    assert table.rows[0][table.columns.index("printed")].value == "8; 3"


def test_text_of_a_document_stays_text_in_markdown():
    found = data()
    text = report_markdown.render("A # title", report_markdown.lead(found), report_tables.tables(found))
    assert "X\\|Y" in text
    assert "&lt;b&gt;" in text
    assert text.startswith("# A \\# title\n")
    assert "The numbers do not tie: positions cost." in text
    assert "Missing, because these phases failed: vector embedding." in text


def test_the_workbook_has_a_sheet_per_table_and_numbers_are_numbers():
    tables = report_tables.tables(data())
    book = openpyxl.load_workbook(io.BytesIO(report_workbook.workbook(tables)))
    assert book.sheetnames[0] == "To review (2)"
    assert len(book.sheetnames) == len(tables)
    sheet = book["Fund figures (USD)"]
    assert sheet["C2"].value == 6_000_000
    assert sheet["C2"].number_format.startswith("#,##0")
    assert sheet.auto_filter.ref == sheet.dimensions


def test_an_amount_that_is_not_whole_keeps_its_decimals_in_the_workbook():
    table = Table("T", ("left",), [(Cell(29.1826, "currency"),), (Cell(29_000.0, "currency"),)])
    sheet = openpyxl.load_workbook(io.BytesIO(report_workbook.workbook([table])))["T"]
    assert [sheet[cell].number_format.partition(";")[0] for cell in ("A2", "A3")] == ["#,##0.00##", "#,##0"]


def test_what_looks_like_a_formula_is_text():
    sheet = openpyxl.load_workbook(io.BytesIO(report_workbook.workbook(report_tables.tables(data()))))[
        "Rounds and co-investors (USD)"
    ]
    assert sheet["A2"].value == "=1+1"
    assert sheet["A2"].data_type == "s"


def test_names_of_sheets_are_short_allowed_and_different():
    cell = (Cell("x"),)
    tables = [Table("A/B: [c] " + "d" * 40, ("a",), [cell]), Table("A/B: [c] " + "d" * 40, ("a",), [cell])]
    names = openpyxl.load_workbook(io.BytesIO(report_workbook.workbook(tables))).sheetnames
    assert len({name.lower() for name in names}) == 2
    assert all(len(name) <= 31 for name in names)


def test_control_characters_and_long_text_do_not_break_the_workbook():
    table = Table("T", ("a",), [(Cell("x\x00\x1b[2J" + "y" * 40_000),)])
    sheet = openpyxl.load_workbook(io.BytesIO(report_workbook.workbook([table])))["T"]
    assert "\x00" not in sheet["A2"].value


def test_the_same_tables_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch):
    tables = report_tables.tables(data())
    first = report_workbook.workbook(tables)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert report_workbook.workbook(tables) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {2000}


def test_no_table_at_all_is_a_workbook_too():
    assert openpyxl.load_workbook(io.BytesIO(report_workbook.workbook([]))).sheetnames == ["Nothing"]
