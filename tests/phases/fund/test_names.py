"""Whose report it is: names of funds among those of investors, managers and companies."""

from __future__ import annotations

import pytest

from phases.fund.document.names import fund_name, manager
from tests.phases.fund.said import said


def name(*texts: str) -> str | None:
    found = fund_name(said(*texts))
    return found["value"] if found else None


@pytest.mark.parametrize(
    "title",
    [
        "Cobalt Ridge Venture Fund VI, L.P.",
        "Birkenfeld Wachstumskapital II GmbH & Co. KG",
        "Aldersyde Growth Equity III SCSp",
        "Pemberley Technology Value Fund, Inc.",
        "Northlight Capital Partners IX",
        "Fonds Croissance Industrie II FPCI",
        "Halden Secondaries 2021 (Cayman) LP",
    ],
)
def test_a_title_names_the_fund(title: str) -> None:
    assert name(title, "Quarterly Report", "The fund did well.") == title


def test_the_investor_of_a_statement_is_not_the_fund() -> None:
    text = (
        "Capital Account Statement",
        "Limited Partner: Harrow County Retirement Trust",
        "Fund: Larch Hill Fund II, L.P.",
    )
    assert name(*text) == "Larch Hill Fund II, L.P."


def test_an_investor_that_is_a_fund_itself_is_not_the_fund() -> None:
    text = ("Capital Account Statement", "Limited Partner: Alder Feeder Fund I, L.P.", "Larch Hill Fund II, L.P.")
    assert name(*text) == "Larch Hill Fund II, L.P."


def test_words_that_say_what_the_document_is_are_cut_off() -> None:
    text = (
        "The Quarterly Newsletter of Pemberley Technology Value Fund, Inc.",
        "Pemberley Technology Value Fund, Inc. holds shares",
    )
    assert name(*text) == "Pemberley Technology Value Fund, Inc."


def test_a_registrant_in_capitals_is_given_as_the_text_spells_it() -> None:
    text = (
        "FORM 10-Q",
        "PEMBERLEY TECHNOLOGY VALUE FUND, INC.",
        "(Exact Name of Registrant as Specified in Charter)",
        "",
        "Shares of Pemberley Technology Value Fund, Inc. are listed",
    )
    assert name(*text) == "Pemberley Technology Value Fund, Inc."


def test_a_document_without_names_has_none() -> None:
    assert name("Market overview", "Prices rose.") is None
    assert fund_name([]) is None


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("General Partner: Cobalt Ridge GP VI, LLC", "Cobalt Ridge GP VI, LLC"),
        ("Managed by Birkenfeld Partner Management GmbH", "Birkenfeld Partner Management GmbH"),
        ("advised by Pemberley Capital Management, Inc. (the “Adviser”)", "Pemberley Capital Management, Inc."),
    ],
)
def test_the_manager_is_found_where_it_is_said(text: str, who: str) -> None:
    found = manager(said("Some Fund II, L.P.", text))
    assert found is not None
    assert found["value"] == who
    assert manager(said("No one is named here")) is None


def test_a_legal_form_may_come_first_and_words_that_any_fund_has_are_no_name() -> None:
    assert name("FPCI Lumière Croissance IV", "Appel de fonds n° 7") == "FPCI Lumière Croissance IV"
    assert name("A. Capital Account Statement for LP", "Total Fund", "Larch Hill Fund II, L.P. – a Pension (LP)") == (
        "Larch Hill Fund II, L.P."
    )
    assert name("Larch Hill Fund V LP", "Prepared for: Borough of Eastmoor Pension Fund") == "Larch Hill Fund V LP"
