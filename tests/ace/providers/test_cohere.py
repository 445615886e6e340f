"""Cohere's embeddings over real HTTP."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from ace import errors
from ace.errors import ConfigError, MalformedAnswer
from ace.providers.base import Message, Request
from ace.providers.cohere import Cohere
from ace.testing.fake_llm import FakeLLM, Fault


@pytest.fixture
def llm(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeLLM]:
    monkeypatch.setenv("CO_API_KEY", "key-of-cohere")
    with FakeLLM(key="key-of-cohere") as serving:
        yield serving


def embed(llm: FakeLLM, *texts: str, timeout_s: float = 10.0) -> list[list[float]]:
    provider = Cohere(llm.cohere_url)
    return provider.read_embedding(
        provider.send_embedding(provider.embedding_wire("embed-v4.0", texts), timeout_s).body
    )[0]


def test_vectors_in_the_order_of_their_texts(llm: FakeLLM) -> None:
    one, two = embed(llm, "a", "b")
    assert embed(llm, "b", "a") == [two, one]
    assert llm.log.rows[0].body["embedding_types"] == ["float"]
    assert "key-of" not in llm.log.rows[0].text


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(429, retry_after=4), errors.RateLimited),
        (Fault(503), errors.Overloaded),
        (Fault(500), errors.ServerFailed),
        (Fault(401), errors.ProviderUnavailable),
        (Fault("quota"), errors.ProviderUnavailable),
        (Fault("context"), errors.ContextExceeded),
        (Fault(400), errors.RequestRefused),
        (Fault("reset"), errors.ConnectionFailed),
        (Fault("cut"), errors.ConnectionFailed),
    ],
    ids=str,
)
def test_every_failure_is_one_of_ours(llm: FakeLLM, fault: Fault, expected: type[errors.AceError]) -> None:
    llm.faults.add(fault)
    with pytest.raises(errors.AceError) as caught:
        embed(llm, "a")
    assert type(caught.value) is expected
    if fault.retry_after:
        assert caught.value.retry_after == 4


def test_nobody_at_the_address(llm: FakeLLM) -> None:
    with FakeLLM() as gone:
        pass
    with pytest.raises(errors.ServerFailed, match="cannot be reached"):
        embed(gone, "a")


def test_no_answer_in_time(llm: FakeLLM) -> None:
    llm.faults.add(Fault("hang"))
    with pytest.raises(errors.ConnectionFailed, match=r"0.1 s"):
        embed(llm, "a", timeout_s=0.1)


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_does_not_carry_the_key_away(llm: FakeLLM, status: int) -> None:
    followed: list[str] = []

    class Away(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def do_GET(self) -> None:
            followed.append(self.headers["authorization"])
            self.send_error(404)

        def log_message(self, *words: object) -> None:
            return None

    server = http.server.HTTPServer(("127.0.0.1", 0), Away)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        provider = Cohere(f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(errors.ServerFailed):
            provider.send_embedding(provider.embedding_wire("m", ["a"]), 10.0)
        assert not followed
    finally:
        server.shutdown()
        server.server_close()


def test_no_key_no_request(llm: FakeLLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CO_API_KEY")
    with pytest.raises(errors.ProviderUnavailable):
        embed(llm, "a")
    assert not llm.log.rows


def test_only_embeddings_and_only_from_bodies_that_hold_some() -> None:
    with pytest.raises(ConfigError, match="embeddings only"):
        Cohere().wire(Request("m", "", (Message("user", "x"),)))
    for body in (b"{}", b'{"embeddings": {"float": []}}', b'{"embeddings": {"float": [["a"]]}}', b"[]"):
        with pytest.raises(MalformedAnswer):
            Cohere().read_embedding(body)
