"""An answer that was paid for reaches the disk itself soon after it was kept, without holding up who asked."""

from __future__ import annotations

import errno
import os
import queue
from pathlib import Path

import pytest

from ace.errors import StorageError
from ace.providers import ledger_flush
from ace.providers.base import Call, Caps
from ace.providers.ledger import Ledger

SOON_S = 20.0  # far more than it takes; a test that waits for it in vain fails


def call(key: str) -> Call:
    return Call(key, "anthropic", "https://a", "m", "complete", "run", "news", "scores", "item", 0.1)


def kept(ledger: Ledger, key: str) -> None:
    ledger.answered(ledger.open_call(call(key), Caps()), b"{}", 0.1)


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> queue.SimpleQueue[tuple[int, int]]:
    """(inode, size) of what was brought to the disk."""
    seen: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()

    def fdatasync(descriptor: int) -> None:
        status = os.fstat(descriptor)
        seen.put((status.st_ino, status.st_size))

    monkeypatch.setattr(ledger_flush.os, "fdatasync", fdatasync)
    return seen


def test_every_answer_is_flushed(tmp_path: Path, flushed: queue.SimpleQueue[tuple[int, int]]) -> None:
    ledger = Ledger(tmp_path / "llm.db")
    log = tmp_path / "llm.db-wal"
    for number in range(3):
        kept(ledger, f"{number:064d}")
        size = log.stat().st_size
        while flushed.get(timeout=SOON_S) != (log.stat().st_ino, size):
            pass
    ledger.close()


def test_a_ledger_without_answers_starts_no_thread(tmp_path: Path, flushed: queue.SimpleQueue[tuple[int, int]]) -> None:
    ledger = Ledger(tmp_path / "llm.db")
    ledger.open_call(call("k" * 64), Caps())
    ledger.close()
    assert flushed.empty()


def test_a_disk_that_takes_no_flush_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fdatasync(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(ledger_flush.os, "fdatasync", fdatasync)
    ledger = Ledger(tmp_path / "llm.db")
    kept(ledger, "a" * 64)
    ledger._flusher.join(SOON_S)
    with pytest.raises(StorageError, match="Input/output"):
        kept(ledger, "b" * 64)
    assert ledger.find("b" * 64) == b"{}"  # it is as safe as it can be
    ledger.close()
