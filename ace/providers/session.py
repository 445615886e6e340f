"""The one path to a model, shared by the phases of a run.

answer
├── _reply          the question once: single-flight, then
│   ├── _recalled   the raw answer of the same question, as the ledger mode allows, or
│   └── Sender.send until it is answered
└── one more question, with what was wrong, when the answer cannot be used
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ace.errors import AceError, MalformedAnswer, NotInLedger
from ace.providers import find, pricing, structured
from ace.providers.asked import BATCH, COMPLETE, EMBED, Asked, Rules, Run, Sent, key_of
from ace.providers.base import Call, Caps, Message, Provider, Reply
from ace.providers.calllog import CallLog, Outcome
from ace.providers.ledger import Ledger
from ace.providers.pricing import request_tokens
from ace.providers.sending import Sender
from ace.records import LOCAL, Data, Json

EMBED_AT_ONCE = 64  # texts in one request


class Session:
    """Everything that the phases of one run share to ask models. `settings` is the section [models]."""

    def __init__(self, settings: Mapping[str, Json], ledger: Path, run: Run) -> None:
        self.settings = settings
        self.run = run
        self.ledger = Ledger(ledger, lambda message: run.event("warning", message=message))
        self.prices = pricing.of_settings(settings)
        self.log = CallLog(run.folder)
        self._lock = threading.Lock()
        self._providers: dict[str, Provider] = {}
        self._unpriced = {one.key: one.id for one in self.ledger.unsettled(run.run_id, "answered")}
        self._flights: dict[str, tuple[threading.Lock, int]] = {}
        self._sender = Sender(settings, self.ledger, self.prices, self.log, run)
        self.bought: set[str] = set()  # keys of answers that came by a batch just now: reading one is no saving

    def close(self) -> None:
        self.log.close()
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
                raw = self._sender.send(self._priced(asked, call, body), provider.send)
            elif (call_id := self._unpriced.pop(call.key, None)) is not None:  # a kill came between answer and price
                self._sender.settled(self._priced(asked, call, body), call_id, raw)
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
        worst = self.prices.worst_case(provider.name, provider.base_url, request, batch=call.kind == BATCH)
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
            self.log.add(call, Outcome("hit", cached=True))
        elif mode == "replay":
            message = f"the ledger has no answer for {call.purpose!r} of phase {call.phase} ({call.model})"
            raise NotInLedger(message, hint="--ledger use   (asks the provider)")
        return raw

    def provider(self, name: str) -> Provider:
        if found := self._providers.get(name):
            return found
        with self._lock:
            if name not in self._providers:
                self._providers[name] = find.find(name, self.settings)
            return self._providers[name]

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

        rows = [self.sent(one, BATCH) for one in asked]
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
                    raw = self._sender.send(sent, provider.send_embedding)
            found = provider.read_embedding(raw)[0]
            if len(found) != len(part):
                message = f"{len(found)} vectors came back for {len(part)} texts ({model})"
                raise MalformedAnswer(message)
            vectors += found
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


class _Unusable(Exception):
    """An answer that is kept but cannot be used; the model may be asked once more."""

    def __init__(self, text: str, why: str, value: Json = None) -> None:
        super().__init__(why)
        self.text, self.why, self.value = text, why, value


def _joined(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Roles must take turns: two user messages in a row become one."""
    *before, last_but_one, last = messages
    if last_but_one.role == last.role:
        return (*before, last_but_one._replace(text=f"{last_but_one.text}\n\n{last.text}"))
    return messages
