"""The field record: a value with where it stands, how it was found and what was checked.

Every number is looked for again in the page's words at its box before it is believed, whoever found it: rule or model.
A value that is the sum or difference of printed ones has `parts` instead of a raw text of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from phases.common import figures
from phases.common.figures import Figure, Mark
from phases.fund.metrics import metric_labels
from phases.fund.metrics.candidates import Candidate

Field = dict[str, Any]
Box = Sequence[float]
REACH = 1.0  # points that a word may stand out of the box of the field it belongs to
EXACT = 1e-6  # relative; a parsed value is a decimal, only its float may differ


def unit_of(metric: str, figure: Figure) -> str:
    """currency, percent, multiple, per_share or count."""
    if metric in metric_labels.PER_SHARE:
        return "per_share"
    if metric in metric_labels.COUNTS:
        return "count"
    if metric in metric_labels.MULTIPLES:
        return "multiple"
    if metric in metric_labels.PERCENTS or figure.unit == "percent":
        return "percent"
    return "multiple" if figure.unit == "multiple" else "currency"


def make(
    value: float, *, unit: str, raw: str | None, page: int, box: Box, method: str, label: str,
    scale: int = 1, currency: str | None = None, as_of: str | None = None, step: float | None = None,
    parts: list[dict[str, Any]] | None = None,
) -> Field:  # fmt: skip
    """A field. `step` is one in its last printed digit, in units of the value: half of it is printed rounding."""
    made: Field = {
        "value": value, "unit": unit, "scale": scale,
        "currency": currency if unit in ("currency", "per_share") else None,
        "as_of": as_of, "raw_text": raw, "page": page, "bbox": list(box), "method": method, "confidence": None,
        "checks": [], "alternatives": [], "label": label, "step": step,
    }  # fmt: skip
    return made | ({"parts": parts} if parts else {})


def of_candidate(found: Candidate, currency: str | None, as_of: str | None) -> Field:
    """The field of a candidate; its sign as printed."""
    unit = unit_of(found.metric, found.figure)
    day = found.day.isoformat() if found.day else as_of
    step = found.figure.step * found.scale
    return make(
        found.value, unit=unit, raw=found.raw, page=found.page, box=found.box, method=found.method, label=found.label,
        scale=found.scale, currency=found.figure.currency or currency, as_of=day, step=step,
    )  # fmt: skip


def alternative(found: Candidate) -> dict[str, Any]:
    return {"value": found.value, "raw_text": found.raw, "page": found.page, "bbox": found.box, "label": found.label}


def check(name: str, *, ok: bool | None, detail: str) -> dict[str, Any]:
    """Ok is None where the check could not be made."""
    return {"name": name, "ok": ok, "detail": detail}


def verify(fields: Iterable[Field], pages: Iterable[Mapping[str, Any]], mark: Mark) -> None:
    """Adds to each field whether its raw text is found again at its box and reads as its value."""
    words = {page["number"]: page["words"] for page in pages}
    for field in fields:
        places = field.get("parts") or [field]
        ok = all(found_again(place, words.get(place["page"], []), mark) for place in places)
        detail = (
            f"{len(places)} printed figures" if field.get("parts") else f"{field['raw_text']!r} on page {field['page']}"
        )
        field["checks"].append(check("provenance", ok=ok, detail=detail))


def found_again(place: Mapping[str, Any], words: Sequence[Sequence[Any]], mark: Mark) -> bool:
    """Whether the words inside the box hold the raw text, and the raw text reads as the value."""
    x0, y0, x1, y1 = place["bbox"]
    inside = [
        str(word[4]) for word in words
        if word[0] >= x0 - REACH and word[2] <= x1 + REACH and word[1] >= y0 - REACH and word[3] <= y1 + REACH
    ]  # fmt: skip
    raw = place["raw_text"] or ""
    if _squash(raw) not in _squash(" ".join(inside)):
        return False
    return reads_as(raw, place["value"], place.get("scale") or 1, mark)


def reads_as(raw: str, value: float, scale: int, mark: Mark) -> bool:
    """Whether a raw text is the value, sign aside: a report prints "less: contributions (1,234)"."""
    figure = figures.read(raw, mark)
    return figure is not None and abs(abs(figure.value * scale) - abs(value)) <= EXACT * max(1.0, abs(value))


def _squash(text: str) -> str:
    return "".join(text.split())
