"""Whether documents that do not tie are flagged, each with the equation that fails, and no others.

    python benchmarks/fund/flags.py [--seeds FIRST LAST] [--detail]

For each seed and each layout of drawn_reports.py a report that ties, and one for each equation that the layout shows
with a figure changed so that it fails. Prints by equation how many of the broken reports were flagged with it, how
many with another one besides, and how many of those that tie were flagged at all.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import drawn_reports
from readings import aggregated, run

# A schedule printed in another unit than the net assets beside it breaks its percentages, too
COMES_WITH = {"one_scale": frozenset(("pct_net_assets", "nav_per_share"))}


class Outcome(NamedTuple):
    """A report, the equation broken in it (None: it ties), those flagged, and those that were checked."""

    name: str
    broken: str | None
    flags: frozenset[str]
    checked: frozenset[str]

    @property
    def others(self) -> frozenset[str]:
        return self.flags - {self.broken} - COMES_WITH.get(self.broken or "", frozenset())


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs=2, default=(0, 4), metavar=("FIRST", "LAST"))
    parser.add_argument("--detail", action="store_true", help="name the reports that were judged wrongly")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = [
            outcome(Path(folder), layout, seed, broken)
            for seed in range(*options.seeds)
            for layout, equations in drawn_reports.BREAKS.items()
            for broken in (None, *equations)
        ]
    report(found, detail=options.detail)
    return 0


def outcome(folder: Path, layout: str, seed: int, broken: str | None) -> Outcome:
    name = f"{layout} {seed}{f' {broken}' if broken else ''}"
    path = folder / f"{name}.pdf"
    path.write_bytes(drawn_reports.report(layout, seed, broken).pdf)
    data = aggregated(run("document_analysis", {}, files=[str(path)], ocr=False), 0.0)
    checked = {one["equation"] for one in data["reconciliation"]}
    return Outcome(name, broken, frozenset(data["flags"]), frozenset(checked))


def report(found: list[Outcome], *, detail: bool) -> None:
    broken = [one for one in found if one.broken]
    tying = [one for one in found if not one.broken]
    print(f"{'equation':22}{'broken':>8}{'flagged':>9}{'others too':>12}")
    count = Counter(one.broken for one in broken)
    for equation in sorted(filter(None, count)):
        rows = [one for one in broken if one.broken == equation]
        right, besides = sum(equation in one.flags for one in rows), sum(bool(one.others) for one in rows)
        print(f"{equation:22}{len(rows):8}{right:9}{besides:12}")
    right = sum(one.broken in one.flags for one in broken)
    print(f"{'all':22}{len(broken):8}{right:9}{sum(bool(one.others) for one in broken):12}")
    shown = sum(set(drawn_reports.BREAKS[one.name.split()[0]]) <= one.checked for one in tying)
    flagged = sum(bool(one.flags) for one in tying)
    print(f"of {len(tying)} reports that tie: {flagged} flagged, {shown} with every equation checked that they show")
    for one in found if detail else ():
        if one.others or (one.broken and one.broken not in one.flags):
            print(f"  {one.name}: {', '.join(sorted(one.flags)) or 'no flag'}")


if __name__ == "__main__":
    raise SystemExit(main())
