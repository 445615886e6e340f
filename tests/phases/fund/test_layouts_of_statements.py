"""Statements, letters and fund tables in layouts that the development documents do not have."""

from __future__ import annotations

import pytest

from tests.phases.fund.drawn import Sheet, failed, read, unproven, values


def found(sheet, tmp_path):
    result = read(sheet.save(tmp_path))
    assert unproven(result) == []
    return result


def test_german_marks_and_words(tmp_path):
    sheet = Sheet()
    sheet.title("Nordlicht Beteiligungen II GmbH & Co. KG", "Kapitalkontoauszug zum 30.09.2024", "Angaben in EUR")
    sheet.table(
        (54,), (520,),
        ("Kapitalzusage", "25.000.000,00"), ("Abgerufenes Kapital", "18.250.000,00"), ("Offene Zusage", "6.750.000,00"),
        ("Kumulierte Ausschüttungen", "4.380.000,00"), ("Nettoinventarwert", "21.170.000,00"),
        ("IRR netto", "11,4 %"), ("DPI", "0,24x"), ("RVPI", "1,16x"), ("TVPI", "1,40x"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert values(result) == {
        "commitment": 25e6, "contributions": 18.25e6, "unfunded": 6.75e6, "distributions": 4.38e6, "nav": 21.17e6,
        "net_irr": 11.4, "dpi": 0.24, "rvpi": 1.16, "tvpi": 1.4,
    }  # fmt: skip
    assert failed(result) == []


def test_three_periods_side_by_side(tmp_path):
    sheet = Sheet()
    sheet.title(
        "Harbor Bluff Partners III, L.P.", "Capital Account Statement", "For the quarter ended December 31, 2023"
    )
    sheet.table(
        (54,), (380, 470, 560),
        ("(in US dollars)", "QTD", "YTD", "Since Inception"),
        ("Beginning NAV - Net of Incentive Allocation", "10,400,000", "9,000,000", "–"),
        ("Contributions", "500,000", "1,500,000", "8,000,000"),
        ("Distributions", "(250,000)", "(400,000)", "(1,200,000)"),
        ("Total Cash / Non-Cash Flows", "250,000", "1,100,000", "6,800,000"),
        ("Management Fees", "(40,000)", "(160,000)", "(640,000)"),
        ("Partnership Expenses", "(10,000)", "(45,000)", "(190,000)"),
        ("Interest Income", "5,000", "12,000", "30,000"),
        ("Total Net Operating Income (Expense)", "(45,000)", "(193,000)", "(800,000)"),
        ("Realized Gain / (Loss)", "120,000", "300,000", "1,900,000"),
        ("Change in Unrealized Gain / (Loss)", "275,000", "793,000", "3,100,000"),
        ("Ending NAV - Net of Incentive Allocation", "11,000,000", "11,000,000", "11,000,000"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    stated = values(result)
    assert stated["nav"] == 11e6
    assert stated["beginning_nav"] == 10.4e6
    assert (stated["period_contributions"], stated["period_distributions"]) == (500_000, 250_000)
    assert (stated["contributions"], stated["distributions"]) == (8e6, 1.2e6)
    assert stated["management_fees"] == -40_000
    fees = {
        one["period"]: one["field"]["value"] for one in result["metrics"]["metrics"] if one["name"] == "management_fees"
    }
    assert fees == {"QTD": -40_000, "YTD": -160_000, "ITD": -640_000}
    assert [one["holds"] for one in result["equations"] if one["equation"] == "nav_rollforward"] == [True, True, True]


def test_the_prior_year_may_stand_first(tmp_path):
    sheet = Sheet()
    sheet.title("Amber Quay Growth Fund I", "Quarterly report as of 30 June 2025", "€ in thousands")
    sheet.table(
        (54,), (430, 540),
        ("", "31 Dec 2024", "30 Jun 2025"), ("Commitments", "80,000", "80,000"), ("Paid-in capital", "40,000", "52,000"),
        ("Unfunded commitment", "40,000", "28,000"), ("Distributions to date", "5,000", "6,500"),
        ("Net asset value", "47,000", "61,100"), ("DPI", "0.13x", "0.13x"), ("TVPI", "1.30x", "1.30x"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert values(result)["nav"] == 61.1e6
    assert values(result)["contributions"] == 52e6
    assert {one["field"]["value"] for one in result["metrics"]["other_dates"]} >= {47e6, 40e6}
    assert failed(result) == []


def test_large_figures_over_their_names(tmp_path):
    sheet = Sheet()
    sheet.title("Pintail Ventures IV - Investor snapshot", "31 March 2024")
    sheet.line((60, "$48.0M"), (200, "$31.2M"), (340, "$9.4M"), (480, "$36.9M"), size=16, step=18)
    sheet.line((60, "Commitments"), (200, "Called"), (340, "Distributed"), (480, "NAV"), step=40)
    sheet.line((60, "18.2%"), (200, "1.48x"), (340, "0.30x"), (480, "1.18x"), size=16, step=18)
    sheet.line((60, "Net IRR"), (200, "Net TVPI"), (340, "DPI"), (480, "RVPI"))
    assert values(found(sheet, tmp_path)) == {
        "commitment": 48e6, "contributions": 31.2e6, "distributions": 9.4e6, "nav": 36.9e6,
        "net_irr": 18.2, "tvpi": 1.48, "dpi": 0.3, "rvpi": 1.18,
    }  # fmt: skip


def test_two_labels_on_a_line(tmp_path):
    sheet = Sheet()
    sheet.title("Sanderling Fund II", "Summary at December 31, 2024 (USD)")
    for left, a, right, b in (
        ("Commitment", "10,000,000", "Net asset value", "9,120,000"),
        ("Contributions to date", "8,000,000", "Net IRR", "8.4%"),
        ("Unfunded commitment", "2,000,000", "TVPI", "1.34x"),
    ):
        sheet.line((54, left), (330, right), right=((270, a), (560, b)))
    stated = values(found(sheet, tmp_path))
    assert stated == {
        "commitment": 10e6,
        "nav": 9.12e6,
        "contributions": 8e6,
        "net_irr": 8.4,
        "unfunded": 2e6,
        "tvpi": 1.34,
    }


def test_a_letter_without_a_table(tmp_path):
    sheet = Sheet()
    sheet.title("Redshank Partners", "Dear Limited Partners,")
    sheet.prose(
        "We report on the quarter ended September 30, 2024. The Fund's net asset value stood at $84.6 million, up from "
        "$79.1 million at June 30, 2024. To date the Fund has called $60.2 million of $75.0 million in total commitments "
        "and has distributed $12.1 million to investors. Since inception the Fund has generated a net IRR of 16.3% and a "
        "net TVPI of 1.61x, with a DPI of 0.20x. Unfunded commitments of $14.8 million remain available."
    )
    stated = values(found(sheet, tmp_path))
    assert stated == {
        "nav": 84.6e6, "contributions": 60.2e6, "commitment": 75e6, "distributions": 12.1e6, "net_irr": 16.3,
        "tvpi": 1.61, "dpi": 0.2, "unfunded": 14.8e6,
    }  # fmt: skip


def test_a_replaced_value_is_never_taken_and_another_dates_value_keeps_its_date(tmp_path):
    sheet = Sheet()
    sheet.title("Siskin Fund announces revised NAV", "As of March 31, 2024")
    sheet.prose(
        "The Fund today gave a revised March 31, 2024 NAV of $14.20. This replaces the previously announced NAV of $14.62."
    )
    sheet.prose("Net assets were approximately $88 million as of December 31, 2023.")
    result = found(sheet, tmp_path)
    assert values(result) == {"nav_per_share": 14.2}
    assert result["record"]["metrics"]["nav_per_share"]["alternatives"] == []
    assert [(one["name"], one["field"]["as_of"]) for one in result["metrics"]["other_dates"]] == [("nav", "2023-12-31")]


def test_the_funds_own_column_is_the_total_of_its_partners(tmp_path):
    sheet = Sheet()
    sheet.title("Quail Hollow Fund", "Statement of Partners' Capital", "For the year ended December 31, 2023")
    sheet.table(
        (54,), (380, 460, 540),
        ("", "General Partner", "Limited Partners", "Total"),
        ("Partners' capital, beginning of year", "1,020,000", "19,380,000", "20,400,000"),
        ("Capital contributions", "50,000", "950,000", "1,000,000"),
        ("Capital distributions", "(100,000)", "(1,900,000)", "(2,000,000)"),
        ("Net realized gain on investments", "80,000", "1,520,000", "1,600,000"),
        ("Partners' capital, end of year", "1,050,000", "19,950,000", "21,000,000"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert (values(result)["beginning_nav"], values(result)["nav"]) == (20.4e6, 21e6)
    assert failed(result) == []


def test_a_unit_over_each_column(tmp_path):
    sheet = Sheet()
    sheet.title("Ruff Investment Trust plc", "Half-yearly report to 30 June 2024")
    sheet.table(
        (54,), (420, 520),
        ("", "30 June 2024", "31 December 2023"), ("", "£'000", "£'000"), ("Investments at fair value", "182,400", "171,050"),
        ("Total assets", "190,115", "178,900"), ("Total liabilities", "(4,215)", "(3,700)"), ("Net assets", "185,900", "175,200"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert values(result)["nav"] == 185.9e6
    assert values(result)["total_liabilities"] == 4.215e6
    assert failed(result) == []


WRAPPED = (
    ("Aldgate European Buyout", "Partners III-A, SCSp", 2015, "120.0", "115.3", "140.2", "60.1", "12.1%"),
    ("Birch Ventures V", "", 2019, "40.0", "30.5", "2.0", "41.9", "15.0%"),
    ("Cormorant Infrastructure Opportunities", "Fund (Parallel II)", 2021, "75.0", "22.5", "0.0", "21.1", "(4.2)%"),
    ("Dune Credit II", "", 2012, "50.0", "49.0", "66.4", "0.0", "7.7%"),
)


@pytest.mark.parametrize("figures_beside", ["first", "last"])
def test_wrapped_names_of_funds(tmp_path, figures_beside):
    sheet = Sheet(792, 612)
    sheet.title("Public Employees Plan - Private Equity", "As of June 30, 2024", "($ in millions)")
    rights = (330, 400, 470, 540, 610, 680)
    sheet.table(
        (54,), rights, ("Partnership", "Vintage", "Committed", "Paid-in", "Distributed", "Value", "Net IRR"), step=18
    )
    for first, second, vintage, *figures in WRAPPED:
        shown = (str(vintage), *figures)
        if not second:
            sheet.table((54,), rights, (first, *shown), step=18)
        elif figures_beside == "first":
            sheet.table((54,), rights, (first, *shown), step=10)
            sheet.line((54, second), step=18)
        else:
            sheet.line((54, first), step=10)
            sheet.table((54,), rights, (second, *shown), step=18)
    sheet.table((54,), rights, ("Total", "", "285.0", "217.3", "208.6", "123.1", "10.0%"))
    funds = found(sheet, tmp_path)["metrics"]["funds"]
    assert [one["name"] for one in funds] == [f"{first} {second}".strip() for first, second, *_ in WRAPPED]
    assert [one["vintage"] for one in funds] == [2015, 2019, 2021, 2012]
    assert [one["fields"]["nav"]["value"] for one in funds] == [60.1e6, 41.9e6, 21.1e6, 0.0]
    assert funds[2]["fields"]["net_irr"]["value"] == -4.2


def test_of_two_nav_columns_the_reports_date_counts(tmp_path):
    sheet = Sheet(792, 612)
    sheet.title("Fund holdings and returns", "as at 31 December 2024, EUR million")
    sheet.table(
        (54,), (360, 430, 520, 610, 690),
        ("Fund", "Commitment", "Drawn", "NAV 31.12.2023", "NAV 31.12.2024", "TVPI"),
        ("Elbe Capital IV", "50,0", "41,2", "38,0", "44,7", "1,31x"), ("Fjord Growth II", "20,0", "12,5", "10,1", "13,9", "1,15x"),
        ("Garonne Seed I", "10,0", "9,8", "14,2", "12,6", "1,92x"),
    )  # fmt: skip
    funds = found(sheet, tmp_path)["metrics"]["funds"]
    assert [one["fields"]["nav"]["value"] for one in funds] == [44.7e6, 13.9e6, 12.6e6]
    assert [one["fields"]["contributions"]["value"] for one in funds] == [41.2e6, 12.5e6, 9.8e6]


def test_a_fund_table_goes_on_without_its_header_and_gives_value_as_total_less_distributions(tmp_path):
    sheet = Sheet()
    sheet.title("Plover Endowment", "Private Equity Program", "Data as of 12/31/2023")
    rights = (300, 370, 440, 520, 575)
    sheet.table((54,), rights, ("Investment Name", "Committed", "Cash In", "Cash Out", "Total Value", "TVPI"), step=18)
    sheet.table((54,), rights, ("Abbey Partners VI", "20,000,000", "18,450,200", "9,120,455", "24,001,355", "1.30x"))
    sheet.table((54,), rights, ("Beacon Growth II", "15,000,000", "15,300,000", "–", "21,050,500", "1.38x"))
    sheet.new_page()
    sheet.table((54,), rights, ("Citadel Court Fund I", "10,000,000", "9,650,010", "12,330,000", "12,740,200", "1.32x"))
    sheet.table((54,), rights, ("Drake Seed 2021", "5,000,000", "1,250,000", "–", "1,100,000", "0.88x"))
    funds = found(sheet, tmp_path)["metrics"]["funds"]
    navs = {one["name"]: one["fields"]["nav"] for one in funds}
    assert {name: field["value"] for name, field in navs.items()} == {
        "Abbey Partners VI": 14_880_900, "Beacon Growth II": 21_050_500, "Citadel Court Fund I": 410_200, "Drake Seed 2021": 1_100_000,
    }  # fmt: skip
    assert navs["Abbey Partners VI"]["raw_text"] is None
    assert len(navs["Abbey Partners VI"]["parts"]) == 2
    assert navs["Beacon Growth II"]["raw_text"] == "21,050,500"


def test_amounts_to_the_cent_are_not_per_share_and_labels_may_carry_their_days(tmp_path):
    sheet = Sheet()
    sheet.title("Rheinauen Fonds II GmbH & Co. KG", "Kapitalkonto zum 31. Dezember 2022", "Beträge in EUR")
    sheet.table(
        (54,), (520,),
        ("Kapitalkonto zum 30.09.2022", "8.412.330,51"), ("Kapitalabrufe", "500.000,00"),
        ("Ausschüttungen", "-220.000,00"), ("Verwaltungsvergütung", "-37.500,00"),
        ("Wertveränderung der Beteiligungen", "296.943,71"), ("Kapitalkonto zum 31.12.2022", "8.951.774,22"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert values(result) == {
        "beginning_nav": 8_412_330.51, "period_contributions": 5e5, "period_distributions": 2.2e5,
        "management_fees": -37_500, "unrealized": 296_943.71, "nav": 8_951_774.22,
    }  # fmt: skip
    assert failed(result) == []


def test_the_account_of_one_partner_beside_the_whole_fund(tmp_path):
    sheet = Sheet()
    sheet.title("Kestrel Summit III, L.P.", "Capital Account Statement", "Quarter ended September 30, 2021")
    sheet.table((54,), (380, 520), ("", "LP's Allocation", "Total Fund"))
    sheet.table(
        (54,), (380, 520),
        ("Total Commitment", "25,000,000", "200,000,000"), ("Ending Unfunded Commitment", "7,119,500", "56,956,000"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert values(result) == {"commitment": 25e6, "unfunded": 7_119_500}
    assert all(one["field"]["alternatives"] == [] for one in result["metrics"]["metrics"])


def test_quarters_as_rows_and_a_second_table_with_other_columns(tmp_path):
    sheet = Sheet()
    sheet.title("Winterport Fund, L.P.", "Quarterly report to partners", "December 31, 2022", "US$ thousands")
    sheet.table(
        (54,), (260, 360, 460, 550),
        ("Quarter ended", "Commitments", "Contributions", "Distributions", "NAV"),
        ("Sep 30, 2022", "310,000", "0", "22,150", "381,020"), ("Dec 31, 2022", "310,000", "6,200", "8,900", "389,445"),
    )  # fmt: skip
    sheet.y += 4
    sheet.line((54, "Since inception"))
    sheet.table((54,), (550,), ("Net IRR", "19.4%"), ("Net TVPI", "1.71x"))
    assert values(found(sheet, tmp_path)) == {"commitment": 310e6, "nav": 389_445_000, "net_irr": 19.4, "tvpi": 1.71}


def test_a_list_of_figures_behind_colons(tmp_path):
    sheet = Sheet()
    sheet.title("Saltmarsh Growth Equity II", "Investor update", "As of 31 December 2019")
    for text in (
        "• Drawn: £171.6 million (71.5% of commitments)",
        "• Net asset value: £201.3 million (30 September 2019: £193.0 million)",
        "• Companies held at 30 September 2019: eleven", "• Net IRR: 16.8%; Gross IRR: 23.9%",
        "• Net TVPI: 1.40x; DPI: 0.23x",
    ):  # fmt: skip
        sheet.line((54, text))
    assert values(found(sheet, tmp_path)) == {
        "contributions": 171.6e6, "nav": 201.3e6, "net_irr": 16.8, "gross_irr": 23.9, "tvpi": 1.4, "dpi": 0.23,
    }  # fmt: skip


def test_values_of_other_days_and_corrected_ones_in_sentences(tmp_path):
    sheet = Sheet()
    sheet.title("Redwood Summit Fund, Inc.", "Announces Net Asset Value as of December 31, 2016")
    sheet.prose(
        "Redwood Summit Fund, Inc. said that its net asset value per share as of December 31, 2016 was $19.67, rather "
        "than the $20.31 announced on January 12, 2017. Cash came to $1.2 million, or $0.16 per share."
    )
    sheet.prose("Net asset value per share declined from $22.30 at September 30, 2016 to $19.67 at December 31, 2016.")
    assert values(found(sheet, tmp_path)) == {"nav_per_share": 19.67, "cash_per_share": 0.16}
