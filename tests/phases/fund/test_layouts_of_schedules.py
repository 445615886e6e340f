"""Schedules of investments in layouts that the development documents do not have."""

from __future__ import annotations

from tests.phases.fund.drawn import Sheet, failed, read, rows, unproven


def found(sheet, tmp_path):
    result = read(sheet.save(tmp_path))
    assert unproven(result) == []
    return result


def test_industries_with_sub_totals_in_the_value_column(tmp_path):
    sheet = Sheet()
    sheet.title("Kestrel Venture Fund II, L.P.", "Schedule of Investments", "March 31, 2025")
    lefts, rights = (54, 230), (400, 480, 560)
    sheet.table(lefts, rights, ("Company", "Type of security", "Cost", "Fair Value", "% of Net Assets"), step=18)
    sheet.line((54, "Software"))
    sheet.table(
        (64, 230), rights,
        ("Abacus Robotics, Inc.", "Series A Preferred", "4,000,000", "6,000,000", "12.0%"),
        ("Blue Heron Systems LLC", "Common units", "1,500,000", "500,000", "1.0%"),
    )  # fmt: skip
    sheet.table(lefts, rights, ("Total Software", "", "5,500,000", "6,500,000", "13.0%"), step=20)
    sheet.line((54, "Life Sciences"))
    sheet.table(
        (64, 230), rights,
        ("Cedar Genomics, Inc.", "Series B Preferred", "7,250,000", "9,000,000", "18.0%"),
        ("Eider Therapeutics, Inc.", "Series Seed", "750,000", "—", "0.0%"),
    )  # fmt: skip
    sheet.table(lefts, rights, ("Total Life Sciences", "", "8,000,000", "9,000,000", "18.0%"), step=20)
    sheet.table(
        lefts, rights,
        ("Total Investments", "", "13,500,000", "15,500,000", "31.0%"),
        ("Other assets in excess of liabilities", "", "", "34,500,000", "69.0%"), ("Net assets", "", "", "50,000,000", "100.0%"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert rows(result) == {
        "Abacus Robotics, Inc.": (4e6, 6e6), "Blue Heron Systems LLC": (1.5e6, 5e5),
        "Cedar Genomics, Inc.": (7.25e6, 9e6), "Eider Therapeutics, Inc.": (7.5e5, 0),
    }  # fmt: skip
    assert [one["sector"] for one in result["companies"]["positions"]] == ["Software"] * 2 + ["Life Sciences"] * 2
    assert result["companies"]["positions"][3]["status"] == "written off"
    assert result["record"]["metrics"]["nav"]["value"] == 50e6
    assert failed(result) == []


def test_a_company_over_its_indented_instruments(tmp_path):
    sheet = Sheet()
    sheet.title("Osprey Capital Partners", "Portfolio Investments as of September 30, 2024", "(in thousands)")
    rights = (420, 520)
    sheet.table((54,), rights, ("Issuer / Investment", "Amortized Cost", "Fair Value"), step=16)
    sheet.line((54, "Farrow Mills Holdings, Inc."))
    sheet.table((70,), rights, ("First Lien Term Loan", "12,000", "11,880"), ("Common Stock", "500", "720"))
    sheet.table((70,), rights, ("", "12,500", "12,600"))
    sheet.line((54, "Gannet Logistics, LLC"))
    sheet.table((70,), rights, ("Senior Secured Notes", "8,400", "8,400"))
    sheet.line((54, "Halcyon Foods Corp."))
    sheet.table(
        (70,),
        rights,
        ("Preferred Stock - Series C", "3,000", "4,150"),
        ("Warrants", "0", "250"),
        ("", "3,000", "4,400"),
    )
    sheet.table((54,), rights, ("Total investments", "23,900", "25,400"))
    result = found(sheet, tmp_path)
    assert rows(result) == {
        "Farrow Mills Holdings, Inc.": (12.5e6, 12.6e6), "Gannet Logistics, LLC": (8.4e6, 8.4e6), "Halcyon Foods Corp.": (3e6, 4.4e6),
    }  # fmt: skip
    assert [len(one["instruments"]) for one in result["companies"]["positions"]] == [2, 1, 2]
    assert failed(result) == []


def test_a_company_continued_on_the_next_page_and_a_name_wrapped_below_its_figures(tmp_path):
    sheet = Sheet()
    sheet.title("Lapwing Fund", "Schedule of Investments", "June 30, 2024 (unaudited)")
    header = ("Portfolio Company", "Investment", "Shares", "Cost", "Value")
    lefts, rights = (54, 200), (400, 480, 560)
    sheet.table(lefts, rights, header, step=18)
    sheet.table(
        lefts, rights,
        ("IBIS SENSORS, INC.", "Preferred Stock", "100,000", "1,000,000", "1,400,000"), ("", "Common Stock", "50,000", "200,000", "300,000"),
    )  # fmt: skip
    sheet.table(lefts, rights, ("", "", "", "", "1,700,000"), step=22)
    sheet.table(lefts, rights, ("JACANA BIO, INC.", "Preferred Stock", "10,000", "500,000", "650,000"))
    sheet.new_page()
    sheet.line((54, "Lapwing Fund"))
    sheet.line((54, "Schedule of Investments (continued)"), step=22)
    sheet.table(lefts, rights, header, step=18)
    sheet.table(lefts, rights, ("JACANA BIO, INC. (continued)", "Warrants", "5,000", "0", "50,000"))
    sheet.table(lefts, rights, ("", "", "", "", "700,000"), step=22)
    sheet.table(lefts, rights, ("KITTIWAKE SOLAR", "Common Stock", "9,999", "750,000", "0"), step=10)
    sheet.line((54, "CORPORATION"), step=22)
    sheet.table(lefts, rights, ("TOTAL INVESTMENTS", "", "", "2,450,000", "2,400,000"))
    result = found(sheet, tmp_path)
    assert rows(result) == {
        "IBIS SENSORS, INC.": (1.2e6, 1.7e6), "JACANA BIO, INC.": (5e5, 7e5), "KITTIWAKE SOLAR CORPORATION": (7.5e5, 0),
    }  # fmt: skip
    assert failed(result) == []
    cost = result["companies"]["positions"][0]["fields"]["cost"]
    assert (cost["raw_text"], [part["value"] for part in cost["parts"]]) == (None, [1_000_000, 200_000])


def test_of_two_schedules_in_one_filing_the_reports_own_counts(tmp_path):
    sheet = Sheet()
    for day, positions in (
        (
            "December 31, 2023",
            (("Merganser Ltd", "1,000", "900"), ("Nightjar plc", "2,000", "2,600"), ("Oriole SA", "700", "700")),
        ),
        ("June 30, 2024", (("Merganser Ltd", "1,000", "1,250"), ("Nightjar plc", "2,500", "3,000"))),
    ):
        sheet.title("Curlew Opportunities LP", "Statement of Investments", day, "(£ in thousands)")
        sheet.table((54, 250), (420, 520), ("Name", "Sector", "Cost", "Fair value"), step=16)
        sheet.table((54, 250), (420, 520), *[(name, "Industrials", cost, value) for name, cost, value in positions])
        sums = [f"{sum(int(one[place].replace(',', '')) for one in positions):,}" for place in (1, 2)]
        sheet.table((54, 250), (420, 520), ("Total", "", *sums))
        sheet.new_page()
    sheet.title("Curlew Opportunities LP", "Report for the half year ended June 30, 2024")
    result = found(sheet, tmp_path)
    assert rows(result) == {"Merganser Ltd": (1e6, 1.25e6), "Nightjar plc": (2.5e6, 3e6)}
    assert [(one["as_of"], one["chosen"]) for one in result["companies"]["schedules"]] == [
        ("2023-12-31", False),
        ("2024-06-30", True),
    ]


def test_french_figures_with_spaces(tmp_path):
    sheet = Sheet()
    sheet.title("Fonds Garrigue II FPCI", "Situation au 31/12/2024", "(en milliers d'euros)")
    sheet.table(
        (54, 220), (400, 500, 560),
        ("Société", "Secteur", "Prix de revient", "Juste valeur", "% actif net"),
        ("Alizé Santé SAS", "Santé", "3 250,0", "4 875,5", "12,5 %"),
        ("Bastide Énergie SA", "Énergie", "12 000,0", "10 400,0", "26,7 %"),
        ("Calanque Logiciels", "Logiciel", "1 100,0", "0,0", "0,0 %"), ("Total", "", "16 350,0", "15 275,5", "39,2 %"),
        ("Actif net", "", "", "39 000,0", ""),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert rows(result) == {
        "Alizé Santé SAS": (3.25e6, 4.8755e6), "Bastide Énergie SA": (12e6, 10.4e6), "Calanque Logiciels": (1.1e6, 0),
    }  # fmt: skip
    assert result["companies"]["positions"][1]["fields"]["pct_net_assets"]["value"] == 26.7
    assert failed(result) == []


def test_last_years_fair_values_beside_this_years_and_realized_proceeds(tmp_path):
    sheet = Sheet()
    sheet.title("Turnstone Capital Fund", "Portfolio Companies - December 31, 2024", "In millions of US dollars")
    rights = (290, 370, 450, 530)
    sheet.table((54,), rights, ("", "", "", "Fair Value", "Fair Value"), step=11)
    sheet.table(
        (54,), rights,
        ("Investment", "Invested", "Realized", "12/31/2023", "12/31/2024"), ("Umbra Labs", "5.0", "0.0", "6.1", "7.4"),
        ("Vireo Networks", "8.5", "2.1", "9.0", "8.8"), ("Whimbrel Health", "3.2", "—", "3.2", "—"), ("Total", "16.7", "2.1", "18.3", "16.2"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert rows(result) == {"Umbra Labs": (5e6, 7.4e6), "Vireo Networks": (8.5e6, 8.8e6), "Whimbrel Health": (3.2e6, 0)}
    assert failed(result) == []


def test_names_wrapped_above_and_below_their_figures(tmp_path):
    sheet = Sheet()
    sheet.title("Yellowlegs Fund III", "Schedule of Portfolio Investments", "As of March 31, 2024 ($ in thousands)")
    lefts, rights = (54, 190), (330, 420, 500, 560)
    sheet.table(lefts, rights, ("Company", "Industry", "Cost", "Fair Value", "Ownership", "MOIC"), step=18)
    sheet.table(lefts, rights, ("Advanced Photonic", "Semiconductors", "4,200", "6,300", "12.5%", "1.50x"), step=11)
    sheet.line((54, "Manufacturing, Inc."), step=18)
    sheet.table(lefts, rights, ("Zephyr AI", "Software", "1,000", "900", "4.0%", "0.90x"), step=18)
    sheet.line((54, "Consolidated Marine"), (190, "Transportation and"), step=11)
    sheet.table(lefts, rights, ("Terminals LLC", "Logistics", "2,750", "5,500", "30.1%", "2.00x"), step=18)
    sheet.table(lefts, rights, ("Total", "", "7,950", "12,700"))
    result = found(sheet, tmp_path)
    assert rows(result) == {
        "Advanced Photonic Manufacturing, Inc.": (4.2e6, 6.3e6), "Zephyr AI": (1e6, 9e5), "Consolidated Marine Terminals LLC": (2.75e6, 5.5e6),
    }  # fmt: skip
    owned = [one["fields"]["ownership_pct"]["value"] for one in result["companies"]["positions"]]
    assert owned == [12.5, 4.0, 30.1]


def test_a_name_on_every_row_and_notes_behind_names(tmp_path):
    sheet = Sheet(792, 612)
    sheet.title(
        "Avocet Mezzanine Fund",
        "Consolidated Schedule of Investments",
        "As of December 31, 2024",
        "(dollars in thousands)",
    )
    lefts, rights = (40, 170, 280), (470, 540, 610, 690)
    sheet.table(
        lefts,
        rights,
        ("Portfolio Company", "Industry", "Investment Type", "Principal", "Amortized", "Fair", "% of Net"),
        step=10,
    )
    sheet.table((), rights, ("Amount", "Cost", "Value", "Assets"), step=16)
    sheet.table(
        lefts, rights,
        ("Bittern Software, Inc.", "Software", "First lien term loan", "5,000", "4,950", "5,000", "10.0%"),
        ("Bittern Software, Inc.", "Software", "Revolver", "", "(10)", "0", "0.0%"),
        ("Bittern Software, Inc.", "Software", "Common equity", "", "400", "600", "1.2%"),
        ("Coot Dental Group, LLC (3)(5)", "Healthcare", "First lien term loan", "9,000", "8,870", "8,100", "16.2%"),
        ("Total Investments", "", "", "", "14,210", "13,700", "27.4%"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert rows(result) == {"Bittern Software, Inc.": (5.34e6, 5.6e6), "Coot Dental Group, LLC": (8.87e6, 8.1e6)}
    assert result["companies"]["positions"][0]["fields"]["pct_net_assets"]["value"] == 11.2
    assert failed(result) == []


def test_two_tables_beside_each_other(tmp_path):
    sheet = Sheet(792, 612)
    sheet.title("Whinchat Capital II", "Quarterly report", "30 June 2024 (US$ millions)")
    sheet.table((54, 380), (620, 720), ("Fund summary", "Company", "Cost", "Fair value"), step=16)
    for left, right in (
        (("Commitments", "150.0"), ("Alder Foods", "20.0", "31.5")), (("Paid-in", "90.0"), ("Beech Data", "15.0", "12.2")),
        (("Distributed", "20.0"), ("Cypress Pay", "30.0", "48.0")), (("NAV", "112.0"), ("Total", "65.0", "91.7")),
    ):  # fmt: skip
        sheet.line((54, left[0]), (380, right[0]), right=((300, left[1]), (620, right[1]), (720, right[2])))
    result = found(sheet, tmp_path)
    assert rows(result) == {"Alder Foods": (20e6, 31.5e6), "Beech Data": (15e6, 12.2e6), "Cypress Pay": (30e6, 48e6)}
    assert result["record"]["metrics"]["nav"]["value"] == 112e6


def test_top_holdings_in_a_list_and_in_sentences(tmp_path):
    sheet = Sheet()
    sheet.title("Ibis Growth Fund - letter to shareholders", "June 30, 2024")
    sheet.line((54, "Largest Holdings as of 6/30/24"), step=20)
    sheet.table(
        (54,), (300,), ("Jabiru Foods, Inc.", "14.2%"), ("Kea Systems Corp.", "9.1%"), ("Loon Energy Ltd", "6.0%")
    )
    result = found(sheet, tmp_path)
    assert [(one["name"], one["field"]["value"]) for one in result["companies"]["top_holdings"]] == [
        ("Jabiru Foods, Inc.", 14.2), ("Kea Systems Corp.", 9.1), ("Loon Energy Ltd", 6.0),
    ]  # fmt: skip


def test_headers_set_too_close_to_tell_apart(tmp_path):
    sheet = Sheet()
    sheet.title("Nuthatch Seed Fund", "Portfolio Companies", "As of September 30, 2024 ($ thousands)")
    sheet.table((54,), (330, 377, 424), ("Company", "Cost Basis", "Fair Value", "Ownership"), step=16)
    sheet.table(
        (54,), (330, 377, 424),
        ("Osier Labs", "120", "340", "5.0%"), ("Privet Bio", "85", "60", "7.5%"), ("Quince Pay", "210", "210", "3.1%"),
    )  # fmt: skip
    assert rows(found(sheet, tmp_path)) == {
        "Osier Labs": (120e3, 340e3),
        "Privet Bio": (85e3, 60e3),
        "Quince Pay": (210e3, 210e3),
    }
