"""Fit the confidence of a field: how often fields with the same features are right.

    python benchmarks/fund/calibrate.py [--write] [--scans N]

Every labelled document is read as it is, with words lost and moved (as a layout that the rules do not know would have
it), and, for the first N short ones, as a scan of low quality. The fields that the label judges are right or wrong; a
logistic regression, with a normal prior around what is believed of each feature, says with which they go wrong. Each
document is then judged by weights that were fitted without it. `--write` puts the weights into
phases/fund/calibration.json.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import statistics
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pymupdf

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from ace.testing import run_phase  # noqa: E402
from phases.fund import confidence  # noqa: E402
from phases.fund.pipeline import PIPELINE  # noqa: E402

SHARED = ROOT.parent / "shared"
LOST, MOVED = (0.04, 0.08, 0.15), 3.0  # share of words, for each damaged copy; points
MANY_ROWS = 30  # of a table of funds, several of which are called alike
LONG = 12  # pages; longer documents have one damaged copy and are not scanned
SCAN_DPI = 90
PRIOR_RIGHT, PRIOR_COUNT = 0.97, 20.0  # what is believed of a field of an unknown document, and worth so many fields
PRIOR_SD = 0.7  # of a weight, in log odds: a few wrong fields outweigh what is believed here
# What is believed of a feature before anything was counted: rare ones would otherwise say nothing, or the opposite
PRIOR = {
    "method_table": 0.0,
    "method_pattern": -0.3,
    "method_text": -0.3,
    "method_model": -1.0,  # nothing read by a model was measured yet: alone, it goes to a person
    "ocr": -1.0,
    "alternatives": -1.0,
    "many_alternatives": -1.5,
    "check_failed": -3.0,
    "checks_passed": 0.5,
    "equation_holds": 1.0,
    "equation_fails": -2.0,
    "row_holds": 0.5,
    "row_fails": -1.0,
    "far": -0.5,
    "row_incomplete": -0.7,
    "dash": 0.0,
    "derived": -0.3,
}
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.01)
THRESHOLDS = (0.9, 0.92, 0.94, 0.95, 0.97, 0.98, 0.985, 0.99)
READERS = ("fund_metrics", "company_intelligence")


class Judged(NamedTuple):
    """One field that a label judges."""

    document: str
    variant: str
    features: tuple[str, ...]
    right: bool
    forced: bool  # to review by a rule, whatever its confidence


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--scans", type=int, default=0)
    parser.add_argument("--data", type=Path, default=SHARED / "data" / "fund")
    options = parser.parse_args()
    found = list(judged(sorted(options.data.glob("*/*.pdf")), options.scans))
    weights = fitted(found)
    pairs = held_out(found)
    report(found, weights, pairs)
    if options.write:
        facts = {
            "fields": len(found),
            "wrong": sum(not one.right for one in found),
            "documents": len({one.document for one in found}),
            "command": f"python benchmarks/fund/calibrate.py --write --scans {options.scans}",
            **errors(pairs),
        }
        content = {"fitted_on": facts, "weights": weights}
        confidence.FILE.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def judged(paths: Sequence[Path], scans: int) -> Iterator[Judged]:
    short = [path for path in paths if pymupdf.open(path).page_count <= LONG][::3][:scans]
    for path in paths:
        truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
        for variant, analysed in variants(path, scan=path in short):
            record = aggregated(analysed)
            yield from (
                Judged(path.stem, variant, tuple(field["features"]), right, field["review"])
                for field, right in labelled(record, truth)
            )
        print(f"  {path.stem}", file=sys.stderr)


def variants(path: Path, *, scan: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, data of document_analysis) of each way in which the document is read."""
    clean = run("document_analysis", {}, files=[str(path)], ocr=False)
    yield "text", clean
    for lost in LOST if len(clean["pages"]) <= LONG else LOST[:1]:
        yield f"damaged {lost}", damaged(clean, lost, random.Random(f"{path.stem} {lost}"))
    if scan:
        with tempfile.TemporaryDirectory() as folder:
            yield "scan", run("document_analysis", {}, files=[str(scanned(path, Path(folder)))])


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


def scanned(path: Path, folder: Path) -> Path:
    """The document as pictures of its pages."""
    with pymupdf.open(path) as source, pymupdf.open() as target:
        for page in source:
            picture = page.get_pixmap(dpi=SCAN_DPI, colorspace="gray")
            target.new_page(width=page.rect.width, height=page.rect.height).insert_image(page.rect, pixmap=picture)
        target.save(folder / path.name)
    return folder / path.name


def run(name: str, inputs: dict[str, Any], **config: Any) -> dict[str, Any]:
    number, phase = next((place, one) for place, one in enumerate(PIPELINE.phases, 1) if one.name == name)
    module = importlib.import_module(f"phases.fund.p{number:02d}_{name}")
    data: dict[str, Any] = run_phase(module.run, inputs, {**phase.config, **config}).data
    return data


def aggregated(analysed: dict[str, Any]) -> dict[str, Any]:
    inputs = {"document_analysis": analysed}
    inputs["hybrid_chunking"] = run("hybrid_chunking", inputs)
    read = {name: run(name, inputs) for name in READERS}
    record: dict[str, Any] = run("result_aggregation", inputs | read, accept_from=0.0)["record"]
    return record


def labelled(record: dict[str, Any], truth: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """(field, whether it is right) of every field of the record that the label speaks of."""
    score = scorer()
    for name, value in (truth.get("metrics") or {}).items():
        field = record["metrics"].get(name)
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


def fitted(found: Sequence[Judged]) -> dict[str, float]:
    """Weights by Newton's method, from what is believed and what was counted."""
    names = list(confidence.FEATURES)
    x = np.array([[1.0, *(name in one.features for name in names)] for one in found] + [[1.0] + [0.0] * len(names)] * 2)
    y = np.array([float(one.right) for one in found] + [1.0, 0.0])
    count = np.array([1.0] * len(found) + [PRIOR_RIGHT * PRIOR_COUNT, (1 - PRIOR_RIGHT) * PRIOR_COUNT])
    precision = np.diag([0.0] + [1 / PRIOR_SD**2] * len(names))
    believed = np.array([0.0, *(PRIOR[name] for name in names)])
    weights = believed.copy()
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (count * (y - p)) - precision @ (weights - believed)
        hessian = (x * (count * p * (1 - p))[:, None]).T @ x + precision + 1e-9 * np.eye(len(weights))
        step = np.linalg.solve(hessian, gradient)
        weights += step
        if float(np.abs(step).max()) < 1e-8:
            break
    return {name: round(float(weight), 3) for name, weight in zip(["intercept", *names], weights, strict=True)}


def held_out(found: Sequence[Judged]) -> list[tuple[float, Judged]]:
    """Each field with its confidence by weights that were fitted without its document."""
    result = []
    for document in sorted({one.document for one in found}):
        weights = fitted([one for one in found if one.document != document])
        own = [one for one in found if one.document == document]
        result += [(confidence.confidence(one.features, weights), one) for one in own]
    return result


def errors(pairs: Sequence[tuple[float, Judged]]) -> dict[str, float]:
    """Brier score of the held-out confidences, and of the plain share of right fields."""
    share = statistics.fmean(one.right for _, one in pairs)
    return {
        "brier": round(statistics.fmean((p - one.right) ** 2 for p, one in pairs), 5),
        "brier_of_a_constant": round(statistics.fmean((share - one.right) ** 2 for _, one in pairs), 5),
    }


def report(found: Sequence[Judged], weights: dict[str, float], pairs: Sequence[tuple[float, Judged]]) -> None:
    print(f"{len(found)} fields, {sum(not one.right for one in found)} wrong")
    for kind in kinds(found):
        rows = [one for one in found if one.variant.startswith(kind)]
        print(f"  {kind:8} {len(rows):5} fields, {sum(not one.right for one in rows):4} wrong")
    print("weights")
    for name, weight in weights.items():
        with_it = [one for one in found if name in one.features]
        wrong = sum(not one.right for one in with_it)
        print(f"  {name:20} {weight:7.2f}" + (f"   {len(with_it):5} fields, {wrong:4} wrong" if with_it else ""))
    print(f"held out: {errors(pairs)}")
    for low, high in pairwise(BINS):
        inside = [(p, one.right) for p, one in pairs if low <= p < high]
        if inside:
            said, right = statistics.fmean(p for p, _ in inside), statistics.fmean(right for _, right in inside)
            print(f"  confidence {low:.3f}-{high:.3f}: {len(inside):5} fields, said {said:.3f}, right {right:.3f}")
    for kind in kinds(found):
        for accept_from in THRESHOLDS:
            print(f"  {kind:8} accept from {accept_from:.3f}: {accepted(pairs, kind, accept_from)}")


def accepted(pairs: Sequence[tuple[float, Judged]], kind: str, accept_from: float) -> str:
    """What a threshold comes to: the share that goes to review, and how much of the rest is right."""
    rows = [(p >= accept_from and not one.forced, one.right) for p, one in pairs if one.variant.startswith(kind)]
    taken = [right for accept, right in rows if accept]
    precision = f"{statistics.fmean(taken):.4f}" if taken else "-"
    return f"{1 - len(taken) / len(rows):6.1%} to review, {precision} of the accepted right"


def kinds(found: Iterable[Judged]) -> list[str]:
    return sorted({one.variant.split()[0] for one in found})


if __name__ == "__main__":
    main()
