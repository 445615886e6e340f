"""The pipelines that the soak kills. One entry of SUBJECTS adds one."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
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
    anew     files that every round begins without, as patterns in the folder
    code     exit code of a run that nobody kills: 3 where some items always fail
    warm     whether a whole run is done in the process that is forked, or phases are only imported: threads of a native
             library (onnxruntime) do not live on in a fork, and what it has loaded waits for them for ever
    serve    starts what the pipeline talks to (a server, in a process of its own: the caller forks) and gives variables
    """

    words: tuple[str, ...]
    ledger: Ledger | None = None
    apart: frozenset[str] = frozenset()
    cache: float = 1.0
    anew: tuple[str, ...] = ()
    code: int = 0
    warm: bool = True
    serve: Callable[[Path], AbstractContextManager[Environment]] = lambda _: contextlib.nullcontext({})


def rows(run: Path) -> set[tuple[str, str, str]]:
    """(phase, key, content) of every whole row in the run's journals."""
    found = set()
    for path in (run / "journal").glob("*.jsonl"):
        with contextlib.suppress(FileNotFoundError):
            found |= {(path.stem, row["k"], row["c"]) for row in _whole(path.read_bytes())}
    return found


def _whole(journal: bytes) -> Iterator[dict[str, str]]:
    """Its rows but for what a kill has torn, which may stand in the middle: the next start appends to it."""
    for line in journal.split(b"\n")[1:-1]:
        with contextlib.suppress(ValueError):
            yield json.loads(line)


def _worked(folder: Path) -> list[str]:
    log = folder / "worked.log"
    return log.read_text().splitlines() if log.exists() else []


def _hashed(run: Path) -> set[str]:
    if (run / "phase2_hashed.json").exists():
        return set(_worked(run.parents[1]))
    return {key.rpartition("_work ")[2] for _, key, _ in rows(run)}  # ctx.map puts its number and function before


@contextlib.contextmanager
def _fake_llm(folder: Path) -> Iterator[Environment]:
    """A model service in a process of its own, whose log says what was billed."""
    command = [sys.executable, "-m", "ace.testing.fake_llm", "--latency", str(LATENCY_S), "--log", str(folder / BILLS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        url = json.loads(server.stdout.readline())["anthropic"]
        try:
            yield {"ANTHROPIC_API_KEY": "soak", "ACE_MODELS__BASE_URL": url}
        finally:
            server.terminate()


def _billed(folder: Path) -> list[str]:
    rows = map(json.loads, (folder / BILLS).read_text().rpartition("\n")[0].splitlines())
    return [row["key"] for row in rows if row["billed"]]


def _received(run: Path) -> set[str]:
    """Answers that the ledger holds: the service gives an answer the name of its question. Looks into a copy, because
    opening the file would mend what the next start has to mend."""
    found = set()
    with tempfile.TemporaryDirectory() as name:
        for path in (run.parents[1] / "cache").glob("llm.db*"):
            shutil.copy(path, name)
        with contextlib.closing(sqlite3.connect(Path(name, "llm.db"))) as database:
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'answers'").fetchone():
                found = {json.loads(raw)["id"] for (raw,) in database.execute("SELECT raw FROM answers")}
    return {one.removeprefix("msg_") for one in found}


BILLS = "bills.jsonl"
LATENCY_S = 0.02
STATEMENT = HERE.parents[1] / "phases" / "fund" / "samples" / "quarterly_report.pdf"
A_FEW = (  # short runs, so that a thousand kills fit into a start; all outlets and all phases stay
    "scraping.max_per_source=2",
    "tier1_filter.keep=12",
    "tier2_batch.keep=10",
    "tier3_5d.keep=8",
    "ranking.keep=5",
)
SAMPLE = ("news", "--sources", "sample", *(word for value in A_FEW for word in ("--set", value)))
NEWS_APART = frozenset(("attempts", "detail", "http_status", "status", "sources_by_status"))

SUBJECTS: dict[str, Subject] = {
    "many_items": Subject((str(HERE / "many_items.py"),), Ledger(_worked, _hashed), anew=("worked.log",)),
    "fund": Subject(("fund", str(STATEMENT))),
    "news": Subject(SAMPLE, apart=NEWS_APART, cache=0.75),
    "news_asked": Subject(
        (*SAMPLE, "--provider", "anthropic"),
        Ledger(_billed, _received),
        NEWS_APART,
        anew=("cache/llm.db*",),
        code=3,  # what the service invents is too short for a paraphrase
        serve=_fake_llm,
    ),
}
