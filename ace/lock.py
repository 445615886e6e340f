"""Locks that the kernel frees when their holder dies: no stale lock, no manual unlock.

Lock files stay in place: unlinking one would let two waiters each hold "the" lock of a different file.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ace import atomic
from ace.errors import Locked

RETRY_S = 0.05
DEATH_GRACE_S = 0.05  # a lock is free 0.6 to 3.6 ms after kill -9 of its holder


@contextmanager
def hold(path: Path, what: str, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the lock file `path`. Raises Locked, naming `what` and the holder, when it is not free within `wait_s`."""
    atomic.make_folder(path.parent)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise atomic.cannot_create(path, error) from error
    try:
        with atomic.explained(path, "lock"):
            _take(descriptor, what, wait_s)
            os.pwrite(descriptor, f"{os.getpid():<10}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock, as a reader sees it; the lock is never taken from anyone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def holder(path: Path) -> str:
    """The process id that the last holder wrote, or an empty string."""
    try:
        return _pid(path.read_bytes())
    except OSError:
        return ""


def _pid(content: bytes) -> str:
    text = content.decode("ascii", "replace").strip()
    return text if text.isdigit() else ""


def _take(descriptor: int, what: str, wait_s: float) -> None:
    # A reader's probe holds a shared lock for microseconds, and a killed holder's lock lives on for milliseconds.
    deadline = time.monotonic() + max(wait_s, DEATH_GRACE_S)
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            left = deadline - time.monotonic()
            if left <= 0:
                pid = _pid(os.pread(descriptor, 16, 0))
                message = f"{what} is being worked on by another process" + (f" (pid {pid})" if pid else "")
                raise Locked(message, holder=pid, hint="wait for it, or add --wait SECONDS") from None
            time.sleep(min(RETRY_S if wait_s else 0.005, left))
        else:
            return
