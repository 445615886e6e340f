"""A tiny site on 127.0.0.1 whose every answer a test chooses, and which remembers what it was asked."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple


class Reply(NamedTuple):
    """One answer. ETag and Last-Modified in `headers` are honoured; `mode` says how the server misbehaves.

    mode  "" | "held" (until `site.release_on` is asked for) | "hang" (no answer) | "drip" (never ends) | "drop" (closes the connection) | "chunked" (no length)
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})
    mode: str = ""


class Site:
    """`site.on("/feed", Reply(…), Reply(…))` gives the answers in turn; the last one repeats. Other paths are 404."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.port = 0
        self.most_at_once = 0
        self.arrived, self.released, self.closing = threading.Event(), threading.Event(), threading.Event()
        self.release_on = ""
        self.crowd: threading.Barrier | None = None  # when set, answers wait for so many requests at once, or a while
        self._replies: dict[str, list[Reply]] = {}
        self._lock = threading.Lock()
        self._at_once = 0

    def on(self, path: str, *replies: Reply) -> str:
        self._replies[path] = list(replies)
        return self.url(path)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def headers(self, path: str) -> list[dict[str, str]]:
        return [headers for asked, headers in self.asked if asked == path]

    def take(self, path: str, headers: dict[str, str]) -> Reply:
        with self._lock:
            self.asked.append((path, headers))
            self.arrived.set()
            if path == self.release_on:
                self.released.set()
            replies = self._replies.get(path, [Reply(b"not here", 404)])
            return replies.pop(0) if len(replies) > 1 else replies[0]

    @contextlib.contextmanager
    def present(self) -> Iterator[None]:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self.crowd:
                with contextlib.suppress(threading.BrokenBarrierError):
                    self.crowd.wait(timeout=0.2)
            yield
        finally:
            with self._lock:
                self._at_once -= 1


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    site: Site

    def log_message(self, *_: object) -> None:
        """Nothing: tests look at `asked`."""

    def do_GET(self) -> None:
        with self.site.present():
            self._answer(self.site.take(self.path, {name.lower(): value for name, value in self.headers.items()}))

    def _answer(self, reply: Reply) -> None:
        if reply.mode == "held":
            self.site.released.wait(30)
        if reply.mode == "hang":
            self.site.closing.wait(30)
        if reply.mode in {"hang", "drop"}:
            self.close_connection = True
            return
        is_known = self._is_known(reply)
        body = b"" if is_known else reply.body
        self.send_response(304 if is_known else reply.status)
        for name, value in ({"Content-Type": "text/html"} | dict(reply.headers)).items():
            self.send_header(name, value)
        if reply.mode in {"chunked", "drip"}:
            self.send_header("Transfer-Encoding", "chunked")
        elif "Content-Length" not in reply.headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if reply.mode == "drip":
            self._drip()
        elif reply.mode == "chunked":
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in _parts(body)) + b"0\r\n\r\n"
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def _is_known(self, reply: Reply) -> bool:
        pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
        return any(self.headers.get(asked) and self.headers[asked] == reply.headers.get(own) for asked, own in pairs)

    def _drip(self) -> None:
        with contextlib.suppress(OSError):
            while not self.site.closing.wait(0.01):
                self.wfile.write(b"1\r\n.\r\n")
                self.wfile.flush()


def _parts(body: bytes) -> Iterator[bytes]:
    return (body[start : start + 1000] for start in range(0, len(body), 1000))


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the tests."""


@contextlib.contextmanager
def serve() -> Iterator[Site]:
    site = Site()
    handler = type("Handler", (_Handler,), {"site": site})
    server = _Server(("127.0.0.1", 0), handler)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.closing.set()
        site.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
