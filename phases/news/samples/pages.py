"""The sample site as bytes: article pages in five layouts, front pages, RSS and Atom feeds, robots.txt.

The layouts differ as real ones do: where the date stands, what surrounds the text, which metadata there is. All of
them carry navigation, teasers and boxes that an extractor must leave out.
"""

from __future__ import annotations

import json
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from phases.news.samples.outlets import Article, Outlet

TORN_AFTER = 60  # characters from the start of the first item: the torn feed ends inside a headline
_RSS = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
    "<channel><title>{name}</title><link>http://{host}/</link><description>{tagline}</description>"
    "<language>{language}</language>{items}</channel></rss>\n"
)
_ATOM = (
    '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">'
    '<title>{name}</title><subtitle>{tagline}</subtitle><id>http://{host}/</id><link href="http://{host}/"/>'
    "<updated>{updated}</updated>{items}</feed>\n"
)
_PAGE = (
    '<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title} | {name}</title>'
    '<meta name="viewport" content="width=device-width"><meta name="description" content="{lead}">'
    '<link rel="canonical" href="{url}"><link rel="alternate" type="application/rss+xml" href="/feed.xml">{meta}'
    "<style>body{{font-family:serif;max-width:44em;margin:auto}}</style></head><body>{body}</body></html>\n"
)
_MASTHEAD = (
    '<header class="masthead"><a href="/">{name}</a><p>{tagline}</p></header><nav><ul><li><a href="/">Home</a></li>'
    '<li><a href="/{section}/">Archive</a></li><li><a href="/about">About</a></li><li><a href="/feed.xml">Feed</a></li>'
    "</ul></nav>"
)
_FOOTER = (
    '<footer><p>{name} is an invented outlet of a demonstration.</p><p><a href="/imprint">Imprint</a> '
    '<a href="/privacy">Privacy</a></p></footer>'
)


def address(outlet: Outlet, article: Article) -> str:
    """The article's URL; members' pieces stand under the path that robots.txt closes."""
    folder = "members" if article.kind == "members" else outlet.section
    return f"http://{outlet.host}/{folder}/{article.slug}"


def robots(outlet: Outlet) -> str:
    closed = "Disallow: /members/" if outlet.host == "shipping-prompts.example" else "Disallow:"
    return f"User-agent: *\n{closed}\n"


def front(outlet: Outlet, pieces: Sequence[Article]) -> str:
    """A list of links: no article, as front pages are."""
    links = "".join(f'<li><a href="{address(outlet, piece)}">{escape(piece.title)}</a></li>' for piece in pieces)
    head = _head(outlet.name, outlet.tagline, f"http://{outlet.host}/", "")
    return _page(outlet, head, f"<main><ul>{links}</ul></main>")


def feed(outlet: Outlet, pieces: Sequence[Article]) -> tuple[str, str]:
    """Content type and text of the outlet's feed."""
    if outlet.feed == "atom":
        return "application/atom+xml; charset=utf-8", _atom(outlet, pieces)
    text = _RSS.format(**_names(outlet), items="".join(_item(outlet, piece) for piece in pieces))
    whole = text if outlet.feed != "torn" else text[: text.index("<item>") + TORN_AFTER]
    return "application/rss+xml; charset=utf-8", whole


def page(outlet: Outlet, piece: Article, others: Sequence[Article]) -> str:
    """The article in its outlet's layout; `others` become teasers beside it."""
    meta, body = _LAYOUTS[outlet.page](outlet, piece)
    teasers = "".join(f'<li><a href="{address(outlet, other)}">{escape(other.title)}</a></li>' for other in others[:4])
    aside = f'<aside class="related"><h2>More from {escape(outlet.name)}</h2><ul>{teasers}</ul></aside>'
    return _page(outlet, _head(piece.title, piece.lead, address(outlet, piece), meta), body + aside)


def _page(outlet: Outlet, head: dict[str, str], body: str) -> str:
    names = _names(outlet)
    whole = _MASTHEAD.format(**names, section=outlet.section) + body + _FOOTER.format(**names)
    return _PAGE.format(**names, **head, body=whole)


def _head(title: str, lead: str, url: str, meta: str) -> dict[str, str]:
    return {"title": escape(title), "lead": escape(lead), "url": url, "meta": meta}


def _names(outlet: Outlet) -> dict[str, str]:
    return {"name": escape(outlet.name), "host": outlet.host, "tagline": escape(outlet.tagline),
            "language": outlet.language}  # fmt: skip


def _item(outlet: Outlet, piece: Article) -> str:
    url = address(outlet, piece)
    date = f"<pubDate>{format_datetime(piece.published)}</pubDate>" if piece.published else ""
    whole = f"<content:encoded>{escape(_text(piece))}</content:encoded>" if outlet.feed == "rss_full" else ""
    return (
        f'<item><title>{escape(piece.title)}</title><link>{url}</link><guid isPermaLink="true">{url}</guid>{date}'
        f"<description>{escape(piece.lead)}</description>{whole}</item>"
    )


def _atom(outlet: Outlet, pieces: Sequence[Article]) -> str:
    updated = max(piece.published for piece in pieces if piece.published).isoformat()
    items = "".join(
        f'<entry><title>{escape(piece.title)}</title><id>{address(outlet, piece)}</id><link rel="alternate" '
        f'href="{address(outlet, piece)}"/>{_atom_date(piece)}<author><name>{escape(piece.author)}</name></author>'
        f"<summary>{escape(piece.lead)}</summary></entry>"
        for piece in pieces
    )
    return _ATOM.format(**_names(outlet), updated=updated, items=items)


def _atom_date(piece: Article) -> str:
    return f"<published>{_iso(piece)}</published><updated>{_iso(piece)}</updated>" if piece.published else ""


def _iso(piece: Article) -> str:
    return piece.published.isoformat() if piece.published else ""


def _text(piece: Article) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in piece.paragraphs)


def _json_ld(outlet: Outlet, piece: Article) -> tuple[str, str]:
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": piece.title,
        "author": {"@type": "Person", "name": piece.author},
        "publisher": {"@type": "Organization", "name": outlet.name},
    } | ({"datePublished": _iso(piece)} if piece.published else {})
    meta = f'<script type="application/ld+json">{json.dumps(facts, ensure_ascii=False)}</script>'
    body = (
        f'<main><article><h1>{escape(piece.title)}</h1><p class="byline">{escape(piece.author)}</p>{_text(piece)}'
        '</article></main><section class="signup"><h2>Letter</h2><form><label>Address <input type="email"></label>'
        "<button>Subscribe</button></form></section>"
    )
    return meta, body


def _open_graph(outlet: Outlet, piece: Article) -> tuple[str, str]:
    pairs = {"og:type": "article", "og:title": piece.title, "og:site_name": outlet.name, "og:description": piece.lead}
    pairs |= {"article:published_time": _iso(piece)} if piece.published else {}
    meta = "".join(f'<meta property="{key}" content="{escape(value)}">' for key, value in pairs.items())
    body = (
        f'<div id="content"><h1 class="entry-title">{escape(piece.title)}</h1><div class="share"><a href="#">Share</a> '
        f'<a href="#">Print</a></div><div class="entry-content">{_text(piece)}</div><div class="tags">Filed under: '
        f"{escape(outlet.section)}</div></div>"
    )
    return meta, body


def _microdata(_outlet: Outlet, piece: Article) -> tuple[str, str]:
    shown = f"{piece.published:%d %B %Y}" if piece.published else ""
    time = f'<time itemprop="datePublished" datetime="{_iso(piece)}">{shown}</time>' if piece.published else ""
    body = (
        '<div class="cookie-note">This site sets no cookies.</div><article itemscope '
        f'itemtype="https://schema.org/Article"><h1 itemprop="headline">{escape(piece.title)}</h1><p>By <span '
        f'itemprop="author">{escape(piece.author)}</span> {time}</p><div itemprop="articleBody">{_text(piece)}</div>'
        "</article>"
    )
    return "", body


def _blog(_outlet: Outlet, piece: Article) -> tuple[str, str]:
    meta = f'<meta name="date" content="{_iso(piece)}">' if piece.published else ""
    body = (
        f'<main class="h-entry"><h1 class="p-name">{escape(piece.title)}</h1><div class="e-content">{_text(piece)}'
        f'</div><p class="sign">Written by {escape(piece.author)}</p></main><div id="comments"><h3>Comments</h3>'
        "<p>Comments are closed.</p></div>"
    )
    return meta, body


def _wire(outlet: Outlet, piece: Article) -> tuple[str, str]:
    meta, _ = _open_graph(outlet, piece)
    body = (
        f'<div class="wrap"><div class="story"><h2>{escape(piece.title)}</h2><p class="standfirst">{escape(piece.lead)}'
        f'</p>{_text(piece)}<p class="credit">{escape(piece.author)}</p></div><div class="rail"><p>Agency desk, all '
        "hours</p></div></div>"
    )
    return meta, body


_LAYOUTS: dict[str, Callable[[Outlet, Article], tuple[str, str]]] = {
    "json_ld": _json_ld,
    "open_graph": _open_graph,
    "microdata": _microdata,
    "blog": _blog,
    "wire": _wire,
}
