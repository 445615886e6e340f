"""Made-up funds whose figures tie, or of which one named equation does not hold, and their labels."""

from __future__ import annotations

import random
from typing import Any

FIRST = ("Alder", "Basalt", "Cobble", "Dune", "Ember", "Fjord", "Gannet", "Heron", "Inlet", "Kelp", "Lark", "Otter")
SECOND = ("Robotics", "Health", "Energy", "Foods", "Logistics", "Optics", "Materials", "Water", "Mobility", "Genomics")
LEGAL = ("Inc.", "Ltd.", "LLC", "GmbH", "Corp.", "SAS")
DAYS = (("2023-12-31", "December 31, 2023"), ("2024-06-30", "June 30, 2024"), ("2022-09-30", "September 30, 2022"))
OLD_DAY = "June 30, 2021"
OFF = {"nav_per_share": 0.31, "dpi": 0.06, "rvpi": -0.05, "tvpi": 0.11}  # added to the printed figure
SHOWS = {
    "account": ("roll", "summary"), "columns": ("roll", "summary"), "balance": ("balance", "rows", "shares"),
    "quarterly": ("summary", "nav", "rows"), "european": ("roll", "summary", "rows", "shares"),
}  # fmt: skip


def fund(chance: random.Random) -> dict[str, Any]:
    """Figures of a fund that tie."""
    rows = _rows(chance)
    invested, cost = (sum(int(one[kind]) for one in rows) for kind in ("fair_value", "cost"))
    liabilities = round(invested * chance.uniform(0.01, 0.06))
    assets = invested + round(invested * chance.uniform(0.02, 0.09))
    nav = assets - liabilities
    contributions = round(nav * chance.uniform(0.6, 1.2))
    recallable = chance.choice((0, round(contributions * 0.04)))
    commitment = -(-round(contributions * chance.uniform(1.05, 1.6)) // 100000) * 100000
    distributions = round(contributions * chance.uniform(0.1, 0.9))
    lines = _lines(nav, chance)
    shares = round(nav / chance.uniform(8, 30))
    dpi, rvpi = round(distributions / contributions, 2), round(nav / contributions, 2)
    kind, number = chance.choice(("Growth", "Venture", "Capital")), chance.choice(("II", "III", "IV", "V"))
    return {
        "name": f"{chance.choice(FIRST)} {kind} Partners {number}, L.P.", "as_of": chance.choice(DAYS),
        "rows": rows, "total_cost": cost, "total_fair_value": invested, "total_assets": assets,
        "total_liabilities": liabilities, "nav": nav, "contributions": contributions, "recallable": recallable,
        "commitment": commitment, "distributions": distributions, "unfunded": commitment - contributions + recallable,
        "lines": lines, "beginning_nav": nav - sum(lines.values()), "shares_outstanding": shares,
        "nav_per_share": round(nav / shares, 2), "dpi": dpi, "rvpi": rvpi, "tvpi": round(dpi + rvpi, 2),
        "net_irr": round(chance.uniform(-4, 31), 1), "pct": {}, "schedule_day": None, "mixed_units": False,
    }  # fmt: skip


def _rows(chance: random.Random) -> list[dict[str, Any]]:
    count = chance.randint(5, 11)
    rows = []
    for name in chance.sample([f"{one} {other}" for one in FIRST for other in SECOND], count):
        cost = chance.randint(400, 9000) * 1000 + chance.randint(0, 999)
        value = round(cost * chance.uniform(0.2, 3.1))
        rows.append({"name": f"{name}, {chance.choice(LEGAL)}", "cost": cost, "fair_value": value})
    return rows


def _lines(nav: int, chance: random.Random) -> dict[str, int]:
    """What stands between the value at the beginning of the period and that at its end."""
    return {
        "period_contributions": chance.choice((0, round(nav * 0.04))), "period_distributions": -round(nav * 0.03),
        "management_fees": -round(nav * 0.005), "expenses": -chance.randint(900, 90000),
        "income": chance.randint(0, 1) * chance.randint(900, 60000),
        "realized": round(nav * chance.uniform(-0.02, 0.05)), "unrealized": round(nav * chance.uniform(-0.06, 0.09)),
    }  # fmt: skip


def share(made: dict[str, Any], row: dict[str, Any]) -> float:
    """The share of net assets that is printed for a position."""
    return float(made["pct"].get(row["name"], round(100 * row["fair_value"] / made["nav"], 1)))


def spoil(made: dict[str, Any], equation: str, chance: random.Random) -> None:
    """Change one printed figure so that this equation fails and the others hold as before."""
    row = max(made["rows"], key=lambda one: one["fair_value"])
    off = chance.choice((1.04, 0.93, 1.2))
    if equation == "nav_rollforward":
        name = chance.choice(("unrealized", "management_fees", "period_distributions"))
        made["lines"][name] = round(made["lines"][name] * (off + 1)) - 5000
    elif equation in ("positions_fair_value", "positions_cost"):
        kind = "total_" + equation.removeprefix("positions_")
        made[kind] = round(made[kind] * off)
    elif equation == "assets_liabilities":
        made["total_assets"] = round(made["total_assets"] * off)
    elif equation == "pct_net_assets":
        made["pct"][row["name"]] = round(100 * row["fair_value"] / made["nav"] * off + 0.7, 1)
    elif equation == "one_as_of":
        made["schedule_day"] = OLD_DAY
    elif equation == "one_scale":
        made["mixed_units"] = True
    elif equation == "unfunded":
        made["unfunded"] += 250_000
    else:
        made[equation] = round(made[equation] + OFF[equation], 2)
        if equation in ("dpi", "rvpi"):
            made["tvpi"] = round(made["tvpi"] + OFF[equation], 2)


def label(made: dict[str, Any], layout: str, broken: str | None) -> dict[str, Any]:
    """What a layout prints of a fund, in the scorer's form."""
    shows, lines = SHOWS[layout], made["lines"]
    names = {
        "roll": ("beginning_nav",),
        "summary": ("commitment", "contributions", "distributions", "unfunded", "dpi", "rvpi", "tvpi", "net_irr"),
        "balance": ("total_assets", "total_liabilities", "shares_outstanding", "nav_per_share"),
        "rows": ("total_cost", "total_fair_value"),
    }
    metrics = {name: made[name] for part in shows for name in names.get(part, ())} | {"nav": made["nav"]}
    if "roll" in shows:
        metrics |= lines | {"period_distributions": abs(lines["period_distributions"])}
    rows = made["rows"] if "rows" in shows else []
    if "shares" in shows:
        rows = [one | {"pct_net_assets": share(made, one)} for one in rows]
    return {
        "fund_name": made["name"], "as_of_date": made["as_of"][0], "metrics": metrics, "companies": rows,
        "expected_flags": [broken] if broken else [],
    }  # fmt: skip
