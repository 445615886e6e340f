"""A file that cannot be read ends in one sentence that says why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest

from ace.errors import PhaseError
from phases.common.pdf_open import opened
from tests.phases.pdf_drawn import lines, saved

ROOT = Path(__file__).resolve().parents[3]


def refusal(path: Path, password: str = "") -> PhaseError:
    with pytest.raises(PhaseError) as caught, opened(str(path), password):
        pass
    return caught.value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty (0 bytes)"),
        (b"hello\n", "not a PDF: it is text"),
        (b"PK\x03\x04rest", "not a PDF: it is a ZIP archive or an Office document"),
        (b"<html></html>", "not a PDF: it is HTML or XML"),
        (b"\x00\x01\x02\xff", "not a PDF: it is something else"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 20, "damaged"),
    ],
)
def test_what_is_no_pdf_says_so(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(content)
    error = refusal(path)
    assert said in error.message
    assert error.message.startswith("report.pdf")
    assert error.hint


def test_what_is_no_file_says_so(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "missing.pdf").message
    assert refusal(Path("missing.pdf")).hint == f"looked for in {os.getcwd()}"
    assert "is a folder" in refusal(tmp_path).message
    os.mkfifo(tmp_path / "pipe")
    assert "no regular file" in refusal(tmp_path / "pipe").message


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    encryption = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "user_pw": "clou-9", "owner_pw": "owner"}
    return saved(tmp_path, lines("secret figures"), **encryption)


def test_a_password_is_asked_for_and_checked(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "needs a password" in refusal(locked).message
    assert "--set document_analysis.password=" in refusal(locked).hint
    assert "does not open" in refusal(locked, "wrong").message
    with opened(str(locked), "clou-9") as document:
        assert "secret figures" in document[0].get_text()
    assert "FUND_KEY, which is not set" in refusal(locked, "env:FUND_KEY").message
    monkeypatch.setenv("FUND_KEY", "clou-9")
    with opened(str(locked), "env:FUND_KEY") as document:
        assert document.page_count == 1


def test_a_document_with_an_owners_password_only_is_open_to_readers(tmp_path: Path) -> None:
    path = saved(tmp_path, lines("open"), encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="owner", user_pw="")
    with opened(str(path)) as document:
        assert document.page_count == 1


def test_a_torn_end_is_repaired(tmp_path: Path) -> None:
    path = saved(tmp_path, lines("still here"))
    path.write_bytes(path.read_bytes()[:-150])
    with opened(str(path)) as document:
        assert document.is_repaired
        assert "still here" in document[0].get_text()


def test_what_stands_before_the_header_does_no_harm(tmp_path: Path) -> None:
    path = saved(tmp_path, lines("text"))
    path.write_bytes(b"X-Gateway: 1\r\n\r\n" + path.read_bytes())
    with opened(str(path)) as document:
        assert document.page_count == 1


def test_the_library_comes_without_its_network_for_layouts_which_others_may_import_later() -> None:
    code = """
import sys
from phases.common import pdf_open
loaded = {"pymupdf.layout", "pymupdf4llm", "onnxruntime"} & set(sys.modules)
assert not loaded, loaded
import pymupdf.layout
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
