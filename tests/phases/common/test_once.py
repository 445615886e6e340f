"""What several phases would work out is worked out once, by one of the threads that ask."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from phases.common.once import once


def test_the_same_values_are_worked_out_once_however_they_were_made() -> None:
    asked: list[Any] = []

    @once(keep=2)
    def total(page: dict[str, list[int]], *, extra: int = 0) -> int:
        asked.append(page)
        return sum(page["figures"]) + extra

    assert total({"figures": [1, 2]}) == total({"figures": [1, 2]}) == 3
    assert len(asked) == 1
    assert total({"figures": [1, 2]}, extra=1) == 4
    assert len(asked) == 2


def test_what_was_asked_for_longest_ago_is_forgotten() -> None:
    asked: list[int] = []

    @once(keep=2)
    def double(number: int) -> int:
        asked.append(number)
        return 2 * number

    assert [double(number) for number in (1, 2, 1, 3, 1, 2)] == [2, 4, 2, 6, 2, 4]
    assert asked == [1, 2, 3, 2]


def test_an_error_is_not_remembered() -> None:
    failures = [ValueError("once")]

    @once(keep=1)
    def read(text: str) -> str:
        if failures:
            raise failures.pop()
        return text

    with pytest.raises(ValueError, match="once"):
        read("a")
    assert read("a") == "a"


def test_threads_that_ask_for_the_same_wait_for_one_of_them() -> None:
    asked: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    @once(keep=1)
    def slow(number: int) -> list[int]:
        asked.append(number)
        begun.set()
        assert go_on.wait(10)
        return [number]

    found: list[list[int]] = []
    threads = [threading.Thread(target=lambda: found.append(slow(7))) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    go_on.set()
    for thread in threads:
        thread.join()
    assert asked == [7]
    assert all(one is found[0] for one in found)
