"""Tier 3: score every article in five dimensions, each with its reason and evidence, and keep the best.

Reads   tier2_batch.articles; initialization.company, categories, window, known_stories
Writes  articles (with dimensions: {name: {score 0..10, reason, evidence}}, dimensions_method), weights, dropped (id,
        title, url, source, reason, detail), unscored (id, title, url, source, reason)

`weights` names the dimensions that are computed and their share in the order, and goes into the artifact so that the
ranking weighs alike. Every article is one item: with a model, one question; an answer that cannot be used leaves the
article unscored, never scored zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ace import Inputs, Output, PhaseContext
from phases.common.text import words
from phases.news import dimensions, features, model_dimensions
from phases.news.features import Article

DIGITS = 2  # of the weighted mean that is compared


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    """Raises ConfigError when `weights` or `keep` make no sense."""
    weights = features.checked_weights(ctx.config["weights"], dimensions.DIMENSIONS, "tier3_5d.weights")
    keep = features.checked_count(ctx.config["keep"], "tier3_5d.keep")
    known = dimensions.Known.of(inputs["initialization"])
    articles = inputs["tier2_batch"]["articles"]
    unscored = [features.reference(one) | {"reason": problem} for one in articles if (problem := _problem(one))]
    mapped = ctx.ask(
        [one for one in articles if not _problem(one)],
        key=lambda article: str(article["id"]),
        values=lambda article: _shown(article, inputs["initialization"]["company"], weights),
        schema=model_dimensions.schema(weights),
        check=lambda _, answer: model_dimensions.problem(answer),
        read=lambda article, answer: _told(model_dimensions.read(article, answer), ctx.models.name),
        local=lambda article: _told({name: dimensions.scored(name, article, known) for name in weights}, "local"),
    )
    scored = [{**article, **found} for article, found in mapped.pairs]
    by_id = {article["id"]: article for article in articles}
    for failure in mapped.failed:
        reason = f"the model gave no usable scores: {failure.error}: {failure.message}"
        unscored.append(features.reference(by_id[failure.key]) | {"reason": reason})
    scored.sort(key=lambda article: (-mean(article, weights), -article["tier2"]["score"], article["id"]))
    kept = scored[: keep or None]
    dropped = [_dropped(article, weights, kept) for article in scored[len(kept) :]]
    data = {"articles": kept, "weights": weights, "dropped": dropped, "unscored": unscored}
    return Output(data, method=ctx.models.name or "rules")


def mean(article: Article, weights: Mapping[str, float]) -> float:
    """Weighted mean of the dimensions, 0..10; `weights` sum to 1."""
    total = sum(weight * article["dimensions"][name]["score"] for name, weight in weights.items())
    return float(round(total, DIGITS))


def _problem(article: Article) -> str:
    """Why no score can be computed, or "": scores of nothing would be inventions, not zeros."""
    if not words(article["text"]):
        return "the text is empty" if not article["text"].strip() else "the text has no words"
    return ""


def _told(found: dict[str, Any], method: str) -> dict[str, Any]:
    return {"dimensions": found, "dimensions_method": method}


def _shown(article: Article, reader: Mapping[str, Any], weights: Mapping[str, float]) -> dict[str, Any]:
    """What fills the prompt's places."""
    return {"reader": dict(reader), "dimensions": ", ".join(weights), "article": model_dimensions.shown(article)}


def _dropped(article: Article, weights: Mapping[str, float], kept: list[dict[str, Any]]) -> dict[str, Any]:
    detail = f"mean {mean(article, weights):.2f}, the last of {len(kept)} kept has {mean(kept[-1], weights):.2f}"
    return features.reference(article) | {"reason": "below_cut", "detail": detail}


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
