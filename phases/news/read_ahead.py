"""Pages to read while the last feeds keep the night waiting.

Pages come after all feeds, because only then is it known which pages several feeds share. Some feed always hangs until
its time is over, though; meanwhile the threads that have nothing left to ask read pages that are sure to be wanted.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from ace.errors import Interrupted


class ReadAhead:
    """Shared by the threads that read `feeds` feeds. `take` gives a result that was read ahead, once.

    After a resume fewer feeds are asked than there are; then nothing is read ahead, and nothing is lost by that.
    """

    def __init__(self, feeds: int, read: Callable[[str], dict[str, Any]]) -> None:
        self._read = read
        self._not_asked = self._not_answered = feeds
        self._urls: deque[str] = deque()
        self._seen: set[str] = set()
        self._found: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def asking(self) -> None:
        """A thread begins with a feed."""
        with self._lock:
            self._not_asked -= 1

    def answered(self, urls: Iterable[str]) -> None:
        """A thread is done with a feed, which wants these pages. Reads pages while other threads wait for feeds."""
        with self._lock:
            self._not_answered -= 1
            self._urls += [url for url in urls if url not in self._seen]
            self._seen.update(self._urls)
        while (url := self._next()) is not None:
            try:
                self._found[url] = self._read(url)
            except Interrupted:
                raise
            except Exception:  # noqa: S112  (the page's own turn comes, and with it the report of the failure)
                continue

    def take(self, url: str) -> dict[str, Any] | None:
        return self._found.pop(url, None)

    def _next(self) -> str | None:
        with self._lock:
            is_idle = self._not_asked == 0 and self._not_answered > 0
            return self._urls.popleft() if is_idle and self._urls else None
