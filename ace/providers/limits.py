"""One gate for all threads that ask the same provider: so many at once, so many a minute, pauses shared by all.

with limiter.slot(model, input_tokens, output_tokens) as slot:
    raw = provider.send(body, timeout_s)
    slot.settle(headers=raw.headers)
slot.settle(usage)  # once the answer is read; or slot.refused(error)
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from ace.errors import Overloaded, RateLimited, TransientError
from ace.providers import ratelimit_headers
from ace.providers.base import Usage
from ace.providers.concurrency import Concurrency
from ace.providers.pace import Limits, Need, Pace
from ace.records import NOTHING

LOOK_AGAIN_S = 0.1  # a thread that waits for a free place notices a stop within this
NAP_S = 0.1  # a longer wait is looked at again: other answers may have changed it
BROKEN_AFTER = 8  # failures in a row, of all threads together, after which a provider counts as down


class Limiter:
    """Limits of one provider at one address, for each of its models. `wait` raises Interrupted when told to stop."""

    def __init__(
        self,
        limits: Limits,
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits, self._wait, self._clock = limits, wait, clock
        self._lock = threading.Lock()
        self._freed = threading.Condition(self._lock)
        self._lanes: dict[str, _Lane] = {}
        self._concurrency = Concurrency(limits.concurrency)
        self._in_flight = 0
        self._failures = 0

    def slot(self, model: str, input_tokens: int = 0, output_tokens: int = 0) -> Slot:
        """Entering waits until the request may start. Raises what `wait` raises."""
        return Slot(self, model, Need(input_tokens, output_tokens))

    @property
    def broken(self) -> bool:
        """Whether so many requests in a row failed that another one is a waste of time."""
        return self._failures >= BROKEN_AFTER

    def enter(self, model: str, need: Need) -> float:
        """Wait for a place, and return the time at which the request started."""
        lane = self._lane(model)
        with lane.turnstile:  # one thread waits for the clock, the others for it: nobody wakes up in vain
            while True:
                started, delay = self._try_to_start(lane.pace, need)
                if started is not None:
                    return started
                self._wait(min(delay, NAP_S))

    def leave(self, model: str) -> None:
        with self._lock:
            self._in_flight -= 1
            self._lane(model).pace.left()
            self._freed.notify()

    def answered(self, model: str, started: float, headers: Mapping[str, str]) -> None:
        said = ratelimit_headers.read(headers) if headers else None
        with self._lock:
            pace = self._lane(model).pace
            self._concurrency.answered()
            if pace.answered(started):
                self._concurrency.restored()
            self._failures = 0
            if said:
                pace.allowed(self._clock(), *said)

    def used(self, model: str, need: Need, used: Need) -> None:
        with self._lock:
            self._lane(model).pace.corrected(self._clock(), need, used)

    def refused(self, model: str, started: float, error: TransientError) -> None:
        now = self._clock()
        with self._lock:
            self._failures += 1
            pace = self._lane(model).pace
            slower: bool | None = True
            if isinstance(error, RateLimited):
                slower = pace.refused(now, started, error.retry_after, random.random())
            elif isinstance(error, Overloaded):
                pace.overloaded(now, error.retry_after, random.random())
            if slower:
                self._concurrency.failed(now, started)
            elif slower is None:
                self._concurrency.restored()

    def _try_to_start(self, pace: Pace, need: Need) -> tuple[float | None, float]:
        """(time of the start, 0), or (None, seconds until it is worth another look)."""
        with self._lock:
            now = self._clock()
            delay = pace.delay(now, need)
            if delay > 0:
                return None, delay
            if self._in_flight >= self._concurrency.allowed:
                self._freed.wait(LOOK_AGAIN_S)
                return None, 0.0
            self._in_flight += 1
            pace.start(now, need)
            return now, 0.0

    def _lane(self, model: str) -> _Lane:
        lane = self._lanes.get(model)
        return lane or self._lanes.setdefault(model, _Lane(self._limits))


class _Lane:
    """The pace of one model, and the door to it."""

    def __init__(self, limits: Limits) -> None:
        self.pace = Pace(limits)
        self.turnstile = threading.Lock()


class Slot:
    """The right to send one request. What came of it may be told inside or after the `with`."""

    def __init__(self, limiter: Limiter, model: str, need: Need) -> None:
        self._limiter, self._model, self._need = limiter, model, need
        self._started = 0.0

    def __enter__(self) -> Self:
        self._started = self._limiter.enter(self._model, self._need)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limiter.leave(self._model)

    def answered(self, headers: Mapping[str, str] = NOTHING) -> None:
        """An answer came; its headers say what is left."""
        self._limiter.answered(self._model, self._started, headers)

    def settle(self, usage: Usage) -> None:
        """What the request took. Reads from a prompt cache count nothing towards a limit; writes do."""
        used = Need(usage.input + usage.cache_write, usage.output)
        self._limiter.used(self._model, self._need, used)

    def refused(self, error: TransientError) -> None:
        """No answer came, and nothing was used: all threads slow down or pause, where that may help."""
        self._limiter.refused(self._model, self._started, error)
        self._limiter.used(self._model, self._need, Need())
