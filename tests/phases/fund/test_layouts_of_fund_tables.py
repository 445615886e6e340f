"""Tables of many funds and filings in layouts that the development documents do not have."""

from __future__ import annotations

from tests.phases.fund.drawn import Sheet, failed, read, rows, unproven, values


def found(sheet, tmp_path):
    result = read(sheet.save(tmp_path))
    assert unproven(result) == []
    return result


def figures(result, metric):
    return {
        one["name"]: one["fields"][metric]["value"] for one in result["metrics"]["funds"] if metric in one["fields"]
    }


def test_headings_between_rows_are_no_part_of_names_and_letters_in_headers_say_nothing(tmp_path):
    sheet = Sheet(792, 612)
    sheet.title("State Investment Board - Private Equity", "Periods ending March 31, 2024")
    rights = (260, 340, 410, 480, 550, 630, 700)
    sheet.table(
        (40,), rights, ("", "Initial", "", "", "Current Market", "Distributions", "Total Value", "Net"), step=10
    )
    sheet.table(
        (40,), rights, ("Description", "Date", "Commitment", "Paid-In", "Value (A)", "(B)", "(A+B)", "IRR"), step=18
    )
    sheet.line((40, "Corporate Finance - Large"))
    sheet.table(
        (40,), rights,
        ("Acme Buyout XI", "06/30/2015", "400,000,000", "392,100,500", "251,000,100", "401,223,000", "652,223,100", "13.2%"),
        ("Bold Capital Partners II", "01/15/2019", "150,000,000", "120,440,010", "161,020,000", "20,100,000", "181,120,000", "17.9%"),
    )  # fmt: skip
    sheet.line((40, "Venture Capital"))
    sheet.table(
        (40,), rights,
        ("Chestnut Ventures 2020", "09/01/2020", "75,000,000", "52,500,000", "49,875,123", "0", "49,875,123", "-2.1%"),
        ("Total Portfolio", "", "625,000,000", "565,040,510", "461,895,223", "421,323,000", "883,218,223", "14.0%"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert figures(result, "nav") == {
        "Acme Buyout XI": 251_000_100, "Bold Capital Partners II": 161_020_000, "Chestnut Ventures 2020": 49_875_123,
    }  # fmt: skip
    assert figures(result, "distributions")["Acme Buyout XI"] == 401_223_000
    assert figures(result, "net_irr")["Chestnut Ventures 2020"] == -2.1


def test_names_of_two_lines_with_their_figures_half_way_down(tmp_path):
    sheet = Sheet()
    sheet.title("Alder Public Pension", "Investments at June 30, 2024", "($ thousands)")
    rights = (300, 370, 440, 510, 560)
    sheet.table((54,), rights, ("Fund", "Commitment", "Contributed", "Distributed", "NAV", "IRR"), step=22)
    for first, second, shown in (
        (
            "Very Long Named European",
            "Opportunities Fund III (Lux), SCSp-RAIF",
            ("50,000", "42,000", "11,000", "47,000", "9.9%"),
        ),
        ("Short Fund II", "", ("20,000", "19,000", "25,000", "3,000", "8.1%")),
        ("Another Rather Lengthy", "Growth Equity Fund IV", ("30,000", "10,500", "0", "10,900", "N/M")),
    ):
        top = sheet.y
        sheet.line((54, first), step=10 if second else 0)
        if second:
            sheet.line((54, second), step=0)
        sheet.y = top + (5 if second else 0)
        sheet.table((), rights, shown, step=23)
    assert figures(found(sheet, tmp_path), "nav") == {
        "Very Long Named European Opportunities Fund III (Lux), SCSp-RAIF": 47e6, "Short Fund II": 3e6,
        "Another Rather Lengthy Growth Equity Fund IV": 10.9e6,
    }  # fmt: skip


def test_a_fund_per_column(tmp_path):
    sheet = Sheet()
    sheet.title("Dunlin Capital - Fund family overview", "As of September 30, 2024 ($ in millions)")
    sheet.table(
        (54,), (300, 400, 500),
        ("", "Dunlin Fund I", "Dunlin Fund II", "Dunlin Fund III"), ("Committed capital", "100.0", "250.0", "400.0"),
        ("Paid-in capital", "98.0", "220.0", "120.0"), ("Net asset value", "40.0", "310.0", "131.0"), ("Net IRR", "18.0%", "14.5%", "6.2%"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert figures(result, "nav") == {"Dunlin Fund I": 40e6, "Dunlin Fund II": 310e6, "Dunlin Fund III": 131e6}
    assert figures(result, "net_irr") == {"Dunlin Fund I": 18.0, "Dunlin Fund II": 14.5, "Dunlin Fund III": 6.2}
    assert values(result) == {}


def test_a_table_for_each_strategy_even_of_one_row(tmp_path):
    sheet = Sheet(792, 612)
    sheet.title("Teachers Fund - PE portfolio performance", "as of September 30, 2024 (USD)")
    rights = (330, 420, 510, 600, 680)
    for strategy, funds in (
        ("Buyout", (("Kite Partners VII", "2016", "50,000,000", "47,900,100", "38,222,000", "16.4%"),
                    ("Linnet Europe V", "2018", "30,000,000", "28,100,000", "9,050,000", "11.1%"))),
        ("Growth", (("Magpie Growth III", "2020", "20,000,000", "15,500,000", "0", "12.9%"),)),
    ):  # fmt: skip
        sheet.line((54, strategy), size=11, step=16)
        sheet.table(
            (54,), rights, ("Fund", "Vintage", "Commitment", "Contributions", "Distributions", "Net IRR"), step=16
        )
        sheet.table((54,), rights, *funds)
        sheet.y += 12
    assert figures(found(sheet, tmp_path), "contributions") == {
        "Kite Partners VII": 47_900_100, "Linnet Europe V": 28_100_000, "Magpie Growth III": 15_500_000,
    }  # fmt: skip


def test_a_statement_of_changes_over_three_years(tmp_path):
    sheet = Sheet()
    sheet.title("Godwit Growth Corp.", "Statements of Changes in Net Assets")
    rights = (330, 440, 550)
    sheet.table((54,), rights, ("", "Year Ended", "Year Ended", "Year Ended"), step=11)
    sheet.table((54,), rights, ("", "December 31, 2024", "December 31, 2023", "December 31, 2022"), step=18)
    sheet.table(
        (54,), rights,
        ("Net increase in net assets resulting from operations", "9,500,000", "2,000,000", "4,000,000"),
        ("Distributions to stockholders", "(3,500,000)", "(3,000,000)", "(3,000,000)"),
        ("Total increase (decrease) in net assets", "6,000,000", "(1,000,000)", "1,000,000"), ("Net assets:",),
        ("Beginning of year", "94,000,000", "95,000,000", "94,000,000"), ("End of year", "$ 100,000,000", "$ 94,000,000", "$ 95,000,000"),
        ("Net asset value per share", "$ 12.50", "$ 11.75", "$ 11.88"), ("Common shares outstanding at end of year", "8,000,000", "8,000,000", "8,000,000"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    stated = values(result)
    assert (stated["beginning_nav"], stated["nav"], stated["nav_per_share"]) == (94e6, 100e6, 12.5)
    assert stated["net_change_from_operations"] == 9.5e6
    held = {one["equation"]: one["holds"] for one in result["equations"]}
    assert held == {"nav_rollforward": True, "nav_per_share": True}


def test_leader_dots_codes_and_units_behind_figures(tmp_path):
    sheet = Sheet()
    sheet.title("Grebe Capital Fund", "Investor statement - 31 December 2024")
    for label, value in (
        ("Total commitment", "12,500,000 USD"), ("Capital drawn to date", "9,400,000 USD"), ("Remaining commitment", "3,100,000 USD"),
        ("Net asset value", "$11.25mm"), ("Distributions to date", "USD 1,880,000"), ("Net multiple", "1.40 x"),
    ):  # fmt: skip
        sheet.line((54, f"{label} {'.' * 50}"), right=((520, value),))
    result = found(sheet, tmp_path)
    assert values(result) == {
        "commitment": 12.5e6, "contributions": 9.4e6, "unfunded": 3.1e6, "nav": 11.25e6, "distributions": 1.88e6, "tvpi": 1.4,
    }  # fmt: skip
    assert failed(result) == []


def test_deals_with_proceeds_and_total_value_beside_what_is_left(tmp_path):
    sheet = Sheet(792, 612)
    sheet.title("Egret Buyout Fund IV", "Portfolio Summary as of December 31, 2024", "(€ in millions)")
    header = (
        "Portfolio Company",
        "Date of Investment",
        "Total Invested",
        "Realized",
        "Unrealized FV",
        "Total Value",
        "Gross MOIC",
    )
    sheet.table(
        (54, 180), (330, 400, 490, 570, 650), header,
        ("Alpenglow Tech", "Mar 2018", "45.0", "20.0", "70.5", "90.5", "2.0x"), ("Condor Rail", "Jan 2022", "38.5", "—", "61.6", "61.6", "1.6x"),
        ("Total", "", "83.5", "20.0", "132.1", "152.1", "1.8x"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert rows(result) == {"Alpenglow Tech": (45e6, 70.5e6), "Condor Rail": (38.5e6, 61.6e6)}
    assert failed(result) == []


def test_names_of_three_lines_set_closer_than_rows_below_headings(tmp_path):
    sheet = Sheet()
    sheet.title("Teachers Retirement Plan", "Private equity at June 30, 2024 | amounts in $ millions")
    rights = (300, 370, 440, 510, 560)
    sheet.table((54,), rights, ("Fund", "Commitment", "Drawn Down", "Distributed", "Market Value", "Net IRR"))
    for heading, lines in (
        ("Buyout", ("Alder Creek", "Growth Fund", "IV (Co-Invest)1")), ("Venture", ("Beacon Hill", "Fund XI, L.P.")),
        ("Credit", ("Draper Ridge Partners V (Co-", "Invest)")),
    ):  # fmt: skip
        sheet.line((54, heading))
        for line in lines[:-1]:
            sheet.line((54, line), step=12)
        sheet.table((54,), rights, (lines[-1], "20.0", "19.0", "2.5", "30.5", "8.1%"))
        sheet.table((54,), rights, (f"Plain {heading} Fund II", "10.0", "9.0", "1.5", "10.5", "NM*"))
        sheet.table((54,), rights, (f"{heading} Total", "30.0", "28.0", "4.0", "41.0", "7.7%"))
    assert figures(found(sheet, tmp_path), "nav") == {
        "Alder Creek Growth Fund IV (Co-Invest)": 30.5e6, "Plain Buyout Fund II": 10.5e6,
        "Beacon Hill Fund XI, L.P.": 30.5e6, "Plain Venture Fund II": 10.5e6,
        "Draper Ridge Partners V (Co-Invest)": 30.5e6, "Plain Credit Fund II": 10.5e6,
    }  # fmt: skip


def test_a_year_before_the_name_and_a_dash_close_before_the_next_column(tmp_path):
    sheet = Sheet()
    sheet.title("State Council", "Portfolio by strategy, June 30, 2022")
    sheet.table(
        (54, 90), (310, 370, 430, 490, 540),
        ("Year", "Partnership", "Commitment", "Paid-In", "Distributions", "Value", "Multiple"),
    )  # fmt: skip
    for heading, names in (
        ("Corporate", ("Acorn Fund II", "Birch Fund V")),
        ("Credit", ("Cedar Fund I", "Dill Fund X")),
    ):
        sheet.line((54, heading))
        for name in names:
            sheet.line(
                (54, "2018"), (90, name),
                right=((310, "40,000,000"), (370, "31,500,200"), (438, "-"), (490, "40,123,300"), (540, "1.27x")),
            )  # fmt: skip
    result = found(sheet, tmp_path)
    assert figures(result, "nav") == dict.fromkeys(
        ("Acorn Fund II", "Birch Fund V", "Cedar Fund I", "Dill Fund X"), 40_123_300
    )
    assert set(figures(result, "distributions").values()) == {0}
