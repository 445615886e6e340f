"""Tier 2: rate every article's relevance from title, lead and source, and keep the best.

Reads   tier1_filter.articles; initialization.company, categories, source_stats, window
Writes  articles (with tier2: score 0..10, features, evidence, method), dropped (id, title, url, source, reason, detail)

The score is ten times the weighted mean of eight named features, each 0..1 (`features.py`, `subject.py`). Nothing here
waits, costs money or fails for one article alone, and a night's articles take about a tenth of a second together; so it
is a plain loop and not `ctx.map`, whose journal would save nothing worth having after a crash. With a model the score
is the model's (`model_relevance.py`); the rules' order decides between equal ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ace import Inputs, Output, PhaseContext
from ace.errors import ConfigError
from phases.common.text import words
from phases.news import features, model_relevance
from phases.news.features import Article, Feature
from phases.news.subject import subject
from phases.news.title_rules import rules

FEATURES = (
    "source_prior", "title_rules", "subject", "outlets", "brevity", "interests", "categories", "freshness",
)  # fmt: skip
RULES_LOW, RULES_HIGH = -1.0, 1.5  # sums of rules that count as 0 and 1: an advert, a release with two more good signs
RULE_DECAY = 0.5  # each further good sign counts half of the one before: long titles collect signs, not importance
SHORT_TITLE, LONG_TITLE = 3, 14  # words; laboratories name their large news in few, partners and events in many
TOP_SCORE = 10.0
DIGITS = 4  # of a stored feature; enough to recompute the score to its two decimals


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    """Raises ConfigError when `weights`, `keep` or `min_score` make no sense."""
    context = inputs["initialization"]
    weights = features.checked_weights(ctx.config["weights"], FEATURES, "tier2_batch.weights")
    keep = features.checked_count(ctx.config["keep"], "tier2_batch.keep")
    least = _least_score(ctx.config["min_score"])
    base = features.reported_share(context["source_stats"])
    rated = [_rated(article, context, base, weights) for article in inputs["tier1_filter"]["articles"]]
    by_rules = {article["id"]: article["tier2"]["score"] for article in rated}
    rated = model_relevance.rated(ctx, rated, context["company"])
    rated.sort(key=lambda article: (-article["tier2"]["score"], -by_rules[article["id"]], article["id"]))
    kept = [article for article in rated if article["tier2"]["score"] >= least][: keep or None]
    ids = {article["id"] for article in kept}
    dropped = [_dropped(article, least, kept) for article in rated if article["id"] not in ids]
    return Output({"articles": kept, "dropped": dropped}, method=ctx.models.name or "rules")


def relevance(article: Article, context: Mapping[str, Any], weights: Mapping[str, float]) -> float:
    """The score of one article, 0..10; `context` is the data of phase initialization, `weights` need not sum to 1."""
    shares = features.checked_weights(weights, FEATURES, "weights")
    score = _rated(article, context, features.reported_share(context["source_stats"]), shares)["tier2"]["score"]
    return float(score)


def _rated(article: Article, context: Mapping[str, Any], base: float, weights: Mapping[str, float]) -> dict[str, Any]:
    """The article with its `tier2`; features of weight 0 are left out of score and record."""
    found = {name: feature for name, feature in _features(article, context, base).items() if name in weights}
    score = TOP_SCORE * sum(weights[name] * feature.value for name, feature in found.items())
    tier2 = {
        "score": round(score, 2),
        "features": {name: round(feature.value, DIGITS) for name, feature in found.items()},
        "evidence": [f"{name}: {line}" for name, feature in found.items() for line in feature.evidence],
        "method": "local",
    }
    return {**article, "tier2": tier2}


def _features(article: Article, context: Mapping[str, Any], base: float) -> dict[str, Feature]:
    return {
        "title_rules": title_rules(article),
        "source_prior": features.source_prior(article, context["source_stats"], base),
        "subject": subject(article),
        "brevity": brevity(article),
        "interests": features.interests(article, context["company"]),
        "outlets": features.outlets(article),
        "categories": features.categories(article, context["categories"]),
        "freshness": features.freshness(article, context["window"]),
    }


def title_rules(article: Article) -> Feature:
    """The rules that fire on title and lead: -1 or less is 0, 1.5 or more is 1, a title without any 0.4.

    Good signs count from the strongest down, each half of what the one before could; bad signs count in full.
    """
    hits = rules(article["title"], article["lead"])
    good = sorted((hit.weight for hit in hits if hit.weight > 0), reverse=True)
    total = sum(weight * RULE_DECAY**place for place, weight in enumerate(good))
    total += sum(hit.weight for hit in hits if hit.weight < 0)
    value = (min(RULES_HIGH, max(RULES_LOW, total)) - RULES_LOW) / (RULES_HIGH - RULES_LOW)
    return Feature(value, tuple(f"{hit.name} {hit.weight:+.2g} ({hit.evidence})" for hit in hits))


def brevity(article: Article) -> Feature:
    """1 for a title of up to 3 words, 0 from 14 on."""
    count = len(words(article["title"]))
    value = min(1.0, max(0.0, (LONG_TITLE - count) / (LONG_TITLE - SHORT_TITLE)))
    return Feature(value, (f"{count} words in the title",)) if value else Feature(0.0)


def _least_score(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= TOP_SCORE:
        message = f"tier2_batch.min_score must be a number from 0 to 10, not {value!r}"
        raise ConfigError(message)
    return float(value)


def _dropped(article: Article, least: float, kept: list[dict[str, Any]]) -> dict[str, Any]:
    """What a reader needs to see why it was left out: the reason and the two numbers that were compared."""
    score = article["tier2"]["score"]
    if score < least:
        reason, detail = "below_min_score", f"score {score:.2f}, least {least:.2f}"
    else:
        reason, detail = (
            "below_cut",
            f"score {score:.2f}, the last of {len(kept)} kept has {kept[-1]['tier2']['score']:.2f}",
        )
    return features.reference(article) | {"reason": reason, "detail": detail}


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
