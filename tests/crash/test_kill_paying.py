"""Killed while it asks a model: what was answered is never asked again, what was under way is asked once more at most."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import threading
from typing import Any

import pytest

from ace.providers.asked import key_of
from ace.providers.ledger import Ledger
from ace.providers.openai import OpenAI
from ace.testing.fake_llm import FakeLLM

QUESTIONS, AT_ONCE, EVERY = 30, 4, 10
PIPELINE = f"""
from ace import MODEL_KEYS, Output, Phase, Pipeline

SCHEMA = {{"type": "object", "properties": {{"n": {{"type": "integer"}}}}, "required": ["n"], "additionalProperties": False}}


def scoring(inputs, ctx):
    mapped = ctx.ask(
        [{{"id": str(n)}} for n in range({QUESTIONS})],
        key=lambda item: item["id"],
        values=lambda item: {{"text": f"item {{item['id']}}"}},
        schema=SCHEMA,
        read=lambda item, answer: {{"id": item["id"], **answer}},
        local=lambda item: {{"id": item["id"], "n": 0}},
    )
    return Output({{"items": list(mapped)}})


PIPELINE = Pipeline("asking", (
    Phase("scoring", reads=(), items="items", config=dict(MODEL_KEYS), files=("prompts/scoring.md",)),
))
"""
PROMPT = "# System\nCount.\n\n# User\n{{data text}}\n"
RUN = ("run", "asking.py", "--run-id", "r", "--provider", "openai", "--set", f"models.concurrency={AT_ONCE}", "--quiet")


class Killer:
    """Kills the process that asks, whenever so many more answers have been made and before they are sent."""

    def __init__(self) -> None:
        self.made = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def __call__(self, api: str, body: dict[str, Any]) -> None:
        with self._lock:
            self.made += 1
            if self.made % EVERY == 0 and self.process:
                os.kill(self.process.pid, signal.SIGKILL)


@pytest.mark.parametrize("mode", [[], ["--artifact-mode"]], ids=["here", "apart"])
def test_killed_at_every_tenth_answer_it_pays_again_for_what_was_under_way_at_most(project, mode):
    project.write("asking.py", PIPELINE)
    project.write("prompts/scoring.md", PROMPT)
    killer, kills, kept = Killer(), 0, set()
    with FakeLLM(latency_s=0.02, say=killer) as llm:
        environment = project.environment() | {"OPENAI_API_KEY": "key", "OPENAI_BASE_URL": llm.openai_url}
        provider = OpenAI(llm.openai_url)
        while True:
            before = len(llm.log.rows)
            killer.process = project.start(*RUN, *mode, env=environment)
            _, err = killer.process.communicate(timeout=60)
            asked = {key_of(provider, row.model, row.body) for row in llm.log.rows[before:]}
            assert asked.isdisjoint(kept), "an answer that was on disk was paid for again"
            if killer.process.returncode == 0:
                break
            assert killer.process.returncode == -signal.SIGKILL, err
            kills += 1
            kept = answers(project)
        billed_again = sum(count - 1 for count in llm.log.billed().values())
    assert kills >= QUESTIONS // EVERY - 1
    assert billed_again <= kills * AT_ONCE
    assert len(project.artifact("scoring")["data"]["items"]) == QUESTIONS
    ledger = Ledger(project.folder / "cache" / "llm.db")
    spent = ledger.spent("r")
    ledger.close()
    assert spent.calls == QUESTIONS
    assert billed_again <= spent.unknown <= kills * AT_ONCE


def answers(project: Any) -> set[str]:
    """Keys of the raw answers that are on disk."""
    path = project.folder / "cache" / "llm.db"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return {key for (key,) in database.execute("SELECT key FROM answers")}
