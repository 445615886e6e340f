"""Items in a bounded number of threads; nothing that was finished is lost when the run is stopped."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest

from ace.errors import Interrupted, ProviderUnavailable, StorageError, TransientError
from ace.executors import threads
from ace.executors.threads import Retry
from ace.records import FailedItem


def never() -> None:
    return None


def retry(attempts: int = 3, waits: list[float] | None = None) -> Retry:
    return Retry(attempts, 0.5, waits.append if waits is not None else lambda _: None)


def results(work: Any, items: Any, concurrency: int, check: Any = never) -> list[Any]:
    return list(threads.run_items(work, items, concurrency=concurrency, check=check))


@pytest.mark.parametrize("concurrency", [1, 2, 8])
def test_every_item_is_worked_on_once(concurrency: int) -> None:
    found = results(lambda key, item: item * 2, [(str(number), number) for number in range(50)], concurrency)
    assert sorted(found) == sorted((str(number), number * 2) for number in range(50))


def test_results_come_as_they_finish() -> None:
    slow = threading.Event()

    def work(key: str, item: int) -> int:
        if key == "slow":
            slow.wait(20)
        return item

    stream = threads.run_items(work, [("slow", 1), ("quick", 2)], concurrency=2, check=never)
    assert next(stream) == ("quick", 2)
    slow.set()
    assert list(stream) == [("slow", 1)]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_stop_starts_nothing_new(concurrency: int) -> None:
    started: list[str] = []
    stop = threading.Event()

    def check() -> None:
        if stop.is_set():
            message = "stop"
            raise Interrupted(message)

    def work(key: str, item: int) -> int:
        started.append(key)
        if len(started) >= concurrency:
            stop.set()
        stop.wait(20)
        return item

    found = []
    with pytest.raises(Interrupted):
        for pair in threads.run_items(work, [(str(n), n) for n in range(100)], concurrency=concurrency, check=check):
            found.append(pair)
    assert len(started) == concurrency
    assert len(found) == concurrency, "what was in flight was finished and handed over"


def test_what_finished_beside_an_error_is_handed_over_before_it_goes_on() -> None:
    together = threading.Barrier(3, timeout=20)

    def work(key: str, item: int) -> int:
        together.wait()
        if item == 1:
            message = "disk full"
            raise StorageError(message)
        return item

    found = []
    with pytest.raises(StorageError):
        for pair in threads.run_items(work, [(str(n), n) for n in range(3)], concurrency=3, check=never):
            found.append(pair)
    assert sorted(found) == [("0", 0), ("2", 2)]


def test_a_transient_error_waits_as_long_as_the_other_side_asks() -> None:
    waits: list[float] = []

    def work(item: str) -> str:
        if not waits:
            message = "429"
            raise TransientError(message, retry_after=7.0)
        return item

    assert threads.attempt(work, "k", "item", retry(waits=waits)) == "item"
    assert len(waits) == 1
    assert waits[0] >= 7.0


def test_the_error_of_the_last_try_is_reported_with_their_number() -> None:
    def work(item: str) -> str:
        message = "503"
        raise TransientError(message)

    assert threads.attempt(work, "k", "item", retry(2)) == FailedItem("k", "TransientError", "503", 2)


def test_any_other_error_is_permanent_at_once() -> None:
    calls = []

    def work(item: str) -> None:
        calls.append(item)
        raise KeyError("x" * 5000)

    failed = threads.attempt(work, "k", "item", retry())
    assert (failed.error, failed.attempts, len(failed.message)) == ("KeyError", 1, 500)
    assert len(calls) == 1


def test_an_item_that_wants_to_leave_fails_alone() -> None:
    assert threads.attempt(lambda _: sys.exit(3), "k", "item", retry()) == FailedItem("k", "SystemExit", "3", 1)


@pytest.mark.parametrize("kind", [Interrupted, StorageError, ProviderUnavailable])
def test_what_stops_a_run_is_no_failure_of_an_item(kind: type[Exception]) -> None:
    def work(item: str) -> None:
        raise kind("stop")

    with pytest.raises(kind):
        threads.attempt(work, "k", "item", retry())


def test_a_wait_that_is_interrupted_ends_the_item() -> None:
    def wait(seconds: float) -> None:
        message = "stop"
        raise Interrupted(message)

    def work(item: str) -> None:
        message = "503"
        raise TransientError(message)

    with pytest.raises(Interrupted):
        threads.attempt(work, "k", "item", Retry(3, 0.5, wait))


@pytest.mark.parametrize("number", [1, 2, 5, 50])
def test_backoff_grows_is_spread_and_has_an_end(number: int) -> None:
    drawn = [threads.backoff(number, 0.5) for _ in range(200)]
    most = min(threads.BACKOFF_CAP_S, 0.5 * 2 ** (number - 1))
    assert all(0 <= seconds <= most for seconds in drawn)
    assert max(drawn) > most / 2 > min(drawn)


def test_a_wish_beyond_reason_is_capped() -> None:
    assert threads.backoff(1, 0.5, retry_after=1e9) == threads.RETRY_AFTER_CAP_S
