"""The one path to a model, shared by the phases of a run.

answer
├── _reply          the question once: single-flight, ledger, or sent
│   ├── _recalled   the raw answer of the same question, as the ledger mode allows
│   └── _send       tries in all; each has its own intent, slot and reservation
└── one more question, with what was wrong, when the answer cannot be used
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ace import clock, jsonio
from ace import schema as schemas
from ace.errors import (
    AceError,
    BudgetReached,
    MalformedAnswer,
    NotInLedger,
    TransientError,
)
from ace.providers import find, pricing, retry, structured
from ace.providers.base import Call, Caps, Message, Price, Provider, Raw, Reply, Request, Usage
from ace.providers.calllog import CallLog, Outcome
from ace.providers.ledger import Ledger
from ace.providers.limits import Limiter
from ace.providers.pace import Limits
from ace.providers.pricing import request_tokens
from ace.records import LOCAL, Data, Json

EDGE_WAIT_S = 0.05  # between two looks whether a call under way has left money over
REFUSALS_PER_ATTEMPT = 2  # "not now" costs nothing but time
COMPLETE, EMBED = "complete", "embed"
EMBED_AT_ONCE = 64  # texts in one request


class Run(NamedTuple):
    """What a session needs of its run. `wait` sleeps, and raises Interrupted when the run is told to stop.

    `clock` tells seconds as `wait` spends them: a test that does not sleep moves its own.
    """

    folder: Path
    run_id: str
    pipeline: str
    event: Callable[..., None]
    wait: Callable[[float], None]
    clock: Callable[[], float] = clock.monotonic


class Asked(NamedTuple):
    """One question of a phase; `purpose` is the item's key, for the call log."""

    provider: str
    request: Request
    schema: schemas.Schema | None
    phase: str
    purpose: str
    caps: Caps


class Rules(NamedTuple):
    """What a phase says of an answer that fits its schema: what is wrong with it, and the best of a second such one."""

    check: Callable[[Json], str]
    mend: Callable[[Json], Json] | None = None


class Sent(NamedTuple):
    """A body on its way: what the ledger is told of it and what the limiter counts."""

    provider: Provider
    body: Data
    call: Call
    caps: Caps
    tokens: tuple[int, int]  # input, estimated; output, at most


class Session:
    """Everything that the phases of one run share to ask models. `settings` is the section [models]."""

    def __init__(self, settings: Mapping[str, Json], ledger: Path, run: Run) -> None:
        self.settings = settings
        self.run = run
        self.ledger = Ledger(ledger)
        self.prices = pricing.of_settings(settings)
        self._log = CallLog(run.folder)
        self._lock = threading.Lock()
        self._providers: dict[str, Provider] = {}
        self._limiters: dict[tuple[str, str], Limiter] = {}
        self._flights: dict[str, tuple[threading.Lock, int]] = {}
        self._under_way = 0
        self.bought: set[str] = set()  # keys of answers that came by a batch just now: reading one is no saving

    def close(self) -> None:
        self._log.close()
        self.ledger.close()

    def answer(self, asked: Asked, rules: Rules) -> Json:
        """The answer to one question, as JSON that fits its schema or as text.

        Raises AnswerError kinds and RequestRefused (this item), TransientError kinds when all tries are used up,
        BudgetReached, ProviderUnavailable, NotInLedger, Interrupted.
        """
        try:
            return self._value(asked, rules.check)
        except _Unusable as unusable:
            return self._once_more(asked, unusable, rules)

    def _once_more(self, asked: Asked, unusable: _Unusable, rules: Rules) -> Json:
        """Ask again with what was wrong. The first answer stays in the ledger: a rerun goes this way for free."""
        correction = Message("user", f"That cannot be used: {unusable.why}. Answer again, in full and only that.")
        before = (Message("assistant", unusable.text),) if unusable.text.strip() else ()
        request = asked.request._replace(messages=_joined((*asked.request.messages, *before, correction)))
        try:
            return self._value(asked._replace(request=request), rules.check)
        except _Unusable as again:
            if rules.mend and again.value is not None:
                return rules.mend(again.value)
            message = f"not usable, also when asked again: {again.why}"
            raise MalformedAnswer(message) from again

    def _value(self, asked: Asked, check: Callable[[Json], str]) -> Json:
        key, reply = self._reply(asked)
        try:
            value = structured.value(reply, asked.schema)
        except MalformedAnswer as error:
            self.ledger.note(key, error.message)
            raise _Unusable(reply.text, error.message) from error
        except AceError as error:
            self.ledger.note(key, error.message)
            raise
        if problem := check(value):
            self.ledger.note(key, problem)
            raise _Unusable(reply.text, problem, value)
        return value

    def _reply(self, asked: Asked) -> tuple[str, Reply]:
        provider = self.provider(asked.provider)
        call, body = self._asking(asked, COMPLETE)
        with self._alone(call.key):
            raw = self._recalled(call)
            if raw is None:
                raw = self._send(self._priced(asked, call, body), provider.send)
        return call.key, provider.read(raw)

    def sent(self, asked: Asked, kind: str = COMPLETE) -> Sent:
        """The body of a question with its key and its price at worst."""
        return self._priced(asked, *self._asking(asked, kind))

    def _asking(self, asked: Asked, kind: str) -> tuple[Call, Data]:
        """What is hashed is what is sent. The price is not worked out yet: most answers come from the ledger."""
        provider, model = self.provider(asked.provider), asked.request.model
        body = provider.wire(asked.request)
        return self._call(provider, model, body, kind, asked.phase, asked.purpose, None), body

    def _priced(self, asked: Asked, call: Call, body: Data) -> Sent:
        provider, request = self.provider(asked.provider), asked.request
        worst = self.prices.worst_case(provider.name, provider.base_url, request, batch=call.kind == "batch")
        self._refuse_unknown_price(provider, request.model, worst, asked.caps)
        tokens = (request_tokens(request), request.max_tokens)
        return Sent(provider, body, call._replace(reserved_usd=worst), asked.caps, tokens)

    def _call(
        self, provider: Provider, model: str, body: Data, kind: str, phase: str, purpose: str, worst: float | None
    ) -> Call:
        key = key_of(provider, model, body)
        run = self.run
        return Call(key, provider.name, provider.base_url, model, kind, run.run_id, run.pipeline, phase, purpose, worst)

    def _refuse_unknown_price(self, provider: Provider, model: str, worst: float | None, caps: Caps) -> None:
        if worst is None and (caps.run_usd or caps.phase_usd):
            self.prices.require_known([(provider.name, provider.base_url, model)], caps)

    def _recalled(self, call: Call) -> bytes | None:
        """The raw answer that may be used instead of asking. Raises NotInLedger in replay mode."""
        mode = self.settings["ledger"]
        if mode == "off":
            return None
        raw = self.ledger.find(call.key) if mode != "refresh" else self.ledger.find_of(call.key, call.run_id)
        if raw is not None and call.key in self.bought:
            self.bought.discard(call.key)
        elif raw is not None:
            self.ledger.hit(call)
            self._log.add(call, Outcome("hit", cached=True))
        elif mode == "replay":
            message = f"the ledger has no answer for {call.purpose!r} of phase {call.phase} ({call.model})"
            raise NotInLedger(message, hint="--ledger use   (asks the provider)")
        return raw

    def _send(self, sent: Sent, send: Callable[[Data, float], Raw]) -> bytes:
        """The raw answer, on disk already. Tries again for transient reasons, as long as that makes sense."""
        call, tries, attempts = sent.call, _Tries(), int(self.settings["attempts"])
        getattr(sent.provider, "client", None)  # opened first: who waits for that in a slot would leave in one burst

        def failed(error: TransientError, attempt: int) -> None:
            tries.count = attempt
            self._log.add(call, Outcome(type(error).__name__, attempts=attempt))
            name = type(error).__name__
            self.run.event("asked_again", phase=call.phase, item=call.purpose, error=name, attempt=attempt)

        done = retry.send(
            lambda: self._try(sent, send, tries),
            self._limiter(sent.provider),
            call.model,
            wait=self.run.wait,
            input_tokens=sent.tokens[0],
            output_tokens=sent.tokens[1],
            patience=retry.Patience(attempts, REFUSALS_PER_ATTEMPT * attempts),
            on_failure=failed,
        )
        done.slot.settle(tries.usage)
        usd = tries.price.usd if tries.price else None
        self._log.add(
            call,
            Outcome(
                "ok",
                usage=tries.usage,
                cost_usd=usd,
                latency_s=done.latency_s,
                attempts=done.attempts,
                model=tries.model,
            ),
        )
        return done.raw.body

    def _try(self, sent: Sent, send: Callable[[Data, float], Raw], tries: _Tries) -> Raw:
        """Send once: an intent before, the raw answer on disk after, then its price."""
        with self._reserved(sent) as call_id:
            began = clock.monotonic()
            try:
                raw = send(sent.body, float(self.settings["timeout_s"]))
            except AceError as error:
                self.ledger.failed(call_id, type(error).__name__, billed_unknown=retry.possibly_billed(error))
                if not isinstance(error, TransientError):
                    self._log.add(sent.call, Outcome(type(error).__name__, attempts=tries.count + 1))
                raise
            self.ledger.answered(call_id, raw.body, clock.monotonic() - began)
            tries.usage, tries.price, tries.model = self._settled(sent, call_id, raw.body)
        return raw

    def _settled(self, sent: Sent, call_id: int, raw: bytes) -> tuple[Usage, Price | None, str]:
        """Price the answer by what it says was used. One that cannot be read keeps its reservation."""
        provider, call = sent.provider, sent.call
        try:
            if call.kind == EMBED:
                usage, model = provider.read_embedding(raw)[1], call.model
            else:
                reply = provider.read(raw)
                usage, model = reply.usage, reply.model
        except MalformedAnswer:
            return Usage(), None, ""
        price = self.prices.cost(provider.name, provider.base_url, call.model, usage)
        self.ledger.settle(call_id, usage, price, model)
        self.prices.observe(call.model, sent.tokens[0], usage.input + usage.cache_read + usage.cache_write)
        return usage, price, model

    @contextmanager
    def _reserved(self, sent: Sent) -> Iterator[int]:
        """An intent with its worst case reserved."""
        call_id = self._opened(sent)
        try:
            yield call_id
        finally:
            with self._lock:
                self._under_way -= 1

    def _opened(self, sent: Sent) -> int:
        """The usual case, without holding up others that are on their way to the ledger."""
        with self._lock:
            self._under_way += 1
        try:
            return self.ledger.open_call(sent.call, sent.caps)
        except BudgetReached:
            with self._lock:
                self._under_way -= 1
            return self._opened_at_the_edge(sent)
        except BaseException:
            with self._lock:
                self._under_way -= 1
            raise

    def _opened_at_the_edge(self, sent: Sent) -> int:
        """Waits for calls under way: they often cost less than was set aside for them."""
        while True:
            with self._lock:
                alone = self._under_way == 0
                try:
                    call_id = self.ledger.open_call(sent.call, sent.caps)
                except BudgetReached as error:
                    if alone:
                        raise BudgetReached(error.message, hint=self._how_to_go_on()) from error
                else:
                    self._under_way += 1
                    return call_id
            self.run.wait(EDGE_WAIT_S)

    def _how_to_go_on(self) -> str:
        run = self.run
        return f"ace run {run.pipeline} --run-id {run.run_id} --max-cost USD   (a higher limit; paid answers are kept)"

    def provider(self, name: str) -> Provider:
        if found := self._providers.get(name):
            return found
        with self._lock:
            if name not in self._providers:
                self._providers[name] = find.find(name, self.settings)
            return self._providers[name]

    def _limiter(self, provider: Provider) -> Limiter:
        said = self.settings
        with self._lock:
            place = provider.name, provider.base_url
            if place not in self._limiters:
                limits = Limits(
                    int(said["concurrency"]),
                    int(said["requests_per_minute"]),
                    int(said["input_tokens_per_minute"]),
                    int(said["output_tokens_per_minute"]),
                )
                self._limiters[place] = Limiter(limits, self.run.wait, self.run.clock)
            return self._limiters[place]

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """One thread at a time asks the same question; the others find its answer in the ledger."""
        with self._lock:
            lock, users = self._flights.get(key, (threading.Lock(), 0))
            self._flights[key] = (lock, users + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, users = self._flights.pop(key)
                if users > 1:
                    self._flights[key] = (lock, users - 1)

    def prefill(self, asked: Sequence[Asked]) -> None:
        """Answer these by the provider's batches; the ledger has the answers afterwards. Raises Waiting."""
        from ace.providers import batches  # noqa: PLC0415  (only phases with batch = true)

        rows = [self.sent(one, "batch") for one in asked]
        batches.prefill(self, rows)

    def embed(self, texts: Sequence[str], provider_name: str, model: str, phase: str, caps: Caps) -> list[list[float]]:
        """One vector per text, in their order. Every request's raw answer goes through the ledger, too."""
        vectors: list[list[float]] = []
        provider = self.provider(provider_name)
        for start in range(0, len(texts), EMBED_AT_ONCE):
            part = texts[start : start + EMBED_AT_ONCE]
            body = provider.embedding_wire(model, part)
            worst = self.prices.worst_case_embedding(provider.name, provider.base_url, model, part)
            self._refuse_unknown_price(provider, model, worst, caps)
            call = self._call(provider, model, body, EMBED, phase, f"{len(part)} texts from {start}", worst)
            sent = Sent(provider, body, call, caps, (sum(map(len, part)) // 3, 0))
            with self._alone(call.key):
                raw = self._recalled(call)
                if raw is None:
                    raw = self._send(sent, provider.send_embedding)
            vectors += provider.read_embedding(raw)[0]
        return vectors

    def spending(self, phase: str) -> Data:
        """What an artifact's metadata says of the models that were asked, over all attempts of a phase in this run."""
        spent = self.ledger.spent(self.run.run_id, phase)
        usage = spent.usage
        tokens = {
            "input": usage.input + usage.cache_read + usage.cache_write,
            "output": usage.output,
            "cache": usage.cache_read,
        }
        return {
            "llm_calls": spent.calls,
            "llm_cached": spent.cached,
            "tokens": tokens,
            "cost_usd": round(spent.usd, 6),
            "price_source": ", ".join(spent.price_sources) or None,
            "models": list(spent.models),
            "provider": ", ".join(spent.providers) or LOCAL,
        }


class _Tries:
    """What is known of a request after its latest try."""

    def __init__(self) -> None:
        self.count = 0
        self.usage, self.model = Usage(), ""
        self.price: Price | None = None


class _Unusable(Exception):
    """An answer that is kept but cannot be used; the model may be asked once more."""

    def __init__(self, text: str, why: str, value: Json = None) -> None:
        super().__init__(why)
        self.text, self.why, self.value = text, why, value


def key_of(provider: Provider, model: str, body: Data) -> str:
    """What the ledger knows a question by: changing one row of a phase's questions re-pays one row."""
    wire = jsonio.dumps([provider.name, provider.base_url, model, body])
    return hashlib.sha256(wire).hexdigest()


def _joined(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Roles must take turns: two user messages in a row become one."""
    *before, last_but_one, last = messages
    if last_but_one.role == last.role:
        return (*before, last_but_one._replace(text=f"{last_but_one.text}\n\n{last.text}"))
    return messages
