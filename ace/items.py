"""Work on items, each journalled as soon as it is finished: the inside of `ctx.map`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ace import jsonio
from ace.errors import PhaseError
from ace.executors.threads import Retry, attempt, run_items
from ace.protocols import Journal
from ace.records import FailedItem, Json


def keyed(items: Iterable[Any], key: Callable[[Any], str]) -> list[tuple[str, Any]]:
    """Items with their keys. Raises PhaseError when two have the same."""
    work = [(key(item), item) for item in items]
    if len({name for name, _ in work}) == len(work):
        return work
    seen: set[str] = set()
    twice = next(name for name, _ in work if name in seen or seen.add(name))  # type: ignore[func-returns-value]
    message = f"ctx.map: two items have the key {twice!r}; keys must be unique"
    raise PhaseError(message)


def work_through(
    call: Callable[[Any], Json],
    work: list[tuple[str, Any]],
    rows: Rows,
    retry: Retry,
    *,
    concurrency: int,
    check: Callable[[], None],
    progress: Callable[[int, int], None],
) -> tuple[dict[str, Json], list[FailedItem]]:
    """Values by key, those of an earlier attempt among them, and the items that failed for good."""
    done, missing = rows.recall(work)
    failed: list[FailedItem] = []

    def one(name: str, item: Any) -> Json:
        return attempt(call, name, item, retry)

    for name, value in run_items(one, missing, concurrency=concurrency, check=check):
        if isinstance(value, FailedItem):
            failed.append(value)
        else:
            done[name] = rows.add(name, value)
        progress(len(done) + len(failed), len(work))
    return done, failed


class Rows:
    """The journal rows of one `map`: what was finished before, and what is finished now."""

    def __init__(self, journal: Journal, prefix: str, keep: Callable[[Json], bool] | None) -> None:
        self._journal, self._prefix, self._keep = journal, prefix, keep
        self._content: dict[str, str] = {}

    def recall(self, work: list[tuple[str, Any]]) -> tuple[dict[str, Json], list[tuple[str, Any]]]:
        """Values of items that were finished before, and the items that were not."""
        done: dict[str, Json] = {}
        missing: list[tuple[str, Any]] = []
        for name, item in work:
            self._content[name] = jsonio.sha256(jsonio.dumps(item))
            found, value = self._journal.find(self._prefix + name, self._content[name])
            if found:
                done[name] = value
            else:
                missing.append((name, item))
        return done, missing

    def add(self, name: str, value: Json) -> Json:
        """Record a value. Returns it as a resume would read it back: tuples are lists then, and should be at once."""
        if self._keep is None or self._keep(value):
            self._journal.add(self._prefix + name, self._content[name], value)
        return jsonio.trusted_loads(jsonio.dumps(value))
