"""Documents whose numbers do not tie are flagged with the equation that fails; rounding alone flags nothing."""

from __future__ import annotations

import pytest

from phases.fund.checks import reconcile
from phases.fund.checks.roll_forward_sums import ties
from tests.phases.fund.drawn import Sheet, failed, read


def statement(tmp_path, lines, **changed):
    sheet = Sheet()
    sheet.title("Stilt Partners V", "Capital account statement", "As of March 31, 2025")
    sheet.table((54,), (500,), *[(label, changed.get(label.split()[0], value)) for label, value in lines])
    return read(sheet.save(tmp_path))


ROLL = (
    ("Opening balance", "$4,100,000"), ("Capital calls", "$300,000"), ("Distributions", "$(120,000)"),
    ("Management fee", "$(20,000)"), ("Unrealized gain", "$95,000"), ("Closing balance", "$4,355,000"),
)  # fmt: skip
RATIOS = (
    ("Total commitment", "$10,000,000"), ("Contributions to date", "$6,000,000"), ("Unfunded commitment", "$4,000,000"),
    ("Distributions to date", "$1,500,000"), ("NAV", "$7,230,000"), ("DPI", "0.25x"), ("RVPI", "1.21x"), ("TVPI", "1.46x"),
)  # fmt: skip


def test_a_statement_that_ties_raises_no_flag(tmp_path):
    assert failed(statement(tmp_path, ROLL)) == []
    assert failed(statement(tmp_path, RATIOS)) == []


@pytest.mark.parametrize("label", ["Opening", "Capital", "Management", "Unrealized", "Closing"])
def test_any_line_of_a_roll_forward_that_is_off_is_flagged(tmp_path, label):
    assert failed(statement(tmp_path, ROLL, **{label: "$71,000"})) == ["nav_rollforward"]


@pytest.mark.parametrize(
    ("label", "value", "flag"),
    [
        ("DPI", "0.27x", "dpi"),
        ("RVPI", "1.25x", "rvpi"),
        ("TVPI", "1.49x", "tvpi"),
        ("Unfunded", "$4,000,100", "unfunded"),
    ],
)
def test_each_ratio_is_checked(tmp_path, label, value, flag):
    assert flag in failed(statement(tmp_path, RATIOS, **{label: value}))


@pytest.mark.parametrize(
    ("value", "flags"), [("3,750,000", []), ("3,750,001", []), ("3,850,000", ["positions_fair_value"])]
)
def test_positions_against_their_total_within_printed_rounding(tmp_path, value, flags):
    sheet = Sheet()
    sheet.title("Teal Fund", "Schedule of Investments", "December 31, 2024")
    sheet.table((54,), (400, 520), ("Company", "Cost", "Fair value"), step=16)
    sheet.table((54,), (400, 520), ("Alca Inc.", "1,000,000", "1,500,000"), ("Brant Ltd", "2,000,000", "2,250,000"))
    sheet.table((54,), (400, 520), ("Total", "3,000,000", value))
    assert failed(read(sheet.save(tmp_path))) == flags


def line(label, value, step=1.0):
    return {"label": label, "value": value, "step": step, "metric": None}


@pytest.mark.parametrize(
    "lines",
    [
        [line("Contributions", 500), line("Distributions", -200), line("Net gain", 100)],
        [line("Contributions", 500), line("Distributions", 200), line("Net gain", 100)],
        [
            line("Contributions", 500),
            line("Distributions", -200),
            line("Net cash flows", 300),
            line("Gain", 100),
            line("Total change", 400),
        ],
        [
            line("Contributions", 500),
            line("Distributions", 200),
            line("Net gain", 100),
            line("NAV per share", 14.2, 0.01),
        ],
        [line("Contributions", 500), line("Total commitment", 9000) | {"metric": "commitment"}, line("Net loss", -100)],
    ],
)
def test_sub_totals_and_unsigned_deductions_are_readings_of_one_statement(lines):
    roll = {"beginning": line("Opening", 1000), "lines": lines, "ending": line("Closing", 1400)}
    assert ties(roll).holds
    assert not ties(roll | {"ending": line("Closing", 1410)}).holds


def field(value, step, raw="1"):
    return {"value": value, "step": step, "raw_text": raw, "page": 1}


def equations(metrics, companies=(), totals=None):
    record = {"metrics": metrics, "companies": list(companies), "totals": totals or {}, "as_of_date": "2024-06-30"}
    return {one["equation"]: one["holds"] for one in reconcile.equations(record)}


def test_rounded_millions_are_compared_as_what_they_may_stand_for():
    metrics = {
        "distributions": field(5_600_000, 1e5),
        "contributions": field(20_900_000, 1e5),
        "dpi": field(0.27, 0.01),
    }
    assert equations(metrics) == {"dpi": True}
    assert equations(metrics | {"dpi": field(0.28, 0.01)}) == {"dpi": False}


def test_shares_of_net_assets_name_the_positions_that_fail():
    metrics = {"nav": field(10_000_000, 1)}
    companies = [
        {"name": "A", "fair_value": field(1_000_000, 1), "pct_net_assets": field(10.0, 0.1)},
        {"name": "B", "fair_value": field(500_000, 1), "pct_net_assets": field(6.0, 0.1)},
    ]
    right, found = reconcile.equations({"metrics": metrics, "companies": companies, "totals": {}})
    assert (right["holds"], right["fields"]) == (True, ["companies[0].fair_value", "companies[0].pct_net_assets"])
    assert (found["equation"], found["holds"]) == ("pct_net_assets", False)
    assert "B" in found["detail"]
    assert "A" not in found["detail"].removeprefix("share")
    assert found["fields"] == ["companies[1].fair_value", "companies[1].pct_net_assets"]


def test_per_share_balance_date_and_scale():
    metrics = {
        "nav": field(92_558_212, 1), "shares_outstanding": field(3_496_480, 1), "nav_per_share": field(26.47, 0.01),
        "total_assets": field(93_050_113, 1), "total_liabilities": field(491_901, 1),
    }  # fmt: skip
    assert equations(metrics) == {"assets_liabilities": True, "nav_per_share": True}
    wrong = equations(metrics | {"nav_per_share": field(26.49, 0.01), "total_liabilities": field(491_911, 1)})
    assert wrong == {"assets_liabilities": False, "nav_per_share": False}
    old = [{"name": "A", "as_of": "2023-12-31", "fair_value": field(1, 1)}]
    assert equations({}, old) == {"one_as_of": False}
    apart = equations({"nav": field(50_000_000, 1)}, totals={"total_fair_value": field(49_000, 1)})
    assert apart == {"one_scale": False}


def test_a_missing_figure_leaves_its_equation_out():
    assert equations({"nav": field(5, 1), "contributions": field(0, 1), "rvpi": field(1.0, 0.01)}) == {}
    rows = [{"name": "A", "fair_value": field(10, 1)}, {"name": "B"}]
    assert equations({}, rows, {"total_fair_value": field(20, 1)}) == {}
    assert equations({}, rows, {"total_fair_value": field(10, 1)}) == {
        "positions_fair_value": True
    }  # B is worth nothing
