"""The bodies of OpenAI's chat completions."""

from __future__ import annotations

from ace.testing.fake_llm.answer import Answer, Body, Wire, schema_in, texts

KINDS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
STOPS = {"end": "stop", "max_tokens": "length", "refusal": "stop"}
SERVER_SIDE = 500


def _tool(body: Body) -> Body | None:
    """The function that must be called."""
    choice = body.get("tool_choice")
    name = choice.get("function", {}).get("name") if isinstance(choice, dict) else None
    return next((tool["function"] for tool in body.get("tools", ()) if tool["function"]["name"] == name), None)


def _schema(body: Body) -> Body | None:
    if tool := _tool(body):
        return dict(tool["parameters"])
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        return dict(wanted["json_schema"]["schema"])
    return schema_in(_prefix(body))


def _prefix(body: Body) -> str:
    """What instructions say: their repetition is noticed without being asked for."""
    instructions = [one for one in body.get("messages", ()) if one.get("role") in ("system", "developer")]
    return "\n".join(text for one in instructions for text in texts(one.get("content")))


def _reply(body: Body, answer: Answer, key: str) -> Body:
    tool = _tool(body)
    refused = answer.stop == "refusal"
    message: Body = {"role": "assistant", "content": None if refused else answer.text, "refusal": None}
    if refused:
        message["refusal"] = answer.text
    elif tool and answer.stop == "end":
        called = {"id": f"call_{key}", "type": "function"}
        message["tool_calls"] = [called | {"function": {"name": tool["name"], "arguments": answer.text}}]
        message["content"] = None
    asked = answer.asked + answer.cached + answer.written  # here what came from the cache is part of the prompt
    return {
        "id": f"chatcmpl-{key}",
        "object": "chat.completion",
        "created": 1_795_000_000,
        "model": body.get("model", ""),
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": STOPS[answer.stop]}],
        "usage": {
            "prompt_tokens": asked,
            "completion_tokens": answer.said,
            "total_tokens": asked + answer.said,
            "prompt_tokens_details": {"cached_tokens": answer.cached},
        },
    }


def error(status: int, message: str, code: str = "") -> Body:
    kind = KINDS.get(status, "server_error" if status >= SERVER_SIDE else "invalid_request_error")
    return {"error": {"message": message, "type": code or kind, "param": None, "code": code or None}}


QUOTA = (429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota")
CONTEXT = (400, "This model's maximum context length is 128000 tokens.", "context_length_exceeded")
WIRE = Wire("chat", _schema, _prefix, _reply, error, QUOTA, CONTEXT)
