"""Paraphrasing without a model: an extract of 500 to 600 characters per article, and labelled as one.

Reads   ranking.articles
Writes  articles (with analysis: text, chars, status, method, sentences)

An extract is whole sentences of the article, unchanged and in their order. `sentences` are their places in
`phases.common.text.sentences(article text)`, so that a reader can find each one. status: ok | too_short (the article
has less; all of it is given) | trimmed (no set of whole sentences fits, the last one is cut) | failed (validation
holds it back).
"""

from __future__ import annotations

from typing import Any

from ace import Inputs, Output, PhaseContext
from ace.errors import PhaseError
from phases.common.summarise import summarise

METHOD = "extractive"


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    low, high = int(ctx.config["min_chars"]), int(ctx.config["max_chars"])
    if not 0 < low <= high:
        message = f"paraphrasing: min_chars {low} and max_chars {high} leave no length to write"
        raise PhaseError(message, hint="set 0 < min_chars <= max_chars, for example 500 and 600")
    articles: list[dict[str, Any]] = inputs["ranking"]["articles"]
    mapped = ctx.map(lambda article: analysis(article, low, high), map(_source, articles), key=_id)
    by_id = {article["id"]: found for article, found in mapped.pairs}
    for failure in mapped.failed:
        ctx.warn(f"no analysis of article {failure.key}: {failure.error}: {failure.message}")
    done = [{**article, "analysis": by_id.get(article["id"]) or _failed()} for article in articles]
    return Output({"articles": done}, method=METHOD)


def analysis(article: dict[str, Any], low: int, high: int) -> dict[str, Any]:
    """The analysis of one article {title, text}: an extract of `low` to `high` characters after NFC, or why not."""
    summary = summarise(article["text"], title=article["title"], low=low, high=high)
    return {
        "text": summary.text,
        "chars": summary.chars,
        "status": summary.status,
        "method": METHOD,
        "sentences": list(summary.sentences),
    }


def _source(article: dict[str, Any]) -> dict[str, Any]:
    """What an extract depends on: a new score does not make a journalled one stale."""
    return {"id": article["id"], "title": article["title"], "text": article["text"] or article.get("lead") or ""}


def _id(article: dict[str, Any]) -> str:
    return str(article["id"])


def _failed() -> dict[str, Any]:
    return {"text": "", "chars": 0, "status": "failed", "method": METHOD, "sentences": []}


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
