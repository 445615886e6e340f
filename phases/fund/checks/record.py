"""One record of a document out of what the extraction phases found. Pure; any of them may be missing.

A field of the record is a field as it was extracted: value, unit, raw text, page, box, checks. Its confidence and
whether it goes to review are added by `confidence` and `review_queue`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from phases.fund.metrics.metric_names import FLOWS

Field = dict[str, Any]
Data = Mapping[str, Any]

POSITION_FIELDS = ("cost", "fair_value", "ownership_pct", "pct_net_assets")
# Where several periods are printed, the record takes flows of the period that the beginning value is of.
_FLOW_ORDER = ("QTD", "YTD", "ITD", "point", None)
_STATE_ORDER = ("point", "ITD", None, "YTD", "QTD")


class Placed(NamedTuple):
    """A field with its path in the record ("metrics.nav", "companies[acme-inc].cost") and a name for readers."""

    path: str
    name: str
    field: Field


def assemble(inputs: Mapping[str, Data]) -> dict[str, Any]:
    """The record; what a missing phase would have given is empty."""
    document = inputs.get("document_analysis", {})
    metrics = inputs.get("fund_metrics", {})
    companies = inputs.get("company_intelligence", {})
    main, others = chosen(metrics.get("metrics", []))
    return {
        "document_type": (document.get("document_type") or {}).get("value"),
        "document_type_score": (document.get("document_type") or {}).get("score"),
        "fund_name": _value(document.get("fund_name")),
        "manager": _value(document.get("manager")),
        "as_of_date": _value(document.get("as_of_date")),
        "currency": document.get("currency"),
        "scale": document.get("scale"),
        "identity": {
            key: document[key] for key in ("fund_name", "manager", "as_of_date") if isinstance(document.get(key), dict)
        },
        "metrics": main,
        "other_periods": others,
        "companies": [position(one) for one in companies.get("positions", [])],
        "totals": {key: field for key, field in (companies.get("totals") or {}).items() if isinstance(field, dict)},
        "top_holdings": [
            {"name": one["name"], "pct_net_assets": one["field"]} for one in companies.get("top_holdings", [])
        ],
        "co_investors": list(inputs.get("co_investor_analysis", {}).get("rounds", [])),
        "market_statements": list(inputs.get("market_intelligence", {}).get("statements", [])),
        "funds": [{"name": one["name"], **one["fields"]} for one in metrics.get("funds", [])],
    }


def chosen(metrics: list[dict[str, Any]]) -> tuple[dict[str, Field], list[dict[str, Any]]]:
    """({name: the field that the record states}, the rest: other periods of the same names)."""
    order = _flow_order(metrics)
    by_name: dict[str, list[dict[str, Any]]] = {}
    for one in metrics:
        by_name.setdefault(one["name"], []).append(one)
    main: dict[str, Field] = {}
    others: list[dict[str, Any]] = []
    for name, found in by_name.items():
        wanted = order if name in FLOWS else _STATE_ORDER
        best, *rest = sorted(found, key=lambda one: (not one.get("main"), _place(wanted, one["period"])))
        main[name] = {**best["field"], "period": best["period"]}
        others += [{"name": name, "period": one["period"], "field": one["field"]} for one in rest]
    return main, others


def _flow_order(metrics: list[dict[str, Any]]) -> tuple[str | None, ...]:
    """Periods in the order of preference: the beginning value's first, since the roll-forward has to tie with it."""
    begins = [one["period"] for one in metrics if one["name"] == "beginning_nav"]
    first = min(begins, key=lambda period: _place(_FLOW_ORDER, period), default=None)
    return (first, *_FLOW_ORDER) if begins else _FLOW_ORDER


def _place(order: tuple[str | None, ...], period: str | None) -> int:
    return order.index(period) if period in order else len(order)


def position(found: Data) -> dict[str, Any]:
    """A position with its fields beside its name."""
    kept = {key: found.get(key) for key in ("id", "name", "sector", "status", "first_investment", "as_of")}
    fields = {key: field for key, field in (found.get("fields") or {}).items() if isinstance(field, dict)}
    return {**kept, "instruments": found.get("instruments", []), **fields}


def fields(record: Data) -> Iterator[Placed]:
    """Every field of the record with its path, in the order of the record."""
    for name, field in record["identity"].items():
        yield Placed(f"identity.{name}", name, field)
    for name, field in record["metrics"].items():
        yield Placed(f"metrics.{name}", name, field)
    for number, one in enumerate(record["other_periods"]):
        yield Placed(f"other_periods[{number}]", f"{one['name']} ({one['period'] or 'other'})", one["field"])
    for name, field in record["totals"].items():
        yield Placed(f"totals.{name}", name, field)
    for key in ("companies", "top_holdings", "funds"):
        yield from _rows(key, record[key])
    for number, one in enumerate(record["co_investors"]):
        if isinstance(one.get("amount"), dict):
            yield Placed(f"co_investors[{number}].amount", f"{one.get('company') or 'round'} amount", one["amount"])


def _rows(key: str, rows: list[dict[str, Any]]) -> Iterator[Placed]:
    for number, row in enumerate(rows):
        for name, field in row.items():
            if isinstance(field, dict) and "raw_text" in field:
                yield Placed(f"{key}[{number}].{name}", f"{row['name']} {name}", field)


def _value(field: Any) -> Any:
    return field.get("value") if isinstance(field, dict) else field
