"""Which answer a request gets, and when."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any, NamedTuple

from ace.providers.pretended import invented, spoiled
from ace.testing.fake_llm import answer, batch_wires, chat, embed, messages
from ace.testing.fake_llm.answer import Answer, Body, Wire
from ace.testing.fake_llm.batches import Batches, Result, Row
from ace.testing.fake_llm.connection import Asked, Connection
from ace.testing.fake_llm.faults import Fault, Faults
from ace.testing.fake_llm.limits import Limits
from ace.testing.fake_llm.log import Log, Seen, as_json

QUESTIONS: dict[str, Wire] = {
    "/v1/messages": messages.WIRE,
    "/v1/chat/completions": chat.WIRE,
    "/v1/embeddings": embed.OPENAI,
    "/v2/embed": embed.COHERE,
}
WIRES = {wire.api: wire for wire in QUESTIONS.values()}
LACKING = {"json_schema": 500, "json_object": 400, "tools": 400}  # what a compatible server answers that has it not


class Setup(NamedTuple):
    """How the service behaves; 0 means no limit.

    latency_s          from a request to its answer; refusals come at once
    rate               requests in any second; more are answered 429 with `retry_after` seconds
    at_once            requests in flight; more are answered 429
    tokens_per_minute  of the prompts
    batch_delay_s      from handing in a batch to its end; see also FakeLLM.finish_batches
    without            of json_schema, json_object, tools: what a compatible server lacks
    key                the only API key that is let in; "" lets in everybody
    say                (api, body) -> the text of the answer, or None for the usual one
    """

    latency_s: float = 0.0
    rate: float = 0
    at_once: int = 0
    tokens_per_minute: int = 0
    retry_after: float = 1.0
    batch_delay_s: float = 0.0
    without: frozenset[str] = frozenset()
    key: str = ""
    say: Callable[[str, Body], str | None] | None = None


class Service:
    """Everything apart from sockets. `later` calls a function after so many seconds."""

    def __init__(
        self, setup: Setup, faults: Faults, log: Log, later: Callable[[float, Callable[[], None]], Any]
    ) -> None:
        self.address = ""
        self.faults, self.log = faults, log
        self.batches = Batches(setup.batch_delay_s, self._row, time.monotonic)
        self._setup, self._later = setup, later
        self._limits = Limits(setup.rate, setup.at_once, setup.tokens_per_minute)
        self._in_flight = 0
        self._prefixes: set[str] = set()

    def handle(self, asked: Asked, line: Connection) -> None:
        wire = QUESTIONS.get(asked.path)
        try:
            if wire and asked.method == "POST":
                self._question(wire, asked, line)
            else:
                self._other(asked, line)
        except (ValueError, KeyError, TypeError, AttributeError) as error:  # a request that no service would take
            line.send(400, (wire or chat.WIRE).error(400, f"cannot be read: {error!r}", ""))

    def _question(self, wire: Wire, asked: Asked, line: Connection) -> None:
        body = asked.json()
        row = self.log.arrived(wire.api, answer.key_of(wire.api, body), body)
        row.input_tokens = answer.asked_tokens(body)
        if self._setup.key and self._setup.key not in asked.headers.get(
            "authorization", asked.headers.get("x-api-key", "")
        ):
            return self._refuse(wire, row, line, Fault(401, message="invalid x-api-key"))
        if not self._limits.admits(time.monotonic(), self._in_flight + 1, row.input_tokens):
            return self._refuse(wire, row, line, Fault(429, retry_after=self._setup.retry_after), "limit")
        fault = self._pick(row, asked.raw.decode()) or self._lacking(wire, body)
        kind = fault.kind if fault else ""
        if fault and (isinstance(kind, int) or kind in ("quota", "context")):
            return self._refuse(wire, row, line, fault)
        row.fault = str(kind)
        if kind == "hang":
            return line.when_gone(lambda: self.log.ended(row))
        self._in_flight += 1
        self._later(self._setup.latency_s, lambda: self._answer(wire, row, row.fault, line))
        return None

    def _pick(self, row: Seen, text: str) -> Fault | None:
        return self.faults.pick(row.api, text, row.key, row.attempt, row.number, row=bool(row.custom_id))

    def _lacking(self, wire: Wire, body: Body) -> Fault | None:
        asked = {(body.get("response_format") or {}).get("type"), "tools" if body.get("tools") else ""}
        asked |= {"json_schema"} if body.get("output_config") else set()
        status = next((status for word, status in LACKING.items() if word in asked & self._setup.without), 0)
        return Fault(status, message="not supported by this server") if status else None

    def _refuse(self, wire: Wire, row: Seen, line: Connection, fault: Fault, name: str = "") -> None:
        status, message, code = _worded(wire, fault)
        row.status, row.fault = status, name or str(fault.kind)
        self.log.ended(row)
        headers = self._limits.headers(wire.api, time.monotonic()) | _retry_after(fault)
        line.send(status, wire.error(status, message, code), headers)

    def _answer(self, wire: Wire, row: Seen, fault: str, line: Connection) -> None:
        self._in_flight -= 1
        data = self._made(wire, row, fault)
        row.status = 200
        row.delivered = line.is_open and fault not in ("reset", "cut")
        self.log.ended(row)  # before the client can ask what the log says
        if fault == "reset":
            line.reset(data)
        elif fault == "cut":
            line.cut(data)
        else:
            line.send(200, data, self._limits.headers(wire.api, time.monotonic()))

    def _made(self, wire: Wire, row: Seen, fault: str) -> Body:
        """The answer's body. From here on it is billed."""
        said = self._setup.say(wire.api, row.body) if self._setup.say else None
        text, stop = spoiled(self._invented(wire, row) if said is None else said, fault)
        cached, written = self._cached(wire, row.body)
        row.billed, row.output_tokens = True, answer.tokens(text)
        asked = max(0, row.input_tokens - cached - written)
        reply: Body = wire.reply(row.body, Answer(text, stop, asked, row.output_tokens, cached, written), row.key)
        return reply

    def _invented(self, wire: Wire, row: Seen) -> str:
        asked = "\n".join(text for one in row.body.get("messages", ()) for text in answer.texts(one.get("content")))
        return invented(wire.schema(row.body), row.key, asked)

    def _cached(self, wire: Wire, body: Body) -> tuple[int, int]:
        """Tokens read from and written to the prompt cache."""
        prefix = wire.prefix(body)
        size = answer.tokens(prefix)
        if size < answer.LEAST_CACHED_TOKENS:
            return 0, 0
        if prefix in self._prefixes:
            return size, 0
        self._prefixes.add(prefix)
        return 0, size if wire.api == "messages" else 0  # only Anthropic charges for writing

    def _row(self, given: Row) -> Result:
        """One row of a batch, answered."""
        wire = WIRES[given.api]
        row = self.log.arrived(given.api, answer.key_of(given.api, given.body), given.body, given.custom_id)
        row.input_tokens = answer.asked_tokens(given.body)
        fault = self._pick(row, f"{given.custom_id} {row.text}")
        row.fault = str(fault.kind) if fault else ""
        if row.fault in ("expired", "errored"):
            self.log.ended(row)
            error = wire.error(500, "Internal server error", "") if row.fault == "errored" else {}
            return Result(given.custom_id, row.fault, error, row)
        made = self._made(wire, row, row.fault)
        row.status = 200
        self.log.ended(row)
        return Result(given.custom_id, "succeeded", made, row)

    def _other(self, asked: Asked, line: Connection) -> None:
        """Batches, files, models, and what a test asks of the server itself."""
        status, body = self._service_of(asked)
        fault = self._pick_other(asked)
        if fault is None:
            return line.send(status, body)
        match fault.kind:
            case "hang":
                return None
            case "reset":
                return line.reset(body)
            case "cut":
                return line.cut(body)
        wire = messages.WIRE if asked.path.startswith("/v1/messages") else chat.WIRE
        status, message, code = _worded(wire, fault)
        return line.send(status, wire.error(status, message, code), _retry_after(fault))

    def _pick_other(self, asked: Asked) -> Fault | None:
        """Only rules that name this kind of request: `batches` or `files`, with the method: "POST batches"."""
        noun = "files" if asked.path.startswith("/v1/files") else "batches" if "/batches" in asked.path else ""
        if not noun:
            return None
        api = f"{asked.method} {noun}"
        row = self.log.arrived_other(api, answer.key_of(api, {"path": asked.path, "size": len(asked.raw)}))
        return self.faults.pick(api, asked.path, row.key, row.attempt, row.number, row=False, named=True)

    def _service_of(self, asked: Asked) -> tuple[int, Any]:
        path = asked.path
        if path.startswith("/v1/messages/batches"):
            return batch_wires.messages_batches(self.batches, asked, self.address)
        if path.startswith("/v1/batches"):
            return batch_wires.openai_batches(self.batches, asked)
        if path.startswith("/v1/files"):
            return batch_wires.files(self.batches, asked)
        if path == "/v1/models":
            return 200, {"object": "list", "data": [], "has_more": False, "first_id": None, "last_id": None}
        return self._admin(asked)

    def _admin(self, asked: Asked) -> tuple[int, Any]:
        match asked.path:
            case "/stats":
                return 200, self.log.stats()
            case "/log":
                return 200, [as_json(row, body="bodies" in asked.query) for row in self.log.rows]
            case "/reset":
                self.log.clear()
                return 200, {}
            case "/finish":
                self.batches.finish()
                return 200, {}
            case "/fault":
                self.faults.add(Fault(**asked.json()))
                return 200, {}
        return 404, chat.error(404, f"nothing at {asked.path}")


def _worded(wire: Wire, fault: Fault) -> tuple[int, str, str]:
    """Status, message and code of a refusal."""
    if isinstance(fault.kind, int):
        return fault.kind, fault.message or f"scripted {fault.kind}", fault.code
    status, message, code = wire.quota if fault.kind == "quota" else wire.context
    return status, fault.message or message, fault.code or code


def _retry_after(fault: Fault) -> dict[str, str]:
    if fault.retry_after is None:
        return {}
    seconds = f"{fault.retry_after:g}"
    return {"retry-after": formatdate(time.time() + fault.retry_after, usegmt=True) if fault.as_date else seconds}
