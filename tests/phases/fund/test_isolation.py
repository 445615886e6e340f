"""One of the five fails: the others are kept, the aggregation says what is missing, and a retry redoes two phases."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from ace import config, discovery, orchestrator
from ace.errors import PhaseError
from phases.fund.p08_result_aggregation import EXTRACTORS
from phases.fund.pipeline import PIPELINE

pytestmark = pytest.mark.usefixtures("no_flush")

LINES = (
    "Larch Hill Fund II, L.P.",
    "Capital Account Statement",
    "As of June 30, 2024",
    "Total Commitment    $6,000,000",
    "Contributions to Date    $4,500,000",
    "Remaining Unfunded Commitment    $1,500,000",
    "Bryn Foods, Inc. closed a Series A round led by Orrin Capital.",
    "Credit spreads tightened further during the quarter.",
)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    with pymupdf.open() as document:
        page = document.new_page()
        for number, line in enumerate(LINES):
            label, _, value = line.partition("    ")
            page.insert_text((72, 80 + 24 * number), label, fontsize=11)
            if value:
                page.insert_text((400, 80 + 24 * number), value, fontsize=11)
        document.save(tmp_path / "report.pdf")
    return tmp_path / "report.pdf"


def go(report: Path, **more: Any) -> Any:
    engine = config.ENGINE_DEFAULTS | {"artifacts": str(report.parent / "runs"), "cache": str(report.parent / "cache")}
    overrides = {"document_analysis.files": [str(report)], "document_analysis.ocr": False}
    request = orchestrator.Request(discovery.find("fund"), config.Settings(engine), overrides, run_id="r", **more)
    return orchestrator.run(request)


def module(name: str) -> Any:
    number = next(place for place, phase in enumerate(PIPELINE.phases, 1) if phase.name == name)
    return importlib.import_module(f"phases.fund.p{number:02d}_{name}")


def data(report: Path, name: str) -> Any:
    import orjson

    (path,) = (report.parent / "runs" / "run_r").glob(f"phase*_{name}.json")
    return orjson.loads(path.read_bytes())["data"]


def started(report: Path) -> list[str]:
    """Phases that were started so far, in order."""
    import orjson

    lines = (report.parent / "runs" / "run_r" / "events.jsonl").read_bytes().splitlines()
    return [event["phase"] for event in map(orjson.loads, lines) if event["kind"] == "phase_started"]


def fail(inputs: Any, ctx: Any) -> Any:
    message = "it does not work today"
    raise PhaseError(message)


@pytest.mark.parametrize("name", EXTRACTORS)
def test_one_of_the_five_fails_and_only_it_is_missing(name: str, report: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as broken:
        broken.setattr(module(name), "run", fail)
        outcome = go(report)
    assert (outcome.state, outcome.exit_code) == ("partial", 3)
    assert data(report, "result_aggregation")["missing"] == [name]
    others = [one for one in EXTRACTORS if one != name]
    assert all(data(report, one) for one in others)
    before = len(started(report))

    outcome = go(report)
    assert outcome.state == "completed"
    assert sorted(started(report)[before:]) == sorted([name, "result_aggregation"])
    assert data(report, "result_aggregation")["missing"] == []


def test_all_five_fail_and_the_run_fails(report: Path, monkeypatch: pytest.MonkeyPatch):
    for name in EXTRACTORS:
        monkeypatch.setattr(module(name), "run", fail)
    outcome = go(report)
    assert (outcome.state, outcome.exit_code) == ("failed", 1)
    assert list((report.parent / "runs" / "run_r").glob("phase8*")) == []


def test_retry_of_one_extractor_redoes_two_of_eight(report: Path, cli: Any, monkeypatch: pytest.MonkeyPatch):
    assert go(report).state == "completed"
    assert len(started(report)) == 8
    monkeypatch.setenv("ACE_ARTIFACTS", str(report.parent / "runs"))
    assert cli("retry", "fund_metrics", "--run-id", "r").code == 0
    assert started(report)[8:] == ["fund_metrics", "result_aggregation"]


def test_what_was_found_is_in_the_record_and_the_files_are_beside_it(report: Path):
    go(report)
    record = data(report, "result_aggregation")["record"]
    assert record["metrics"]["unfunded"]["value"] == 1_500_000
    assert [one["investors"] for one in record["co_investors"]] == [["Orrin Capital"]]
    assert [one["quote"] for one in record["market_statements"]] == [LINES[-1]]
    folder = report.parent / "runs" / "run_r"
    assert (folder / "phase8_result_aggregation.md").read_text().startswith("# Larch Hill Fund II, L.P.")
    assert (folder / "phase8_result_aggregation.xlsx").read_bytes().startswith(b"PK")


def test_view_shows_the_tables_for_readers(report: Path, cli: Any, monkeypatch: pytest.MonkeyPatch):
    go(report)
    monkeypatch.setenv("ACE_ARTIFACTS", str(report.parent / "runs"))
    result = cli("view", "r", "--phase", "result_aggregation")
    assert result.code == 0
    assert result.out.index("Document") < result.out.index("Fund figures") < result.out.index("Market statements")
