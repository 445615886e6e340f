"""The pipelines that the soak kills. One entry of SUBJECTS adds one."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
Environment = Mapping[str, str]


class Ledger(NamedTuple):
    """What costs something each time that it is done: work on an item, or an answer that is billed.

    `done` names everything that was done or billed, in order, once for each time; it is given the folder of the
    subject. `kept` names that of which a run has the result on disk; it is given the run's folder. What is kept when a
    run is killed must never be done again.
    """

    done: Callable[[Path], list[str]]
    kept: Callable[[Path], set[str]]


class Subject(NamedTuple):
    """A pipeline and how it is run: `ace run WORDS`.

    ledger   where "done twice" can be told; None shows a dash
    apart    keys of the data, at any depth, that may differ from the run that nobody killed: how often a server was
             asked, never what came of it
    cache    the share of rounds that begin with the cache of the round before; the others begin with none
    serve    starts what the pipeline talks to (a server, in a process of its own: the caller forks) and gives variables
    """

    words: tuple[str, ...]
    ledger: Ledger | None = None
    apart: frozenset[str] = frozenset()
    cache: float = 1.0
    serve: Callable[[Path], AbstractContextManager[Environment]] = lambda _: contextlib.nullcontext({})


def rows(run: Path) -> set[tuple[str, str, str]]:
    """(phase, key, content) of every whole row in the run's journals."""
    found = set()
    for path in (run / "journal").glob("*.jsonl"):
        with contextlib.suppress(FileNotFoundError):
            whole = path.read_bytes().rpartition(b"\n")[0]
            lines = map(json.loads, whole.splitlines()[1:])
            found |= {(path.stem, line["k"], line["c"]) for line in lines}
    return found


def _worked(folder: Path) -> list[str]:
    log = folder / "worked.log"
    return log.read_text().splitlines() if log.exists() else []


def _hashed(run: Path) -> set[str]:
    if (run / "phase2_hashed.json").exists():
        return set(_worked(run.parents[1]))
    return {key.rpartition("_work ")[2] for _, key, _ in rows(run)}  # ctx.map puts its number and function before


NEWS_APART = frozenset(("attempts", "detail", "http_status", "status", "sources_by_status"))

SUBJECTS: dict[str, Subject] = {
    "many_items": Subject((str(HERE / "many_items.py"),), Ledger(_worked, _hashed)),
    "news": Subject(("news", "--sources", "sample"), apart=NEWS_APART, cache=0.75),
}
