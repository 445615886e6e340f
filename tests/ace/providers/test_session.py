"""The one path to a model, with the real SDKs against a server on loopback."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest

from ace import model_config
from ace.errors import (
    AnswerRefused,
    AnswerTruncated,
    BudgetReached,
    ConfigError,
    MalformedAnswer,
    NotInLedger,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
)
from ace.providers import structured
from ace.providers.asked import Asked, Rules, Run
from ace.providers.base import Caps, Message, Request
from ace.providers.session import Session
from ace.testing.fake_llm import FakeLLM, Fault

KEY = "sk-ant-canary-1234567890"
SCHEMA = {
    "title": "score",
    "type": "object",
    "additionalProperties": False,
    "required": ["score"],
    "properties": {"score": {"type": "integer", "enum": list(range(11))}},
}
FINE = Rules(lambda _: "")


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


class Desk:
    """Sessions of runs that share a ledger, all asking one fake server."""

    def __init__(self, folder: Path, llm: FakeLLM, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.llm = folder, llm
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.now = 0.0
        self._open: list[Session] = []
        monkeypatch.setenv("ANTHROPIC_BASE_URL", llm.anthropic_url)
        monkeypatch.setenv("OPENAI_BASE_URL", llm.openai_url)

    def session(self, run_id: str = "r1", **settings: Any) -> Session:
        run = Run(self.folder / run_id, run_id, "demo", self._event, self._wait, lambda: self.now)
        run.folder.mkdir(exist_ok=True)
        session = Session(model_config.DEFAULTS | settings, self.folder / "llm.db", run)
        self._open.append(session)
        return session

    def _wait(self, seconds: float) -> None:
        self.now += seconds

    def _event(self, kind: str, **fields: Any) -> None:
        self.events.append((kind, fields))

    def calls(self, run_id: str = "r1") -> list[Any]:
        return [orjson.loads(line) for line in (self.folder / run_id / "llm_calls.jsonl").read_bytes().splitlines()]

    def close(self) -> None:
        while self._open:
            self._open.pop().close()


@pytest.fixture
def llm():
    with FakeLLM() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, llm: FakeLLM, monkeypatch: pytest.MonkeyPatch):
    made = Desk(tmp_path, llm, monkeypatch)
    yield made
    made.close()


def asked(text: str = "rate it", provider: str = "anthropic", **changes: Any) -> Asked:
    model = {"anthropic": "claude-haiku-4-5", "openai": "gpt-5-mini"}[provider]
    request = Request(model, "Rate.", (Message("user", text),), SCHEMA, 100)
    return Asked(provider, request, structured.compiled(SCHEMA), "two", text, Caps())._replace(**changes)


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
def test_an_answer_is_paid_for_once_and_known_to_every_later_run(desk: Desk, llm: FakeLLM, provider: str):
    first = desk.session("r1").answer(asked(provider=provider), FINE)
    second = desk.session("r2").answer(asked(provider=provider), FINE)
    assert first == second
    assert 0 <= first["score"] <= 10
    assert len(llm.log.rows) == 1
    paid, hit = desk.calls("r1")[0], desk.calls("r2")[0]
    assert (paid["outcome"], paid["cached"], hit["outcome"], hit["cached"]) == ("ok", False, "hit", True)
    assert paid["cost_usd"] > 0
    assert paid["tokens"]["input"] > 0


def test_what_a_run_spent_is_what_its_calls_cost(desk: Desk):
    session = desk.session()
    for number in range(3):
        session.answer(asked(f"item {number}"), FINE)
    session.answer(asked("item 0"), FINE)
    spent = session.spending("two")
    assert (spent["llm_calls"], spent["llm_cached"], spent["models"]) == (3, 1, ["claude-haiku-4-5"])
    assert spent["cost_usd"] == pytest.approx(sum(call["cost_usd"] or 0 for call in desk.calls()), abs=1e-6)
    assert spent["price_source"].startswith("genai-prices")
    assert session.spending("three")["llm_calls"] == 0


def test_threads_with_the_same_question_ask_it_once(desk: Desk, llm: FakeLLM):
    session = desk.session()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: session.answer(asked(), FINE), range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert len(llm.log.rows) == 1


@pytest.mark.parametrize("kind", ["half_json", "wrong_shape"])
def test_an_unusable_answer_is_asked_once_more_with_what_was_wrong(desk: Desk, llm: FakeLLM, kind: str):
    llm.faults.add(Fault(kind, nth=(1,)))
    assert "score" in desk.session().answer(asked(), FINE)
    assert len(llm.log.rows) == 2
    assert "cannot be used" in llm.log.rows[1].text
    assert "cannot be used" not in llm.log.rows[0].text
    again = desk.session("r2").answer(asked(), FINE)
    assert "score" in again
    assert len(llm.log.rows) == 2


def test_a_question_that_is_never_answered_usably_fails_and_is_not_paid_for_again(desk: Desk, llm: FakeLLM):
    llm.faults.add(Fault("wrong_shape"))
    with pytest.raises(MalformedAnswer, match="also when asked again"):
        desk.session().answer(asked(), FINE)
    llm.faults.clear()
    with pytest.raises(MalformedAnswer):
        desk.session("r2").answer(asked(), FINE)
    assert len(llm.log.rows) == 2
    assert "score" in desk.session("r3", ledger="refresh").answer(asked(), FINE)


def test_a_phase_may_refuse_an_answer_that_fits_the_schema_and_mend_the_second(desk: Desk, llm: FakeLLM):
    rules = Rules(lambda answer: "too modest", lambda answer: {"score": 10, "was": answer["score"]})
    mended = desk.session().answer(asked(), rules)
    assert mended["score"] == 10
    assert "too modest" in llm.log.rows[1].text
    with pytest.raises(MalformedAnswer, match="too modest"):
        desk.session().answer(asked(), Rules(lambda answer: "too modest"))


@pytest.mark.parametrize(("kind", "error"), [("refusal", AnswerRefused), ("max_tokens", AnswerTruncated)])
def test_a_refused_or_cut_off_answer_is_kept_and_fails(desk: Desk, llm: FakeLLM, kind: str, error: type[Exception]):
    llm.faults.add(Fault(kind))
    for run_id in ("r1", "r2"):
        with pytest.raises(error):
            desk.session(run_id).answer(asked(), FINE)
    assert len(llm.log.rows) == 1


@pytest.mark.parametrize("fault", [Fault(429, first=2, retry_after=0), Fault(529, first=1), Fault(500, first=2)])
@pytest.mark.parametrize("provider", ["anthropic", "openai"])
def test_transient_refusals_are_tried_again_and_cost_nothing(desk: Desk, llm: FakeLLM, provider: str, fault: Fault):
    llm.faults.add(fault)
    session = desk.session()
    assert "score" in session.answer(asked(provider=provider), FINE)
    assert sum(llm.log.billed().values()) == 1
    assert session.spending("two")["llm_calls"] == 1
    assert [kind for kind, _ in desk.events] == ["asked_again"] * fault.first


@pytest.mark.parametrize("kind", ["reset", "cut"])
def test_a_broken_connection_is_tried_again_and_counts_as_possibly_billed(desk: Desk, llm: FakeLLM, kind: str):
    llm.faults.add(Fault(kind, nth=(1,)))
    session = desk.session()
    assert "score" in session.answer(asked(), FINE)
    spent = session.ledger.spent("r1")
    assert (spent.calls, spent.unknown) == (1, 1)
    assert spent.possible_usd > 0


def test_a_server_that_never_answers_is_given_up_after_the_configured_tries(desk: Desk, llm: FakeLLM):
    llm.faults.add(Fault("hang"))
    session = desk.session(timeout_s=0.1, attempts=2)
    with pytest.raises(Exception, match=r"(?i)time|answer"):
        session.answer(asked(), FINE)
    assert len(llm.log.rows) == 2


@pytest.mark.parametrize("kind", [401, 402, 403, "quota"])
@pytest.mark.parametrize("provider", ["anthropic", "openai"])
def test_key_and_money_troubles_end_the_run_at_once(desk: Desk, llm: FakeLLM, provider: str, kind: Any):
    llm.faults.add(Fault(kind))
    with pytest.raises(ProviderUnavailable) as error:
        desk.session().answer(asked(provider=provider), FINE)
    assert len(llm.log.rows) == 1
    assert error.value.exit_code == 69
    assert KEY not in error.value.message


def test_a_question_too_long_for_the_model_fails_alone(desk: Desk, llm: FakeLLM):
    llm.faults.add(Fault("context", contains="long one"))
    session = desk.session()
    with pytest.raises(RequestRefused):
        session.answer(asked("the long one"), FINE)
    assert "score" in session.answer(asked("another"), FINE)


def test_replay_never_asks(desk: Desk, llm: FakeLLM):
    answer = desk.session("r1").answer(asked(), FINE)
    replay = desk.session("r2", ledger="replay")
    assert replay.answer(asked(), FINE) == answer
    with pytest.raises(NotInLedger, match="new one"):
        replay.answer(asked("a new one"), FINE)
    assert len(llm.log.rows) == 1


def test_refresh_asks_anew_once_in_a_run_and_not_again_when_it_is_resumed(desk: Desk, llm: FakeLLM):
    desk.session("r1").answer(asked(), FINE)
    desk.session("r2", ledger="refresh").answer(asked(), FINE)
    desk.session("r2", ledger="refresh").answer(asked(), FINE)
    assert len(llm.log.rows) == 2


def test_twenty_calls_at_once_at_the_edge_never_pass_the_budget(desk: Desk, llm: FakeLLM):
    session = desk.session(concurrency=20)
    session.answer(asked("the first"), FINE)
    worst = session.sent(asked("item 0")).call.reserved_usd
    one_call = session.ledger.held("r1")
    cap = one_call + worst + 8 * one_call
    refused, barrier = [], threading.Barrier(20)

    def one(number: int) -> None:
        barrier.wait()
        try:
            session.answer(asked(f"item {number}", caps=Caps(run_usd=cap)), FINE)
        except BudgetReached as error:
            refused.append(error)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(one, range(20)))
    assert refused
    assert len(refused) < 20
    assert session.ledger.held("r1") <= cap
    assert len(llm.log.rows) == 1 + 20 - len(refused)
    assert "--run-id r1 --max-cost" in refused[0].hint


def test_a_phase_has_a_budget_of_its_own(desk: Desk):
    session = desk.session()
    worst = session.sent(asked()).call.reserved_usd
    session.answer(asked("dear", caps=Caps(phase_usd=worst * 1.2)), FINE)
    with pytest.raises(BudgetReached, match="phase two"):
        session.answer(asked("another", caps=Caps(phase_usd=session.ledger.held("r1") + worst / 2)), FINE)
    assert "score" in session.answer(asked("elsewhere", phase="three", caps=Caps(phase_usd=worst * 2)), FINE)


def test_a_budget_with_an_unknown_price_is_refused_before_anything_is_sent(desk: Desk, llm: FakeLLM):
    strange = asked(caps=Caps(run_usd=1.0))
    strange = strange._replace(request=strange.request._replace(model="nobody-knows-1"))
    with pytest.raises(ConfigError, match="nobody-knows-1"):
        desk.session().answer(strange, FINE)
    assert not llm.log.rows
    assert "score" in desk.session("r2", price_input=1.0, price_output=2.0).answer(strange, FINE)


def test_when_tries_are_used_up_the_transient_error_remains(desk: Desk, llm: FakeLLM):
    llm.faults.add(Fault(429, retry_after=0))
    with pytest.raises((RateLimited, ProviderUnavailable)):
        desk.session(attempts=2).answer(asked(), FINE)


def test_embeddings_go_the_same_way(desk: Desk, llm: FakeLLM):
    texts = [f"text {number}" for number in range(70)]
    first = desk.session("r1").embed(texts, "openai", "text-embedding-3-small", "two", Caps())
    second = desk.session("r2").embed(texts, "openai", "text-embedding-3-small", "two", Caps())
    assert first == second
    assert len(first) == 70
    assert len(llm.log.rows) == 2


def test_the_key_is_nowhere_on_disk(desk: Desk, llm: FakeLLM):
    llm.faults.add(Fault(401, nth=(2,)))
    session = desk.session()
    session.answer(asked(), FINE)
    with pytest.raises(ProviderUnavailable):
        session.answer(asked("another"), FINE)
    desk.close()
    files = [path for path in desk.folder.rglob("*") if path.is_file()]
    assert len(files) >= 2
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert KEY not in repr(desk.events)
