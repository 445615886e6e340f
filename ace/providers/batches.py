"""Many questions at half the price: handed in as a provider's batch, waited for, and kept in the same ledger.

prefill
├── recover     what was handed in when a process died: found at the provider by its label or its rows, or released
├── _hand_in    reserve the money, write the batch down, hand it in, note its id; in this order
└── _collect    wait; raw answers into the ledger, then their price; then the provider may forget the batch. Raises
                Waiting when the run is not to wait

A row that expired or failed is simply not in the ledger afterwards: the ordinary path asks it again. Rows that a
cancelled batch has left are handed in once more. A custom id is the ledger key: 64 hexadecimal digits, which is what
both services take.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ace import clock, jsonio
from ace.errors import (
    AceError,
    BudgetReached,
    MalformedAnswer,
    ProviderUnavailable,
    RequestRefused,
    Waiting,
)
from ace.providers import batch_service
from ace.providers.batch_recovery import HANDING_IN, Work, insist, orphan, recover, release
from ace.providers.batch_service import Row
from ace.providers.calllog import Outcome
from ace.providers.ledger import Batch

if TYPE_CHECKING:
    from ace.providers.asked import Sent
    from ace.providers.session import Session

MOST_ROWS = 10_000  # a batch; Anthropic takes 100,000 and OpenAI 50,000, but all of it is in memory for a moment
MOST_BYTES = 64_000_000  # likewise; Anthropic takes 256 MB and OpenAI 200
POLL_FIRST_S, POLL_MOST_S, POLL_GROWTH = 1.0, 60.0, 1.5


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
    work = Work(session, provider, service, {sent.call.key: sent for sent in rows})
    release(work)
    tried: set[str] = set()
    while True:
        under_way = recover(work)
        tried.update(*(batch.keys for batch in under_way))
        missing = [sent for key, sent in work.rows.items() if key not in tried and not _answered(session, key)]
        under_way += _hand_in(work, missing, tried)
        if not under_way:
            return
        tried -= _collect(work, under_way)


def _answered(session: Session, key: str) -> bool:
    if session.settings["ledger"] == "refresh":
        return session.ledger.find_of(key, session.run.run_id) is not None
    return session.ledger.find(key) is not None


# handing in


def _hand_in(work: Work, missing: Sequence[Sent], tried: set[str]) -> list[Batch]:
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


def _reserved(work: Work, rows: Sequence[Sent]) -> Sequence[Sent]:
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


def _submitted(work: Work, rows: Sequence[Sent]) -> Batch | None:
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


def _once(work: Work, batch: Batch, rows: Sequence[tuple[str, dict[str, object]]]) -> str:
    """Hand in, and never twice: after a lost answer, the batch is looked for before it is handed in again."""
    lost = False

    def hand_in() -> str:
        nonlocal lost
        if lost and (listed := orphan(work, batch)):
            return listed.id
        lost = True
        return work.service.hand_in(rows, batch.id)

    return insist(work, hand_in)


# collecting


def _collect(work: Work, under_way: Sequence[Batch]) -> set[str]:
    """Wait until all have ended, and keep what they bring. Returns the keys of those that somebody has cancelled."""
    session, left, pause = work.session, list(under_way), POLL_FIRST_S
    cancelled: set[str] = set()
    while True:
        left = [batch for batch in left if not _finished(work, batch, cancelled)]
        if not left:
            return cancelled
        if not session.settings["batch_wait"]:
            raise _waiting(work, left)
        session.run.wait(pause)
        pause = min(POLL_MOST_S, pause * POLL_GROWTH)


def _finished(work: Work, batch: Batch, cancelled: set[str]) -> bool:
    """Whether the batch has ended; its answers are in the ledger then."""
    try:
        progress = insist(work, lambda: work.service.progress(batch.id))
    except RequestRefused as error:  # nobody knows it: deleted, or another account's
        work.session.ledger.close_batch(batch.id)
        message = f"batch {batch.id} is gone: {error.message}"
        work.session.run.event("warning", phase=work.phase, message=message)
        return True
    done, rows = progress.done, progress.rows or len(batch.keys)
    note = f"batch {batch.id}: {done} of {rows} done"
    work.session.run.event("progress", phase=work.phase, done=done, total=rows, note=note)
    if progress.ended:
        _keep(work, batch, insist(work, lambda: list(work.service.results(batch.id))))
        _forgotten(work, batch)
    if progress.ended and progress.cancelled:
        cancelled.update(batch.keys)
    return progress.ended


def _keep(work: Work, batch: Batch, rows: Sequence[Row]) -> None:
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


def _forgotten(work: Work, batch: Batch) -> None:
    """Questions and answers are ours, and no longer needed at the provider. A failure costs nothing but its room."""
    if work.session.settings["batch_keep"]:
        return
    try:
        work.service.forget(batch.id)
    except AceError as error:
        message = f"{work.provider.name} keeps the files of batch {batch.id}: {error.message}"
        work.session.run.event("warning", phase=work.phase, message=message)


def _settle(work: Work, batch: Batch, call_id: int, row: Row) -> None:
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


def _waiting(work: Work, left: Sequence[Batch]) -> Waiting:
    names = ", ".join(batch.id for batch in left)
    message = f"{work.provider.name} is working on {sum(len(batch.keys) for batch in left)} questions ({names})"
    run_id = work.session.run.run_id
    return Waiting(message, hint=f"ace resume {run_id}   (picks the answers up; they come within 24 hours)")
