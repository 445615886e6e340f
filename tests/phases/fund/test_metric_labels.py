"""Which metric a label names, and what a column's header says about the period of its figures."""

from __future__ import annotations

from datetime import date

import pytest

from phases.fund.metrics.candidates import column_day
from phases.fund.metrics.metric_labels import meaning, period


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


@pytest.mark.parametrize(
    ("label", "metric"),
    [
        ("Net Asset Value Per Share of Beneficial Interest", "nav_per_share"),
        ("Net asset value per share (Net assets divided by shares outstanding) (Note 2)", "nav_per_share"),
        ("Net asset value, offering and redemption price per share", "nav_per_share"),
        ("Net asset value per share, beginning of period", "beginning_nav_per_share"),
        ("Shares of common stock outstanding (100,000,000 shares authorized)", "shares_outstanding"),
        ("Investments in securities, at value", "total_fair_value"),
        ("Total Value Multiple (B+C)/A", "tvpi"),
        ("Distributions to paid-in (DPI)", "dpi"),
        ("Ending Unfunded Commitment", "unfunded"),
        ("Zeichnungsbetrag (Kapitalzusage)", "commitment"),
        ("Noch nicht abgerufenes Kapital", "unfunded"),
        ("Gewinnvorab (Carried Interest)", "carried_interest"),
        ("Plus-values réalisées", "realized"),
        ("Engagement résiduel (non appelé)", "unfunded"),
        ("Actif net en fin de période", "nav"),
        ("Opgevraagd kapitaal", "contributions"),
        ("Commit. ($M)", "commitment"),
        ("Net assets (payable)", None),
        ("Common Stock, par value $0.001 per share 100,000,000 shares authorized", None),
        ("Net increase in net assets per share", None),
    ],
)
def test_one_thing_has_many_names(label: str, metric: str | None) -> None:
    found = meaning(label)
    assert (found.metric if found else None) == metric


def test_a_range_that_goes_on_in_another_line_dates_no_column() -> None:
    assert column_day("Since Inception (May-16 - Sep-21)") == date(2021, 9, 30)
    assert column_day("Since Inception (May-16 - Sep-") is None
    assert column_day("Year to Date (Jan-21 -") is None
