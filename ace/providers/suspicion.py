"""Whether a refusal has to do with how fast we are. A service may also refuse some questions whatever we do.

limit       most of what started last was refused, or nothing was answered yet: a limit is reached, everybody stops
rare        few are refused: a limit that is hardly passed looks like that, and so does chance. Going a little slower
            ends the one; when half the speed does not help, it is chance, and there is no reason to be slow
chance      also when, of a first burst, a request is answered that started after a refused one: a full window would
            have refused it as well
"""

from __future__ import annotations

from collections import deque

RECENT = 64  # starts that are remembered
LIMIT, AMONG = 4, 5  # refused of the latest starts: with a tenth refused by chance, once in 250 refusals
CUT = 0.8  # of the rate at which a rare refusal came
ENOUGH = 0.5  # of the speed: fewer than LIMIT of AMONG are refused where the limit is above half of the speed
CLEARED_UP_TO = 1.5  # times the speed at which refusals turned out to be chance


class Suspicion:
    """What speaks for a limit. Times are seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self._starts: deque[float] = deque(maxlen=RECENT)
        self._refused: deque[float] = deque(maxlen=RECENT)
        self._highest = 0.0  # requests a second at which some were refused, since the last verdict
        self._cleared = 0.0  # requests a second up to which refusals are known to be chance
        self.certain = False  # whether the latest refusal was one of many
        self._burst: tuple[float, float] | None = None  # start and end of a request that was refused before any answer

    def started(self, now: float) -> None:
        self._starts.append(now)

    def is_limit(self, now: float, started: float, *, proven: bool) -> bool:
        """Of a refusal. `proven`: whether an answer came since the last time that a limit was reached."""
        self._refused.append(started)
        latest = [one for one in self._starts if one <= started][-AMONG:]
        self.certain = sum(one in self._refused for one in latest) >= LIMIT
        if self.certain:
            self._highest = self._cleared = 0.0
            self._burst = None
        elif not proven and (self._burst is None or started > self._burst[1]):
            self._burst = started, now
        return self.certain or not proven

    def is_acquitted(self, started: float) -> bool:
        """By the answer to a request that started then."""
        if self._burst is None or not self._burst[0] < started < self._burst[1]:
            return False
        self._burst = None
        return True

    def slower(self, now: float, rate: float) -> float | None:
        """The rate to go on at after a rare refusal: None for no change, 0 for as fast as there was no suspicion.

        `rate` is the present limit of requests a second; 0 when there is none.
        """
        rate = rate or self._speed(now)
        if rate <= self._cleared:
            return None
        self._highest = max(self._highest, rate)
        if rate * CUT >= self._highest * ENOUGH:
            return rate * CUT
        self._cleared, self._highest = self._highest * CLEARED_UP_TO, 0.0
        return 0.0

    def _speed(self, now: float) -> float:
        """Starts a second of late."""
        span_s = now - self._starts[0] if self._starts else 0.0
        return len(self._starts) / max(span_s, 1.0 if len(self._starts) < RECENT else 0.01)
