"""Work on items in this process: one after the other, or in a bounded number of threads.

The caller's `on_done` and `on_failed` run in the caller's thread, so a journal has a single writer.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from ace import jsonio
from ace.errors import AceError, BudgetReached, Interrupted, ProviderUnavailable, StorageError, TransientError
from ace.records import FailedItem

BACKOFF_CAP_S = 60.0
RETRY_AFTER_CAP_S = 24 * 3600.0
STOPS = (Interrupted, BudgetReached, ProviderUnavailable, StorageError)  # the next item would fail the same way


class Retry(NamedTuple):
    """How often and how patiently. `wait` sleeps, and raises Interrupted when the run is told to stop."""

    attempts: int
    base_s: float
    wait: Callable[[float], None]


def backoff(attempt: int, base_s: float, retry_after: float | None = None) -> float:
    """Seconds before try `attempt` + 1: exponential with full jitter, never less than the other side asked for.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full jitter").
    """
    import random  # noqa: PLC0415  (2 ms, for those who have to wait anyway)

    drawn = random.uniform(0, min(BACKOFF_CAP_S, base_s * 2 ** (attempt - 1)))
    return max(drawn, min(retry_after or 0.0, RETRY_AFTER_CAP_S))


def attempt(function: Callable[[Any], Any], key: str, item: Any, retry: Retry) -> Any:
    """The value for one item, or a FailedItem. Only transient errors are tried again; STOPS pass through."""
    for number in range(1, retry.attempts + 1):
        try:
            return function(item)
        except STOPS:
            raise
        except TransientError as error:
            if number == retry.attempts:
                return failed(key, error, number)
            retry.wait(backoff(number, retry.base_s, error.retry_after))
        except (Exception, SystemExit) as error:  # whatever an item raises is that item's failure, not the phase's
            return failed(key, error, number)
    raise AssertionError


def failed(key: str, error: BaseException, attempts: int) -> FailedItem:
    message = error.message if isinstance(error, AceError) else jsonio.scrubbed(str(error))
    return FailedItem(key, type(error).__name__, message[:500], attempts)


def run_items(
    work: Callable[[str, Any], Any], items: Iterable[tuple[str, Any]], *, concurrency: int, check: Callable[[], None]
) -> Iterator[tuple[str, Any]]:
    """Yield (key, result) as items finish. `check` is asked before each start and raises to stop.

    What is in flight when `check` raises is waited for and yielded before the exception goes on: no finished
    work is lost.
    """
    if concurrency <= 1:
        for key, item in items:
            check()
            yield key, work(key, item)
        return
    yield from _run_threaded(work, iter(items), concurrency, check)


def _run_threaded(
    work: Callable[[str, Any], Any], items: Iterator[tuple[str, Any]], concurrency: int, check: Callable[[], None]
) -> Iterator[tuple[str, Any]]:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  (it imports logging: 10 ms, for those who need it)
    from queue import SimpleQueue  # noqa: PLC0415

    finished: SimpleQueue[tuple[str, Any, BaseException | None]] = SimpleQueue()

    def one(key: str, item: Any) -> None:
        try:
            finished.put((key, work(key, item), None))
        except BaseException as error:
            finished.put((key, None, error))

    stopped: BaseException | None = None
    in_flight = 0
    with ThreadPoolExecutor(concurrency, thread_name_prefix="ace-item") as pool:
        while True:
            while stopped is None and in_flight < concurrency:
                stopped = _told_to_stop(check)
                following = None if stopped else next(items, None)
                if following is None:
                    break
                pool.submit(one, *following)
                in_flight += 1
            if not in_flight:
                break
            key, value, error = finished.get()
            in_flight -= 1
            if error is None:
                yield key, value
            else:
                stopped = stopped or error
    if stopped is not None:
        raise stopped


def _told_to_stop(check: Callable[[], None]) -> Interrupted | None:
    try:
        check()
    except Interrupted as error:
        return error
    return None
