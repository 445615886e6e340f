"""The article in a web page: title, text, publication time, language.

The text comes from trafilatura. Where that is doubtful (see `_is_doubtful`) its slow mode is asked, and below
MIN_CHARS readability, a small heuristic, and the data that pages drawn by scripts carry. An alternative is taken only
when it is clearly longer. Then article_text takes out what is not the article.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Literal

from phases.common.article_text import link_lines_share, refine
from phases.common.dates import published
from phases.common.language import identify
from phases.common.page_blocks import BlockIndex, index_blocks, key_of
from phases.common.page_meta import PageMeta
from phases.common.text import scrub

MIN_CHARS = 500  # a shorter article is rare enough that the first extractor may have missed it
LONGER = 1.5  # times as long an alternative must be, or it is the same text with more furniture
MAX_CHARS = 2_000_000  # characters of HTML looked at; real article pages have up to 1.5 million
LOW_COVERAGE = 0.2  # of the page's long paragraphs: the extractor may have taken a side column
LONG_PARAGRAPH = 80  # characters
LINKED_PARAGRAPH = 0.3  # share of links above which a paragraph is not counted as text
MUCH_LINKED = 0.2  # share of link lines above which the extractor took a list page or a menu
BODY_RATIO = 2.0  # times as long as the found text that the page's own articleBody must be to doubt it
COMMENTS = "[id^=comment], [class^=comment]"  # a short notice with many comments is still short
HEURISTIC_WORDS = 6  # words of a paragraph that the heuristic keeps
EMBEDDED_PARAGRAPHS = 3  # <p> elements in a string of a script that make it an article

USELESS = (
    "script", "style", "svg", "noscript", "iframe", "link", "nav", "footer", "aside", "template", "select", "dialog",
    "object", "embed", "canvas", "map", "input", "datalist", "video", "audio", "button",
)  # fmt: skip  # fewer nodes halve the time; the text found is the same
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"')
_TAG = re.compile(r"<[^>]+>")


def extract(html: str, url: str) -> dict[str, Any]:
    """Read one page. Never raises on odd HTML: what cannot be found is "" or None.

    html   the page as text; only the first two million characters are looked at
    url    where it was fetched; helps to find the date, nothing is fetched

    Returns {title, text (paragraphs separated by newlines), published (ISO UTC with Z, or None), published_by
    ("page" or None), language (ISO 639-1 or ""), extractor ("trafilatura", "readability", "heuristic" or "")}.
    """
    html = html[:MAX_CHARS].replace("\0", "").encode("utf-8", "replace").decode()  # the parser refuses the rest
    tree = _quietly(_parse, html)
    if tree is None:
        return _result("", "", None, "", "")
    meta = PageMeta(tree)
    title = (_quietly(lambda: meta.titles) or [""])[0]
    moment = _quietly(published, meta, url)
    extractor, text = _quietly(_article, html, url, meta) or ("", "")
    text = scrub(text)
    language = _quietly(identify, text, _quietly(lambda: meta.language) or "") or ""
    return _result(scrub(title), text, moment, language, extractor if text else "")


def _result(title: str, text: str, moment: str | None, language: str, extractor: str) -> dict[str, Any]:
    return {
        "title": title,
        "text": text,
        "published": moment,
        "published_by": "page" if moment else None,
        "language": language,
        "extractor": extractor,
    }


def _quietly(function: Callable[..., Any], *args: Any) -> Any:
    """The function's value, or None when it raises: pages break parsers in more ways than can be listed."""
    try:
        return function(*args)
    except Exception:
        return None


def _parse(html: str) -> Any:
    from lxml import html as parser  # noqa: PLC0415
    from trafilatura.utils import load_html  # noqa: PLC0415  (0.4 s to import; only when a page is read)

    tree = load_html(html)
    return parser.document_fromstring(html) if tree is None and html.strip() else tree  # None for fragments


def _article(html: str, url: str, meta: PageMeta) -> tuple[str, str]:
    """The extractor that found the article, and its refined text."""
    bodies = [_TAG.sub(" ", body) for body in meta.texts("articleBody")]
    _ = meta.titles, meta.descriptions, meta.language  # read before the scripts go
    tree = _prune(meta.tree)
    index = index_blocks(tree)
    raw = _quietly(_trafilatura, tree, url, "fast") or ""
    text = refine(raw, index, meta)
    if _is_doubtful(raw, text, index, bodies):
        slow = refine(_quietly(_trafilatura, tree, url, "slow") or "", index, meta)
        text = slow if len(slow) >= min(len(text), MIN_CHARS) else text
    if len(text) >= MIN_CHARS:
        return "trafilatura", text
    return _longest(("trafilatura", text), _alternatives(html, bodies, index, meta))


def _is_doubtful(raw: str, text: str, index: BlockIndex, bodies: list[str]) -> bool:
    """Too short, too small a part of the page or of its articleBody, or mostly links."""
    longest = max(map(len, bodies), default=0)
    if len(text) < MIN_CHARS or longest > BODY_RATIO * len(text) or link_lines_share(raw, index) > MUCH_LINKED:
        return True
    long = [block for block in index.blocks if block.tag == "p" and len(block.text) >= LONG_PARAGRAPH]
    return len(text) < LOW_COVERAGE * sum(len(block.text) for block in long if block.link_share() < LINKED_PARAGRAPH)


def _longest(best: tuple[str, str], others: Iterator[tuple[str, str]]) -> tuple[str, str]:
    for name, text in others:
        if len(text) >= MIN_CHARS and len(text) > LONGER * len(best[1]):
            best = (name, text)
    return best


def _alternatives(html: str, bodies: list[str], index: BlockIndex, meta: PageMeta) -> Iterator[tuple[str, str]]:
    yield "readability", refine(_quietly(_readability, html) or "", index, meta)
    yield "heuristic", refine(_quietly(_heuristic, html) or "", index, meta)
    for body in bodies:
        yield "heuristic", body
    yield "heuristic", _quietly(_embedded, html) or ""


def _prune(tree: Any) -> Any:
    from lxml import etree  # noqa: PLC0415

    etree.strip_elements(tree, *USELESS, etree.Comment, with_tail=False)
    for line_break in tree.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")  # or the words before and after it become one
    return tree


def _trafilatura(tree: Any, url: str, mode: Literal["fast", "slow"]) -> str:
    from trafilatura import extract as find_text  # noqa: PLC0415

    return find_text(deepcopy(tree), url=url or None, include_comments=False, fast=mode == "fast") or ""


def _readability(html: str) -> str:
    from lxml import html as parser  # noqa: PLC0415
    from readability import Document  # noqa: PLC0415

    return _paragraphs(parser.fromstring(Document(html).summary()))


def _heuristic(html: str) -> str:
    """Every paragraph outside the page's furniture and its readers' comments that has more than a few words."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415

    page = LexborHTMLParser(html)
    page.strip_tags([*USELESS, "header", "form"])
    for node in page.css(COMMENTS):
        node.decompose()
    for line_break in page.css("br"):
        line_break.replace_with(" ")
    lines = [" ".join(node.text().split()) for node in page.css("p")]
    return "\n".join(line for line in lines if len(line.split()) >= HEURISTIC_WORDS)


def _embedded(html: str) -> str:
    """The longest HTML text among the strings of the page's scripts: pages drawn by a script carry it as data."""
    from lxml import html as parser  # noqa: PLC0415

    found = [text for text in _long_strings(html) if text.lower().count("<p") >= EMBEDDED_PARAGRAPHS]
    return _paragraphs(parser.fromstring(max(found, key=len))) if found else ""


def _long_strings(html: str) -> Iterator[str]:
    for script in re.findall(r"(?is)<script\b[^>]*>(.*?)</script>", html):
        for literal in _STRING.findall(script):
            text = _quietly(json.loads, literal) if len(literal) > MIN_CHARS else None
            if isinstance(text, str):
                yield text
                yield from (inner for inner in map(_decoded, _STRING.findall(text)) if inner)


def _decoded(literal: str) -> str:
    """A string inside a string: frameworks put JSON text into a script's string."""
    text = _quietly(json.loads, literal) if len(literal) > MIN_CHARS else None
    return text if isinstance(text, str) else ""


def _paragraphs(tree: Any) -> str:
    lines = [" ".join(element.text_content().split()) for element in tree.iter("p", "h2", "h3", "li", "blockquote")]
    return "\n".join(dict.fromkeys(line for line in lines if key_of(line)))
