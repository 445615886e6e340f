"""Fit the confidence of a field: how often fields with the same features are right.

    python benchmarks/fund/calibrate.py [--write] [--scans N] [--data DIR]

Labelled documents, and reports drawn by drawn_reports.py, are read as they are, with words lost and moved (as a layout
that the rules do not know would have it), and N of each kind as two different scans (scanning.py). The fields that a
label judges are right or wrong; a logistic regression, with a normal prior around what is believed of each feature,
says with which they go wrong. Each document is then judged by weights that were fitted without it. `--write` puts the
weights into phases/fund/checks/calibration.json.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pymupdf

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import drawn_reports  # noqa: E402
from readings import LONG, SHARED, aggregated, labelled, variants  # noqa: E402
from regression import Judged, errors, fitted, held_out  # noqa: E402
from scanning import two  # noqa: E402

from phases.fund.checks import confidence  # noqa: E402

DRAWN = 3  # reports of each layout
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.01)
THRESHOLDS = (0.9, 0.92, 0.94, 0.95, 0.97, 0.98, 0.985, 0.99)


class Labelled(NamedTuple):
    """A document with its label, and the scanners through which it goes."""

    path: Path
    truth: dict[str, Any]
    scanners: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--scans", type=int, default=0)
    parser.add_argument("--data", type=Path, default=SHARED / "data" / "fund")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        documents = [*shared(options.data, options.scans), *drawn(Path(folder), options.scans)]
        found = [one for document in documents for one in judged(document)]
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


def shared(folder: Path, scans: int) -> Iterator[Labelled]:
    """Labelled documents, which do not come with the project; every third short one is scanned."""
    paths = sorted(folder.glob("*/*.pdf"))
    short = [path for path in paths if pymupdf.open(path).page_count <= LONG][::3][:scans]
    for path in paths:
        truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
        yield Labelled(path, truth, two(short.index(path)) if path in short else ())


def drawn(folder: Path, scans: int) -> Iterator[Labelled]:
    pairs = [(layout, seed) for seed in range(DRAWN) for layout in drawn_reports.BREAKS]
    for number, (layout, seed) in enumerate(pairs):
        made = drawn_reports.report(layout, seed)
        path = folder / f"{layout} {seed}.pdf"
        path.write_bytes(made.pdf)
        yield Labelled(path, made.truth, two(number) if number < scans else ())


def judged(document: Labelled) -> Iterator[Judged]:
    print(f"  {document.path.stem}", file=sys.stderr)
    for variant, analysed in variants(document.path, document.scanners):
        for field, right in labelled(aggregated(analysed, 0.0)["record"], document.truth):
            if not right and variant.startswith("scan"):
                print(f"    {variant}: {field['label']} {field['raw_text']} is wrong", file=sys.stderr)
            yield Judged(document.path.stem, variant, tuple(field["features"]), right, field["review"])


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
