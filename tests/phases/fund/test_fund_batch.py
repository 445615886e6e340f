"""Two statements of one account through `ace batch`: what the first ends with is what the second has to begin with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pymupdf
import pytest

pytestmark = pytest.mark.usefixtures("no_flush")


def statement(path: Path, as_of: str, begins: str, ends: str, change: str) -> str:
    lines = (
        ("Larch Hill Fund II, L.P.", ""),
        ("Capital Account Statement", ""),
        (f"As of {as_of}", ""),
        ("", "Current Quarter"),
        ("Beginning NAV", begins),
        ("Contributions", "-"),
        ("Change in Unrealized Gain / (Loss)", change),
        ("Ending NAV", ends),
        ("", "Since Inception"),
        ("Total Commitment", "$6,000,000"),
        ("Contributions to Date", "$4,500,000"),
        ("Remaining Unfunded Commitment", "$1,500,000"),
    )
    with pymupdf.open() as document:
        page = document.new_page()
        for number, (label, value) in enumerate(lines):
            page.insert_text((72, 80 + 20 * number), label, fontsize=10)
            width = pymupdf.get_text_length(value, fontsize=10)
            page.insert_text((480 - width, 80 + 20 * number), value, fontsize=10)
        document.save(path)
    return path.name


def across(project: Any, first: tuple[str, ...], second: tuple[str, ...]) -> tuple[Any, Any]:
    names = [
        statement(project.folder / "q1.pdf", "March 31, 2024", *first),
        statement(project.folder / "q2.pdf", "June 30, 2024", *second),
    ]
    done = project.ace("batch", "fund", *names, "--jobs", "2", timeout=240)
    assert done.returncode == 0, done.stderr
    return done, json.loads((project.runs / "across-fund.json").read_text())["data"]


def test_a_beginning_that_is_not_the_prior_ending_is_told_at_the_end_of_the_batch(project: Any):
    first, second = ("$5,000,000", "$5,100,000", "$100,000"), ("$5,050,000", "$5,250,000", "$200,000")
    done, found = across(project, first, second)
    assert [(one["kind"], one["holds"], one["difference"]) for one in found["findings"]] == [
        ("carried_forward", False, -50_000),
        ("cumulated", True, 0),
    ]
    assert "5,100,000 in q1.pdf, 5,050,000 in q2.pdf" in done.stderr
    assert "Across reports: does not hold (1)" in done.stdout
