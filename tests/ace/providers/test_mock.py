"""The mock provider says what its script tells it to, and makes up the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ace import errors
from ace.errors import ConfigError, MalformedAnswer
from ace.providers.base import END, MAX_TOKENS, REFUSAL, Image, Message, Reply, Request
from ace.providers.mock import Mock, Rule, Script, load

SCHEMA: dict[str, Any] = {
    "title": "tier2",
    "type": "object",
    "properties": {"score": {"enum": list(range(11))}, "why": {"type": "string", "minLength": 50, "maxLength": 60}},
    "required": ["score", "why"],
}


def ask(provider: Mock, text: str = "x", **fields: Any) -> Reply:
    given = {"model": "mock", "system": "Rate it.", "messages": (Message("user", text),), **fields}
    return provider.read(provider.send(provider.wire(Request(**given)), 1.0).body)


def scripted(*rules: Rule) -> Mock:
    return Mock(Script(rules))


def test_without_a_script_answers_fit_the_schema_and_repeat() -> None:
    replies = [ask(provider, text, schema=SCHEMA) for text in ("x", "y") for provider in (Mock(), Mock())]
    for reply in replies:
        jsonschema.validate(json.loads(reply.text), SCHEMA)
        assert (reply.stop, reply.model) == (END, "mock")
        assert reply.usage.input > 0 < reply.usage.output
    assert replies[0] == replies[1] != replies[2]
    assert ask(Mock()).text.endswith(".")


def test_rules_choose_by_what_is_asked() -> None:
    provider = scripted(
        Rule(contains="poison", answer="no", stop=REFUSAL),
        Rule(regex=r"chip\w+", answer="chips"),
        Rule(system="Translate", answer="oui"),
        Rule(model="other", answer="other"),
        Rule(schema="tier2", answer={"score": 3}),
        Rule(answer="else"),
    )
    assert ask(provider, "some poison")[:2] == ("no", REFUSAL)
    assert ask(provider, "chipsets").text == "chips"
    assert ask(provider, system="Translate this").text == "oui"
    assert ask(provider, model="other").text == "other"
    assert json.loads(ask(provider, schema=SCHEMA).text) == {"score": 3}
    assert json.loads(ask(provider, schema={"$id": "ace:news/tier2/1"}).text) == {"score": 3}
    assert ask(provider).text == "else"


def test_text_in_the_instructions_is_no_text_of_the_conversation() -> None:
    assert ask(scripted(Rule(contains="poison", answer="no")), system="poison").text != "no"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (429, errors.RateLimited),
        (529, errors.Overloaded),
        (500, errors.ServerFailed),
        (401, errors.ProviderUnavailable),
        (400, errors.RequestRefused),
        ("timeout", errors.ConnectionFailed),
    ],
)
def test_faults_are_the_errors_of_a_real_service(fault: int | str, expected: type[errors.AceError]) -> None:
    with pytest.raises(expected) as caught:
        ask(scripted(Rule(fault=fault, retry_after=3)))
    if fault == 429:
        assert caught.value.retry_after == 3


def test_a_fault_of_the_first_attempts_goes_away() -> None:
    provider = scripted(Rule(first=2, fault=500), Rule(answer="at last"))
    for _ in range(2):
        with pytest.raises(errors.ServerFailed):
            ask(provider)
    assert ask(provider).text == "at last"
    with pytest.raises(errors.ServerFailed):
        ask(provider, "another question")
    assert sorted(provider.sent.values()) == [1, 3]


@pytest.mark.parametrize(
    ("fault", "stop"),
    [("half_json", END), ("wrong_shape", END), ("empty", END), ("max_tokens", MAX_TOKENS), ("refusal", REFUSAL)],
)
def test_spoiled_answers(fault: str, stop: str) -> None:
    reply = ask(scripted(Rule(fault=fault)), schema=SCHEMA)
    assert reply.stop == stop
    with pytest.raises((ValueError, jsonschema.ValidationError)):
        jsonschema.validate(json.loads(reply.text), SCHEMA)


def test_a_function_may_answer() -> None:
    provider = Mock(Script(say=lambda body: body["messages"][0]["text"].upper()))
    assert ask(provider, "loud").text == "LOUD"


def test_a_script_is_json_or_lines_of_it(tmp_path: Path) -> None:
    rules = [{"contains": "a", "answer": "A"}, {"phase": "tier2", "answer": {"score": 1}}]
    listed, lines, full = tmp_path / "list.json", tmp_path / "lines.jsonl", tmp_path / "full.json"
    listed.write_text(json.dumps(rules))
    lines.write_text("\n".join(map(json.dumps, rules)) + "\n")
    full.write_text(json.dumps({"rules": rules, "log": "calls.jsonl"}))
    for path in (listed, lines, full):
        assert ask(Mock(load(path)), "has an a").text == "A"
        assert ask(Mock(load(path)), "no", schema=SCHEMA).text == '{"score":1}'
    calls = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    assert [call["body"]["messages"][0]["text"] for call in calls] == ["has an a", "no"]
    assert len({call["key"] for call in calls}) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "mock script"),
        ('[{"contain": "typo"}]', "contain"),
        ('[{"regex": "("}]', "mock script"),
        ('[{"fault": "typo"}]', "unknown fault"),
        ('{"rules": [1]}', "mock script"),
    ],
)
def test_a_script_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        load(path)
    with pytest.raises(ConfigError, match="nowhere"):
        load(tmp_path / "nowhere.json")


def test_pictures_are_part_of_the_question() -> None:
    replies = {
        ask(Mock(), messages=(Message("user", "x", (Image(content, "image/png"),)),)).text for content in (b"a", b"b")
    }
    assert len(replies) == 2


def test_embeddings_depend_on_their_text_only() -> None:
    provider = Mock()
    one, usage = provider.read_embedding(provider.send_embedding(provider.embedding_wire("m", ["a", "b"]), 1.0).body)
    two, _ = provider.read_embedding(provider.send_embedding(provider.embedding_wire("m", ["b"]), 1.0).body)
    assert one[1] == two[0] != one[0]
    assert sum(x * x for x in one[0]) == pytest.approx(1)
    assert usage.output == 0


def test_a_body_that_is_no_answer_is_malformed() -> None:
    for body in (b"", b"{}", b"[]"):
        with pytest.raises(MalformedAnswer):
            Mock().read(body)
