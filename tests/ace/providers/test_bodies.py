"""Whatever a body says, reading it gives a reply or MalformedAnswer, never another error."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ace.errors import MalformedAnswer
from ace.providers.anthropic import Anthropic
from ace.providers.base import Reply
from ace.providers.cohere import Cohere
from ace.providers.mock import Mock
from ace.providers.openai import OpenAI

WORDS = [
    "type", "message", "content", "text", "tool_use", "input", "stop_reason", "end_turn", "usage", "input_tokens",
    "choices", "finish_reason", "stop", "refusal", "tool_calls", "function", "arguments", "prompt_tokens",
    "prompt_tokens_details", "cached_tokens", "model", "data", "index", "embedding", "embeddings", "float", "meta",
    "billed_units", "tokens", "vectors",
]  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**20), st.floats(), st.sampled_from(WORDS), st.text(max_size=5)
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=5)),
    max_leaves=20,
)
PROVIDERS = [Anthropic(), OpenAI(), Mock()]


def bodies_like(provider: Any, part: Any) -> list[Any]:
    """The part alone, and where the provider looks for it."""
    return [
        part,
        {"type": "message", "content": part, "stop_reason": part, "usage": part, "model": part},
        {"type": "message", "content": [{"type": "text", "text": part}, part], "usage": {"input_tokens": part}},
        {"choices": part, "usage": {"prompt_tokens_details": part}},
        {"choices": [{"message": part, "finish_reason": part}], "usage": {"prompt_tokens": part}},
        {"choices": [{"message": {"content": part, "tool_calls": part, "refusal": part}}]},
        {"text": part, "stop": part, "tokens": part, "model": part},
    ]


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda one: one.name)
@settings(max_examples=50)
@given(part=ANYTHING)
def test_any_body_is_a_reply_or_malformed(provider: Any, part: Any) -> None:
    for body in bodies_like(provider, part):
        with suppress(MalformedAnswer):
            reply = provider.read(json.dumps(body).encode("utf-8", "surrogatepass"))
            assert isinstance(reply, Reply)
            assert isinstance(reply.text, str)
            assert all(type(one) is int and one >= 0 for one in reply.usage)


@pytest.mark.parametrize("provider", [OpenAI(), Cohere(), Mock()], ids=lambda one: one.name)
@settings(max_examples=50)
@given(part=ANYTHING)
def test_any_body_is_vectors_or_malformed(provider: Any, part: Any) -> None:
    for body in (
        part,
        {"data": part, "usage": part},
        {"data": [{"index": part, "embedding": part}]},
        {"embeddings": part, "meta": part},
        {"embeddings": {"float": part}, "meta": {"billed_units": part}},
        {"vectors": part, "tokens": part},
    ):
        with suppress(MalformedAnswer):
            vectors, usage = provider.read_embedding(json.dumps(body).encode("utf-8", "surrogatepass"))
            assert all(type(number) is float for one in vectors for number in one)
            assert usage.input >= 0


@given(raw=st.binary(max_size=40))
def test_bytes_that_are_no_json_are_malformed(raw: bytes) -> None:
    for provider in (*PROVIDERS, Cohere()):
        if provider.name != "cohere":
            with suppress(MalformedAnswer):
                provider.read(raw)
        if provider.name != "anthropic":
            with suppress(MalformedAnswer):
                provider.read_embedding(raw)
