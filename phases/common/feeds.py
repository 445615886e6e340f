"""RSS, Atom, RDF and JSON feeds: from the bytes of a feed to plain entries. Pure: nothing is fetched here.

fastfeedparser first; what it refuses goes to feedparser, which is far slower and takes almost anything. Both treat
text that looks like a URL or a file name as something to open, so they are only ever given bytes.
"""

from __future__ import annotations

import html
import io
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import fastfeedparser

from phases.common.charset import decode
from phases.common.dates import utc
from phases.common.text import scrub, shorten

TITLE_CHARS = 300  # longer titles are texts that stand in the wrong element
SUMMARY_CHARS = 500  # of plain text
SUMMARY_SOURCE_CHARS = 6000  # of markup that are read for a summary: 500 characters of text hardly ever take more
CONTENT_CHARS = 200_000  # of markup kept per entry: a long article, not a whole book
URL_CHARS = 2000  # the longest that common browsers and servers agree on
TAIL_CHARS = 2000  # where the end tag of a whole feed stands, comments of the server after it included
HTML_START_BYTES = 5000  # where a web page says that it is one

TRACKING = frozenset(("fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "yclid"))
TRACKING_PREFIX = "utm_"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_KEPT_IN_URLS = "%/:=&?~#+!$,;'@()*[]"

_XML_ENCODING = re.compile(r"(<\?xml[^>]{0,200}?)\s+encoding\s*=\s*[\"'][^\"'>]*[\"']", re.IGNORECASE)
_END_TAG = re.compile(r"</(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\s*>|<rss[^>]*/>|<feed[^>]*/>", re.IGNORECASE)
_HTML_START = re.compile(rb"<(!doctype\s+html|html|body)\b", re.IGNORECASE)
_URL_NOISE = re.compile(r"[\t\r\n]")  # browsers pass over these inside URLs
_TAG = re.compile(r"(<[a-zA-Z/!?][^<>]*>)")
_TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_LINE_BREAKING = frozenset(
    ("p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "blockquote", "pre",
     "section", "article", "figure", "figcaption", "hr", "dt", "dd")
)  # fmt: skip
_SILENT = frozenset(("script", "style", "noscript", "template"))


class NotAFeed(Exception):
    """The body holds no feed; the message says what it is instead. `is_empty` when it is nothing at all."""

    def __init__(self, message: str, *, is_empty: bool = False) -> None:
        super().__init__(message)
        self.is_empty = is_empty


@dataclass(frozen=True)
class Feed:
    """What a feed says.

    entries       {title, url, published (ISO UTC with Z, or None), summary (plain text, ≤ 500 characters),
                  content_html} in the feed's order, each URL once; all text but content_html is without markup
    without_link  entries that were left out because they lead nowhere
    complaint     why the feed may be incomplete, or ""
    """

    entries: list[dict[str, Any]]
    without_link: int
    complaint: str


def parse(body: bytes, content_type: str, url: str) -> Feed:
    """Read a feed. `url` is where it was found: relative links start there. Raises NotAFeed, nothing else."""
    text = decode(body, content_type).strip("\ufeff\0 \t\r\n")
    if not text:
        message = "the answer is empty"
        raise NotAFeed(message, is_empty=True)
    raw = _XML_ENCODING.sub(r"\1", text, count=1).encode("utf-8", "replace")
    try:
        found = _fast(raw)
    except Exception:  # it raises ValueError for odd feeds, and what broken JSON makes it stumble over
        found = _thorough(raw, url)
    entries, without_link = _usable(found, url)
    return Feed(entries, without_link, _complaint(text))


def canonical_url(link: str, base: str = "") -> str:
    """The http(s) address of a link in one form for all feeds, or "" when it is none.

    Made absolute, host in lower case, without default port, fragment and parameters that only track (utm_* and
    click ids); characters that may not stand in a URL are percent-encoded.
    """
    try:
        clean = _URL_NOISE.sub("", link).strip()
        parts = urlsplit(clean if clean.startswith(("http://", "https://")) else urljoin(base, clean))
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS or not host or "@" in parts.netloc:
        return ""
    host = f"[{host}]" if ":" in host else host
    netloc = host if port in {None, _DEFAULT_PORTS[parts.scheme]} else f"{host}:{port}"
    path = quote(parts.path or "/", safe=_KEPT_IN_URLS)
    address = scrub(urlunsplit((parts.scheme, netloc, path, _without_tracking(parts.query), "")))
    return address if len(address) <= URL_CHARS else ""


def plain_text(markup: str) -> str:
    """The text of an HTML fragment, one line per block, character references resolved, scripts and styles left out.

    Never raises and takes time in proportion to the length, whatever the markup is.
    """
    kept: list[str] = []
    silent = ""
    for piece in _TAG.split(markup):
        named = _TAG_NAME.match(piece) if piece.startswith("<") else None
        name = named[1].lower() if named else ""
        if silent:
            silent = "" if name == silent and piece.startswith("</") else silent
        elif name in _SILENT and not piece.endswith("/>"):
            silent = name if not piece.startswith("</") else ""
        elif name:
            kept.append("\n" if name in _LINE_BREAKING else "")
        elif not piece.startswith(("<!", "<?")):
            kept.append(re.sub(r"\s+", " ", piece))
    lines = (" ".join(line.split()) for line in html.unescape("".join(kept)).split("\n"))
    return scrub("\n".join(line for line in lines if line))


def _fast(raw: bytes) -> list[dict[str, Any]]:
    feed = fastfeedparser.parse(raw, include_tags=False, include_media=False, include_enclosures=False)
    return [_row(entry, entry.get("published") or entry.get("updated")) for entry in feed.entries]


def _thorough(raw: bytes, url: str) -> list[dict[str, Any]]:
    import feedparser  # noqa: PLC0415  (slow to import, and hardly ever needed)

    headers = {"content-location": url, "content-type": "text/xml; charset=utf-8"}
    try:
        feed = feedparser.parse(io.BytesIO(raw), response_headers=headers)
        rows = [
            _row(entry, _stamp(entry.get("published_parsed") or entry.get("updated_parsed"))) for entry in feed.entries
        ]
    except Exception as error:
        message = f"not readable as a feed ({type(error).__name__})"
        raise NotAFeed(message) from None
    if not feed.get("version") and not rows:
        message = "a web page, not a feed" if _HTML_START.search(raw[:HTML_START_BYTES]) else "not a feed"
        raise NotAFeed(message)
    return rows


def _row(entry: Mapping[str, Any], date: Any) -> dict[str, Any]:
    return {
        "link": _text(entry.get("link")),
        "title": _text(entry.get("title")),
        "date": _text(date),
        "summary": _text(entry.get("description") or entry.get("summary")),
        "content": [_text(part.get("value")) for part in entry.get("content") or []],
    }


def _stamp(moment: time.struct_time | None) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", moment) if moment else ""


def _usable(found: Iterable[Mapping[str, Any]], url: str) -> tuple[list[dict[str, Any]], int]:
    entries: dict[str, dict[str, Any]] = {}
    without_link = 0
    for row in found:
        address = canonical_url(row["link"], url) if row["link"] else ""
        if not address:
            without_link += 1
        elif address not in entries:
            entries[address] = _entry(address, row)
    return list(entries.values()), without_link


def _entry(address: str, row: Mapping[str, Any]) -> dict[str, Any]:
    content = max([row["summary"], *row["content"]], key=len)  # either element may hold the whole article
    return {
        "title": shorten(plain_text(row["title"][:SUMMARY_SOURCE_CHARS]), TITLE_CHARS),
        "url": address,
        "published": utc(row["date"]),
        "summary": shorten(plain_text((row["summary"] or content)[:SUMMARY_SOURCE_CHARS]), SUMMARY_CHARS),
        "content_html": scrub(content[:CONTENT_CHARS]),
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _complaint(text: str) -> str:
    if text.startswith("{") or _END_TAG.search(text[-TAIL_CHARS:]):
        return ""
    return "the feed is cut off"


def _without_tracking(query: str) -> str:
    kept = [pair for pair in query.split("&") if not _is_tracking(pair.partition("=")[0].lower())]
    return quote("&".join(kept), safe=_KEPT_IN_URLS)


def _is_tracking(name: str) -> bool:
    return name.startswith(TRACKING_PREFIX) or name in TRACKING
