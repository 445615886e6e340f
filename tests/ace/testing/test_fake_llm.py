"""The fake service speaks what the real SDKs expect, breaks as it is told to, and its log says what happened."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from ace.testing.fake_llm import FakeLLM, Fault
from ace.testing.fake_llm.limits import Limits

anthropic = pytest.importorskip("anthropic")
openai = pytest.importorskip("openai")
jsonschema = pytest.importorskip("jsonschema")
httpx2 = pytest.importorskip("httpx2")

ROOT = Path(__file__).resolve().parents[3]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["score", "why", "tags"],
    "additionalProperties": False,
    "properties": {
        "score": {"type": "integer", "enum": list(range(11))},
        "why": {"type": "string", "minLength": 40, "maxLength": 90},
        "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "minItems": 3, "uniqueItems": True},
    },
    "$defs": {"tag": {"enum": ["a", "b", "c", "d"]}},
}
NATIVE = {"format": {"type": "json_schema", "schema": SCHEMA}}
STRICT = {"type": "json_schema", "json_schema": {"name": "s", "schema": SCHEMA, "strict": True}}

HTTP = httpx2.Client()  # reading the machine's certificates takes longer than any test here


def claude(llm: FakeLLM, **options: Any) -> Any:
    fixed = {"api_key": "key", "max_retries": 0, "http_client": HTTP}
    return anthropic.Anthropic(base_url=llm.anthropic_url, **{**fixed, **options})


def gpt(llm: FakeLLM, **options: Any) -> Any:
    fixed = {"api_key": "key", "max_retries": 0, "http_client": HTTP}
    return openai.OpenAI(base_url=llm.openai_url, **{**fixed, **options})


def ask(llm: FakeLLM, text: str = "x", **options: Any) -> Any:
    messages = [{"role": "user", "content": text}]
    body = {"model": "m", "max_tokens": 99, "messages": messages, "output_config": NATIVE, **options}
    return claude(llm).messages.create(**body)


def chat(llm: FakeLLM, text: str = "x", **options: Any) -> Any:
    messages = [{"role": "user", "content": text}]
    return gpt(llm).chat.completions.create(
        **{"model": "m", "messages": messages, "response_format": STRICT, **options}
    )


def check(text: str | None) -> None:
    jsonschema.validate(json.loads(text or ""), SCHEMA)


# What it answers


def test_both_wires_answer_by_the_schema_and_the_same_to_the_same_question() -> None:
    with FakeLLM() as llm:
        texts = [ask(llm, text).content[0].text for text in ("x", "x", "y")]
        texts += [chat(llm, text).choices[0].message.content for text in ("x", "x", "y")]
    for text in texts:
        check(text)
    assert texts[0] == texts[1] != texts[2]
    assert texts[3] == texts[4] != texts[5]


def test_a_forced_tool_is_used_on_both_wires() -> None:
    with FakeLLM() as llm:
        tool = {"name": "give", "description": "d", "input_schema": SCHEMA}
        used = ask(llm, tools=[tool], tool_choice={"type": "tool", "name": "give"}, output_config={})
        function = {"type": "function", "function": {"name": "give", "parameters": SCHEMA}}
        forced = {"type": "function", "function": {"name": "give"}}
        called = chat(llm, tools=[function], tool_choice=forced, response_format={"type": "text"})
    assert used.stop_reason == "tool_use"
    check(json.dumps(used.content[0].input))
    check(called.choices[0].message.tool_calls[0].function.arguments)


def test_a_schema_in_the_instructions_is_obeyed() -> None:
    words = f"Answer with JSON. It must fit {json.dumps(SCHEMA)} and nothing else."
    with FakeLLM() as llm:
        check(ask(llm, system=words, output_config={}).content[0].text)
        messages = [{"role": "system", "content": words}, {"role": "user", "content": "x"}]
        check(chat(llm, messages=messages, response_format={"type": "json_object"}).choices[0].message.content)


def test_a_test_can_say_the_answer_itself() -> None:
    with FakeLLM(say=lambda api, body: f"{api} for {body['model']}" if body["model"] == "m" else None) as llm:
        assert ask(llm, output_config={}).content[0].text == "messages for m"
        check(ask(llm, model="n").content[0].text)


@pytest.mark.parametrize("options", [{}, {"encoding_format": "float"}, {"dimensions": 5}])
def test_embeddings_depend_on_their_text_only(options: dict[str, Any]) -> None:
    with FakeLLM() as llm:
        vectors = [
            [row.embedding for row in gpt(llm).embeddings.create(model="e", input=texts, **options).data]
            for texts in (["a", "b"], ["b", "a"])
        ]
    assert vectors[0][0] == vectors[1][1] != vectors[0][1]
    assert len(vectors[0][0]) == options.get("dimensions", 8)
    assert sum(x * x for x in vectors[0][0]) == pytest.approx(1, abs=1e-6)


def test_a_marked_prefix_is_written_once_and_then_read_from_the_cache() -> None:
    system = [{"type": "text", "text": "s" * 8000, "cache_control": {"type": "ephemeral"}}]
    with FakeLLM() as llm:
        usages = [ask(llm, text, system=system).usage for text in "ab"]
        long = [{"role": "system", "content": "s" * 8000}, {"role": "user", "content": "x"}]
        cached = [chat(llm, messages=long, seed=n).usage for n in (1, 2)]
    assert [(one.cache_creation_input_tokens, one.cache_read_input_tokens) for one in usages] == [(2000, 0), (0, 2000)]
    assert all(one.input_tokens < 100 for one in usages)
    assert all(one.prompt_tokens >= 2000 for one in cached)
    assert cached[1].prompt_tokens_details.cached_tokens == 2000


# What goes wrong


@pytest.mark.parametrize(
    ("kind", "error", "statuses"),
    [
        (429, "RateLimitError", (429, 429)),
        (529, "InternalServerError", (529, 529)),
        (500, "InternalServerError", (500, 500)),
        (503, "InternalServerError", (503, 503)),
        (401, "AuthenticationError", (401, 401)),
        (403, "PermissionDeniedError", (403, 403)),
        ("context", "BadRequestError", (400, 400)),
        ("quota", "APIStatusError", (402, 429)),
    ],
)
def test_refusals_reach_the_sdks_and_are_not_billed(kind: Any, error: str, statuses: tuple[int, int]) -> None:
    with FakeLLM(faults=[Fault(kind)]) as llm:
        with pytest.raises(getattr(anthropic, error)) as one:
            ask(llm)
        with pytest.raises(getattr(openai, error)) as other:
            chat(llm)
        assert (one.value.status_code, other.value.status_code) == statuses
        assert not llm.log.billed()
        assert llm.log.wasted() == 2
        if kind == "quota":
            assert other.value.code == "insufficient_quota"


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_comes_in_seconds_or_as_a_date(as_date: bool) -> None:
    with FakeLLM(faults=[Fault(429, retry_after=30, as_date=as_date)]) as llm:
        with pytest.raises(anthropic.RateLimitError) as caught:
            ask(llm)
        said = caught.value.response.headers["retry-after"]
    assert parsedate_to_datetime(said) if as_date else said == "30"


@pytest.mark.parametrize("kind", ["half_json", "wrong_shape", "fenced", "empty", "refusal", "max_tokens"])
def test_unusable_answers_are_billed_on_both_wires(kind: str) -> None:
    with FakeLLM(faults=[Fault(kind)]) as llm:
        left, right = ask(llm), chat(llm).choices[0]
        assert len(llm.log.billed()) == 2
    said = {"refusal": "refusal", "max_tokens": "max_tokens"}
    assert left.stop_reason == said.get(kind, "end_turn")
    assert right.finish_reason == ("length" if kind == "max_tokens" else "stop")
    assert bool(right.message.refusal) == (kind == "refusal")
    for text in (left.content[0].text if left.content else "", right.message.content):
        with pytest.raises((ValueError, jsonschema.ValidationError)):
            check(text)


@pytest.mark.parametrize("kind", ["reset", "cut"])
def test_an_answer_lost_on_the_way_is_billed_but_not_delivered(kind: str) -> None:
    with FakeLLM(faults=[Fault(kind, first=1)]) as llm:
        for call, lost in ((ask, anthropic.APIConnectionError), (chat, openai.APIConnectionError)):
            llm.log.clear()
            with pytest.raises(lost):
                call(llm)
            call(llm)
            assert [(row.billed, row.delivered) for row in llm.log.rows] == [(True, False), (True, True)]
            llm.log.check_nothing_asked_twice()
            with pytest.raises(AssertionError, match="billed more than once"):
                llm.log.check_billed_once()


def test_a_hang_lasts_until_the_client_goes() -> None:
    with FakeLLM(faults=[Fault("hang")]) as llm:
        with pytest.raises(anthropic.APITimeoutError):
            claude(llm, timeout=0.2).messages.create(
                model="m", max_tokens=9, messages=[{"role": "user", "content": "x"}]
            )
        assert not llm.log.billed()


def test_rules_choose_by_text_api_order_attempt_and_number() -> None:
    rules = [
        Fault("refusal", contains="poison"),
        Fault(500, api="chat"),
        Fault(503, nth=(3,)),
        Fault(429, contains="again", first=2),
        Fault(529, contains="once", at_most=1),
    ]
    with FakeLLM(faults=rules) as llm:
        assert ask(llm, "poison").stop_reason == "refusal"
        with pytest.raises(openai.InternalServerError):
            chat(llm)
        statuses = []
        for text in ("third", "again", "again", "again", "once 1", "once 2"):
            try:
                statuses.append(ask(llm, text) and 200)
            except anthropic.APIStatusError as error:
                statuses.append(error.status_code)
    assert statuses == [503, 429, 429, 200, 529, 200]


def test_a_share_of_the_requests_is_the_same_share_every_time() -> None:
    def failed() -> list[int]:
        with FakeLLM(faults=[Fault(500, share=0.3)]) as llm:
            for n in range(40):
                with suppress(anthropic.InternalServerError):
                    ask(llm, f"question {n}")
            return [row.number for row in llm.log.rows if row.status == 500]

    first = failed()
    assert first == failed()
    assert 4 <= len(first) <= 20


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        FakeLLM(faults=[Fault("typo")])


def test_a_server_that_lacks_something_says_so() -> None:
    with FakeLLM(without=["json_schema"]) as llm:
        with pytest.raises(openai.InternalServerError):
            chat(llm)
        chat(llm, response_format={"type": "json_object"})


def test_one_key_is_let_in() -> None:
    with FakeLLM(key="key") as llm:
        ask(llm)
        with pytest.raises(anthropic.AuthenticationError):
            claude(llm, api_key="other").messages.create(
                model="m", max_tokens=9, messages=[{"role": "user", "content": "x"}]
            )


# Limits


def test_no_second_of_any_kind_has_more_requests_than_allowed() -> None:
    limits = Limits(rate=3, at_once=0, tokens_per_minute=0)
    times = [0.0, 0.25, 0.5, 0.75, 1.0, 1.125, 1.25, 1.5, 1.75, 2.0]
    assert [limits.admits(now, 1, 1) for now in times] == [
        True,
        True,
        True,
        False,
        True,
        False,
        True,
        True,
        False,
        True,
    ]


def test_tokens_and_requests_at_once_are_limited() -> None:
    limits = Limits(rate=0, at_once=2, tokens_per_minute=100)
    assert [limits.admits(0.0, n, 40) for n in (1, 2, 3)] == [True, True, False]
    assert not limits.admits(59.0, 1, 40)
    assert limits.admits(61.0, 1, 40)


def test_above_the_rate_comes_429_and_headers_say_what_is_left() -> None:
    with FakeLLM(rate=2, retry_after=7) as llm:
        first = claude(llm).messages.with_raw_response.create(
            model="m", max_tokens=9, messages=[{"role": "user", "content": "x"}]
        )
        assert first.headers["anthropic-ratelimit-requests-remaining"] == "1"
        assert first.headers["anthropic-ratelimit-requests-limit"] == "120"
        raw = gpt(llm).chat.completions.with_raw_response.create(model="m", messages=[])
        assert raw.headers["x-ratelimit-remaining-requests"] in "01"
        refused = []
        for n in range(6):  # more than two in one second, however slow the machine
            try:
                ask(llm, str(n))
            except anthropic.RateLimitError as error:
                refused.append(error.response.headers["retry-after"])
        assert not refused or set(refused) == {"7"}


def test_many_at_once_are_all_answered() -> None:
    with FakeLLM(latency_s=0.05) as llm, ThreadPoolExecutor(64) as pool:
        client = gpt(llm)
        ready = threading.Barrier(64)

        def one(n: int) -> str:
            ready.wait()
            messages = [{"role": "user", "content": str(n)}]
            return client.chat.completions.create(model="m", messages=messages).choices[0].message.content

        assert len(set(pool.map(one, range(64)))) == 64
        llm.log.check_billed_once(64)
        assert llm.log.stats()["most_in_flight"] > 8


# The log


def test_asking_again_after_delivery_is_found() -> None:
    with FakeLLM() as llm:
        ask(llm)
        llm.log.check_nothing_asked_twice()
        llm.log.check_billed_once(1)
        with pytest.raises(AssertionError, match="not 2"):
            llm.log.check_billed_once(2)
        ask(llm)
        with pytest.raises(AssertionError, match="asks again what 1 had answered"):
            llm.log.check_nothing_asked_twice()


def test_the_log_keeps_what_was_asked_and_no_key() -> None:
    with FakeLLM() as llm:
        ask(llm, "the canary")
        row = llm.log.rows[0]
    assert "the canary" in row.text
    assert (row.api, row.model, row.status, row.billed, row.delivered) == ("messages", "m", 200, True, True)
    assert '"key"' not in row.text


# Batches


def params(text: str) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": text}], "output_config": NATIVE}


def line(custom_id: str, text: str) -> str:
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    return json.dumps({"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": body})


def test_a_batch_of_messages_from_handing_in_to_rows_in_any_order() -> None:
    rules = [Fault("expired", contains="row-3"), Fault("errored", contains="row-4"), Fault("refusal", contains="row-5")]
    with FakeLLM(batch_delay_s=3600, faults=rules) as llm:
        batches = claude(llm).messages.batches
        made = batches.create(requests=[{"custom_id": f"row-{n}", "params": params(f"q {n}")} for n in range(8)])
        assert batches.retrieve(made.id).processing_status == "in_progress"
        assert not llm.log.rows
        llm.finish_batches()
        assert batches.retrieve(made.id).request_counts.succeeded == 6
        rows = list(batches.results(made.id))
        assert {row.custom_id: row.result.type for row in rows} == {
            f"row-{n}": {3: "expired", 4: "errored"}.get(n, "succeeded") for n in range(8)
        }
        assert [row.custom_id for row in rows] != sorted(row.custom_id for row in rows)
        assert [one.id for one in batches.list()] == llm.batches == [made.id]
        assert len(llm.log.billed()) == 6
        ask(llm, "q 0", max_tokens=9)
        with pytest.raises(AssertionError, match="asks again"):  # a row has the key of the same request sent alone
            llm.log.check_nothing_asked_twice()


def test_custom_ids_must_be_unique_and_plain() -> None:
    with FakeLLM() as llm:
        for names in (["a", "a"], ["a b"], ["x" * 65]):
            with pytest.raises(anthropic.BadRequestError):
                claude(llm).messages.batches.create(
                    requests=[{"custom_id": name, "params": params("q")} for name in names]
                )


def test_an_openai_batch_has_an_output_file_and_an_error_file() -> None:
    with FakeLLM(faults=[Fault("expired", contains="row-1")]) as llm:
        client = gpt(llm)
        content = "\n".join(line(f"row-{n}", f"q {n}") for n in range(3)).encode()
        file = client.files.create(file=("b.jsonl", content), purpose="batch")
        made = client.batches.create(
            input_file_id=file.id,
            endpoint="/v1/chat/completions",
            completion_window="24h",
            metadata={"run": "r"},
        )
        batch = client.batches.retrieve(made.id)
        good = [json.loads(row) for row in client.files.content(batch.output_file_id).text.splitlines()]
        bad = [json.loads(row) for row in client.files.content(batch.error_file_id).text.splitlines()]
        assert [row["custom_id"] for row in bad] == ["row-1"]
        assert bad[0]["error"]["code"] == "batch_expired"
        assert {row["custom_id"] for row in good} == {"row-0", "row-2"}
        assert good[0]["response"]["body"]["choices"][0]["message"]["content"]
        assert (batch.status, batch.metadata, batch.request_counts.completed) == ("expired", {"run": "r"}, 2)
        assert [one.id for one in client.batches.list()] == [made.id]
        assert sum(row.delivered for row in llm.log.rows) == 2


def test_a_cancelled_batch_bills_nothing() -> None:
    with FakeLLM(batch_delay_s=3600) as llm:
        batches = claude(llm).messages.batches
        made = batches.create(requests=[{"custom_id": "a", "params": params("q")}])
        batches.cancel(made.id)
        assert [row.result.type for row in batches.results(made.id)] == ["canceled"]
        assert not llm.log.rows


def test_a_batch_whose_id_got_lost_exists() -> None:
    with FakeLLM(batch_delay_s=3600, faults=[Fault("reset", api="POST batches", first=1), Fault(429)]) as llm:
        batches = claude(llm).messages.batches
        with pytest.raises(anthropic.APIConnectionError):
            batches.create(requests=[{"custom_id": "a", "params": params("q")}])
        assert len(list(batches.list())) == 1  # and a rule that names no API leaves the list alone
        assert [row.api for row in llm.log.others] == ["POST batches", "GET batches"]


# In a process of its own


def test_it_serves_another_process(tmp_path: Path) -> None:
    rules, log = tmp_path / "rules.json", tmp_path / "log.jsonl"
    rules.write_text(json.dumps([{"kind": "refusal", "contains": "poison"}]))
    command = [sys.executable, "-m", "ace.testing.fake_llm", "--faults", str(rules), "--log", str(log)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        where = json.loads(process.stdout.readline())
        client = anthropic.Anthropic(api_key="key", base_url=where["anthropic"], max_retries=0)
        reply = client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "poison"}])
        with urllib.request.urlopen(where["url"] + "/stats") as answer:
            stats = json.load(answer)
    finally:
        process.terminate()
        process.communicate()
    assert reply.stop_reason == "refusal"
    assert (stats["requests"], stats["delivered"], stats["faults"]) == (1, 1, {"refusal": 1})
    assert json.loads(log.read_text())["billed"] is True
    assert process.returncode == 0
