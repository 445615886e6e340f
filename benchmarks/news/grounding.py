"""Measure the grounding checks: planted faults that are objected to, and false alarms.

    python benchmarks/news/grounding.py [--data ../shared/data/news] [--why]

Reads   DATA/bbc100, DATA/standfirst.json, DATA/pages_index.json
Writes  the table of ../shared/score/news_score.py `grounding` on stdout, then three further figures:
        pages     the same kinds of faults planted, with another seed, in articles that were not used in development
        extracts  our own extracts of all pages, in many languages, that are objected to
        headlines headlines read as summaries of their article that are objected to, per check: false alarms on reworded
                  text, an upper bound, since some headlines do say more than the text
        --why adds which checks objected
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from summaries import SHARED, load_scorer, score  # noqa: E402  (after the path)

from phases.common.grounding import ground  # noqa: E402
from phases.common.summarise import summarise  # noqa: E402

SEED = 7
FAR = 37  # the article whose names and sentences are planted stands so many places further on


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=SHARED / "data" / "news")
    parser.add_argument("--why", action="store_true", help="also count the checks that objected")
    options = parser.parse_args()
    scorer = load_scorer()
    cases = scorer.grounding_cases(options.data)
    code = score("grounding", {case["id"]: bool(objections(case)) for case in cases}, options.data)
    if options.why:
        show("cases", by_kind(cases))
    rows = [row for row in json.loads((options.data / "pages_index.json").read_text(encoding="utf-8")) if row["text"]]
    show("pages", by_kind(page_cases(scorer, rows)), why=options.why)
    show("extracts", by_kind([own_extract(row) for row in rows]), why=options.why)
    show("headlines", by_kind(headlines(scorer, options.data)), why=True)
    return code


def objections(case: dict[str, str]) -> list[str]:
    """The checks that object to this summary."""
    return [finding.check for finding in ground(case["summary"], case["source"]) if not finding.ok]


def by_kind(cases: list[dict[str, str]]) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = defaultdict(list)
    for case in cases:
        found[case["kind"]].append(objections(case))
    return dict(found)


def show(group: str, found: dict[str, list[list[str]]], *, why: bool = True) -> None:
    for kind, checks in found.items():
        share = sum(map(bool, checks)) / len(checks)
        reasons = Counter(check for one in checks for check in one)
        print(f"{group:10} {kind:19} objected {share:.3f}  n {len(checks)}" + (f"  {dict(reasons)}" if why else ""))


def page_cases(scorer: Any, rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Faults planted in extracts of the English pages, as the scorer plants them in its own articles."""
    chance = random.Random(SEED)
    english = [row for row in rows if scorer.page_group(row) != "fundus_other"]
    sources = {row["file"]: f"{row.get('title') or ''}\n{row['text']}" for row in english}
    extracts = {row["file"]: scorer.lead_extract(row["text"]) for row in english}
    names = [name for name, extract in extracts.items() if extract]
    cases = []
    for place, name in enumerate(names):
        other, summary = names[(place + FAR) % len(names)], extracts[name]
        faults = scorer.planted_faults(summary, sources[name], extracts[other], sources[other], chance)
        cases += [
            {"kind": kind, "summary": text, "source": sources[name]}
            for kind, text in {"clean": summary, **faults}.items()
            if kind == "clean" or text != summary
        ]
    return cases


def own_extract(row: dict[str, Any]) -> dict[str, str]:
    title = row.get("title") or ""
    return {"kind": "clean", "summary": summarise(row["text"], title=title).text, "source": f"{title}\n{row['text']}"}


def headlines(scorer: Any, data: Path) -> list[dict[str, str]]:
    articles = scorer.bbc_articles(data).values()
    return [{"kind": "reworded", "summary": f"{one['title']}.", "source": one["body"]} for one in articles]


if __name__ == "__main__":
    raise SystemExit(main())
