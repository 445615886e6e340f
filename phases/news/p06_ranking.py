"""Ranking: order the articles by one weighted score, cap sources and sections, and keep the best.

Reads   tier3_5d.articles, tier3_5d.weights; initialization.window
Writes  articles in rank order (with rank, rank_score, rank_parts), dropped (id, title, url, source, reason, detail)

The score is 0..10 and the sum of its parts. One article is taken after the other, the best first; what is like a title
already taken loses a share of its score (maximal marginal relevance, Carbonell and Goldstein 1998, on titles). Pure and
deterministic: equal scores are ordered by date, newest first, then by id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ace import Inputs, Output, PhaseContext
from ace.errors import ConfigError
from phases.news import features
from phases.news.features import Article

GROUPS = ("dimensions", "tier2", "tier1", "freshness")  # what the weights are shared among
TOP_SCORE = 10.0
DIGITS = 4  # of scores and parts, so that a sum in another order gives the same rank


@dataclass(frozen=True)
class Rules:
    """How many are kept (0 = all), how many of one source and of one section (0 = any), and how much likeness costs."""

    keep: int
    per_source: int
    per_category: int
    diversity: float


@dataclass(frozen=True)
class Candidate:
    """An article with the parts of its score, before anything is taken."""

    article: Article
    parts: Mapping[str, float]
    title: frozenset[str]

    @property
    def score(self) -> float:
        return _sum(self.parts)


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    """Raises ConfigError when a weight, a cap or `diversity` makes no sense."""
    shares = features.checked_weights(ctx.config["weights"], GROUPS, "ranking.weights")
    rules = _rules(ctx.config)
    scores, window = inputs["tier3_5d"], inputs["initialization"]["window"]
    candidates = [
        Candidate(article, parts(article, shares, scores["weights"], window), features.content_stems(article["title"]))
        for article in scores["articles"]
    ]
    taken, dropped = select(candidates, rules)
    wanted = min(rules.keep or len(candidates), len(candidates))
    if len(taken) < wanted:
        ctx.warn(f"{len(taken)} articles ranked, {wanted} wanted: the caps per source and per section leave no more")
    return Output({"articles": taken, "dropped": dropped}, method="rules")


def parts(
    article: Article, shares: Mapping[str, float], weights: Mapping[str, float], window: Mapping[str, str]
) -> dict[str, float]:
    """What each dimension, each tier and the age add to the score; `shares` and `weights` each sum to 1."""
    found = {
        name: shares.get("dimensions", 0.0) * weight * article["dimensions"][name]["score"]
        for name, weight in weights.items()
    }
    found["tier2"] = shares.get("tier2", 0.0) * article["tier2"]["score"]
    found["tier1"] = shares.get("tier1", 0.0) * TOP_SCORE * article["tier1_score"]
    found["freshness"] = shares.get("freshness", 0.0) * TOP_SCORE * features.freshness(article, window).value
    return {name: round(value, DIGITS) for name, value in found.items()}


def select(candidates: Sequence[Candidate], rules: Rules) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The ranked articles and the dropped ones, each in the order in which they were decided."""
    left = sorted(candidates, key=_order)
    taken: list[dict[str, Any]] = []
    dropped: list[dict[str, Any]] = []
    titles: list[frozenset[str]] = []
    sources: Counter[str] = Counter()
    sections: Counter[str] = Counter()
    while left and not (rules.keep and len(taken) == rules.keep):
        best = min(left, key=lambda candidate: _order(candidate, _penalty(candidate, titles, rules.diversity)))
        left.remove(best)
        penalty = _penalty(best, titles, rules.diversity)
        source, section = best.article["source_id"], best.article["category"]
        capped = _capped(best.article, rules, sources[source], sections[section])
        if capped:
            detail = f"score {best.score - penalty:.2f} would have been rank {len(taken) + 1}; {capped[1]}"
            dropped.append(features.reference(best.article) | {"reason": capped[0], "detail": detail})
            continue
        taken.append(_ranked(best, len(taken) + 1, penalty))
        titles.append(best.title)
        sources[source] += 1
        sections[section] += 1
    return taken, dropped + [_below_cut(candidate, taken) for candidate in left]


def _sum(parts: Mapping[str, float]) -> float:
    return min(TOP_SCORE, round(sum(parts.values()), DIGITS))  # rounded parts may exceed 10 in the last digit


def _order(candidate: Candidate, penalty: float = 0.0) -> tuple[float, float, str]:
    published = candidate.article["published"]
    age = -datetime.fromisoformat(published).timestamp() if published else 0.0  # an undated one counts as the oldest
    return -round(candidate.score - penalty, DIGITS), age, candidate.article["id"]


def _penalty(candidate: Candidate, titles: Sequence[frozenset[str]], diversity: float) -> float:
    near = max((features.likeness(candidate.title, title) for title in titles), default=0.0)
    return round(diversity * near * candidate.score, DIGITS)


def _capped(article: Article, rules: Rules, of_source: int, of_section: int) -> tuple[str, str] | None:
    if rules.per_source and of_source >= rules.per_source:
        return "source_cap", f"{of_source} of at most {rules.per_source} from {article['source']} are taken"
    if rules.per_category and of_section >= rules.per_category:
        return (
            "category_cap",
            f"{of_section} of at most {rules.per_category} in section {article['category']} are taken",
        )
    return None


def _ranked(candidate: Candidate, rank: int, penalty: float) -> dict[str, Any]:
    with_penalty = {**candidate.parts, "diversity": -penalty} if penalty else dict(candidate.parts)
    return {**candidate.article, "rank": rank, "rank_score": _sum(with_penalty), "rank_parts": with_penalty}


def _below_cut(candidate: Candidate, taken: Sequence[Article]) -> dict[str, Any]:
    detail = f"score {candidate.score:.2f}, the last of {len(taken)} ranked has {taken[-1]['rank_score']:.2f}"
    return features.reference(candidate.article) | {"reason": "below_cut", "detail": detail}


def _rules(config: Mapping[str, Any]) -> Rules:
    diversity = config["diversity"]
    if not isinstance(diversity, int | float) or isinstance(diversity, bool) or not 0 <= diversity <= 1:
        message = f"ranking.diversity must be a number from 0 to 1, not {diversity!r}"
        raise ConfigError(message)
    counts = {
        key: features.checked_count(config[key], f"ranking.{key}") for key in ("keep", "per_source", "per_category")
    }
    return Rules(**counts, diversity=float(diversity))


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
