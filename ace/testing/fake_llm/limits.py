"""What the service lets through: requests a second, requests at once, tokens a minute."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta

MINUTE_S = 60.0


class Limits:
    """Sliding windows; 0 means no limit. Times are seconds of any clock that only goes forward."""

    def __init__(self, rate: float, at_once: int, tokens_per_minute: int) -> None:
        self.rate, self.at_once, self.tokens_per_minute = rate, at_once, tokens_per_minute
        self._taken: deque[float] = deque()
        self._tokens: deque[tuple[float, int]] = deque()
        self._sum = 0

    def admits(self, now_s: float, in_flight: int, tokens: int) -> bool:
        """Whether one more may come in now; if so it counts."""
        self._forget(now_s)
        if self.at_once and in_flight > self.at_once:
            return False
        if self.rate and len(self._taken) >= self.rate:
            return False
        if self.tokens_per_minute and self._sum + tokens > self.tokens_per_minute:
            return False
        self._taken.append(now_s)
        self._tokens.append((now_s, tokens))
        self._sum += tokens
        return True

    def _forget(self, now_s: float) -> None:
        while self._taken and self._taken[0] <= now_s - 1:
            self._taken.popleft()
        while self._tokens and self._tokens[0][0] <= now_s - MINUTE_S:
            self._sum -= self._tokens.popleft()[1]

    def headers(self, api: str, now_s: float) -> dict[str, str]:
        """What is left, in the words of the API; nothing where there is no limit."""
        found: dict[str, str] = {}
        self._forget(now_s)
        if self.rate:
            wait_s = max(0.0, self._taken[0] + 1 - now_s) if self._taken else 0.0
            found |= _worded(api, "requests", int(self.rate * MINUTE_S), int(self.rate) - len(self._taken), wait_s)
        if self.tokens_per_minute:
            wait_s = max(0.0, self._tokens[0][0] + MINUTE_S - now_s) if self._tokens else 0.0
            kind = "input-tokens" if api == "messages" else "tokens"
            found |= _worded(api, kind, self.tokens_per_minute, self.tokens_per_minute - self._sum, wait_s)
        return found


def _worded(api: str, kind: str, limit: int, left: int, wait_s: float) -> dict[str, str]:
    if api != "messages":
        values = {"limit": limit, "remaining": left, "reset": f"{round(wait_s * 1000)}ms"}
        return {f"x-ratelimit-{word}-{kind}": str(value) for word, value in values.items()}
    when = (datetime.now(UTC) + timedelta(seconds=wait_s)).strftime("%Y-%m-%dT%H:%M:%SZ")
    values = {"limit": limit, "remaining": left, "reset": when}
    return {f"anthropic-ratelimit-{kind}-{word}": str(value) for word, value in values.items()}
