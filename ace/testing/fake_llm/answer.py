"""What the model says, apart from how an API wraps it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

CHARS_PER_TOKEN = 4
IMAGE_TOKENS = 1000
LEAST_CACHED_TOKENS = 1024  # shorter prefixes are not cached, as with the real services
Body = dict[str, Any]


class Answer(NamedTuple):
    """`stop` is end, max_tokens or refusal; `cached` and `written` are tokens of a prefix, `asked` the rest."""

    text: str
    stop: str
    asked: int
    said: int
    cached: int = 0
    written: int = 0


class Wire(NamedTuple):
    """The bodies of one API, as functions; see messages.py, chat.py, embed.py."""

    api: str
    schema: Any  # (body) -> the JSON Schema that is asked for, or None
    prefix: Any  # (body) -> the text that a prompt cache would hold
    reply: Any  # (body, answer, key) -> the body of the answer
    error: Any  # (status, message, code) -> the body of an error
    quota: tuple[int, str, str]  # status, message and code of an empty account
    context: tuple[int, str, str]  # of a request that is too long


def key_of(api: str, body: Body) -> str:
    """The same for one request, sent alone or as a row of a batch."""
    canonical = json.dumps([api, body], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def tokens(text: str) -> int:
    return -(-len(text) // CHARS_PER_TOKEN)


def texts(content: Any) -> Iterator[str]:
    """Every text in the content of a message: a string, or a list of parts."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in content:
            yield from texts(part.get("text") or part.get("content") or "")


def images(content: Any) -> int:
    parts = content if isinstance(content, list) else []
    return sum(part.get("type") in ("image", "image_url") for part in parts)


def schema_in(text: str) -> Body | None:
    """A JSON Schema that stands in a prompt, for servers that know no other way."""
    start = text.find("{")
    while start >= 0:
        try:
            found, _ = json.JSONDecoder().raw_decode(text, start)
        except ValueError:
            found = None
        if isinstance(found, dict) and ("properties" in found or "type" in found or "$ref" in found):
            return found
        start = text.find("{", start + 1)
    return None


def asked_tokens(body: Body) -> int:
    """What the prompt comes to, instructions and images with it."""
    parts = [
        body.get("system"),
        body.get("input"),
        body.get("texts"),
        *(one.get("content") for one in body.get("messages", ())),
    ]
    listed = [part if not _is_texts(part) else [{"text": text} for text in part] for part in parts]
    words = sum(tokens(text) for part in listed for text in texts(part))
    return words + IMAGE_TOKENS * sum(images(part) for part in parts if not _is_texts(part))


def _is_texts(part: Any) -> bool:
    return isinstance(part, list) and all(isinstance(one, str) for one in part)
