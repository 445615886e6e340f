"""Stamps sort by time; run ids are safe as folder names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ace import clock


def test_a_stamp_is_utc_with_a_trailing_z() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    assert clock.stamp(datetime(2026, 1, 1, 3, 0, 0, 123456, east)) == "2025-12-31T21:30:00.123Z"


def test_a_stamp_is_parsed_to_the_same_moment() -> None:
    moment = datetime(2026, 11, 22, 3, 15, 0, 5000, UTC)
    assert clock.parse(clock.stamp(moment)) == moment


def test_a_time_without_zone_is_taken_as_utc() -> None:
    assert clock.parse("2026-11-22T03:15:00") == datetime(2026, 11, 22, 3, 15, tzinfo=UTC)


def test_what_is_no_stamp_is_refused() -> None:
    with pytest.raises(ValueError):
        clock.parse("yesterday")


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=8))
@settings(max_examples=30, deadline=None)
def test_stamps_sort_by_time(moments: list[datetime]) -> None:
    by_text = sorted(moments, key=lambda moment: (clock.stamp(moment), moment))
    assert by_text == sorted(moments)


def test_a_new_run_id_is_a_run_id_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 22, 3, 15, 9, tzinfo=UTC))
    assert clock.new_run_id() == "20261122_031509"
    assert clock.is_run_id(clock.new_run_id())


@pytest.mark.parametrize("text", ["20261122_031500", "20261122_031500_2", "a", "Nightly-1.2", "9" * 80])
def test_ordinary_names_are_run_ids(text: str) -> None:
    assert clock.is_run_id(text)


HOSTILE = [
    "",
    ".",
    "..",
    "../x",
    "a/../b",
    "a..b",
    "/etc/passwd",
    "a/b",
    "a\\b",
    ".hidden",
    "-rf",
    "_x",
    "a b",
    "a\n",
    "\na",
    "a\x00b",
    "２０２６1122",
    "1١",
    "é",
    "a\u202eb",
    "x" * 81,
    "x" * 300,
    "a*",
    "a%2f",
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_not_run_ids(text: str) -> None:
    assert not clock.is_run_id(text)
