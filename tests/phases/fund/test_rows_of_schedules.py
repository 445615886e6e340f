"""Which rows of a schedule are companies, instruments, headings and sums, in layouts of many houses."""

from __future__ import annotations

import pytest

from phases.common.figures import read as figure
from phases.fund.positions import position_instruments, position_sums
from phases.fund.positions.position_lines import Line
from phases.fund.tables.cells import Cell, Word
from tests.phases.fund.drawn import Sheet, failed, read, rows, unproven


def found(sheet, tmp_path):
    result = read(sheet.save(tmp_path))
    assert unproven(result) == []
    return result


def test_sums_without_words_are_told_by_what_they_add_up(tmp_path):
    sheet = Sheet(792, 612)
    sheet.title("Ibis Lending Corp.", "Consolidated Schedule of Investments", "December 31, 2022 (in thousands)")
    lefts, rights = (40, 220, 400), (600, 700)
    sheet.table(lefts, rights, ("Company", "Industry", "Investment", "Amortized Cost", "Fair Value"), step=16)
    sheet.line((40, "Food Services"))
    sheet.table(
        lefts, rights,
        ("Junco Bakeries, LLC", "Food", "First lien term loan", "4,400", "4,300"), ("", "", "Revolving loan", "(12)", "— (2)"),
        ("", "", "", "4,388", "4,300"), ("Knot Beverages, Inc.", "Food", "Common stock", "700", "910"),
        ("", "", "", "5,088", "5,210"),
    )  # fmt: skip
    sheet.line((40, "Software"))
    sheet.table(
        lefts, rights,
        ("Limpkin Data Corp.", "Software", "Second lien term loan", "2,000", "1,850"), ("", "", "", "2,000", "1,850"),
        ("Total Investments", "", "", "7,088", "7,060"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert rows(result) == {
        "Junco Bakeries, LLC": (4.388e6, 4.3e6), "Knot Beverages, Inc.": (7e5, 9.1e5), "Limpkin Data Corp.": (2e6, 1.85e6),
    }  # fmt: skip
    assert result["companies"]["positions"][0]["fields"]["cost"]["raw_text"] == "4,388"
    assert failed(result) == []


def test_a_company_and_its_instrument_in_one_cell_in_two_sections(tmp_path):
    sheet = Sheet()
    sheet.title("Martin Street Capital", "Schedule of Investments", "June 30, 2020", "(dollar amounts in thousands)")
    rights = (400, 480, 560)
    sheet.table((54,), rights, ("Company and Investment", "Principal", "Cost", "Fair Value"), step=16)
    sheet.line((54, "Secured First Lien Debt – 83.2%"))
    sheet.table(
        (64,), rights,
        ("Noddy Aerospace, Inc. – Term Debt (9.8% Cash, Due 2/2024)(C)", "9,000", "9,000", "8,100"),
        ("Ouzel Schools LLC – Line of Credit, $500 available (Due 3/2025)", "400", "400", "400"),
    )  # fmt: skip
    sheet.table((54,), rights, ("Total Secured First Lien Debt", "", "9,400", "8,500"), step=18)
    sheet.line((54, "Common Equity – 9.0%"))
    sheet.table((64,), rights, ("Noddy Aerospace, Inc. – Common Stock(E)(G)", "1,200", "300", "950"))
    sheet.table((54,), rights, ("Total Common Equity", "", "300", "950"), step=18)
    sheet.table((54,), rights, ("TOTAL INVESTMENTS", "", "9,700", "9,450"))
    result = found(sheet, tmp_path)
    assert rows(result) == {"Noddy Aerospace, Inc.": (9.3e6, 9.05e6), "Ouzel Schools LLC": (4e5, 4e5)}
    assert [one["name"] for one in result["companies"]["groups"]] == [
        "Total Secured First Lien Debt",
        "Total Common Equity",
    ]
    assert failed(result) == []


def test_a_company_whose_row_carries_the_sum_of_the_instruments_below(tmp_path):
    sheet = Sheet()
    sheet.title("Pitta Credit Partners", "Schedule of Investments", "December 31, 2021 (in thousands)")
    rights = (420, 520)
    sheet.table((54,), rights, ("", "Cost", "Fair Value"), step=16)
    sheet.table((54,), rights, ("Quetzal Freight Holdings", "5,400", "5,650"))
    sheet.table(
        (66,), rights, ("Unitranche term loan due 05/2027", "5,000", "4,900"), ("Preferred equity", "400", "750")
    )
    sheet.table((54,), rights, ("Redshank Dental, LLC", "3,100", "2,900"))
    sheet.table((66,), rights, ("First lien senior secured loan", "3,000", "2,900"), ("Class A units", "100", "—"))
    sheet.table((54,), rights, ("Total investments", "8,500", "8,550"))
    result = found(sheet, tmp_path)
    assert rows(result) == {"Quetzal Freight Holdings": (5.4e6, 5.65e6), "Redshank Dental, LLC": (3.1e6, 2.9e6)}
    assert [len(one["instruments"]) for one in result["companies"]["positions"]] == [2, 2]


@pytest.mark.parametrize("word", ["Total", "Sum", "Aggregate"])
def test_a_sum_below_every_sector_and_one_of_all_in_whatever_language(tmp_path, word):
    sheet = Sheet()
    sheet.title("Stilt Ventures II SCSp", "Portfolio overview", "31 December 2023", "(in EUR thousand)")
    rights = (400, 500)
    sheet.table((54,), rights, ("Investment", "Cost", "Fair value"), step=16)
    sheet.line((54, "Climate"))
    sheet.table(
        (54,), rights, ("Tern Grid", "8.517", "5.546"), ("Umbrellabird", "2.914", "–"), ("Total", "11.431", "5.546")
    )
    sheet.y += 4
    sheet.line((54, "Health"))
    sheet.table((54,), rights, ("Veery Bio", "4.252", "6.100"), ("Total", "4.252", "6.100"))
    sheet.table((54,), rights, (word, "15.683", "11.646"))
    assert rows(found(sheet, tmp_path)) == {
        "Tern Grid": (8.517e6, 5.546e6), "Umbrellabird": (2.914e6, 0), "Veery Bio": (4.252e6, 6.1e6),
    }  # fmt: skip


def test_a_page_that_leaves_a_column_empty_is_read_with_the_columns_of_the_others(tmp_path):
    sheet = Sheet()
    header = ("Company", "Cost", "Fair Value", "% of Net")
    rights = (360, 440, 540)
    for page, body in enumerate(
        (
            (("Wader Foods, Inc.", "1,000", "1,200", "2.4%"), ("Xenops LLC", "2,000", "2,500 (3)(4)", "5.0%")),
            (("Yuhina Corp.", "3,000", "2,700 (3)(4)", ""), ("Zitting Ltd.", "500", "650 (3)", "")),
        )
    ):
        if page:
            sheet.new_page()
        sheet.title("Wagtail Fund", "Schedule of Investments", "March 31, 2024 (in thousands)")
        sheet.table((54,), rights, header, step=10)
        sheet.table((54,), rights, ("", "", "", "Assets"), step=16)
        for name, cost, value, share in body:
            sheet.line((54, name), (400, value), right=((360, cost), (540, share)))
    assert rows(found(sheet, tmp_path)) == {
        "Wader Foods, Inc.": (1e6, 1.2e6), "Xenops LLC": (2e6, 2.5e6), "Yuhina Corp.": (3e6, 2.7e6), "Zitting Ltd.": (5e5, 6.5e5),
    }  # fmt: skip


def test_quantities_before_names_and_kinds_of_security_as_headings(tmp_path):
    sheet = Sheet()
    sheet.title("Avocet Technology Fund", "Schedule of Investments", "September 30, 2016 (Unaudited)")
    for heading, body in (
        ("COMMON STOCKS — 24.6%", (("120,000", "Bulbul Systems, Inc.", "400,000", "610,000"), ("8,000", "Coua Foods", "90,000", "0"), ("700", "Dunlin plc", "1,000", "2,500"))),
        ("WARRANTS (a) — 0.2%", (("5,500", "Coua Foods, Warrants, expire 12/31/2022*", "0", "12,500"),)),
    ):  # fmt: skip
        if heading.startswith("COMMON"):
            sheet.line((54, "Shares"), (130, "Security"), right=((460, "Cost"), (560, "Value")))
        sheet.line((54, heading))
        for quantity, name, cost, value in body:
            sheet.line((130, name), right=((110, quantity), (460, cost), (560, value)))
    sheet.line((130, "TOTAL INVESTMENTS — 24.8%"), right=((460, "491,000"), (560, "625,000")))
    assert rows(found(sheet, tmp_path)) == {
        "Bulbul Systems, Inc.": (4e5, 6.1e5),
        "Coua Foods": (9e4, 12_500),
        "Dunlin plc": (1e3, 2.5e3),
    }


def test_companies_on_cards(tmp_path):
    sheet = Sheet()
    sheet.title("Dipper Ventures II, L.P.", "Portfolio review, June 30, 2024")
    for name, cost, value in (("Egret Robotics", "$1,500,000", "$4,100,000"), ("Fulmar Health", "$2.25 million", "$0")):
        sheet.new_page()
        sheet.line((54, name), size=15, step=24)
        sheet.prose("The company signed new customers during the quarter and plans to raise further capital next year.")
        for label, shown in (("Fund ownership", "12.5%"), ("Total invested", cost), ("Fair value", value)):
            sheet.line((54, label), right=((300, shown),))
    assert rows(found(sheet, tmp_path)) == {"Egret Robotics": (1.5e6, 4.1e6), "Fulmar Health": (2.25e6, 0)}


def test_amounts_that_are_too_small_for_their_unit_fail_a_check(tmp_path):
    sheet = Sheet()
    sheet.title("Godwit Seed Fund", "Portfolio as of March 31, 2021")
    sheet.table((54,), (300, 400), ("Company", "Cost", "Fair Value"), step=16)
    sheet.table(
        (54,), (300, 400), ("Hoatzin", "$3.0", "$4.1"), ("Iora Foods", "$2.9", "$0.7"), ("Junglefowl", "$1.1", "$1.1")
    )
    checks = [
        check["ok"] for one in found(sheet, tmp_path)["companies"]["positions"] for field in one["fields"].values()
        for check in field["checks"] if check["name"] == "scale"
    ]  # fmt: skip
    assert checks == [False] * 6


def test_footnotes_in_a_header_are_no_figures(tmp_path):
    sheet = Sheet()
    sheet.title("Kea Capital Corp.", "Schedule of Investments", "December 31, 2019 (dollars in thousands)")
    lefts, rights = (54, 230), (400, 480, 560)
    sheet.line(
        (54, "Portfolio Company (1)"),
        (230, "Industry"),
        right=((400, "Interest"), (480, "Amortized"), (560, "Fair")),
        step=10,
    )
    sheet.line((54, "Investment Type (2)"), right=((400, "Rate (3)"), (480, "Cost"), (560, "Value (4)")), step=16)
    for name, instrument, cost, value in (
        ("Lory Schools, Inc.", "First lien loan", "900", "880"),
        ("Mohua LLC", "Senior notes", "700", "710"),
    ):
        sheet.table(lefts, rights, (name, "Education", "", "", ""))
        sheet.table(lefts, rights, (instrument, "", "9.5%", cost, value), step=20)
    assert rows(found(sheet, tmp_path)) == {"Lory Schools, Inc.": (9e5, 8.8e5), "Mohua LLC": (7e5, 7.1e5)}


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("First lien senior secured loan, 8.19% due 12/2028", True), ("Class A common units (90,000 units)", True),
        ("Series B Preferred", True), ("Warrants to purchase common stock", True), ("First Lien Capital, Inc.", False),
        ("Common Ground Foods", False), ("LLC", False), ("Series Seed Robotics Corp.", False),
    ],
)  # fmt: skip
def test_words_for_instruments(text: str, yes: bool) -> None:
    assert position_instruments.is_instrument(text) is yes


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("Nene Group, Inc. – Term Debt (9.8% Cash, Due 2/2027)", "Nene Group, Inc."), ("Owlet Corp., Series B*", "Owlet Corp."),
        ("Petrel 8.00%, due 06/30/2028", "Petrel"), ("Quail Holdings, LLC (3)(5)", "Quail Holdings, LLC (3)(5)"),
        ("Rail – Link Logistics", "Rail – Link Logistics"), ("Saker Systems (8.0%)", "Saker Systems (8.0%)"),
    ],
)  # fmt: skip
def test_instruments_behind_names(text: str, company: str) -> None:
    assert position_instruments.split(text)[0] == company


def _line(cost: str) -> Line:
    cell = Cell((Word(0, 0, 9, 9, cost),), figure(cost), "figure", 1)
    return Line(None, "", "", "", {"cost": cell}, 12.0, 1, 1000)


def test_a_sum_is_of_the_nearest_run_that_adds_up() -> None:
    above = [_line(cost) for cost in ("100", "40", "60", "25")]
    assert position_sums.run_below(_line("85"), above, [0, 2]) == 2
    assert position_sums.run_below(_line("225"), above, [0, 2]) == 0
    assert position_sums.run_below(_line("25"), above, [0, 2]) == 3
    assert position_sums.run_below(_line("86"), above, [0, 2]) == 2  # rounding: half of the last digit of each
    assert position_sums.run_below(_line("99"), above, [0, 2]) is None
