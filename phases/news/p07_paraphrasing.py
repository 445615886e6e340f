"""Paraphrasing: 500 to 600 characters per article, by a model, or an extract that is labelled as one.

Reads   ranking.articles
Writes  articles (with analysis: text, chars, status, method, sentences)

An extract is whole sentences of the article, unchanged and in their order. `sentences` are their places in
`phases.common.text.sentences(article text)`, so that a reader can find each one. status: ok | too_short (the article
has less; all of it is given) | trimmed (no set of whole sentences fits, the last one is cut) | failed (validation
holds it back). A model's text is checked for length, whole sentences and for what the article does not say; it is
asked for once more, then cut after its last fitting sentence. Articles too short for the length are extracted.
"""

from __future__ import annotations

from typing import Any

from ace import Inputs, Output, PhaseContext
from ace.errors import PhaseError
from phases.common.summarise import summarise
from phases.news import model_analysis

METHOD = "extractive"


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    low, high = int(ctx.config["min_chars"]), int(ctx.config["max_chars"])
    if not 0 < low <= high:
        message = f"paraphrasing: min_chars {low} and max_chars {high} leave no length to write"
        raise PhaseError(message, hint="set 0 < min_chars <= max_chars, for example 500 and 600")
    articles: list[dict[str, Any]] = inputs["ranking"]["articles"]
    sources = [_source(article) for article in articles]
    brief = ctx.map(lambda one: analysis(one, low, high), [one for one in sources if len(one["text"]) < low], key=_id)
    mapped = ctx.ask(
        [one for one in sources if len(one["text"]) >= low],
        key=_id,
        values=lambda article: _shown(article, low, high),
        schema=model_analysis.SCHEMA,
        check=lambda article, answer: model_analysis.problem(answer["text"], article, low, high),
        mend=lambda _, answer: answer,
        read=lambda article, answer: _written(article, answer, ctx.models.name, low, high),
        local=lambda article: analysis(article, low, high),
    )
    by_id = {article["id"]: found for article, found in brief.pairs + mapped.pairs}
    for failure in brief.failed + mapped.failed:
        ctx.warn(f"no analysis of article {failure.key}: {failure.error}: {failure.message}")
    done = [{**article, "analysis": by_id.get(article["id"]) or _failed()} for article in articles]
    return Output({"articles": done}, method=ctx.models.name or METHOD)


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


def _shown(article: dict[str, Any], low: int, high: int) -> dict[str, Any]:
    """What fills the prompt's places."""
    return {"low": low, "high": high, "aim": (low + high) // 2, "article": model_analysis.shown(article)}


def _written(article: dict[str, Any], answer: dict[str, Any], model: str, low: int, high: int) -> dict[str, Any]:
    """A model's text, cut where it is too long; an extract where nothing of it can be used."""
    found = model_analysis.analysis(answer["text"], low, high)
    return {**found, "method": model} if found["text"] else analysis(article, low, high)


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
