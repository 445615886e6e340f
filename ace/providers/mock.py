"""A model that says what a script tells it to, without a network: for tests, demonstrations and rehearsals.

The script is JSON, a list of rules or {"rules": […], "latency_s": 0.2, "log": "calls.jsonl"}, or a rule on each line:

    {"contains": "poison", "answer": "I would rather not.", "stop": "refusal"}
    {"system": "Rate these", "regex": "chip|budget", "answer": {"score": 7}}
    {"schema": "tier2", "first": 1, "fault": 429, "retry_after": 1}

A rule chooses by text in the conversation (`contains`, `regex`), in the instructions (`system`), by the title or $id
of the schema (`schema`, or `phase`, which is the same) and by attempt (`first`: only the first so many of the same
question); the first rule that fits decides. `answer` is text, or JSON; `fault` an HTTP status, "timeout", or a way to
spoil the answer: half_json, wrong_shape, fenced, empty, refusal, max_tokens. Where no rule fits, the answer is made up:
an instance of the schema, the same for the same question, with the ids of the items that the question lists.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ace import jsonio
from ace.errors import ConfigError, ConnectionFailed
from ace.providers import bodies, failures
from ace.providers.base import END, Message, Raw, Reply, Request, Usage
from ace.providers.pretended import SPOILED, invented, spoiled, vector
from ace.records import Data, Json

CHARS_PER_TOKEN = 4
DIMENSIONS = 64


class Rule(NamedTuple):
    """What to answer when everything that is set here is found; see above."""

    contains: str = ""
    regex: str = ""
    system: str = ""
    schema: str = ""
    first: int = 0
    answer: Json = None
    stop: str = END
    fault: int | str = ""
    retry_after: float | None = None
    model: str = ""


class Script(NamedTuple):
    """`say` (body) -> text stands before the rules; None leaves it to them. `log` gets a line for every request."""

    rules: tuple[Rule, ...] = ()
    latency_s: float = 0.0
    log: Path | None = None
    say: Callable[[Data], str | None] | None = None


class Mock:
    """`base.Provider`. `sent` counts the requests by their bodies."""

    name = "mock"
    base_url = "mock:"

    def __init__(self, script: Script = Script()) -> None:  # noqa: B008  (immutable)
        self._script = script
        self._lock = threading.Lock()
        self.sent: Counter[str] = Counter()

    def wire(self, request: Request) -> Data:
        body: Data = {"model": request.model, "max_tokens": request.max_tokens, "system": request.system}
        body["messages"] = [_message(one) for one in request.messages]
        if request.schema is not None:
            body["schema"] = dict(request.schema)
        if request.temperature is not None:
            body["temperature"] = request.temperature
        return body

    def send(self, body: Data, timeout_s: float) -> Raw:
        key, attempt = self._note(body)
        if self._script.latency_s:
            time.sleep(self._script.latency_s)
        asked = "\n".join(one["text"] for one in body["messages"])
        rule = next((rule for rule in self._script.rules if _fits(rule, body, asked, attempt)), Rule())
        _fail(rule)
        text = self._script.say(body) if self._script.say else None
        if text is None:
            text = _said(rule.answer) if rule.answer is not None else invented(body.get("schema"), key, asked)
        text, stop = spoiled(text, str(rule.fault)) if rule.fault else (text, rule.stop)
        tokens = -(-len(asked + body["system"]) // CHARS_PER_TOKEN), -(-len(text) // CHARS_PER_TOKEN)
        return Raw(jsonio.dumps({"text": text, "stop": stop, "tokens": tokens, "model": body["model"]}))

    def read(self, body: bytes) -> Reply:
        answer = bodies.parsed(body)
        if "text" not in answer or "stop" not in answer:
            raise bodies.unlike("an answer of the mock", body)
        tokens = answer.get("tokens")
        usage = Usage(*map(bodies.number, tokens[:2] if isinstance(tokens, list) else ()))
        return Reply(str(answer["text"]), str(answer["stop"]), usage, str(answer.get("model") or ""))

    def embedding_wire(self, model: str, texts: Sequence[str]) -> Data:
        return {"model": model, "texts": list(texts)}

    def send_embedding(self, body: Data, timeout_s: float) -> Raw:
        self._note(body)
        vectors = [vector(text, DIMENSIONS) for text in body["texts"]]
        return Raw(jsonio.dumps({"vectors": vectors, "tokens": sum(map(len, body["texts"])) // CHARS_PER_TOKEN}))

    def read_embedding(self, body: bytes) -> tuple[list[list[float]], Usage]:
        answer = bodies.parsed(body)
        if not isinstance(answer.get("vectors"), list):
            raise bodies.unlike("a list of embeddings", body)
        return [bodies.floats(one) for one in answer["vectors"]], Usage(bodies.number(answer.get("tokens")))

    def _note(self, body: Data) -> tuple[str, int]:
        """The request's key, and how often it has come, this time included."""
        key = jsonio.sha256(jsonio.dumps(body))
        with self._lock:
            self.sent[key] += 1
            if self._script.log:
                with self._script.log.open("ab") as file:
                    file.write(jsonio.line({"key": key, "body": body}))
            return key, self.sent[key]


def load(path: Path) -> Script:
    """Read a script. Raises ConfigError naming the file and what is wrong with it."""
    try:
        text = path.read_text("utf-8")
        rules, options = _parts(text)
        log = path.parent / options["log"] if options.get("log") else None
        return Script(tuple(map(_rule, rules)), float(options.get("latency_s", 0)), log)
    except (OSError, ValueError, TypeError, re.error) as error:
        message = f"mock script {path}: {error}"
        raise ConfigError(message) from error


def _parts(text: str) -> tuple[list[Mapping[str, Json]], Mapping[str, Json]]:
    """Rules and options, from JSON or from JSON lines."""
    try:
        content = jsonio.loads(text)
    except ValueError:
        content = [jsonio.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(content, dict) and "rules" in content:
        return content["rules"], content
    return (content if isinstance(content, list) else [content]), {}


def _rule(said: Mapping[str, Json]) -> Rule:
    fields = dict(said)
    if "phase" in fields:
        fields["schema"] = fields.pop("phase")
    rule = Rule(**fields)
    re.compile(rule.regex)
    if isinstance(rule.fault, str) and rule.fault not in ("", "timeout", *SPOILED):
        message = f"unknown fault {rule.fault!r}; an HTTP status, timeout, {', '.join(SPOILED)}"
        raise ValueError(message)
    return rule


def _fits(rule: Rule, body: Data, asked: str, attempt: int) -> bool:
    schema = body.get("schema") or {}
    names = {str(schema.get("title", "")), *re.split(r"[:/]", str(schema.get("$id", "")))}
    return (
        rule.contains in asked
        and rule.system in body["system"]
        and rule.model in ("", body["model"])
        and (not rule.schema or rule.schema in names)
        and (not rule.first or attempt <= rule.first)
        and (not rule.regex or re.search(rule.regex, asked) is not None)
    )


def _fail(rule: Rule) -> None:
    if isinstance(rule.fault, int):
        raise failures.of_status("mock", rule.fault, "scripted", retry_after=rule.retry_after)
    if rule.fault == "timeout":
        raise ConnectionFailed("mock: scripted timeout")


def _said(answer: Json) -> str:
    return answer if isinstance(answer, str) else jsonio.dumps(answer).decode()


def _message(message: Message) -> Data:
    return {"role": message.role, "text": message.text, "images": [bodies.base64_of(one) for one in message.images]}
