"""Make an extractor's text the article: take out what is not part of it, put back what is.

Rules look at where a line stood in the page (page_blocks) and at a few phrases that sites of all kinds print; none
knows a site. Each was kept because it raised the F1 of the text on both random halves of the development pages
(benchmarks/news/extraction.py prints the figures).
"""

from __future__ import annotations

import re
from collections import Counter

from phases.common.page_blocks import Block, BlockIndex, grams, key_of
from phases.common.page_meta import PageMeta

LINK_SHARE = 0.8  # a paragraph or list item with more of its text in links points to other articles
SAME_KIND_SHARE = 0.3  # of the text must stand in one kind of paragraph before others of that kind are added
MIN_PARAGRAPH = 60  # characters; shorter missing paragraphs are as often furniture as text
MAX_PARAGRAPHS = 1000  # looked at per page; no article has more
KNOWN_SHARE = 0.5  # of a paragraph's five-word runs in the text: then the text has it already
MIN_STANDFIRST_KEY = 40  # characters; shorter descriptions are slogans
MAX_STANDFIRST_RATIO = 1.5  # the printed standfirst may be this much longer than the description
TITLE_LINES = 6  # a title can only be repeated among the first lines
MAX_LEADING = 4  # lines of date, author or section before the first sentence
MAX_TRAILING = 3  # more unfinished lines at the end are a list that belongs to the article
UNFINISHED_CHARS = 120  # a longer last line is text even without a full stop
LEADING_CHARS = 80
FURNITURE_CHARS = 250
MAIN_ARTICLE_SHARE = 0.25  # of the text; the first <article> with as much is the one the page is about

_SENTENCE_END = re.compile(r"[.!?…。！？\"”»“)\]]\s*\Z")
_FURNITURE = re.compile(
    r"""\W*(?:
    read\ (?:more|also|next)|also\ read|see\ also|related(?:\s*:|\ (?:articles?|stories|topics)\b)|more\ on\ this|
    don['’]?t\ miss|most\ read|you\ may\ also\ like|recommended\ (?:for\ you|stories)|
    sign\ up|subscribe|follow\ us|join\ (?:our|us|the)\ (?:newsletter|commenting|channel)|click\ here|advertisement|
    share\ this|(?:image|photo|picture)s?\s*(?:credits?)?\s*:|copyright\b|©|all\ rights\ reserved|
    lesen\ sie\ auch|mehr\ zum\ thema|auch\ interessant|ähnliche\ artikel|foto\s*:|bild\s*:|jetzt\ abonnieren|
    lire\ aussi|à\ lire\ aussi|les\ també|lea\ también|leer\ también|te\ puede\ interesar|
    leggi\ anche|leia\ (?:também|mais)|
    lees\ ook|les\ også|läs\ också|czytaj\ (?:więcej|także|też)
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def refine(text: str, index: BlockIndex, meta: PageMeta) -> str:
    """The article's lines: paragraphs separated by newlines, without title, links, captions and furniture."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    lines = _without_titles(lines, index, meta)
    lines = [line for line in lines if not _is_aside(line, index.find(line))]
    lines = _of_main_article(lines, index)
    lines = _with_missing_paragraphs(lines, index)
    lines = _without_trailing(_without_leading(lines))
    return "\n".join(_with_standfirst(lines, index, meta))


def link_lines_share(text: str, index: BlockIndex) -> float:
    """Share of the text's characters in lines that are links to other pages, 0 to 1."""
    lines = text.split("\n")
    linked = sum(len(line) for line in lines if _is_link_line(index.find(line)))
    return linked / max(1, len(text))


def _without_titles(lines: list[str], index: BlockIndex, meta: PageMeta) -> list[str]:
    titles = {key_of(title) for title in meta.titles}
    heading = index.first("h1")
    titles |= {heading.key} if heading else set()
    head = [line for line in lines[:TITLE_LINES] if key_of(line) not in titles]
    return head + lines[TITLE_LINES:]


def _is_aside(line: str, block: Block | None) -> bool:
    """A pointer to another page, a caption, or a phrase that sites print around articles."""
    if len(line) < FURNITURE_CHARS and _FURNITURE.match(line):
        return True
    return _is_link_line(block) or _is_caption(block)


def _is_caption(block: Block | None) -> bool:
    return block is not None and (block.tag == "figcaption" or bool(block.inside("figcaption")))


def _is_link_line(block: Block | None) -> bool:
    return block is not None and block.tag in ("p", "li", "div") and block.link_share() >= LINK_SHARE


def _of_main_article(lines: list[str], index: BlockIndex) -> list[str]:
    """Without lines that stand in another <article> of the page, such as the next story below this one."""
    outermost = {}
    for line in lines:
        block = index.find(line)
        article = block.article() if block else None
        if article is not None:
            outermost[line] = article
    sizes = Counter(dict.fromkeys(outermost.values(), 0))
    for line, article in outermost.items():
        sizes[article] += len(line)
    main = next((article for article, size in sizes.items() if size >= MAIN_ARTICLE_SHARE * sizes.total()), None)
    return [line for line in lines if outermost.get(line, main) is main]


def _with_missing_paragraphs(lines: list[str], index: BlockIndex) -> list[str]:
    """With paragraphs of the main kind that the extractor passed over, put where they stand in the page."""
    found = [index.find(line) for line in lines]
    sizes: Counter[tuple[object, ...]] = Counter()
    for block in found:
        if block and block.tag == "p":
            sizes[block.signature()] += len(block.text)
    if not sizes:
        return lines
    kind, size = sizes.most_common(1)[0]
    if size < SAME_KIND_SHARE * sum(map(len, lines)):
        return lines
    return _inserted(lines, [block.place if block else None for block in found], _missing(kind, lines, found, index))


def _inserted(lines: list[str], places: list[int | None], missing: list[Block]) -> list[str]:
    """The lines with the missing blocks, each after the last line that stands before it in the page."""
    after: dict[int, list[str]] = {}
    for block in missing:
        before = [at for at, place in enumerate(places) if place is not None and place < block.place]
        after.setdefault(before[-1] if before else -1, []).append(block.text)
    return after.get(-1, []) + [text for at, line in enumerate(lines) for text in (line, *after.get(at, []))]


def _missing(kind: tuple[object, ...], lines: list[str], found: list[Block | None], index: BlockIndex) -> list[Block]:
    articles = [block.article() for block in found if block]
    known = grams(key_of(" ".join(lines)))
    blocks = [block for block in index.blocks if block.tag == "p" and len(block.text) >= MIN_PARAGRAPH][:MAX_PARAGRAPHS]
    return [
        block
        for block in blocks
        if block.signature() == kind
        and block.article() in articles
        and _share(grams(block.key), known) < KNOWN_SHARE
        and not _is_aside(block.text, block)
    ]


def _share(these: set[tuple[str, ...]], known: set[tuple[str, ...]]) -> float:
    return len(these & known) / len(these)


def _without_leading(lines: list[str]) -> list[str]:
    """Without a dateline, author or section before the first sentence."""
    count = 0
    while count < len(lines) - 1 and len(lines[count]) < LEADING_CHARS and not _SENTENCE_END.search(lines[count]):
        count += 1
    return lines[count:] if count <= MAX_LEADING else lines


def _without_trailing(lines: list[str]) -> list[str]:
    """Without headings and labels after the last sentence."""
    count = 0
    while count < len(lines) - 1 and _is_unfinished(lines[-1 - count]):
        count += 1
    return lines[: len(lines) - count] if count <= MAX_TRAILING else lines


def _is_unfinished(line: str) -> bool:
    return len(line) < UNFINISHED_CHARS and not _SENTENCE_END.search(line)


def _with_standfirst(lines: list[str], index: BlockIndex, meta: PageMeta) -> list[str]:
    """With the page's description in front, when it is printed between the heading and the first paragraph."""
    known = key_of(" ".join(lines))
    printed = _between_heading_and_text(lines, index)
    for key in map(key_of, meta.descriptions):
        if len(key) < MIN_STANDFIRST_KEY or key in known:
            continue
        for block in printed:
            if key in block.key and len(block.key) <= MAX_STANDFIRST_RATIO * len(key):
                return [block.text, *lines]
    return lines


def _between_heading_and_text(lines: list[str], index: BlockIndex) -> list[Block]:
    heading = index.first("h1")
    found = (index.find(line) for line in lines if len(line) >= MIN_PARAGRAPH)
    first = next((block.place for block in found if block and block.tag == "p"), len(index.blocks))
    between = index.blocks[heading.place + 1 if heading else 0 : first]
    return [block for block in between if block.tag not in ("figcaption", "figure")]
