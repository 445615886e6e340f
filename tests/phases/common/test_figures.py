"""One parser for all printed numbers: every way of printing a value reads as that value, and nothing else reads."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phases.common import figures

AMOUNTS = st.integers(-(10**13), 10**13)
SMALL = st.integers(-99_999, 99_999)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("(1,234)", -1234, "amount"),
        ("—", 0, "amount"),
        ("$12.3 million", 12_300_000, "amount"),
        ("1.84x", 1.84, "multiple"),
        ("(3.1)%", -3.1, "percent"),
        ("(3.1%)", -3.1, "percent"),
        ("(59.42)%(A)", -59.42, "percent"),
        ("21.70% (A)", 21.7, "percent"),
        ("($30,000)", -30_000, "amount"),
        ("$(30,000)", -30_000, "amount"),
        ("-$5", -5, "amount"),
        ("−5.5", -5.5, "amount"),
        ("1,234-", -1234, "amount"),
        ("1'234'567.50", 1_234_567.5, "amount"),
        ("€ 3bn", 3e9, "amount"),
        ("TEUR 1,250", 1_250_000, "amount"),
        ("EUR 2,5 Mio.", 2_500_000, "amount"),
        ("12.4 per cent", 12.4, "percent"),
        ("2018*", 2018, "amount"),
        ("(1,234", -1234, "amount"),
    ],
)
def test_printed_forms(text, value, unit):
    found = figures.read(text)
    assert found is not None
    assert (found.value, found.unit) == (pytest.approx(value), unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "N/A",
        "Series B",
        "1-C",
        "6/10/2016",
        "12.34.56",
        "1,23,456",
        "A5",
        "5xy",
        "$",
        "(A)",
        "1.2.3.4",
        "9" * 40,
    ],
)
def test_what_is_no_figure_reads_as_none(text):
    assert figures.read(text) is None


def test_the_documents_mark_decides_what_one_figure_does_not():
    assert figures.read("1.234", ",").value == 1234
    assert figures.read("1.234", ".").value == 1.234
    assert figures.read("1,234", ",").value == 1.234
    assert figures.read("1,234").value == 1234
    assert figures.read("1.234,5", ".").value == 1234.5
    assert figures.read("1 234 567,8", ",").value == 1234567.8


def test_the_mark_is_asked_of_the_figures_that_can_be_read_in_one_way_only():
    assert figures.decimal_mark(["1.234", "2.500", "12,5", "7.000.000"]) == ","
    assert figures.decimal_mark(["1,234", "2,500", "12.5", "7,000,000"]) == "."
    assert figures.decimal_mark(["1,234", "text", ""]) == "."


def test_a_unit_word_is_applied_and_told():
    found = figures.read("$22.0M")
    assert (found.value, found.factor, found.step, found.currency) == (22e6, 10**6, 1e5, "USD")


@given(AMOUNTS, st.sampled_from(["{}", "${}", "$ {}", "€{}", "{} EUR", "{}*", "{}(1)"]), st.booleans())
def test_american_amounts_come_back(value, form, brackets):
    shown = f"{abs(value):,}"
    shown = f"({form.format(shown)})" if brackets and "(" not in form and "*" not in form else form.format(shown)
    if value < 0 and not shown.startswith("("):
        shown = f"-{shown}"
    expected = -abs(value) if shown.startswith(("(", "-")) else abs(value)
    assert figures.read(shown).value == expected


@given(AMOUNTS, st.integers(1, 2), st.sampled_from(["", " ", "\u00a0", "\u202f", ".", "'"]))
def test_european_amounts_come_back(cents, places, group):
    value = Decimal(cents).scaleb(-places)
    whole, _, fraction = f"{abs(value):,.{places}f}".partition(".")
    shown = f"{'-' if value < 0 else ''}{whole.replace(',', group)},{fraction}"
    found = figures.read(shown, ",")
    assert found.value == pytest.approx(float(value))
    assert found.step == pytest.approx(10.0**-places)


@given(SMALL, st.sampled_from([("percent", "%"), ("percent", " %"), ("multiple", "x"), ("multiple", "×")]))
def test_units_come_back(hundredths, unit):
    found = figures.read(f"{hundredths / 100:.2f}{unit[1]}")
    assert (found.value, found.unit) == (pytest.approx(hundredths / 100), unit[0])


@given(st.text(max_size=80))
def test_no_text_breaks_the_parser(text):
    found = figures.read(text)
    assert found is None or found.raw == text.strip()
    assert all(text[start:end].strip() for start, end, _ in figures.find(text))


@given(st.text(alphabet="0123456789.,-() $%x", max_size=60))
def test_marks_and_digits_in_any_order_are_read_quickly_or_not_at_all(text):
    found = figures.read(text)
    assert found is None or abs(found.value) < 10**19


@given(AMOUNTS)
def test_a_figure_found_in_text_is_the_figure_alone(value):
    text = f"Net assets were $ {abs(value):,} at the end of March."
    (found,) = [figure for _, _, figure in figures.find(text)]
    assert found.value == abs(value)


def test_running_text_gives_its_figures_and_not_the_digits_of_names_and_dates():
    text = "On 12/31/2018 and in Q3'14 the F-15 fund (42 shares of Series 1-C) held $199 million, or $27.72 per share (31.1%)."
    assert [figure.value for _, _, figure in figures.find(text)] == [42, 199e6, 27.72, 31.1]


def test_notes_and_gaps_are_told_from_figures():
    assert figures.is_note("(A)")
    assert figures.is_note("(1)(2)")
    assert figures.is_note("†")
    assert not figures.is_note("(1,234)")
    assert figures.is_nothing("N/M")
    assert figures.is_nothing("n.a.")
    assert not figures.is_nothing("—")
