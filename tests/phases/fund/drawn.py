"""Small reports drawn for tests: rows of text and right-aligned figures at given places, read by the real phases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf

from ace.testing import run_phase
from phases.fund import p01_document_analysis, p04_fund_metrics, p05_company_intelligence
from phases.fund.checks import reconcile, record
from phases.fund.pipeline import PIPELINE

FONT = "helv"


class Sheet:
    """Pages of a report; y runs down by itself."""

    def __init__(self, width: float = 612.0, height: float = 792.0) -> None:
        self.document = pymupdf.open()
        self.size = (width, height)
        self.y = 0.0
        self.new_page()

    def new_page(self) -> None:
        self.page = self.document.new_page(width=self.size[0], height=self.size[1])
        self.writers: list[pymupdf.TextWriter] = []
        self.y = 60.0

    def line(
        self,
        *parts: tuple[float, str],
        right: tuple[tuple[float, str], ...] = (),
        step: float = 14.0,
        size: float = 9.0,
    ) -> None:
        """One line: texts that begin at x, figures that end at x; then down by `step` points."""
        font = pymupdf.Font(FONT)
        writer = pymupdf.TextWriter(self.page.rect)
        for x, text in parts:
            writer.append((x, self.y), text, font=font, fontsize=size)
        for x, text in right:
            if text:
                writer.append((x - font.text_length(text, size), self.y), text, font=font, fontsize=size)
        writer.write_text(self.page)
        self.y += step

    def title(self, *texts: str) -> None:
        for text in texts:
            self.line((54, text), size=12, step=18)
        self.y += 8

    def table(
        self, lefts: tuple[float, ...], rights: tuple[float, ...], *rows: tuple[str, ...], step: float = 14.0
    ) -> None:
        """Rows whose first texts begin at `lefts` and whose others end at `rights`; empty ones are left out."""
        for row in rows:
            texts = [(x, text) for x, text in zip(lefts, row, strict=False) if text]
            figures = [(x, text) for x, text in zip(rights, row[len(lefts) :], strict=False) if text]
            self.line(*texts, right=tuple(figures), step=step)

    def prose(self, text: str, width: int = 95) -> None:
        words = text.split()
        row = ""
        for word in words:
            if len(row) + len(word) > width:
                self.line((54, row))
                row = ""
            row = f"{row} {word}".strip()
        self.line((54, row), step=20)

    def save(self, folder: Path, name: str = "report.pdf") -> Path:
        path = folder / name
        self.document.save(path)
        return path


def read(path: Path) -> dict[str, Any]:
    """The artifacts of document_analysis, fund_metrics and company_intelligence, the record and its equations."""
    config = dict(PIPELINE.phases[0].config) | {"files": [str(path)], "ocr": False}
    document = run_phase(p01_document_analysis.run, {}, config).data
    inputs = {"document_analysis": document, "hybrid_chunking": {"chunks": []}}
    metrics = run_phase(p04_fund_metrics.run, inputs).data
    companies = run_phase(p05_company_intelligence.run, inputs).data
    found = record.assemble({"document_analysis": document, "fund_metrics": metrics, "company_intelligence": companies})
    equations = reconcile.equations(found, metrics["roll_forwards"])
    return {"document": document, "metrics": metrics, "companies": companies, "record": found, "equations": equations}


def values(found: dict[str, Any]) -> dict[str, float]:
    """Metric name to the value that the record states."""
    return {name: field["value"] for name, field in found["record"]["metrics"].items()}


def rows(found: dict[str, Any]) -> dict[str, tuple[float | None, float | None]]:
    """Company name to (cost, fair value)."""
    return {
        one["name"]: tuple(one["fields"].get(kind, {}).get("value") for kind in ("cost", "fair_value"))
        for one in found["companies"]["positions"]
    }


def failed(found: dict[str, Any]) -> list[str]:
    return [one["equation"] for one in found["equations"] if one["holds"] is False]


def unproven(found: dict[str, Any]) -> list[str]:
    """Fields whose figure was not found again at its place."""
    made = [(one["name"], one["field"]) for kind in ("metrics", "other_dates") for one in found["metrics"][kind]]
    made += [
        (f"{one['name']}.{key}", field) for one in found["metrics"]["funds"] for key, field in one["fields"].items()
    ]
    made += [
        (f"{one['name']}.{key}", field)
        for one in found["companies"]["positions"]
        for key, field in one["fields"].items()
    ]
    return [
        name
        for name, field in made
        if not all(check["ok"] for check in field["checks"] if check["name"] == "provenance")
    ]
