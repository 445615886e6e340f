"""What the ledger costs in CPU: the three writes of a call, by one thread and by 64, a hit, and the price of an answer.

python benchmarks/llm/ledger.py
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ace.providers.base import Call, Caps, Message, Price, Request, Usage
from ace.providers.ledger import Ledger
from ace.providers.pricing import Prices, request_tokens

CALLS, PART, THREADS = 4000, 200, 64
RAW = b"x" * 1500  # an answer of about 300 words
CAPS = Caps(1e6, 1e6)
MODEL = "claude-haiku-4-5"
REQUEST = Request(MODEL, "You rate news. " * 60, (Message("user", "Text of an article, 12 of it. " * 120),), {}, 500)


def paid(ledger: Ledger, key: str) -> None:
    call = Call(key, "anthropic", "https://a", MODEL, "complete", "run", "news", "scores", "item", 0.001)
    call_id = ledger.open_call(call, CAPS)
    ledger.answered(call_id, RAW, 0.2)
    ledger.settle(call_id, Usage(1000, 100), Price(0.0005, "list"), MODEL)


def cpu_ms(work: Callable[[int], object], numbers: range) -> float:
    """CPU milliseconds of one call of `work`."""
    before = time.process_time()
    for number in numbers:
        work(number)
    return (time.process_time() - before) / len(numbers) * 1000


def by_one(ledger: Ledger) -> list[float]:
    parts = (range(first, first + PART) for first in range(0, CALLS, PART))
    return [cpu_ms(lambda number: paid(ledger, f"{number:064d}"), part) for part in parts]


def by_many(ledger: Ledger) -> float:
    def work(thread: int) -> None:
        for number in range(CALLS // THREADS):
            paid(ledger, f"{thread:032d}{number:032d}")

    def together(_: int) -> None:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return cpu_ms(together, range(1)) / (CALLS // THREADS * THREADS)


def main() -> None:
    every = range(CALLS)
    with tempfile.TemporaryDirectory() as folder:
        ledger, prices = Ledger(Path(folder) / "llm.db"), Prices()
        parts = by_one(ledger)
        found = cpu_ms(lambda number: ledger.find(f"{number:064d}"), every)
        many = by_many(ledger)
        ledger.close()
    prices.cost("anthropic", "", MODEL, Usage(1))  # imports the price list
    priced = cpu_ms(lambda number: prices.cost("anthropic", "", MODEL, Usage(number, 100)), every)
    worst = cpu_ms(lambda _: prices.worst_case("anthropic", "", REQUEST), every)
    tokens = cpu_ms(lambda _: request_tokens(REQUEST), every)
    print(f"three writes of a call  {statistics.median(parts):.3f} ms CPU, the best {PART} calls {min(parts):.3f}")
    print(f"  by {THREADS} threads at once {many:.3f}")
    print(f"an answer found         {found:.3f}")
    print(f"price of an answer      {priced:.3f}; worst case before it {worst:.3f}; tokens expected {tokens:.3f}")


if __name__ == "__main__":
    main()
