"""Which of the days in a report it is as of."""

from __future__ import annotations

from datetime import date
from typing import Any

from phases.fund.document.as_of import as_of
from tests.phases.fund.said import said


def day(*texts: str, made: date | None = None, more: tuple[str, ...] = ()) -> str | None:
    found = as_of([*said(*texts), *said(*more, page=2)], made)
    return found["value"] if found else None


def test_a_title_tells() -> None:
    assert (
        day("Larch Fund II, L.P.", "Quarterly Report, March 31, 2023", "We closed one deal on February 3, 2023.")
        == "2023-03-31"
    )


def test_the_period_on_a_cover_outweighs_later_days_on_it() -> None:
    cover = (
        "FORM 10-Q",
        "For the quarterly period ended September 30, 2018",
        "Outstanding at October 31, 2018 | 7,178,770",
    )
    later = ("As of December 31, 2017 the Fund held", "as of December 31, 2017", "as of December 31, 2017")
    assert day(*cover, more=later) == "2018-09-30"


def test_of_two_days_said_as_often_the_later_is_the_reports() -> None:
    text = (
        "Top Holdings", "As of 2/29/16*", "Alpha | 14.9%",
        "Estimated net assets as of February 29, 2016 represent net assets of $176 million as of December 31, 2015",
        "As of December 31, 2015, the Fund held many shares of a company that was sold.",
    )  # fmt: skip
    assert day(*text) == "2016-02-29"


def test_a_dateline_is_the_day_it_was_sent() -> None:
    text = (
        "News Release",
        "Larch Fund Announces Preliminary NAV as of March 31, 2015",
        "San Jose, CA, April 23, 2016 – Larch Fund, Inc. today said",
    )
    assert day(*text) == "2015-03-31"


def test_a_day_after_the_file_was_made_is_a_slip() -> None:
    text = ("Report as of June 30, 2031", "Net asset value as of June 30, 2021 was 12 million")
    assert day(*text, made=date(2021, 8, 1)) == "2021-06-30"


def test_an_annual_report_is_as_of_the_end_of_its_year() -> None:
    cover = (
        "FORM 10-K",
        "For the fiscal year ended December 31, 2018",
        "held by others as of June 30, 2018 was $12",
        "Outstanding at March 1, 2019 | 7",
    )
    assert day(*cover) == "2018-12-31"


def test_days_of_purchases_and_inceptions_do_not_count() -> None:
    text = (
        "Portfolio valuation",
        "Alpha Works | 03.05.2021 | 9,500",
        "Beta Grid | 17.11.2020 | 11,200",
        "Vintage | 2019",
        "Bewertungsstichtag: 30.09.2025",
    )
    assert day(*text) == "2025-09-30"


def test_values_are_struck_at_month_ends() -> None:
    assert day("Capital statement", "Report date: 10/15/2024", "Valuation date: 9/30/2024") == "2024-09-30"
    assert day("Weekly note", "The net asset value as of October 14, 2024 was 12.31") == "2024-10-14"


def test_european_and_other_wordings() -> None:
    assert day("Quartalsbericht zum 31. März 2024") == "2024-03-31"
    assert day("Rapport trimestriel au 30 juin 2023") == "2023-06-30"
    assert day("Informe al 31 de diciembre de 2022") == "2022-12-31"
    assert day("Q2 2024 Investor Update", "We saw good progress in the quarter.") == "2024-06-30"


def test_columns_headed_by_days_count_and_the_current_one_is_later() -> None:
    assert (
        day("Statement of Assets and Liabilities", "JUNE 30, 2024 | DECEMBER 31, 2023", "Total assets | 12 | 11")
        == "2024-06-30"
    )


def test_the_field_says_where_it_was_found() -> None:
    found: Any = as_of(said("Report", "Values as of June 30, 2021 and 2020"), None)
    assert (found["raw_text"], found["page"], found["label"]) == ("June 30, 2021", 1, "Values as of")
    assert found["bbox"][1] == 74.0
    assert found["bbox"][0] > 90


def test_a_report_without_days_has_none() -> None:
    assert day("Larch Fund", "No dates here, only 12 figures") is None
    assert day() is None


def test_a_letters_own_date_is_not_its_subject() -> None:
    assert (
        day("April 22, 2019", "Dear shareholders,", "As of March 31, 2019, net assets were 187 million") == "2019-03-31"
    )
    assert day("Paris, le 14 mai 2021", "Situation de votre compte au 31 mars 2021") == "2021-03-31"


def test_sentences_go_on_in_the_next_line() -> None:
    text = (
        "The fund corrects a value that it had announced on January 12, 2017 and it says that the value as of",
        "December 31, 2016 was lower than it had been, because one of the companies was valued anew on January",
        "9, 2017 by the board of the fund after a long and careful review of all that it had been told since then",
    )
    assert day(*text) == "2016-12-31"
