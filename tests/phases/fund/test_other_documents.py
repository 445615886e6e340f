"""Documents that are no fund reports: nobody invested in anything, and nothing is said about markets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ace.errors import PhaseError
from ace.testing import run_phase
from phases.fund import p01_document_analysis, p02_hybrid_chunking, p06_co_investor_analysis, p07_market_intelligence
from phases.fund.pipeline import PIPELINE

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "corpus" / "docs" / "pdf"
MOST_BYTES = 200_000  # larger ones take too long for a test
CONFIG = {phase.name: dict(phase.config) for phase in PIPELINE.phases}


@pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data/corpus is not there")
def test_papers_receipts_and_manuals_tell_of_no_round_and_no_market():
    read = 0
    for path in sorted(FOLDER.glob("*.pdf")):
        if path.stat().st_size > MOST_BYTES:
            continue
        inputs: dict[str, Any] = {}
        try:
            config = CONFIG["document_analysis"] | {"files": [str(path)], "ocr": False}
            inputs["document_analysis"] = run_phase(p01_document_analysis.run, {}, config).data
        except PhaseError:
            continue  # only pictures, or copy-protected
        inputs["hybrid_chunking"] = run_phase(p02_hybrid_chunking.run, inputs, CONFIG["hybrid_chunking"]).data
        read += 1
        assert run_phase(p06_co_investor_analysis.run, inputs).data["rounds"] == [], path.name
        assert run_phase(p07_market_intelligence.run, inputs).data["statements"] == [], path.name
    assert read >= 10
