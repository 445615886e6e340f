"""What a run says of its phases: which key lists the items, which what was left out, which tables made for readers.

run.json repeats this part of the pipeline's declaration, so reading a run, which may come from anywhere, never
imports or executes the pipeline file that it names.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ace.records import Data

DROPPED_KEYS = ("dropped", "skipped", "held", "rejected")  # of a phase that declares nothing


class Declared(NamedTuple):
    """The part of `ace.Phase` that readers need. Empty keys: not declared, or not known."""

    items: str = ""
    dropped: str = ""
    item: str = "item"
    stall_after: float | None = None
    tables: str = ""


def of_run(content: Data) -> dict[str, Declared]:
    """What is known of each phase by name, from the content of run.json."""
    phases = content.get("phases")
    if not isinstance(phases, dict):
        return {}
    return {name: _checked(state["declared"]) for name, state in phases.items() if _is_declared(state)}


def _is_declared(state: Any) -> bool:
    return isinstance(state, dict) and isinstance(state.get("declared"), dict)


def _checked(said: Data) -> Declared:
    words = {key: said[key] for key in ("items", "dropped", "item", "tables") if isinstance(said.get(key), str)}
    stall = said.get("stall_after")
    return Declared(**words, stall_after=float(stall) if isinstance(stall, int | float) else None)


def items(data: Data, declared: Declared | None = None) -> list[Data]:
    """The items of a phase's data: under the declared key, else the first list of objects that have an `id`."""
    if declared is not None and declared.items:
        return _objects(data.get(declared.items))
    return next((found for found in map(_objects, data.values()) if found and _all_have(found, "id")), [])


def items_key(data: Data, declared: Declared | None = None) -> str:
    """The key that `items` takes them from; empty when there are none."""
    if declared is not None and declared.items:
        return declared.items
    return next((key for key, value in data.items() if (found := _objects(value)) and _all_have(found, "id")), "")


def dropped(data: Data, declared: Declared | None = None) -> list[Data]:
    """What a phase left out: under the declared key, else under a usual one, where id and reason are given."""
    if declared is not None:
        return _objects(data.get(declared.dropped)) if declared.dropped else []
    found = (_objects(data.get(key)) for key in DROPPED_KEYS)
    return next((rows for rows in found if rows and _all_have(rows, "id", "reason")), [])


def _objects(value: Any) -> list[Data]:
    """The objects of a list; those of a mapping get their key as `id`."""
    if isinstance(value, dict):
        return [{"id": key, **one} for key, one in value.items() if isinstance(one, dict)]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _all_have(rows: list[Data], *keys: str) -> bool:
    return all(key in row for row in rows for key in keys)
