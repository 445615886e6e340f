"""Signals, heard by a thread of their own.

A handler in Python runs only when the main thread gets to its next bytecode. A signal that comes in the moment before
that thread goes to sleep (in a read, a queue, a wait of minutes) is not heard until it wakes up; and a handler that
runs in the middle of `threading.Event.wait` stops for ever at the lock which this very thread holds. The interpreter's
own handler in C writes every signal's number into a pipe at once, whatever the main thread does: that is listened to.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable
from types import FrameType

_told: dict[int, Callable[[int], None]] = {}  # what is called for which signal; the latest who asked
_listening = False


def listen(numbers: Iterable[int], told: Callable[[int], None]) -> None:
    """Call `told` with the number of each of these signals that comes, from another thread. Main thread only."""
    global _listening  # noqa: PLW0603  (a process has one place where its signals are heard)
    for number in numbers:
        _told[number] = told
        signal.signal(number, _nothing)
    if _listening:
        return
    _listening = True
    read, write = os.pipe2(os.O_CLOEXEC)
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    os.register_at_fork(after_in_child=_forget)
    threading.Thread(target=_pass_on, args=(read,), name="ace-signals", daemon=True).start()


def _forget() -> None:
    """A forked child has no such thread, and its signals are not its parent's."""
    global _listening  # noqa: PLW0603
    if _listening and threading.current_thread() is threading.main_thread():
        signal.set_wakeup_fd(-1)
    _listening = False


def _nothing(number: int, frame: FrameType | None) -> None:
    """Makes the interpreter catch the signal."""


def _pass_on(read: int) -> None:
    while numbers := os.read(read, 64):
        for number in numbers:
            if signal.getsignal(number) is _nothing:  # somebody else's handler may have taken its place
                _told[number](number)
