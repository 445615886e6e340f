"""Investors named beside a label, as in the profile of a company: "Co-investors: A, B". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from phases.common.pdf_lines import box_of
from phases.fund.document.page_layout import lined
from phases.fund.rounds import investor_names, organisations

# "Investor" alone is whose account a statement is of
_LABEL = re.compile(
    r"(?i)(?:(?:key|major|other|existing|new|select(?:ed)?|notable|participating|current)\s)?"
    r"(?:co-?investors?|investors|syndicate(?: partners| members)?|backers)\s?:?\Z"
)
_LEAD_LABEL = re.compile(r"(?i)(?:co-)?lead(?: investors?)?\s?:?\Z")
_COMPANY_LABEL = re.compile(r"(?i)(?:portfolio )?company(?: name)?\s?:?\Z")
_ROUND_LABEL = re.compile(r"(?i)(?:(?:last|latest|current|entry) )?(?:round|series|financing|stage)\s?:?\Z")

_LABELS = (_LABEL, _LEAD_LABEL, _COMPANY_LABEL, _ROUND_LABEL)
_WORTH = re.compile(r"(?i)(?:co-?)?investors?\b|syndicate|backers|lead\b")
HEADING_REACH = 1.0  # points by which a heading may overlap what it heads
SAME_EDGE = 3.0  # points: a line that begins where the value above begins goes on in it
NEXT_LINE = 1.0  # of the height: white between two lines of one value


class Said(NamedTuple):
    """A value with its label and place."""

    label: str
    text: str
    page: int
    bbox: list[float]


def blocks(pages: Iterable[Mapping[str, Any]], chunks: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Said]]]:
    """(heading, labels with values below it) wherever investors stand beside a label."""
    headings = [(one["page"], one["bbox"][1], one["text"]) for one in chunks if one["kind"] == "heading"]
    found: list[tuple[str, list[Said]]] = []
    for page in pages:
        if not any(_WORTH.match(word[4]) for word in page["words"]):
            continue
        for said in _pairs(page):
            place = (said.page, said.bbox[1] + HEADING_REACH)
            heading = max((one for one in headings if one[:2] < place), default=(0, 0.0, ""))[2]
            again = found and any(one.label == said.label for one in found[-1][1])
            if not found or found[-1][0] != heading or again:
                found.append((heading, []))
            found[-1][1].append(said)
    return found


def _pairs(page: Mapping[str, Any]) -> Iterator[Said]:
    """Short texts with what stands to their right, and with the lines on which that goes on."""
    lines = [one.cells for one in lined(page).lines]
    for number, cells in enumerate(lines):
        for label, value in pairwise(cells[:2]):
            is_header = len(cells) > 2 or _is_label(value.text)  # noqa: PLR2004  (a label and its value)
            if is_header or not _is_label(label.text):
                continue
            parts = [value]
            for below in lines[number + 1 :] if value is cells[-1] else []:
                first, last = below[0], parts[-1]
                near = -1 < first.y0 - last.y1 < NEXT_LINE * (last.y1 - last.y0)
                if len(below) > 1 or not near or abs(first.x0 - value.x0) > SAME_EDGE:
                    break
                parts.append(first)
            box = [round(one, 1) for one in box_of(parts)]
            yield Said(label.text, " ".join(part.text for part in parts), page["number"], box)


def _is_label(text: str) -> bool:
    return any(kind.match(text) for kind in _LABELS)


def labelled(found: Iterable[tuple[str, Sequence[Said]]], own: Sequence[str]) -> list[dict[str, Any]]:
    """A round for each block that names investors; the company is a label's, or the heading's."""
    rounds = []
    for heading, block in found:
        leads, others = _beside(block, _LEAD_LABEL, own), _beside(block, _LABEL, own)
        first = next((one for one in block if _LABEL.match(one.label) or _LEAD_LABEL.match(one.label)), None)
        if first is not None and (leads or others):
            rounds.append(
                {
                    "company": _said(block, _COMPANY_LABEL) or _only_name(heading, own),
                    "round": _said(block, _ROUND_LABEL),
                    "date": None,
                    "money": None,
                    "leads": leads,
                    "investors": list(dict.fromkeys(leads + others)),
                    "quote": first.text,
                    "page": first.page,
                    "bbox": first.bbox,
                }
            )
    return rounds


def _beside(block: Iterable[Said], wanted: re.Pattern[str], own: Sequence[str]) -> list[str]:
    return [name for one in block if wanted.match(one.label) for name, _ in investor_names.entries([one.text], own)]


def _said(block: Iterable[Said], wanted: re.Pattern[str]) -> str | None:
    return next((one.text for one in block if wanted.match(one.label)), None)


def _only_name(heading: str, own: Sequence[str]) -> str | None:
    found = [item for item in organisations.items(heading, own) if item.kind == "name"]
    return found[0].text if len(found) == 1 else None
