"""When a page was published: what it says in its metadata, else what htmldate finds in it.

Order: JSON-LD `datePublished` of an article, meta properties, `time` elements marked as publication, htmldate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

META_NAMES = (
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publication_date",
    "date",
)
EARLIEST_YEAR = 1990  # nothing on the web is older; smaller years are defaults such as 1970-01-01 or 0001-01-01
ARTICLE_TYPE = re.compile(r"article|posting|report|review", re.IGNORECASE)
MAX_JSON_LD_CHARS = 500_000
MAX_JSON_LD_NODES = 2000


def published(tree: Any, url: str) -> str | None:
    """Publication time of a parsed page (an lxml element) as ISO UTC with Z, or None."""
    for found in _candidates(tree):
        moment = utc(found)
        if moment:
            return moment
    return _by_htmldate(tree, url)


def utc(text: str) -> str | None:
    """An ISO 8601 or common date text as "2026-11-22T03:15:00Z", or None. Without a zone it is taken as UTC."""
    from dateutil import parser  # noqa: PLC0415

    text = text.strip()
    if not re.search(r"\d{4}", text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parser.parse(text, default=datetime(1, 1, 1))  # noqa: DTZ001
        except (ValueError, OverflowError, TypeError):
            return None
    return _iso(moment)


def _iso(moment: datetime) -> str | None:
    try:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        at = aware.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at.year >= EARLIEST_YEAR else None


def _candidates(tree: Any) -> Iterator[str]:
    nodes = list(json_ld(tree))
    for node in sorted(nodes, key=lambda node: not _is_article(node)):
        value = node.get("datePublished")
        if isinstance(value, str):
            yield value
    meta = _meta(tree)
    for name in META_NAMES:
        if name in meta:
            yield meta[name]
    for element in tree.xpath("//*[@itemprop='datePublished']"):
        yield element.get("datetime") or element.get("content") or element.text_content()
    for element in tree.xpath("//time[@pubdate][@datetime]"):
        yield element.get("datetime")


def _is_article(node: dict[str, Any]) -> bool:
    return bool(ARTICLE_TYPE.search(str(node.get("@type", ""))))


def _meta(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = element.get("content") or ""
        if content:
            found.setdefault(name.strip().lower(), content)
    return found


def json_ld(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object in the page's JSON-LD scripts, outer ones first; broken scripts are passed over."""
    for script in tree.xpath("//script[contains(@type, 'ld+json')]"):
        text = (script.text or "")[:MAX_JSON_LD_CHARS]
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _objects(value)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    queue = [value]
    for count, node in enumerate(queue):
        if count > MAX_JSON_LD_NODES:
            return
        if isinstance(node, dict):
            yield node
            queue += node.values()
        elif isinstance(node, list):
            queue += node


def _by_htmldate(tree: Any, url: str) -> str | None:
    from copy import deepcopy  # noqa: PLC0415

    from htmldate import find_date  # noqa: PLC0415

    try:
        found = find_date(deepcopy(tree), original_date=True, url=url or None)
    except Exception:
        return None
    return f"{found}T00:00:00Z" if found else None
