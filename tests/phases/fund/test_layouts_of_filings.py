"""Statements of assets and liabilities as filings set them: labels of several lines, figures inside labels."""

from __future__ import annotations

from tests.phases.fund.drawn import Sheet, failed, read, unproven, values

LEFT, RIGHTS = (54,), (430, 530)


def filing(day: str) -> Sheet:
    sheet = Sheet()
    sheet.title("FORM 10-Q", "SECURITIES AND EXCHANGE COMMISSION", f"For the quarterly period ended {day}")
    sheet.title("Sandpiper Venture Capital, Inc.", "(Exact name of registrant as specified in its charter)")
    sheet.new_page()
    sheet.title("Sandpiper Venture Capital, Inc.", "Statements of Assets and Liabilities")
    return sheet


def found(sheet, tmp_path):
    result = read(sheet.save(tmp_path))
    assert unproven(result) == []
    return result


def test_labels_of_several_lines_and_figures_inside_them(tmp_path):
    sheet = filing("June 30, 2013")
    sheet.table(LEFT, RIGHTS, ("", "June 30, 2013", "December 31,"), step=11)
    sheet.table(LEFT, RIGHTS, ("(unaudited)", "", "2012"))
    sheet.line((54, "Investments, at fair value (acquisition cost of"), step=11)
    sheet.table(
        LEFT, RIGHTS,
        ("$120,352,363 and $132,387,599, respectively)", "$197,724,110", "$219,864,344"),
        ("Total assets", "222,657,354", "230,824,863"), ("Total liabilities", "6,168,424", "4,160,590"),
        ("Net assets", "$216,488,930", "$226,664,273"),
    )  # fmt: skip
    sheet.line((54, "Shares of Common Stock outstanding, $0.001 par value per"), step=11)
    sheet.table(LEFT, RIGHTS, ("share, 100,000,000 shares authorized", "6,980,987", "7,052,502"))
    sheet.line((54, "Net asset value per share of common stock:"), step=11)
    sheet.table(LEFT, RIGHTS, ("(net assets ÷ shares outstanding)", "$31.01", "$32.14"))
    result = found(sheet, tmp_path)
    assert values(result) == {
        "total_cost": 120_352_363, "total_fair_value": 197_724_110, "total_assets": 222_657_354, "nav": 216_488_930,
        "total_liabilities": 6_168_424, "shares_outstanding": 6_980_987, "nav_per_share": 31.01,
    }  # fmt: skip
    assert failed(result) == []


def test_a_label_may_be_long_enough_for_running_text(tmp_path):
    sheet = filing("September 30, 2019")
    rights = (470, 545)
    sheet.table(LEFT, rights, ("", "September 30, 2019", "December 31, 2018"))
    sheet.table(LEFT, rights, ("Net assets", "$223,948,100", "$174,314,200"))
    sheet.line((54, "Common stock, $0.01 par value; 50,000,000 shares authorized; 5,172,720 and 5,249,940"), step=11)
    sheet.table(LEFT, rights, ("shares issued and outstanding, respectively", "51,727", "52,499"))
    sheet.table(LEFT, rights, ("NAV per share", "$43.29", "$33.20"))
    assert values(found(sheet, tmp_path)) == {
        "nav": 223_948_100, "shares_outstanding": 5_172_720, "nav_per_share": 43.29,
    }  # fmt: skip


def test_labels_that_go_on_below_their_figures(tmp_path):
    sheet = filing("June 30, 2021")
    sheet.table(LEFT, RIGHTS, ("", "June 30, 2021", "December 31, 2020"))
    sheet.table(LEFT, RIGHTS, ("Net assets", "$66,276,402", "$82,293,583"))
    sheet.table(LEFT, RIGHTS, ("Net Asset Value Per Common Share Outstanding (net", "$13.20", "$15.92"), step=11)
    sheet.line((54, "assets divided by 5,021,113 and 5,169,626 common"), step=11)
    sheet.line((54, "shares outstanding, respectively)"))
    sheet.new_page()
    sheet.title("Statements of Changes in Net Assets")
    periods = ("", "Six Months Ended June 30, 2021", "Year Ended December 31, 2020")
    sheet.table(LEFT, (400, 550), periods)
    sheet.table(LEFT, (400, 550), ("Net increase (decrease) in net assets", "(14,829,464)", "(5,931,785)"), step=11)
    sheet.line((54, "resulting from operations"))
    assert values(found(sheet, tmp_path)) == {
        "nav": 66_276_402, "nav_per_share": 13.2, "shares_outstanding": 5_021_113,
        "net_change_from_operations": -14_829_464,
    }  # fmt: skip


def test_what_a_label_says_of_its_unit_is_of_that_figure_alone(tmp_path):
    sheet = filing("December 31, 2017")
    rights = (370, 450, 530)
    sheet.table(
        LEFT, rights,
        ("", "2017", "2016", "2015"), ("Net asset value, beginning of year", "$47.34", "$31.10", "$28.20"),
        ("Net asset value, end of year", "$37.86", "$47.34", "$31.10"),
        ("Net assets, end of year (in 000s)", "$179,939", "$225,198", "$99,000"),
    )  # fmt: skip
    result = found(sheet, tmp_path)
    assert (values(result)["nav_per_share"], values(result)["nav"]) == (37.86, 179_939_000)
    assert failed(result) == []


def test_what_was_paid_for_shares_is_a_line_of_the_roll_forward(tmp_path):
    sheet = filing("September 30, 2020")
    sheet.title("Statement of Changes in Net Assets")
    sheet.table(
        LEFT, (530,),
        ("", "Nine Months Ended September 30, 2020"), ("Net assets, beginning of period", "263,542,216"),
        ("Net investment loss", "(2,930,425)"), ("Net realized gain (loss)", "(3,881,768)"),
        ("Net change in unrealized appreciation", "(20,950,035)"),
        ("Net increase (decrease) in net assets resulting from operations", "(27,762,228)"),
        ("Repurchase of shares", "(1,949,185)"), ("Net assets, end of period", "233,830,803"),
    )  # fmt: skip
    assert failed(found(sheet, tmp_path)) == []
