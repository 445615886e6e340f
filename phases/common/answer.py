"""How a GET ended: the record, and which status or exception means what.

| what happened                                                    | outcome      | tried again |
|------------------------------------------------------------------|--------------|-------------|
| 2xx                                                              | ok           |             |
| 304                                                              | not_modified |             |
| 429, 5xx, a lost connection, a name server that does not answer  | http_error   | yes         |
| other statuses, unknown host, too many redirects                 | http_error   | no          |
| time is over (all that is allowed has been spent already)        | timeout      | no          |
| address not public, odd URL, larger than allowed                 | blocked      | no          |
| robots.txt says no                                               | robots       | no          |
| a media type that was not asked for                              | unwanted     | no          |
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urljoin

import httpcore
import httpx

from phases.common.netguard import NameNotFound, Refused

RETRY_AFTER_CAP_S = 24 * 3600.0  # a server that asks for more gets a visit every night all the same
DETAIL_CHARS = 200  # of an error's own words
URL_CHARS = 200  # of a URL in a message

Outcome = Literal["ok", "not_modified", "http_error", "timeout", "blocked", "robots", "unwanted"]


@dataclass(frozen=True)
class Answer:
    """How a GET ended.

    outcome      ok | not_modified (304) | http_error (status, or none when there was no connection) | timeout |
                 blocked (our own rules: address, scheme, size) | robots | unwanted (not a kind that was asked for)
    url          after redirects
    body         decompressed; of a body that is too large, the part that was read
    retry_after  seconds that the server asked to be left alone, at most a day; None when it did not
    again        whether another try may help
    """

    outcome: Outcome
    detail: str
    url: str = ""
    status: int | None = None
    body: bytes = b""
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    retry_after: float | None = None
    again: bool = False
    attempts: int = 1
    location: str = ""


def retry_after_s(value: str, now: datetime) -> float | None:
    """Seconds from a Retry-After header (a number or an HTTP date), 0 to 86,400; None when it says nothing."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), RETRY_AFTER_CAP_S)
    try:
        when = parsedate_to_datetime(text)
        seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), RETRY_AFTER_CAP_S)


def unsuccessful(answer: Answer, head: httpx.Headers, now: datetime) -> Answer:
    """The Answer for a status other than 2xx: not modified, a redirect (`location` is set), or an error."""
    status = answer.status or 0
    if status == httpx.codes.NOT_MODIFIED:
        return replace(answer, outcome="not_modified", detail="not modified")
    if httpx.codes.is_redirect(status) and (location := head.get("location")):
        return replace(answer, outcome="http_error", detail=f"HTTP {status}", location=_joined(answer.url, location))
    is_busy = status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR
    asked = retry_after_s(head.get("retry-after", ""), now) if is_busy else None
    return replace(answer, outcome="http_error", detail=f"HTTP {status}", again=is_busy, retry_after=asked)


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:
        return location  # odd enough for urllib; check_url words the refusal


def failure(error: Exception, url: str, timeout_s: float) -> Answer:
    """The Answer for a request that got none, by what it raised instead."""
    words = f"{type(error).__name__}: {error}"[:DETAIL_CHARS]
    if isinstance(error, Refused):
        return Answer("blocked", f"{error}: {url[:URL_CHARS]!r}", url)
    if isinstance(error, NameNotFound):
        return Answer("http_error", str(error), url, again=error.temporary)
    if isinstance(error, httpcore.TimeoutException):
        return Answer("timeout", f"no complete answer within {timeout_s:g} s", url)
    if isinstance(error, httpcore.NetworkError | httpcore.ProtocolError | OSError):
        return Answer("http_error", f"connection failed ({error})"[:DETAIL_CHARS], url, again=True)
    if isinstance(error, httpx.InvalidURL | ValueError):
        return Answer("blocked", f"not a valid URL ({words})", url)
    return Answer("http_error", words, url)
