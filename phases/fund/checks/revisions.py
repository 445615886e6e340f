"""Values that a document says it replaces: "a revised NAV of $24.10, instead of $24.50 as announced". Pure.

The former value is no value of the document. It is kept beside the one that replaces it, so that reports of the same
day can be told apart: the one that names the other's value is the later one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from phases.common import figures
from phases.fund.document import passages
from phases.fund.document.passages import Passage, Sentence

REACH = 120  # characters between the words and the former value
NEAR = 2.0  # times: a value that was revised is of the size of the one that replaces it
UNITS = ("currency", "per_share", "percent", "multiple")
_FORMER = re.compile(
    r"(?i)\b(?:previously|originally|initially|formerly|earlier) (?:\w+ )?(?:announced|reported|stated|disclosed"
    r"|published|estimated|released|communicated)"
    r"|\b(?:replac(?:es|ed|ing)|supersed(?:es|ed|ing)|corrects?|correcting|instead of|rather than)\b"
    r"|\b(?:revised|restated|corrected|adjusted|updated) (?:\w+ ){0,3}?from\b"
)


def mark(
    metrics: Mapping[str, dict[str, Any]], pages: Iterable[Mapping[str, Any]], chunks: Iterable[Mapping[str, Any]]
) -> None:
    """Add `replaces` to each metric whose former value the running text names."""
    for passage in passages.passages(pages, chunks):
        if not _FORMER.search(passage.text):
            continue
        for sentence in passages.sentences(passage):
            for former in _formers(passage, sentence):
                field = _replaced(metrics, former)
                if field is not None:
                    field.setdefault("replaces", []).append(former)


def _formers(passage: Passage, sentence: Sentence) -> list[dict[str, Any]]:
    """The first figure behind each such word."""
    found = []
    for match in _FORMER.finditer(sentence.text):
        for start, end, figure in figures.find(sentence.text):
            if match.end() <= start <= match.end() + REACH and (figure.currency or figure.unit != "amount"):
                page, bbox = passage.where(sentence.start + start, sentence.start + end)
                former = {"value": figure.value, "raw_text": figure.raw, "page": page, "bbox": bbox}
                if former not in found:
                    found.append(former)
                break
    return found


def _replaced(metrics: Mapping[str, dict[str, Any]], former: Mapping[str, Any]) -> dict[str, Any] | None:
    """The metric of that size which is nearest to the former value without being it."""
    close = [
        field
        for field in metrics.values()
        if field.get("unit") in UNITS
        and isinstance(field.get("value"), int | float)
        and field["value"] > 0 < former["value"]
        and 1 / NEAR < field["value"] / former["value"] < NEAR
        and field["value"] != former["value"]
    ]
    return min(close, key=lambda field: abs(field["value"] - former["value"]), default=None)
