"""Days in the spellings that reports use."""

from __future__ import annotations

from datetime import date

import pytest

from phases.common.report_dates import find, is_day_first


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("As of June 30, 2020", date(2020, 6, 30)),
        ("JUNE 30, 2020 (UNAUDITED)", date(2020, 6, 30)),
        ("Sept. 30, 2019", date(2019, 9, 30)),
        ("30 June 2020", date(2020, 6, 30)),
        ("the 1st of March 2021", date(2021, 3, 1)),
        ("zum 30. Juni 2020", date(2020, 6, 30)),
        ("zum 31. März 2021", date(2021, 3, 31)),
        ("au 30 septembre 2022", date(2022, 9, 30)),
        ("al 31 de diciembre de 2023", date(2023, 12, 31)),
        ("Valuation date: 12/31/2024", date(2024, 12, 31)),
        ("31/12/2024", date(2024, 12, 31)),
        ("Stichtag 30.09.2025", date(2025, 9, 30)),
        ("As of 7/31/14*", date(2014, 7, 31)),
        ("2020-06-30", date(2020, 6, 30)),
        ("30-Jun-20", date(2020, 6, 30)),
        ("Dec-18", date(2018, 12, 31)),
        ("Sept ’21", date(2021, 9, 30)),
        ("Q3 2021 report", date(2021, 9, 30)),
        ("4Q24", date(2024, 12, 31)),
        ("third quarter of 2021", date(2021, 9, 30)),
        ("2. Quartal 2020", date(2020, 6, 30)),
        ("1er trimestre 2023", date(2023, 3, 31)),
        ("June 2020", date(2020, 6, 30)),
        ("FY 2022", date(2022, 12, 31)),
    ],
)
def test_a_day_is_found(text: str, day: date) -> None:
    assert [one.day for one in find(text)] == [day]


@pytest.mark.parametrize(
    "text", ["1,234", "$1.84", "12.5%", "31/31/2020", "Note 3", "1.234.567", "ratio 4/5", "2020", "may 12 percent"]
)
def test_what_is_no_day_gives_none(text: str) -> None:
    assert find(text) == []


def test_several_days_come_in_order_with_their_places() -> None:
    text = "from June 30, 2020 to September 30, 2020"
    assert [text[one.start : one.end] for one in find(text)] == ["June 30, 2020", "September 30, 2020"]


def test_the_other_days_of_a_document_tell_which_number_is_the_month() -> None:
    assert is_day_first(["31/12/2024", "4/5/2024"])
    assert not is_day_first(["12/31/2024", "4/5/2024"])
    assert find("4/5/2024", day_first=True)[0].day == date(2024, 5, 4)
    assert find("4/5/2024")[0].day == date(2024, 4, 5)


def test_a_range_of_months_has_two_ends() -> None:
    assert [one.day for one in find("(May-16 - Sep-21)")] == [date(2016, 5, 31), date(2021, 9, 30)]
