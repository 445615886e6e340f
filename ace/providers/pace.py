"""How fast one model may be asked: pure arithmetic on a clock that the caller reads.

A service says too little about its limits before they are hit, so three sources count, the strictest first: what the
configuration says, what the headers of answers say, and what a refusal taught. Starts are spread evenly: a limit of
60 a minute is often kept as one a second.
"""

from __future__ import annotations

from typing import NamedTuple

from ace.providers.suspicion import Suspicion

MINUTE_S = 60.0
START_SPACING_S = 0.002  # between two starts of a first burst: what is refused at once then stops the rest of it
FIRST_SPACING_S = 0.02  # after the very first start: an SDK prepares at its first request what all others use
FREE_STARTS = 4  # in flight, for which there is no spacing
SLOWER_AFTER = 32  # starts without an answer after which the spacing has doubled
MARGIN = 0.95  # of a limit that is known: arrivals jitter, and one refusal costs a pause of all
TICK_S = 1e-4  # nobody sleeps for less: no clock wakes up more exactly
TOKEN_BURST_S = 10.0  # tokens of so many seconds may go out at once; services refill a minute's worth evenly
DEFAULT_PAUSE_S = 1.0  # after a refusal that does not say how long; doubled while nothing gets through
PAUSE_CAP_S = 60.0  # of what is guessed, not of what a service asks for
PAUSE_JITTER = 0.1  # share on top of a pause, drawn: other processes with the same key should not come back together
CUT = 0.9  # of the rate that got through until a limit was reached
STEEPEST_CUT = 0.5  # one burst of refusals never slows down by more than this
RECOVERY_S = (1.0, 30.0)  # so long after a refusal, the learned rate has doubled; it grows with the square of time.
# The first refusal may be chance: soon tried again. From one that counts to the next, the time doubles.


class Limits(NamedTuple):
    """What a service allows, as configured; 0 means not limited, or not known."""

    concurrency: int = 8
    requests_per_minute: float = 0.0
    input_tpm: float = 0.0
    output_tpm: float = 0.0


class Need(NamedTuple):
    """Tokens that a request will take at most, as far as can be told before it is sent."""

    input: int = 0
    output: int = 0


class Bucket:
    """Tokens per minute, refilled evenly."""

    def __init__(self, per_minute: float) -> None:
        self.per_s = per_minute / MINUTE_S
        self.capacity = self.per_s * TOKEN_BURST_S
        self._level = self.capacity
        self._at: float | None = None

    def level(self, now: float) -> float:
        if self._at is not None:
            self._level = min(self.capacity, self._level + (now - self._at) * self.per_s)
        self._at = now
        return self._level

    def delay(self, now: float, amount: float) -> float:
        """Seconds until `amount` is there. More than the bucket holds is let through when it is full."""
        missing = min(amount, self.capacity) - self.level(now)
        return max(0.0, missing / self.per_s)

    def take(self, now: float, amount: float) -> None:
        """Below zero too, when a request was larger than the bucket or than it was thought to be."""
        self._level = min(self.capacity, self.level(now) - amount)

    def at_most(self, now: float, remaining: float) -> None:
        """The service has counted, and says what is left."""
        self._level = min(self.level(now), remaining)


class Pace:
    """When the next request to one model may start. Not thread-safe: the limiter holds its lock."""

    def __init__(self, limits: Limits) -> None:
        self._per_s = MARGIN * limits.requests_per_minute / MINUTE_S
        self._input = Bucket(limits.input_tpm) if limits.input_tpm else None
        self._output = Bucket(limits.output_tpm) if limits.output_tpm else None
        self._fixed_input, self._fixed_output = self._input is not None, self._output is not None
        self._started = float("-inf")  # the latest start
        self._starts = 0
        self._paused_until = 0.0
        self._learned = 0.0  # requests a second; 0 while nothing was refused
        self._refused_at = self._limited_at = float("-inf")  # the latest refusal that counted; that was a limit
        self._began: float | None = None  # first start since the last refusal, and how many got through since
        self._through = 0
        self._last_burst = (0, 0.0)  # the same two figures of the time before it
        self._silences = 0  # refusals in a row without one answer between them
        self._in_flight = 0
        self._proven = False  # whether an answer came since the beginning, or since a limit was reached
        self._recovery_s = RECOVERY_S[0] / 2
        self._suspicion = Suspicion()
        self._before = 0.0, 0.0  # rate learned and end of pause, before the last time that a limit was reached

    def delay(self, now: float, need: Need) -> float:
        """Seconds until a request may start; 0 means now."""
        rate = self.rate(now)
        gap = max(self._spacing(), 1 / rate if rate else 0.0)
        waits = [self._started + gap - now, self._paused_until - now]
        if self._input:
            waits.append(self._input.delay(now, need.input))
        if self._output:
            waits.append(self._output.delay(now, need.output))
        longest = max(waits)
        return longest if longest > TICK_S else 0.0

    def start(self, now: float, need: Need) -> None:
        self._started = now
        self._starts += 1
        self._suspicion.started(now)
        self._in_flight += 1
        self._take(now, need.input, need.output)
        if self._began is None:
            self._began, self._through = now, 0
        self._through += 1

    def left(self) -> None:
        """A request came to its end, whatever became of it."""
        self._in_flight -= 1

    def _spacing(self) -> float:
        if self._proven:
            return 0.0
        if self._starts == 1:
            return FIRST_SPACING_S
        if self._in_flight < FREE_STARTS:
            return 0.0
        return START_SPACING_S * (1 + self._in_flight / SLOWER_AFTER)

    def rate(self, now: float) -> float:
        """Requests a second at present; 0 means as many as there are."""
        learned = self._learned * (1 + ((now - self._refused_at) / self._recovery_s) ** 2) if self._learned else 0.0
        known = [rate for rate in (self._per_s, learned) if rate]
        return min(known, default=0.0)

    def answered(self, started: float) -> bool:
        """Whether this shows that there was no reason to slow down."""
        self._silences, self._proven = 0, True
        acquitted = self._suspicion.is_acquitted(started)
        if acquitted:
            self._recovery_s = RECOVERY_S[0] / 2
            self._learned, self._paused_until = self._before
        return acquitted

    def corrected(self, now: float, need: Need, used: Need) -> None:
        """What a request really took, instead of what was set aside for it."""
        self._take(now, used.input - need.input, used.output - need.output)

    def refused(self, now: float, started: float, retry_after: float | None, draw: float) -> bool | None:
        """The service said: too many. `draw` is a random number from 0 to 1.

        Returns whether everybody should slow down: True, False when it changes nothing, None when earlier refusals
        turn out to be chance, too.
        """
        if self._suspicion.is_limit(now, started, proven=self._proven):
            self._limited(now, started, retry_after, draw)
            return True
        if started <= self._refused_at:  # it left before we slowed down the last time
            return False
        slower = self._suspicion.slower(now, self.rate(now))
        if slower is None:
            return False
        self._learned, self._refused_at = slower, now
        self._recovery_s = self._slower_recovery() if slower else RECOVERY_S[0] / 2
        return True if slower else None

    def _limited(self, now: float, started: float, retry_after: float | None, draw: float) -> None:
        """A limit is reached: a pause for all.

        The rate that is learned is what got through, over the time that it took, or over the pause if that is longer.
        Of a burst, the first refusal counts in full; the others only correct how many of it got through.
        """
        first = started > self._limited_at
        pause = retry_after if retry_after is not None else min(PAUSE_CAP_S, DEFAULT_PAUSE_S * 2**self._silences)
        if first:
            over_s = max(now - (self._began if self._began is not None else now), pause, DEFAULT_PAUSE_S)
            self._last_burst = (self._through, over_s)
            self._before = self._learned, self._paused_until
            self._recovery_s = self._slower_recovery()
            self._learned = self._cut(self.rate(now))
            self._began, self._proven = None, False
            self._refused_at = self._limited_at = now
            self._silences += 1
        else:
            self._last_burst = (self._last_burst[0] - 1, self._last_burst[1])
            self._learned = min(self._learned, self._got_through())
        if self._suspicion.certain:
            self._recovery_s = RECOVERY_S[1]
        self._paused_until = max(self._paused_until, now + pause * (1 + PAUSE_JITTER * draw))

    def overloaded(self, now: float, retry_after: float | None, draw: float) -> None:
        """The service is short of room, whoever asks: a pause for all, but nothing about how fast we may be."""
        pause = retry_after if retry_after is not None else min(PAUSE_CAP_S, DEFAULT_PAUSE_S * 2**self._silences)
        self._silences += 1
        self._paused_until = max(self._paused_until, now + pause * (1 + PAUSE_JITTER * draw))

    def allowed(self, now: float, requests: Window, input_: Window, output: Window) -> None:
        """What the headers of an answer say about requests and tokens. What is configured is never widened."""
        if requests.per_minute:
            said = MARGIN * requests.per_minute / MINUTE_S
            self._per_s = min(self._per_s, said) if self._per_s else said
        if requests.remaining == 0:
            self._paused_until = max(self._paused_until, now + requests.reset_s)
        self._input = self._told(now, self._input, input_, fixed=self._fixed_input)
        self._output = self._told(now, self._output, output, fixed=self._fixed_output)

    def _told(self, now: float, bucket: Bucket | None, said: Window, *, fixed: bool) -> Bucket | None:
        if not said.per_minute:
            return bucket
        if bucket is None or (not fixed and bucket.per_s != said.per_minute / MINUTE_S):
            bucket = Bucket(said.per_minute)
        if said.remaining is not None:
            bucket.at_most(now, said.remaining)
        return bucket

    def _take(self, now: float, input_: float, output: float) -> None:
        if self._input:
            self._input.take(now, input_)
        if self._output:
            self._output.take(now, output)

    def _slower_recovery(self) -> float:
        return min(RECOVERY_S[1], 2 * self._recovery_s)

    def _cut(self, rate: float) -> float:
        seen = self._got_through()
        return max(min(rate * CUT, seen), rate * STEEPEST_CUT) if rate else seen

    def _got_through(self) -> float:
        """Requests a second of the burst that was refused, and a little less."""
        through, over_s = self._last_burst
        return CUT * max(1, through - 1) / over_s


class Window(NamedTuple):
    """One limit as a service states it with an answer; `remaining` None when it does not."""

    per_minute: float = 0.0
    remaining: float | None = None
    reset_s: float = 0.0
