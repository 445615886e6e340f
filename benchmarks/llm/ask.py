"""Ask a service N different questions, C at once: through ACE, or with a bare SDK behind a semaphore.

    python benchmarks/llm/ask.py ace|ace-openai|anthropic|openai|hits URL N C [KEY=VALUE …] [--cpu]

KEY=VALUE are settings of [models] for ACE. Prints one line of JSON. With --cpu it says in `cpu_ms` what one more call
costs: the N calls are made by the third run of one process, the first two make C calls each, and what the second took
is taken off; the service's log is emptied before the third.
As the command of ../shared/bench/llm/measure.py:
    --ace 'python benchmarks/llm/ask.py ace {url} {n} {c}'
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
os.environ |= {"ANTHROPIC_API_KEY": "key", "OPENAI_API_KEY": "key"}
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from asking import SCHEMA, TEXT  # noqa: E402  (it lies beside this file)

Ask = Callable[[str], Awaitable[str | None]]


def through_ace(provider: str, url: str, count: int, at_once: int, settings: list[str]) -> dict[str, Any]:
    """A whole run in a folder of its own: plan, ledger, journal, artifacts and all."""
    from ace.cli.main import main  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"ACE_ARTIFACTS": f"{folder}/runs", "ACE_CACHE": f"{folder}/cache"}
        given = [f"listing.count={count}", f"models.base_url={url}", f"models.concurrency={at_once}"]
        given += [f"models.{word}" for word in settings]
        words = ["run", str(HERE / "asking.py"), "--quiet", "--run-id", "bench", "--provider", provider]
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
            main([*words, *(part for word in given for part in ("--set", word))])
        artifact = Path(folder, "runs", "run_bench", "phase2_scoring.json")
        metadata = json.loads(artifact.read_bytes())["metadata"] if artifact.exists() else {}
    return {"ok": metadata.get("output_count", 0), "lost": metadata.get("failed_count", count)}


def from_the_ledger(count: int) -> dict[str, float]:
    """CPU seconds for so many answers that the ledger holds already, one after the other."""
    from ace import model_config  # noqa: PLC0415
    from ace.providers.asked import Asked, Rules, Run  # noqa: PLC0415
    from ace.providers.base import Caps, Message, Request  # noqa: PLC0415
    from ace.providers.session import Session  # noqa: PLC0415
    from ace.providers.structured import compiled  # noqa: PLC0415

    def asked(number: int) -> Asked:
        request = Request("mock", "Rate it.", (Message("user", f"{number}: {TEXT}"),), SCHEMA, 100)
        return Asked("mock", request, compiled(SCHEMA), "scoring", str(number), Caps())

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = Run(folder, "bench", "asking", lambda *_, **__: None, time.sleep)
        session = Session({**model_config.DEFAULTS, "provider": "mock"}, folder / "llm.db", run)
        rules = Rules(lambda _: "")
        questions = [asked(number) for number in range(count)]
        for question in questions:
            session.answer(question, rules)
        began = time.process_time()
        for question in questions:
            session.answer(question, rules)
        took = time.process_time() - began
        session.close()
    return {"ok": count, "seconds": took}


def anthropic_sdk(url: str) -> Ask:
    import anthropic  # noqa: PLC0415

    client = anthropic.AsyncAnthropic(base_url=url, max_retries=0)

    async def ask(text: str) -> str | None:
        message = await client.messages.create(
            model="m",
            max_tokens=100,
            system="Rate the article from 0 to 10.",
            messages=[{"role": "user", "content": text}],
            output_config={"format": {"type": "json_schema", "schema": SCHEMA}},
        )
        block = message.content[0]
        return block.text if block.type == "text" else None

    return ask


def openai_sdk(url: str) -> Ask:
    import openai  # noqa: PLC0415

    client = openai.AsyncOpenAI(base_url=url, max_retries=0)

    async def ask(text: str) -> str | None:
        completion = await client.chat.completions.create(
            model="m",
            max_tokens=100,
            messages=[
                {"role": "system", "content": "Rate the article from 0 to 10."},
                {"role": "user", "content": text},
            ],
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "score", "schema": SCHEMA, "strict": True},
            },
        )
        return completion.choices[0].message.content

    return ask


async def bare(ask: Ask, count: int, at_once: int) -> dict[str, Any]:
    gate, ok = asyncio.Semaphore(at_once), 0

    async def one(number: int) -> None:
        nonlocal ok
        async with gate:
            with contextlib.suppress(Exception):
                json.loads(await ask(f"{number}: {TEXT}") or "")
                ok += 1

    await asyncio.gather(*map(one, range(count)))
    return {"ok": ok, "lost": count - ok}


def main() -> int:
    who, url, count, at_once = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    settings = [word for word in sys.argv[5:] if word != "--cpu"]
    if who == "hits":
        print(json.dumps(from_the_ledger(count)))
        return 0

    def run(calls: int) -> dict[str, Any]:
        if who.startswith("ace"):
            provider, address = ("openai", f"{url}/v1") if who == "ace-openai" else ("anthropic", url)
            return through_ace(provider, address, calls, at_once, settings)
        ask = anthropic_sdk(url) if who == "anthropic" else openai_sdk(f"{url}/v1")
        return asyncio.run(bare(ask, calls, at_once))

    if "--cpu" not in sys.argv:
        print(json.dumps(run(count)))
        return 0
    _, (_, few_s) = measured(run, at_once), measured(run, at_once)
    with urllib.request.urlopen(f"{url}/reset"):
        result, all_s = measured(run, count)
    print(json.dumps({**result, "cpu_ms": 1000 * (all_s - few_s) / (count - at_once)}))
    return 0


def measured(run: Callable[[int], dict[str, Any]], calls: int) -> tuple[dict[str, Any], float]:
    """What a run says, and its CPU seconds."""
    began = time.process_time()
    return run(calls), time.process_time() - began


if __name__ == "__main__":
    raise SystemExit(main())
