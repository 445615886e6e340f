"""What is a statement about the market, and what only sounds like one."""

from __future__ import annotations

import pytest

from phases.fund import market_statements
from phases.fund.passages import Sentence


def found(text: str, heading: str = "", *, strict: bool = False) -> list[market_statements.Statement]:
    return market_statements.found(Sentence(text, 1, [0, 0, 1, 1], heading, 0, 0), strict=strict)


@pytest.mark.parametrize(
    ("text", "topic", "direction"),
    [
        ("Secondary market volumes grew 12% in the first half of 2024.", "exits", "up"),
        ("We believe the IPO market will reopen by the end of 2025.", "exits", "up"),
        ("Venture fundraising fell to its lowest level since 2015.", "fundraising", "down"),
        ("Median entry multiples were flat at 11.2x.", "valuations", "stable"),
        ("High-yield spreads widened by 40 basis points.", "credit", "up"),
        ("Global equity markets were volatile during the quarter.", "public markets", "mixed"),
        ("Buyout activity remained muted in Europe.", "deal activity", "down"),
        ("Inflation is expected to ease gradually over the next year.", "economy", "none"),
        ("The euro strengthened against the dollar.", "currency", "up"),
        ("The Federal Reserve cut rates twice in the second half of 2024.", "policy", "none"),
        ("The market for heat pumps is estimated to be worth $90 billion per year.", "sector", "none"),
        ("Demand for battery storage continues to outpace supply.", "sector", "up"),
    ],
)
def test_movements_states_and_expectations_of_the_market(text: str, topic: str, direction: str):
    (one,) = found(text)
    assert (one.quote, one.topic) == (text, topic)
    assert direction in (one.direction, "none")


@pytest.mark.parametrize(
    "text",
    [
        "The General Partner continues to monitor the valuations of all holdings.",
        "Our portfolio companies grew despite weak markets.",
        "Bryn Foods’ market share increased to 12%.",
        "Our exit activity increased during the quarter.",
        "The Partnership’s fundraising continued in the second quarter.",
        "The Fund’s net asset value rose 4% during the quarter.",
        "Bryn Foods surprised the market with its new product.",
        "Fair value is based on quoted prices in active markets.",
        "If interest rates rise, the value of our investments may decline.",
        "Investors should consider the risks carefully.",
        "The new products have doubled the size of the potential market.",
        "There can be no assurance that exit markets will improve.",
        "MARKET OUTLOOK AND EXIT ENVIRONMENT IMPROVE",
        "How did the IPO market develop during the year?",
    ],
)
def test_companies_policies_disclaimers_and_headings_are_none(text: str):
    assert found(text) == []


def test_only_the_clause_that_speaks_of_the_market_is_quoted():
    text = "“We are pleased with the results; the market for heat pumps is expected to double by 2030,” said Ada Byrne."
    assert [one.quote for one in found(text)] == ["the market for heat pumps is expected to double by 2030"]


def test_a_quotation_is_a_stretch_of_the_sentence():
    text = "Prices were firm; credit spreads tightened further during the quarter."
    (one,) = found(text)
    assert text[one.start : one.end] == one.quote


@pytest.mark.parametrize(
    ("text", "horizon"),
    [
        ("Exit activity should recover over the next two to three quarters.", "over the next two to three quarters"),
        ("Deal volumes fell 12% year over year.", "year over year"),
        ("Interest rates are likely to fall.", "expected"),
        ("Credit spreads tightened.  Loan spreads followed suit and narrowed too.", None),
    ],
)
def test_the_horizon_is_as_printed(text: str, horizon: str | None):
    assert found(text, heading="Market")[0].horizon == horizon


def test_legal_prose_needs_a_movement_with_a_figure_outside_a_market_section():
    text = "Market conditions remain challenging."
    assert found(text, strict=True) == []
    assert len(found(text, heading="Market environment", strict=True)) == 1
    assert len(found("Global semiconductor sales grew 13% in 2017.", strict=True)) == 1


def test_a_quotation_that_is_printed_twice_is_kept_once():
    one = Sentence("Credit spreads tightened during the quarter.", 1, [0, 0, 1, 1], "", 0, 0)
    again = one._replace(text="Credit spreads  tightened during the quarter.", page=3)
    pairs = [(sentence, found(sentence.text)[0]) for sentence in (one, again)]
    assert market_statements.distinct(pairs) == pairs[:1]
