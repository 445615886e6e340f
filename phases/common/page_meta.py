"""What a web page says of itself in its head: JSON-LD, meta elements, titles, descriptions, language.

Works on an lxml tree that still has its scripts. Everything read here is untrusted text: it is compared and stored,
never followed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

MAX_SCRIPT_CHARS = 500_000  # a JSON-LD script larger than this is data of an application, not of the article
MAX_NODES = 2000  # objects looked at per page; deep graphs of a whole site bring nothing more about the article
DESCRIPTION_NAMES = ("description", "og:description", "twitter:description")
ARTICLE_WORDS = ("article", "posting", "report", "review")  # schema.org: NewsArticle, BlogPosting, Report, Review


@dataclass(frozen=True)
class PageMeta:
    """Metadata of one page.

    tree   the parsed page with its scripts
    """

    tree: Any

    @cached_property
    def json_ld(self) -> list[dict[str, Any]]:
        """Objects of the page's JSON-LD, articles first, else in document order, outer before inner."""
        found = [node for script in self.tree.iter("script") for node in _json_ld_of(script)]
        return sorted(found, key=lambda node: not is_article(node))

    @cached_property
    def meta(self) -> dict[str, str]:
        """Content of meta elements by lower-case property, name or itemprop; the first of a name wins."""
        found: dict[str, str] = {}
        for element in self.tree.iter("meta"):
            name = element.get("property") or element.get("name") or element.get("itemprop") or ""
            content = (element.get("content") or "").strip()
            if content:
                found.setdefault(name.strip().lower(), content)
        return found

    @cached_property
    def titles(self) -> list[str]:
        """The page's titles, best first: OpenGraph, JSON-LD headline, first h1, title element; none is empty."""
        headings = [heading.text_content() for heading in list(self.tree.iter("h1"))[:1]]
        found = [self.meta.get("og:title", ""), *self.texts("headline"), *headings, self.tree.findtext(".//title")]
        return [" ".join(title.split()) for title in found if title and title.strip()]

    @cached_property
    def descriptions(self) -> list[str]:
        """What the page gives as its summary, in meta elements and in JSON-LD; duplicates left in."""
        named = [self.meta[name] for name in DESCRIPTION_NAMES if name in self.meta]
        return named + self.texts("description") + self.texts("alternativeHeadline")

    @cached_property
    def language(self) -> str:
        """The `lang` attribute of the page, or its og:locale, or ""."""
        root = next(self.tree.iter("html"), self.tree)
        return root.get("lang") or root.get("xml:lang") or self.meta.get("og:locale", "")

    def texts(self, key: str) -> list[str]:
        """Text values of `key` in the JSON-LD objects."""
        return [node[key] for node in self.json_ld if isinstance(node.get(key), str)]


def is_article(node: dict[str, Any]) -> bool:
    """Whether a JSON-LD object describes an article of some kind."""
    kind = str(node.get("@type", "")).lower()
    return any(word in kind for word in ARTICLE_WORDS)


def _json_ld_of(script: Any) -> Iterator[dict[str, Any]]:
    text = script.text or ""
    if "ld+json" not in (script.get("type") or "").lower() or len(text) > MAX_SCRIPT_CHARS:
        return
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return
    queue = [value]
    for count, node in enumerate(queue):
        if count > MAX_NODES:
            return
        if isinstance(node, dict):
            yield node
            queue += node.values()
        elif isinstance(node, list):
            queue += node
