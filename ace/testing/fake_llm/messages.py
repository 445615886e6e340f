"""The bodies of Anthropic's Messages API."""

from __future__ import annotations

import json
from typing import Any

from ace.testing.fake_llm.answer import Answer, Body, Wire, schema_in, texts

KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
STOPS = {"end": "end_turn", "max_tokens": "max_tokens", "refusal": "refusal"}


def _tool(body: Body) -> Body | None:
    """The tool that must be used."""
    choice = body.get("tool_choice") or {}
    if choice.get("type") != "tool":
        return None
    return next((tool for tool in body.get("tools", ()) if tool["name"] == choice.get("name")), None)


def _schema(body: Body) -> Body | None:
    if tool := _tool(body):
        return dict(tool["input_schema"])
    wanted = (body.get("output_config") or {}).get("format")
    return wanted["schema"] if wanted else schema_in("\n".join(texts(body.get("system"))))


def _prefix(body: Body) -> str:
    """The system blocks up to the last one that is marked."""
    blocks = body.get("system")
    if not isinstance(blocks, list):
        return ""
    marked = [place for place, block in enumerate(blocks) if block.get("cache_control")]
    return "".join(texts(blocks[: marked[-1] + 1])) if marked else ""


def _reply(body: Body, answer: Answer, key: str) -> Body:
    tool = _tool(body)
    content: list[Body] = [{"type": "text", "text": answer.text}] if answer.text else []
    stop = STOPS[answer.stop]
    if tool and answer.stop == "end":
        used = {"type": "tool_use", "id": f"toolu_{key}", "name": tool["name"], "input": _object(answer.text)}
        content, stop = [used], "tool_use"
    return {
        "id": f"msg_{key}",
        "type": "message",
        "role": "assistant",
        "model": body.get("model", ""),
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {
            "input_tokens": answer.asked,
            "cache_creation_input_tokens": answer.written,
            "cache_read_input_tokens": answer.cached,
            "output_tokens": answer.said,
        },
    }


def _object(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return {}


def _error(status: int, message: str, code: str = "") -> Body:
    kind = code or KINDS.get(status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_fake"}


WIRE = Wire(
    "messages",
    _schema,
    _prefix,
    _reply,
    _error,
    (402, "Your credit balance is too low to access the Anthropic API.", ""),
    (400, "prompt is too long: 210000 tokens > 200000 maximum", ""),
)
