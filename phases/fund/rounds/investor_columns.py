"""Investors that stand in a column of a table, one to a line or separated by commas. Pure, from the cells' geometry.

A header that says investors beside one that says company or round makes such a table. A list of a fund's own partners
("Investor, Commitment, Contributions") is none. Where the companies are logos, their names are taken from the sentence
that enumerates as many, and marked as inferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from phases.common.pdf_lines import Cell
from phases.fund.document.page_layout import lined
from phases.fund.document.passages import Passage, sentences
from phases.fund.rounds import investor_names, investor_rows, organisations, round_cues, round_sums

SAME_LINE = 0.7  # of the height: cells whose tops are nearer stand on one line
SAME_HEIGHT = 1.2  # times: what is set larger above a header is a title
HEADER_DEPTH = 1.6  # of the height: a header of two lines
LAST_GAP = 7.0  # of the height: more white below a row ends the table
WIDE = 0.6  # of the page: a cell as wide is running text
MOST_HEADER_WORDS = 5

_INVESTORS = re.compile(
    r"(?i)(?:(?:major|key|other|further|additional|current|financial|strategic|all|lead|existing|select(?:ed)?"
    r"|principal|new|co|our|main|notable|syndicate"
    r"|participating|and|last round)[ /&-]*)*"
    r"(?:co-?|mit)?(?:investors?|investoren|investisseurs|syndicate(?: partners| members)?|backers"
    r"|(?:round )?participants)(?:\s?\(s\))?\s?[*†‡:]*\Z"
)
_LEAD = re.compile(r"(?i)(?:co-)?lead(?: investors?)?(?:\s?\(s\))?\s?[*†‡:]*\Z")
_COMPANY = re.compile(
    r"(?i)(?:\w+ / )?(?:portfolio |investee )?(?:company|(?:portfolio)?unternehmen|gesellschaft|beteiligung|société"
    r"|companies|name|issuer|investment|holding"
    r"|business)(?: name)?\s?[*†‡:]*\Z"
)
_ROUND = re.compile(r"(?i)\b(?:round|series|funding|financing|raised|amount|stage|date|valuation|deal|transaction)\b")
_PARTNERS = re.compile(
    r"(?i)\b(?:commitments?|committed|contributions?|contributed|distributions?|unfunded|paid-in"
    r"|capital account|nav|units|vintage)\b"
)
_NOTE = re.compile(r"(?i)\A\s*(?:[*†‡]|\(\d\)|source|note)")


_SAID = re.compile(r"(?i)investor|syndicate|backers|participants")


class Row(NamedTuple):
    """One row: text of each column by its header, its cells with the left edges of their headers."""

    texts: dict[str, str]
    cells: list[tuple[Cell, float]]
    box: list[float]


def found(pages: Iterable[Mapping[str, Any]], texts: Sequence[Passage], own: Sequence[str]) -> list[dict[str, Any]]:
    """A round for each row of each table with a column of investors."""
    rounds_found = []
    for page in pages:
        if not any(_SAID.search(word[4]) for word in page["words"]):
            continue
        cells = _cells(page)
        for heads, columns in _headers(cells):
            rows = list(_rows(page, cells, heads, columns))
            names = [_text(row, columns, _COMPANY) for row in rows]
            inferred = not any(names)
            if not inferred:
                names = _carried(names)
            if inferred:
                names = enumerated(texts, page["number"], len(rows), own)
            rounds_found += [
                one
                for row, name in zip(rows, names, strict=True)
                if (one := _round(page["number"], row, heads, name, own, inferred=inferred)) is not None
            ]
    return rounds_found


def _carried(names: Sequence[str | None]) -> list[str | None]:
    """A row without a company is another round of the company above."""
    found: list[str | None] = []
    for name in names:
        found.append(name or (found[-1] if found else None))
    return found


def _cells(page: Mapping[str, Any]) -> list[Cell]:
    """The page's cells from top to bottom; running text comes as one wide cell."""
    return sorted((cell for line in lined(page).lines for cell in line.cells), key=lambda cell: (cell.y0, cell.x0))


def _headers(cells: list[Cell]) -> Iterator[tuple[list[Cell], list[Cell]]]:
    """(headers of investors, all headers of their line) of each table that has both investors and rounds."""
    done: list[Cell] = []
    for cell in cells:
        if cell in done or not _INVESTORS.match(cell.text):
            continue
        height = cell.y1 - cell.y0
        line = [one for one in cells if abs(one.y0 - cell.y0) < SAME_LINE * height]
        done += line
        above = [one for one in cells if 0 < cell.y0 - one.y0 < HEADER_DEPTH * height]
        line = [
            _with_lower(_with_upper(one, above), cells)
            for one in line
            if len(one.text.split()) <= MOST_HEADER_WORDS and not one.figure
        ]
        heads = [one for one in line if _INVESTORS.match(one.text) or _LEAD.match(one.text) or one.x0 == cell.x0]
        said = " ".join(one.text for one in line if one not in heads)
        is_table = len(line) > 1 and not _PARTNERS.search(said)
        if is_table and (any(_COMPANY.match(one.text) for one in line) or _ROUND.search(said)):
            yield heads, sorted(line)


def _with_upper(cell: Cell, above: list[Cell]) -> Cell:
    """A header of two lines: the upper one belongs to the lower one that it stands over."""
    height = cell.y1 - cell.y0
    over = [one for one in above if one.x0 < cell.x1 and cell.x0 < one.x1 and one.y1 - one.y0 < SAME_HEIGHT * height]
    text = " ".join([*(one.text for one in over), cell.text])
    return cell._replace(text=text) if len(text.split()) <= MOST_HEADER_WORDS else cell


def _with_lower(cell: Cell, cells: list[Cell]) -> Cell:
    """A header that goes on in the line below: Portfolio company, Unternehmen / Company."""
    depth = HEADER_DEPTH * (cell.y1 - cell.y0)
    for one in cells:
        under = 0 < one.y0 - cell.y0 < depth and one.x0 < cell.x1 and cell.x0 < one.x1
        if under and (one.text[:1].islower() or cell.text.endswith("/")) and len(one.text.split()) == 1:
            return cell._replace(text=f"{cell.text} {one.text}", y1=one.y1)
    return cell


def _rows(page: Mapping[str, Any], cells: list[Cell], heads: list[Cell], columns: list[Cell]) -> Iterator[Row]:
    lowest = max(columns, key=lambda one: one.y1)
    body = list(_body(page, cells, lowest, columns))
    placed = [(cell, _column(cell, columns)) for cell in body]
    said_by = {head.x0 for head in heads}
    company = next((one.x0 for one in columns if _COMPANY.match(one.text)), None)
    starts = investor_rows.starts(placed, said_by, company, min(one.y1 - one.y0 for one in columns))
    for start, end in pairwise([*starts, float("inf")]):
        inside = [(cell, column) for cell, column in placed if start <= cell.y0 < end]
        if any(column in said_by for _, column in inside):
            texts = {head.text: " ".join(cell.text for cell, column in inside if column == head.x0) for head in columns}
            yield Row(texts, inside, _around([cell for cell, _ in inside]))


def _body(page: Mapping[str, Any], cells: list[Cell], header: Cell, columns: list[Cell]) -> Iterator[Cell]:
    """The cells below the header, down to running text, a note, or white."""
    height, last = min(one.y1 - one.y0 for one in columns), header.y1
    left, right = min(one.x0 for one in columns), max(one.x1 for one in columns)
    for cell in cells:
        if cell.y0 < header.y1 - 1 or cell.x1 < left or cell.x0 > right + 0.3 * page["width"]:
            continue
        crossed = sum(cell.x0 < one.x0 - 1 and one.x1 < cell.x1 for one in columns)
        if (
            cell.y0 - last > LAST_GAP * height
            or _NOTE.match(cell.text)
            or cell.x1 - cell.x0 > WIDE * page["width"]
            or crossed > 1
        ):
            return
        last = max(last, cell.y1)
        yield cell


def _column(cell: Cell, columns: list[Cell]) -> float:
    """The header that a cell stands under: the one it overlaps most, else the nearest."""

    def fit(head: Cell) -> tuple[float, float]:
        overlap = min(cell.x1, head.x1) - max(cell.x0, head.x0)
        return max(0.0, overlap), -min(abs(cell.x0 - head.x0), abs(cell.x0 + cell.x1 - head.x0 - head.x1) / 2)

    return max(columns, key=fit).x0


def enumerated(texts: Sequence[Passage], page: int, count: int, own: Sequence[str]) -> list[str | None]:
    """The names of the one enumeration of so many names on the page; without exactly one, nothing."""
    lists: list[list[str]] = []
    for passage in texts:
        for sentence in sentences(passage):
            if sentence.page == page:
                groups = organisations.lists(sentence.text, organisations.items(sentence.text, own))
                lists += [group.names for group in groups if len(group.names) == count > 1]
    return list(lists[0]) if len(lists) == 1 else [None] * count


def _round(
    page: int, row: Row, heads: list[Cell], company: str | None, own: Sequence[str], *, inferred: bool
) -> dict[str, Any] | None:
    leads: list[str] = []
    others: list[str] = []
    for head in heads:
        lines = [cell.text for cell, column in row.cells if column == head.x0]
        for name, marked in investor_names.entries(lines, own):
            (leads if marked or _LEAD.match(head.text) else others).append(name)
    investors = list(dict.fromkeys(leads + others))
    if not investors:
        return None
    said = " ".join(text for head, text in row.texts.items() if _ROUND.search(head))
    money = round_sums.money(said)
    named = round_cues.ROUND_NAME.search(said)
    return {
        "company": company,
        **({"company_inferred": True} if inferred and company else {}),
        "round": named["name"] if named else None,
        "date": round_sums.date(said),
        "money": money,
        "leads": list(dict.fromkeys(leads)),
        "investors": investors,
        "quote": " | ".join(text for text in row.texts.values() if text),
        "page": page,
        "bbox": row.box,
    }


def _text(row: Row, columns: list[Cell], wanted: re.Pattern[str]) -> str | None:
    head = next((one.text for one in columns if wanted.match(one.text)), None)
    return (row.texts.get(head) or None) if head else None


def _around(cells: Sequence[Cell]) -> list[float]:
    return [
        min(cell.x0 for cell in cells),
        min(cell.y0 for cell in cells),
        max(cell.x1 for cell in cells),
        max(cell.y1 for cell in cells),
    ]
