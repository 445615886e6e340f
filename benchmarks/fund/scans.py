"""How much of a scanned statement is found, and what of it goes to a person.

    python benchmarks/fund/scans.py [--data DIR] [--seeds FIRST LAST] [--detail]

Reports drawn by drawn_reports.py, or the labelled PDFs of DIR (x.pdf, x.truth.json in the scorer's form), are printed
and scanned again, each through two scanners of scanning.py, and read. Prints by scanner: recall and precision of the
labelled figures, the share of the found ones in review, wrong ones that were accepted, and processor time per page.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import drawn_reports
from readings import aggregated, labelled, run, scorer
from scanning import SCANNERS, scanned, two

from phases.fund.pipeline import PIPELINE

ACCEPT_FROM = float(PIPELINE.phases[-1].config["accept_from"])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of labelled PDFs; without it reports are drawn")
    parser.add_argument("--seeds", type=int, nargs=2, default=(0, 2), metavar=("FIRST", "LAST"))
    parser.add_argument("--detail", action="store_true", help="name what is wrong")
    options = parser.parse_args()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as folder:
        paths = sorted(options.data.glob("**/*.pdf")) if options.data else drawn(Path(folder), range(*options.seeds))
        for number, path in enumerate(paths):
            truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
            for name in two(number):
                counts[name] += read(scanned(path, Path(folder) / "scan.pdf", SCANNERS[name]), truth, options.detail)
    for name, count in [*sorted(counts.items()), ("all", sum(counts.values(), Counter()))]:
        print(line(name, count))
    return 0


def drawn(folder: Path, seeds: range) -> list[Path]:
    paths = []
    for layout in drawn_reports.BREAKS:
        for seed in seeds:
            made, path = drawn_reports.report(layout, seed), folder / f"{layout} {seed}.pdf"
            path.write_bytes(made.pdf)
            path.with_suffix(".truth.json").write_text(json.dumps(made.truth), encoding="utf-8")
            paths.append(path)
    return paths


def read(path: Path, truth: dict[str, Any], detail: bool) -> Counter[str]:
    begin = time.process_time()
    analysed = run("document_analysis", {}, files=[str(path)])
    seconds = time.process_time() - begin
    fields = list(labelled(aggregated(analysed, ACCEPT_FROM)["record"], truth))
    for field, right in fields:
        if detail and not right:
            print(f"  wrong: {field['raw_text']} {field['label']} {'review' if field['review'] else 'ACCEPTED'}")
    return Counter(
        labels=sum(1 for _ in labels(truth)), found=len(fields), right=sum(right for _, right in fields),
        review=sum(field["review"] for field, _ in fields),
        missed=sum(not right and not field["review"] for field, right in fields),
        pages=len(analysed["pages"]), tenths=round(10 * seconds),
    )  # fmt: skip


def labels(truth: dict[str, Any]) -> Iterator[Any]:
    """Every figure of a label that `labelled` would judge."""
    yield from (value for value in (truth.get("metrics") or {}).values() if value is not None)
    for kind, names in scorer().ROW_FIELDS.items():
        yield from (row[name] for row in truth.get(kind) or [] for name in names if row.get(name) is not None)


def line(name: str, count: Counter[str]) -> str:
    recall, precision = count["right"] / max(1, count["labels"]), count["right"] / max(1, count["found"])
    share = count["review"] / max(1, count["found"])
    accepted = count["found"] - count["review"]
    return (
        f"{name:10} {count['pages']:3} pages: recall {recall:.3f}, precision {precision:.3f} ({count['labels']}), "
        f"in review {share:.1%}, {count['missed']} wrong of {accepted} accepted, "
        f"{count['tenths'] / 10 / max(1, count['pages']):.1f} s a page"
    )


if __name__ == "__main__":
    raise SystemExit(main())
