"""Co-investors and market statements of labelled letters, releases and reports; skipped where they are not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ace.testing import run_phase
from phases.fund import p01_document_analysis, p02_hybrid_chunking, p06_co_investor_analysis, p07_market_intelligence
from phases.fund.pipeline import PIPELINE

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "fund"
CONFIG = {phase.name: dict(phase.config) for phase in PIPELINE.phases}
LABELLED = sorted([*FOLDER.glob("real/press_*.pdf"), *FOLDER.glob("real/q*.pdf"), *FOLDER.glob("synthetic/S2_*.pdf")])

pytestmark = pytest.mark.skipif(not LABELLED, reason="../shared/data/fund is not there")


def read(path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    config = CONFIG["document_analysis"] | {"files": [str(path)], "ocr": False}
    inputs = {"document_analysis": run_phase(p01_document_analysis.run, {}, config).data}
    inputs["hybrid_chunking"] = run_phase(p02_hybrid_chunking.run, inputs, CONFIG["hybrid_chunking"]).data
    rounds = run_phase(p06_co_investor_analysis.run, inputs, CONFIG["co_investor_analysis"]).data["rounds"]
    said = run_phase(p07_market_intelligence.run, inputs, CONFIG["market_intelligence"]).data["statements"]
    return rounds, said


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower()))


@pytest.mark.parametrize("path", LABELLED, ids=[path.stem for path in LABELLED])
def test_investors_and_statements_are_those_of_the_label(path: Path):
    truth = json.loads(path.with_suffix(".truth.json").read_text())
    rounds, said = read(path)
    assert {name for one in rounds for name in one["investors"]} == {
        name for one in truth["co_investors"] for name in one["investors"]
    }
    for wanted in truth["market_statements"]:
        assert any(words(wanted) <= words(one["quote"]) for one in said), wanted
    if truth["market_statements"]:  # labels of statements are whole where there are any
        assert len(said) == len(truth["market_statements"])
