"""A run whose questions are with a provider's batch: it ends as `waiting`, and every next start looks again."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import orjson
import pytest

from ace import batch
from ace.batch.jobs import Job
from ace.services import Stop
from ace.testing.fake_llm import FakeLLM, Fault

PIPELINE = """
from ace import MODEL_KEYS, Output, Phase, Pipeline

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


def listing(inputs, ctx):
    return Output({"items": [{"id": str(n)} for n in range(4)]})


def scoring(inputs, ctx):
    mapped = ctx.ask(
        inputs["listing"]["items"],
        key=lambda item: item["id"],
        values=lambda item: {"text": f"item {item['id']}"},
        schema=SCHEMA,
        read=lambda item, answer: {"id": item["id"], **answer},
        local=lambda item: {"id": item["id"], "n": 0},
    )
    return Output({"items": list(mapped)})


def report(inputs, ctx):
    return Output({"total": len(inputs["scoring"]["items"])})


PIPELINE = Pipeline("asking", (
    Phase("listing", reads=(), items="items"),
    Phase("scoring", items="items", config={**MODEL_KEYS, "batch": True}, files=("prompts/scoring.md",)),
    Phase("report"),
))
"""
PROMPT = "# System\nCount.\n\n# User\n{{data text}}\n"
RUN = ("run", "asking.py", "--run-id", "r", "--provider", "anthropic", "--no-wait", "--quiet")


@pytest.fixture
def llm(project, cli, monkeypatch) -> Iterator[FakeLLM]:
    project.write("asking.py", PIPELINE)
    project.write("prompts/scoring.md", PROMPT)
    with FakeLLM(batch_delay_s=1e6) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.anthropic_url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "key")
        yield server


def test_the_run_ends_as_waiting_and_the_next_starts_pick_it_up(project, cli, llm):
    first = cli(*RUN)
    assert first.code == 75, first.err
    assert "ace resume r" in first.err
    state = project.state()
    assert (state["state"], state["phases"]["scoring"]["state"]) == ("waiting", "waiting")
    assert state["phases"]["report"]["state"] == "pending"
    assert cli("resume", "--quiet").code == 75
    llm.finish_batches()
    assert cli("resume", "--quiet").code == 0
    assert len(llm.batches) == 1
    llm.log.check_billed_once(4)
    assert project.state()["state"] == "completed"
    metadata = project.artifact("scoring")["metadata"]
    assert (metadata["llm_calls"], metadata["llm_cached"]) == (4, 0)
    assert metadata["provider"] == "anthropic"


def test_status_and_list_say_what_it_waits_for(project, cli, llm):
    cli(*RUN)
    status = orjson.loads(cli("status", "r", "--json").out)
    assert status["state"] == "waiting"
    assert "msgbatch" in status["error"]
    assert "waiting" in cli("status", "r").out
    assert orjson.loads(cli("list", "--json").out)[0]["state"] == "waiting"


def test_resume_latest_goes_on_with_it(project, cli, llm):
    cli(*RUN)
    llm.finish_batches()
    again = cli("run", "asking.py", "--resume-latest", "--quiet")
    assert again.code == 0, again.err
    assert project.state()["state"] == "completed"


def test_it_can_be_cancelled_and_named_again(project, cli, llm):
    cli(*RUN)
    llm.begin_batches(4)
    assert cli("cancel", "r").code == 0
    assert project.state()["state"] == "cancelled"
    llm.finish_batches()
    assert cli("resume", "r", "--quiet").code == 0
    assert len(llm.batches) == 1


def test_waiting_comes_through_from_a_process_per_phase(project, cli, llm):
    keys = {name: os.environ[name] for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY")}
    done = project.ace(*RUN, "--artifact-mode", env=project.environment() | keys)
    assert done.returncode == 75, done.stderr
    assert project.state()["state"] == "waiting"


def test_a_signal_while_it_waits_pauses_the_run(project, cli, llm, monkeypatch):
    handed_in = threading.Event()
    add = llm._service.batches.add
    monkeypatch.setattr(llm._service.batches, "add", lambda *batch: (add(*batch), handed_in.set())[0])
    keys = {name: os.environ[name] for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY")}
    words = [word for word in RUN if word != "--no-wait"]
    process = project.start(*words, env=project.environment() | keys)
    assert handed_in.wait(30)
    process.terminate()
    _, err = process.communicate(timeout=30)
    assert process.returncode == 143, err
    assert project.state()["state"] == "paused"
    llm.finish_batches()
    assert cli("resume", "r", "--quiet").code == 0
    llm.log.check_billed_once(4)
    assert len(llm.batches) == 1


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (("completed", "waiting"), 75),
        (("waiting", "waiting"), 75),
        (("completed", "waiting", "failed"), 3),
        (("waiting", "failed"), 1),
    ],
)
def test_a_batch_of_inputs_says_75_when_only_answers_are_missing(states, code):
    jobs = [Job(number, "x", state=state) for number, state in enumerate(states, 1)]
    assert batch.exit_code(jobs, Stop()) == code


def test_a_cancel_ends_the_batch_at_its_provider(project, cli, llm):
    cli(*RUN)
    llm.begin_batches(1)
    cancelled = cli("cancel", "r", "--json")
    assert orjson.loads(cancelled.out)["batches"] == {llm.batches[0]: True}
    llm.finish_batches()
    assert cli("resume", "r", "--quiet").code == 75  # the answer of the first is there, the rest is handed in again
    llm.finish_batches()
    assert cli("resume", "r", "--quiet").code == 0
    assert len(llm.batches) == 2
    llm.log.check_billed_once(4)


def test_a_batch_that_cannot_be_cancelled_is_named(project, cli, llm):
    cli(*RUN)
    llm.faults.add(Fault(500, api="POST batches"))
    cancelled = cli("cancel", "r")
    assert cancelled.code == 0
    assert f"{llm.batches[0]} could not be cancelled" in cancelled.err
