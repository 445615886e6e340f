"""One request over an SDK's connections: as the SDK itself would send it, and every end it may come to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ace.errors import ConnectionFailed, RateLimited, ServerFailed
from ace.providers.anthropic import Anthropic
from ace.providers.openai import OpenAI

pytest.importorskip("anthropic")
pytest.importorskip("openai")
OWN = {"content-length", "host", "accept-encoding", "connection"}  # of the body and the connection
PER_REQUEST = {"x-stainless-timeout", "x-stainless-read-timeout", "x-stainless-retry-count", "idempotency-key"}
BODY = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    headers: list[dict[str, str]]
    status = 200
    said = b'{"type": "message", "content": []}'
    also: tuple[tuple[str, str], ...] = ()


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(self.server.status)
        for name, value in (("content-type", "application/json"), *self.server.also):
            self.send_header(name, value)
        self.send_header("content-length", str(len(self.server.said)))
        self.end_headers()
        self.wfile.write(self.server.said)

    def log_message(self, *args: Any) -> None:
        """Not to the terminal."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-key")
    monkeypatch.setenv("OPENAI_API_KEY", "o-key")
    monkeypatch.setenv("OPENAI_ORG_ID", "an-organisation")
    serving = Server(("127.0.0.1", 0), Handler)
    serving.headers = []
    thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


def asked(server: Server, provider: Any) -> Any:
    return provider.send(BODY, 20.0)


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def test_it_carries_the_headers_that_the_sdk_would_send(server: Server) -> None:
    for provider, ask in (
        (Anthropic(address(server)), lambda sdk: sdk.messages.create(**BODY)),
        (OpenAI(address(server)), lambda sdk: sdk.chat.completions.create(**BODY)),
    ):
        asked(server, provider)
        ask(provider.line.sdk)
        ours, theirs = ({k: v for k, v in one.items() if k not in OWN | PER_REQUEST} for one in server.headers[-2:])
        assert ours == theirs
        assert ours["authorization"].endswith("-key")
        assert not any("idempotency" in name for name in server.headers[-2])  # it would give us another's answer


def test_the_service_asks_for_time(server: Server) -> None:
    server.status, server.said, server.also = 429, b'{"error": {"message": "slow down"}}', (("retry-after", "7"),)
    with pytest.raises(RateLimited, match="slow down") as caught:
        asked(server, Anthropic(address(server)))
    assert caught.value.retry_after == 7


def test_an_error_that_is_no_json(server: Server) -> None:
    server.status, server.said = 502, b"<html>Bad gateway</html>"
    with pytest.raises(ServerFailed, match="Bad gateway"):
        asked(server, OpenAI(address(server)))


def test_redirects_that_go_in_circles_are_no_answer(server: Server) -> None:
    server.status, server.also = 307, (("location", "/v1/messages"),)
    with pytest.raises(ConnectionFailed):
        asked(server, Anthropic(address(server)))
