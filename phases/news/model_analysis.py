"""An analysis written by a model: asked for in a length, checked, cut at a sentence when it keeps being too long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phases.common.grounding import ground
from phases.common.sentence_kinds import is_complete
from phases.common.text import nfc, scrub, sentences, shorten

TEXT_CHARS = 12000  # about 3,000 tokens
SCHEMA: dict[str, Any] = {
    "title": "analysis",
    "type": "object",
    "additionalProperties": False,
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
}


def shown(article: Mapping[str, Any]) -> dict[str, Any]:
    """What the model sees of an article."""
    return {"title": article["title"], "text": shorten(article["text"], TEXT_CHARS)}


def problem(text: str, article: Mapping[str, Any], low: int, high: int) -> str:
    """What is wrong with a text, as the model is told: its length, its end, what the article does not say."""
    found = cleaned(text)
    if not low <= len(found) <= high:
        return f"it has {len(found)} characters, {low} to {high} are wanted"
    if not is_complete(found):
        return "its last sentence is not complete"
    said = [finding.detail for finding in ground(found, f"{article['title']}\n{article['text']}") if not finding.ok]
    return "; ".join(said)[:600]


def analysis(text: str, low: int, high: int) -> dict[str, Any]:
    """{text, chars, status, sentences} of a model's text; too long, it is cut after its last fitting sentence.

    status: ok, or too_short when what is left has fewer than `low` characters
    """
    found = cleaned(text)
    if len(found) > high:
        found = _cut(found, high)
    status = "ok" if len(found) >= low else "too_short"
    return {"text": found, "chars": len(found), "status": status, "sentences": []}


def cleaned(text: str) -> str:
    """One paragraph, NFC, without what cannot be stored."""
    return " ".join(nfc(scrub(text)).split())


def _cut(text: str, high: int) -> str:
    kept = ""
    for sentence in sentences(text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > high:
            break
        kept = longer
    return kept
