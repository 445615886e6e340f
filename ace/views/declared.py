"""What a run's pipeline declares of its phases: which key lists the items, which what was left out.

A run folder may come from anywhere, so reading it never executes the pipeline file that it names: a user's file is
parsed, and what its `Phase(...)` calls say literally is taken. Pipelines that are installed are asked by name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ace import discovery
from ace.records import Data, Phase

DROPPED_KEYS = ("dropped", "skipped", "held", "rejected")  # of a phase that declares nothing
MAX_SOURCE_BYTES = 1_000_000  # no pipeline file is larger; a run folder must not make a reader parse anything
_WANTED = ("items", "dropped", "item", "stall_after")


@dataclass(frozen=True)
class Declared:
    """The part of `ace.Phase` that readers need. Empty keys: not declared, or not known."""

    items: str = ""
    dropped: str = ""
    item: str = "item"
    stall_after: float | None = None


def of_run(content: Data) -> dict[str, Declared]:
    """What is known of each phase by name; nothing when the pipeline cannot be found."""
    name, file = content.get("pipeline"), content.get("pipeline_file")
    if isinstance(file, str) and file:
        return _from_source(file)
    return _by_name(name) if isinstance(name, str) and name.isidentifier() else {}


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


@cache
def _by_name(name: str) -> dict[str, Declared]:
    try:
        pipeline = discovery.find(name)
    except Exception:  # a pipeline that is gone or broken does not keep its runs from being read
        return {}
    return {phase.name: _of_phase(phase) for phase in pipeline.phases}


def _of_phase(phase: Phase) -> Declared:
    return Declared(phase.items, phase.dropped, phase.item, phase.stall_after)


@cache
def _from_source(file: str) -> dict[str, Declared]:
    path = Path(file)
    try:
        if path.stat().st_size > MAX_SOURCE_BYTES:
            return {}
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return dict(_phases(tree))


def _phases(tree: ast.AST) -> Iterator[tuple[str, Declared]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "Phase":
            said = {word.arg: word.value for word in node.keywords}
            name = _literal(node.args[0] if node.args else said.get("name"))
            if isinstance(name, str):
                values = {key: _literal(said[key]) for key in _WANTED if key in said}
                yield name, _checked(values)


def _checked(values: dict[str, Any]) -> Declared:
    words = {key: value for key, value in values.items() if isinstance(value, str) and key != "stall_after"}
    stall = values.get("stall_after", 300.0)  # the default of ace.Phase
    return Declared(**words, stall_after=float(stall) if isinstance(stall, int | float) else None)


def _called(node: ast.Call) -> str:
    function = node.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _literal(node: ast.expr | None) -> Any:
    return node.value if isinstance(node, ast.Constant) else None


def _objects(value: Any) -> list[Data]:
    """The objects of a list; those of a mapping get their key as `id`."""
    if isinstance(value, dict):
        return [{"id": key, **one} for key, one in value.items() if isinstance(one, dict)]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _all_have(rows: list[Data], *keys: str) -> bool:
    return all(key in row for row in rows for key in keys)
