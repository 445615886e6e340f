"""Running text of a document as sentences that know where they stand. Pure.

Text comes from the words of the pages, so a quotation is what is printed, and its box is that of its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from phases.common.text import sentences as split_sentences

Box = list[float]

PROSE = ("narrative", "metrics", "heading", "positions")  # kinds of chunks that may hold sentences
_BROKEN = re.compile(r"[a-zà-ÿ]-\Z")  # a word that goes on in the next line
_GOES_ON = re.compile(r"[a-zà-ÿ]+[\W\d]*\Z")  # "over-" in "year-over-year" keeps its hyphen: what follows has one, too
_COMPOUND = re.compile(r"(?i)(?:\A|\W)(?:non|pre|post|self|year|mid|long|short|high|low|well|co|late|early)-\Z")


class Place(NamedTuple):
    """A word's stretch of the passage's text, with its page and box."""

    start: int
    end: int
    page: int
    box: tuple[float, float, float, float]


class Sentence(NamedTuple):
    """A sentence, or a heading or a line without an end mark. `before` is where it starts in its passage."""

    text: str
    page: int
    bbox: Box
    heading: str
    passage: int
    start: int


class Passage(NamedTuple):
    """The text of one chunk. `number` counts the passages of the document."""

    number: int
    heading: str
    kind: str
    text: str
    places: list[Place]

    def where(self, start: int, end: int) -> tuple[int, Box]:
        """Page and box of a stretch; of its first page, when it goes over two."""
        words = [place for place in self.places if place.end > start and place.start < end]
        page = words[0].page
        boxes = [word.box for word in words if word.page == page]
        return page, [
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        ]


def passages(pages: Iterable[Mapping[str, Any]], chunks: Iterable[Mapping[str, Any]]) -> list[Passage]:
    """The passages of the chunks that hold running text, in the order of the document."""
    lines = _lines(pages)
    found: list[Passage] = []
    for chunk in chunks:
        if chunk["kind"] in PROSE:
            rows = [lines.get((page, line), []) for page, line in chunk["lines"]]
            text, places = _joined([row for row in rows if row])
            if places:
                found.append(Passage(len(found), chunk.get("heading") or "", chunk["kind"], text, places))
    return found


def sentences(passage: Passage) -> list[Sentence]:
    """The sentences of a passage with their places."""
    found: list[Sentence] = []
    at = 0
    for text in split_sentences(passage.text):
        start = passage.text.find(text, at)
        if start < 0:
            continue
        at = start + len(text)
        page, box = passage.where(start, at)
        found.append(Sentence(text, page, box, passage.heading, passage.number, start))
    return found


def _lines(pages: Iterable[Mapping[str, Any]]) -> dict[tuple[int, int], list[tuple[int, list[Any]]]]:
    """{(page, line): its words with the page's number}."""
    found: dict[tuple[int, int], list[tuple[int, list[Any]]]] = {}
    for page in pages:
        for word in page["words"]:
            found.setdefault((page["number"], word[5]), []).append((page["number"], word))
    return found


def _joined(lines: list[list[tuple[int, list[Any]]]]) -> tuple[str, list[Place]]:
    """One text of many lines; words that were broken at a line's end are whole again."""
    pieces: list[str] = []
    places: list[Place] = []
    length = 0
    for line in lines:
        for position, (page, word) in enumerate(line):
            last = pieces[-1] if pieces and position == 0 else ""
            if last.endswith("-"):  # the word goes on: without its hyphen, unless that belongs to it
                if _BROKEN.search(last) and _GOES_ON.match(word[4]) and not _COMPOUND.search(last):
                    pieces[-1] = last[:-1]
                    length -= 1
            elif pieces:
                pieces.append(" ")
                length += 1
            pieces.append(word[4])
            places.append(Place(length, length + len(word[4]), page, (word[0], word[1], word[2], word[3])))
            length += len(word[4])
    return "".join(pieces), places
