from __future__ import annotations

import heapq
import itertools
import random
import threading
from collections import deque

import pytest

from ace.errors import Interrupted, Overloaded, RateLimited, ServerFailed
from ace.providers import ratelimit_headers
from ace.providers.base import Usage
from ace.providers.concurrency import Concurrency
from ace.providers.limits import BROKEN_AFTER, Limiter
from ace.providers.pace import MARGIN, Bucket, Limits, Need, Pace, Window


class Clock:
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        if seconds:
            self.waits.append(seconds)
            self.now += seconds


def gate(limits: Limits) -> tuple[Limiter, Clock]:
    clock = Clock()
    return Limiter(limits, clock.wait, clock), clock


def starts(limiter: Limiter, clock: Clock, count: int, **tokens: int) -> list[float]:
    """When each of `count` requests started, one after the other, each answered at once."""
    times = []
    for _ in range(count):
        with limiter.slot("m", **tokens) as slot:
            times.append(clock.now)
            slot.answered()
    return times


def test_requests_per_minute_are_spread_evenly_and_never_exceeded():
    limiter, clock = gate(Limits(requests_per_minute=120))
    times = starts(limiter, clock, 60)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(gaps) == pytest.approx(max(gaps))
    assert 0.5 < max(gaps) < 0.53


def test_input_tokens_per_minute_hold_over_any_minute_after_a_short_burst():
    limiter, clock = gate(Limits(input_tpm=60_000))
    times = starts(limiter, clock, 100, input_tokens=2_000)
    for start in times:
        in_minute = sum(2_000 for time in times if start <= time < start + 60)
        assert in_minute <= 60_000 * 70 / 60 + 2_000
    assert sum(2_000 for time in times if time > times[0] + 20) / (times[-1] - times[0] - 20) <= 1_000 * 1.05


def test_output_tokens_are_limited_apart_from_input_tokens():
    limiter, clock = gate(Limits(output_tpm=6_000))
    times = starts(limiter, clock, 20, input_tokens=1_000_000, output_tokens=500)
    assert times[-1] - times[0] == pytest.approx((20 * 500 - 1_000) / 100, rel=0.05)


def test_a_request_larger_than_the_bucket_waits_for_a_full_one_and_is_paid_back():
    bucket = Bucket(600)  # holds 100
    assert bucket.delay(0.0, 1_000) == 0
    bucket.take(0.0, 1_000)
    assert bucket.delay(0.0, 100) == pytest.approx(100)


def test_what_was_set_aside_and_not_used_is_there_for_the_next_request():
    limiter, clock = gate(Limits(output_tpm=6_000))
    with limiter.slot("m", output_tokens=1_000) as slot:
        slot.answered()
    slot.settle(Usage(output=10))
    began = clock.now
    starts(limiter, clock, 1, output_tokens=900)
    assert clock.now - began < 0.1


def test_reads_from_the_prompt_cache_count_nothing_and_writes_do():
    limiter, clock = gate(Limits(input_tpm=6_000))
    with limiter.slot("m", input_tokens=1_000) as slot:
        slot.answered()
    slot.settle(Usage(input=100, cache_read=50_000, cache_write=400))
    began = clock.now
    starts(limiter, clock, 1, input_tokens=1_000)
    assert clock.now - began == pytest.approx(5.0, abs=0.1)


def test_a_refusal_pauses_all_requests_to_that_model_for_as_long_as_was_asked():
    limiter, clock = gate(Limits())
    with limiter.slot("m") as slot:
        slot.refused(RateLimited("slow down", retry_after=7.0))
    refused_at = clock.now
    [other_model] = [clock.now for _ in range(1) if limiter.slot("other").__enter__()]
    assert other_model < refused_at + 1
    [again] = starts(limiter, clock, 1)
    assert refused_at + 7.0 <= again <= refused_at + 7.0 * 1.1 + 0.01


def test_refusals_without_a_time_pause_longer_while_nothing_gets_through():
    limiter, clock = gate(Limits())
    pauses = []
    for _ in range(4):
        with limiter.slot("m") as slot:
            slot.refused(Overloaded("busy"))
        refused_at = clock.now
        with limiter.slot("m"):
            pauses.append(clock.now - refused_at)
    assert pauses == sorted(pauses)
    assert pauses[3] >= 8 * 0.99
    assert pauses[0] < 2


def test_a_failure_that_is_no_refusal_pauses_nobody():
    limiter, clock = gate(Limits())
    with limiter.slot("m") as slot:
        slot.refused(ServerFailed("500"))
    before = clock.now
    starts(limiter, clock, 1)
    assert clock.now - before < 0.1


def simulate(
    calls: int,
    at_once: int,
    per_s: float,
    refusal_s: float,
    retry_after: float | None = 1.0,
    chance: float = 0.0,
    seed: int = 1,
) -> tuple[int, float]:
    """A service that takes `per_s` requests in any second and answers in 0.2 s, asked by `at_once` workers.

    Returns (refused, seconds). `refusal_s`: how long a refusal is under way; `chance`: how many it refuses besides.
    """
    pace, concurrency, draw = Pace(Limits(at_once)), Concurrency(at_once), random.Random(seed)
    now, in_flight, waiting, done, refused, serial = 0.0, 0, calls, 0, 0, 0
    window: deque[float] = deque()
    under_way: list[tuple[float, int, bool, float]] = []
    while done < calls:
        delay = pace.delay(now, Need())
        free = waiting and in_flight < concurrency.allowed
        if free and delay <= 0:
            now += 1e-6  # no two start at the same moment
            pace.start(now, Need())
            waiting, in_flight, serial = waiting - 1, in_flight + 1, serial + 1
            while window and window[0] <= now - 1:
                window.popleft()
            taken = len(window) < per_s and draw.random() >= chance
            window.extend([now] * taken)
            heapq.heappush(under_way, (now + (0.2 if taken else refusal_s), serial, taken, now))
        elif free and (not under_way or now + delay < under_way[0][0]):
            now += delay + 1e-6
        else:
            at, _, taken, started = heapq.heappop(under_way)
            now, in_flight = max(now, at), in_flight - 1
            pace.left()
            if taken:
                done += 1
                concurrency.answered()
                if pace.answered(started):
                    concurrency.restored()
            else:
                refused, waiting = refused + 1, waiting + 1
                slower = pace.refused(now, started, retry_after, draw.random())
                if slower:
                    concurrency.failed(now, started)
                elif slower is None:
                    concurrency.restored()
    return refused, now


def test_an_unknown_limit_is_learned_from_the_first_burst():
    refused, seconds = simulate(240, 64, 40, refusal_s=0.02)
    assert refused <= 0.05 * 240
    assert seconds <= 1.35 * 240 / 40


def test_a_learned_limit_is_kept_to_for_long():
    refused, seconds = simulate(2_000, 64, 40, refusal_s=0.02)
    assert refused <= 0.01 * 2_000
    assert seconds <= 1.25 * 2_000 / 40


def test_a_limit_is_learned_although_the_service_says_no_time():
    refused, _ = simulate(240, 64, 40, refusal_s=0.02, retry_after=None)
    assert refused <= 0.05 * 240


def test_a_burst_of_refusals_counts_once_for_the_pace():
    def rate_after(refusals: int) -> float:
        pace = Pace(Limits(requests_per_minute=6_000))
        for number in range(50):
            pace.start(number * 0.01, Need())
        for number in range(refusals):
            pace.refused(0.6, 0.5 - number * 0.01, 1.0, 0.0)
        return pace.rate(0.6)

    assert 40 < rate_after(1) < 50
    assert rate_after(5) >= rate_after(1) * 0.85


def test_a_first_burst_is_spread_until_an_answer_comes():
    limiter, clock = gate(Limits(concurrency=64))
    slots = [limiter.slot("m") for _ in range(64)]
    times = []
    for slot in slots[:60]:
        slot.__enter__()
        times.append(clock.now)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps[0] == pytest.approx(0.02)
    assert gaps[10] < gaps[-1] < 0.01
    slots[0].answered()
    before = clock.now
    slots[60].__enter__()
    slots[61].__enter__()
    assert clock.now == before


def test_one_after_the_other_is_never_held_up():
    limiter, clock = gate(Limits())
    starts(limiter, clock, 100)
    assert clock.waits == []


def test_a_pace_that_was_slowed_down_recovers_soon_after_one_refusal_and_slowly_after_many():
    pace = Pace(Limits())
    pace.start(0.0, Need())
    pace.refused(0.1, 0.0, 1.0, 0.0)
    assert pace.rate(1.1) == pytest.approx(2 * pace.rate(0.1))
    for number in range(10):
        pace.start(2 + number / 100, Need())
    for number in range(10):
        pace.refused(2.1, 2 + number / 100, 1.0, 0.0)
    slow = pace.rate(2.1)
    assert pace.rate(32.1) == pytest.approx(2 * slow)
    assert pace.rate(302.1) > 50 * slow


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("refusal_s", [0.003, 0.1])
def test_refusals_by_chance_are_no_limit(refusal_s, seed):
    """A tenth of the questions is refused, however slowly they come."""
    refused, seconds = simulate(1_000, 64, float("inf"), refusal_s, chance=0.1, seed=seed)
    assert refused < 0.17 * 1_000
    assert seconds <= 4 * 1_000 / 64 * 0.2


def test_an_answer_to_what_started_later_in_the_burst_speaks_against_a_limit():
    pace = Pace(Limits())
    for number in range(8):
        pace.start(number / 100, Need())
    assert pace.refused(0.06, 0.02, 5.0, 0.0)
    assert not pace.answered(0.01)  # it came before the limit may have been reached
    assert pace.delay(0.1, Need()) > 4
    assert pace.answered(0.03)
    assert pace.delay(0.2, Need()) == 0
    assert pace.rate(0.2) == 0


def test_a_limit_is_told_from_chance_by_how_many_are_refused():
    def pauses(refused: int) -> bool:
        pace = Pace(Limits())
        for number in range(20):
            pace.start(float(number), Need())
            pace.answered(float(number))
        for number in range(refused):
            pace.refused(20.0, 20.0 - refused + number, 1.0, 0.0)
        return pace.delay(20.0, Need()) >= 1.0

    assert [pauses(refused) for refused in (1, 2, 4)] == [False, False, True]


def test_concurrency_halves_once_for_what_fails_together_and_grows_back():
    window = Concurrency(64)
    for _ in range(10):
        window.failed(now=5.0, started=4.0)
    assert window.allowed == 44
    for _ in range(5_000):
        window.answered()
    assert window.allowed == 64


def test_concurrency_never_falls_below_one():
    window = Concurrency(2)
    for number in range(50):
        window.failed(now=number + 0.5, started=number)
    assert window.allowed == 1


def test_no_more_threads_are_inside_than_allowed_and_all_get_in():
    limiter = Limiter(Limits(concurrency=3))
    inside, most, lock, done = 0, 0, threading.Lock(), []

    def work() -> None:
        nonlocal inside, most
        with limiter.slot("m") as slot:
            with lock:
                inside += 1
                most = max(most, inside)
            slot.answered()
            with lock:
                inside -= 1
        done.append(1)

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 20
    assert most <= 3


def test_who_finds_no_free_place_waits_for_one():
    looked, entered = threading.Event(), threading.Event()
    limiter = Limiter(Limits(concurrency=2), lambda seconds: seconds or looked.set())
    first, second, third = (limiter.slot("m") for _ in range(3))
    first.__enter__()
    first.answered()
    second.__enter__()

    def work() -> None:
        with third:
            entered.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert looked.wait(10)
    assert not entered.is_set()
    first.__exit__(None, None, None)
    thread.join(10)
    assert entered.is_set()


def test_threads_that_wait_for_a_place_end_when_the_run_is_stopped():
    stop = threading.Event()

    def wait(seconds: float) -> None:
        if stop.wait(seconds):
            raise Interrupted("paused")

    limiter = Limiter(Limits(concurrency=1), wait)
    ended: list[str] = []

    def work() -> None:
        try:
            with limiter.slot("m"):
                ended.append("in")
        except Interrupted:
            ended.append("stopped")

    with limiter.slot("m"):
        threads = [threading.Thread(target=work) for _ in range(5)]
        for thread in threads:
            thread.start()
        stop.set()
        for thread in threads:
            thread.join(5)
    assert ended == ["stopped"] * 5


def test_an_exception_inside_frees_the_place():
    limiter, clock = gate(Limits(concurrency=1))
    with pytest.raises(ValueError, match="bug"), limiter.slot("m"):
        raise ValueError("bug")
    assert starts(limiter, clock, 1)


def test_it_counts_as_broken_after_failures_in_a_row_only():
    limiter, _ = gate(Limits())
    for number in range(BROKEN_AFTER * 2 - 1):
        assert not limiter.broken
        with limiter.slot("m") as slot:
            if number == BROKEN_AFTER - 1:
                slot.answered()
            else:
                slot.refused(ServerFailed("500"))
    with limiter.slot("m") as slot:
        slot.refused(ServerFailed("500"))
    assert limiter.broken


ANTHROPIC = {
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-requests-remaining": "49",
    "anthropic-ratelimit-requests-reset": "2026-11-22T03:15:30Z",
    "anthropic-ratelimit-input-tokens-limit": "40000",
    "anthropic-ratelimit-input-tokens-remaining": "1000",
    "anthropic-ratelimit-output-tokens-limit": "8000",
    "anthropic-ratelimit-output-tokens-remaining": "8000",
}


def test_headers_of_anthropic_set_the_pace():
    limiter, clock = gate(Limits())
    with limiter.slot("m") as slot:
        slot.answered(ANTHROPIC)
    times = starts(limiter, clock, 5)
    assert times[-1] - times[1] == pytest.approx(3 * 60 / 50 / MARGIN)


def test_tokens_that_are_said_to_be_left_are_all_that_is_used():
    limiter, clock = gate(Limits())
    with limiter.slot("m") as slot:
        slot.answered(ANTHROPIC)
    began = clock.now
    starts(limiter, clock, 1, input_tokens=4_000)
    assert clock.now - began == pytest.approx(3_000 / (40_000 / 60), abs=0.01)


def test_headers_never_widen_what_is_configured():
    limiter, clock = gate(Limits(requests_per_minute=6))
    with limiter.slot("m") as slot:
        slot.answered(ANTHROPIC)
    times = starts(limiter, clock, 3)
    assert times[2] - times[1] == pytest.approx(10 / MARGIN)


def test_no_requests_left_means_waiting_for_the_reset():
    limiter, clock = gate(Limits())
    headers = {
        "x-ratelimit-limit-requests": "600",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "6s",
    }
    with limiter.slot("m") as slot:
        slot.answered(headers)
    began = clock.now
    starts(limiter, clock, 1)
    assert clock.now - began == pytest.approx(6)


@pytest.mark.parametrize(
    ("text", "seconds"), [("1s", 1), ("6m0s", 360), ("20ms", 0.02), ("1h2m3.5s", 3723.5), ("", 0), ("soon", 0)]
)
def test_spans(text, seconds):
    assert ratelimit_headers.span(text) == pytest.approx(seconds)


@pytest.mark.parametrize("value", ["", "many", "-1", "1e9", "0", "٣"])
def test_nonsense_in_headers_is_no_limit(value):
    headers = {"x-ratelimit-limit-requests": value, "x-ratelimit-remaining-requests": value}
    windows = ratelimit_headers.read(headers)
    assert windows is not None
    assert windows[0] in (Window(), Window(3.0, 3.0))


def test_other_headers_say_nothing():
    assert ratelimit_headers.read({"content-type": "application/json"}) is None


def test_an_overloaded_service_pauses_all_and_teaches_no_rate() -> None:
    pace = Pace(Limits(concurrency=8))
    pace.start(0.0, Need())
    pace.overloaded(1.0, 2.0, draw=0.0)
    assert pace.delay(1.0, Need()) == pytest.approx(2.0)
    assert pace.rate(10.0) == 0.0
