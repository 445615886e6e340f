"""What is a statement about the market, and what only sounds like one."""

from __future__ import annotations

import pytest

from phases.fund.document.passages import Sentence
from phases.fund.market import market_statements


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
        ("Private technology valuations have recovered most of the lost ground.", "valuations", "up"),
        ("We do not expect the IPO market to reopen before the second half of 2025.", "exits", "up"),
        ("No venture-backed technology company has listed in New York since the turn of the year.", "exits", "none"),
        ("The correction in public software stocks will reach the private market.", "public markets", "none"),
        ("Crossover investors now account for more than 60% of late-stage capital.", "deal activity", "none"),
        ("Average multiples for U.S. leveraged buyouts reached 11.5x EBITDA in 2019.", "valuations", "none"),
        ("Valuations in payments are, in our view, stretched.", "valuations", "none"),
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
        "A downturn in the oil and gas industry could reduce demand for our products.",
        "Rising interest rates would increase our borrowing costs.",
        "Rising rates and falling valuations could impair the value of an investment.",
        "The stronger euro increased reported sales by $3.9 million.",
        "These investments may also include high-yield bonds of companies that are actively traded.",
        "Bryn (NASDAQ: BRYN) is a micro-cap company in the semiconductor industry and has been held since 2013.",
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


@pytest.mark.parametrize(
    "text",
    [
        "Processes are longer and more selective than a year ago.",
        "The gap between buyers and sellers has narrowed, though it has not closed.",
        "Rounds are taking longer to close than they did six months ago.",
    ],
)
def test_what_a_section_about_the_market_says_of_nobody_in_particular_is_about_the_market(text: str):
    (one,) = found(text, "Market environment")
    assert one.quote == text
    assert found(text, "Market environment", strict=True) == []
    assert found(text, "Portfolio news") == [] or one.topic != "economy"


@pytest.mark.parametrize(
    "text",
    [
        "Revenue at Bryn Foods tripled during the year.",
        "Our companies have passed on most of their costs.",
        "Forecasts are inherently uncertain.",
        "It is not research.",
        "With thanks for your continued support,",
    ],
)
def test_companies_and_small_print_are_none_in_such_a_section_either(text: str):
    assert found(text, "Market environment") == []


def test_a_heading_on_the_line_of_its_text_counts_as_one():
    said = "We expect a gradual recovery from the second quarter onward."
    place = Sentence(said, 1, [0, 0, 1, 1], "House view", 0, 7, "Exits.")
    assert [one.quote for one in market_statements.found(place, strict=False)] == [said]


def test_a_risk_is_none_though_its_heading_names_the_market():
    text = "Interest rates rose and our borrowing costs with them."
    assert found("LIBOR declined during the period.", "Disclosures about Market Risk") == []
    assert found(text, "Principal risks") == []


def test_what_follows_a_colon_belongs_to_the_statement_before_it():
    text = "Equity markets sold off sharply in December: the S&P 500 lost 9% in the month."
    assert [one.quote for one in found(text)] == [text]
