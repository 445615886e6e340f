"""Final report: the night's page in Markdown, and the same as data with the facts that the next night learns from.

Reads   validation.articles, validation.held, validation.summary; initialization.window, .categories, .sample,
        .problems; scraping.articles, .sources; tier1_filter.articles, .dropped; ranking.articles, .dropped
Writes  title, date (day on which the window ends), window, sections (category, name, articles: ids), articles (without
        their text), facts (counts, sources, sources_by_status, troubled, held, warnings, problems, sample,
        stories_merged, methods, cost_usd, llm_calls), markdown_sha256; the file .md, made from these data alone
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from ace import Inputs, Output, PhaseContext
from phases.news import report_markdown

REPORTED_KEYS = (
    "id",
    "url",
    "title",
    "source",
    "source_id",
    "category",
    "published",
    "rank",
    "rank_score",
    "analysis",
    "entities",
    "related_reports",
)
HEALTHY = ("ok", "not_modified")  # of a source; every other status is trouble
MERGED = ("duplicate", "same_story")  # reasons of tier 1 that fold one article into another
LOCAL_METHODS = frozenset(("local", "rules", "extractive", "none", "spacy+gazetteer+patterns", "gazetteer+patterns"))


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    start, articles = inputs["initialization"], inputs["validation"]["articles"]
    report = {
        "title": str(ctx.config["title"]),
        "date": start["window"]["end"][:10],
        "window": start["window"],
        "sections": sections(articles, start["categories"]),
        "articles": [reported(article) for article in articles],
        "facts": facts(inputs),
    }
    text = report_markdown.render(report)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Output({**report, "markdown_sha256": digest}, files={"md": text}, method=_joined(report["facts"]["methods"]))


def reported(article: dict[str, Any]) -> dict[str, Any]:
    """What the report keeps of an article: everything that a reader or the next night needs, not its text."""
    kept = {key: article[key] for key in REPORTED_KEYS}
    return {**kept, "also_reported_by": article["story"]["also_reported_by"]}


def sections(articles: list[dict[str, Any]], categories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sections with something in them, in the order of the categories; an unknown category comes last."""
    names = {category["id"]: category["name"] for category in categories}
    for article in articles:
        names.setdefault(article["category"], article["category"].replace("-", " ").capitalize())
    found = [
        {"category": category, "name": name, "articles": [one["id"] for one in articles if one["category"] == category]}
        for category, name in names.items()
    ]
    return [section for section in found if section["articles"]]


def facts(inputs: Inputs) -> dict[str, Any]:
    """Counts and names, each measured on the artifacts that this run made."""
    scraping, validation, start = inputs["scraping"], inputs["validation"], inputs["initialization"]
    methods = used_methods(validation["articles"])
    is_local = LOCAL_METHODS.issuperset(methods.values())
    return {
        "counts": counts(inputs),
        "sources": source_counts(inputs),
        "sources_by_status": dict(sorted(Counter(source["status"] for source in scraping["sources"]).items())),
        "troubled": [
            {"name": source["name"], "status": source["status"], "detail": source["detail"]}
            for source in scraping["sources"]
            if source["status"] not in HEALTHY
        ],
        "held": [
            {key: held[key] for key in ("id", "title", "url", "source", "reason", "detail")}
            for held in validation["held"]
        ],
        "warnings": validation["summary"]["warnings"],
        "problems": start["problems"],
        "sample": start["sample"],
        "stories_merged": sum(dropped["reason"] in MERGED for dropped in inputs["tier1_filter"]["dropped"]),
        "methods": methods,
        "cost_usd": 0.0 if is_local else None,
        "llm_calls": 0 if is_local else None,
    }


def counts(inputs: Inputs) -> dict[str, int]:
    """Articles after each step. `rated` are those that reached the ranking with a score in every dimension."""
    ranking, scraped = inputs["ranking"], inputs["scraping"]["articles"]
    return {
        "scraped": len(scraped),
        "sources_with_articles": len({article["source_id"] for article in scraped}),
        "after_tier1": len(inputs["tier1_filter"]["articles"]),
        "rated": len(ranking["articles"]) + len(ranking["dropped"]),
        "ranked": len(ranking["articles"]),
        "reported": len(inputs["validation"]["articles"]),
        "held": len(inputs["validation"]["held"]),
    }


def source_counts(inputs: Inputs) -> dict[str, dict[str, int]]:
    """Per source: articles scraped, kept by tier 1, reported. The next night's source prior learns from it."""
    steps = {
        "seen": inputs["scraping"]["articles"],
        "kept": inputs["tier1_filter"]["articles"],
        "reported": inputs["validation"]["articles"],
    }
    tallies = {step: Counter(article["source_id"] for article in articles) for step, articles in steps.items()}
    return {source: {step: tallies[step][source] for step in steps} for source in sorted(tallies["seen"])}


def used_methods(articles: list[dict[str, Any]]) -> dict[str, str]:
    """How each rated or written part came about, as the articles themselves say; "" where there is no article."""
    found = {
        "tier2": [article["tier2"]["method"] for article in articles],
        "dimensions": [article["dimensions_method"] for article in articles],
        "paraphrasing": [article["analysis"]["method"] for article in articles],
        "enrichment": [article["entities_method"] for article in articles],
    }
    return {step: ", ".join(sorted(set(methods))) for step, methods in found.items() if methods}


def _joined(methods: dict[str, str]) -> str:
    return ", ".join(dict.fromkeys(methods.values()))


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
