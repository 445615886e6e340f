"""Labelled documents read by the real phases: as they are, damaged, as scans; which of their fields are right."""

from __future__ import annotations

import importlib
import importlib.util
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scanning import SCANNERS, scanned

from ace.testing import run_phase
from phases.fund.pipeline import PIPELINE

SHARED = Path(__file__).resolve().parents[3] / "shared"
LOST, MOVED = (0.04, 0.08, 0.15), 3.0  # share of words, for each damaged copy; points
LONG = 12  # pages; longer documents have one damaged copy and are not scanned
MANY_ROWS = 30  # of a table of funds, several of which are called alike
READERS = ("fund_metrics", "company_intelligence")


def variants(path: Path, scanners: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, data of document_analysis) of each way in which the document is read."""
    clean = run("document_analysis", {}, files=[str(path)], ocr=False)
    yield "text", clean
    for lost in LOST if len(clean["pages"]) <= LONG else LOST[:1]:
        yield f"damaged {lost}", damaged(clean, lost, random.Random(f"{path.stem} {lost}"))
    for name in scanners:
        with tempfile.TemporaryDirectory() as folder:
            file = scanned(path, Path(folder) / path.name, SCANNERS[name])
            yield f"scan {name}", run("document_analysis", {}, files=[str(file)])


def damaged(analysed: dict[str, Any], lost: float, chance: random.Random) -> dict[str, Any]:
    """Words lost, the others moved sideways a little."""
    pages = []
    for page in analysed["pages"]:
        words = []
        for x0, y0, x1, y1, text, line in page["words"]:
            if chance.random() > lost:
                shift = chance.uniform(-MOVED, MOVED)
                words.append([round(x0 + shift, 1), y0, round(x1 + shift, 1), y1, text, line])
        pages.append({**page, "words": words})
    return {**analysed, "pages": pages}


def run(name: str, inputs: dict[str, Any], **config: Any) -> dict[str, Any]:
    number, phase = next((place, one) for place, one in enumerate(PIPELINE.phases, 1) if one.name == name)
    module = importlib.import_module(f"phases.fund.p{number:02d}_{name}")
    data: dict[str, Any] = run_phase(module.run, inputs, {**phase.config, **config}).data
    return data


def aggregated(analysed: dict[str, Any], accept_from: float) -> dict[str, Any]:
    """The data of result_aggregation, from the figures alone."""
    inputs = {"document_analysis": analysed}
    inputs["hybrid_chunking"] = run("hybrid_chunking", inputs)
    read = {name: run(name, inputs) for name in READERS}
    return run("result_aggregation", inputs | read, accept_from=accept_from)


def labelled(record: dict[str, Any], truth: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """(field, whether it is right) of every field of the record that the label speaks of."""
    score = scorer()
    for name, value in (truth.get("metrics") or {}).items():
        field = record["metrics"].get(name) or record["totals"].get(name)
        if value is not None and field is not None and field["value"] is not None:
            yield field, score.close(name, field["value"], value)
    for kind, names in score.ROW_FIELDS.items():
        rows = list(record[kind])
        for label in truth.get(kind) or []:
            row = score.take_match(rows, label["name"]) or {}
            if score.name_key(row.get("name")) != score.name_key(label["name"]) and len(rows) > MANY_ROWS:
                continue  # where words were lost, the beginning of one name may be that of another
            for name in names:
                field = row.get(name)
                if label.get(name) is not None and isinstance(field, dict) and field["value"] is not None:
                    yield field, score.close(name, field["value"], label[name])


def scorer() -> Any:
    name = "fund_score"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, SHARED / "score" / "fund_score.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
