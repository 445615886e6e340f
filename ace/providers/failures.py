"""From what a service says to ACE's errors: one table for every provider.

429                        RateLimited, or ProviderUnavailable when it is money that has run out
503, 529                   Overloaded
409, other 5xx, 3xx        ServerFailed
408                        ConnectionFailed
401, 402, 403              ProviderUnavailable: nothing more will work
400, 413 about length      ContextExceeded
400, 429 about money       ProviderUnavailable
other 4xx                  RequestRefused
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from ace.errors import (
    AceError,
    ConnectionFailed,
    ContextExceeded,
    Overloaded,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    ServerFailed,
)

SHOWN_CHARS = 300
REFUSED = range(400, 500)
ACCESS = frozenset({401, 402, 403})
BUSY = frozenset({503, 529})
# Codes and types of error bodies that mean an empty or closed account, whatever the status (400 and 429 as well).
# https://platform.openai.com/docs/guides/error-codes and the error classes of Anthropic's SDK
CLOSED = frozenset(
    {
        "insufficient_quota",
        "billing_error",
        "billing_hard_limit_reached",
        "billing_not_active",
        "account_deactivated",
        "access_terminated",
        "contract_spend_limit_reached",
        "enforced_spend_limit_reached",
        "organization_on_hold",
        "organization_type_not_supported",
        "parent_organization_required",
        "claude_code_key_creator_not_member",
        "cmek_key_disabled",
        "cmek_key_network_blocked",
    }
)
MONEY_WORDS = re.compile(
    r"credit balance is too low|exceeded your current quota|usage limits?\. You will regain", re.IGNORECASE
)
# How services say that a prompt is too long: Anthropic, OpenAI, vLLM, llama.cpp, Cohere
LENGTH_WORDS = re.compile(
    r"prompt is too long|context[ _](length|window|size)|maximum context|too many (input )?tokens|input is too long",
    re.IGNORECASE,
)
KEY_LIKE = re.compile(r"\b(sk|pk|key)-[A-Za-z0-9_*-]{4,}")
HINT = "ace doctor says which providers can be used; ace resume goes on, nothing that was paid is lost"


def of_status(
    provider: str, status: int, message: str, *, words: tuple[str, ...] = (), retry_after: float | None = None
) -> AceError:
    """The error that a status means. `words` are the type and the code that the error body gives."""
    text = f"{provider} answers {status}: {shown(message)}"
    if status in ACCESS or CLOSED.intersection(words) or MONEY_WORDS.search(message):
        return ProviderUnavailable(text, hint=HINT)
    if status == 429:  # noqa: PLR2004  (an HTTP status is its own name)
        return RateLimited(text, retry_after=retry_after)
    if status in BUSY:
        return Overloaded(text, retry_after=retry_after)
    if status == 408:  # noqa: PLR2004
        return ConnectionFailed(text, retry_after=retry_after)
    if status in REFUSED and status != 409:  # noqa: PLR2004  (a conflict passes)
        too_long = LENGTH_WORDS.search(f"{message} {' '.join(words)}")
        return ContextExceeded(text) if too_long else RequestRefused(text)
    return ServerFailed(text, retry_after=retry_after)


def of_body(provider: str, status: int, body: Any, headers: Mapping[str, str]) -> AceError:
    """The same, from an error body: {"error": {"type", "code", "message", "details"}}, {"message": …} or anything."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return of_status(provider, status, str(error or ""), retry_after=retry_after(headers))
    details = error.get("details")
    coded = details.get("error_code") if isinstance(details, dict) else None
    words = tuple(str(word) for word in (error.get("type"), error.get("code"), coded) if word)
    message = str(error.get("message") or error)
    return of_status(provider, status, message, words=words, retry_after=retry_after(headers))


def unreached(provider: str, error: BaseException) -> ServerFailed:
    """Nobody was there to take the request: unlike a lost connection, that costs nothing for certain."""
    return ServerFailed(f"{provider} cannot be reached: {shown(str(error)) or type(error).__name__}")


def not_json(provider: str, body: bytes) -> ServerFailed | None:
    """The error that a body means which came with status 200 and is no JSON object: a proxy speaks, not the service.

    Such a body must not be kept as the answer to a question.
    """
    if body.lstrip()[:1] == b"{":
        return None
    return ServerFailed(f"{provider} answers 200 with something else than JSON: {shown(repr(body[:SHOWN_CHARS]))}")


def lost(provider: str, error: BaseException, timeout_s: float | None = None) -> ConnectionFailed:
    """No answer came, or half of one. Whether it was billed is unknown."""
    if timeout_s is not None:
        return ConnectionFailed(f"{provider} did not answer within {timeout_s:g} s")
    cause = error.__cause__ or error
    return ConnectionFailed(f"{provider}: {type(cause).__name__}: {shown(str(cause))}")


def shown(message: str) -> str:
    """The beginning of a message on one line, without what looks like a key."""
    return KEY_LIKE.sub(r"\1-…", " ".join(message.split()))[:SHOWN_CHARS]


def retry_after(headers: Mapping[str, str], now_s: float | None = None) -> float | None:
    """Seconds that the other side asks to wait: retry-after-ms, or retry-after in seconds or as an HTTP date.

    None when it says nothing, or nothing that can be understood; never below 0.
    """
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    said = headers.get("retry-after")
    if said is None or (seconds := _number(said)) is not None:
        return None if said is None else seconds
    try:
        when = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, when.timestamp() - (time.time() if now_s is None else now_s))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None
