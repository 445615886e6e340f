"""One start of `ace`, forked from a process that has imported everything, and its end by SIGKILL.

What dies is the whole command as a user types it. Only the imports are paid once, not a thousand times.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from ace.cli.main import main

CALLS = ("open", "write", "fsync", "fdatasync", "replace", "rename", "symlink", "link", "unlink", "mkdir", "truncate")
SET_CHILD_SUBREAPER = 36  # of prctl
OWN: set[int] = set()  # children that were there before the first session: a server
BUG = 99  # exit code of a session that ended otherwise than a command does


def start(folder: Path, words: list[str], log: Path, call: str = "", number: int = 0) -> int:
    """The process id of `ace WORDS` in `folder`. It kills itself at its n-th `call` that changes a file. When it lives,
    it leaves how often it made which call beside `log`."""
    child = os.fork()
    if child:
        return child
    code = BUG
    made: Counter[str] = Counter()
    try:
        os.setsid()
        os.chdir(folder)
        _redirect(log)
        _arm(made, call, number)
        main(words)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        log.with_suffix(".calls").write_text(json.dumps(made))
        os._exit(code)


def kill_after(child: int, seconds: float) -> bool:
    """Whether it had to be killed because it lived longer than `seconds`; it is to be collected either way."""
    with _handle(child) as handle:
        lives = not select.select([handle], [], [], seconds)[0]
        if lives:
            os.kill(child, signal.SIGKILL)
    return lives


def wait(child: int, seconds: float) -> int | None:
    """Its exit code; None when it was killed, by itself or because it lived longer than `seconds`."""
    kill_after(child, seconds)
    return collected(child)


def collected(child: int) -> int | None:
    """The exit code of a session that has ended; None when it was killed."""
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return None if code == -signal.SIGKILL else code


@contextmanager
def _handle(child: int) -> Iterator[int]:
    handle = os.pidfd_open(child)
    try:
        yield handle
    finally:
        os.close(handle)


SIGNALS = "ace-signals"  # waits in a read for as long as the process lives; a forked child starts its own


def here(words: list[str], log: Path, expected: int = 0) -> None:
    """`ace WORDS` in this process, which has then imported everything and is made ready to be forked: one thread, no
    helper process whose pipe its children would share. Raises RuntimeError when the command fails or threads stay."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    with open(log, "w") as file, contextlib.redirect_stdout(file), contextlib.redirect_stderr(file):
        try:
            main(words)
        except SystemExit as ended:
            code = ended.code
    for number, handler in handlers.items():
        signal.signal(number, handler)
    resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]
    staying = [thread for thread in threading.enumerate() if thread.name not in ("MainThread", SIGNALS)]
    if code != expected or staying:
        message = f"ace {' '.join(words)}: exit {code}, {threading.enumerate()}\n{log.read_text()}"
        raise RuntimeError(message)


def _redirect(log: Path) -> None:
    """What it prints goes to a file, which tells why a session failed."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.close(out)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False)


def _arm(made: Counter[str], fatal: str, number: int) -> None:
    """Count calls, and die before the n-th of the `fatal` kind; of a write, after half of it."""

    def hook(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            made[name] += name != "open" or (len(arguments) > 1 and bool(arguments[1] & os.O_CREAT))
            if name == fatal and made[name] == number:
                if name == "write":
                    real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)

        return call

    for name in CALLS:
        setattr(os, name, hook(name, getattr(os, name)))


def adopt() -> None:
    """Processes that a killed session leaves become children of this one, so that they can be counted."""
    if ctypes.CDLL(None, use_errno=True).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    OWN.update(_children())


def collect(seconds: float) -> int:
    """Wait for what was adopted. Returns how many had to be killed because they lived on for longer than `seconds`."""
    deadline = time.monotonic() + seconds
    while (left := _reap()) and time.monotonic() < deadline:
        time.sleep(0.01)
    for child in left:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return len(left)


def _reap() -> list[int]:
    """Collect the dead; the living children of this process that a session left."""
    for child in _children() - OWN:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, os.WNOHANG)
    return sorted(_children() - OWN)


def _children() -> set[int]:
    return {int(child) for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}
