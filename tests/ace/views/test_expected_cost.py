"""What a phase will cost, from what it cost before: linear in its items, with what the ledger may save."""

from __future__ import annotations

import pytest

from ace.views.expected_cost import Expected, Past, expected


def about(one: Expected | None) -> tuple[float, float, int, int]:
    assert one is not None
    return pytest.approx(one.usd), pytest.approx(one.most_usd), one.items, one.runs


def test_nothing_is_expected_without_an_earlier_run() -> None:
    assert expected((), 10) is None


def test_a_second_run_is_expected_to_cost_as_much_per_item_as_the_first() -> None:
    assert about(expected([Past(100, 0.50)], 30)) == (0.15, 0.15, 30, 1)


def test_where_the_items_are_not_known_they_are_as_many_as_last_time() -> None:
    assert about(expected([Past(50, 0.40), Past(100, 1.10)], None)) == (0.50, 0.50, 50, 2)


def test_what_the_ledger_saved_is_told_apart() -> None:
    past = [Past(100, 0.20, 0.80), Past(100, 0.30, 0.70), Past(100, 1.0)]
    assert about(expected(past, 200)) == (0.60, 2.0, 200, 3)


def test_a_run_that_only_repeated_another_does_not_make_the_next_one_free() -> None:
    assert about(expected([Past(100, 0.0, 1.0), Past(100, 0.4, 0.6)], 100)) == (0.40, 1.0, 100, 2)


def test_what_this_run_has_paid_already_is_not_paid_again() -> None:
    assert about(expected([Past(100, 1.0)], 100, paid_usd=0.3)) == (0.70, 0.70, 100, 1)
    assert about(expected([Past(100, 1.0)], 100, paid_usd=1.3)) == (0.0, 0.0, 100, 1)


def test_a_phase_without_items_costs_what_it_cost() -> None:
    assert about(expected([Past(0, 0.2), Past(0, 0.4)], None)) == (pytest.approx(0.3), pytest.approx(0.3), 0, 2)


def test_a_free_model_is_free() -> None:
    assert about(expected([Past(100, 0.0)], 50)) == (0.0, 0.0, 50, 1)
