"""Five dimensions scored by a model, one article in a request; what it quotes must stand in the article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from phases.common.text import nfc, shorten
from phases.news.features import Article

TEXT_CHARS = 8000  # about 2,000 tokens; the news of a longer article is told by then
REASON_CHARS = 200


def schema(names: Iterable[str]) -> dict[str, Any]:
    """The answer for these dimensions. Scores are an enumeration: providers keep to one, and not to a range."""
    one = {
        "type": "object",
        "additionalProperties": False,
        "required": ["score", "reason", "quote"],
        "properties": {
            "score": {"type": "integer", "enum": list(range(11))},
            "reason": {"type": "string"},
            "quote": {"type": "string"},
        },
    }
    wanted = list(names)
    inner = {
        "type": "object",
        "additionalProperties": False,
        "required": wanted,
        "properties": dict.fromkeys(wanted, one),
    }
    outer = {"type": "object", "additionalProperties": False, "required": ["dimensions"]}
    return {"title": "dimensions", **outer, "properties": {"dimensions": inner}}


def shown(article: Article) -> dict[str, Any]:
    """What the model sees of an article."""
    keys = ("title", "source", "published")
    return {key: article[key] for key in keys} | {"text": shorten(article["text"], TEXT_CHARS)}


def problem(answer: Mapping[str, Any]) -> str:
    """What is wrong with an answer that fits the schema, or ""."""
    silent = [name for name, one in answer["dimensions"].items() if not one["reason"].strip()]
    return f"no reason for {', '.join(silent)}" if silent else ""


def read(article: Article, answer: Mapping[str, Any]) -> dict[str, Any]:
    """{name: {score, reason, evidence}}; a quotation that does not stand in the article is no evidence."""
    text = _flat(f"{article['title']} {article['text']}")
    found = {}
    for name, one in answer["dimensions"].items():
        quote = one["quote"].strip()
        evidence = [quote] if quote and _flat(quote) in text else []
        found[name] = {"score": one["score"], "reason": shorten(one["reason"], REASON_CHARS), "evidence": evidence}
    return found


def _flat(text: str) -> str:
    return " ".join(nfc(text).split())
