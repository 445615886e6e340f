"""Relevance rated by a model: many titles in one request, every rating remembered by its own title.

A night's list overlaps with the nights before, and a request is paid as a whole; so ratings are kept one by one, and
only titles that were never rated go into a request.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ace import PhaseContext
from phases.common.text import shorten
from phases.news.features import Article

PER_REQUEST = 20  # titles: long enough to spread the instructions' price, short enough that no answer is cut off
LEAD_CHARS = 300
REASON_CHARS = 200
SCHEMA: dict[str, Any] = {
    "title": "ratings",
    "type": "object",
    "additionalProperties": False,
    "required": ["ratings"],
    "properties": {
        "ratings": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "score", "reason"],
                "properties": {
                    "id": {"type": "string"},
                    "score": {"type": "integer", "enum": list(range(11))},
                    "reason": {"type": "string"},
                },
            },
        }
    },
}


def rated(ctx: PhaseContext, articles: Sequence[Article], reader: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The articles with the model's score where it gave one; without a model, or where it failed, as they are."""
    if ctx.models.provider == "local":
        return [dict(article) for article in articles]
    cache, version = ctx.cache("relevance"), ctx.models.version()
    keys = {article["id"]: _key(article, reader, version) for article in articles}
    found = {name: rating for name, key in keys.items() if (rating := cache.get(key)) is not None}
    unknown = [_shown(article) for article in articles if article["id"] not in found]
    batches = [unknown[start : start + PER_REQUEST] for start in range(0, len(unknown), PER_REQUEST)]
    mapped = ctx.ask(
        batches,
        key=_name,
        values=lambda batch: {"reader": dict(reader), "items": batch},
        schema=SCHEMA,
        check=_problem,
        read=_by_id,
        local=lambda _: {},
    )
    for ratings in mapped:
        for name, rating in ratings.items():
            cache.put(keys[name], rating)
        found |= ratings
    for failure in mapped.failed:
        ctx.warn(f"titles rated by rules, the model gave no usable ratings ({failure.error}: {failure.message})")
    return [_with(article, found.get(article["id"]), ctx.models.name) for article in articles]


def _with(article: Article, rating: Mapping[str, Any] | None, method: str) -> dict[str, Any]:
    if rating is None:
        return dict(article)
    evidence = [f"model: {rating['reason']}", *article["tier2"]["evidence"]]
    changed = {"score": float(rating["score"]), "evidence": evidence, "method": method}
    return {**article, "tier2": {**article["tier2"], **changed}}


def _shown(article: Article) -> dict[str, Any]:
    """What the model sees of an article, and all that its rating depends on."""
    others = len(article["story"]["also_reported_by"])
    lead = shorten(article["lead"] or article["text"], LEAD_CHARS)
    return {key: article[key] for key in ("id", "title", "source")} | {"lead": lead, "other_outlets": others}


def _key(article: Article, reader: Mapping[str, Any], version: str) -> str:
    content = json.dumps([version, _shown(article), dict(reader)], sort_keys=True)
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def _name(batch: Sequence[Mapping[str, Any]]) -> str:
    return f"{len(batch)} titles from {batch[0]['id']}"


def _problem(batch: Sequence[Mapping[str, Any]], answer: Mapping[str, Any]) -> str:
    """Ids that a model returns must be those that it was given, each once."""
    given = [item["id"] for item in batch]
    got = [rating["id"] for rating in answer["ratings"]]
    if strange := [name for name in got if name not in given]:
        return f"ids that were not given: {', '.join(strange[:3])}"
    if missing := [name for name in given if name not in got]:
        return f"no rating for {', '.join(missing[:3])}" + (f" and {len(missing) - 3} more" if missing[3:] else "")
    return "an id stands twice" if len(set(got)) < len(got) else ""


def _by_id(batch: Sequence[Mapping[str, Any]], answer: Mapping[str, Any]) -> dict[str, Any]:
    ratings = answer["ratings"]
    return {one["id"]: {"score": one["score"], "reason": shorten(one["reason"], REASON_CHARS)} for one in ratings}
