"""One field per metric and period out of all candidates; the others become its alternatives.

Only figures of the report's own date, or of none, are compared. Best first: named rather than called by a general
word, printed in a table rather than in a sentence, dated rather than not, of the whole fund rather than of a class of
partner, net rather than gross of the carried interest, with more digits, earlier in the document.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from phases.fund import fields
from phases.fund.fields import Field
from phases.fund.metrics import candidates, metric_labels
from phases.fund.metrics.candidates import Candidate, Setting

SAME_MONTH_END = 5  # days that a month's last business day may lie before its end
MAX_ALTERNATIVES = 6  # shown to a reader
RELATIVE = 5e-4  # two printings of one amount agree when they differ by less: one may be rounded
_GENERAL_PARTNER = re.compile(r"general partner|managing member|\bgp\b|carried interest partner")
_WHOLE_FUND = re.compile(
    r"(?<!of )(?<!of the )\b(?:total (?:fund|partnership|commitments)|(?:fund|partnership) total|all partners)"
)
_NEGATIVE_WORDS = ("gross of", "before carried", "gross nav", "excluding")


def chosen(found: Sequence[Candidate], context: Setting) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(metrics, values of other dates): the first with one entry per name and period, main period first."""
    day = context.as_of or max((one.day for one in found if one.day), default=None)
    current = [one for one in found if is_of(one.day, day)]
    tabled = [one.day for one in found if one.day and one.method != "pattern"]
    if not current and tabled:  # a statement whose tables all carry one other date is of that date
        day = max(tabled)
        current = [one for one in found if is_of(one.day, day)]
    groups: dict[tuple[str, str | None], list[Candidate]] = defaultdict(list)
    for one in current:
        groups[one.metric, _period(one)].append(one)
    metrics = [_entry(metric, period, members, context, day) for (metric, period), members in groups.items()]
    others = [_other(one, context) for one in found if not is_of(one.day, day)]
    return _with_main(metrics, context), others


def is_of(day: date | None, as_of: date | None) -> bool:
    """Whether a figure's date is the report's: the same day, the same month's end, or none."""
    if day is None or as_of is None:
        return True
    return abs((day - as_of).days) <= SAME_MONTH_END


def _period(one: Candidate) -> str | None:
    """The period of an entry: a state of a day is "point", whatever stands over its column."""
    if one.metric in metric_labels.FLOWS:
        return None if one.period == "PTD" else one.period
    if one.metric in metric_labels.MULTIPLES | {"net_irr", "gross_irr", "contributions", "distributions"}:
        return "ITD" if one.period in ("ITD", None) else one.period
    return "point"


def _order(one: Candidate) -> tuple[Any, ...]:
    words = one.label.lower()
    return (
        one.rank, one.method == "pattern", one.day is None, _column_rank(one.column),
        any(word in words for word in _NEGATIVE_WORDS), one.figure.step * one.scale, one.page, one.order,
    )  # fmt: skip


def _column_rank(header: str) -> int:
    """Columns of earlier periods come last; of those for each class of partner, the total states the fund's figures."""
    words = header.lower()
    if candidates.is_earlier(words):
        return 3
    return 2 if _GENERAL_PARTNER.search(words) else int("limited partner" in words or "special" in words)


def _entry(
    metric: str, period: str | None, members: list[Candidate], context: Setting, day: date | None
) -> dict[str, Any]:
    if context.kind == "capital_account_statement":
        members = [one for one in members if not _WHOLE_FUND.search(one.column.lower())] or members
    best, *rest = sorted(members, key=_order)
    field = fields.of_candidate(best, context.currency, day.isoformat() if day else None)
    alike = [one for one in rest if agree(one, best)]
    different = [one for one in rest if not agree(one, best)]
    field["alternatives"] = [fields.alternative(one) for one in _distinct(different)][:MAX_ALTERNATIVES]
    if alike:
        field["checks"].append(fields.check("repeated", ok=True, detail=f"printed alike {len(alike) + 1} times"))
    named = [one for one in different if one.rank <= best.rank and one.day == best.day]
    if named:
        field["checks"].append(
            fields.check("only_reading", ok=False, detail=f"{len(named)} other figures under such a label")
        )
    return {"name": metric, "period": period, "field": _positive(metric, field)}


def agree(one: Candidate, other: Candidate) -> bool:
    """Whether two printings are of one value, within the rounding of the coarser."""
    half = 0.5 * max(one.figure.step * one.scale, other.figure.step * other.scale)
    return abs(abs(one.value) - abs(other.value)) <= max(
        half * 1.01, RELATIVE * abs(other.value) * (one.method == "pattern")
    )


def _positive(metric: str, field: Field) -> Field:
    """Sums since inception and distributions are stated as positive numbers, also where a table subtracts them."""
    if (
        metric
        in ("contributions", "distributions", "period_distributions", "unfunded", "commitment", "total_liabilities")
        and field["value"] < 0
    ):
        field["value"] = -field["value"]
    return field


def _distinct(found: Iterable[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    for one in found:
        if all(not agree(one, other) for other in kept):
            kept.append(one)
    return kept


def _with_main(metrics: list[dict[str, Any]], context: Setting) -> list[dict[str, Any]]:
    """Entries with `main` on the one of each name that the record states; a filing's flows are of the year so far."""
    order = (
        ("YTD", None, "QTD", "ITD", "point") if context.kind == "sec_filing" else ("QTD", None, "point", "YTD", "ITD")
    )
    seen: set[str] = set()
    ordered = sorted(metrics, key=lambda one: order.index(one["period"]) if one["name"] in metric_labels.FLOWS else 0)
    for one in ordered:
        one["main"] = one["name"] not in seen
        seen.add(one["name"])
    return sorted(ordered, key=lambda one: (not one["main"], one["name"], str(one["period"])))


def _other(one: Candidate, context: Setting) -> dict[str, Any]:
    return {"name": one.metric, "period": _period(one), "field": fields.of_candidate(one, context.currency, None)}
