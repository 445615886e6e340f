"""One item's way through a run: where it came from, what each phase made of it, where it ended and why.

Artifacts are opened one after the other; only what concerns the item is kept. `ace.cli.trace` draws it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from ace.errors import UsageError
from ace.records import Data, Json
from ace.runs import Run, nearest
from ace.views import declared, reading
from ace.views.brief import SHORT, brief
from ace.views.declared import Declared
from ace.views.reading import Opened
from ace.views.safe import clean, shortened

KEPT, DROPPED, MERGED, FAILED, LOST = "kept", "dropped", "merged", "failed", "lost"
STANDS_FOR = ("duplicate", "same_story", "merged")  # reasons that mean: another item is kept for this one
LISTED = 10  # items named when several fit
IDENTITY = ("id", "title", "name", "url", "source", "source_id", "published")


@dataclass(frozen=True)
class Step:
    """What one phase made of the item.

    what     kept, dropped, merged (into the item `into`), failed, or lost: gone without a recorded reason
    place    its place among the `of` items that the phase kept
    added    {key: short value}; changed {key: (before, after)}; gone: keys that it had before
    """

    number: int
    phase: str
    what: str
    place: int = 0
    of: int = 0
    reason: str = ""
    detail: str = ""
    into: Data = field(default_factory=dict)
    added: dict[str, str] = field(default_factory=dict)
    changed: dict[str, tuple[str, str]] = field(default_factory=dict)
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trace:
    """An item's whole way. `item` has what tells it from others; `end` says where it ended and begins after "it is"."""

    run_id: str
    pipeline: str
    item: Data
    steps: tuple[Step, ...]
    end: str

    def as_json(self) -> Data:
        return asdict(self) | {"steps": [asdict(step) for step in self.steps]}


@dataclass(frozen=True)
class Seen:
    """A run as `trace` reads it. `troubled` are artifacts that are not as they were committed."""

    run: Run
    names: dict[str, Data]
    troubled: list[Opened]


def look(run: Run) -> Seen:
    """All items of a run by id: kept, left out or failed somewhere, with what tells one from another."""
    names: dict[str, Data] = {}
    troubled = []
    failed: list[Data] = []
    for opened, data, said in _opened(run):
        if opened.trouble:
            troubled.append(opened)
        failed += _failed(opened)
        for row in [*declared.items(data, said), *_left_out(data, said)]:
            if "id" in row:
                known = names.setdefault(str(row["id"]), {"id": str(row["id"])})
                known |= {key: row[key] for key in IDENTITY if row.get(key) and key not in known}
    urls = {one.get("url") for one in names.values()}
    for key in (one["id"] for one in failed if one["id"] not in urls):
        names.setdefault(key, {"id": key})
    return Seen(run, names, troubled)


def find(seen: Seen, wanted: str) -> str:
    """The id of the item meant by an id or a prefix of one, a URL, or words of a title. Raises UsageError."""
    names = seen.names
    if wanted in names:
        return wanted
    words = wanted.casefold().split()
    fitting = [key for key, one in names.items() if wanted.strip() and one.get("url") == wanted.strip()]
    address = _address(wanted)
    fitting = fitting or [key for key, one in names.items() if address and _address(one.get("url")) == address]
    fitting = fitting or [key for key in names if wanted and key.startswith(wanted)]
    fitting = fitting or [key for key, one in names.items() if words and _has_words(one, words)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        shown = [f"{clean(key)}  {title(names[key])}" for key in fitting[:LISTED]]
        more = [f"… {len(fitting) - LISTED} more"] if len(fitting) > LISTED else []
        message = f"{wanted[:80]!r} fits {len(fitting)} items of run {seen.run.id}; give the id of one, or more words"
        raise UsageError(message, hint="\n     ".join([*shown, *more]))
    near = [
        title(names[key]) for key in names if title(names[key]) in nearest(wanted, list(map(title, names.values())))
    ]
    hint = f"did you mean {' / '.join(near)}?" if near else "ace view --phase PHASE --items lists the items of a phase"
    message = f"no item {wanted[:80]!r} in run {seen.run.id}: no id, no URL and no title has that"
    raise UsageError(message, hint=hint)


def _address(text: Any) -> str:
    """A web address without what browsers add or leave out: scheme, capitals in the host, fragment, the last slash."""
    scheme, _, rest = str(text).strip().partition("://")
    host, _, path = rest.partition("#")[0].partition("/")
    return f"{host.lower()}/{path}".rstrip("/") if scheme.lower() in ("http", "https") else ""


def follow(seen: Seen, item_id: str) -> Trace:
    """The item's way, phase by phase, from where it is first seen to where it ended."""
    run, named = seen.run, seen.names[item_id]
    steps: list[Step] = []
    before: Data = {}
    alike: set[Any] = set()  # ids beside it where it was last: a phase that lists none of them lists other things
    waiting: tuple[int, str] | None = None  # the first phase that lists items and not this one
    for opened, data, said in _opened(run):
        if opened.artifact is None:
            continue
        kept = declared.items(data, said)
        step = _kept(opened, kept, item_id, before) or _out(opened, data, said, kept, named)
        if step is None:
            if waiting is None and any(one.get("id") in alike for one in kept):
                waiting = (opened.number, opened.name)
            continue
        steps.append(step)
        waiting = None
        if step.what == KEPT:
            before = next(one for one in kept if str(one.get("id")) == item_id)
            alike = {one["id"] for one in kept if isinstance(one.get("id"), str | int)}
    if waiting and steps[-1].what == KEPT:
        steps.append(Step(*waiting, LOST, reason="no reason recorded"))
    return Trace(run.id, run.pipeline, named, tuple(steps), _end(seen, steps))


def title(named: Data) -> str:
    return shortened(clean(named.get("title") or named.get("name") or named.get("url") or named.get("id", "")), SHORT)


def _opened(run: Run) -> Iterator[tuple[Opened, Data, Declared | None]]:
    said = declared.of_run(run.content)
    for _, name, _ in reading.phases(run):
        opened = reading.one(run, name)
        yield opened, opened.artifact.data() if opened.artifact else {}, said.get(name)


def _left_out(data: Data, said: Declared | None) -> list[Data]:
    """What a phase left out: under the key that it declares, and in other lists whose rows have an id and a reason."""
    keys = {declared.items_key(data, said), said.dropped if said else ""}
    others = (declared.dropped({"dropped": value}) for key, value in data.items() if key not in keys)
    return [*declared.dropped(data, said), *(row for rows in others for row in rows)]


def _failed(opened: Opened) -> list[Data]:
    rows = opened.metadata.get("failed_items", [])
    return [{**one, "id": str(one["key"])} for one in rows if isinstance(one, dict) and one.get("key")]


def _kept(opened: Opened, kept: list[Data], item_id: str, before: Data) -> Step | None:
    for place, one in enumerate(kept, 1):
        if str(one.get("id")) == item_id:
            added = {key: brief(value) for key, value in one.items() if key not in before}
            changed = {key: (before[key], one[key]) for key in one if key in before and before[key] != one[key]}
            shown = {key: (brief(was), brief(now)) for key, (was, now) in changed.items()}
            gone = tuple(sorted(before.keys() - one.keys()))
            return Step(opened.number, opened.name, KEPT, place, len(kept), added=added, changed=shown, gone=gone)
    return None


def _out(opened: Opened, data: Data, said: Declared | None, kept: list[Data], named: Data) -> Step | None:
    """The step of an item that a phase left out or failed on; None when it says nothing of it."""
    for row in _left_out(data, said):
        if str(row.get("id")) == named["id"]:
            reason, detail = str(row.get("reason") or "no reason given"), str(row.get("detail") or "")
            into = _stand_in(kept, named) if reason in STANDS_FOR else {}
            return Step(opened.number, opened.name, MERGED if into else DROPPED, 0, len(kept), reason, detail, into)
    for row in _failed(opened):
        if row["id"] in (named["id"], named.get("url")):
            error, message = str(row.get("error", "")), str(row.get("message", ""))
            return Step(opened.number, opened.name, FAILED, 0, len(kept), error, message)
    return None


def _stand_in(kept: list[Data], named: Data) -> Data:
    """The kept item that names this one somewhere in what the phase recorded of it."""
    wanted = {value for key in ("id", "url") if (value := named.get(key))}
    for one in (one for one in kept if "id" in one):
        if any(_mentions(value, wanted) for key, value in one.items() if isinstance(value, dict | list)):
            return {"id": str(one["id"]), "title": title(one)}
    return {}


def _mentions(value: Json, wanted: set[str]) -> bool:
    if isinstance(value, dict):
        return any(_mentions(one, wanted) for one in value.values())
    if isinstance(value, list):
        return any(_mentions(one, wanted) for one in value)
    return isinstance(value, str) and value in wanted


def _end(seen: Seen, steps: list[Step]) -> str:
    """Where it ended, in one sentence."""
    step = steps[-1]
    if step.what == MERGED:
        other = follow(seen, step.into["id"])
        return f"merged in {step.phase} into “{step.into['title']}” ({step.into['id']}), which is {other.end}"
    if step.what == FAILED:
        return f"failed in {step.phase}: {step.reason}: {step.detail}"
    if step.what != KEPT:
        return f"{step.what} in {step.phase}: {step.reason}" + (f" ({step.detail})" if step.detail else "")
    where = f"at place {step.place} of {step.of} in {step.phase}"
    after = {name: str(state.get("state")) for number, name, state in reading.phases(seen.run) if number > step.number}
    for name, state in after.items():
        if state not in ("completed", "partial"):
            return f"{where}, as far as the run has come ({name} is {state})"
    return f"reported {where}"


def _has_words(one: Data, words: list[str]) -> bool:
    text = str(one.get("title") or one.get("name") or "").casefold()
    return all(word in text for word in words)
