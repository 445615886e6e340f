"""How well tier 2 orders articles: against what an editor linked, and laboratory feeds against general ones.

    python benchmarks/news/ranking.py [--feeds FOLDER] [--links FILE]

Without --links: how well are the feeds of the field told from general ones, at equal source weight and with source
names and dates hidden? The label is the feed, not the article, so this only shows that the subject is recognised.

With --links: FILE holds one line per link that an editor published, "YYYY-MM-DD URL". An item counts as picked when it
was linked within LINK_DAYS of its date. Per month with enough picks, precision and nDCG at 10 of the source prior
alone, of the title rules alone and of tier 2; the prior learns from the months before. No such file comes with the
project.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from phases.common.feeds import NotAFeed, parse  # noqa: E402
from phases.news import features, p04_tier2_batch  # noqa: E402
from phases.news.pipeline import PIPELINE  # noqa: E402

GENERAL = ("meridian_",)  # file names of general news begin so; all others are of the field
NOT_NEWS = ("changelog", "paulgraham", "the_batch", "ai_first_podcast")  # lists of versions, essays, a newsletter
LINK_DAYS = range(-1, 15)
LEAST_PICKS = 3  # fewer in a month say nothing about an order
HALF = 0.5  # the weight of every source: what is measured is the record and the words, not a hand-set weight
WEIGHTS = next(dict(phase.config["weights"]) for phase in PIPELINE.phases if phase.name == "tier2_batch")
Score = Callable[[dict[str, Any], dict[str, Any]], float]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--feeds", type=Path, default=ROOT.parent / "shared" / "data" / "news" / "feeds")
    arguments.add_argument("--links", type=Path)
    given = arguments.parse_args()
    if not given.feeds.is_dir():
        sys.exit(f"no folder {given.feeds}: name one with --feeds")
    items = [item for path in sorted(given.feeds.glob("*.xml")) for item in read(path)]
    if given.links:
        against_links(items, linked(given.links.read_text(encoding="utf-8").splitlines()))
    else:
        field_against_general(items)


def read(path: Path) -> list[dict[str, Any]]:
    if any(part in path.stem for part in NOT_NEWS):
        return []
    try:
        feed = parse(path.read_bytes(), "application/xml", "https://feed.invalid/")
    except NotAFeed:
        return []
    return [article(path.stem, entry) for entry in feed.entries]


def article(source: str, entry: dict[str, Any]) -> dict[str, Any]:
    lead = entry["summary"] if entry["summary"] != entry["title"] else ""
    return {
        "id": hashlib.sha256(entry["url"].encode()).hexdigest()[:16],
        "url": entry["url"],
        "title": entry["title"],
        "lead": lead,
        "text": lead,
        "published": entry["published"],
        "source_id": source,
        "source": source.replace("_", " "),
        "source_weight": HALF,
        "story": {"also_reported_by": []},
    }


def context(start: str, end: str, stats: dict[str, Any]) -> dict[str, Any]:
    folder = ROOT / "phases" / "news"
    return {
        "company": json.loads((folder / "company.json").read_text(encoding="utf-8")),
        "categories": json.loads((folder / "categories.json").read_text(encoding="utf-8"))["categories"],
        "window": {"start": f"{start}T00:00:00Z", "end": f"{end}T23:59:59Z"},
        "source_stats": stats,
    }


def field_against_general(items: list[dict[str, Any]]) -> None:
    undated = [item | {"source": "", "published": None} for item in items]
    ordered = order(undated, context("2026-01-01", "2026-01-02", {}), tier2)
    ours = [not item["source_id"].startswith(GENERAL) for item in ordered]
    print(f"{len(ours)} items, {sum(ours)} of feeds of the field ({sum(ours) / len(ours):.2f})")
    places = [place for place, own in enumerate(ours) if not own]
    behind = sum(place - rank for rank, place in enumerate(places))
    print(f"area under the curve {behind / (sum(ours) * len(places)):.3f}")
    for first in (10, 20, 100):
        print(f"first {first}: {sum(ours[:first]) / first:.2f} of the field")


def linked(lines: Iterable[str]) -> dict[str, list[date]]:
    links: dict[str, list[date]] = defaultdict(list)
    for line in lines:
        day, _, url = line.strip().partition(" ")
        if url:
            links[plain(url)].append(date.fromisoformat(day))
    return links


def plain(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # newsletters hold broken links too
        return ""
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path}".rstrip("/").lower()


def against_links(items: list[dict[str, Any]], links: dict[str, list[date]]) -> None:
    months: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in {plain(item["url"]): item for item in items if item["published"]}.values():
        if item["source_id"].startswith(GENERAL):
            continue
        day = date.fromisoformat(item["published"][:10])
        picked = any((linked_on - day).days in LINK_DAYS for linked_on in links.get(plain(item["url"]), ()))
        months[item["published"][:7]].append(item | {"picked": picked})
    scores = {"source prior": prior, "title rules": title_rules, "tier 2": tier2}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in [*scores, "best possible"]}
    stats: dict[str, dict[str, int]] = {}
    for month in sorted(months):
        picks = [item["picked"] for item in months[month]]
        if sum(picks) >= LEAST_PICKS and len(picks) > 2 * LEAST_PICKS:
            year, number = map(int, month.split("-"))
            around = context(f"{month}-01", f"{month}-{monthrange(year, number)[1]}", stats)
            for name, score in scores.items():
                found[name].append(at_ten([item["picked"] for item in order(months[month], around, score)]))
            found["best possible"].append(at_ten(sorted(picks, reverse=True)))
            print(f"{month} {len(picks):3} items {sum(picks):2} picked  tier 2 P@10 {found['tier 2'][-1][0]:.1f}")
        learn(stats, months[month])
    for name, values in found.items():
        count = max(1, len(values))
        means = [sum(column) / count for column in zip(*values, strict=True)] or [0.0, 0.0]
        print(f"{name:13} {len(values)} months  P@10 {means[0]:.3f}  nDCG@10 {means[1]:.3f}")


def learn(stats: dict[str, dict[str, int]], items: list[dict[str, Any]]) -> None:
    for item in items:
        counts = stats.setdefault(item["source_id"], {"seen": 0, "kept": 0, "reported": 0})
        counts["seen"] += 1
        counts["reported"] += item["picked"]


def order(items: list[dict[str, Any]], around: dict[str, Any], score: Score) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: (-score(item, around), item["id"]))


def at_ten(picked: list[bool]) -> tuple[float, float]:
    """Precision and nDCG of the first ten."""
    gains = [1 / math.log2(place + 2) for place in range(10)]
    ideal = sum(gains[: sum(picked)])
    reached = sum(gain for gain, hit in zip(gains, picked, strict=False) if hit)
    return sum(picked[:10]) / 10, reached / ideal if ideal else 0.0


def prior(item: dict[str, Any], around: dict[str, Any]) -> float:
    stats = around["source_stats"]
    return features.source_prior(item, stats, features.reported_share(stats)).value


def title_rules(item: dict[str, Any], _around: dict[str, Any]) -> float:
    return p04_tier2_batch.title_rules(item).value


def tier2(item: dict[str, Any], around: dict[str, Any]) -> float:
    return p04_tier2_batch.relevance(item, around, WEIGHTS)


if __name__ == "__main__":
    main()
