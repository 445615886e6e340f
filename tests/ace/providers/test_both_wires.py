"""What holds for every service that is asked over HTTP, whichever wire it speaks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ace import errors
from ace.errors import ProviderUnavailable
from ace.providers.anthropic import Anthropic
from ace.providers.base import END, MAX_TOKENS, REFUSAL, Message, Request
from ace.providers.openai import OpenAI
from ace.testing.fake_llm import FakeLLM, Fault

pytest.importorskip("anthropic")
pytest.importorskip("openai")
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"score": {"enum": list(range(11))}, "why": {"type": "string"}},
    "required": ["score", "why"],
    "additionalProperties": False,
}
TIMEOUT_S = 20.0
KINDS = {"anthropic": Anthropic, "openai": OpenAI}


@pytest.fixture(scope="module", params=KINDS)
def wire(request: pytest.FixtureRequest) -> str:
    return request.param


def ask(provider: Any, text: str = "x", timeout_s: float = TIMEOUT_S, schema: Any = None) -> Any:
    request = Request("m", "Rate it.", (Message("user", text),), schema)
    return provider.send(provider.wire(request), timeout_s)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(429, retry_after=7), errors.RateLimited),
        (Fault(529), errors.Overloaded),
        (Fault(503), errors.Overloaded),
        (Fault(500), errors.ServerFailed),
        (Fault(502), errors.ServerFailed),
        (Fault(504), errors.ServerFailed),
        (Fault(409), errors.ServerFailed),
        (Fault(408), errors.ConnectionFailed),
        (Fault("reset"), errors.ConnectionFailed),
        (Fault("cut"), errors.ConnectionFailed),
        (Fault(401), errors.ProviderUnavailable),
        (Fault(402), errors.ProviderUnavailable),
        (Fault(403), errors.ProviderUnavailable),
        (Fault("quota"), errors.ProviderUnavailable),
        (Fault(400, message="Your credit balance is too low to access the API"), errors.ProviderUnavailable),
        (Fault(400, code="billing_hard_limit_reached"), errors.ProviderUnavailable),
        (Fault(400), errors.RequestRefused),
        (Fault(404), errors.RequestRefused),
        (Fault(413), errors.RequestRefused),
        (Fault(422), errors.RequestRefused),
        (Fault("context"), errors.ContextExceeded),
    ],
    ids=str,
)
def test_every_failure_is_one_of_ours(
    llm: FakeLLM, provider: Any, fault: Fault, expected: type[errors.AceError]
) -> None:
    llm.faults.add(fault)
    with pytest.raises(errors.AceError) as caught:
        ask(provider)
    assert type(caught.value) is expected
    assert caught.value.message.startswith(provider.name)
    assert len(llm.log.rows) == 1  # nobody tries again behind our back
    if isinstance(caught.value, errors.TransientError):
        assert caught.value.retry_after == fault.retry_after


def test_no_answer_in_time_is_a_lost_connection(llm: FakeLLM, provider: Any) -> None:
    llm.faults.add(Fault("hang"))
    with pytest.raises(errors.ConnectionFailed, match=r"within 0.1 s"):
        ask(provider, timeout_s=0.1)


def test_nobody_at_the_address(wire: str) -> None:
    with FakeLLM() as gone:
        url = gone.anthropic_url
    with pytest.raises(errors.ServerFailed, match="cannot be reached"):  # for certain not billed
        ask(KINDS[wire](url))


def test_what_a_proxy_says_is_no_answer(llm: FakeLLM, provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llm._service, "_made", lambda wire, row, fault: b"<html>Please log in</html>")
    with pytest.raises(errors.ServerFailed, match="Please log in"):
        ask(provider)


@pytest.mark.parametrize(("fault", "stop"), [("refusal", REFUSAL), ("max_tokens", MAX_TOKENS), ("empty", END)])
def test_why_an_answer_ended(llm: FakeLLM, provider: Any, fault: str, stop: str) -> None:
    llm.faults.add(Fault(fault))
    reply = provider.read(ask(provider, schema=SCHEMA).body)
    assert reply.stop == stop
    assert (reply.text == "") == (fault == "empty")


def test_many_threads_share_one_client(llm: FakeLLM, provider: Any) -> None:
    with ThreadPoolExecutor(32) as pool:
        raws = list(pool.map(lambda n: ask(provider, f"question {n}"), range(96)))
    assert len({raw.body for raw in raws}) == 96
    llm.log.check_billed_once(96)


def test_without_a_key_the_real_service_is_not_asked(wire: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{wire.upper()}_API_KEY"
    monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv(f"{name}_FILE", raising=False)
    provider = KINDS[wire]()
    assert provider.base_url.startswith(f"https://api.{wire}.com")
    with pytest.raises(ProviderUnavailable) as caught:
        ask(provider)
    assert name in caught.value.hint
