"""What `ace view` shows of a run's artifacts: the overview, the summary of one, a readable preview of its data. Pure.

`artifact_table` draws it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ace.errors import UsageError
from ace.records import Data, Json
from ace.runs import nearest
from ace.views import declared
from ace.views.declared import Declared
from ace.views.fields import NAME_SHOWN
from ace.views.outline import INLINE, outline
from ace.views.reading import Opened
from ace.views.safe import clean, shortened

PREVIEW_ITEMS = 10  # rows of the list that holds the items
PREVIEW_OTHERS = 5  # rows of any other list
MAX_COLUMNS = 8
COUNT_DIGITS = 6  # `--items 12` is a count; ids of digits only are longer, or go through --field articles[id=12]
# What tells most about an item, in the order of columns. On a narrow terminal the highest number goes first, 0 stays.
TELLING = {
    "rank": 1,
    "id": 0,
    "title": 0,
    "name": 0,
    "source": 4,
    "type": 4,
    "status": 2,
    "reason": 0,
    "detail": 5,
    "category": 7,
    "published": 8,
}
SCORE_RANK, OTHER_RANK = 3, 6
LONG = ("title", "name", "detail")  # may be cut on a narrow terminal
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)")  # shown to the minute
_SCALARS = (str, int, float, bool)


@dataclass(frozen=True)
class Listing:
    """A list of objects as a table: {column: cells} of the rows that are shown, how many there are in all."""

    key: str
    total: int
    shown: int
    columns: dict[str, list[str]]


@dataclass(frozen=True)
class Preview:
    """The data of an artifact for reading: its lists as tables, the rest as lines."""

    lists: list[Listing]
    lines: list[str]


def overview(opened: Iterable[Opened]) -> list[Data]:
    """One record per phase: state of its artifact, counts, method, size, warnings."""
    return [_overview(one) for one in opened]


def _overview(one: Opened) -> Data:
    said = one.metadata
    return {
        "phase_number": one.number,
        "phase_name": one.name,
        "state": one.state,
        "recorded_state": one.recorded.get("state", ""),
        "why": one.trouble,
        "input_count": said.get("input_count"),
        "output_count": said.get("output_count"),
        "dropped_count": said.get("dropped_count"),
        "failed_count": said.get("failed_count"),
        "method": said.get("method", ""),
        "output_bytes": said.get("output_bytes"),
        "duration_seconds": said.get("duration_seconds"),
        "cost_usd": said.get("cost_usd"),
        "warnings": said.get("warnings", []),
        "files": sorted(said.get("files", {})),
    }


def preview(data: Data, said: Declared | None, *, rows: int = PREVIEW_ITEMS) -> Preview:
    """The items first, then the other lists of objects, then everything else."""
    main = declared.items_key(data, said)
    lists = [key for key in data if _is_table(data[key])]
    lists.sort(key=lambda key: key != main)
    listings = [listing(key, data[key], rows if key == main else PREVIEW_OTHERS) for key in lists]
    rest = {key: value for key, value in data.items() if key not in lists}
    return Preview(listings, outline(rest, limit=INLINE * 2))


def listing(key: str, found: list[Data], rows: int) -> Listing:
    """The first `rows` objects of a list with their most telling columns."""
    shown = found[:rows]
    flat = [_flat(one) for one in shown]
    columns = {name: [cell(one.get(name)) for one in flat] for name in telling(flat)}
    return Listing(key, len(found), len(shown), columns)


def telling(rows: list[dict[str, Json]]) -> list[str]:
    """The columns worth showing: known names first, then scores, then other short ones where few are known."""
    there = list(dict.fromkeys(key for row in rows for key, value in row.items() if isinstance(value, _SCALARS)))
    known = [key for key in TELLING if key in there]
    scores = sorted((key for key in reversed(there) if is_score(key)), key=lambda key: not _falls(rows, key))
    nested = [key for key in there if key.endswith(".status") and len({row.get(key) for row in rows}) > 1]
    others = [key for key in there if key not in (*known, *scores, *nested) and "." not in key and _is_short(rows, key)]
    plain = others if len(known) + len(scores) < 3 else []  # noqa: PLR2004  (id, title and one more say what it is)
    place = next((place + 1 for place, key in enumerate(known) if key in ("reason", "status", "source")), len(known))
    return [*known[:place], *scores, *nested, *known[place:], *plain][:MAX_COLUMNS]


def column_rank(name: str) -> int:
    return SCORE_RANK if is_score(name) else TELLING.get(name, OTHER_RANK)


def is_score(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last == "score" or last.endswith("_score")


def cell(value: Json) -> str:
    """A scalar as a person writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    text = clean(value)
    return f"{text[:10]} {text[11:16]}" if STAMP.fullmatch(text) else text


def pick(data: Data, said: Declared | None, wanted: str, phase: str) -> tuple[list[Data], bool]:
    """Items for `--items`: the first N for a count (all for an empty one), or the one whose id begins so.

    Returns the items and whether one was asked for by its id. Raises UsageError.
    """
    found = declared.items(data, said)
    if not found:
        message = f"phase {phase} lists no items"
        raise UsageError(message, hint=f"its data have: {_known(list(data))}")
    if not wanted or _is_count(wanted):
        return (found[: int(wanted)] if wanted else found), False
    fitting = [one for one in found if str(one.get("id")) == wanted]
    fitting = fitting or [one for one in found if str(one.get("id", "")).startswith(wanted)]
    if len(fitting) == 1:
        return fitting, True
    ids = [str(one.get("id", "")) for one in fitting or found]
    message = (
        f"{wanted[:80]!r} fits {len(fitting)} of {len(found)} items"
        if fitting
        else f"no item {wanted[:80]!r} in {phase}"
    )
    raise UsageError(message, hint=_known(ids if fitting else nearest(wanted, ids) or ids))


def ordered(item: Data) -> Data:
    """An item with what tells most first and its long texts last."""
    place = {key: number for number, key in enumerate(TELLING)}
    long = {key for key, value in item.items() if isinstance(value, str) and len(value) > 4 * INLINE}
    return dict(sorted(item.items(), key=lambda one: (one[0] in long, place.get(one[0], len(place)))))


def _is_count(wanted: str) -> bool:
    return wanted.isascii() and wanted.isdigit() and len(wanted) <= COUNT_DIGITS and not wanted.startswith("0")


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _flat(one: Data) -> dict[str, Json]:
    """An object with the scores and states of the objects in it under dotted names."""
    flat = dict(one)
    for key, value in one.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{name}": value[name] for name in ("score", "status") if name in value}
    return flat


def _falls(rows: list[dict[str, Json]], key: str) -> bool:
    """Whether the rows are sorted by this score: then it is the one that tells most."""
    values = [value for row in rows if isinstance(value := row.get(key), int | float)]
    return all(one >= next_ for one, next_ in pairwise(values))


def _is_short(rows: list[dict[str, Json]], key: str) -> bool:
    return all(len(cell(row[key])) <= INLINE for row in rows if isinstance(row.get(key), _SCALARS))


def _known(names: list[str]) -> str:
    more = f" … ({len(names)} in all)" if len(names) > PREVIEW_OTHERS else ""
    return ", ".join(shortened(clean(name), NAME_SHOWN) for name in names[:PREVIEW_OTHERS]) + more
