"""What asking through ACE costs, beside the bare SDKs: time over the ideal, CPU per call, waste under a rate limit.

    python benchmarks/llm/run.py [--who ace,anthropic,ace-openai,openai] [--calls 500] [--at-once 4,16,64] [--rounds 3]

The service is `ace.testing.fake_llm` in a process of its own; its log times the calls from the first request to the
last answer, so that imports and starting count for nobody. The ideal is ceil(calls / at once) x latency. Clients take
turns, so that a noisy moment hits all of them; medians are printed. CPU per call is what one more call costs a process
that has made some already (ask.py).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LATENCY_S = 0.2
RATE = 40  # requests in any second that the limited service takes
LIMIT_CALLS, LIMIT_AT_ONCE = 240, 64
HITS = 500


class Limited(NamedTuple):
    lost: int
    refused: int
    billed_again: int
    ratio: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--who", default="ace,anthropic,ace-openai,openai")
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--at-once", default="4,16,64")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", default="span,limit,hits")
    given = parser.parse_args()
    who, at_once = given.who.split(","), [int(word) for word in given.at_once.split(",")]
    print(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} processors")
    if "span" in given.parts:
        print("\n".join(spans(who, at_once, given.calls, given.rounds)))
    if "limit" in given.parts:
        print("\n".join(limits(who, given.rounds)))
    if "hits" in given.parts:
        print(hits(given.rounds))
    return 0


def spans(who: list[str], at_once: list[int], calls: int, rounds: int) -> list[str]:
    """Time over the ideal and CPU per call. Four at once get fewer calls: the ideal alone would take half a minute."""
    ratios: dict[tuple[str, int], list[float]] = {}
    used: dict[tuple[str, int], list[float]] = {}
    for _ in range(rounds):
        for many in at_once:
            count = min(calls, 25 * many)
            for name in who:
                ratio, cpu_ms = span(name, count, many)
                ratios.setdefault((name, many), []).append(ratio)
                used.setdefault((name, many), []).append(cpu_ms)
    lines = ["", "| client | at once | time / ideal | best | client CPU per call |", "|---|---|---|---|---|"]
    for (name, many), found in ratios.items():
        cpu_ms = statistics.median(used[name, many])
        lines.append(f"| {name} | {many} | {statistics.median(found):.3f} | {min(found):.3f} | {cpu_ms:.2f} ms |")
    return lines


def span(name: str, count: int, at_once: int) -> tuple[float, float]:
    """(time over the ideal, CPU milliseconds of a call)."""
    with service("--latency", str(LATENCY_S)) as url:
        said = client(name, url, count, at_once, "--cpu")
        seen = stats(url)
    if seen["delivered"] != count:
        raise SystemExit(f"{name}: {seen['delivered']} of {count} answers were delivered")
    ideal = math.ceil(count / at_once) * LATENCY_S
    return seen["span_s"] / ideal, said["cpu_ms"]


def limits(who: list[str], rounds: int) -> list[str]:
    """A service that takes 40 requests in any second and refuses the rest with Retry-After 1; nobody is told."""
    lines = ["", f"{LIMIT_CALLS} calls, {LIMIT_AT_ONCE} at once, {RATE} requests a second allowed", ""]
    lines += ["| client | lost | refused | wasted | billed again | time / ideal |", "|---|---|---|---|---|---|"]
    told = {"ace, told the limit": ("ace", f"requests_per_minute={60 * RATE}")} if "ace" in who else {}
    for label, words in ({name: (name,) for name in who if name.startswith("ace")} | told).items():
        found = [limited(words[0], *words[1:]) for _ in range(rounds)]
        worst = max(found, key=lambda one: (one.lost, one.refused))
        ratio = statistics.median(one.ratio for one in found)
        share = worst.refused / LIMIT_CALLS
        lines.append(f"| {label} | {worst.lost} | {worst.refused} | {share:.1%} | {worst.billed_again} | {ratio:.2f} |")
    return lines


def limited(name: str, *settings: str) -> Limited:
    with service("--latency", str(LATENCY_S), "--rate", str(RATE), "--retry-after", "1") as url:
        client(name, url, LIMIT_CALLS, LIMIT_AT_ONCE, *settings)
        seen = stats(url)
    ideal = math.ceil(LIMIT_CALLS / RATE) - 1 + LATENCY_S
    refused = seen["statuses"].get("429", 0)
    return Limited(LIMIT_CALLS - seen["delivered"], refused, seen["billed_again"], seen["span_s"] / ideal)


def hits(rounds: int) -> str:
    times = [client("hits", "mock", HITS, 1)["seconds"] for _ in range(rounds)]
    return f"\n{HITS} answers from the ledger: {statistics.median(times):.3f} s CPU (best {min(times):.3f})"


@contextmanager
def service(*options: str) -> Iterator[str]:
    command = [sys.executable, "-m", "ace.testing.fake_llm", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        yield json.loads(process.stdout.readline())["url"]  # type: ignore[union-attr]
    finally:
        process.terminate()
        process.wait()


def stats(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/stats") as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def client(name: str, url: str, count: int, at_once: int, *settings: str) -> dict[str, Any]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, str(HERE / "ask.py"), name, url, str(count), str(at_once), *settings]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
