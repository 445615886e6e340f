"""Rounds as the artifact holds them: quoted, placed, with a sum that was found again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ace.testing import run_phase
from phases.fund import p06_co_investor_analysis
from tests.phases.fund.made import chunks, document

SCHEMA = json.loads((Path(__file__).resolve().parents[3] / "schemas/fund/co_investor_analysis.schema.json").read_text())


def rounds(*lines: str, **more: Any) -> list[dict[str, Any]]:
    found = document(*lines, **more)
    data = run_phase(p06_co_investor_analysis.run, {"document_analysis": found, "hybrid_chunking": chunks(found)}).data
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    return data["rounds"]


def test_a_round_is_quoted_with_its_place_and_its_sum_is_found_again():
    (one,) = rounds(
        "Bryn Foods raised $7.5 million in March 2024. Orrin Capital led the",
        "round, which was joined by Larch Hill and Tern Ventures.",
    )
    assert (one["company"], one["lead"], one["investors"]) == (
        "Bryn Foods",
        "Orrin Capital",
        ["Orrin Capital", "Tern Ventures"],
    )
    assert one["quote"].startswith("Bryn Foods raised")
    assert one["quote"].endswith("Tern Ventures.")
    assert one["amount"]["value"] == 7_500_000
    assert one["amount"]["checks"] == [{"name": "provenance", "ok": True, "detail": "'$7.5 million' on page 1"}]
    assert one["bbox"][1] < one["bbox"][3]


def test_a_short_name_stands_for_the_full_one_that_the_document_gives():
    (one,) = rounds("Bryn Foods, Inc. (“Bryn”) makes bread.", "Bryn closed a Series A led by Orrin Capital.")
    assert one["company"] == "Bryn Foods, Inc."


def test_the_stock_symbol_and_short_form_of_the_fund_are_the_fund():
    (one,) = rounds(
        "Larch Hill Fund II, L.P. (NYSE: LHF) reports.",
        "Bryn Foods closed a Series A led by Orrin Capital with participation from LHF and Tern Ventures.",
    )
    assert one["investors"] == ["Orrin Capital", "Tern Ventures"]


def test_a_round_told_twice_is_one():
    line = "Bryn Foods closed a Series A led by Orrin Capital."
    assert len(rounds(line, "Nothing else happened in the quarter at all.", line)) == 1


def test_a_document_without_a_round_has_none():
    assert rounds("The Fund held its annual meeting in May.") == []


@pytest.mark.parametrize("times", [1, 2])
def test_ids_are_the_same_in_every_run(times: int):
    (one,) = rounds("Bryn Foods closed a Series A led by Orrin Capital.")
    assert one["id"] == p06_co_investor_analysis.identity("Bryn Foods", "Series A", one["quote"])
