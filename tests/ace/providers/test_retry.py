from __future__ import annotations

from collections.abc import Callable

import pytest

from ace.errors import (
    ConnectionFailed,
    Interrupted,
    Overloaded,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    ServerFailed,
    TransientError,
)
from ace.providers import retry
from ace.providers.base import Raw
from ace.providers.limits import BROKEN_AFTER, Limiter
from ace.providers.pace import Limits

ANSWER = Raw(b"{}", {"request-id": "1"})


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


class Script:
    """Raises or returns one thing after the other; the last for ever."""

    def __init__(self, *outcomes: Raw | Exception) -> None:
        self.outcomes, self.calls = list(outcomes), 0

    def __call__(self) -> Raw:
        outcome = self.outcomes[min(self.calls, len(self.outcomes) - 1)]
        self.calls += 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def ask(script: Callable[[], Raw], clock: Clock | None = None, **more: object) -> retry.Sent:
    clock = clock or Clock()
    limiter = more.pop("limiter", None) or Limiter(Limits(), clock.wait, clock)
    return retry.send(script, limiter, "m", wait=clock.wait, **more)


def test_an_answer_is_returned_with_its_attempts():
    sent = ask(Script(ServerFailed("500"), RateLimited("429"), ANSWER))
    assert sent.raw == ANSWER
    assert sent.attempts == 3


@pytest.mark.parametrize("error", [ServerFailed("500"), ConnectionFailed("reset")])
def test_failures_are_tried_so_often_and_no_more(error):
    script = Script(error)
    with pytest.raises(type(error)):
        ask(script, patience=retry.Patience(attempts=3))
    assert script.calls == 3


def test_refusals_are_tried_longer_than_failures():
    script = Script(*[RateLimited("429")] * 9, ANSWER)
    assert ask(script, patience=retry.Patience(attempts=2)).attempts == 10


@pytest.mark.parametrize(
    "error", [ProviderUnavailable("401"), RequestRefused("400"), Interrupted("stop"), ValueError("bug")]
)
def test_what_is_not_transient_is_not_tried_again(error):
    script = Script(error)
    with pytest.raises(type(error)):
        ask(script)
    assert script.calls == 1


@pytest.mark.parametrize("kind", [RateLimited, Overloaded, ServerFailed])
def test_a_time_that_was_asked_for_is_kept_to(kind):
    clock = Clock()
    ask(Script(kind("later", retry_after=20.0), ANSWER), clock)
    assert 20.0 <= clock.now < 25.0


def test_failures_wait_longer_each_time_and_draw_lots(monkeypatch):
    import random

    monkeypatch.setattr(random, "uniform", lambda low, high: high)
    clock = Clock()
    with pytest.raises(ServerFailed):
        ask(Script(ServerFailed("500")), clock, patience=retry.Patience(attempts=4, base_s=1.0))
    assert clock.now == pytest.approx(1 + 2 + 4, abs=0.1)


def test_a_pause_of_hours_ends_the_run_instead():
    script = Script(RateLimited("daily limit", retry_after=7200.0), ANSWER)
    with pytest.raises(ProviderUnavailable, match="7200 s"):
        ask(script)
    assert script.calls == 1


def test_a_provider_that_answers_nobody_is_unavailable_after_some_items():
    clock = Clock()
    limiter = Limiter(Limits(), clock.wait, clock)
    script = Script(ServerFailed("500"))
    raised: list[type[Exception]] = []
    while ProviderUnavailable not in raised:
        try:
            ask(script, clock, limiter=limiter, patience=retry.Patience(attempts=3))
        except (ServerFailed, ProviderUnavailable) as error:
            raised.append(type(error))
    assert raised == [ServerFailed, ServerFailed, ProviderUnavailable]
    assert BROKEN_AFTER <= script.calls <= BROKEN_AFTER + 2


def test_every_failed_try_is_told():
    told: list[tuple[str, int]] = []

    def on_failure(error: TransientError, attempt: int) -> None:
        told.append((type(error).__name__, attempt))

    ask(Script(ConnectionFailed("timeout"), RateLimited("429"), ANSWER), on_failure=on_failure)
    assert told == [("ConnectionFailed", 1), ("RateLimited", 2)]


def test_no_place_is_held_while_waiting():
    clock = Clock()
    limiter = Limiter(Limits(concurrency=1), clock.wait, clock)
    free: list[bool] = []

    def wait(seconds: float) -> None:
        free.append(limiter._in_flight == 0)

    retry.send(Script(ServerFailed("500"), ANSWER), limiter, "m", wait=wait)
    assert free == [True]


def test_a_stop_ends_a_wait():
    def wait(seconds: float) -> None:
        raise Interrupted("paused")

    with pytest.raises(Interrupted):
        retry.send(Script(ServerFailed("500"), ANSWER), Limiter(Limits()), "m", wait=wait)


@pytest.mark.parametrize(("error", "possibly"), [(ConnectionFailed("timeout"), True), (ServerFailed("500"), False)])
def test_only_a_lost_connection_may_have_been_billed(error, possibly):
    assert retry.possibly_billed(error) is possibly
