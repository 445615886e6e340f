"""Many questions at half the price: handed in as a provider's batch, waited for, and kept in the same ledger.

prefill
├── _recover    what was handed in when a process died: found at the provider by its label or its rows, or released
├── _hand_in    reserve the money, write the batch down, hand it in, note its id; in this order
└── _collect    wait; raw answers into the ledger, then their price. Raises Waiting when the run is not to wait

A row that expired or failed is simply not in the ledger afterwards: the ordinary path asks it again. A custom id is
the ledger key: 64 hexadecimal digits, which is what both services take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ace import clock, jsonio
from ace.errors import (
    AceError,
    BudgetReached,
    MalformedAnswer,
    ProviderUnavailable,
    RequestRefused,
    TransientError,
    Waiting,
)
from ace.executors.threads import backoff
from ace.providers import batch_service
from ace.providers.base import Provider
from ace.providers.batch_service import Listed, Row, Service
from ace.providers.calllog import Outcome
from ace.providers.ledger import Batch

if TYPE_CHECKING:
    from ace.providers.asked import Sent
    from ace.providers.session import Session

HANDING_IN = "handing in"  # the state of a batch that has no id from its provider yet
MOST_ROWS = 10_000  # a batch; Anthropic takes 100,000 and OpenAI 50,000, but all of it is in memory for a moment
MOST_BYTES = 64_000_000  # likewise; Anthropic takes 256 MB and OpenAI 200
POLL_FIRST_S, POLL_MOST_S, POLL_GROWTH = 1.0, 60.0, 1.5
CLOCKS_APART = timedelta(minutes=5)  # that ours and the provider's may differ
ATTEMPTS = 5  # of one request about a batch; waiting for hours, a lost connection is nothing unusual
RETRY_BASE_S = 1.0

T = TypeVar("T")


class _Work(NamedTuple):
    """A session, its provider's batch service, and the rows that are wanted, by key."""

    session: Session
    provider: Provider
    service: Service
    rows: dict[str, Sent]

    @property
    def phase(self) -> str:
        return next(iter(self.rows.values())).call.phase


def prefill(session: Session, rows: Sequence[Sent]) -> None:
    """Have the answers to `rows` (all of one provider and phase) in the ledger, as far as batches bring them.

    Raises Waiting, Interrupted, ProviderUnavailable. When the budget does not hold all rows, those that it holds are
    asked; what becomes of the others is up to the ordinary path.
    """
    if not rows or session.settings["ledger"] in ("off", "replay"):
        return
    provider = rows[0].provider
    service = batch_service.of(provider, float(session.settings["timeout_s"]))
    if service is None:
        return
    work = _Work(session, provider, service, {sent.call.key: sent for sent in rows})
    _release(work)
    tried: set[str] = set()
    while True:
        under_way = _recover(work)
        tried.update(*(batch.keys for batch in under_way))
        missing = [sent for key, sent in work.rows.items() if key not in tried and not _answered(session, key)]
        under_way += _hand_in(work, missing, tried)
        if not under_way:
            return
        _collect(work, under_way)


def _answered(session: Session, key: str) -> bool:
    if session.settings["ledger"] == "refresh":
        return session.ledger.find_of(key, session.run.run_id) is not None
    return session.ledger.find(key) is not None


# what is under way already


def _release(work: _Work) -> None:
    """Intents that a process left before it had written their batch down: they were never handed in."""
    ledger = work.session.ledger
    for one in ledger.unsettled(work.session.run.run_id, "unknown"):
        if one.kind == "batch":
            ledger.failed(one.id, "its process ended before it was handed in", billed_unknown=False)


def _recover(work: _Work) -> list[Batch]:
    """Open batches that hold wanted rows, of this run or of another; those without an id are looked for."""
    found = []
    for batch in work.session.ledger.open_batches():
        if not _concerns(work, batch):
            continue
        known = _identified(work, batch) if batch.state == HANDING_IN else batch
        if known:
            found.append(known)
    return found


def _concerns(work: _Work, batch: Batch) -> bool:
    ours = batch.run_id == work.session.run.run_id
    if work.session.settings["ledger"] == "refresh" and not ours:
        return False
    if batch.state == HANDING_IN and not ours:
        return False  # its own run may be at it this very moment
    same = (batch.provider, batch.base_url) == (work.provider.name, work.provider.base_url)
    return same and not work.rows.keys().isdisjoint(batch.keys)


def _identified(work: _Work, batch: Batch) -> Batch | None:
    """A batch whose process died, or lost its connection, while it was handed in."""
    ledger = work.session.ledger
    listed = _try(work, lambda: _orphan(work, batch))
    if listed is None:
        ledger.close_batch(batch.id)
        return None
    ledger.rename_batch(batch.id, listed.id)
    work.session.run.event("batch_found", phase=batch.phase, batch=listed.id, rows=len(batch.keys))
    return batch._replace(id=listed.id)


def _orphan(work: _Work, batch: Batch) -> Listed | None:
    known = {one.id for one in work.session.ledger.open_batches()}
    since = clock.parse(batch.created) - CLOCKS_APART
    for listed in work.service.recent():
        if listed.created < since:
            return None
        if listed.id not in known and _is_this(work, batch, listed):
            return listed
    return None


def _is_this(work: _Work, batch: Batch, listed: Listed) -> bool:
    """By its label; else by its rows, which a batch shows once it has ended; until then by their number."""
    if listed.label:
        return listed.label == batch.id
    if listed.progress.rows != len(batch.keys):
        return False
    if not listed.progress.ended:
        return True
    keys = set(batch.keys)
    return any(row.custom_id in keys for row in work.service.results(listed.id))


# handing in


def _hand_in(work: _Work, missing: Sequence[Sent], tried: set[str]) -> list[Batch]:
    begun = []
    for part in _parts(missing):
        affordable = _reserved(work, part)
        tried.update(sent.call.key for sent in affordable)
        batch = _submitted(work, affordable) if affordable else None
        if batch:
            begun.append(batch)
        if len(affordable) < len(part):
            break
    return begun


def _parts(rows: Sequence[Sent]) -> Iterator[list[Sent]]:
    """By model, and no larger than a service takes."""
    for model in dict.fromkeys(sent.call.model for sent in rows):
        part: list[Sent] = []
        size = 0
        for sent in rows:
            if sent.call.model != model:
                continue
            length = len(jsonio.dumps(sent.body))
            if part and (len(part) == MOST_ROWS or size + length > MOST_BYTES):
                yield part
                part, size = [], 0
            part.append(sent)
            size += length
        if part:
            yield part


def _reserved(work: _Work, rows: Sequence[Sent]) -> Sequence[Sent]:
    """As many of the rows as the budget holds; their intents are in the ledger then."""
    count = len(rows)
    while count:
        try:
            work.session.ledger.open_calls([sent.call for sent in rows[:count]], rows[0].caps)
        except BudgetReached:
            count //= 2
        else:
            break
    return rows[:count]


def _submitted(work: _Work, rows: Sequence[Sent]) -> Batch | None:
    """The batch with its id; None when the service does not take it, and its rows are left to the ordinary path."""
    session, call = work.session, rows[0].call
    keys = tuple(sent.call.key for sent in rows)
    label = f"ace-{jsonio.sha256(jsonio.dumps([call.run_id, clock.stamp(), *keys]))[:32]}"
    batch = Batch(
        label, call.provider, call.base_url, call.model, call.run_id, call.pipeline, call.phase, keys, HANDING_IN
    )
    batch = batch._replace(created=clock.stamp())
    session.ledger.save_batch(batch)
    try:
        batch_id = _once(work, batch, [(sent.call.key, sent.body) for sent in rows])
    except RequestRefused as error:
        session.ledger.close_batch(label)
        message = f"{call.provider} takes no batch: {error.message}"
        session.run.event("warning", phase=call.phase, message=message)
        return None
    except ProviderUnavailable:
        session.ledger.close_batch(label)
        raise
    session.ledger.rename_batch(label, batch_id)
    session.run.event("batch_handed_in", phase=call.phase, batch=batch_id, rows=len(keys))
    return batch._replace(id=batch_id)


def _once(work: _Work, batch: Batch, rows: Sequence[tuple[str, dict[str, object]]]) -> str:
    """Hand in, and never twice: after a lost answer, the batch is looked for before it is handed in again."""
    lost = False

    def hand_in() -> str:
        nonlocal lost
        if lost and (listed := _orphan(work, batch)):
            return listed.id
        lost = True
        return work.service.hand_in(rows, batch.id)

    return _try(work, hand_in)


# collecting


def _collect(work: _Work, under_way: Sequence[Batch]) -> None:
    """Wait until all have ended, and keep what they bring."""
    session, left, pause = work.session, list(under_way), POLL_FIRST_S
    while True:
        left = [batch for batch in left if not _finished(work, batch)]
        if not left:
            return
        if not session.settings["batch_wait"]:
            raise _waiting(work, left)
        session.run.wait(pause)
        pause = min(POLL_MOST_S, pause * POLL_GROWTH)


def _finished(work: _Work, batch: Batch) -> bool:
    """Whether the batch has ended; its answers are in the ledger then."""
    try:
        progress = _try(work, lambda: work.service.progress(batch.id))
    except RequestRefused as error:  # nobody knows it: deleted, or another account's
        work.session.ledger.close_batch(batch.id)
        message = f"batch {batch.id} is gone: {error.message}"
        work.session.run.event("warning", phase=work.phase, message=message)
        return True
    done, rows = progress.done, progress.rows or len(batch.keys)
    note = f"batch {batch.id}: {done} of {rows} done"
    work.session.run.event("progress", phase=work.phase, done=done, total=rows, note=note)
    if progress.ended:
        _keep(work, batch, _try(work, lambda: list(work.service.results(batch.id))))
    return progress.ended


def _keep(work: _Work, batch: Batch, rows: Sequence[Row]) -> None:
    """Raw answers first, each with its price; then the batch is closed, which releases rows without an answer."""
    session = work.session
    calls = {one.key: one.id for one in session.ledger.unsettled(batch.run_id) if one.kind == "batch"}
    problems = [row for row in rows if row.raw is None]
    for row in rows:
        if row.raw is not None and row.custom_id in calls:
            session.ledger.answered(calls[row.custom_id], row.raw, 0.0)
            _settle(work, batch, calls[row.custom_id], row)
            if batch.run_id == session.run.run_id:
                session.bought.add(row.custom_id)
    session.ledger.close_batch(batch.id)
    answered, problem = len(rows) - len(problems), problems[0].problem[:300] if problems else ""
    session.run.event(
        "batch_ended", phase=batch.phase, batch=batch.id, rows=len(batch.keys), answered=answered, problem=problem
    )


def _settle(work: _Work, batch: Batch, call_id: int, row: Row) -> None:
    """An answer that cannot be read keeps its reservation: it was billed, nobody knows how much."""
    session, sent = work.session, work.rows.get(row.custom_id)
    try:
        reply = work.provider.read(row.raw or b"")
    except MalformedAnswer:
        return
    price = session.prices.cost(batch.provider, batch.base_url, batch.model, reply.usage, batch=True)
    session.ledger.settle(call_id, reply.usage, price, reply.model)
    if sent:
        session.log.add(sent.call, Outcome("ok", usage=reply.usage, cost_usd=price and price.usd, model=reply.model))


def _waiting(work: _Work, left: Sequence[Batch]) -> Waiting:
    names = ", ".join(batch.id for batch in left)
    message = f"{work.provider.name} is working on {sum(len(batch.keys) for batch in left)} questions ({names})"
    run_id = work.session.run.run_id
    return Waiting(message, hint=f"ace resume {run_id}   (picks the answers up; they come within 24 hours)")


def _try(work: _Work, request: Callable[[], T]) -> T:
    """Again after transient errors. When they do not end, the run ends and can be resumed: nothing is lost by that."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return request()
        except TransientError as error:
            if attempt == ATTEMPTS:
                message = f"{work.provider.name} does not answer about a batch: {error.message}"
                raise ProviderUnavailable(message, hint="ace resume goes on with it") from error
            work.session.run.wait(backoff(attempt, RETRY_BASE_S, error.retry_after))
        except AceError:
            raise
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            message = f"{work.provider.name} says something about a batch that nobody understands: {error!r}"
            raise ProviderUnavailable(message) from error
    raise AssertionError
