"""The names of a fund's figures, in the order of a capital account statement: what was promised and paid, how the value
moved, what it came to."""

from __future__ import annotations

PAID = ("commitment", "contributions", "distributions", "unfunded")
# Figures of a period, in the order of a roll-forward. All others are states, for which "since inception" and "at this
# date" say the same.
FLOWS = (
    "beginning_nav",
    "period_contributions",
    "period_distributions",
    "management_fees",
    "expenses",
    "income",
    "realized",
    "unrealized",
    "carried_interest",
    "net_change_from_operations",
    "capital_transactions",
    "net_change_total",
)
REACHED = (
    "nav",
    "nav_per_share",
    "shares_outstanding",
    "total_assets",
    "total_liabilities",
    "total_cost",
    "total_fair_value",
    "gross_irr",
    "net_irr",
    "moic",
    "tvpi",
    "dpi",
    "rvpi",
)
ORDER = (*PAID, *FLOWS, *REACHED)
