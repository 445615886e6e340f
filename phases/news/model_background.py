"""Backgrounds for names that knowledge.json does not know: words of the article itself, found in it by a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phases.common.text import nfc, shorten

TEXT_CHARS = 12000  # about 3,000 tokens
QUOTE_CHARS = 280  # what the schema of the phase allows
SCHEMA: dict[str, Any] = {
    "title": "backgrounds",
    "type": "object",
    "additionalProperties": False,
    "required": ["backgrounds"],
    "properties": {
        "backgrounds": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "quote"],
                "properties": {"name": {"type": "string"}, "quote": {"type": "string"}},
            },
        }
    },
}


def shown(article: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """What fills the prompt's places."""
    return {"names": names, "article": {"title": article["title"], "text": shorten(article["text"], TEXT_CHARS)}}


def read(article: Mapping[str, Any], names: list[str], answer: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """{name: {text, source}} of quotations that stand in the article and speak of the name; the rest is left out."""
    text, found = _flat(article["text"]), {}
    for one in answer["backgrounds"]:
        quote = _flat(one["quote"])
        if one["name"] in names and quote and len(quote) <= QUOTE_CHARS and quote in text:
            found[one["name"]] = {"text": quote, "source": article["url"]}
    return found


def _flat(text: str) -> str:
    return " ".join(nfc(text).split())
