"""Whether the numbers of a document tie: each equation that its figures allow, within what printing rounded away.

An equation of which a figure is missing is left out. Pure: reads the assembled record and the roll-forwards of
fund_metrics.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from phases.fund.checks.roll_forward_sums import ties
from phases.fund.checks.spans import Field, Span, judged, meet, minus, over, span, times, total

PERCENT_UNITS = 1.0  # of the last printed digit of a share of net assets: houses round or cut them
SCALE_APART = 300.0  # times: a portfolio that is so much larger or smaller than the net assets is of another scale
SAME_DAY = 5  # days; see metric_choice


def equations(record: Mapping[str, Any], roll_forwards: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """[{equation, holds, left, right, tolerance, detail, pages, fields}]; fields are paths in the record."""
    metrics = record.get("metrics", {})
    made = [
        *_roll_forward(metrics, roll_forwards), *_changes(metrics), *_positions(record), _balance(metrics),
        _per_share(metrics),
        *_shares_of_nav(record), *_multiples(metrics), _unfunded(metrics), *_one_date(record), _one_scale(record),
    ]  # fmt: skip
    return [one for one in made if one is not None]


def _named(metrics: Mapping[str, Field], *names: str) -> dict[str, Field] | None:
    """Paths and fields of these metrics, None when one is missing."""
    if any(name not in metrics for name in names):
        return None
    return {f"metrics.{name}": metrics[name] for name in names}


def _roll_forward(metrics: Mapping[str, Field], rolls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Beginning plus all lines between is ending, for each column that prints both."""
    made = []
    for roll in rolls:
        sums = ties(roll)
        used = {name: metrics[name] for name in ("beginning_nav", "nav") if name in metrics}
        lines = {one["metric"] for one in roll["lines"] if one["metric"] in metrics}
        fields = {f"metrics.{name}": metrics[name] for name in [*used, *sorted(lines)]}
        counted = f"beginning and {len(roll['lines'])} lines make {sums.left:,.2f}"
        detail = f"{roll['header'] or 'column'}: {counted}, printed {roll['ending']['value']:,.2f}"
        made.append({
            "equation": "nav_rollforward", "holds": sums.holds, "left": round(sums.left, 6),
            "right": roll["ending"]["value"],
            "tolerance": round(sums.tolerance, 6), "detail": detail, "pages": [roll["page"]], "fields": list(fields),
        })  # fmt: skip
    return made


def _changes(metrics: Mapping[str, Field]) -> list[dict[str, Any]]:
    """Beginning plus the printed total change is ending, as in a statement of changes in net assets."""
    fields = _named(metrics, "beginning_nav", "net_change_total", "nav")
    if fields is None or metrics["beginning_nav"].get("period") != metrics["net_change_total"].get("period"):
        return []
    left = total([span(metrics["beginning_nav"]), span(metrics["net_change_total"])])
    detail = "beginning net assets plus total change are net assets at the end"
    return [judged("nav_rollforward", left, span(metrics["nav"]), detail, fields)]


def _positions(record: Mapping[str, Any]) -> list[dict[str, Any] | None]:
    return [_positions_of(record, "fair_value", "total_fair_value"), _positions_of(record, "cost", "total_cost")]


def _positions_of(record: Mapping[str, Any], kind: str, name: str) -> dict[str, Any] | None:
    """The positions add up to the printed total.

    Where some positions show no such figure, it holds if the others make the total alone, and else says nothing.
    """
    rows = record.get("companies", [])
    totals = record.get("totals", {})
    inside = name in totals
    path, printed = f"{'totals' if inside else 'metrics'}.{name}", (totals if inside else record["metrics"]).get(name)
    found = {f"companies[{n}].{kind}": row[kind] for n, row in enumerate(rows) if isinstance(row.get(kind), dict)}
    if not found or printed is None:
        return None
    left = total(span(field) for field in found.values())
    detail = f"{kind.replace('_', ' ')} of {len(found)} positions against the printed total"
    made = judged(f"positions_{kind}", left, span(printed), detail, found | {path: printed})
    return made if made["holds"] or len(found) == len(rows) else None


def _balance(metrics: Mapping[str, Field]) -> dict[str, Any] | None:
    fields = _named(metrics, "total_assets", "total_liabilities", "nav")
    if fields is None:
        return None
    left = minus(span(metrics["total_assets"]), span(metrics["total_liabilities"]))
    return judged(
        "assets_liabilities", left, span(metrics["nav"]), "total assets less total liabilities are net assets", fields
    )


def _per_share(metrics: Mapping[str, Field]) -> dict[str, Any] | None:
    fields = _named(metrics, "nav", "shares_outstanding", "nav_per_share")
    left = over(span(metrics["nav"]), span(metrics["shares_outstanding"])) if fields else None
    if fields is None or left is None:
        return None
    return judged("nav_per_share", left, span(metrics["nav_per_share"]), "net assets by shares outstanding", fields)


def _shares_of_nav(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Fair value over net assets is the printed percentage: one equation of the positions for which it is, one of the
    others, which are named.
    """
    nav = record.get("metrics", {}).get("nav")
    rows = [
        (number, row) for number, row in enumerate(record.get("companies", []))
        if isinstance(row.get("fair_value"), dict) and isinstance(row.get("pct_net_assets"), dict)
    ]  # fmt: skip
    if nav is None or nav["value"] <= 0:
        return []
    right = [one for one in rows if _is_share(one[1], nav)]
    wrong = [one for one in rows if one not in right]
    return [_share_equation(found, nav, named=found is wrong) for found in (right, wrong) if found]


def _share_equation(rows: Sequence[tuple[int, Mapping[str, Any]]], nav: Field, *, named: bool) -> dict[str, Any]:
    _, row = rows[0]
    left = over(span(row["fair_value"]), span(nav)) or Span(0.0, 0.0)
    names = f"; not so: {', '.join(row['name'] for _, row in rows[:5])}" if named else ""
    detail = f"share of net assets of {len(rows)} positions{names}"
    fields = {f"companies[{n}].{kind}": one[kind] for n, one in rows for kind in ("fair_value", "pct_net_assets")}
    return judged("pct_net_assets", times(left, 100), span(row["pct_net_assets"], PERCENT_UNITS), detail, fields)


def _is_share(row: Mapping[str, Any], nav: Field) -> bool:
    share = over(span(row["fair_value"]), span(nav))
    return share is None or meet(times(share, 100), span(row["pct_net_assets"], PERCENT_UNITS))


def _multiples(metrics: Mapping[str, Field]) -> list[dict[str, Any] | None]:
    made = [_ratio(metrics, "dpi", ("distributions",)), _ratio(metrics, "rvpi", ("nav",))]
    fields = _named(metrics, "dpi", "rvpi", "tvpi")
    if fields is None:
        return [*made, _ratio(metrics, "tvpi", ("distributions", "nav"))]
    left = total([span(metrics["dpi"]), span(metrics["rvpi"])])
    return [*made, judged("tvpi", left, span(metrics["tvpi"]), "DPI plus RVPI", fields)]


def _ratio(metrics: Mapping[str, Field], name: str, above: tuple[str, ...]) -> dict[str, Any] | None:
    fields = _named(metrics, *above, "contributions", name)
    if fields is None:
        return None
    left = over(total(span(metrics[one]) for one in above), span(metrics["contributions"]))
    detail = f"{' plus '.join(above)} over contributions"
    return judged(name, left, span(metrics[name]), detail, fields) if left else None


def _unfunded(metrics: Mapping[str, Field]) -> dict[str, Any] | None:
    fields = _named(metrics, "commitment", "contributions", "unfunded")
    if fields is None:
        return None
    left = minus(span(metrics["commitment"]), span(metrics["contributions"]))
    if "recallable" in metrics:
        fields["metrics.recallable"] = metrics["recallable"]
        left = total([left, span(metrics["recallable"])])
    return judged(
        "unfunded", left, span(metrics["unfunded"]), "commitment less contributions plus what may be recalled", fields
    )


def _one_date(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The positions are of the report's date."""
    as_of, days = (
        record.get("as_of_date"),
        {row.get("as_of") for row in record.get("companies", []) if row.get("as_of")},
    )
    if not as_of or not days:
        return []
    apart = max(abs((date.fromisoformat(day) - date.fromisoformat(as_of)).days) for day in days)
    detail = f"positions of {', '.join(sorted(days))} in a report of {as_of}"
    pages = sorted(
        {row["fair_value"]["page"] for row in record["companies"] if isinstance(row.get("fair_value"), dict)}
    )
    return [{
        "equation": "one_as_of", "holds": apart <= SAME_DAY, "left": apart, "right": 0, "tolerance": SAME_DAY,
        "detail": detail, "pages": pages, "fields": [],
    }]  # fmt: skip


def _one_scale(record: Mapping[str, Any]) -> dict[str, Any] | None:
    """Portfolio and net assets are printed in the same unit: neither is hundreds of times the other."""
    nav, totals = record.get("metrics", {}).get("nav"), record.get("totals", {})
    total = totals.get("total_fair_value")
    if nav is None or total is None or nav["value"] <= 0 or total["value"] <= 0:
        return None
    ratio = total["value"] / nav["value"]
    detail = f"investments are {ratio:.4g} times net assets"
    return {
        "equation": "one_scale", "holds": 1 / SCALE_APART < ratio < SCALE_APART, "left": total["value"],
        "right": nav["value"],
        "tolerance": SCALE_APART, "detail": detail, "pages": sorted({nav["page"], total["page"]}),
        "fields": ["metrics.nav", "totals.total_fair_value"],
    }  # fmt: skip


@functools.cache
def names() -> tuple[str, ...]:
    """All equations, in the order in which they are made."""
    return (
        "nav_rollforward", "positions_fair_value", "positions_cost", "assets_liabilities", "nav_per_share",
        "pct_net_assets",
        "dpi", "rvpi", "tvpi", "unfunded", "one_as_of", "one_scale",
    )  # fmt: skip
