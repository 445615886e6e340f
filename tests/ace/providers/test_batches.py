from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from ace import model_config
from ace.errors import BudgetReached, Interrupted, ProviderUnavailable, Waiting
from ace.providers import batch_cancel, batches, structured
from ace.providers.asked import Asked, Rules, Run
from ace.providers.base import Caps, Message, Request
from ace.providers.session import Session
from ace.testing.fake_llm import FakeLLM, Fault

SCHEMA = {
    "type": "object",
    "properties": {"score": {"type": "integer", "enum": list(range(11))}},
    "required": ["score"],
    "additionalProperties": False,
}
PROVIDERS = ("anthropic", "openai")
ANY = Rules(lambda value: "")
NO_CAPS = Caps()


class Night:
    """A run whose waiting is a list of functions: each poll calls the next, the last for ever."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[dict[str, Any]] = []
        self.waits: list[float] = []
        self.at_wait: list[Callable[[], None]] = []
        self.now = 0.0

    def event(self, kind: str, **fields: Any) -> None:
        self.events.append({"kind": kind, **fields})

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.waits.append(seconds)
        assert len(self.waits) < 50, "waits for ever"
        if self.at_wait:
            self.at_wait.pop(0)()

    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.events if event["kind"] != "progress"]


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path)


@pytest.fixture
def llm() -> Iterator[FakeLLM]:
    with FakeLLM(batch_delay_s=1e6) as server:
        yield server


@pytest.fixture(params=PROVIDERS)
def open_session(
    request: pytest.FixtureRequest, llm: FakeLLM, night: Night, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Session]]:
    """A session of the run, as a new process would open it; with `kill`, the one before is gone without a word."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "key")
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    opened: list[Session] = []

    def open_one(run_id: str = "run", **settings: Any) -> Session:
        url = llm.anthropic_url if request.param == "anthropic" else llm.openai_url
        values = {"provider": request.param, "base_url": url, "price_input": 1000.0, "price_output": 1000.0, **settings}
        run = Run(night.folder, run_id, "news", night.event, night.wait, lambda: night.now)
        opened.append(Session({**model_config.DEFAULTS, **values}, night.folder / "llm.db", run))
        return opened[-1]

    yield open_one
    for session in opened:
        session.close()


def questions(session: Session, count: int, caps: Caps = NO_CAPS, phase: str = "scoring") -> list[Asked]:
    schema = structured.compiled(SCHEMA)
    provider = session.settings["provider"]
    return [
        Asked(
            provider,
            Request("a-model", "Rate it.", (Message("user", f"article {number}"),), SCHEMA, 50),
            schema,
            phase,
            f"a{number}",
            caps,
        )
        for number in range(count)
    ]


def answered(session: Session, asked: list[Asked]) -> list[bool]:
    return [session.ledger.find(session.sent(one).call.key) is not None for one in asked]


def interrupt() -> None:
    raise Interrupted("paused on request")


def test_answers_come_from_a_batch_and_the_ordinary_path_finds_them(open_session, llm, night):
    night.at_wait = [llm.finish_batches]
    session = open_session()
    asked = questions(session, 5)
    session.prefill(asked)
    billed = len(llm.log.rows)
    values = [session.answer(one, ANY) for one in asked]
    assert len(llm.batches) == 1
    assert billed == len(llm.log.rows) == 5
    assert all(0 <= value["score"] <= 10 for value in values)
    assert night.kinds() == ["batch_handed_in", "batch_ended"]


def test_custom_ids_are_the_keys_of_the_ledger(open_session, llm, night):
    night.at_wait = [llm.finish_batches]
    session = open_session()
    asked = questions(session, 3)
    session.prefill(asked)
    assert {row.custom_id for row in llm.log.rows} == {session.sent(one).call.key for one in asked}


def test_a_batch_is_reserved_and_settled_at_its_own_price(open_session, llm, night):
    held: list[float] = []
    night.at_wait = [lambda: held.append(session.ledger.held("run")), llm.finish_batches]
    session = open_session()
    asked = questions(session, 4)
    session.prefill(asked)
    spent = session.ledger.spent("run")
    worst = sum(session.sent(one, "batch").call.reserved_usd or 0 for one in asked)
    assert held == [pytest.approx(worst)]
    assert spent.calls == 4
    assert 0 < spent.usd < worst
    assert session.ledger.held("run") == pytest.approx(spent.usd)


def test_answers_of_a_batch_are_settled_at_the_price_of_batches(open_session, llm, night, monkeypatch):
    night.at_wait = [llm.finish_batches]
    session = open_session()
    asked_for, cost = [], session.prices.cost
    monkeypatch.setattr(session.prices, "cost", lambda *what, **how: asked_for.append(how) or cost(*what, **how))
    session.prefill(questions(session, 2))
    assert asked_for == [{"batch": True}] * 2


def test_known_models_cost_half(open_session, llm, night):
    session = open_session(price_input=-1.0, price_output=-1.0)
    name = session.settings["provider"]
    model = {"anthropic": "claude-haiku-4-5", "openai": "gpt-5-mini"}[name]
    real = {"anthropic": "https://api.anthropic.com", "openai": "https://api.openai.com/v1"}[name]
    request = Request(model, "", (Message("user", "x" * 4000),))
    assert session.prices.worst_case(name, real, request, batch=True) == pytest.approx(
        session.prices.worst_case(name, real, request) / 2
    )


def test_nothing_is_handed_in_twice(open_session, llm, night):
    night.at_wait = [llm.finish_batches] * 3
    session = open_session()
    asked = questions(session, 3)
    session.prefill(asked)
    session.prefill(asked)
    more = questions(session, 5)
    session.prefill(more)
    assert len(llm.batches) == 2
    assert [row.attempt for row in llm.log.rows] == [1] * 5


def test_rows_that_expire_or_fail_are_left_to_the_ordinary_path(open_session, llm, night):
    llm.faults.add(Fault("expired", contains="article 1"))
    llm.faults.add(Fault("errored", contains="article 3"))
    night.at_wait = [llm.finish_batches]
    session = open_session()
    asked = questions(session, 5)
    session.prefill(asked)
    assert answered(session, asked) == [True, False, True, False, True]
    assert session.ledger.unsettled("run") == []
    assert len(llm.batches) == 1
    assert [bool(session.answer(one, ANY)) for one in asked] == [True] * 5
    assert next(event for event in night.events if event["kind"] == "batch_ended")["answered"] == 3


def test_without_waiting_the_run_ends_and_the_next_start_picks_it_up(open_session, llm):
    first = open_session(batch_wait=False)
    asked = questions(first, 3)
    with pytest.raises(Waiting) as raised:
        first.prefill(asked)
    assert raised.value.exit_code == 75
    assert "ace resume run" in raised.value.hint
    with pytest.raises(Waiting):
        first.prefill(asked)
    llm.finish_batches()
    second = open_session(batch_wait=False)
    second.prefill(asked)
    assert answered(second, asked) == [True] * 3
    assert len(llm.batches) == 1
    assert second.ledger.spent("run").calls == 3


def test_the_provider_keeps_nothing_when_the_answers_are_in_the_ledger(open_session, llm, night):
    at_the_end: list[int] = []
    session = open_session()
    session.ledger.close_batch = _watched(session.ledger.close_batch, lambda: at_the_end.append(len(llm.kept)))
    llm.faults.add(Fault("errored", contains="article 1"))
    night.at_wait = [llm.finish_batches]
    asked = questions(session, 3)
    session.prefill(asked)
    assert answered(session, asked) == [True, False, True]
    assert at_the_end == [3 if session.settings["provider"] == "openai" else 1]  # not before they are safe
    assert llm.kept == []


def _watched(function: Callable[..., Any], before: Callable[[], None]) -> Callable[..., Any]:
    def watched(*args: Any) -> Any:
        before()
        return function(*args)

    return watched


def test_the_provider_keeps_them_when_that_is_wanted(open_session, llm, night):
    night.at_wait = [llm.finish_batches]
    session = open_session(batch_keep=True)
    session.prefill(questions(session, 2))
    assert llm.kept


def test_files_that_cannot_be_deleted_are_a_warning(open_session, llm, night):
    night.at_wait = [llm.finish_batches]
    session = open_session()
    llm.faults.add(Fault(500, api="DELETE files"))
    llm.faults.add(Fault(500, api="DELETE batches"))
    asked = questions(session, 2)
    session.prefill(asked)
    assert answered(session, asked) == [True, True]
    assert night.kinds() == ["batch_handed_in", "batch_ended", "warning"]


def test_a_cancel_reaches_the_provider_and_what_was_answered_is_collected_later(open_session, llm, night):
    first = open_session(batch_wait=False)
    asked = questions(first, 5)
    with pytest.raises(Waiting):
        first.prefill(asked)
    llm.begin_batches(2)
    assert batch_cancel.cancel(night.folder / "llm.db", "another run") == {}
    assert batch_cancel.cancel(night.folder / "llm.db", "run") == {llm.batches[0]: True}
    night.at_wait = [llm.finish_batches]
    later = open_session()
    later.prefill(asked)
    assert answered(later, asked) == [True] * 5
    assert len(llm.batches) == 2  # the rest of it, at the price of batches
    llm.log.check_billed_once(5)


def test_a_provider_that_does_not_answer_a_cancel_holds_nobody_up(open_session, llm, night):
    session = open_session(batch_wait=False)
    with pytest.raises(Waiting):
        session.prefill(questions(session, 1))
    llm.faults.add(Fault("hang", api="POST batches"))
    assert batch_cancel.cancel(night.folder / "llm.db", "run", within_s=0.2) == {llm.batches[0]: False}
    assert batch_cancel.cancel(night.folder / "none.db", "run") == {}


def test_a_pause_while_waiting_loses_nothing(open_session, llm, night):
    night.at_wait = [interrupt]
    first = open_session()
    asked = questions(first, 3)
    with pytest.raises(Interrupted):
        first.prefill(asked)
    llm.finish_batches()
    second = open_session()
    second.prefill(asked)
    assert answered(second, asked) == [True] * 3
    assert len(llm.batches) == 1


class Killed(BaseException):
    """What follows is never executed, as after kill -9."""


def test_a_batch_whose_id_was_never_written_down_is_found_again(open_session, llm, night, monkeypatch):
    session = open_session()
    asked = questions(session, 3)
    monkeypatch.setattr(session.ledger, "rename_batch", _kill)
    with pytest.raises(Killed):
        session.prefill(asked)
    assert len(llm.batches) == 1
    llm.finish_batches()
    again = open_session()
    again.prefill(asked)
    assert answered(again, asked) == [True] * 3
    assert len(llm.batches) == 1
    assert "batch_found" in night.kinds()
    assert again.ledger.unsettled("run") == []


def test_a_batch_that_never_left_is_released_and_handed_in(open_session, llm, night, monkeypatch):
    first = open_session()
    asked = questions(first, 3)
    service = batches.batch_service.of(first.provider(first.settings["provider"]), 10)
    monkeypatch.setattr(type(service), "hand_in", _kill)
    with pytest.raises(Killed):
        first.prefill(asked)
    monkeypatch.undo()
    monkeypatch.setenv("ANTHROPIC_API_KEY", "key")
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    night.at_wait = [llm.finish_batches]
    again = open_session()
    again.prefill(asked)
    assert answered(again, asked) == [True] * 3
    assert len(llm.batches) == 1
    assert again.ledger.spent("run").possible_usd == 0
    assert again.ledger.held("run") == pytest.approx(again.ledger.spent("run").usd)


def test_money_reserved_for_a_batch_that_was_never_written_down_is_released(open_session, llm, night):
    session = open_session()
    asked = questions(session, 3)
    ids = session.ledger.open_calls([session.sent(one, "batch").call for one in asked], NO_CAPS)
    for call_id in ids:
        session.ledger.failed(call_id, "its process ended before an answer came", billed_unknown=True)
    night.at_wait = [llm.finish_batches]
    session.prefill(asked)
    assert session.ledger.held("run") == pytest.approx(session.ledger.spent("run").usd)


def test_a_process_that_dies_while_it_keeps_answers_keeps_the_rest_later(open_session, llm, night, monkeypatch):
    night.at_wait = [llm.finish_batches]
    first = open_session()
    asked = questions(first, 4)
    settle, calls = first.ledger.settle, []

    def killed_at_second(*values: Any) -> None:
        calls.append(values)
        if len(calls) == 2:
            raise Killed
        settle(*values)

    monkeypatch.setattr(first.ledger, "settle", killed_at_second)
    with pytest.raises(Killed):
        first.prefill(asked)
    again = open_session()
    again.prefill(asked)
    assert answered(again, asked) == [True] * 4
    assert again.ledger.unsettled("run") == []
    assert again.ledger.spent("run").calls == 4
    assert len(llm.batches) == 1


def test_a_foreign_batch_of_the_same_size_is_not_taken_for_ours(open_session, llm, night, monkeypatch):
    stranger = open_session("stranger")
    night.at_wait = [llm.finish_batches]
    stranger.prefill(questions(stranger, 3, phase="elsewhere"))
    (night.folder / "llm.db").unlink()
    first = open_session()
    asked = [one._replace(request=one.request._replace(system="Another prompt.")) for one in questions(first, 3)]
    service = batches.batch_service.of(first.provider(first.settings["provider"]), 10)
    with monkeypatch.context() as patched:
        patched.setattr(type(service), "hand_in", _kill)
        with pytest.raises(Killed):
            first.prefill(asked)
    night.at_wait = [llm.finish_batches]
    again = open_session()
    again.prefill(asked)
    assert len(llm.batches) == 2
    assert answered(again, asked) == [True] * 3


@pytest.mark.parametrize("api", ["POST batches", "POST files"])
def test_a_lost_answer_to_handing_in_makes_no_second_batch(open_session, llm, night, api):
    night.at_wait = [lambda: None, llm.finish_batches]
    llm.faults.add(Fault("reset", api=api, at_most=1))
    session = open_session()
    asked = questions(session, 3)
    session.prefill(asked)
    assert answered(session, asked) == [True] * 3
    assert len(llm.batches) == 1


def test_failures_while_waiting_are_waited_out(open_session, llm, night):
    for kind in (500, 429, "reset"):
        llm.faults.add(Fault(kind, api="GET batches", at_most=1))
    night.at_wait = [lambda: None] * 4 + [llm.finish_batches]
    session = open_session()
    asked = questions(session, 2)
    session.prefill(asked)
    assert answered(session, asked) == [True] * 2


def test_a_provider_that_stays_away_ends_the_run_and_keeps_the_batch(open_session, llm, night):
    llm.faults.add(Fault(500, api="GET batches"))
    session = open_session()
    asked = questions(session, 2)
    with pytest.raises(ProviderUnavailable):
        session.prefill(asked)
    assert [batch.state for batch in session.ledger.open_batches()] == ["waiting"]


def test_a_service_without_batches_is_asked_one_by_one(open_session, llm, night):
    llm.faults.add(Fault(404, api="POST batches"))
    llm.faults.add(Fault(404, api="POST files"))
    session = open_session()
    asked = questions(session, 2)
    session.prefill(asked)
    assert "warning" in night.kinds()
    assert session.ledger.unsettled("run") == []
    assert [bool(session.answer(one, ANY)) for one in asked] == [True] * 2


def test_a_key_that_is_refused_ends_the_run_with_nothing_reserved(open_session, llm):
    llm.faults.add(Fault(401, api="POST batches"))
    llm.faults.add(Fault(401, api="POST files"))
    session = open_session()
    with pytest.raises(ProviderUnavailable):
        session.prefill(questions(session, 2))
    assert session.ledger.held("run") == 0
    assert session.ledger.open_batches() == []


def test_a_batch_that_is_gone_is_given_up(open_session, llm, night):
    first = open_session(batch_wait=False)
    asked = questions(first, 2)
    with pytest.raises(Waiting):
        first.prefill(asked)
    llm.faults.add(Fault(404, api="GET batches", at_most=1))
    first.prefill(asked)
    assert first.ledger.unsettled("run") == []
    assert "warning" in night.kinds()


def test_a_batch_never_passes_the_budget(open_session, llm, night):
    session = open_session()
    one = session.sent(questions(session, 1)[0], "batch").call.reserved_usd
    asked = questions(session, 8, Caps(run_usd=one * 4.5))
    held: list[float] = []
    night.at_wait = [lambda: held.append(session.ledger.held("run")) or llm.finish_batches()] * 8
    session.prefill(asked)
    assert 0 < max(held) <= one * 4.5
    assert session.ledger.spent("run").usd <= one * 4.5
    assert len(llm.batches) >= 2
    assert sum(answered(session, asked)) >= 4


def test_a_budget_that_holds_nothing_hands_in_nothing(open_session, llm):
    session = open_session()
    asked = questions(session, 2, Caps(run_usd=1e-9))
    session.prefill(asked)
    assert llm.batches == []
    with pytest.raises(BudgetReached):
        session.answer(asked[0], ANY)


def test_the_batch_of_another_run_is_waited_for_too(open_session, llm, night):
    first = open_session("first", batch_wait=False)
    asked = questions(first, 3)
    with pytest.raises(Waiting):
        first.prefill(asked)
    night.at_wait = [llm.finish_batches]
    second = open_session("second")
    second.prefill(asked)
    assert answered(second, asked) == [True] * 3
    assert len(llm.batches) == 1
    assert (second.ledger.spent("first").calls, second.ledger.spent("second").calls) == (3, 0)


@pytest.mark.parametrize("mode", ["off", "replay"])
def test_no_batch_where_the_ledger_would_not_be_read(open_session, llm, mode):
    session = open_session(ledger=mode)
    session.prefill(questions(session, 2))
    assert llm.batches == []


def test_refresh_asks_anew_once_a_run(open_session, llm, night):
    night.at_wait = [llm.finish_batches] * 4
    for run_id in ("one", "two", "two"):
        session = open_session(run_id, ledger="refresh")
        session.prefill(questions(session, 2))
    assert len(llm.batches) == 2


def test_large_batches_are_cut_by_rows_and_bytes(open_session, llm, night, monkeypatch):
    monkeypatch.setattr(batches, "MOST_ROWS", 4)
    night.at_wait = [llm.finish_batches]
    session = open_session()
    asked = questions(session, 10)
    session.prefill(asked)
    assert len(llm.batches) == 3
    monkeypatch.setattr(batches, "MOST_BYTES", 1)
    assert [len(part) for part in batches._parts([session.sent(one) for one in asked[:3]])] == [1, 1, 1]
    assert answered(session, asked) == [True] * 10


def test_an_openai_file_holds_one_model_only(open_session, llm, night):
    night.at_wait = [llm.finish_batches]
    session = open_session()
    asked = questions(session, 2)
    other = [one._replace(request=one.request._replace(model="b-model")) for one in asked]
    session.prefill(asked + other)
    assert len(llm.batches) == 2
    assert answered(session, asked + other) == [True] * 4


def test_rows_stand_in_the_call_log(open_session, llm, night):
    night.at_wait = [llm.finish_batches]
    session = open_session()
    session.prefill(questions(session, 3))
    lines = [orjson.loads(line) for line in (night.folder / "llm_calls.jsonl").read_bytes().splitlines()]
    assert [(line["kind"], line["outcome"], line["cost_usd"] > 0) for line in lines] == [("batch", "ok", True)] * 3


def test_polls_come_less_and_less_often(open_session, llm, night):
    night.at_wait = [lambda: None] * 15 + [llm.finish_batches]
    session = open_session()
    session.prefill(questions(session, 1))
    assert night.waits == sorted(night.waits)
    assert night.waits[0] == batches.POLL_FIRST_S
    assert night.waits[-1] == batches.POLL_MOST_S


def test_a_provider_without_batches_is_left_alone(open_session, night):
    session = open_session()
    mock = [one._replace(provider="mock") for one in questions(session, 1)]
    session.prefill(mock)
    assert night.events == []


def _kill(*_: Any) -> Any:
    raise Killed
