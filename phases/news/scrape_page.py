"""One article: its page, read once and for all, or else what the feed carries of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ace.errors import DeadlineExceeded, Interrupted, WorkerCrashed
from phases.common import webpage
from phases.common.charset import decode
from phases.common.feeds import plain_text
from phases.common.language import identify
from phases.news.scrape_source import Desk

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
KINDS = ("text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain")
EXTRACT_TIMEOUT_S = 20.0  # a long real page takes 0.3 s; what takes this long has trapped a parser
FEED_TEXT_CHARS = 500  # a feed's own text of this length is an article; shorter, it is a teaser
ID_DIGITS = 16  # 64 bits of SHA-256: no two of a million articles share an id


def read(url: str, desk: Desk) -> dict[str, Any]:
    """The page's article as `webpage.extract` gives it: {page}, or {reason, detail} when there is none.

    A page that was read, and one that is no web page, is remembered and never fetched again.
    """
    cache = desk.ctx.cache("pages")
    known: dict[str, Any] | None = cache.get(url)
    if known is not None:
        return known
    answer = desk.fetcher.get(url, headers={"Accept": ACCEPT}, kinds=KINDS, permit=desk.permit)
    if answer.outcome == "unwanted":
        found = {"reason": "not_a_page", "detail": answer.detail}
    elif answer.outcome != "ok":
        return {"reason": answer.outcome, "detail": answer.detail}
    else:
        found = _extract(decode(answer.body, answer.content_type), url, desk)
    if "page" in found or found["reason"] == "not_a_page":
        cache.put(url, found)
    return found


def _extract(html: str, url: str, desk: Desk) -> dict[str, Any]:
    try:
        return {"page": desk.ctx.isolated(webpage.extract, html, url, timeout_s=EXTRACT_TIMEOUT_S)}
    except DeadlineExceeded as error:
        return {"reason": "extract_timeout", "detail": error.message}
    except WorkerCrashed as error:
        desk.ctx.check()  # at the end of a run workers are killed: that is no fault of the page
        return {"reason": "extract_crash", "detail": error.message}
    except Interrupted:
        raise
    except Exception as error:
        return {"reason": "extract_error", "detail": f"{type(error).__name__}: {error}"[:200]}


def article(source: Mapping[str, Any], entry: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any] | None:
    """The article object of an entry, from its page or else from the feed; None when neither holds a text.

    source  {id, name, category, weight}; entry as in `feeds.Feed`; found as returned by `read`
    """
    page = found.get("page") or {"text": "", "title": "", "published": None, "language": "", "extractor": ""}
    text, language, extractor = page["text"], page["language"], page["extractor"]
    if len(text) < FEED_TEXT_CHARS:
        own = plain_text(entry["content_html"])
        if len(own) >= FEED_TEXT_CHARS:
            text, language, extractor = own, identify(own, language), "feed"
    title = entry["title"] or page["title"] or "(untitled)"
    text = without_title(text, title)
    if not text:
        return None
    published, published_by = _published(entry["published"], page["published"])
    return {
        "id": article_id(entry["url"]),
        "url": entry["url"],
        "title": title,
        "source_id": source["id"],
        "source": source["name"],
        "category": source["category"],
        "source_weight": source["weight"],
        "published": published,
        "published_by": published_by,
        "language": language,
        "text": text,
        "lead": entry["summary"],
        "extractor": extractor,
        "content_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def without_title(text: str, title: str) -> str:
    """The text without the title that plain pages run together with its first sentence, once or several times."""
    if not title:
        return text
    rest = text
    while rest[: len(title)].casefold() == title.casefold():
        rest = rest[len(title) :].lstrip(" .:|–—-\n")
    return rest


def article_id(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:ID_DIGITS]


def _published(by_feed: str | None, by_page: str | None) -> tuple[str | None, str | None]:
    """The page's own time, unless it is a bare day (midnight) and the feed says more: such days are often guessed."""
    if by_page and not (by_feed and by_page.endswith("T00:00:00Z")):
        return by_page, "page"
    return by_feed, "feed" if by_feed else None
