"""Tier 1: keep the articles that cheap rules say are worth a model's time.

Reads   scraping.articles; initialization.window, company, categories, known_stories, source_stats
Writes  articles (with tier1_score 0..1, tier1_reasons, story: id, size, also_reported_by, related; category may be
        the article's own where its source's says nothing), best first;
        dropped (id, title, url, source, reason, detail)

Free and without a model: a tenth of a second for a usual night, one to two for 3,000 articles. Reasons for dropping, in
the order in which they are looked for: language, future, too_old, too_short, off_topic, duplicate, known_story,
same_story, below_cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from ace import Inputs, Output, PhaseContext
from ace.errors import ConfigError
from phases.common import dedup, stories
from phases.news import features
from phases.news.features import Article
from phases.news.phrases import Phrases
from phases.news.sections import Sections
from phases.news.tier1_gates import Gates, Refusal, gates, off_topic, refusal
from phases.news.tier1_score import Score, score, with_outlets

POOL, POOL_SHARE = 800, 8  # articles by score, or times `keep`, among which copies and stories are looked for
KNOWN_TITLE = 0.65  # cosine of titles from which an article repeats a story of an earlier report
COUNTING = re.compile(r"utm_|mc_|(?:ref|src|fbclid|gclid)\Z")  # query keys that name no other page
MAX_RELATED = 5  # named per article; they are for a reader

Dropped = list[dict[str, Any]]


@dataclass(frozen=True)
class Candidate:
    """An article that is still in the running, with its score."""

    article: Article
    score: Score

    @property
    def order(self) -> tuple[Any, ...]:
        """Sort key, best first: score, then the newer, then the id; undated after dated."""
        published = self.article["published"] or ""
        return (-self.score.value, not published, tuple(-ord(char) for char in published), self.article["id"])


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    """Raises ConfigError when `keep`, `min_chars` or `languages` make no sense."""
    context = inputs["initialization"]
    keep = features.checked_count(ctx.config["keep"], "tier1_filter.keep")
    min_chars = features.checked_count(ctx.config["min_chars"], "tier1_filter.min_chars")
    demands = gates(context, _languages(ctx.config["languages"]), min_chars)
    articles, dropped = select(inputs["scraping"]["articles"], context, demands, keep)
    undated = sum(not article["published"] for article in articles)
    if undated:
        ctx.log(f"{undated} of {len(articles)} kept articles carry no date")
    return Output({"articles": articles, "dropped": dropped}, method="rules")


def select(
    articles: Sequence[Article], context: Mapping[str, Any], demands: Gates, keep: int
) -> tuple[list[dict[str, Any]], Dropped]:
    """The articles kept, best first, and those dropped with their reasons. Pure. `keep` 0 means no limit."""
    dropped: Dropped = []
    admitted = [article for article in articles if not _refused(article, demands, dropped)]
    base = features.reported_share(context["source_stats"])
    interests = Phrases(context["company"]["interests"])
    scored = (Candidate(article, score(article, context, interests, base)) for article in admitted)
    ranked = sorted(scored, key=lambda candidate: candidate.order)
    pool = ranked[: max(POOL, POOL_SHARE * keep)] if keep else ranked
    for place, candidate in enumerate(ranked[len(pool) :], len(pool) + 1):
        detail = f"place {place} of {len(ranked)} with score {candidate.score.value:.3f}"
        dropped.append(_drop(candidate.article, Refusal("below_cut", detail)))
    single, copies = _without_duplicates(pool, dropped)
    new = _without_known(single, context["known_stories"], dropped)
    told, related = _one_per_story(new, copies, dropped)
    kept = told[: keep or None]
    for place, (candidate, _) in enumerate(told[len(kept) :], len(kept) + 1):
        detail = f"place {place} of {len(told)} with score {candidate.score.value:.3f}; {len(kept)} are kept"
        dropped.append(_drop(candidate.article, Refusal("below_cut", detail)))
    return _finished(kept, related, Sections(context["categories"])), dropped


def _refused(article: Article, demands: Gates, dropped: Dropped) -> bool:
    found = refusal(article, demands) or off_topic(article, demands)
    if found:
        dropped.append(_drop(article, found))
    return found is not None


def _without_duplicates(ranked: list[Candidate], dropped: Dropped) -> tuple[list[Candidate], dict[str, list[Article]]]:
    """Candidates with a text of their own, and by their id the articles that repeat it."""
    repeated = {copy.index: copy for copy in dedup.duplicates([each.article["text"] for each in ranked])}
    copies: dict[str, list[Article]] = {}
    for index, duplicate in repeated.items():
        article, original = ranked[index].article, ranked[duplicate.of].article
        copies.setdefault(original["id"], []).append(article)
        alike = "the same text as" if duplicate.similarity == 1 else f"{duplicate.similarity:.0%} of the text of"
        dropped.append(_drop(article, Refusal("duplicate", f"{alike} {_named(original)}")))
    return [candidate for index, candidate in enumerate(ranked) if index not in repeated], copies


def _without_known(
    candidates: list[Candidate], known: Sequence[Mapping[str, Any]], dropped: Dropped
) -> list[Candidate]:
    """Candidates that no earlier report told, by address or by title."""
    by_url = {_address(story["url"]): story for story in known}
    titles = [candidate.article["title"] for candidate in candidates]
    matches = stories.best_match(titles, [story["title"] for story in known]) if known else [(-1, 0.0)] * len(titles)
    kept = []
    for candidate, (place, similarity) in zip(candidates, matches, strict=True):
        story = by_url.get(_address(candidate.article["url"]))
        story = story or (known[place] if similarity >= KNOWN_TITLE else None)
        if story:
            detail = f'run {story["run_id"]} reported it as "{story["title"]}"'
            dropped.append(_drop(candidate.article, Refusal("known_story", detail)))
        else:
            kept.append(candidate)
    return kept


def _one_per_story(
    candidates: list[Candidate], copies: Mapping[str, list[Article]], dropped: Dropped
) -> tuple[list[tuple[Candidate, list[Article]]], list[tuple[str, str]]]:
    """Per story its best candidate with the other reports, best first; and pairs of ids that are related."""
    found = stories.group([_report(candidate.article) for candidate in candidates])
    told = []
    leaders: dict[int, str] = {}
    for members in found.groups:
        leader = _leader([candidates[index] for index in members])
        others = [candidates[index].article for index in members if candidates[index] is not leader]
        refused = Refusal("same_story", f"the same story as {_named(leader.article)}")
        dropped += [_drop(each, refused) for each in others]
        reports = [*others, *(copy for index in members for copy in copies.get(candidates[index].article["id"], ()))]
        outlets = {report["source_id"] for report in reports} - {leader.article["source_id"]}
        told.append((Candidate(leader.article, with_outlets(leader.score, len(outlets))), reports))
        told_by = str(leader.article["id"])
        leaders |= dict.fromkeys(members, told_by)
    related = [(leaders[pair.first], leaders[pair.second]) for pair in found.related]
    return sorted(told, key=lambda entry: entry[0].order), related


def _leader(members: list[Candidate]) -> Candidate:
    """The report of the best source leads; among equals what its title says, then who was first, then the longest."""
    return min(members, key=_rank_in_story)


def _rank_in_story(each: Candidate) -> tuple[Any, ...]:
    article = each.article
    first = (article["published"] is None, article["published"] or "")
    return (-article["source_weight"], -each.score.kind, *first, -len(article["text"]), article["id"])


def _finished(
    kept: list[tuple[Candidate, list[Article]]], related: list[tuple[str, str]], sections: Sections
) -> list[dict[str, Any]]:
    ids = {candidate.article["id"] for candidate, _ in kept}
    near: dict[str, list[str]] = {}
    for first, second in related:
        if first in ids and second in ids:
            near.setdefault(first, []).append(second)
            near.setdefault(second, []).append(first)
    return [
        _article(each, reports, near.get(each.article["id"], [])) | {"category": sections.of(each.article)}
        for each, reports in kept
    ]


def _article(candidate: Candidate, reports: list[Article], related: Iterable[str]) -> dict[str, Any]:
    article = candidate.article
    story = {
        "id": article["id"],
        "size": 1 + len(reports),
        "also_reported_by": [{key: report[key] for key in ("source", "title", "url")} for report in reports],
        "related": list(dict.fromkeys(related))[:MAX_RELATED],
    }
    found = {"tier1_score": candidate.score.value, "tier1_reasons": list(candidate.score.reasons), "story": story}
    return {**article, **found}


def _report(article: Article) -> stories.Report:
    """The text says more of the story than a feed's summary, where there is one."""
    lead = max(article["text"], article["lead"], key=len)
    return stories.Report(article["title"], lead, article["published"], article["source_id"])


def _drop(article: Article, found: Refusal) -> dict[str, Any]:
    return {**features.reference(article), "reason": found.reason, "detail": found.detail}


def _named(article: Article) -> str:
    return f'"{article["title"]}" ({article["source"]})'


def _address(url: str) -> str:
    """The address without scheme, www, closing slash and what feeds add to links to count readers."""
    try:
        parts = urlsplit(url)
        query = urlencode([pair for pair in parse_qsl(parts.query) if not COUNTING.match(pair[0])])
    except ValueError:
        return url
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}?{query}"


def _languages(value: object) -> list[str]:
    if isinstance(value, list) and all(isinstance(code, str) for code in value):
        return value
    message = f'tier1_filter.languages must be a list of language codes such as ["en"], not {value!r}'
    raise ConfigError(message)


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
