"""What a label or a column's header says about the period of its figures."""

from __future__ import annotations

import pytest

from phases.fund.metric_labels import period


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Quarter to Date", "QTD"),
        ("Qtr. to date", "QTD"),
        ("Three months ended June 30, 2025", "QTD"),
        ("Year to Date", "YTD"),
        ("Year-to-date 2025", "YTD"),
        ("Nine Months Ended", "YTD"),
        ("Since Inception", "ITD"),
        ("Contributions to date", "ITD"),
        ("Inception to Date", "ITD"),
        ("Amount", None),
    ],
)
def test_a_header_names_the_period_of_its_column(header: str, expected: str | None) -> None:
    assert period(header) == expected
