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

from phases.common import pdf_words
from phases.common.pdf_lines import Cell, lines_of
from phases.fund import organisations, round_cues, rounds
from phases.fund.passages import Passage, sentences

SAME_LINE = 0.7  # of the height: cells whose tops are nearer stand on one line
HEADER_DEPTH = 1.6  # of the height: a header of two lines
LAST_GAP = 7.0  # of the height: more white below a row ends the table
ROW_GAP = 1.5  # times the usual distance of two lines, where nothing else tells rows apart
WIDE = 0.6  # of the page: a cell as wide is running text
MOST_HEADER_WORDS = 5

_INVESTORS = re.compile(
    r"(?i)(?:(?:major|key|other|lead|existing|select(?:ed)?|principal|new|co|our|main|notable|syndicate"
    r"|participating|and|last round)[ /&-]*)*"
    r"(?:co-?)?(?:investors?|syndicate(?: partners| members)?)(?:\s?\(s\))?\s?[*†‡:]*\Z"
)
_COMPANY = re.compile(
    r"(?i)(?:portfolio |investee )?(?:company|companies|name|issuer|investment|holding"
    r"|business)(?: name)?\s?[*†‡:]*\Z"
)
_ROUND = re.compile(r"(?i)\b(?:round|series|funding|financing|raised|amount|stage|date|valuation|deal|transaction)\b")
_PARTNERS = re.compile(
    r"(?i)\b(?:commitments?|committed|contributions?|contributed|distributions?|unfunded|paid-in"
    r"|capital account|nav|units|vintage)\b"
)
_NOTE = re.compile(r"(?i)\A\s*(?:[*†‡]|\(\d\)|source|note)")
_NONE = re.compile(r"(?i)\A(?:n/?a|none|–|—|-|undisclosed|various|not disclosed|tbd|n\.a\.)?\Z")
_SPLIT = re.compile(r"\s*[,;•|]\s*(?:and\s+)?|\s+and\s+|\n")
_ONLY_TAIL = re.compile(
    r"(?:(?:Partners|Ventures|Capital|Group|Fund|Funds|Management|Investments?|Holdings|Corp|Inc|LLC|LP|Growth"
    r"|Equity|Bank|Associates|Advisors|Advisers|Technologies"
    r"|Company|Co|International|Opportunity|Opportunities|Global|Ltd|[IVX]+|\d)[.,]?\s?)+\Z"
)


# A label beside its value, as in the profile of a company; "Investor" alone is whose account a statement is of
_LABEL = re.compile(
    r"(?i)(?:(?:key|major|other|existing|new|select(?:ed)?|notable)\s)?"
    r"(?:co-?investors?|investors|syndicate(?: partners)?)\s?:?\Z"
)
_LEAD_LABEL = re.compile(r"(?i)(?:co-)?lead investors?\s?:?\Z")
_COMPANY_LABEL = re.compile(r"(?i)(?:portfolio )?company(?: name)?\s?:?\Z")
_ROUND_LABEL = re.compile(r"(?i)(?:(?:last|latest|current|entry) )?(?:round|series|financing|stage)\s?:?\Z")


class Row(NamedTuple):
    """One row: text of each column by its header, the cells of the investors."""

    texts: dict[str, str]
    investors: list[Cell]
    box: list[float]


def found(pages: Iterable[Mapping[str, Any]], texts: Sequence[Passage], own: Sequence[str]) -> list[dict[str, Any]]:
    """A round for each row of each table with a column of investors."""
    rounds_found = []
    for page in pages:
        if not any("nvestor" in word[4] or "yndicate" in word[4] or "NVESTOR" in word[4] for word in page["words"]):
            continue
        cells = _cells(page)
        for header, columns in _headers(cells):
            rows = list(_rows(page, cells, header, columns))
            names = [_text(row, columns, _COMPANY) for row in rows]
            inferred = not any(names)
            if inferred:
                names = enumerated(texts, page["number"], len(rows), own)
            rounds_found += [
                one
                for row, name in zip(rows, names, strict=True)
                if (one := _round(page["number"], row, columns, name, own, inferred=inferred)) is not None
            ]
    return rounds_found


def labelled(chunks: Iterable[Mapping[str, Any]], own: Sequence[str]) -> list[dict[str, Any]]:
    """A round for each block of labels and values that names investors; the company is a label's, or the heading's."""
    found = []
    for chunk in chunks:
        pairs = [(row[0], row[1]) for row in chunk.get("rows") or [] if len(row) > 1 and row[0] and row[1]]
        leads = [name for label, value in pairs if _LEAD_LABEL.match(label["text"]) for name in _listed(value, own)]
        others = [name for label, value in pairs if _LABEL.match(label["text"]) for name in _listed(value, own)]
        said = next(
            (value for label, value in pairs if _LABEL.match(label["text"]) or _LEAD_LABEL.match(label["text"])), None
        )
        if said is not None and (leads or others):
            found.append(
                {
                    "company": _said(pairs, _COMPANY_LABEL) or _only_name(chunk.get("heading") or "", own),
                    "round": _said(pairs, _ROUND_LABEL),
                    "date": None,
                    "money": None,
                    "leads": leads,
                    "investors": list(dict.fromkeys(leads + others)),
                    "quote": said["text"],
                    "page": said["page"],
                    "bbox": said["bbox"],
                }
            )
    return found


def _listed(value: Mapping[str, Any], own: Sequence[str]) -> list[str]:
    x0, y0, x1, y1 = value["bbox"]
    return names([Cell(x0, y0, x1, y1, value["text"], figure=False)], own)


def _said(pairs: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]], wanted: re.Pattern[str]) -> str | None:
    return next((str(value["text"]) for label, value in pairs if wanted.match(label["text"])), None)


def _only_name(heading: str, own: Sequence[str]) -> str | None:
    found = [item for item in organisations.items(heading, own) if item.kind == "name"]
    return found[0].text if len(found) == 1 else None


def _cells(page: Mapping[str, Any]) -> list[Cell]:
    """The page's cells from top to bottom; running text comes as one wide cell."""
    lines = lines_of(page["number"], pdf_words.from_rows(page["words"]))
    return sorted((cell for line in lines for cell in line.cells), key=lambda cell: (cell.y0, cell.x0))


def _headers(cells: list[Cell]) -> Iterator[tuple[Cell, list[Cell]]]:
    """(header of the investors, all headers of its line) of each table that has both investors and rounds."""
    for cell in cells:
        if not _INVESTORS.match(cell.text):
            continue
        height = cell.y1 - cell.y0
        line = [one for one in cells if abs(one.y0 - cell.y0) < SAME_LINE * height]
        above = [one for one in cells if 0 < cell.y0 - one.y0 < HEADER_DEPTH * height]
        line = [
            _with_upper(one, above) for one in line if len(one.text.split()) <= MOST_HEADER_WORDS and not one.figure
        ]
        said = " ".join(one.text for one in line if one.x0 != cell.x0)
        is_table = len(line) > 1 and not _PARTNERS.search(said)
        if is_table and (any(_COMPANY.match(one.text) for one in line) or _ROUND.search(said)):
            yield next(one for one in line if one.x0 == cell.x0), sorted(line)


def _with_upper(cell: Cell, above: list[Cell]) -> Cell:
    """A header of two lines: the upper one belongs to the lower one that it stands over."""
    over = [one for one in above if one.x0 < cell.x1 and cell.x0 < one.x1]
    text = " ".join([*(one.text for one in over), cell.text])
    return cell._replace(text=text) if len(text.split()) <= MOST_HEADER_WORDS else cell


def _rows(page: Mapping[str, Any], cells: list[Cell], header: Cell, columns: list[Cell]) -> Iterator[Row]:
    body = list(_body(page, cells, header, columns))
    placed = [(cell, _column(cell, columns)) for cell in body]
    starts = _starts(placed, header, columns)
    for place, start in enumerate(starts):
        end = starts[place + 1] if place + 1 < len(starts) else float("inf")
        inside = [(cell, column) for cell, column in placed if start <= cell.y0 < end]
        investors = [cell for cell, column in inside if column == header.x0]
        if investors:
            texts = {head.text: " ".join(cell.text for cell, column in inside if column == head.x0) for head in columns}
            yield Row(texts, investors, _around([cell for cell, _ in inside]))


def _body(page: Mapping[str, Any], cells: list[Cell], header: Cell, columns: list[Cell]) -> Iterator[Cell]:
    """The cells below the header, down to running text, a note, or white."""
    height, last = header.y1 - header.y0, header.y1
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


def _starts(placed: list[tuple[Cell, float]], header: Cell, columns: list[Cell]) -> list[float]:
    """Where rows begin: at the companies, or where the lines of investors stand further apart."""
    half = SAME_LINE * (header.y1 - header.y0)
    company = next((one.x0 for one in columns if _COMPANY.match(one.text)), None)
    tops = sorted(cell.y0 for cell, column in placed if column == header.x0)
    named = sorted(cell.y0 for cell, column in placed if column == company)
    starts = [top for top in named if any(abs(top - other) < half for other in tops)]
    if starts:
        return [start - half / 2 for start in starts]
    gaps = [(below - above, below) for above, below in pairwise(tops)]
    usual = min((gap for gap, _ in gaps if gap > half), default=0.0)
    return [top - half / 2 for top in tops[:1]] + [below - half / 2 for gap, below in gaps if gap > ROW_GAP * usual]


def names(cells: Sequence[Cell], own: Sequence[str]) -> list[str]:
    """The names in the lines of one table cell."""
    lines: list[str] = []
    for cell in cells:
        text = cell.text.strip()
        goes_on = lines and (
            _ONLY_TAIL.match(text) or lines[-1].endswith(("&", ",", "-", " of", " and")) or text[:1].islower()
        )
        if goes_on:
            lines[-1] = f"{lines[-1]} {text}"
        else:
            lines.append(text)
    parts = [
        part.strip(" *†‡")
        for line in lines
        for part in _SPLIT.split(re.sub(r",\s(?=(?:Inc|LLC|L\.?P|Ltd)\b)", " ", line))
    ]
    aliases = [organisations.plain(name) for name in own]
    kept = [
        part
        for part in parts
        if not _NONE.match(part) and re.match(r"[A-Z0-9À-Þa]", part) and not organisations.is_own(part, aliases)
    ]
    return list(dict.fromkeys(kept))


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
    page: int, row: Row, columns: list[Cell], company: str | None, own: Sequence[str], *, inferred: bool
) -> dict[str, Any] | None:
    investors = names(row.investors, own)
    if not investors:
        return None
    lead = any(
        re.match(r"(?i)lead", head.text) and _INVESTORS.match(head.text)
        for head in columns
        if head.x0 == row.investors[0].x0
    )
    said = " ".join(text for head, text in row.texts.items() if _ROUND.search(head))
    money = rounds.money(said)
    named = round_cues.ROUND_NAME.search(said)
    return {
        "company": company,
        **({"company_inferred": True} if inferred and company else {}),
        "round": named["name"] if named else None,
        "date": rounds.date(said),
        "money": money,
        "leads": investors if lead else [],
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
