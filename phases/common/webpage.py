"""The article in a web page: title, text, publication time, language.

trafilatura first; when it finds less than MIN_CHARS, readability and a small heuristic are tried too, and the longest
text wins.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from phases.common.dates import published
from phases.common.language import identify
from phases.common.text import scrub

MIN_CHARS = 500  # below this the first extractor may have missed the article, so the others are asked


def extract(html: str, url: str) -> dict[str, Any]:
    """Read one page. Never raises on odd HTML: what cannot be found is "" or None.

    Returns {title, text (paragraphs separated by newlines), published (ISO UTC, Z, or None), published_by
    ("page" or None), language (ISO 639-1 or ""), extractor ("trafilatura", "readability", "heuristic" or "")}.
    """
    tree = _parse(html)
    if tree is None:
        return _result("", "", None, "", "")
    extractor, text = _body(tree, html, url)
    moment = _quietly(published, tree, url)
    return _result(_title(tree), text, moment, identify(text, _lang(tree)), extractor)


def _result(title: str, text: str, moment: str | None, language: str, extractor: str) -> dict[str, Any]:
    return {
        "title": scrub(title),
        "text": scrub(text),
        "published": moment,
        "published_by": "page" if moment else None,
        "language": language,
        "extractor": extractor,
    }


def _quietly(function: Any, *args: Any) -> Any:
    """The function's value, or None when it raises: pages break parsers in more ways than can be listed."""
    try:
        return function(*args)
    except Exception:
        return None


def _parse(html: str) -> Any:
    from trafilatura.utils import load_html  # noqa: PLC0415

    return _quietly(load_html, html)


def _lang(tree: Any) -> str:
    found = tree.xpath("//html/@lang | //html/@xml:lang")
    return str(found[0]) if found else ""


def _title(tree: Any) -> str:
    found = tree.xpath("//meta[@property='og:title']/@content") or tree.xpath("//h1")
    found = found or tree.xpath("//title")
    if not found:
        return ""
    text = found[0] if isinstance(found[0], str) else found[0].text_content()
    return " ".join(str(text).split())


def _body(tree: Any, html: str, url: str) -> tuple[str, str]:
    best = ("trafilatura", _quietly(_trafilatura, tree, url) or "")
    if len(best[1]) >= MIN_CHARS:
        return best
    for name, function in (("readability", _readability), ("heuristic", _heuristic)):
        text = _quietly(function, html) or ""
        if len(text) > len(best[1]):
            best = (name, text)
    return best if best[1] else ("", "")


def _trafilatura(tree: Any, url: str) -> str:
    from trafilatura import extract as find_text  # noqa: PLC0415

    return find_text(deepcopy(tree), url=url or None, include_comments=False) or ""


def _readability(html: str) -> str:
    from lxml import html as parser  # noqa: PLC0415
    from readability import Document  # noqa: PLC0415

    return _paragraphs(parser.fromstring(Document(html).summary()))


def _paragraphs(tree: Any) -> str:
    lines = [" ".join(element.text_content().split()) for element in tree.iter("p", "h2", "h3", "li", "blockquote")]
    return "\n".join(line for line in lines if line)


def _heuristic(html: str) -> str:
    from selectolax.parser import HTMLParser  # noqa: PLC0415

    page = HTMLParser(html)
    page.strip_tags(["script", "style", "nav", "header", "footer", "aside", "form", "noscript"])
    lines = [" ".join(node.text(separator=" ").split()) for node in page.css("p")]
    return "\n".join(line for line in lines if len(line.split()) > 5)  # noqa: PLR2004
