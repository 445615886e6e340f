"""Send a request until it is answered, through the limiter, as often as makes sense.

Only transient errors are tried again. A refusal for being too many costs nothing but time and is tried longer than a
failure, which may have cost money. Key, quota and payment errors end it at once, and so does everything permanent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from ace.errors import ConnectionFailed, Overloaded, ProviderUnavailable, RateLimited, TransientError
from ace.executors.threads import backoff
from ace.providers.base import Raw
from ace.providers.limits import Limiter, Slot

LONGEST_PAUSE_S = 900.0  # who asks for more is not there tonight: the run ends and can be resumed


class Patience(NamedTuple):
    """Tries in all, per kind of trouble, and the first pause after a failure in seconds."""

    attempts: int = 4
    refusals: int = 12
    base_s: float = 0.5


class Sent(NamedTuple):
    """An answer, and what it took. `slot.settle(usage)` corrects the token limits once the answer is read."""

    raw: Raw
    attempts: int
    latency_s: float
    slot: Slot


def ignore(error: TransientError, attempt: int) -> None:
    return None


def send(
    request: Callable[[], Raw],
    limiter: Limiter,
    model: str,
    *,
    wait: Callable[[float], None],
    input_tokens: int = 0,
    output_tokens: int = 0,
    patience: Patience = Patience(),  # noqa: B008  (immutable)
    on_failure: Callable[[TransientError, int], None] = ignore,
) -> Sent:
    """Call `request` until it returns. `on_failure` hears of every failed try: after some, money may be gone.

    Raises the last TransientError when patience is at its end, ProviderUnavailable when nobody gets through any more
    or the service asks for a longer pause than LONGEST_PAUSE_S, Interrupted from `wait`, and everything permanent.
    """
    failures = refusals = 0
    while True:
        slot = limiter.slot(model, input_tokens, output_tokens)
        with slot:
            began = time.monotonic()
            try:
                raw = request()
            except TransientError as error:
                slot.refused(error)
                trouble = error
            else:
                slot.answered(raw.headers)
                return Sent(raw, failures + refusals + 1, time.monotonic() - began, slot)
        refused = isinstance(trouble, RateLimited | Overloaded)
        failures, refusals = failures + (not refused), refusals + refused
        on_failure(trouble, failures + refusals)
        if (trouble.retry_after or 0) > LONGEST_PAUSE_S:
            raise _unavailable(f"asks to wait {trouble.retry_after:.0f} s", trouble) from trouble
        if failures >= patience.attempts or refusals >= patience.refusals:
            if limiter.broken:
                raise _unavailable("does not answer", trouble) from trouble
            raise trouble
        if not isinstance(trouble, Overloaded):  # that is waited for at the gate, together with everyone else
            wait(backoff(failures + refusals, patience.base_s, trouble.retry_after))


def possibly_billed(error: BaseException) -> bool:
    """Whether the service may have answered, and charged, although nothing arrived."""
    return isinstance(error, ConnectionFailed)


def _unavailable(what: str, error: TransientError) -> ProviderUnavailable:
    message = f"the model provider {what}: {error.message}"
    return ProviderUnavailable(message, hint="ace resume goes on when it is back; nothing that was paid is lost")
