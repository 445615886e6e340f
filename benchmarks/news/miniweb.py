"""The news pipeline over a frozen piece of the real web on loopback: all ten phases, two nights, without a key.

    python benchmarks/news/miniweb.py [--keep FOLDER]

Needs ../shared beside the checkout: 199 sources (eight of them faulty), 212 real article pages, 33 real feeds. Prints
how long each night took, how every source ended, and where the reports are, so that a person can read them.
"""

from __future__ import annotations

import argparse
import collections
import json
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
SERVER = SHARED / "bench" / "news" / "miniweb.py"
SETTINGS = {  # the pages are of 2019 to 2026, so the window is wide; every page is read, however many a source has
    "initialization.allow_loopback": "true",
    "initialization.window_hours": "87000",
    "initialization.window_end": "2026-08-01T00:00:00Z",
    "scraping.allow_loopback": "true",
    "scraping.min_interval_s": "0",
    "scraping.max_per_source": "0",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="folder for the runs (default: a temporary one)")
    arguments = parser.parse_args()
    if not SERVER.is_file():
        print(f"this benchmark needs {SERVER}, which is not there", file=sys.stderr)
        return 2
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="ace-miniweb-"))
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [sys.executable, str(SERVER), str(SHARED / "data" / "news"), str(port), "--faults"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        print(server.stdout.readline().strip() if server.stdout else "")
        for night in ("first", "second"):
            seconds, outcome = one_night(folder, port)
            show(night, seconds, folder, outcome)
    finally:
        server.terminate()
        server.wait()
    return 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def one_night(folder: Path, port: int) -> tuple[float, dict[str, Any]]:
    """(seconds, what `ace run --json` said) of one run."""
    sources = f"http://127.0.0.1:{port}/sources.json"
    command = [sys.executable, "-m", "ace", "run", "news", "--sources", sources, "--json"]
    for key, value in SETTINGS.items():
        command += ["--set", f"{key}={value}"]
    began = time.monotonic()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=False)
    return time.monotonic() - began, json.loads(done.stdout)


def show(night: str, seconds: float, folder: Path, outcome: dict[str, Any]) -> None:
    report = folder / (outcome["report"] or outcome["folder"])
    print(f"\n{night} night: {outcome['state']}, exit {outcome['exit_code']}, {seconds:.1f} s, {report}")
    sources = view(folder, outcome["run_id"], "sources")
    counts = collections.Counter(source["status"] for source in sources)
    print("sources: " + ", ".join(f"{status} {number}" for status, number in sorted(counts.items())))
    for source in sources:
        if source["name"].startswith("fault_"):
            print(f"  {source['name']}: {source['status']}: {source['detail']}")
    skipped = collections.Counter(row["reason"] for row in view(folder, outcome["run_id"], "skipped"))
    articles = len(view(folder, outcome["run_id"], "articles"))
    print(f"articles {articles}, skipped: " + ", ".join(f"{reason} {number}" for reason, number in skipped.items()))


def view(folder: Path, run_id: str, field: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "ace", "view", run_id, "--phase", "scraping", "--field", field, "--json"]
    rows: list[dict[str, Any]] = json.loads(subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout)
    return rows


if __name__ == "__main__":
    raise SystemExit(main())
