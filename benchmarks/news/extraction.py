"""Measure the reading of article pages: text and publication day against labelled pages, and time per page.

    python benchmarks/news/extraction.py [--data ../shared/data/news] [--keep FOLDER]

Reads   DATA/pages, DATA/pages_index.json
Runs    ../shared/score/news_score.py text and dates, on predictions in a temporary folder (or in FOLDER)
Writes  both tables on stdout, then milliseconds of CPU per page: the labelled ones, then the sample site's short ones
Exit    that of the scorer when it refuses, else 0
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from phases.common import webpage  # noqa: E402  (after the path)
from phases.common.charset import decode  # noqa: E402
from phases.news.samples import pages as sample_pages  # noqa: E402
from phases.news.samples.outlets import OUTLETS, articles  # noqa: E402
from phases.news.samples.site import answer  # noqa: E402

SCORER = ROOT.parent / "shared" / "score" / "news_score.py"
SHORT_ROUNDS = 2  # the sample has some fifty pages; the first of them also warm the regular expressions

Page = tuple[str, str, str]  # name, URL, HTML


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "news")
    parser.add_argument("--keep", type=Path, help="folder in which the predictions stay")
    options = parser.parse_args()
    webpage.extract("<p>Imports and models are loaded before the clock starts.</p>" * 20, "")
    found, times = read(labelled(options.data))
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        for part, key in (("text", "text"), ("dates", "published")):
            predictions = {name: page[key] for name, page in found.items()}
            code = scored(part, predictions, folder / f"{part}.json", options.data)
            if code:
                return code
    print_times("labelled pages", times)
    print_times("short pages", [spent for _ in range(SHORT_ROUNDS) for spent in read(short())[1]])
    extractors = [page["extractor"] or "none" for page in found.values()]
    print("extractors: " + ", ".join(f"{name} {extractors.count(name)}" for name in sorted(set(extractors))))
    return 0


def labelled(data: Path) -> Iterable[Page]:
    for row in json.loads((data / "pages_index.json").read_text("utf-8")):
        body = gzip.decompress((data / "pages" / row["file"]).read_bytes())
        yield row["file"], row["url"] or "", decode(body, "")


def short() -> Iterable[Page]:
    """Every article page of the sample site that answers."""
    for outlet in OUTLETS:
        for piece in articles(outlet.host):
            url = sample_pages.address(outlet, piece)
            status, _, body = answer(outlet.host, "/" + url.split("/", 3)[3])
            if status == 200:
                yield url, url, body.decode()


def read(pages: Iterable[Page]) -> tuple[dict[str, dict[str, Any]], list[float]]:
    """What `extract` makes of each page, and its CPU milliseconds."""
    found, times = {}, []
    for name, url, html in pages:
        start = time.process_time()
        found[name] = webpage.extract(html, url)
        times.append((time.process_time() - start) * 1000)
    return found, times


def scored(part: str, predictions: dict[str, Any], file: Path, data: Path) -> int:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(predictions), "utf-8")
    print(f"\n{part}:", flush=True)
    return subprocess.run([sys.executable, SCORER, part, "--pred", file, data], check=False).returncode


def print_times(name: str, times: list[float]) -> None:
    median, p90 = statistics.median(times), statistics.quantiles(times, n=10)[-1]
    print(
        f"\n{name}: {len(times)}, CPU per page: median {median:.1f} ms, p90 {p90:.1f} ms, all {sum(times) / 1000:.1f} s"
    )


if __name__ == "__main__":
    raise SystemExit(main())
