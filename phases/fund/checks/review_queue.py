"""What a person has to look at: fields that are not sure enough, and what the document does not say.

A field goes to review when its number was not found again in the text at its box, whatever said it; when it is larger
than anything of its kind; when an equation that it stands in does not hold and no other one vouches for it; and when
its confidence is below the threshold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from phases.fund.checks import confidence
from phases.fund.checks.confidence import Surroundings
from phases.fund.checks.record import Placed

# Percentages and multiples beyond these are amounts that were taken for them, from the column beside theirs
MOST = {"percent": 1_000.0, "multiple": 1_000.0}
UNSURE_TYPE = 0.5  # score of a document type below which another type is as likely


def judged(placed: Iterable[Placed], around: Surroundings, accept_from: float) -> list[dict[str, Any]]:
    """Give every field its confidence and its review mark, in place; the queue, least sure first."""
    weights = confidence.calibration()["weights"]
    queue: list[dict[str, Any]] = []
    for one in placed:
        found = confidence.features(one.path, one.field, around)
        one.field["confidence"] = confidence.confidence(found, weights)
        one.field["features"] = list(found)
        why = reasons(one, around, accept_from)
        one.field["review"] = bool(why)
        if why:
            queue.append({"path": one.path, "name": one.name.replace("_", " "), "field": one.field, "why": why})
    return sorted(queue, key=lambda row: (row["field"]["confidence"], row["path"]))


def reasons(one: Placed, around: Surroundings, accept_from: float) -> list[str]:
    """Why a field is not taken as it is; empty when it is."""
    field = one.field
    why = [_failed(check) for check in field.get("checks") or [] if check.get("ok") is False]
    if field.get("value") is None:
        why.append("the label is printed, but no value could be read")
    if field.get("unit") in MOST and abs(field.get("value") or 0.0) > MOST[field["unit"]]:
        why.append(f"too large for a {field['unit']}")
    if one.path in around.equations_failed and one.path not in around.equations_held:
        why.append("stands in an equation that does not hold")
    others = _others(field)
    if others and (why or field["confidence"] < accept_from):
        why.append(f"also printed: {', '.join(others)}")
    if not why and field["confidence"] < accept_from:
        said = ", ".join(confidence.FEATURES[name] for name in field["features"])
        why.append(f"confidence {field['confidence']:.3f} is below {accept_from:g}{f': {said}' if said else ''}")
    return why


def document(record: Mapping[str, Any], warnings: Iterable[str]) -> list[dict[str, Any]]:
    """Rows about the document as a whole: they have no field."""
    rows = []
    if not record["as_of_date"]:
        rows.append(_row("as_of_date", "as-of date", "no as-of date was found"))
    score = record["document_type_score"]
    if record["document_type"] in (None, "other") or (score is not None and score < UNSURE_TYPE):
        rows.append(_row("document_type", "document type", "the type of the document is not clear"))
    rows += [row for number, one in enumerate(record["co_investors"]) if (row := _unplaced(number, one))]
    for key, name in (("co_investors", "round"), ("market_statements", "market statement")):
        rows += [row for number, one in enumerate(record[key]) if (row := _disputed(f"{key}[{number}]", name, one))]
    rows += [_row(f"warnings[{number}]", "document", text) for number, text in enumerate(warnings)]
    return rows


def _unplaced(number: int, one: Mapping[str, Any]) -> dict[str, Any] | None:
    """A round whose company is not printed beside its investors."""
    if not one.get("investors") or (one.get("company") and not one.get("company_inferred")):
        return None
    path, page = f"co_investors[{number}].company", one["page"]
    if not one.get("company"):
        return _row(path, "company of a round", f"page {page} names the investors, but not of which company")
    why = f"page {page} has no name beside the investors; taken from an enumeration on the same page"
    return _row(path, f"{one['company']} as company of a round", why)


def _disputed(path: str, name: str, one: Mapping[str, Any]) -> dict[str, Any] | None:
    """A round or statement that a model reads otherwise than the rules do."""
    why = [_failed(check) for check in one.get("checks") or [] if check.get("ok") is False]
    return {"path": path, "name": f"{name} on page {one['page']}", "field": None, "why": why} if why else None


def _row(path: str, name: str, why: str) -> dict[str, Any]:
    return {"path": path, "name": name, "field": None, "why": [why]}


def _failed(check: Mapping[str, Any]) -> str:
    detail = check.get("detail")
    return f"{str(check.get('name', 'check')).replace('_', ' ')} failed{f': {detail}' if detail else ''}"


def _others(field: Mapping[str, Any]) -> list[str]:
    """Other values printed for the same thing, with their pages; three at most."""
    found = [one for one in field.get("alternatives") or [] if one.get("value") != field.get("value")]
    return list(dict.fromkeys(f"{one.get('raw_text')} (page {one.get('page')})" for one in found))[:3]
