"""Sending a question until it is answered: limits, reserved money, and the raw answer on disk before anything else.

send
├── retry.send     as often as makes sense, each try in a slot of the limiter
│   └── _try       intent and reservation, the request, the raw answer into the ledger, its price
└── one line in the run's call log for every try
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from ace import clock
from ace.errors import AceError, BudgetReached, MalformedAnswer, TransientError
from ace.providers import retry
from ace.providers.asked import EMBED, Run, Sent
from ace.providers.base import Price, Provider, Raw, Usage
from ace.providers.calllog import CallLog, Outcome
from ace.providers.ledger import Ledger
from ace.providers.limits import Limiter
from ace.providers.pace import Limits
from ace.providers.pricing import Prices
from ace.records import Data, Json

EDGE_WAIT_S = 0.05  # between two looks whether a call under way has left money over
REFUSALS_PER_ATTEMPT = 2  # "not now" costs nothing but time


class Sender:
    """What the phases of one run share to send questions. `settings` is the section [models]."""

    def __init__(self, settings: Mapping[str, Json], ledger: Ledger, prices: Prices, log: CallLog, run: Run) -> None:
        self._settings, self._run = settings, run
        self._ledger, self._prices, self._log = ledger, prices, log
        self._lock = threading.Lock()
        self._limiters: dict[tuple[str, str], Limiter] = {}
        self._under_way = 0

    def send(self, sent: Sent, send: Callable[[Data, float], Raw]) -> bytes:
        """The raw answer, on disk already. Tries again for transient reasons, as long as that makes sense."""
        call, tries, attempts = sent.call, _Tries(), int(self._settings["attempts"])
        getattr(sent.provider, "line", None)  # opened first: who waits for that in a slot would leave in one burst

        def failed(error: TransientError, attempt: int) -> None:
            tries.count = attempt
            self._log.add(call, Outcome(type(error).__name__, attempts=attempt))
            name = type(error).__name__
            self._run.event("asked_again", phase=call.phase, item=call.purpose, error=name, attempt=attempt)

        done = retry.send(
            lambda: self._try(sent, send, tries),
            self._limiter(sent.provider),
            call.model,
            wait=self._run.wait,
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
                raw = send(sent.body, float(self._settings["timeout_s"]))
            except AceError as error:
                self._ledger.failed(call_id, type(error).__name__, billed_unknown=retry.possibly_billed(error))
                if not isinstance(error, TransientError):
                    self._log.add(sent.call, Outcome(type(error).__name__, attempts=tries.count + 1))
                raise
            self._ledger.answered(call_id, raw.body, clock.monotonic() - began)
            tries.usage, tries.price, tries.model = self.settled(sent, call_id, raw.body)
        return raw

    def settled(self, sent: Sent, call_id: int, raw: bytes) -> tuple[Usage, Price | None, str]:
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
        price = self._prices.cost(provider.name, provider.base_url, call.model, usage)
        self._ledger.settle(call_id, usage, price, model)
        self._prices.observe(call.model, sent.tokens[0], usage.input + usage.cache_read + usage.cache_write)
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
            return self._ledger.open_call(sent.call, sent.caps)
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
                    call_id = self._ledger.open_call(sent.call, sent.caps)
                except BudgetReached as error:
                    if alone:
                        raise BudgetReached(error.message, hint=self._how_to_go_on()) from error
                else:
                    self._under_way += 1
                    return call_id
            self._run.wait(EDGE_WAIT_S)

    def _how_to_go_on(self) -> str:
        run = self._run
        return f"ace run {run.pipeline} --run-id {run.run_id} --max-cost USD   (a higher limit; paid answers are kept)"

    def _limiter(self, provider: Provider) -> Limiter:
        said = self._settings
        with self._lock:
            place = provider.name, provider.base_url
            if place not in self._limiters:
                limits = Limits(
                    int(said["concurrency"]),
                    int(said["requests_per_minute"]),
                    int(said["input_tokens_per_minute"]),
                    int(said["output_tokens_per_minute"]),
                )
                self._limiters[place] = Limiter(limits, self._run.wait, self._run.clock)
            return self._limiters[place]


class _Tries:
    """What is known of a request after its latest try."""

    def __init__(self) -> None:
        self.count = 0
        self.usage, self.model = Usage(), ""
        self.price: Price | None = None
