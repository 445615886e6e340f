"""Validation: print only what is true to its source, in its window, told once and complete; list what is held back.

Reads   enrichment.articles, initialization.window, initialization.known_stories
Writes  articles (with validation: status passed or repaired, checks), held (id, title, url, source, reason, detail,
        checks), summary (passed, repaired, held, sources, warnings)

An article that fails is repaired once where that is possible: a model is told what is wrong with its analysis, or the
analysis is extracted anew without the sentences that failed; backgrounds without a source are taken out. What still
fails is held back; `reason` is the first failed check. The articles keep their rank and order.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ace import Inputs, Output, PhaseContext
from phases.common.grounding import ground
from phases.common.summarise import summarise
from phases.common.text import scrub, sentences
from phases.news import checks, model_analysis

if TYPE_CHECKING:
    from collections.abc import Sequence

    Article = dict[str, Any]
    Check = dict[str, Any]


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    start = inputs["initialization"]
    rules = {key: ctx.config[key] for key in ("min_chars", "max_chars", "languages", "per_source", "min_sources")}
    rewritten = _rewritten(ctx, inputs["enrichment"]["articles"], rules)
    printed: list[Article] = []
    held: list[dict[str, Any]] = []
    for article in inputs["enrichment"]["articles"]:
        ctx.check()
        judged = judge(article, printed, start, rules, rewritten.get(article["id"]))
        if judged["validation"]["status"] == "held":
            held.append(_held(article, judged["validation"]["checks"]))
        else:
            printed.append(judged)
    summary = summarised(printed, held, rules["min_sources"])
    for warning in summary["warnings"]:
        ctx.warn(warning)
    return Output({"articles": printed, "held": held, "summary": summary}, method=ctx.models.name or "rules")


def _rewritten(ctx: PhaseContext, articles: Sequence[Article], rules: Article) -> dict[str, Article]:
    """{article id: a model's new analysis} for those whose analysis fails; empty without a model."""
    if ctx.models.provider == "local":
        return {}
    low, high = int(rules["min_chars"]), int(rules["max_chars"])
    failing = [(one, wrong) for one in articles if (wrong := _wrong(one, low, high)) and len(one["text"]) >= low]
    mapped = ctx.ask(
        [{key: one[key] for key in ("id", "title", "text", "analysis")} | {"wrong": wrong} for one, wrong in failing],
        key=lambda item: str(item["id"]),
        values=lambda item: {
            "low": low,
            "high": high,
            "problems": item["wrong"],
            "paragraph": str((item["analysis"] or {}).get("text") or ""),
            "article": model_analysis.shown(item),
        },
        schema=model_analysis.SCHEMA,
        check=lambda item, answer: model_analysis.problem(answer["text"], item, low, high),
        read=lambda _, answer: model_analysis.analysis(answer["text"], low, high) | {"method": ctx.models.name},
        local=lambda _: {},
    )
    return {item["id"]: found for item, found in mapped.pairs if found}


def _wrong(article: Article, low: int, high: int) -> str:
    failed = [one for one in checks.analysis(article, low, high) if not one["ok"]]
    return "; ".join(f"{one['name']}: {one['detail']}" for one in failed)


def judge(
    article: Article, printed: Sequence[Article], start: Article, rules: Article, rewritten: Article | None = None
) -> Article:
    """The article with its `validation`: passed, repaired or held.

    `printed` are those accepted before it, `rewritten` is a model's new analysis, if there is one.
    """
    found = all_checks(article, printed, start, rules)
    failed = {one["name"] for one in found if not one["ok"]}
    if not failed:
        return {**article, "validation": {"status": "passed", "checks": found}}
    mended = repaired(article, failed, rules, rewritten)
    again = all_checks(mended, printed, start, rules)
    if not all(one["ok"] for one in again):
        return {**article, "validation": {"status": "held", "checks": again}}
    before = {one["name"]: one["detail"] for one in found if not one["ok"]}
    for one in again:
        if one["name"] in before:
            one["detail"] = f"repaired; before: {before[one['name']]}"
    return {**mended, "validation": {"status": "repaired", "checks": again}}


def all_checks(article: Article, printed: Sequence[Article], start: Article, rules: Article) -> list[Check]:
    """Every check in the order in which the first failed one becomes the reason for holding an article back."""
    return [
        checks.url(article),
        checks.fetched(article),
        checks.published(article, start["window"]),
        checks.language(article, rules["languages"]),
        checks.known_story(article, start["known_stories"]),
        checks.story(article, printed),
        checks.scores(article),
        _source_cap(article, printed, rules["per_source"]),
        *checks.analysis(article, rules["min_chars"], rules["max_chars"]),
        checks.backgrounds(article),
    ]


def repaired(article: Article, failed: set[str], rules: Article, rewritten: Article | None = None) -> Article:
    """The article with a new analysis or without backgrounds that name no source, as `failed` asks."""
    mended = dict(article)
    if "backgrounds" in failed:
        mended["entities"] = [
            entity if checks.has_source(entity) else {**entity, "background": None} for entity in article["entities"]
        ]
    if failed & set(checks.ANALYSIS_CHECKS):
        mended["analysis"] = rewritten or _extracted(article, rules)
    return mended


def summarised(printed: Sequence[Article], held: Sequence[Article], min_sources: int) -> dict[str, Any]:
    """Counts, and what a reader should be warned of."""
    statuses = Counter(article["validation"]["status"] for article in printed)
    sources = len({article["source_id"] for article in printed})
    warnings = []
    if sources < min_sources:
        warnings.append(f"the report rests on {sources} sources, {min_sources} are wanted")
    undated = sum(article["published"] is None for article in printed)
    if undated:
        warnings.append(f"{undated} articles give no date; whether they are new could not be checked")
    return {
        "passed": statuses["passed"],
        "repaired": statuses["repaired"],
        "held": len(held),
        "sources": sources,
        "warnings": warnings,
    }


def _source_cap(article: Article, printed: Sequence[Article], per_source: int) -> Check:
    before = sum(one["source_id"] == article["source_id"] for one in printed)
    problem = f"{before} articles of {article['source']} are printed already, at most {per_source} may be"
    return checks.check("source_cap", problem if per_source and before >= per_source else "")


def _extracted(article: Article, rules: Article) -> Article:
    """A new extract of the article, without sentences that do not pass by themselves."""
    text = scrub(article["text"] or article.get("lead") or "")
    source = "\n".join(str(article.get(key) or "") for key in ("title", "lead", "text"))
    found = sentences(text)
    used = [place for place in (article.get("analysis") or {}).get("sentences") or [] if place < len(found)]
    refused = {place for place in used if not all(finding.ok for finding in ground(found[place], source))}
    summary = summarise(text, title=article["title"], low=rules["min_chars"], high=rules["max_chars"], exclude=refused)
    return {
        "text": summary.text,
        "chars": summary.chars,
        "status": summary.status,
        "method": "extractive",
        "sentences": list(summary.sentences),
    }


def _held(article: Article, found: Sequence[Check]) -> Article:
    first = next(one for one in found if not one["ok"])
    return {
        **{key: article[key] for key in ("id", "title", "url", "source")},
        "reason": first["name"],
        "detail": first["detail"],
        "checks": list(found),
    }


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
