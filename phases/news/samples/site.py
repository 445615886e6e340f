"""The sample site over real HTTP: one server on loopback that answers for every invented host.

    with site.serve() as hosts:          # {"daily-lattice.example": ("127.0.0.1", 40123), …}
        …                                # connect there, ask with `Host: daily-lattice.example`

It behaves as the web does: ETags are honoured, one page is slow, one is gone, one path is closed by robots.txt and
one feed stops in the middle. Standard library only; binds 127.0.0.1 only.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from phases.news.samples import pages
from phases.news.samples.outlets import OUTLETS, Article, Outlet, articles

if TYPE_CHECKING:
    from collections.abc import Iterator

WINDOW_END = "2026-11-21T06:00:00Z"  # the articles came out in the 36 hours before
SLOW_S = 0.5  # how long the slow page takes: noticeable, far below any timeout
IDLE_S = 5.0  # seconds without a request after which a kept-open connection is closed
_HTML = "text/html; charset=utf-8"
_PLAIN = "text/plain; charset=utf-8"
_GONE = (404, _PLAIN, b"404 not found\n")
_BY_HOST = {outlet.host: outlet for outlet in OUTLETS}

Answer = tuple[int, str, bytes]  # status, content type, body


def sources() -> list[dict[str, Any]]:
    """The sample's source entries: name, feed, site, category, weight."""
    return [
        {
            "name": outlet.name,
            "feed": f"http://{outlet.host}/feed.xml",
            "site": f"http://{outlet.host}/",
            "category": outlet.category,
            "weight": outlet.weight,
        }
        for outlet in OUTLETS
    ]


@contextlib.contextmanager
def serve() -> Iterator[dict[str, tuple[str, int]]]:
    """Run the site on a free port of 127.0.0.1 while the block lasts; gives the address to connect to for each host."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True  # a client that keeps its connection open must not hold up the end
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield dict.fromkeys(_BY_HOST, ("127.0.0.1", server.server_port))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(host: str, path: str) -> Answer:
    """What the site says to a GET of `path` on `host`. The slow page is slow only over HTTP."""
    outlet = _BY_HOST.get(host)
    return _GONE if outlet is None else _answers(outlet).get(path, _GONE)


@functools.cache
def _answers(outlet: Outlet) -> dict[str, Answer]:
    """Every path of one outlet. Articles that are `gone` stand in the feed only."""
    pieces = articles(outlet.host)
    kind, feed = pages.feed(outlet, pieces)
    found = {
        "/": (200, _HTML, pages.front(outlet, pieces).encode()),
        "/feed.xml": (200, kind, feed.encode()),
        "/robots.txt": (200, _PLAIN, pages.robots(outlet).encode()),
    }
    for piece in pieces:
        if piece.kind != "gone":
            others = [other for other in pieces if other is not piece]
            found[_path(outlet, piece)] = (200, _HTML, pages.page(outlet, piece, others).encode())
    return found


def _path(outlet: Outlet, piece: Article) -> str:
    return urlsplit(pages.address(outlet, piece)).path


@functools.cache
def _slow() -> frozenset[tuple[str, str]]:
    return frozenset(
        (outlet.host, _path(outlet, piece))
        for outlet in OUTLETS
        for piece in articles(outlet.host)
        if piece.kind == "slow"
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    wbufsize = 65536  # head and body in one packet: two would wait 40 ms for each other (Nagle, delayed ACK)
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing: the run's own log tells what was fetched."""

    def do_GET(self) -> None:
        host = (self.headers.get("Host") or "").partition(":")[0].lower()
        path = urlsplit(self.path).path
        if (host, path) in _slow():
            time.sleep(SLOW_S)
        status, kind, body = answer(host, path)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if status == 200 and self.headers.get("If-None-Match") == etag:  # noqa: PLR2004 (HTTP's own numbers)
            status, body = 304, b""
        self.send_response(status)
        self.send_header("ETag", etag)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 (the name that the base class calls)
