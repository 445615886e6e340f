"""What kind of document a report is, by evidence that adds up: words at their place, and what its tables hold.

Each piece of evidence speaks for one type with a weight, and counts once. Weights: 5 says it outright (a form's own
title), 3 to 4 is typical, 1 to 2 fits. They were set by what the words mean, before any document was scored.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from phases.common.pdf_lines import Line
from phases.common.text import shorten

TYPES = (
    "capital_account_statement", "quarterly_report", "sec_filing", "portfolio_valuation", "fund_performance_table",
    "investor_letter", "press_release", "market_analysis", "other",
)  # fmt: skip
LEAST = 3.0  # a best score below this is "other": nothing typical was found
HEAD_LINES = 14  # of the first page with text: titles
COVER_LINES = 45  # the first page as a whole
TITLE_WORDS = 14  # a longer line is no title
EVIDENCE_CHARS = 160
MANY_FUNDS = 5.0  # weight for fund_performance_table when the tables list many funds
FILE = "document_types.json"


class Rule(NamedTuple):
    """A pattern that speaks for a type. `where`: head, cover (first page), edge (first or last page) or any."""

    type: str
    weight: float
    where: str
    pattern: re.Pattern[str]


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """The rules of document_types.json: {type, weight, where, any: patterns of which one must fit}."""
    with open(os.path.join(os.path.dirname(__file__), FILE), encoding="utf-8") as file:
        read = json.load(file)
    return tuple(
        Rule(one["type"], one["weight"], one["where"], re.compile("|".join(one["any"]), re.IGNORECASE)) for one in read
    )


def classify(lines: Sequence[Line], *, many_funds: bool) -> dict[str, Any]:
    """{value, score, evidence}: the type whose evidence weighs most, its share of the best two, what spoke for what."""
    evidence = [found for rule in rules() if (found := _first(rule, lines)) is not None]
    if many_funds:
        evidence.append({"type": "fund_performance_table", "score": MANY_FUNDS, "page": 1, "text": "a fund per row"})
    totals = dict.fromkeys(TYPES, 0.0)
    for one in evidence:
        totals[one["type"]] += one["score"]
    ranked = sorted(TYPES, key=lambda kind: -totals[kind])
    best, second = totals[ranked[0]], totals[ranked[1]]
    if best < LEAST:
        return {"value": "other", "score": 0.0, "evidence": evidence}
    evidence.sort(key=lambda one: (one["type"] != ranked[0], -one["score"]))
    return {"value": ranked[0], "score": round(best / (best + second), 2), "evidence": evidence}


def _first(rule: Rule, lines: Sequence[Line]) -> dict[str, Any] | None:
    for line in _place(rule.where, lines):
        text = line.text
        if rule.where == "head" and (len(text.split()) > TITLE_WORDS or _goes_on(text)):
            continue
        if rule.pattern.search(text):
            shown = shorten(text, EVIDENCE_CHARS)
            return {"type": rule.type, "score": rule.weight, "page": line.page, "text": shown}
    return None


def _goes_on(text: str) -> bool:
    """Whether a line is the end of a sentence: titles neither begin small nor end with a full stop."""
    return text[:1].islower() and text.rstrip()[-1:] in (".", ",", ";")


def _place(where: str, lines: Sequence[Line]) -> Iterable[Line]:
    if where == "any" or not lines:
        return lines
    first = lines[0].page
    cover = [line for line in lines if line.page == first]
    if where == "head":
        return sorted(cover, key=lambda line: line.box[1])[:HEAD_LINES]
    if where == "cover":
        return cover[:COVER_LINES] if len(cover) > COVER_LINES else cover
    return [line for line in lines if line.page in (first, lines[-1].page)]
