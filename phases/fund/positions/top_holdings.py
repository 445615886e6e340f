"""Holdings that a letter or a release names with their share of net assets: in a short list, or in sentences.

A list stands below "Top Holdings" or the like, a name and a percentage per line. A sentence says "represented
approximately 31.1% of the Fund's net assets"; the company is the one that opens its paragraph or is named last before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from phases.common import figures
from phases.common.figures import Mark
from phases.fund import fields
from phases.fund.metrics.candidates import Setting
from phases.fund.metrics.prose_values import passage
from phases.fund.positions import position_names
from phases.fund.tables.rows import Cell, Row, box_of

_HEADING = re.compile(
    r"\b(?:top|largest|major|principal|wichtigste|größte|"
    r"principales)\s+(?:\w+\s+){0,2}?(?:holdings|positions|investments|companies|portfolio "
    r"companies|beteiligungen|positionen|participations)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"(?:represent\w*|account\w* for|constitut\w*|compris\w*|made up|equal to|was|"
    r"is)\s+(?:approximately |about |roughly |an estimated "
    r")?(?P<raw>\d{1,2}(?:[.,]\d{1,2})?\s?%)\s+of\s+(?:the\s+)?[^.;%]{0,40}?net\s+assets",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?:(?<=\s)|\A)\d{1,2}[.)]\s+(?=[A-Z])")
_ITEM_NAME = re.compile(
    r"(?P<name>[A-Z0-9][\w&.'’-]*(?:,?\s+(?:[A-Z0-9&][\w&.'’-]*|of|and|de))*,?(?:\s+Inc\.|"
    r"\s+Corp\.)?)(?=\s*(?:\(|,|\bis\b|\bhas\b|\bprovides\b|\bare\b|\bwas\b|–|-))"
)
_SUBJECT = re.compile(r"investment in ([A-Z][\w&.’'-]*(?: [A-Z][\w&.’'-]*)*)")
_COLLECTIVE = re.compile(
    r"\b(?:holdings|positions|investments|companies)\s*$", re.IGNORECASE
)  # "top five holdings constituted"
REACH = 30  # rows below a heading in which its list is looked for
LEAST = 2  # holdings that make a list
NEAR = 120.0  # points: how far beside the heading's x its list may begin


def find(
    pages: Sequence[Mapping[str, Any]], rows: Sequence[Sequence[Row]], context: Setting, mark: Mark
) -> list[dict[str, Any]]:
    """[{name, field}] as printed, largest first as a rule; empty where a document lists none."""
    for page_rows in rows:
        listed = list(_listed(page_rows, context))
        if len(listed) >= LEAST:
            return listed
    return [one for page in pages for one in _in_sentences(page, context, mark)]


def _listed(rows: Sequence[Row], context: Setting) -> Iterator[dict[str, Any]]:
    for place, row in enumerate(rows):
        heading = next((cell for cell in row.cells if _HEADING.search(cell.text) and len(cell.words) <= 7), None)  # noqa: PLR2004
        if heading is None:
            continue
        made = [one for below in rows[place + 1 : place + 1 + REACH] if (one := _holding(below, heading, context))]
        if len(made) >= LEAST:
            yield from made
            return


def _holding(row: Row, heading: Cell, context: Setting) -> dict[str, Any] | None:
    """A name and its percentage near the heading's column; what stands beside them in another column is left out."""
    middle = (heading.x0 + heading.x1) / 2
    for place, cell in enumerate(row.cells):
        name, figure = _name_and_percent(row, place, cell)
        if name is None or figure is None or figure.figure is None:
            continue
        if not name.x0 - NEAR <= middle <= figure.x1 + NEAR:
            continue
        return _made(name.text, figure, context)
    return None


def _name_and_percent(row: Row, place: int, cell: Cell) -> tuple[Cell | None, Cell | None]:
    following = row.cells[place + 1] if place + 1 < len(row.cells) else None
    if (
        cell.kind == "text"
        and following is not None
        and following.figure is not None
        and following.figure.unit == "percent"
    ):
        return cell, following
    if cell.kind == "text":
        return _split_percent(cell)
    return None, None


def _split_percent(cell: Cell) -> tuple[Cell | None, Cell | None]:
    """A percentage in the middle or at the end of a cell whose words before it are a short name."""
    for place in range(1, min(len(cell.words), 7)):
        figure = figures.read(cell.words[place].text)
        if figure is not None and figure.unit == "percent":
            head = cell._replace(words=cell.words[:place])
            return head, Cell(cell.words[place : place + 1], figure, "figure", cell.page)
    return None, None


def _made(text: str, cell: Cell, context: Setting) -> dict[str, Any] | None:
    name = re.sub(
        r"^\d{1,2}[.)]\s*", "", position_names.parse(re.sub(r"(?<=\.)\.+$|[\s…·]{3,}$", "", text), stacked=False).name
    )
    figure = cell.figure
    if (
        figure is None
        or not re.match(r"[A-Z0-9]", name)
        or re.search(r"\b(?:total|net assets|cash|other)\b", name, re.IGNORECASE)
    ):
        return None
    field = fields.make(
        figure.value, unit="percent", raw=cell.text, page=cell.page, box=cell.box, method="table", label="top holdings",
        as_of=context.as_of.isoformat() if context.as_of else None, step=figure.step,
    )  # fmt: skip
    return {"name": name, "field": field}


def _in_sentences(page: Mapping[str, Any], context: Setting, mark: Mark) -> Iterator[dict[str, Any]]:
    one = passage(page)
    for match in _SENTENCE.finditer(one.text):
        before = one.text[: match.start()]
        name = None if _COLLECTIVE.search(before[-60:]) else _subject(before)
        figure = figures.read(match["raw"], mark)
        if name is None or figure is None:
            continue
        words = one.between(match.start("raw"), match.end("raw"))
        field = fields.make(
            figure.value, unit="percent", raw=match["raw"], page=one.page, box=box_of(words), method="pattern",
            label="share of net assets", as_of=context.as_of.isoformat() if context.as_of else None, step=figure.step,
        )  # fmt: skip
        yield {"name": name, "field": field}


def _subject(before: str) -> str | None:
    """The company of a sentence: the numbered paragraph's, else the one that it says the fund has invested in."""
    items = list(_ITEM.finditer(before))
    if items and len(before) - items[-1].end() < 900:  # noqa: PLR2004  (characters of a paragraph)
        named = _ITEM_NAME.match(before[items[-1].end() :])
        if named:
            return named["name"].strip(" ,")
    subjects = _SUBJECT.findall(before[-300:])
    return str(subjects[-1]) if subjects else None
