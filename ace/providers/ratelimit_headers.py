"""What the headers of an answer say about a service's limits.

Anthropic: anthropic-ratelimit-{requests,input-tokens,output-tokens,tokens}-{limit,remaining,reset}; reset is a time
(RFC 3339). Source: https://docs.claude.com/en/api/rate-limits
OpenAI and compatible: x-ratelimit-{limit,remaining,reset}-{requests,tokens}; reset is a span such as 6m0s or 20ms.
Source: https://platform.openai.com/docs/guides/rate-limits
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from ace import clock
from ace.providers.pace import Window

SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
UNKNOWN = Window()


def read(headers: Mapping[str, str], now: datetime | None = None) -> tuple[Window, Window, Window] | None:
    """(requests, input tokens, output tokens) by lower-case header names; None when nothing is said."""
    if "anthropic-ratelimit-requests-limit" in headers or "anthropic-ratelimit-tokens-limit" in headers:
        when = now or clock.now()
        input_ = _anthropic(headers, "input-tokens", when)
        both = _anthropic(headers, "tokens", when)
        return (
            _anthropic(headers, "requests", when),
            input_ if input_.per_minute else both,
            _anthropic(headers, "output-tokens", when),
        )
    if "x-ratelimit-limit-requests" in headers or "x-ratelimit-limit-tokens" in headers:
        return _openai(headers, "requests"), _openai(headers, "tokens"), UNKNOWN
    return None


def _anthropic(headers: Mapping[str, str], what: str, now: datetime) -> Window:
    prefix = f"anthropic-ratelimit-{what}-"
    reset = headers.get(prefix + "reset", "")
    try:
        reset_s = max(0.0, (clock.parse(reset) - now).total_seconds())
    except ValueError:
        reset_s = 0.0
    return _window(headers.get(prefix + "limit", ""), headers.get(prefix + "remaining", ""), reset_s)


def _openai(headers: Mapping[str, str], what: str) -> Window:
    reset_s = span(headers.get(f"x-ratelimit-reset-{what}", ""))
    limit, remaining = headers.get(f"x-ratelimit-limit-{what}", ""), headers.get(f"x-ratelimit-remaining-{what}", "")
    return _window(limit, remaining, reset_s)


def span(text: str) -> float:
    """Seconds of 1s, 6m0s, 1h2m3.5s, 20ms; 0 when it is none of these."""
    return sum(float(number) * SECONDS[unit] for number, unit in SPAN.findall(text))


def _window(limit: str, remaining: str, reset_s: float) -> Window:
    if not limit.isdecimal() or int(limit) == 0:
        return UNKNOWN
    return Window(float(limit), float(remaining) if remaining.isdecimal() else None, reset_s)
