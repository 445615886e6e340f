"""Kinds of documents, by what is typical of them, in words that no sample has."""

from __future__ import annotations

import pytest

from phases.fund.document.document_type import TYPES, classify, rules
from tests.phases.fund.said import said

DOCUMENTS = {
    "capital_account_statement": [
        ("Statement of Partner's Capital", "Investor: Harrow County", "Opening balance | 1,000", "Closing balance | 1,200"),
        ("Kapitalkontoauszug", "Kommanditist: Stadt Harburg", "Anfangsbestand Kapital | 1.000", "Endbestand Kapital | 1.200"),
        ("Larch Hill Fund II, L.P.", "Individual Partner Capital Statement", "Beginning capital | 10", "Ending capital | 12"),
    ],
    "quarterly_report": [
        ("Larch Hill Fund II", "Quarterly Report to Investors, June 30, 2024", "Fund Overview", "Commitments | 100"),
        ("Quartalsbericht Q2 2024", "Marktumfeld", "Die Beteiligungen entwickelten sich gut."),
        ("Rapport trimestriel au 30 juin 2024", "Le portefeuille a progressé."),
    ],
    "sec_filing": [
        ("UNITED STATES", "SECURITIES AND EXCHANGE COMMISSION", "FORM 10-K", "Annual report pursuant to Section 13 or 15(d)", "Commission File Number 814-0001"),
        ("U.S. Securities and Exchange Commission", "Form N-CSR", "Investment Company Act file number 811-1"),
    ],
    "portfolio_valuation": [
        ("Portfolio Valuation Report", "Valuation date: 30 June 2024", "Company | Cost | Fair value"),
        ("Bewertungsbericht", "Bewertungsstichtag 30.06.2024", "Gesellschaft | Kosten | Zeitwert"),
    ],
    "investor_letter": [
        ("Larch Hill Partners", "Dear Limited Partners,", "We are glad to report a good year.", "Sincerely, The partners"),
        ("Larch Hill Capital", "To our shareholders", "It was a year of rest.", "Kind regards"),
        ("Sehr geehrte Damen und Herren,", "wir berichten über das Quartal.", "Mit freundlichen Grüßen"),
        ("The Quarterly Newsletter of Larch Hill", "Summer 2021", "Alpha wins a prize."),
    ],
    "press_release": [
        ("FOR IMMEDIATE RELEASE", "Larch Hill Fund Announces Results", "BOSTON, March 3, 2024 (GLOBE NEWSWIRE) -- Larch Hill today announced", "Media Contact"),
        ("Pressemitteilung", "Hamburg, 3. März 2024 – Larch Hill meldet"),
    ],
    "market_analysis": [
        ("Venture Market Report", "Deal count and deal value by quarter", "Median pre-money valuations rose"),
        ("European Sector Review", "Exit activity fell", "Median deal size by stage"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "texts"), [(kind, texts) for kind, all_texts in DOCUMENTS.items() for texts in all_texts]
)
def test_each_kind_is_told_by_its_marks(kind: str, texts: tuple[str, ...]) -> None:
    found = classify(said(*texts), many_funds=False)
    assert found["value"] == kind
    assert found["score"] > 0.5
    assert found["evidence"][0]["type"] == kind


def test_a_table_of_many_funds_is_one_whatever_it_is_called() -> None:
    assert (
        classify(said("Private Equity Portfolio", "As of June 30, 2024"), many_funds=True)["value"]
        == "fund_performance_table"
    )


def test_nothing_typical_is_other() -> None:
    assert classify(said("Minutes of the meeting", "Present: two"), many_funds=False) == {
        "value": "other",
        "score": 0.0,
        "evidence": [],
    }
    assert classify([], many_funds=False)["value"] == "other"


def test_a_mention_of_a_form_in_running_text_is_no_filing() -> None:
    text = (
        "News Release",
        "Boston, MA, May 2, 2024 – Larch Hill said that its report on Form 10-Q will be filed with the Securities and Exchange Commission",
    )
    assert classify(said(*text), many_funds=False)["value"] == "press_release"


def test_every_rule_names_a_known_type_and_place() -> None:
    assert {rule.type for rule in rules()} <= set(TYPES)
    assert {rule.where for rule in rules()} <= {"head", "cover", "edge", "any"}
