"""What people hand over by mistake, through the command: a clear state and a reason, and a batch that goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pymupdf
import pytest

from tests.phases.pdf_drawn import lines, saved, table

GOOD = ("Larch Hill Ventures III, L.P.", "Capital Account Statement", "As of June 30, 2024")
REASONS = {
    "a_encrypted.pdf": "needs a password",
    "b_empty.pdf": "nothing to read",
    "c_damaged.pdf": "damaged",
    "d_zero.pdf": "empty (0 bytes)",
    "e_text.pdf": "not a PDF: it is text",
    "f_picture.pdf": "only pictures",
}


@pytest.fixture
def heap(project: Any) -> Path:
    folder: Path = project.folder
    saved(
        folder,
        lines("secret"),
        name="a_encrypted.pdf",
        encryption=pymupdf.PDF_ENCRYPT_AES_256,
        user_pw="x",
        owner_pw="y",
    )
    saved(folder, [], name="b_empty.pdf")
    (folder / "c_damaged.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 9)
    (folder / "d_zero.pdf").touch()
    (folder / "e_text.pdf").write_text("Dear investor, please find attached\n")
    page = pymupdf.open().new_page(width=200, height=100)
    page.draw_rect(page.rect, fill=(0.2, 0.3, 0.4))
    picture = pymupdf.open()
    sheet = picture.new_page(width=200, height=100)
    sheet.insert_image(sheet.rect, stream=page.get_pixmap(dpi=72).tobytes("png"))
    picture.save(folder / "f_picture.pdf")
    rows = [["Beginning NAV", "$1,000"], ["Contributions", "$200"], ["Ending NAV", "$1,200"]]
    saved(folder, lines(*GOOD) + table(rows, [60, -400], top=200), name="g_good.pdf")
    return folder


def test_a_batch_goes_on_past_every_bad_file(project: Any, heap: Path) -> None:
    names = [*REASONS, "g_good.pdf", "h_missing.pdf"]
    done = project.ace("batch", "fund", *names, "--set", "document_analysis.ocr=false", "--json", timeout=300)
    assert "Traceback" not in done.stderr + done.stdout
    assert done.returncode == 3  # some completed, others failed
    jobs = {job["input"]: job for job in orjson.loads(done.stdout)["runs"]}
    assert jobs["g_good.pdf"]["state"] == "completed"
    for name, reason in REASONS.items():
        assert (jobs[name]["state"], reason in jobs[name]["error"]) == ("failed", True), jobs[name]
    assert "h_missing.pdf" in jobs["h_missing.pdf"]["error"]


def test_one_bad_file_fails_the_run_with_its_reason(project: Any, heap: Path) -> None:
    done = project.ace("run", "fund", "d_zero.pdf", "--run-id", "r", timeout=120)
    assert done.returncode == 1
    assert "d_zero.pdf is empty (0 bytes)" in done.stderr
    assert "Traceback" not in done.stderr
    assert orjson.loads((project.runs / "run_r" / "run.json").read_bytes())["state"] == "failed"
