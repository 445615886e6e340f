"""The OpenAI provider: official and compatible servers, by capability; what comes back; what every failure becomes."""

from __future__ import annotations

import base64
import inspect
import json
import subprocess
import sys
from typing import Any

import pytest

from ace import errors
from ace.errors import MalformedAnswer
from ace.providers.base import END, OTHER, REFUSAL, Image, Message, Request, Usage
from ace.providers.batch_openai import translated
from ace.providers.openai import OpenAI
from ace.testing.fake_llm import FakeLLM

openai = pytest.importorskip("openai")
httpx2 = pytest.importorskip("httpx2")

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"score": {"enum": list(range(11))}, "why": {"type": "string", "maxLength": 40}},
    "required": ["score", "why"],
    "additionalProperties": False,
}
OPTIONAL = {**SCHEMA, "required": ["score"]}
ANYTHING = {"type": "object", "additionalProperties": {"type": "integer"}}
TIMEOUT_S = 20.0


WIRE = "openai"  # of the fixtures `llm` and `provider`


def question(text: str = "x", **fields: Any) -> Request:
    return Request(**{"model": "m", "system": "Rate it.", "messages": (Message("user", text),), **fields})


def ask(provider: OpenAI, text: str = "x", timeout_s: float = TIMEOUT_S, **fields: Any) -> Any:
    return provider.send(provider.wire(question(text, **fields)), timeout_s)


# What is sent


def test_what_is_hashed_is_what_is_sent(llm: FakeLLM, provider: OpenAI) -> None:
    body = provider.wire(question("Ünï – 漢字", schema=SCHEMA, temperature=0.5, max_tokens=77))
    provider.send(body, TIMEOUT_S)
    assert llm.log.rows[0].body == body
    assert body["temperature"] == 0.5
    assert body["max_tokens"] == 77
    assert body["messages"] == [
        {"role": "system", "content": "Rate it."},
        {"role": "user", "content": "Ünï – 漢字"},
    ]


def test_pictures_go_as_they_are(llm: FakeLLM, provider: OpenAI) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    ask(provider, messages=(Message("user", "What is it?", (Image(picture, "image/png"),)),))
    image, text = llm.log.rows[0].body["messages"][1]["content"]
    head, _, data = image["image_url"]["url"].partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(data) == picture
    assert text == {"type": "text", "text": "What is it?"}


@pytest.mark.parametrize("answers", ["json_schema", "json_object", "tool", "prompt"])
@pytest.mark.parametrize("schema", [SCHEMA, OPTIONAL, ANYTHING], ids=["all required", "optional", "any keys"])
def test_every_capability_leads_to_json(llm: FakeLLM, answers: str, schema: dict[str, Any]) -> None:
    provider = OpenAI(llm.openai_url, answers)
    reply = provider.read(ask(provider, schema=schema).body)
    assert reply.stop == END
    assert set(json.loads(reply.text)) == set(schema.get("properties", ()))


def test_how_a_server_is_held_to_a_schema() -> None:
    def body(answers: str, schema: dict[str, Any]) -> Any:
        return OpenAI("http://127.0.0.1:1/v1", answers).wire(question(schema=schema))

    native = body("json_schema", SCHEMA)["response_format"]["json_schema"]
    assert native["strict"] is True
    assert native["schema"]["properties"]["why"]["description"] == "(maxLength: 40)"
    assert body("json_schema", OPTIONAL)["response_format"]["json_schema"]["strict"] is False
    assert body("tool", OPTIONAL)["tools"][0]["function"]["parameters"] == OPTIONAL
    for said in (body("json_object", SCHEMA), body("prompt", SCHEMA), body("json_schema", ANYTHING)):
        assert "JSON Schema" in said["messages"][0]["content"]
    assert body("json_object", SCHEMA)["response_format"] == {"type": "json_object"}
    assert "response_format" not in body("prompt", SCHEMA) | body("json_schema", ANYTHING)


def test_a_server_without_json_schema_is_asked_otherwise() -> None:
    with FakeLLM(without=["json_schema", "tools"]) as llm:
        with pytest.raises(errors.ServerFailed):
            ask(OpenAI(llm.openai_url), schema=SCHEMA)
        ask(OpenAI(llm.openai_url, "json_object"), schema=SCHEMA)


@pytest.mark.parametrize(
    ("url", "model", "expected"),
    [
        ("", "gpt-6-luna", {"max_completion_tokens": 9, "reasoning_effort": "none"}),
        ("", "gpt-6-astra", {"max_completion_tokens": 9, "reasoning_effort": "low"}),
        ("", "gpt-5.4-mini", {"max_completion_tokens": 9, "reasoning_effort": "none"}),
        ("", "gpt-5-mini-2025-08-07", {"max_completion_tokens": 9, "reasoning_effort": "minimal"}),
        ("", "gpt-5", {"max_completion_tokens": 9, "reasoning_effort": "minimal"}),
        ("", "gpt-5-pro", {"max_completion_tokens": 9}),
        ("", "o4-mini", {"max_completion_tokens": 9, "reasoning_effort": "low"}),
        ("", "gpt-4.1-mini", {"max_completion_tokens": 9, "temperature": 0}),
        ("https://me.openai.azure.com/openai/v1", "mine", {"max_completion_tokens": 9, "temperature": 0}),
        ("http://127.0.0.1:11434/v1", "qwen3:4b", {"max_tokens": 9, "temperature": 0}),
        ("https://notopenai.com/v1", "mine", {"max_tokens": 9, "temperature": 0}),
        ("https://gateway.example/v1", "openai/gpt-6-luna", {"max_completion_tokens": 9, "reasoning_effort": "none"}),
    ],
)
def test_models_and_servers_get_only_what_they_take(url: str, model: str, expected: dict[str, Any]) -> None:
    body = OpenAI(url).wire(question(model=model, temperature=0, max_tokens=9))
    special = {"max_tokens", "max_completion_tokens", "reasoning_effort", "temperature"}
    assert {name: value for name, value in body.items() if name in special} == expected


# What comes back


def test_usage_tells_what_came_from_the_cache(llm: FakeLLM, provider: OpenAI) -> None:
    usages = [provider.read(ask(provider, text, system="s" * 8000).body).usage for text in "ab"]
    assert [(one.input, one.cache_read) for one in usages] == [(2001, 0), (1, 2000)]
    said = {
        "prompt_tokens": 100,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30},
    }
    body = {"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], "usage": said}
    assert provider.read(json.dumps(body).encode()).usage == Usage(10, 5, 60, 30)


@pytest.mark.parametrize(
    ("message", "reason", "expected"),
    [
        ({"content": "yes"}, "stop", ("yes", END)),
        ({"content": [{"type": "text", "text": "y"}, {"type": "text", "text": "es"}]}, "stop", ("yes", END)),
        ({"content": None}, "content_filter", ("", REFUSAL)),
        ({"content": "<think>\nhm, {}\n</think>\n\n{}"}, "stop", ("{}", END)),
        ({"content": "an <think>unclosed"}, "stop", ("an <think>unclosed", END)),
        ({"content": "", "tool_calls": [{"function": {"arguments": "{}"}}]}, "tool_calls", ("{}", END)),
        ({"content": "no tool after all", "tool_calls": []}, "eos", ("no tool after all", OTHER)),
        ({"content": "half", "refusal": "I won't"}, "stop", ("I won't", REFUSAL)),
    ],
)
def test_answers_of_many_servers(provider: OpenAI, message: Any, reason: str, expected: tuple[str, str]) -> None:
    body = {"choices": [{"message": message, "finish_reason": reason}], "usage": None}
    reply = provider.read(json.dumps(body).encode())
    assert (reply.text, reply.stop) == expected
    assert reply.usage == Usage()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"choices": []}', b'{"choices": [1]}', b'{"choices": [{"message": null}]}']
)
def test_a_body_that_is_no_completion_is_malformed(provider: OpenAI, body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        provider.read(body)


# Embeddings


def test_embeddings_come_in_the_order_of_their_texts(llm: FakeLLM, provider: OpenAI) -> None:
    body = provider.embedding_wire("e", ["one", "two"])
    vectors, usage = provider.read_embedding(provider.send_embedding(body, TIMEOUT_S).body)
    assert llm.log.rows[0].body["encoding_format"] == "float"
    assert len(vectors) == 2
    assert len(vectors[0]) == 8
    assert usage.input == 2
    turned = {"data": [{"index": 1, "embedding": [2]}, {"index": 0, "embedding": [1.5]}], "usage": {}}
    assert provider.read_embedding(json.dumps(turned).encode())[0] == [[1.5], [2.0]]


@pytest.mark.parametrize("body", [b"{}", b'{"data": []}', b'{"data": [{"embedding": "AAAA"}]}', b'{"data": [{}]}'])
def test_a_body_without_vectors_is_malformed(provider: OpenAI, body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        provider.read_embedding(body)


# What goes wrong


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"code": 429, "message": "slow down"}, errors.RateLimited),
        ({"code": 402, "message": "no credits"}, errors.ProviderUnavailable),
        ({"code": "upstream", "message": "broke"}, errors.ServerFailed),
    ],
)
def test_an_error_that_a_gateway_sends_with_status_200(error: Any, expected: type[errors.AceError]) -> None:
    with FakeLLM() as llm:
        llm._service._made = lambda wire, row, fault: {"error": error}
        with pytest.raises(expected):
            ask(OpenAI(llm.openai_url))


def error_of(kind: type[Exception]) -> Exception:
    """An instance of any error of the SDK, made as its own constructor wants it."""
    request = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
    status = getattr(kind, "status_code", None)
    response = httpx2.Response(status if isinstance(status, int) else 418, request=request)
    given = {"message": "m", "request": request, "response": response, "body": None}
    if issubclass(kind, openai.APIError):
        wanted = inspect.signature(kind.__init__).parameters
        return kind(**{name: value for name, value in given.items() if name in wanted})
    return Exception.__new__(kind)


EXPECTED = {
    "OpenAIError": "ProviderUnavailable",
    "SubjectTokenProviderError": "ProviderUnavailable",
    "LengthFinishReasonError": "ProviderUnavailable",  # these five belong to parts of the SDK that are not used
    "ContentFilterFinishReasonError": "ProviderUnavailable",
    "WebSocketConnectionClosedError": "ProviderUnavailable",
    "WebSocketQueueFullError": "ProviderUnavailable",
    "_AmbiguousModuleClientUsageError": "ProviderUnavailable",
    "APIError": "ServerFailed",
    "APIResponseValidationError": "ServerFailed",
    "APIStatusError": "RequestRefused",
    "APIConnectionError": "ConnectionFailed",
    "APITimeoutError": "ConnectionFailed",
    "BadRequestError": "RequestRefused",
    "AuthenticationError": "ProviderUnavailable",
    "OAuthError": "ProviderUnavailable",
    "PermissionDeniedError": "ProviderUnavailable",
    "NotFoundError": "RequestRefused",
    "ConflictError": "ServerFailed",
    "UnprocessableEntityError": "RequestRefused",
    "RateLimitError": "RateLimited",
    "InternalServerError": "RequestRefused",  # without a status of its own: 418 here
}


def test_every_error_of_the_sdk_is_mapped() -> None:
    from openai import _exceptions

    found = {
        name: kind
        for module in (openai, _exceptions)
        for name, kind in list(vars(module).items())
        if issubclass(type(kind), type) and issubclass(kind, openai.OpenAIError)  # isinstance would wake lazy parts
    }
    assert len(found) > 15
    mapped = {name: type(translated(error_of(kind), 1.0)).__name__ for name, kind in found.items()}
    assert mapped == {name: EXPECTED.get(name, "unknown: decide what it means") for name in found}


# Keys and addresses


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch, llm: FakeLLM) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY_FILE", raising=False)
    assert ask(OpenAI(llm.openai_url)).body


def test_wire_and_read_need_no_sdk() -> None:
    code = (
        "import sys\nfrom ace.providers.openai import OpenAI\nfrom ace.providers.base import *\n"
        "p = OpenAI()\np.wire(Request('gpt-6-luna', 's', (Message('user', 'x'),), {'type': 'object'}))\n"
        'p.read(b\'{"choices": [{"message": {"content": "x"}}]}\')\n'
        "print({'openai', 'httpx2', 'pydantic'} & {name.partition('.')[0] for name in sys.modules})"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
