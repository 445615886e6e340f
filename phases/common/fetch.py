"""Polite fetching: one GET with a cap on time, bytes, redirects, tries and requests per host.

Every end is an Answer that says in plain words what happened; only an interruption of the run raises.
"""

from __future__ import annotations

import http.cookiejar
import queue
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Self
from urllib.parse import urlsplit

import httpx

from ace.errors import AceError
from phases.common import body as bodies
from phases.common.answer import Answer, failure, unsuccessful
from phases.common.charset import decode
from phases.common.netguard import Refused, check_url
from phases.common.transport import POLL_S, Clock, GuardedTransport, Hosts

__all__ = ["Answer", "Fetcher", "Permit", "Settings", "decode"]

MAX_REDIRECTS = 5  # more is a loop in practice
LONGEST_WAIT_S = 30.0  # within one run; a server that asks for more is left alone until the next
BACKOFF_S = 1.0  # before the second try, doubled before each later one
SILENT_TRIES = 3  # in a row without any answer; then the server counts as down for the rest of the run
DRAIN_BYTES = 65536  # of an answer that is not wanted, to keep its connection usable

Permit = Callable[[str], Answer | None]


@dataclass(frozen=True)
class Settings:
    """What a fetcher may do.

    timeout_s   seconds for one request, from looking up its host to the last byte
    max_bytes   of a body after decompression; more is a failure, never cut off without a word
    per_host    requests at once to one host
    attempts    tries in all after 429, 5xx and lost connections; a timeout is not tried again
    """

    user_agent: str
    timeout_s: float = 15.0
    max_bytes: int = 5_000_000
    per_host: int = 2
    attempts: int = 3
    allow_loopback: bool = False


@cache
def _trusted() -> ssl.SSLContext:
    """The usual certificate authorities; reading them takes 45 ms."""
    return httpx.create_ssl_context()


class _Slot:
    """One connection's worth of a host, used by one thread at a time."""

    def __init__(self, transport: GuardedTransport, user_agent: str) -> None:
        self.transport = transport
        self.client = httpx.Client(
            transport=transport,
            trust_env=False,
            timeout=None,  # noqa: S113  (the transport's clock ends every request)
            cookies=http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[])),  # none are kept
            headers={"User-Agent": user_agent, "Accept-Encoding": bodies.ACCEPTED_ENCODINGS},
        )


@dataclass
class _Host:
    slots: queue.LifoQueue[_Slot]  # last in, first out: an open connection is used again before a new one is made
    quiet_until: float = 0.0  # on the monotonic clock


class Fetcher:
    """GETs for many threads. `check` raises when the run is told to stop; `wait` sleeps and does so too.

    `hosts` sends requests for the named hosts to a loopback address and port (a sample site).
    """

    def __init__(
        self,
        settings: Settings,
        *,
        check: Callable[[], None],
        wait: Callable[[float], None],
        hosts: Hosts | None = None,
    ) -> None:
        self.settings = settings
        self._check, self._wait, self._mapped = check, wait, dict(hosts or {})
        self._hosts: dict[str, _Host] = {}
        self._unanswered: dict[str, list[Answer]] = {}
        self._lock = threading.Lock()
        self._all_slots: list[_Slot] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for slot in self._all_slots:
            slot.client.close()

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        kinds: tuple[str, ...] = (),
        permit: Permit | None = None,
    ) -> Answer:
        """The Answer for a URL after redirects and, where that may help, further tries.

        headers  sent with every request (Accept, If-None-Match, …)
        kinds    media types that are wanted; others end as `unwanted`, unread. () takes all; no type is any type
        permit   asked before each request, redirects included; an Answer of its own ends the matter (robots.txt)
        """
        attempt = 0
        while True:
            attempt += 1
            answer = self._follow(url, headers or {}, kinds, permit)
            if not answer.again or attempt == self.settings.attempts or (answer.retry_after or 0) > LONGEST_WAIT_S:
                return replace(answer, attempts=attempt)
            if answer.retry_after is None:  # otherwise the host has its quiet, which the next request waits for
                self._wait(BACKOFF_S * 2 ** (attempt - 1))

    def _follow(self, url: str, headers: Mapping[str, str], kinds: tuple[str, ...], permit: Permit | None) -> Answer:
        answer = Answer("http_error", "never asked", url)
        for _ in range(MAX_REDIRECTS + 1):
            try:
                name = check_url(url)
            except Refused as refusal:
                return failure(refusal, url, 0)
            if permit and (refused := permit(url)):
                return refused
            answer = self._request(self._host(name), url, headers, kinds)
            if not answer.location:
                return answer
            url = answer.location
        return Answer("http_error", f"more than {MAX_REDIRECTS} redirects", url, answer.status)

    def _host(self, name: str) -> _Host:
        with self._lock:
            host = self._hosts.get(name)
            if host is None:
                host = self._hosts[name] = _Host(queue.LifoQueue())
                for _ in range(self.settings.per_host):
                    slot = self._new_slot()
                    self._all_slots.append(slot)
                    host.slots.put(slot)
            return host

    def _new_slot(self) -> _Slot:
        allow_loopback = self.settings.allow_loopback
        transport = GuardedTransport(Clock(self._check), _trusted(), self._mapped, allow_loopback=allow_loopback)
        return _Slot(transport, self.settings.user_agent)

    def _request(self, host: _Host, url: str, headers: Mapping[str, str], kinds: tuple[str, ...]) -> Answer:
        """One request as soon as the host has a free slot and is not to be left alone."""
        slot = self._free_slot(host)
        try:
            quiet = host.quiet_until - time.monotonic()
            if quiet > LONGEST_WAIT_S:
                return Answer("http_error", "not asked: the host wants to be left alone", url, retry_after=quiet)
            if quiet > 0:
                self._wait(quiet)
            answer = self._ask_living_server(slot, url, headers, kinds)
            if answer.retry_after:
                host.quiet_until = max(host.quiet_until, time.monotonic() + answer.retry_after)
            return answer
        finally:
            host.slots.put(slot)

    def _free_slot(self, host: _Host) -> _Slot:
        while True:
            self._check()
            try:
                return host.slots.get(timeout=POLL_S)
            except queue.Empty:
                continue

    def _ask_living_server(self, slot: _Slot, url: str, headers: Mapping[str, str], kinds: tuple[str, ...]) -> Answer:
        """The answer of a server, unless it has been silent several times in a row: then it is not asked."""
        parts = urlsplit(url)
        unanswered = self._unanswered.setdefault(f"{parts.scheme}://{parts.netloc}".lower(), [])
        if len(unanswered) >= SILENT_TRIES:
            last = unanswered[-1]
            return replace(
                last, url=url, again=False, detail=f"not asked, {SILENT_TRIES} failed in a row: {last.detail}"
            )
        answer = self._send(slot, url, headers, kinds)
        if answer.status is None and answer.outcome in {"timeout", "http_error"}:
            unanswered.append(answer)
        else:
            unanswered.clear()
        return answer

    def _send(self, slot: _Slot, url: str, headers: Mapping[str, str], kinds: tuple[str, ...]) -> Answer:
        slot.transport.clock.start(self.settings.timeout_s)
        try:
            response = slot.client.send(slot.client.build_request("GET", url, headers=headers), stream=True)
            try:
                return self._read(response, url, kinds)
            finally:
                is_whole = response.is_closed  # httpx closes what has been read to its end
                response.close()
                if not is_whole:
                    slot.transport.renew()
        except AceError:
            slot.transport.renew()
            raise
        except Exception as error:
            slot.transport.renew()
            return failure(error, url, self.settings.timeout_s)

    def _read(self, response: httpx.Response, url: str, kinds: tuple[str, ...]) -> Answer:
        head = response.headers
        kind = head.get("content-type", "")
        answer = Answer(
            "ok",
            "",
            url,
            response.status_code,
            b"",
            kind,
            etag=head.get("etag"),
            last_modified=head.get("last-modified"),
        )
        if not response.is_success:
            bodies.drain(response, DRAIN_BYTES)
            return unsuccessful(answer, head, datetime.now(UTC))
        media_type = kind.partition(";")[0].strip().lower()
        if kinds and media_type and media_type not in kinds:
            return replace(answer, outcome="unwanted", detail=f"{media_type[:80]} is not a kind that was asked for")
        try:
            return replace(answer, body=bodies.read(response, self.settings.max_bytes))
        except bodies.TooLarge as error:
            return replace(answer, outcome="blocked", detail=str(error), body=error.part)
        except bodies.Damaged as error:
            return replace(answer, outcome="http_error", detail=str(error), again=True)
