"""robots.txt, read once per server and run, as RFC 9309 says."""

from __future__ import annotations

import threading
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
from protego import Protego

from phases.common.answer import Answer
from phases.common.charset import decode
from phases.common.fetch import Fetcher

MAX_BYTES = 512_000  # RFC 9309 asks for at least 500 KiB to be read; what comes after is not looked at


class Robots:
    """Whether URLs may be fetched, for many threads; `refusal` fits as `permit` of `Fetcher.get`."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._product = fetcher.settings.user_agent.partition("/")[0]  # rules name the product, not its version
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._rules: dict[str, Protego | Answer] = {}

    def refusal(self, url: str) -> Answer | None:
        """None when the URL may be fetched, else the Answer to give instead.

        No robots.txt (any 4xx but 429, or too many redirects) allows all. A server error or 429 forbids all: RFC 9309
        §2.3.1.4 says MUST, and a server in trouble should not be asked for pages either. When there is no connection
        at all, that failure is the answer, since the page would end the same way.
        """
        parts = urlsplit(url)
        rules = self._rules_of(f"{parts.scheme}://{parts.netloc}")
        if isinstance(rules, Answer):
            return replace(rules, url=url)
        if rules.can_fetch(url, self._product):
            return None
        return Answer("robots", "robots.txt does not allow it", url)

    def _rules_of(self, server: str) -> Protego | Answer:
        with self._lock:
            lock = self._locks.setdefault(server.lower(), threading.Lock())
        with lock:
            if server not in self._rules:
                self._rules[server] = _read(self._fetcher.get(server + "/robots.txt"))
            return self._rules[server]


def _read(answer: Answer) -> Protego | Answer:
    if answer.outcome == "ok" or answer.body:
        return Protego.parse(decode(answer.body[:MAX_BYTES], answer.content_type))
    if answer.status is None:
        return replace(answer, detail=f"robots.txt: {answer.detail}", again=False)
    if answer.status == httpx.codes.TOO_MANY_REQUESTS or answer.status >= httpx.codes.INTERNAL_SERVER_ERROR:
        detail = f"robots.txt answers {answer.detail}, which counts as a no"
        return replace(answer, outcome="robots", detail=detail, again=False)
    return Protego.parse("")
