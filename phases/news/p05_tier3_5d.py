"""Tier 3: score every article in five dimensions, each with its reason and evidence, and keep the best.

Reads   tier2_batch.articles; initialization.company, categories, window, known_stories
Writes  articles (with dimensions: {name: {score 0..10, reason, evidence}}, dimensions_method), weights, dropped (id,
        title, url, source, reason, detail), unscored (id, title, url, source, reason)

`weights` names the dimensions that are computed and their share in the order, and goes into the artifact so that the
ranking weighs alike. Reading a text takes about ten milliseconds and cannot fail for one article alone, so this is a
plain loop and not `ctx.map`: after a crash the whole night is scored again in under half a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ace import Inputs, Output, PhaseContext
from phases.common.text import words
from phases.news import dimensions, features
from phases.news.features import Article

DIGITS = 2  # of the weighted mean that is compared


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    """Raises ConfigError when `weights` or `keep` make no sense."""
    weights = features.checked_weights(ctx.config["weights"], dimensions.DIMENSIONS, "tier3_5d.weights")
    keep = features.checked_count(ctx.config["keep"], "tier3_5d.keep")
    known = dimensions.Known.of(inputs["initialization"])
    scored, unscored = [], []
    for article in inputs["tier2_batch"]["articles"]:
        ctx.check()
        problem = _problem(article)
        if problem:
            unscored.append(features.reference(article) | {"reason": problem})
        else:
            scored.append(_with_dimensions(article, known, weights))
    scored.sort(key=lambda article: (-mean(article, weights), -article["tier2"]["score"], article["id"]))
    kept = scored[: keep or None]
    dropped = [_dropped(article, weights, kept) for article in scored[len(kept) :]]
    data = {"articles": kept, "weights": weights, "dropped": dropped, "unscored": unscored}
    return Output(data, method="rules")


def mean(article: Article, weights: Mapping[str, float]) -> float:
    """Weighted mean of the dimensions, 0..10; `weights` sum to 1."""
    total = sum(weight * article["dimensions"][name]["score"] for name, weight in weights.items())
    return float(round(total, DIGITS))


def _problem(article: Article) -> str:
    """Why no score can be computed, or "": scores of nothing would be inventions, not zeros."""
    if not words(article["text"]):
        return "the text is empty" if not article["text"].strip() else "the text has no words"
    return ""


def _with_dimensions(article: Article, known: dimensions.Known, weights: Mapping[str, float]) -> dict[str, Any]:
    found = {name: dimensions.scored(name, article, known) for name in weights}
    return {**article, "dimensions": found, "dimensions_method": "local"}


def _dropped(article: Article, weights: Mapping[str, float], kept: list[dict[str, Any]]) -> dict[str, Any]:
    detail = f"mean {mean(article, weights):.2f}, the last of {len(kept)} kept has {mean(kept[-1], weights):.2f}"
    return features.reference(article) | {"reason": "below_cut", "detail": detail}


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
