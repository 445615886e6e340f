"""Scraping: the night's articles from all sources, feeds first, then the pages that they lead to.

Reads   initialization.sources, initialization.window, initialization.sample
Writes  articles (in the order of sources and of their feeds), sources (what became of each), skipped (id, reason)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from itertools import zip_longest
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ace import Inputs, Output, PhaseContext
from ace.errors import ConfigError, PhaseError
from phases.common.fetch import Fetcher, Settings
from phases.common.robots import Robots
from phases.common.transport import Hosts
from phases.news import scrape_page, scrape_source
from phases.news.read_ahead import ReadAhead
from phases.news.scrape_source import Desk

FINE = frozenset(("ok", "not_modified", "empty"))
SOURCES_IN_ERROR = 20  # of a message about all sources; the rest is counted
AT_LEAST = {
    "concurrency": 1,
    "per_host": 1,
    "timeout_s": 0.001,
    "max_bytes": 1,
    "max_per_source": 0,
    "min_interval_s": 0,
}

Row = dict[str, Any]
Item = TypeVar("Item")


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    setup = inputs["initialization"]
    settings = _settings(ctx)
    with (
        _hosts(sample=setup["sample"]) as hosts,
        Fetcher(settings, check=ctx.check, wait=ctx.wait, hosts=hosts) as fetcher,
    ):
        permit = Robots(fetcher).refusal if ctx.config["respect_robots"] else None
        start, end = (datetime.fromisoformat(setup["window"][side]) for side in ("start", "end"))
        desk = Desk(ctx, fetcher, permit, start, end)
        ahead = ReadAhead(len(setup["sources"]), lambda url: scrape_page.read(url, desk))
        rows = _read_sources(setup["sources"], desk, ahead)
        pages = _read_pages([entry["url"] for row in rows for entry in row["chosen"]], desk, ahead)
    articles, skipped = _assemble(setup["sources"], rows, pages)
    sources = _account(setup["sources"], rows, articles)
    _judge(sources, articles, ctx)
    return Output({"articles": articles, "sources": sources, "skipped": skipped})


def _settings(ctx: PhaseContext) -> Settings:
    config = ctx.config
    for key, least in AT_LEAST.items():
        if config[key] < least:
            message = f"scraping.{key} = {config[key]}: must be at least {least}"
            raise ConfigError(message)
    return Settings(
        user_agent=config["user_agent"],
        timeout_s=config["timeout_s"],
        max_bytes=config["max_bytes"],
        per_host=config["per_host"],
        allow_loopback=config["allow_loopback"],
    )


def _hosts(*, sample: bool) -> AbstractContextManager[Hosts]:
    """Where named hosts are found instead of in the DNS: the shipped sample site serves its outlets itself."""
    if not sample:
        return nullcontext({})
    from phases.news.samples import site  # noqa: PLC0415  (only the sample needs a web server)

    served: AbstractContextManager[Hosts] = site.serve()
    return served


def _read_sources(sources: list[Row], desk: Desk, ahead: ReadAhead) -> list[Row]:
    """One row per source, in their order."""

    def read(source: Row) -> Row:
        ahead.asking()
        row = scrape_source.read(source, desk)
        ahead.answered(entry["url"] for entry in row["chosen"])
        return row

    spread = _spread(sources, lambda source: source["feed"])
    concurrency = desk.ctx.config["concurrency"]
    done = desk.ctx.map(
        read,
        spread,
        key=_id,
        concurrency=concurrency,
        keep=lambda row: row["status"] in FINE,  # what failed is asked again when the phase is resumed
    )
    found = {source["id"]: row for source, row in done.pairs}
    return [found.get(source["id"]) or scrape_source.lost() for source in sources]


def _read_pages(urls: Iterable[str], desk: Desk, ahead: ReadAhead) -> dict[str, Row]:
    """The result of `scrape_page.read` for each distinct URL."""
    spread = _spread(dict.fromkeys(urls), str)
    concurrency = desk.ctx.config["concurrency"]
    done = desk.ctx.map(
        lambda url: ahead.take(url) or scrape_page.read(url, desk),
        spread,
        key=str,
        concurrency=concurrency,
        keep=lambda row: "reason" not in row,
    )
    return dict(done.pairs)


def _id(row: Row) -> str:
    return str(row["id"])


def _spread(items: Iterable[Item], url_of: Callable[[Item], str]) -> list[Item]:
    """The items, one host after the other in turn: neighbours in a queue then do not wait for the same host."""
    by_host: dict[str, list[Item]] = {}
    for item in items:
        by_host.setdefault(_host(url_of(item)), []).append(item)
    return [item for turn in zip_longest(*by_host.values()) for item in turn if item is not None]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _assemble(sources: list[Row], rows: list[Row], pages: Mapping[str, Row]) -> tuple[list[Row], list[Row]]:
    """Articles and what was skipped. A URL in several feeds is one article of the first; `also_in` names the rest."""
    carriers: dict[str, list[tuple[Row, Row]]] = {}
    for source, row in zip(sources, rows, strict=True):
        for entry in row["chosen"]:
            carriers.setdefault(entry["url"], []).append((source, entry))
    articles, skipped = [], []
    for url, ((source, entry), *others) in carriers.items():
        found = pages.get(url, {"reason": "failed", "detail": "see the failed items of this phase"})
        article = scrape_page.article(source, entry, found)
        if article is None:
            reason, detail = found.get("reason", "no_text"), found.get("detail", "no text on the page")
            skipped.append(_skip(entry, source, reason, detail))
        else:
            articles.append(article | {"also_in": [other["id"] for other, _ in others]})
    return articles, skipped + _over_cap(sources, rows, set(carriers))


def _over_cap(sources: list[Row], rows: list[Row], taken: set[str]) -> list[Row]:
    skipped = []
    for source, row in zip(sources, rows, strict=True):
        for entry in row["over_cap"]:
            if entry["url"] not in taken:
                taken.add(entry["url"])
                skipped.append(_skip(entry, source, "per_source_cap", "the source has enough newer entries"))
    return skipped


def _skip(entry: Row, source: Row, reason: str, detail: str) -> Row:
    return {
        "id": scrape_page.article_id(entry["url"]),
        "url": entry["url"],
        "title": entry["title"],
        "source_id": source["id"],
        "reason": reason,
        "detail": detail,
    }


def _account(sources: list[Row], rows: list[Row], articles: list[Row]) -> list[Row]:
    """What became of each source."""
    count = Counter(article["source_id"] for article in articles)
    kept = ("status", "detail", "http_status", "entries", "outside_window", "attempts")
    return [
        {"id": source["id"], "name": source["name"], "articles": count[source["id"]]} | {key: row[key] for key in kept}
        for source, row in zip(sources, rows, strict=True)
    ]


def _judge(sources: list[Row], articles: list[Row], ctx: PhaseContext) -> None:
    """Warn of failed sources; raise PhaseError when there is nothing else."""
    failed = [source for source in sources if source["status"] not in FINE]
    if sources and len(failed) == len(sources) and not articles:
        told = [f"{source['name']}: {source['status']}, {source['detail']}" for source in failed[:SOURCES_IN_ERROR]]
        told += [f"and {len(failed) - len(told)} more"] * (len(failed) > len(told))
        message = "\n  ".join([f"none of {len(sources)} sources could be read", *told])
        raise PhaseError(message, hint="check the network; `ace run news sample` needs none")
    if failed:
        counted = Counter(source["status"] for source in failed)
        by_status = ", ".join(f"{status} {number}" for status, number in sorted(counted.items()))
        ctx.warn(f"{len(failed)} of {len(sources)} sources could not be read as they should: {by_status}")
    if not articles:
        ctx.warn("no source has an article inside the window")


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
