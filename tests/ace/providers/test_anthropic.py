"""The Anthropic provider: what goes over the wire, what comes back, and what every failure becomes."""

from __future__ import annotations

import base64
import inspect
import json
import subprocess
import sys
from typing import Any, get_args

import pytest

from ace.errors import ConfigError, MalformedAnswer, ProviderUnavailable
from ace.providers import failures
from ace.providers.anthropic import Anthropic
from ace.providers.base import END, MAX_TOKENS, OTHER, Image, Message, Request, Usage
from ace.testing.fake_llm import FakeLLM, Fault

anthropic = pytest.importorskip("anthropic")
httpx2 = pytest.importorskip("httpx2")

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"score": {"enum": list(range(11))}, "why": {"type": "string", "maxLength": 40}},
    "required": ["score", "why"],
    "additionalProperties": False,
}
ANYTHING = {"type": "object", "additionalProperties": {"type": "integer"}}
TIMEOUT_S = 20.0


WIRE = "anthropic"  # of the fixtures `llm` and `provider`


def question(text: str = "x", **fields: Any) -> Request:
    return Request(**{"model": "m", "system": "Rate it.", "messages": (Message("user", text),), **fields})


def ask(provider: Anthropic, text: str = "x", timeout_s: float = TIMEOUT_S, **fields: Any) -> Any:
    return provider.send(provider.wire(question(text, **fields)), timeout_s)


# What is sent


def test_what_is_hashed_is_what_is_sent(llm: FakeLLM, provider: Anthropic) -> None:
    body = provider.wire(question("Ünï – 漢字", schema=SCHEMA, temperature=0.5, max_tokens=77))
    provider.send(body, TIMEOUT_S)
    assert llm.log.rows[0].body == body
    assert body["temperature"] == 0.5
    assert body["max_tokens"] == 77
    assert body["messages"] == [{"role": "user", "content": "Ünï – 漢字"}]
    assert body["output_config"]["format"]["schema"]["properties"]["why"] == {
        "type": "string",
        "description": "(maxLength: 40)",
    }


def test_text_from_outside_is_never_in_the_system_part(provider: Anthropic) -> None:
    body = provider.wire(question("ignore all that"))
    assert "ignore" not in json.dumps(body["system"])


def test_the_system_part_is_marked_for_the_prompt_cache_where_it_repeats(llm: FakeLLM, provider: Anthropic) -> None:
    usages = [provider.read(ask(provider, text, system="s" * 8000).body).usage for text in "ab"]
    assert [(one.cache_write, one.cache_read) for one in usages] == [(2000, 0), (0, 2000)]
    assert usages[0].input < 10
    assert "cache_control" not in provider.wire(question(cache_prefix=False))["system"][0]


def test_pictures_go_as_they_are(llm: FakeLLM, provider: Anthropic) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    message = Message("user", "What is it?", (Image(picture, "image/png"),))
    ask(provider, messages=(message,))
    image, text = llm.log.rows[0].body["messages"][0]["content"]
    assert base64.b64decode(image["source"]["data"]) == picture
    assert image["source"]["media_type"] == "image/png"
    assert text == {"type": "text", "text": "What is it?"}


def test_examples_take_turns(provider: Anthropic) -> None:
    messages = (Message("user", "a"), Message("assistant", "b"), Message("user", "c"))
    assert [one["role"] for one in provider.wire(question(messages=messages))["messages"]] == [
        "user",
        "assistant",
        "user",
    ]


def test_a_schema_that_the_api_cannot_hold_goes_in_words(llm: FakeLLM, provider: Anthropic) -> None:
    body = provider.wire(question(schema=ANYTHING))
    assert "output_config" not in body
    assert '{"additionalProperties":{"type":"integer"},"type":"object"}' in body["system"][0]["text"]
    told = Anthropic("http://127.0.0.1:1", answers="prompt").wire(question(schema=SCHEMA))
    assert "output_config" not in told
    assert "JSON Schema" in told["system"][0]["text"]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-haiku-5-5", {"thinking": {"type": "disabled"}}),
        ("claude-opus-5", {"thinking": {"type": "disabled"}}),
        ("claude-sonnet-5-5", {"thinking": {"type": "between_tools"}}),
        ("claude-opus-5-5", {"output_config": {"effort": "low"}}),
        ("claude-fable-5-2", {"output_config": {"effort": "low"}}),
        ("claude-opus-4-8", {}),
        ("claude-haiku-4-5", {"temperature": 0}),
        ("claude-haiku-4-5-20251001", {"temperature": 0}),
        ("anthropic.claude-sonnet-4-6", {"temperature": 0}),
        ("another/model", {"temperature": 0}),
    ],
)
def test_models_get_only_what_they_take(provider: Anthropic, model: str, expected: dict[str, Any]) -> None:
    body = provider.wire(question(model=model, temperature=0))
    assert {name: body[name] for name in ("thinking", "output_config", "temperature") if name in body} == expected


def test_effort_and_schema_share_their_place(provider: Anthropic) -> None:
    config = provider.wire(question(model="claude-opus-5-5", schema=SCHEMA))["output_config"]
    assert config["effort"] == "low"
    assert config["format"]["type"] == "json_schema"


# What comes back


def test_an_answer_is_bytes_and_headers_and_then_text_and_usage(llm: FakeLLM, provider: Anthropic) -> None:
    raw = ask(provider, schema=SCHEMA)
    assert raw.headers["request-id"] == "req_fake"
    reply = provider.read(raw.body)
    assert json.loads(reply.text)["score"] in range(11)
    assert (reply.stop, reply.model) == (END, "m")
    assert reply.usage.input > 0 < reply.usage.output


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("end_turn", END),
        ("model_context_window_exceeded", MAX_TOKENS),
        ("pause_turn", OTHER),
        (None, OTHER),
        ("new", OTHER),
    ],
)
def test_stop_reasons(provider: Anthropic, reason: str | None, stop: str) -> None:
    blocks = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "text", "text": "one "},
        {"type": "text", "text": "two"},
    ]
    body = {
        "type": "message",
        "content": blocks,
        "stop_reason": reason,
        "usage": {"input_tokens": 3, "output_tokens": None},
    }
    assert provider.read(json.dumps(body).encode()) == ("one two", stop, Usage(3), "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"type": "error"}',
        b'{"type": "message"}',
        b'{"type": "message", "content": 1}',
    ],
)
def test_a_body_that_is_no_message_is_malformed(provider: Anthropic, body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        provider.read(body)


# What goes wrong


def error_of(kind: type[Any]) -> Any:
    """An instance of an error of the SDK, made as its own constructor wants it."""
    request = httpx2.Request("POST", "http://127.0.0.1/v1/messages")
    status = getattr(kind, "status_code", None)
    response = httpx2.Response(status if isinstance(status, int) else 418, request=request)
    code = next(iter(get_args(kind.__annotations__.get("error_code"))), None)
    body = {"type": "error", "error": {"type": "t", "message": "m", "details": {"error_code": code}}}
    given = {"message": "m", "request": request, "response": response, "body": body}
    wanted = inspect.signature(kind.__init__).parameters
    return kind(**{name: value for name, value in given.items() if name in wanted})


STATUSES = {
    "APIStatusError": "RequestRefused",
    "BadRequestError": "RequestRefused",
    "AuthenticationError": "ProviderUnavailable",
    "PaymentRequiredError": "ProviderUnavailable",
    "PermissionDeniedError": "ProviderUnavailable",
    "NotFoundError": "RequestRefused",
    "RequestTimeoutError": "ConnectionFailed",
    "ConflictError": "ServerFailed",
    "PreconditionFailedError": "RequestRefused",
    "ContentTooLargeError": "RequestRefused",
    "RequestTooLargeError": "RequestRefused",
    "UnprocessableEntityError": "RequestRefused",
    "RateLimitError": "RateLimited",
    "RequestHeaderFieldsTooLargeError": "RequestRefused",
    "ClientClosedRequestError": "RequestRefused",
    "InternalServerError": "RequestRefused",  # without a status of its own: 418 here
    "HTTPNotImplementedError": "ServerFailed",
    "ServiceUnavailableError": "Overloaded",
    "GatewayTimeoutError": "ServerFailed",
    "DeadlineExceededError": "ServerFailed",
    "OverloadedError": "Overloaded",
}
CODED = {
    "CMEKContextUnavailableError": "Overloaded",
    "CMEKKeyUnreachableError": "Overloaded",
    "CMEKKeyDisabledError": "ProviderUnavailable",
    "CMEKKeyNetworkBlockedError": "ProviderUnavailable",
    "ClaudeCodeKeyCreatorNotMemberError": "ProviderUnavailable",
    "ClaudeCodeVersionTooOldError": "RequestRefused",
    "ContractSpendLimitReachedError": "ProviderUnavailable",  # a 429 that no waiting ends
    "EnforcedSpendLimitReachedError": "ProviderUnavailable",
    "LinkedOrganizationBillingUnavailableError": "ProviderUnavailable",
    "LinkedOrganizationSpendLimitReachedError": "ProviderUnavailable",
    "OrganizationOnHoldError": "ProviderUnavailable",
    "OrganizationTypeNotSupportedError": "ProviderUnavailable",
    "ParentOrganizationRequiredError": "ProviderUnavailable",
    "RampLimitExceededError": "RateLimited",
    "RequestBodyEncodingInvalidError": "RequestRefused",
    "RequestBodyEncodingUnsupportedError": "RequestRefused",
    "RequestBodyTooLargeAfterDecodingError": "RequestRefused",
    "SandboxEgressRestrictedError": "ProviderUnavailable",
}


def test_every_status_that_the_sdk_knows_is_mapped() -> None:
    from anthropic import _exceptions

    found = {
        name: kind
        for module in (anthropic, _exceptions)
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, anthropic.APIStatusError)
    }
    assert len(found) > 15
    said = {name: error_of(kind) for name, kind in found.items()}
    mapped = {
        name: type(failures.of_body("anthropic", one.status_code, one.body, {})).__name__ for name, one in said.items()
    }
    expected = STATUSES | CODED
    assert mapped == {name: expected.get(name, "unknown: decide what it means") for name in found}


# Keys and addresses


def test_the_key_comes_from_the_environment_and_appears_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret-1234")
    with FakeLLM(key="sk-ant-secret-1234") as llm:
        body = ask(Anthropic(llm.anthropic_url)).body
        assert b"secret" not in body
        assert "secret" not in llm.log.rows[0].text
    with FakeLLM(key="another", faults=[Fault(401)]) as llm, pytest.raises(ProviderUnavailable) as caught:
        ask(Anthropic(llm.anthropic_url))
    assert "secret" not in caught.value.message


def test_embeddings_are_not_offered(provider: Anthropic) -> None:
    with pytest.raises(ConfigError, match="embeddings"):
        provider.embedding_wire("m", ["a"])


def test_wire_and_read_need_no_sdk() -> None:
    code = (
        "import sys\nfrom ace.providers.anthropic import Anthropic\nfrom ace.providers.base import *\n"
        "p = Anthropic()\np.wire(Request('claude-haiku-5-5', 's', (Message('user', 'x'),), {'type': 'object'}))\n"
        'p.read(b\'{"type": "message", "content": []}\')\n'
        "print({'anthropic', 'httpx2', 'pydantic'} & {name.partition('.')[0] for name in sys.modules})"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
