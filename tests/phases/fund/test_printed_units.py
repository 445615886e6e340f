"""Units that pages state for their amounts, and what only looks like one."""

from __future__ import annotations

import pytest

from phases.fund.document.printed_units import currency_of, document_scale, stated_scale
from tests.phases.fund.said import said

THOUSANDS = (
    "($ in thousands)", "(in thousands, except share data)", "in TEUR", "Beträge in Tsd. EUR", "en milliers d'euros",
    "(000's omitted)", "USD '000", "Amounts in thousands of EUR unless stated otherwise", "(in $000s)", "(in Tausend Euro)",
)  # fmt: skip
MILLIONS = (
    "Angaben in Mio. €",
    "All amounts in US$ millions",
    "(€m)",
    "$ in millions",
    "(in millions)",
    "EUR in millions",
)
NEITHER = (
    "Net assets at end of period (millions)", "We invested $3 million in Alpha", "(unaudited)", "Fund size: 1,000",
    "thousands of readers have asked about the in-house team that looks after such questions every single day of a year",
)  # fmt: skip


@pytest.mark.parametrize("text", THOUSANDS)
def test_thousands(text: str) -> None:
    assert stated_scale(text) == 1_000


@pytest.mark.parametrize("text", MILLIONS)
def test_millions(text: str) -> None:
    assert stated_scale(text) == 1_000_000


@pytest.mark.parametrize("text", NEITHER)
def test_neither(text: str) -> None:
    assert stated_scale(text) is None


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (("Total | $1,234", "$5"), "USD"),
        (("Amounts in EUR", "1.234"), "EUR"),
        (("£12", "£13"), "GBP"),
        (("NAV | C$1,234", "C$9"), "CAD"),
        (("USD 12 | € 3",), "USD"),
        (("no money here",), None),
    ],
)
def test_the_currency_is_the_one_printed_most(texts: tuple[str, ...], code: str | None) -> None:
    assert currency_of(said(*texts)) == code


def page(scale: int | None, density: float) -> dict[str, object]:
    return {"scale": scale, "table_density": density}


def test_one_page_in_thousands_does_not_make_a_document_of_thousands() -> None:
    assert document_scale([page(None, 0.8)] * 9 + [page(1000, 0.8)]) == 1
    assert document_scale([page(1000, 0.1), page(1000, 0.8)]) == 1000
    assert document_scale([page(None, 0.0)] + [page(1_000_000, 0.9)] * 5) == 1_000_000
    assert document_scale([page(None, 0.0)]) == 1
