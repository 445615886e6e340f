"""Figures of the fund pipeline against labelled documents, and the time that it takes.

    python benchmarks/fund/run.py [--data DIR] [--scorer FILE] [--out DIR] [--only NAME] [--detail]

Runs the real phases, one document after another in one process and without a store, writes a prediction per document
in the scorer's format, calls the scorer, and prints its tables (real and made-up documents apart), the share of
figures that are found again at their place, the equations that failed, and times. Documents and scorer do not come
with the project.

A value that is the sum or the difference of printed figures has no place of its own: it is given to the scorer as a
bare number, and its parts are looked for instead (counted as "computed").
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from ace.errors import AceError  # noqa: E402
from ace.records import Phase  # noqa: E402
from ace.testing import run_phase  # noqa: E402
from phases.fund.pipeline import PIPELINE  # noqa: E402

DATA, SCORER = ROOT.parent / "shared" / "data" / "fund", ROOT.parent / "shared" / "score" / "fund_score.py"
OUT = ROOT / "benchmarks" / "fund" / "out"
PRINTED_ROWS = 8  # failed checks shown of each document


def main() -> int:
    args = _arguments()
    documents = sorted(path for path in args.data.rglob("*.pdf") if not args.only or args.only in path.stem)
    if not documents:
        print(f"no PDF below {args.data}", file=sys.stderr)
        return 2
    args.out.mkdir(parents=True, exist_ok=True)
    for old in args.out.glob("*.json"):
        old.unlink()
    runs = {path: run_document(path) for path in documents}
    for path, (artifacts, _) in runs.items():
        prediction = predicted(artifacts)
        (args.out / f"{path.stem}.json").write_text(
            json.dumps(prediction, ensure_ascii=False, indent=1), encoding="utf-8"
        )
    status = _score(args)
    for folder in sorted({path.parent for path in runs}):
        _report(folder.name, {path: run for path, run in runs.items() if path.parent == folder})
    return status


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--scorer", type=Path, default=SCORER)
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the predictions")
    parser.add_argument("--only", default="", help="documents whose name contains this; then nothing is scored")
    parser.add_argument("--detail", action="store_true", help="one table per layout too")
    return parser.parse_args()


def run_document(path: Path) -> tuple[dict[str, Any], dict[str, float]]:
    """(artifacts by phase, seconds by phase). A phase that fails leaves none, as in a run."""
    artifacts: dict[str, Any] = {}
    seconds: dict[str, float] = {}
    for phase in PIPELINE.phases:
        config = dict(phase.config)
        if not phase.reads:
            config["files"] = [str(path)]
        inputs = {name: artifacts[name] for name in phase.reads if name in artifacts}
        if any(name not in artifacts and name not in phase.optional for name in phase.reads):
            continue
        begin = time.perf_counter()
        try:
            artifacts[phase.name] = run_phase(function(phase), inputs, config).data
        except AceError as error:
            print(f"{path.name}: {phase.name}: {error}", file=sys.stderr)
        seconds[phase.name] = time.perf_counter() - begin
    return artifacts, seconds


def function(phase: Phase) -> Any:
    number = [one.name for one in PIPELINE.phases].index(phase.name) + 1
    return importlib.import_module(f"{PIPELINE.package}.p{number:02}_{phase.name}").run


def predicted(artifacts: Mapping[str, Any]) -> dict[str, Any]:
    """The record of the last phase in the scorer's format."""
    found = artifacts["result_aggregation"]
    record, review = found["record"], {one["path"] for one in found["review"]}
    return {
        "document_type": record["document_type"],
        "fund_name": record["fund_name"],
        "as_of_date": record["as_of_date"],
        "metrics": {name: _field(field, f"metrics.{name}" in review) for name, field in record["metrics"].items()},
        **{kind: list(_rows(record[kind], kind, review)) for kind in ("companies", "top_holdings", "funds")},
        "co_investors": [{"company": one["company"], "investors": one["investors"]} for one in record["co_investors"]],
        "market_statements": [{"quote": one["quote"]} for one in record["market_statements"]],
        "flags": found["flags"],
    }


def _rows(rows: list[dict[str, Any]], kind: str, review: set[str]) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows):
        yield {
            key: _field(value, f"{kind}[{number}].{key}" in review) if isinstance(value, dict) else value
            for key, value in row.items()
            if key == "name" or (isinstance(value, dict) and "raw_text" in value)
        }


def _field(field: Mapping[str, Any], review: bool) -> Any:
    if field.get("raw_text") is None:
        return field["value"]
    return {key: field[key] for key in ("value", "raw_text", "scale", "page", "bbox")} | {"review": review}


def _score(args: argparse.Namespace) -> int:
    if args.only or not args.scorer.exists():
        print("not scored" if args.only else f"no scorer at {args.scorer}", file=sys.stderr)
        return 0
    command = [
        sys.executable,
        str(args.scorer),
        "--pred",
        str(args.out),
        str(args.data),
        *(["--detail"] if args.detail else []),
    ]
    return subprocess.run(command, check=False).returncode


def _report(title: str, runs: Mapping[Path, tuple[dict[str, Any], dict[str, float]]]) -> None:
    print(f"\n{title}: {len(runs)} documents")
    places: Counter[str] = Counter()
    for path, (artifacts, _) in runs.items():
        for one in fields(artifacts):
            ok = all(check["ok"] for check in one.get("checks", ()) if check["name"] == "provenance")
            places[("computed" if one.get("parts") else "printed") + (" found again" if ok else " NOT found")] += 1
        for one in artifacts.get("result_aggregation", {}).get("reconciliation", ())[:]:
            if one["holds"] is False:
                print(f"  {path.stem}: {one['equation']} fails: {one['detail']}")
    print("  figures: " + ", ".join(f"{count} {what}" for what, count in sorted(places.items())))
    totals = [sum(seconds.values()) for _, seconds in runs.values()]
    print(f"  seconds per document: median {statistics.median(totals):.2f}, largest {max(totals):.2f}")
    for phase in PIPELINE.phases:
        times = [seconds.get(phase.name, 0.0) for _, seconds in runs.values()]
        print(f"    {phase.name:22} median {statistics.median(times):.3f}, largest {max(times):.2f}")


def fields(artifacts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every field of a number that the two extractors of figures made."""
    metrics, companies = artifacts.get("fund_metrics", {}), artifacts.get("company_intelligence", {})
    yield from (one["field"] for kind in ("metrics", "other_dates") for one in metrics.get(kind, ()))
    yield from (field for one in metrics.get("funds", ()) for field in one["fields"].values())
    yield from (field for one in companies.get("positions", ()) for field in one["fields"].values())
    yield from companies.get("totals", {}).values()
    yield from (one["field"] for one in companies.get("top_holdings", ()))


if __name__ == "__main__":
    raise SystemExit(main())
