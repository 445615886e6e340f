"""`ace cancel` ends the batches of a run at their provider, too; later runs collect what they had answered."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from ace.errors import AceError
from ace.providers import batch_service, find, ledger_batches, ledger_report
from ace.providers.ledger_batches import WAITING, Batch

WITHIN_S = 5.0  # for all of them, the import of an SDK included: who cancels wants to go on


def cancel(ledger: Path, run_id: str, within_s: float = WITHIN_S) -> dict[str, bool]:
    """{id: whether the provider was told} of the batches of a run that are under way. As well as it can be done soon.

    Raises StorageError and ConfigError when the ledger cannot be read.
    """
    with ledger_report.reading(ledger) as database:
        found = [] if database is None else ledger_batches.still_open(database, run_id, "")
    told = {batch.id: False for batch in found if batch.state == WAITING}

    def tell() -> None:
        for batch in found:
            if batch.id in told:
                with contextlib.suppress(AceError):
                    if service := _service(batch, within_s):
                        service.cancel(batch.id)
                        told[batch.id] = True

    if told:
        thread = threading.Thread(target=tell, daemon=True)
        thread.start()
        thread.join(within_s)
    return dict(told)


def _service(batch: Batch, timeout_s: float) -> batch_service.Service | None:
    provider = find.find(batch.provider, {"provider": batch.provider, "base_url": batch.base_url})
    return batch_service.of(provider, timeout_s)
