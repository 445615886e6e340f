"""What was handed in before a process died: found at the provider by its label or its rows, or released.

Shared with `batches`, which hands in and collects: the work at hand, and patience with a provider for hours.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ace import clock
from ace.errors import AceError, ProviderUnavailable, TransientError
from ace.executors.threads import backoff
from ace.providers.base import Provider
from ace.providers.batch_service import Listed, Service
from ace.providers.ledger import Batch

if TYPE_CHECKING:
    from ace.providers.asked import Sent
    from ace.providers.session import Session

HANDING_IN = "handing in"  # the state of a batch that has no id from its provider yet
CLOCKS_APART = timedelta(minutes=5)  # that ours and the provider's may differ
ATTEMPTS = 5  # of one request about a batch; waiting for hours, a lost connection is nothing unusual
RETRY_BASE_S = 1.0

T = TypeVar("T")


class Work(NamedTuple):
    """A session, its provider's batch service, and the rows that are wanted, by key."""

    session: Session
    provider: Provider
    service: Service
    rows: dict[str, Sent]

    @property
    def phase(self) -> str:
        return next(iter(self.rows.values())).call.phase


def release(work: Work) -> None:
    """Intents that a process left before it had written their batch down: they were never handed in."""
    ledger = work.session.ledger
    for one in ledger.unsettled(work.session.run.run_id, "unknown"):
        if one.kind == "batch":
            ledger.failed(one.id, "its process ended before it was handed in", billed_unknown=False)


def recover(work: Work) -> list[Batch]:
    """Open batches that hold wanted rows, of this run or of another; those without an id are looked for."""
    found = []
    for batch in work.session.ledger.open_batches():
        if not _concerns(work, batch):
            continue
        known = _identified(work, batch) if batch.state == HANDING_IN else batch
        if known:
            found.append(known)
    return found


def _concerns(work: Work, batch: Batch) -> bool:
    ours = batch.run_id == work.session.run.run_id
    if work.session.settings["ledger"] == "refresh" and not ours:
        return False
    if batch.state == HANDING_IN and not ours:
        return False  # its own run may be at it this very moment
    same = (batch.provider, batch.base_url) == (work.provider.name, work.provider.base_url)
    return same and not work.rows.keys().isdisjoint(batch.keys)


def _identified(work: Work, batch: Batch) -> Batch | None:
    """A batch whose process died, or lost its connection, while it was handed in."""
    ledger = work.session.ledger
    listed = insist(work, lambda: orphan(work, batch))
    if listed is None:
        ledger.close_batch(batch.id)
        return None
    ledger.rename_batch(batch.id, listed.id)
    work.session.run.event("batch_found", phase=batch.phase, batch=listed.id, rows=len(batch.keys))
    return batch._replace(id=listed.id)


def orphan(work: Work, batch: Batch) -> Listed | None:
    known = {one.id for one in work.session.ledger.open_batches()}
    since = clock.parse(batch.created) - CLOCKS_APART
    for listed in work.service.recent():
        if listed.created < since:
            return None
        if listed.id not in known and _is_this(work, batch, listed):
            return listed
    return None


def _is_this(work: Work, batch: Batch, listed: Listed) -> bool:
    """By its label; else by its rows, which a batch shows once it has ended; until then by their number."""
    if listed.label:
        return listed.label == batch.id
    if listed.progress.rows != len(batch.keys):
        return False
    if not listed.progress.ended:
        return True
    keys = set(batch.keys)
    return any(row.custom_id in keys for row in work.service.results(listed.id))


def insist(work: Work, request: Callable[[], T]) -> T:
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
