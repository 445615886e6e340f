"""The bodies of embeddings: OpenAI's and Cohere's. A vector depends on its text only."""

from __future__ import annotations

import base64
import struct
from typing import Any

from ace.providers.pretended import vector
from ace.testing.fake_llm import chat
from ace.testing.fake_llm.answer import Answer, Body, Wire

DIMENSIONS = 8


def _nothing(body: Body) -> None:
    return None


def _no_prefix(body: Body) -> str:
    return ""


def _openai(body: Body, answer: Answer, key: str) -> Body:
    given = body.get("input", [])
    listed = [given] if isinstance(given, str) else given if answer.text else []
    dimensions = body.get("dimensions") or DIMENSIONS
    coded = body.get("encoding_format") == "base64"
    rows = [
        {"object": "embedding", "index": place, "embedding": _coded(vector(text, dimensions), coded)}
        for place, text in enumerate(listed)
    ]
    usage = {"prompt_tokens": answer.asked, "total_tokens": answer.asked}
    return {"object": "list", "data": rows, "model": body.get("model", ""), "usage": usage}


def _coded(numbers: list[float], coded: bool) -> Any:
    if not coded:
        return numbers
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def _cohere(body: Body, answer: Answer, key: str) -> Body:
    listed = body.get("texts", []) if answer.text else []
    dimensions = body.get("output_dimension") or DIMENSIONS
    return {
        "id": f"emb_{key}",
        "embeddings": {"float": [vector(text, dimensions) for text in listed]},
        "texts": listed,
        "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": answer.asked}},
        "response_type": "embeddings_by_type",
    }


def _cohere_error(status: int, message: str, code: str = "") -> Body:
    return {"id": "err_fake", "message": message}


OPENAI = Wire("embeddings", _nothing, _no_prefix, _openai, chat.error, chat.QUOTA, chat.CONTEXT)
COHERE = Wire(
    "embed",
    _nothing,
    _no_prefix,
    _cohere,
    _cohere_error,
    (402, "Please add or update your payment method.", ""),
    (400, "too many tokens: maximum 512 tokens per text", ""),
)
