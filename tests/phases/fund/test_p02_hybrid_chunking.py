"""Chunks: tables whole, text under its heading, every line in one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ace import schema
from ace.errors import ConfigError
from ace.testing import run_phase
from phases.fund import p01_document_analysis, p02_hybrid_chunking
from phases.fund.pipeline import PIPELINE
from tests.phases.pdf_drawn import Piece, lines, saved, table

HEAD = ["Company", "Cost", "Fair Value"]
SENTENCE = "The fund has kept its stake in this company and expects to sell it in time."


def document(path: Path) -> dict[str, Any]:
    config = {**PIPELINE.phases[0].config, "files": [str(path)]}
    return run_phase(p01_document_analysis.run, {}, config).data


def chunked(found: dict[str, Any], most: int = 1200) -> list[dict[str, Any]]:
    data = run_phase(p02_hybrid_chunking.run, {"document_analysis": found}, {"max_chars": most}).data
    schema.check(schema.load(schema.ROOT / "fund" / "hybrid_chunking.schema.json"), data)
    return data["chunks"]


def rows(count: int, first: int = 0) -> list[list[str]]:
    return [[f"Company Number {first + n}", f"{1000 + n:,}", f"{2000 + n:,}"] for n in range(count)]


def test_kinds_headings_and_cells(tmp_path: Path) -> None:
    page = [Piece(60, 70, "Portfolio Activity", 14), *lines(SENTENCE, top=100)]
    page += table([HEAD, *rows(3)], [60, -300, -400], top=160)
    page += table([["Net asset value", "1,234"], ["Unfunded commitment", "56"]], [60, -300], top=300)
    chunks = chunked(document(saved(tmp_path, page)))
    assert [chunk["kind"] for chunk in chunks] == ["heading", "narrative", "positions", "metrics"]
    assert [chunk["heading"] for chunk in chunks] == ["Portfolio Activity"] * 4
    positions = chunks[2]
    assert [column["header"] for column in positions["columns"]] == HEAD
    assert positions["rows"][0][0]["text"] == "Company Number 0"
    assert positions["rows"][2][2]["text"] == "2,002"
    assert positions["rows"][0][1]["bbox"][2] == pytest.approx(300, abs=1)


def test_every_line_is_in_exactly_one_chunk(tmp_path: Path) -> None:
    page = lines("Larch Hill Fund", SENTENCE, SENTENCE, "", SENTENCE) + table(
        [HEAD, *rows(9)], [60, -300, -400], top=200
    )
    found = document(saved(tmp_path, page))
    held = [tuple(line) for chunk in chunked(found) for line in chunk["lines"]]
    assert sorted(held) == sorted({(page["number"], word[5]) for page in found["pages"] for word in page["words"]})


def test_a_table_is_never_cut_even_when_it_is_long(tmp_path: Path) -> None:
    (chunk,) = chunked(document(saved(tmp_path, table([HEAD, *rows(40)], [60, -300, -400], top=60))), most=200)
    assert len(chunk["rows"]) == 40


@pytest.mark.parametrize("again", [True, False])
def test_a_table_that_goes_on_overleaf_is_one_chunk(tmp_path: Path, again: bool) -> None:
    first = table([HEAD, *rows(30)], [60, -300, -400], top=60) + lines("12", top=760)
    second = table([HEAD, *rows(20, 30)] if again else rows(20, 30), [60, -300, -400], top=60)
    found = [one for one in chunked(document(saved(tmp_path, first, second))) if "rows" in one]
    assert [(one["page"], one["last_page"], len(one["rows"])) for one in found] == [(1, 2, 50)]
    assert [row[0]["page"] for row in found[0]["rows"]] == [1] * 30 + [2] * 20


def test_another_table_overleaf_is_another_chunk(tmp_path: Path) -> None:
    first = table([HEAD, *rows(30)], [60, -300, -400], top=60)
    second = table([["Fund", "Commitment", "NAV"], *rows(5)], [60, -300, -400], top=60)
    found = [one for one in chunked(document(saved(tmp_path, first, second))) if "rows" in one]
    assert [len(one["rows"]) for one in found] == [30, 5]


def test_long_text_is_cut_between_sentences(tmp_path: Path) -> None:
    chunks = chunked(document(saved(tmp_path, lines(*[SENTENCE] * 20))), most=300)
    assert all(len(chunk["text"]) <= 300 for chunk in chunks)
    assert all(chunk["text"].endswith(".") for chunk in chunks)
    assert " ".join(chunk["text"] for chunk in chunks).split() == (SENTENCE + " ").split() * 20 or len(chunks) > 3


def test_a_document_without_words_has_no_chunks() -> None:
    assert chunked({"pages": [{"number": 1, "words": []}]}) == []


@pytest.mark.parametrize("most", [0, 199, "many", True, 3.5])
def test_a_size_that_makes_no_sense_is_refused(most: Any) -> None:
    with pytest.raises(ConfigError, match="max_chars"):
        run_phase(p02_hybrid_chunking.run, {"document_analysis": {"pages": []}}, {"max_chars": most})
