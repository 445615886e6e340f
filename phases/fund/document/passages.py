"""Running text of a document as sentences that know where they stand. Pure.

Text comes from the words of the pages, so a quotation is what is printed, and its box is that of its words.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from phases.common.once import once
from phases.common.text import sentences as split_sentences

Box = list[float]
Row = list[tuple[int, list[Any]]]  # the words of a line with their page

PROSE = ("narrative", "metrics", "heading", "positions")  # kinds of chunks that may hold sentences
_BROKEN = re.compile(r"[a-zà-ÿ]-\Z")  # a word that goes on in the next line
_GOES_ON = re.compile(r"[a-zà-ÿ]+[\W\d]*\Z")  # "over-" in "year-over-year" keeps its hyphen: what follows has one, too
_COMPOUND = re.compile(r"(?i)(?:\A|\W)(?:non|pre|post|self|year|mid|long|short|high|low|well|co|late|early)-\Z")
# "Co-investors: …": what stands in lines of labels ends with its line
_LABELLED = re.compile(r"[A-ZÀ-Þ][\w/-]*(?: [\w/()-]+){0,3}:(?:\s|\Z)")
_BULLET_ITEM = re.compile(r"\s*(?:[•▪■◦●*]|[–—-](?=\s))\s*")
_BULLET = re.compile(r"(?:[•▪■◦●*]|[–—-](?:\s|\Z))")
# What stands before the white is no end: "led by" at the foot of a column goes on at the head of the next
_UNFINISHED = re.compile(
    r"(?:[,&(/-]|\b(?:and|or|by|from|with|of|the|an?|in|to|for|at|as|its|our|their|including|between|new|existing))\Z"
)
_NO_LETTERS = re.compile(r"[\W_]+")
WIDE = 2.0  # of the height: more white than justified text has between two words
WIDEST = 4.0  # of the height: no line is justified with more
UNEVEN = 2.0  # times the narrowest white of the line: justified text is spaced evenly
LEAD_IN = 3  # words of a heading that stands on the line of the text below it
PROBE = 30  # letters of a paragraph by which the line that it begins with is found


class Place(NamedTuple):
    """A word's stretch of the passage's text, with its page and box."""

    start: int
    end: int
    page: int
    box: tuple[float, float, float, float]


class Sentence(NamedTuple):
    """A sentence, or a heading or a line without an end mark; `start` is where it begins in its passage.

    `lead_in` is what its paragraph opens with, as in "Exits. Trade sales doubled."
    """

    text: str
    page: int
    bbox: Box
    heading: str
    passage: int
    start: int
    lead_in: str = ""


class Passage(NamedTuple):
    """The text of one chunk. `number` counts the passages of the document; at `breaks` paragraphs and bullets begin.

    `said` are its sentences, found once for all phases that read them.
    """

    number: int
    heading: str
    kind: str
    text: str
    places: list[Place]
    breaks: tuple[int, ...] = ()
    said: tuple[Sentence, ...] = ()

    def where(self, start: int, end: int) -> tuple[int, Box]:
        """Page and box of a stretch; of its first page, when it goes over two."""
        first = bisect_right(self.places, start, key=lambda place: place.end)
        words = self.places[first : bisect_left(self.places, end, first, key=lambda place: place.start)]
        page = words[0].page
        boxes = [word.box for word in words if word.page == page]
        return page, [
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        ]


@once(keep=1)
def passages(pages: Iterable[Mapping[str, Any]], chunks: Iterable[Mapping[str, Any]]) -> list[Passage]:
    """The passages of the chunks that hold running text, in the order of the document; no line stands in two."""
    lines = _lines(pages)
    gathered: list[tuple[Mapping[str, Any], list[Row], str]] = []
    for chunk in chunks:
        if chunk["kind"] in PROSE or _is_list(chunk):
            rows = [row for page, line in chunk["lines"] if (row := lines.pop((page, line), []))]
            said = str(chunk.get("text") or "")
            if rows and gathered and _is_list(chunk) and gathered[-1][1][-1][-1][1][4].endswith(":"):
                gathered[-1][1].extend(rows)  # the items of an enumeration that the text before it announces
            elif rows:
                gathered.append((chunk, rows, said))
    found: list[Passage] = []
    for chunk, rows, said in gathered:
        text, places, breaks = _joined(rows, _paragraph_starts(rows, said))
        one = Passage(len(found), chunk.get("heading") or "", chunk["kind"], text, places, breaks)
        found.append(one._replace(said=tuple(_sentences(one))))
    return found


def sentences(passage: Passage) -> list[Sentence]:
    """The sentences of a passage with their places; none goes over the end of a paragraph."""
    return list(passage.said)


def _sentences(passage: Passage) -> list[Sentence]:
    found: list[Sentence] = []
    for begin, end in pairwise((0, *passage.breaks, len(passage.text))):
        at, lead_in = begin, ""
        for text in split_sentences(passage.text[begin:end]):
            start = passage.text.find(text, at, end)
            if start < 0:
                continue
            at = start + len(text)
            page, box = passage.where(start, at)
            found.append(Sentence(text, page, box, passage.heading, passage.number, start, lead_in))
            if start == begin and len(text.split()) <= LEAD_IN:
                lead_in = text
    return found


def with_items(sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """The sentences; one that ends with a colon has the bullets below it as an enumeration, each in its place."""
    open_: Sentence | None = None
    for one in sentences:
        bullet = _BULLET_ITEM.match(one.text)
        if open_ is not None and bullet and open_.passage == one.passage:
            first = open_.text.endswith((":", ",", ";", " and"))
            mark = (" " if first else ",").ljust(bullet.end())
            gap = " " * (one.start - open_.start - len(open_.text))
            open_ = open_._replace(text=f"{open_.text}{gap}{mark}{one.text[bullet.end() :]}")
            continue
        if open_ is not None:
            yield open_
        open_ = one if one.text.endswith(":") else None
        if open_ is None:
            yield one
    if open_ is not None:
        yield open_


def _is_list(chunk: Mapping[str, Any]) -> bool:
    """Whether what looks like a table has nothing but bullets in its first column."""
    first = [row[0]["text"] for row in chunk.get("rows") or [] if row and row[0]]
    return bool(first) and all(_BULLET.fullmatch(text) for text in first)


def _paragraph_starts(rows: list[Row], text: str) -> set[int]:
    """Which lines begin a paragraph of the chunk, or a label; found by their letters, for the chunk has no lines."""
    said = [" ".join(word[4] for _, word in row) for row in rows]
    starts = {number for number, line in enumerate(said) if number and (_LABELLED.match(line) or _BULLET.match(line))}
    letters = [_NO_LETTERS.sub("", line) for line in said]
    at = 1
    for paragraph in text.split("\n\n")[1:]:
        probe = _NO_LETTERS.sub("", paragraph)[:PROBE]
        for number in range(at, len(rows)):
            if "".join(letters[number : number + PROBE]).startswith(probe):
                starts.add(number)
                at = number + 1
                break
    return {number for number in starts if _BULLET.match(said[number]) or not _UNFINISHED.search(said[number - 1])}


def _lines(pages: Iterable[Mapping[str, Any]]) -> dict[tuple[int, int], Row]:
    """{(page, line): its words with the page's number}."""
    found: dict[tuple[int, int], Row] = {}
    for page in pages:
        for word in page["words"]:
            found.setdefault((page["number"], word[5]), []).append((page["number"], word))
    return found


def _apart(before: Any, word: Any, usual: float) -> bool:
    """Whether white that is no word space parts two words of a line: cells of a table; a label keeps its value."""
    white, height = word[0] - before[2], word[3] - word[1]
    return (
        white > max(WIDE * height, min(UNEVEN * usual, WIDEST * height))
        and before[4][-1:] != ":"
        and not _BULLET.fullmatch(before[4])
    )


def _joined(lines: list[Row], starts: Collection[int]) -> tuple[str, list[Place], tuple[int, ...]]:
    """One text of many lines, and where in it lines of `starts` begin; words broken at a line's end are whole again."""
    pieces: list[str] = []
    places: list[Place] = []
    breaks: list[int] = []
    length, tabular = 0, False
    for number, line in enumerate(lines):
        usual = min((after[0] - before[2] for (_, before), (_, after) in pairwise(line)), default=0.0)
        rows_end, tabular = tabular, False  # a row of a table ends with its line
        for position, (page, word) in enumerate(line):
            last = pieces[-1] if pieces and position == 0 else ""
            if last.endswith("-"):  # the word goes on: without its hyphen, unless that belongs to it
                if _BROKEN.search(last) and _GOES_ON.match(word[4]) and not _COMPOUND.search(last):
                    pieces[-1] = last[:-1]
                    length -= 1
            elif pieces:
                pieces.append(" ")
                length += 1
            apart = position > 0 and _apart(line[position - 1][1], word, usual)
            tabular = apart or (tabular and position > 0)
            if (position == 0 and (number in starts or rows_end)) or apart:
                breaks.append(length)
            pieces.append(word[4])
            places.append(Place(length, length + len(word[4]), page, (word[0], word[1], word[2], word[3])))
            length += len(word[4])
    return "".join(pieces), places, tuple(breaks)
