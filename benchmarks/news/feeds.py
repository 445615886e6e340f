"""Measure the reading of feeds: time for the real ones, uncaught errors among the odd ones.

    python benchmarks/news/feeds.py [--data ../shared/data/news]

Reads   DATA/feeds, DATA/feeds_prev, DATA/feedparser_cases.tar.gz
Writes  a table on stdout; the exit code is 1 when an odd feed raised anything but NotAFeed
"""

from __future__ import annotations

import argparse
import sys
import tarfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from phases.common import feeds  # noqa: E402  (after the path)

URL = "https://news.example/feed.xml"
ROUNDS = 5  # the fastest counts: what is slower was disturbed


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "news")
    options = parser.parse_args()
    for folder in ("feeds", "feeds_prev"):
        bodies = [path.read_bytes() for path in sorted((options.data / folder).iterdir())]
        entries, seconds = min((timed(bodies) for _ in range(ROUNDS)), key=lambda result: result[1])
        print(f"{folder}: {len(bodies)} feeds, {entries} entries, {seconds:.3f} s (fastest of {ROUNDS})")
    ends = odd(options.data / "feedparser_cases.tar.gz")
    print(f"odd feeds: {sum(ends.values())}, " + ", ".join(f"{end} {count}" for end, count in ends.most_common()))
    return int(any(end.startswith("uncaught") for end in ends))


def timed(bodies: list[bytes]) -> tuple[int, float]:
    """Entries in all, and seconds."""
    start = time.perf_counter()
    entries = sum(len(feeds.parse(body, "application/xml", URL).entries) for body in bodies)
    return entries, time.perf_counter() - start


def odd(archive: Path) -> Counter[str]:
    """How the reading of each odd feed ended."""
    ends: Counter[str] = Counter()
    with tarfile.open(archive) as files:
        for member in files:
            if not (file := files.extractfile(member)):
                continue
            try:
                ends["read"] += bool(feeds.parse(file.read(), "", URL))
            except feeds.NotAFeed:
                ends["said to be no feed"] += 1
            except Exception as error:
                ends[f"uncaught {type(error).__name__}"] += 1
    return ends


if __name__ == "__main__":
    raise SystemExit(main())
