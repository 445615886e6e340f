"""Rounds told in text: who put money into whom, and who did not."""

from __future__ import annotations

import pytest

from phases.common.text import sentences
from phases.fund.document.passages import Sentence
from phases.fund.rounds import round_sums, rounds
from phases.fund.rounds.rounds import Round

OWN = ["Larch Hill Fund II, L.P."]


def told(text: str, heading: str = "") -> list[Round]:
    found = [Sentence(one, 1, [0, 0, 1, 1], heading, 0, text.find(one)) for one in sentences(text)]
    return rounds.told(found, OWN)


@pytest.mark.parametrize(
    ("text", "investors"),
    [
        ("Bryn Foods closed a Series A led by Orrin Capital.", ["Orrin Capital"]),
        ("Bryn Foods raised $9 million from Orrin Capital and Tern Ventures.", ["Orrin Capital", "Tern Ventures"]),
        ("The Fund invested $2.5 million in Bryn Foods alongside Orrin Capital.", ["Orrin Capital"]),
        ("Orrin Capital and the Fund participated in Bryn Foods’ seed round.", ["Orrin Capital"]),
        (
            "Bryn Foods closed a bridge round with Orrin Capital and Tern Ventures participating.",
            ["Orrin Capital", "Tern Ventures"],
        ),
        ("Our co-investors in Bryn Foods include Orrin Capital and Tern Ventures.", ["Orrin Capital", "Tern Ventures"]),
        ("An Orrin-led Series C financing of Bryn Foods closed in May 2023.", ["Orrin"]),
        (
            "Bryn Foods announced a growth round, joined by newcomers Orrin Capital and Tern Ventures.",
            ["Orrin Capital", "Tern Ventures"],
        ),
        ("Leading the Series D round of Bryn Foods was Orrin Capital.", ["Orrin Capital"]),
        ("Bryn Foods — $9M Series A. Led by Orrin. Other participants: Tern and Larch Hill.", ["Orrin", "Tern"]),
        (
            "Orrin Holding made a strategic investment of €12 million in Bryn Foods, next to us and Tern.",
            ["Orrin Holding", "Tern"],
        ),
        (
            "A consortium comprising the Fund, Orrin & Tern LLC and VAL agreed to invest $90 million in Bryn Foods.",
            ["Orrin & Tern LLC", "VAL"],
        ),
        (
            "Bryn Foods completed a €25 million round with Orrin Partners and Caisse des Dépôts.",
            ["Orrin Partners", "Caisse des Dépôts"],
        ),
        ("Bryn Foods brought in Orrin Inc. as a strategic investor. Orrin invested $9 million.", ["Orrin Inc."]),
        (
            "Bryn Foods carried out a share issue of SEK 9 million to Orrin Fonder, Tern and existing owners.",
            ["Orrin Fonder", "Tern"],
        ),
        (
            "Bryn Foods received €9 million from Orrin S.A., L’Été’s venture fund VALE and Tern.",
            ["Orrin S.A.", "VALE", "Tern"],
        ),
        (
            "The equity was provided by the Fund (62%), Orrin LLP (20%) and Tern (UK) LLP (13%).",
            ["Orrin LLP", "Tern (UK) LLP"],
        ),
        (
            "Bryn Foods raised $9 million; the investors were Orrin, which also led, Tern and ourselves.",
            ["Orrin", "Tern"],
        ),
        ("Bryn Foods closed a $9M round led by Orrin, which it intends to use for growth.", ["Orrin"]),
    ],
)
def test_investors_are_named_by_cues_before_and_behind_them(text: str, investors: list[str]):
    (one,) = told(text)
    assert one.investors == investors


@pytest.mark.parametrize(
    "text",
    [
        "Bryn Foods received a $20 million term loan from Orrin Bank.",
        "Orrin Securities arranged the financing and Tern LLP advised the company.",
        "Bryn Foods raised $20 million in debt financing from Orrin Bank.",
        "The Fund may invest in Bryn Foods’ next round alongside Orrin Capital.",
        "The Fund may co-invest with Orrin Capital from time to time.",
        "Orrin Capital acted as placement agent for the round.",
        "Bryn Foods signed Orrin Stores as a customer.",
        "Bryn Foods was acquired by Orrin Corporation for $90 million.",
        "Bryn Foods secured $15 million of venture debt from Orrin Bank and Tern Capital.",
        "Bryn Foods closed its Series A and obtained a credit line commitment from Orrin Bank and Tern Capital.",
        "The trial led by Dr. Anne Wu enrolled 240 patients, with participation from Orrin Clinic and Tern Clinic.",
        "Our investors include the Orrin Retirement System and Tern Insurance Company.",
        "Bryn Foods is negotiating a financing that may be led by Orrin Capital.",
        "Orrin Stores invested $11 billion in its shops.",
        "Bryn Foods received a $5 million grant from the Department of Energy.",
        "The underwriters of the Secondary Offering exercised their option after the round closed.",
        "Both financings were led by our Chicago office.",
        "With the participation of our Chief Executive Officer, management evaluated the controls.",
    ],
)
def test_lenders_arrangers_customers_and_plans_are_no_investors(text: str):
    assert [one.investors for one in told(text) if one.investors] == []


def test_an_arranger_at_the_end_of_a_list_is_left_out():
    (one,) = told(
        "The Series B of Bryn Foods was led by Orrin Capital, with Tern Securities acting as placement agent."
    )
    assert one.investors == ["Orrin Capital"]


def test_sentences_that_follow_each_other_tell_one_round():
    (one,) = told(
        "In March 2024, Bryn Foods announced a $7 million funding round. Orrin Capital led the round, which was joined by "
        "Tern Ventures. Larch Hill and Vale also participated in the financing."
    )
    assert (one.company, one.name, one.date) == ("Bryn Foods", "funding round", "2024-03")
    assert one.money is not None
    assert one.money.figure.value == 7_000_000
    assert one.leads == ["Orrin Capital"]
    assert one.investors == ["Orrin Capital", "Tern Ventures", "Vale"]


def test_two_companies_in_one_paragraph_are_two_rounds():
    found = told(
        "Bryn Foods closed a Series A led by Orrin Capital. Cole Robotics closed a Series B led by Tern Ventures."
    )
    assert [(one.company, one.name, one.investors) for one in found] == [
        ("Bryn Foods", "Series A", ["Orrin Capital"]),
        ("Cole Robotics", "Series B", ["Tern Ventures"]),
    ]


def test_only_those_before_the_participation_led():
    (one,) = told(
        "Bryn Foods raised a Series B co-led by Orrin Capital and Tern Ventures, with participation from Vale."
    )
    assert one.leads == ["Orrin Capital", "Tern Ventures"]
    assert one.investors == ["Orrin Capital", "Tern Ventures", "Vale"]


def test_the_company_may_stand_in_the_heading():
    (one,) = told("The company closed a Series A led by Orrin Capital.", heading="Bryn Foods, Inc.")
    assert one.company == "Bryn Foods, Inc."


def test_what_the_company_is_worth_is_not_what_it_raised():
    (one,) = told("Bryn Foods raised a $30 million Series B at a $400 million valuation, led by Orrin Capital.")
    assert one.money is not None
    assert one.money.figure.value == 30_000_000


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("on March 3, 2022", "2022-03-03"),
        ("on 3 March 2022", "2022-03-03"),
        ("in late June 2014", "2014-06"),
        ("in the second quarter of 2021", "2021-Q2"),
        ("in Q4 2020", "2020-Q4"),
        ("in October", None),
    ],
)
def test_dates_are_as_exact_as_they_are_printed(text: str, date: str | None):
    assert round_sums.date(text) == date


def test_a_sentence_with_a_company_of_its_own_is_another_round():
    first, second = told(
        "Bryn Foods closed a Series A led by Orrin. Fresh money came from Vale and Tern in Cole Labs’ seed round."
    )
    assert (first.company, first.investors) == ("Bryn Foods", ["Orrin"])
    assert (second.company, second.investors) == ("Cole Labs", ["Vale", "Tern"])


def test_a_sentence_that_names_somebody_else_is_not_about_the_round_before():
    first, _ = told(
        "Bryn Foods raised $9 million from Orrin. More went to Cole Labs, where Vale and Tern came in as investors."
    )
    assert (first.company, first.investors) == ("Bryn Foods", ["Orrin"])


def test_the_company_may_be_what_the_paragraph_opens_with():
    found = [
        Sentence("Bryn Foods (June).", 1, [0, 0, 1, 1], "New in the portfolio", 0, 0),
        Sentence(
            "Co-investors are Orrin and Tern.", 1, [0, 0, 1, 1], "New in the portfolio", 0, 19, "Bryn Foods (June)."
        ),
    ]
    assert [(one.company, one.investors) for one in rounds.told(found, OWN)] == [("Bryn Foods", ["Orrin", "Tern"])]


def test_what_is_only_held_is_no_round():
    assert (
        told("Our investment in Bryn Foods consisted of 324,948 shares of Series A preferred stock worth $298,000.")
        == []
    )


def test_a_company_that_was_bought_is_the_one_whose_equity_the_next_sentence_names():
    (one,) = told(
        "The Fund completed the acquisition of Cole Logistics. The equity was provided by Orrin LLP and Tern."
    )
    assert (one.company, one.investors) == ("Cole Logistics", ["Orrin LLP", "Tern"])
