"""What a model is shown of a report: excerpts, each of one page, the telling ones, bounded. Pure.

An excerpt is {page, heading, text}: rows of a table with their column headers, or running text. A batch is what goes
into one request: {name, excerpts}. Both are plain JSON, since they are journalled.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from phases.fund.document.passages import Passage

Excerpt = dict[str, Any]
Batch = dict[str, Any]

TABLES = ("metrics", "positions", "table")  # kinds of chunks that are tables
BETWEEN = " | "  # cells
PIECE_CHARS = 3_000  # of one excerpt: about 50 rows, whose answer still fits into the limit of tokens


class Bounds(NamedTuple):
    """request: characters of excerpts in one request; document: in all requests of a phase for one report.

    Four characters are about a token of prose, two and a half one of figures.
    """

    request: int
    document: int


def of_tables(chunks: Iterable[Mapping[str, Any]], kinds: Collection[str] = TABLES) -> list[Excerpt]:
    """The rows of the tables of these kinds, page by page, long ones in pieces; each has the headers again."""
    found = []
    for chunk in chunks:
        if chunk["kind"] in kinds and chunk.get("rows"):
            head = BETWEEN.join(column["header"] for column in chunk.get("columns", ()) if column["header"])
            for page, lines in _by_page(chunk["rows"]):
                found += [_excerpt(page, chunk["heading"], text) for text in _pieces(head, lines)]
    return found


def of_prose(passages: Iterable[Passage]) -> list[Excerpt]:
    """Running text; what goes over a page's end is an excerpt for each page."""
    found = []
    for passage in passages:
        for page, group in groupby(passage.places, key=lambda place: place.page):
            places = list(group)
            found.append(_excerpt(page, passage.heading, passage.text[places[0].start : places[-1].end]))
    return found


def telling(excerpts: Sequence[Excerpt], words: re.Pattern[str], most: int) -> list[Excerpt]:
    """Those with the most different words of the pattern, up to `most` characters, in the order of the document."""
    scored = [(len({hit.lower() for hit in words.findall(_said(one))}), one) for one in excerpts]
    kept, room = set(), most
    for place, (score, one) in sorted(enumerate(scored), key=lambda item: (-item[1][0], item[0])):
        if score and len(one["text"]) <= room:
            kept.add(place)
            room -= len(one["text"])
    return [one for place, one in enumerate(excerpts) if place in kept]


def batches(excerpts: Iterable[Excerpt], most: int) -> list[Batch]:
    """Excerpts in requests of at most `most` characters; one that is longer goes alone."""
    groups: list[list[Excerpt]] = []
    size = 0
    for one in excerpts:
        if not groups or size + len(one["text"]) > most:
            groups.append([])
            size = 0
        groups[-1].append(one)
        size += len(one["text"])
    return [{"name": _name(number, len(groups), group), "excerpts": group} for number, group in enumerate(groups, 1)]


def report(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the model is told of the report as a whole."""
    facts = {key: (document.get(key) or {}).get("value") for key in ("document_type", "fund_name", "as_of_date")}
    return facts | {"currency": document.get("currency")}


def _excerpt(page: int, heading: str, text: str) -> Excerpt:
    return {"page": page, "heading": heading, "text": text}


def _said(one: Excerpt) -> str:
    return f"{one['heading']}\n{one['text']}"


def _by_page(rows: Iterable[Sequence[Mapping[str, Any] | None]]) -> Iterator[tuple[int, list[str]]]:
    filled = [[cell for cell in row if cell is not None] for row in rows]
    for page, group in groupby((row for row in filled if row), key=lambda row: int(row[0]["page"])):
        yield page, [BETWEEN.join(cell["text"] for cell in row) for row in group]


def _pieces(head: str, lines: Sequence[str]) -> list[str]:
    pieces: list[list[str]] = [[]]
    size = 0
    for line in lines:
        if pieces[-1] and size + len(line) > PIECE_CHARS:
            pieces.append([])
            size = 0
        pieces[-1].append(line)
        size += len(line)
    return ["\n".join([head, *piece] if head else piece) for piece in pieces]


def _name(number: int, count: int, group: Sequence[Excerpt]) -> str:
    pages = sorted({one["page"] for one in group})
    return f"question {number} of {count}, pages {pages[0]} to {pages[-1]}"
