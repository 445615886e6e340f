"""How many requests may be in flight at once. Not thread-safe: the limiter holds its lock."""

from __future__ import annotations


class Concurrency:
    """How many requests may be in flight: additive increase, multiplicative decrease.

    Source: D. Chiu, R. Jain, "Analysis of the increase and decrease algorithms for congestion avoidance", 1989.
    """

    SHRINK = 0.7

    def __init__(self, most: int) -> None:
        self._most = max(1, most)
        self._now = float(self._most)
        self._shrunk_at = float("-inf")

    @property
    def allowed(self) -> int:
        return int(self._now)

    def answered(self) -> None:
        self._now = min(self._most, self._now + 1 / self._now)

    def restored(self) -> None:
        """It was not the number of requests in flight."""
        self._now = float(self._most)

    def failed(self, now: float, started: float) -> None:
        """What was in flight together fails together, and counts once."""
        if started > self._shrunk_at:
            self._now, self._shrunk_at = max(1.0, self._now * self.SHRINK), now
