"""A whole PDF read: pages, facts, and why a file gives nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pymupdf
import pytest

from ace import schema
from ace.errors import PhaseError
from ace.testing import MemoryServices, run_phase
from phases.common import ocr
from phases.fund import p01_document_analysis
from phases.fund.pipeline import PIPELINE
from tests.phases.pdf_drawn import Piece, lines, saved, table

DEFAULTS = dict(PIPELINE.phases[0].config)
ROWS = [["Ending NAV", "$5,275,723"], ["Fees", "($30,000)"]]


def analysed(path: Path, services: MemoryServices | None = None, **config: Any) -> dict[str, Any]:
    data = run_phase(p01_document_analysis.run, {}, {**DEFAULTS, "files": [str(path)], **config}, services).data
    schema.check(schema.load(schema.ROOT / "fund" / "document_analysis.schema.json"), data)
    return data


def refusal(path: Path, **config: Any) -> PhaseError:
    with pytest.raises(PhaseError) as caught:
        analysed(path, **config)
    return caught.value


def picture(folder: Path, *, pages: int = 1, text_page: bool = False) -> Path:
    """A PDF whose pages are pictures of two rows of a table."""
    drawn = pymupdf.open(saved(folder, table(ROWS, [20, -280], top=40, step=22), name="source.pdf", size=(300, 90)))
    png = drawn[0].get_pixmap(dpi=180, alpha=False).tobytes("png")
    document = pymupdf.open()
    if text_page:
        document.new_page(width=300, height=90).insert_text(
            (20, 40), "Larch Hill Fund II, L.P. as of June 30, 2024 says more"
        )
    for _ in range(pages):
        page = document.new_page(width=300, height=90)
        page.insert_image(page.rect, stream=png)
    document.save(folder / "scan.pdf")
    return folder / "scan.pdf"


def test_pages_facts_and_file(tmp_path: Path) -> None:
    title = lines("Larch Hill Ventures III, L.P.", "Quarterly Report, June 30, 2024", "(in thousands of USD)", size=12)
    data = analysed(saved(tmp_path, title + table(ROWS, [60, -400], top=200), lines("second page")))
    assert data["file"]["name"] == "drawn.pdf"
    assert data["file"]["pages"] == 2
    assert [page["number"] for page in data["pages"]] == [1, 2]
    assert data["pages"][0]["words"][0][4:] == ["Larch", 0]
    assert data["pages"][0]["scale"] == 1000
    assert data["pages"][1]["table_density"] == 0.0
    assert data["document_type"]["value"] == "quarterly_report"
    assert data["fund_name"]["value"] == "Larch Hill Ventures III, L.P."
    assert data["as_of_date"]["value"] == "2024-06-30"
    assert (data["currency"], data["scale"], data["tables_of_many_funds"]) == ("USD", 1000, False)
    assert (data["scanned_pages"], data["warnings"]) == ([], [])


def test_a_table_of_many_funds_has_no_fund_of_its_own(tmp_path: Path) -> None:
    names = ["Alder Capital Partners IV", "Birch Growth Fund II", "Cedar Equity Partners X", "Dogwood Ventures VII", "Elm Buyout Fund III",
             "Fir Opportunities Fund I", "Gum Tree Capital II"]  # fmt: skip
    rows = [
        ["Partnership", "Vintage", "Commitment", "Contributed", "NAV"],
        *([name, "2015", "$50.0", "$47.2", "$61.3"] for name in names),
    ]
    data = analysed(
        saved(
            tmp_path,
            lines("Private Equity Portfolio", "As of September 30, 2025") + table(rows, [50, -260, -340, -420, -500]),
        )
    )
    assert data["tables_of_many_funds"]
    assert data["document_type"]["value"] == "fund_performance_table"
    assert data["fund_name"] is None


def test_pictures_are_read_and_said_to_be(tmp_path: Path) -> None:
    pytest.importorskip("rapidocr")
    services = MemoryServices()
    data = analysed(picture(tmp_path, text_page=True), services)
    assert data["scanned_pages"] == [2]
    assert [page["text_source"] for page in data["pages"]] == ["text", "ocr"]
    assert "$5,275,723" in [word[4] for word in data["pages"][1]["words"]]
    assert data["pages"][1]["ocr_score"] > 0.9
    assert any(key.endswith("page 2") for key, _ in services.journal.rows)


def test_pictures_without_ocr_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = picture(tmp_path, pages=2, text_page=True)
    assert "2 pages (the first is 2) without text not read: ocr is off" in analysed(path, ocr=False)["warnings"][0]
    assert "ocr_pages = 0" in analysed(path, ocr_pages=0)["warnings"][0]
    monkeypatch.setattr(ocr, "available", lambda: False)
    assert "rapidocr is not installed" in analysed(path)["warnings"][0]


def test_a_document_of_pictures_only_fails_without_ocr_and_says_how_to_go_on(tmp_path: Path) -> None:
    error = refusal(picture(tmp_path), ocr=False)
    assert "no text, only pictures" in error.message
    assert "document_analysis.ocr=true" in error.hint


def test_blank_pages_are_nothing_to_read(tmp_path: Path) -> None:
    assert refusal(saved(tmp_path, [])).message.endswith("nothing to read: its only page is blank")
    assert refusal(saved(tmp_path, [], [], [])).message.endswith("all 3 pages are blank")


def test_a_torn_file_without_anything_left_is_damaged(tmp_path: Path) -> None:
    path = saved(tmp_path, lines("gone"), deflate=True)
    path.write_bytes(path.read_bytes()[:500])
    assert "damaged" in refusal(path).message


def test_a_repaired_file_is_read_with_a_warning(tmp_path: Path) -> None:
    path = saved(tmp_path, lines("still here, with a few more words than five"))
    path.write_bytes(path.read_bytes()[:-150])
    assert "damaged" in analysed(path)["warnings"][0]


def test_pages_that_are_not_there_cost_no_others(tmp_path: Path) -> None:
    document = pymupdf.open(
        saved(tmp_path, lines("the first page has words"), lines("and the second, too"), name="whole.pdf")
    )
    tree = int(document.xref_get_key(document.pdf_catalog(), "Pages")[1].split()[0])
    document.xref_set_key(tree, "Count", "4")  # two more than it has
    document.save(tmp_path / "short.pdf")
    data = analysed(tmp_path / "short.pdf")
    assert [bool(page["words"]) for page in data["pages"]][:2] == [True, True]
    assert not any(page["words"] for page in data["pages"][2:])
    assert data["warnings"] == ["2 pages (the first is 3) damaged and not read"]


def test_a_long_document_is_read_and_a_longer_one_refused(tmp_path: Path) -> None:
    document = pymupdf.open()
    for number in range(500):
        document.new_page().insert_text((50, 60), f"Page {number} has a line of words")
    document.save(tmp_path / "long.pdf")
    assert len(analysed(tmp_path / "long.pdf")["pages"]) == 500
    error = refusal(tmp_path / "long.pdf", max_pages=499)
    assert "500 pages" in error.message
    assert error.hint.endswith("max_pages=500")


@pytest.mark.parametrize(
    ("files", "said"), [([], "none was given"), (["a.pdf", "b.pdf"], "2 were given"), ([""], "none was given")]
)
def test_exactly_one_file_is_taken(files: list[str], said: str) -> None:
    with pytest.raises(PhaseError, match=said) as caught:
        run_phase(p01_document_analysis.run, {}, {**DEFAULTS, "files": files})
    assert caught.value.hint


def test_a_password_in_clear_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, lines("secret"), encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="clou-9", owner_pw="o")
    services = MemoryServices()
    analysed(path, services, password="clou-9")
    assert any("password" in event.get("message", "") for event in services.events)
    monkeypatch.setenv("FUND_KEY", "clou-9")
    services = MemoryServices()
    analysed(path, services, password="env:FUND_KEY")
    assert not [event for event in services.events if event["kind"] == "warning"]


def test_text_that_no_reader_sees_and_bad_characters_do_no_harm(tmp_path: Path) -> None:
    path = saved(tmp_path, [Piece(60, 100, "Seen words of a report"), Piece(60, 2000, "far below the page")])
    data = analysed(path)
    assert "far" not in [word[4] for word in data["pages"][0]["words"]]
    orjson.dumps(data)


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    path = saved(tmp_path, lines("Larch Hill Fund II, L.P.", "As of June 30, 2024") + table(ROWS, [60, -400], top=200))
    assert orjson.dumps(analysed(path)) == orjson.dumps(analysed(path))
