"""What the two extractors of figures write is what their schemas say, from a full report to an empty page."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.phases.fund.drawn import Sheet, read

SCHEMAS = Path(__file__).resolve().parents[3] / "schemas" / "fund"


def full():
    sheet = Sheet()
    sheet.title("Reed Fund II", "Quarterly report", "June 30, 2024 ($ in thousands)")
    sheet.table(
        (54,), (300,),
        ("Beginning NAV", "9,000"), ("Contributions", "500"), ("Distributions", "(100)"), ("Unrealized gain", "600"), ("Ending NAV", "10,000"),
    )  # fmt: skip
    sheet.y += 30
    sheet.table((54, 160), (330, 420, 500), ("Company", "Type", "Cost", "Fair value", "% of net assets"), step=18)
    sheet.table(
        (54, 160), (330, 420, 500),
        ("Acorn AI", "Preferred", "900", "1,200", "12.0%"), ("", "Common", "100", "300", "3.0%"), ("Burr Ltd", "Preferred", "700", "—", "0.0%"),
        ("Total", "", "1,700", "1,500", "15.0%"),
    )  # fmt: skip
    return sheet


def funds():
    sheet = Sheet()
    sheet.title("Plan", "As of June 30, 2024")
    sheet.table((54,), (330, 420, 500), ("Fund", "Contributions", "Distributions", "Total value"), step=18)
    sheet.table(
        (54,),
        (330, 420, 500),
        ("Alder I", "1,000,000", "400,000", "1,300,000"),
        ("Birch II", "500,000", "–", "550,000"),
    )
    return sheet


def nothing():
    sheet = Sheet()
    sheet.line((54, "$"))
    sheet.line((54, "This page says nothing."))
    return sheet


@pytest.mark.parametrize("draw", [full, funds, nothing])
@pytest.mark.parametrize(("phase", "key"), [("fund_metrics", "metrics"), ("company_intelligence", "companies")])
def test_artifacts_keep_to_their_schema(tmp_path, draw, phase, key):
    data = read(draw().save(tmp_path))[key]
    schema = json.loads((SCHEMAS / f"{phase}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)


def test_a_summed_share_of_net_assets_has_its_parts(tmp_path):
    (first, *_) = read(full().save(tmp_path))["companies"]["positions"]
    share = first["fields"]["pct_net_assets"]
    assert (share["value"], share["unit"], [part["raw_text"] for part in share["parts"]]) == (
        15.0,
        "percent",
        ["12.0%", "3.0%"],
    )
