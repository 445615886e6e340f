"""The statements that ship are what their script draws, and are read as what they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from ace.testing import run_phase
from phases.fund import p01_document_analysis, p02_hybrid_chunking
from phases.fund.pipeline import PIPELINE
from phases.fund.samples import draw_samples

FACTS = {
    "capital_account.pdf": ("capital_account_statement", "2025-09-30", "Larkspur Hollow Ventures III, L.P.", "USD", 1),
    "quarterly_report.pdf": (
        "quarterly_report",
        "2025-09-30",
        "Birkenfeld Wachstumskapital II GmbH & Co. KG",
        "EUR",
        1000,
    ),
    "valuation.pdf": ("portfolio_valuation", "2025-06-30", "Tamarack Bridge Opportunity Fund, L.P.", "USD", 1),
}


def read(name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    config = {**PIPELINE.phases[0].config, "files": [str(draw_samples.FOLDER / name)]}
    document = run_phase(p01_document_analysis.run, {}, config).data
    chunks = run_phase(p02_hybrid_chunking.run, {"document_analysis": document}, {"max_chars": 1200}).data["chunks"]
    return document, chunks


@pytest.mark.parametrize("name", FACTS)
def test_what_the_document_is(name: str) -> None:
    found, _ = read(name)
    facts = (found["document_type"]["value"], found["as_of_date"]["value"], found["fund_name"]["value"])
    assert (*facts, found["currency"], found["scale"]) == FACTS[name]


def test_every_position_is_a_row_of_its_table() -> None:
    for name, positions in (("quarterly_report.pdf", draw_samples.EUROPEAN), ("valuation.pdf", draw_samples.VALUED)):
        table = next(chunk for chunk in read(name)[1] if chunk["kind"] == "positions")
        labels = " ".join(row[0]["text"] for row in table["rows"] if row[0])
        assert all(position.name in labels for position in positions)


def test_the_files_are_what_the_script_draws(tmp_path: Path) -> None:
    for path in draw_samples.draw(tmp_path):
        shipped, drawn = (pymupdf.open(folder / path.name) for folder in (draw_samples.FOLDER, tmp_path))
        assert [page.get_text() for page in shipped] == [page.get_text() for page in drawn]
    assert {path.name for path in tmp_path.iterdir()} == set(FACTS)


def test_drawing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in draw_samples.draw(tmp_path)}
    assert {path.name: path.read_bytes() for path in draw_samples.draw(tmp_path)} == first


def test_two_tie_and_one_does_not() -> None:
    assert len({sum(roll) for roll in draw_samples.ROLLS}) == 1
    chunk = next(chunk for chunk in read("valuation.pdf")[1] if chunk["kind"] == "positions")
    printed = [row[3]["text"] for row in chunk["rows"] if row[0] and row[0]["text"] == "Total"]
    assert printed == [draw_samples.dollars(sum(one.value for one in draw_samples.VALUED) + draw_samples.OFF_BY)]
