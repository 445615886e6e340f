"""llm_calls.jsonl: one line per request, readable while the run goes on."""

from __future__ import annotations

import threading
from pathlib import Path

from ace import events
from ace.providers import calllog
from ace.providers.base import Call, Usage
from ace.providers.calllog import CallLog, Outcome

CALL = Call("k1", "openai", "https://o", "gpt-5-nano", "complete", "run1", "news", "scores", "article-7", 0.1)


def test_a_line_tells_what_was_asked_how_it_ended_and_what_it_cost(tmp_path: Path) -> None:
    log = CallLog(tmp_path)
    log.add(
        CALL,
        Outcome(
            "ok",
            cached=False,
            usage=Usage(90, 12, 7),
            cost_usd=0.00012,
            latency_s=0.4321987,
            attempts=2,
            model="gpt-5-nano-2025-08-07",
        ),
    )
    log.add(CALL, Outcome("hit", cached=True))
    log.close()
    ok, hit = events.read(tmp_path, calllog.FILE)
    assert ok.pop("time").endswith("Z")
    assert ok == {
        "kind": "complete",
        "phase": "scores",
        "purpose": "article-7",
        "provider": "openai",
        "model": "gpt-5-nano-2025-08-07",
        "cached": False,
        "tokens": {"input": 90, "output": 12, "cache_read": 7},
        "cost_usd": 0.00012,
        "latency_s": 0.4322,
        "attempts": 2,
        "outcome": "ok",
        "key": "k1",
    }
    assert (hit["model"], hit["cached"], hit["tokens"], hit["cost_usd"]) == ("gpt-5-nano", True, {}, None)


def test_lines_of_many_threads_do_not_mix(tmp_path: Path) -> None:
    log = CallLog(tmp_path)

    def write(number: int) -> None:
        for _ in range(20):
            log.add(CALL._replace(purpose=f"{number}" * 50), Outcome("ok"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert len(list(events.read(tmp_path, calllog.FILE))) == 160
    assert not list(events.read(tmp_path))  # the run's own events are another file
