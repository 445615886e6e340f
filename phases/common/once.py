"""Work that several phases of a run would repeat, done once in their process.

Phases of a run mostly share a process, and its interpreter's lock: what two of them work out side by side takes twice
as long as what one works out and both read. In a process of its own (`--artifact-mode`, a phase run alone) a phase
works it out itself, to the same result.
"""

from __future__ import annotations

import functools
import hashlib
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import orjson

P = ParamSpec("P")
R = TypeVar("R")


def once(*, keep: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator for a pure function of JSON values: its last `keep` results are remembered by what it was given.

    Nobody may change a result, for others have the same. Who asks for what is being worked out waits for it. What
    raises is not remembered.
    """

    def decorated(function: Callable[P, R]) -> Callable[P, R]:
        known: dict[bytes, R] = {}  # the one that was asked for last is at the end
        lock = threading.Lock()

        @functools.wraps(function)
        def remembered(*args: P.args, **kwargs: P.kwargs) -> R:
            given = hashlib.sha256(orjson.dumps((args, kwargs))).digest()
            with lock:
                result = known.pop(given) if given in known else function(*args, **kwargs)
                known[given] = result
                if len(known) > keep:
                    del known[next(iter(known))]
            return result

        return remembered

    return decorated
