"""Serve until a signal comes. Prints one line of JSON with the addresses first.

GET /stats sums up what was asked, GET /log?bodies=1 tells all of it; POST /reset forgets it, POST /finish ends the
batches that were handed in, POST /fault adds a rule.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path

from ace.testing.fake_llm.faults import Fault
from ace.testing.fake_llm.server import FakeLLM

ENDS = {signal.SIGINT, signal.SIGTERM}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ace.testing.fake_llm", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--rate", type=float, default=0, metavar="N", help="requests in any second; more get a 429")
    parser.add_argument("--at-once", type=int, default=0, metavar="N")
    parser.add_argument("--tokens-per-minute", type=int, default=0, metavar="N")
    parser.add_argument("--retry-after", type=float, default=1.0, metavar="SECONDS")
    parser.add_argument("--batch-delay", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--without", default="", metavar="WORDS", help="of json_schema,json_object,tools")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="a JSON list of rules: objects like Fault")
    parser.add_argument("--log", type=Path, metavar="FILE", help="JSON lines, one for each request")
    return parser.parse_args()


def main() -> int:
    given = _options()
    rules = json.loads(given.faults.read_text()) if given.faults else []
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # before there is a thread, so that sigwait gets them
    with FakeLLM(
        port=given.port,
        faults=[Fault(**rule) for rule in rules],
        log=given.log,
        latency_s=given.latency,
        rate=given.rate,
        at_once=given.at_once,
        tokens_per_minute=given.tokens_per_minute,
        retry_after=given.retry_after,
        batch_delay_s=given.batch_delay,
        without=[word for word in given.without.split(",") if word],
    ) as llm:
        addresses = {"url": llm.url, "anthropic": llm.anthropic_url, "openai": llm.openai_url, "cohere": llm.cohere_url}
        sys.stdout.write(json.dumps(addresses) + "\n")
        sys.stdout.flush()
        signal.sigwait(ENDS)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
