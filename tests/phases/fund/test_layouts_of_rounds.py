"""Rounds in drawn layouts: bullets below a colon, wrapped columns of investors, profiles of companies, releases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ace.testing import run_phase
from phases.fund import p01_document_analysis, p02_hybrid_chunking, p06_co_investor_analysis
from phases.fund.pipeline import PIPELINE
from tests.phases.fund.drawn import Sheet

CONFIG = {phase.name: dict(phase.config) for phase in PIPELINE.phases}


def investors(sheet: Sheet, folder: Path) -> dict[str | None, list[str]]:
    """The investors by company, read by the real phases."""
    return {one["company"]: one["investors"] for one in rounds(sheet, folder)}


def rounds(sheet: Sheet, folder: Path) -> list[dict[str, Any]]:
    config = CONFIG["document_analysis"] | {"files": [str(sheet.save(folder))]}
    document = run_phase(p01_document_analysis.run, {}, config).data
    inputs = {"document_analysis": document}
    inputs["hybrid_chunking"] = run_phase(p02_hybrid_chunking.run, inputs, CONFIG["hybrid_chunking"]).data
    found: list[dict[str, Any]] = run_phase(p06_co_investor_analysis.run, inputs).data["rounds"]
    return found


def test_bullets_below_a_colon_are_one_list(tmp_path: Path):
    sheet = Sheet()
    sheet.title("Bryn Foods completes growth financing")
    sheet.prose(
        "Bryn Foods, a maker of bread, has completed a growth round of $60 million. Investors in the round include:"
    )
    for name in ("Orrin Capital (lead)", "Tern Ventures Fund", "Vale Teachers' Pension Plan"):
        sheet.line((66, "•"), (80, name))
    sheet.y += 8
    sheet.prose("The company has now raised more than $90 million. Moor Securities LLC served as financial advisor.")
    (one,) = [each for each in rounds(sheet, tmp_path) if each["investors"]]
    assert one["company"] == "Bryn Foods"
    assert one["investors"] == ["Orrin Capital", "Tern Ventures Fund", "Vale Teachers' Pension Plan"]
    assert one["lead"] == "Orrin Capital"


def test_two_columns_of_investors_whose_cells_run_over_lines(tmp_path: Path):
    sheet = Sheet()
    sheet.title("Larch Hill Ventures – Recent financings")
    sheet.line((54, "Company"), (150, "Last round"), (230, "Lead investor"), (360, "Other investors"), step=18)
    sheet.line((54, "Bryn Data"), (150, "Series C"), (230, "Orrin"), (360, "Tern Partners, Vale Ventures,"), step=11)
    sheet.line((54, "Systems, Inc."), (150, "$40.0M"), (360, "Moor Medical, Inc."), step=19)
    sheet.line((54, "Cole Labs"), (150, "Series A"), (230, "Esk, Quill & Co."), (360, "—"), step=11)
    sheet.line((150, "$8.5M"), (230, "L.P."), step=19)
    sheet.line((54, "Dunlin"), (150, "Seed"), (230, "Orrin"), (360, "Tern Partners"), step=19)
    found = {one["company"]: one for one in rounds(sheet, tmp_path)}
    assert list(found) == ["Bryn Data Systems, Inc.", "Cole Labs", "Dunlin"]
    assert found["Bryn Data Systems, Inc."]["leads"] == ["Orrin"]
    assert found["Bryn Data Systems, Inc."]["investors"] == [
        "Orrin", "Tern Partners", "Vale Ventures", "Moor Medical, Inc.",
    ]  # fmt: skip
    assert found["Bryn Data Systems, Inc."]["amount"]["value"] == 40_000_000


def test_a_second_round_of_the_company_above_and_names_broken_in_a_list(tmp_path: Path):
    sheet = Sheet()
    sheet.title("Larch Hill Ventures – Overview")
    sheet.line((54, "Company"), (200, "Round"), (300, "Co-investors"), step=18)
    sheet.line((54, "Bryn Foods"), (200, "Seed"), (300, "Tern Ventures; Orrin Life"), step=11)
    sheet.line((300, "Partners; Vale"), step=19)
    sheet.line((200, "Series A"), (300, "Moor Capital"), step=19)
    found = [(one["company"], one["round"], one["investors"]) for one in rounds(sheet, tmp_path)]
    assert found[0][::2] == ("Bryn Foods", ["Tern Ventures", "Orrin Life Partners", "Vale"])
    assert found[1] == ("Bryn Foods", "Series A", ["Moor Capital"])


def test_headers_of_two_lines_and_columns_beside_the_investors(tmp_path: Path):
    sheet = Sheet()
    sheet.title("Larch Hill Ventures – Overview")
    sheet.y += 20
    sheet.line((54, "Portfolio"), (170, "Amount"), (250, "Backers"), (420, "Use of"), step=11)
    sheet.line((54, "company"), (420, "proceeds"), step=18)
    sheet.line((54, "Bryn Foods"), (170, "$16M"), (250, "Tern Ventures"), (420, "Expansion"), step=19)
    sheet.line((54, "Cole Labs"), (170, "$4M"), (250, "Vale, Moor Capital"), (420, "Research"), step=19)
    assert investors(sheet, tmp_path) == {"Bryn Foods": ["Tern Ventures"], "Cole Labs": ["Vale", "Moor Capital"]}


def test_a_header_beside_another_header_is_no_label_with_a_value(tmp_path: Path):
    sheet = Sheet()
    sheet.title("Larch Hill Ventures – Overview")
    sheet.line((54, "Syndicate"), (200, "Use of proceeds"), (330, "Comment"), step=18)
    sheet.line((54, "Tern Ventures"), (200, "Expansion"), (330, "Sold to Moor"), step=19)
    assert rounds(sheet, tmp_path) == []


def test_a_profile_names_investors_beside_labels_without_a_colon(tmp_path: Path):
    sheet = Sheet()
    sheet.title("Larch Hill Fund V – Companies")
    for company, others in (
        ("Bryn Cloud, Inc.", "Tern Ventures, Vale Partners"),
        ("Cole Farms", "Moor; Quill Capital"),
    ):
        sheet.line((54, company), size=12, step=18)
        sheet.line((54, "Lead investor"), (170, "Orrin Ventures"), step=12)
        sheet.line((54, "Syndicate"), (170, others), step=12)
        sheet.line((54, "Legal counsel"), (170, "Esk Dunlin"), step=24)
    assert investors(sheet, tmp_path) == {
        "Bryn Cloud, Inc.": ["Orrin Ventures", "Tern Ventures", "Vale Partners"],
        "Cole Farms": ["Orrin Ventures", "Moor", "Quill Capital"],
    }


def test_a_release_names_the_company_behind_its_dateline_and_neither_agents_nor_lenders(tmp_path: Path):
    sheet = Sheet()
    sheet.title("Bryn Aviation Announces Financing")
    sheet.prose(
        "SEATTLE – (BUSINESS WIRE) – October 9, 2018 – Bryn Aviation announced today the final closing of its Series B, "
        "bringing the round to $31.5 million. Orrin Ventures led the round, with Tern Technology Ventures participating. "
        "Prior investors Vale Energy Fund, B Capital Group and Moor, Inc. invested their full pro rata shares. Individual "
        "investors include Esther Quill. Dunlin & Associates, Inc. acted as exclusive placement agent. In addition, the "
        "company secured $10 million of venture debt from Esk Bank. Bryn employs 40 people and plans to hire more."
    )
    (one,) = [each for each in rounds(sheet, tmp_path) if each["investors"]]
    assert one["company"] == "Bryn Aviation"
    assert one["investors"] == [
        "Orrin Ventures", "Tern Technology Ventures", "Vale Energy Fund", "B Capital Group", "Moor, Inc.", "Esther Quill",
    ]  # fmt: skip


def test_one_who_only_invests_is_not_taken_for_the_fund(tmp_path: Path):
    sheet = Sheet()
    sheet.title("To our investors")
    sheet.prose(
        "Bryn Foods completed its $60 million Series C, which was led by Orrin and included Tern Ventures LLC and Vale "
        "Strategic Ventures, LLC. We took our full pro rata."
    )
    assert investors(sheet, tmp_path) == {"Bryn Foods": ["Orrin", "Tern Ventures LLC", "Vale Strategic Ventures, LLC"]}
