"""The blocks of a web page: its paragraphs, headings, list items and the like, in document order.

An extractor gives lines of text without saying where they stood. Looking a line up here tells what it was: a
paragraph, a caption, a list of links, part of another article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LEAF_TAGS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption"))
_BOXES = (
    "address article aside blockquote body dd details div dl dt figure footer form header li main nav ol pre section "
    "summary table tbody td th tr ul"
)
BOX_TAGS = frozenset(_BOXES.split())
BLOCK_TAGS = LEAF_TAGS | BOX_TAGS
MAX_BLOCK_CHARS = 8000  # a longer block is a whole page inside one element and says nothing about a line
SIGNATURE_DEPTH = 4  # ancestors whose tags and classes tell paragraphs of one kind from those of another
MAX_SAME = 4  # blocks remembered for the same words; more would make a page of one repeated line slow
GRAM_WORDS = 5  # two texts that share a run of five words share them because one quotes the other
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, eq=False)
class Block:
    """One block: its lxml element, its place in document order (from 0), its text on one line, its key."""

    element: Any
    place: int
    text: str
    key: str

    @property
    def tag(self) -> str:
        return str(self.element.tag)

    def link_share(self) -> float:
        """Share of the text that stands in links, 0 to 1."""
        linked = sum(len(" ".join(link.text_content().split())) for link in self.element.iter("a"))
        return min(1.0, linked / len(self.text))

    def inside(self, tag: str) -> list[Any]:
        """Ancestors with this tag, innermost first."""
        return list(self.element.iterancestors(tag))

    def article(self) -> Any:
        """The outermost <article> around the block, or None."""
        return next(iter(self.inside("article")[::-1]), None)

    def signature(self) -> tuple[Any, ...]:
        """Tag, and tags and classes of the nearest ancestors: equal for paragraphs that a template treats alike."""
        parents = [(parent.tag, parent.get("class") or "") for parent in self.element.iterancestors()]
        return (self.tag, *parents[:SIGNATURE_DEPTH])


class BlockIndex:
    """Blocks of a page in document order, and by their words."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self.blocks = list(blocks)
        self._by_key: dict[str, list[Block]] = {}
        for block in self.blocks:
            same = self._by_key.setdefault(block.key, [])
            if len(same) < MAX_SAME:
                same.append(block)

    def find(self, line: str) -> Block | None:
        """The block with the words of the line. Among several, the one with the fewest links: menus repeat titles."""
        found = self._by_key.get(key_of(line), [])
        return found[0] if len(found) == 1 else min(found, key=Block.link_share, default=None)

    def first(self, tag: str) -> Block | None:
        return next((block for block in self.blocks if block.tag == tag), None)


def index_blocks(tree: Any) -> BlockIndex:
    """Read the blocks of a parsed page (an lxml element whose scripts are already removed)."""
    texts = ((element, " ".join(element.text_content().split())) for element in tree.iter(*BLOCK_TAGS) if _own(element))
    kept = [(element, text) for element, text in texts if 0 < len(text) <= MAX_BLOCK_CHARS]
    return BlockIndex(Block(element, place, text, key_of(text)) for place, (element, text) in enumerate(kept))


def key_of(text: str) -> str:
    """Lower-case words of a text with single spaces: equal for a line and the block it came from."""
    return " ".join(_WORD.findall(text.lower()))


def grams(key: str) -> set[tuple[str, ...]]:
    """Runs of five words of a key; a shorter key is one run."""
    words = key.split()
    return {tuple(words[at : at + GRAM_WORDS]) for at in range(max(1, len(words) - GRAM_WORDS + 1))}


def _own(element: Any) -> bool:
    """Whether the element has text of its own rather than only in blocks below it."""
    if element.tag in LEAF_TAGS:
        return True
    children = list(element)
    if not any(child.tag in BLOCK_TAGS for child in children):
        return True
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in children)
