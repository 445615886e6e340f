"""`ace plan` tells what models will cost, and a run then costs that."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

ASKING = """
from ace import Output, Phase, Pipeline
from ace.records import MODEL_KEYS

SCHEMA = {"type": "object", "properties": {"score": {"type": "integer"}}, "required": ["score"]}


def texts(inputs, ctx):
    first, count = ctx.config["first"], ctx.config["count"]
    return Output({"items": [{"id": f"t{n}", "text": f"News of {n * n} things. " * 12} for n in range(first, first + count)]})


def scores(inputs, ctx):
    if ctx.config["fail"] == "before":
        raise ValueError("before anything was asked")
    asked = ctx.ask(
        inputs["texts"]["items"],
        key=lambda item: item["id"],
        values=lambda item: {"text": item["text"]},
        schema=SCHEMA,
        read=lambda item, answer: {"id": item["id"], "score": answer["score"]},
        local=lambda item: {"id": item["id"], "score": 0},
    )
    if ctx.config["fail"] == "after":
        raise ValueError("after all was asked")
    return Output({"items": list(asked)})


PIPELINE = Pipeline(
    "asking",
    (
        Phase("texts", reads=(), items="items", config={"first": 0, "count": 20}),
        Phase("scores", items="items", config={**MODEL_KEYS, "fail": ""}, files=("prompts/scores.md",)),
    ),
)
"""
PROMPT = """max_tokens: 40

# System
Rate the text.

# User
{{data text}}
"""
CONFIG = """
[models]
provider = "mock"
price_input = 3.0
price_output = 15.0
"""
Command = Callable[..., Any]


@pytest.fixture
def asking(project: Any, cli: Command, no_flush: None) -> Command:
    project.write("asking.py", ASKING)
    project.write("prompts/scores.md", PROMPT)
    project.write("ace.toml", CONFIG)

    def command(name: str, *words: str) -> Any:
        return cli(name, "asking.py", *words, *(() if name == "plan" else ("--quiet",)))

    return command


def new_run(asking: Command, run_id: str, *settings: str) -> float:
    """Run it; what it cost."""
    words = [word for one in settings for word in ("--set", one)]
    result = asking("run", "--run-id", run_id, "--json", *words)
    assert result.code == 0, result.err
    return cost_of(run_id)


def cost_of(run_id: str) -> float:
    database = sqlite3.connect("cache/llm.db")
    usd = database.execute("SELECT TOTAL(usd) FROM calls WHERE run_id = ?", (run_id,)).fetchone()[0]
    database.close()
    return float(usd)


def planned(asking: Command, *words: str) -> Any:
    return json.loads(asking("plan", "--json", *words).out)["phases"][1].get("expected", "not asking")


def test_a_first_run_has_unknown_cost(asking: Command) -> None:
    result = asking("plan")
    assert "models are asked: cost unknown" in result.err
    assert "what it costs will be known after this run" in result.out
    assert planned(asking) is None


def test_a_second_run_costs_what_was_expected_within_15_percent(asking: Command) -> None:
    new_run(asking, "a")
    said = planned(asking, "--new", "--set", "texts.first=500")
    assert (said["items"], said["runs"]) == (20, 1)
    actual = new_run(asking, "b", "texts.first=500")
    assert actual > 0
    assert said["usd"] == pytest.approx(actual, rel=0.15)


def test_items_that_are_there_already_are_counted(asking: Command) -> None:
    new_run(asking, "a")
    words = ("--set", "texts.count=50", "--set", "texts.first=900")
    asking("run", "--run-id", "b", *words, "--set", "scores.fail=before")
    said = planned(asking, "--run-id", "b")
    assert said["items"] == 50
    actual = new_run(asking, "b", "scores.fail=")
    assert said["usd"] == pytest.approx(actual, rel=0.15)


def test_what_the_ledger_will_give_is_expected_again(asking: Command) -> None:
    new_run(asking, "a", "texts.count=20")
    new_run(asking, "b", "texts.count=20", "texts.first=15")  # five of twenty were asked before
    new_run(asking, "c", "texts.count=20", "texts.first=30")
    said = planned(asking, "--new")
    assert said["usd"] == pytest.approx(0.75 * said["most_usd"], rel=0.05)
    assert "at most $" in asking("plan", "--new").err


def test_answers_of_a_run_that_failed_are_not_expected_to_be_paid_again(asking: Command) -> None:
    new_run(asking, "a")
    full = planned(asking, "--new")["usd"]
    asking("run", "--run-id", "b", "--set", "texts.first=500", "--set", "scores.fail=after")
    assert cost_of("b") == pytest.approx(full, rel=0.15)
    assert planned(asking, "--run-id", "b")["usd"] < 0.15 * full
    assert planned(asking, "--run-id", "b", "--ledger", "off")["usd"] == pytest.approx(full, rel=0.15)


def test_another_model_is_expected_at_its_own_price(asking: Command) -> None:
    new_run(asking, "a")
    before = planned(asking, "--new")["usd"]
    assert planned(asking, "--new", "--model", "other")["usd"] == pytest.approx(before, rel=0.01)
    haiku = planned(asking, "--new", "--provider", "anthropic", "--model", "claude-haiku-4-5")["usd"]
    assert haiku == pytest.approx(before / 3, rel=0.01)  # 1 and 5 dollars a million tokens, not 3 and 15


def test_a_phase_that_had_nothing_to_ask_will_probably_ask_nothing(asking: Command) -> None:
    new_run(asking, "a", "texts.count=0")
    assert planned(asking, "--new")["usd"] == 0.0


def test_runs_without_a_model_tell_nothing(asking: Command) -> None:
    assert asking("run", "--run-id", "a", "--provider", "local").code == 0
    assert planned(asking, "--new") is None
    new_run(asking, "b")
    assert planned(asking, "--new")["runs"] == 1


@pytest.mark.parametrize(("mode", "share"), [("use", 0.5), ("refresh", 1.0), ("off", 1.0), ("replay", 0.0)])
def test_the_way_the_ledger_is_used_counts(mode: str, share: float, asking: Command) -> None:
    for number in range(3):  # half of each run's questions are those of the one before
        new_run(asking, f"r{number}", f"texts.first={100 + 10 * number}")
    full = planned(asking, "--new")["most_usd"]
    assert planned(asking, "--new", "--ledger", mode)["usd"] == pytest.approx(share * full, rel=0.02)


def test_a_phase_that_asks_nobody_costs_nothing(asking: Command) -> None:
    new_run(asking, "a")
    assert planned(asking, "--new", "--provider", "local") == "not asking"
    assert "no model is asked: $0" in asking("plan", "--new", "--provider", "local").err
    assert "no model is asked: $0" in asking("plan", "--run-id", "a").err


def test_it_is_told_in_words(asking: Command) -> None:
    new_run(asking, "a")
    result = asking("plan", "--new")
    assert "for 20 items, as in the run before" in result.out
    assert "2 to run, 0 perhaps, 0 kept; models: about $0.0" in result.err
    assert "less what was asked before" in result.err
    assert "less what was asked before" not in asking("plan", "--new", "--ledger", "refresh").err
    assert "models: about $0\n" in asking("plan", "--new", "--ledger", "replay").err
    assert max(map(len, result.out.splitlines())) <= 80
