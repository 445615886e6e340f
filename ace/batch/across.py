"""What the inputs of a batch say of each other: the function named in `Pipeline.across`, called once at the end.

It is given what the last phase of every completed or partial run came to, and knows the domain; nothing here does.
What it returns is kept beside the runs, in `across-<pipeline>.json`, and shown.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ace import atomic, clock, jsonio, runfile, runs, store
from ace.batch.jobs import GOOD, Job, Request
from ace.errors import AceError, ConfigError, OutputError
from ace.records import Data, Finished, Pipeline


class Compared(NamedTuple):
    """What was found, where it is kept, and what went wrong with the looking itself ("" when nothing did)."""

    data: Data
    path: Path
    error: str = ""

    @property
    def problems(self) -> list[str]:
        """One text for each thing that a person should know of."""
        listed = self.data.get("problems", [])
        return [self.error] if self.error else [str(one) for one in listed]


def compare(request: Request, jobs: Sequence[Job]) -> Compared | None:
    """Call the pipeline's function; None when it names none, or fewer than two runs have anything to compare.

    Whatever goes wrong in it is told, never raised: the runs are done.
    """
    if not request.pipeline.across:
        return None
    path = request.settings.artifacts / f"across-{request.pipeline.name}.json"
    try:
        members = list(finished(request, jobs))
        if len(members) < 2:  # noqa: PLR2004  (one has nothing to be compared with)
            return None
        data = _checked(_load(request.pipeline)(members))
        of = [{"input": one.input, "run_id": one.run_id} for one in members]
        document = {
            "metadata": {"pipeline": request.pipeline.name, "timestamp": clock.stamp(), "runs": of},
            "data": data,
        }
        atomic.write(path, jsonio.line(document))
    except AceError as error:
        return Compared({}, path, f"{request.pipeline.across}: {error.message}")
    except Exception as error:  # a bug in it ends the comparison, not the batch
        return Compared({}, path, f"{request.pipeline.across}: {type(error).__name__}: {error}"[:2000])
    return Compared(data, path)


def finished(request: Request, jobs: Sequence[Job]) -> Iterator[Finished]:
    """What every input came to, once per run, in the order given; a damaged artifact is passed over."""
    number, last = len(request.pipeline.phases), request.pipeline.phases[-1].name
    seen: set[str] = set()
    for job in jobs:
        if job.state not in GOOD or not job.run_id or job.run_id in seen:
            continue
        seen.add(job.run_id)
        folder = request.settings.artifacts / f"{runs.PREFIX}{job.run_id}"
        content = runfile.load(folder) or {}
        state = content.get("phases", {}).get(last) or {}
        place = store.Place(folder, job.run_id, request.pipeline.name, number, last, None, state.get("written_ns"))
        try:
            artifact = store.find(place)
        except AceError:
            continue
        if artifact is not None:
            yield Finished(job.input, job.run_id, artifact.data())


def _load(pipeline: Pipeline) -> Callable[[list[Finished]], object]:
    module_name, _, name = pipeline.across.partition(":")
    try:
        found = getattr(importlib.import_module(module_name), name, None)
    except ModuleNotFoundError as error:
        message = f"cannot be imported: {error}"
        raise ConfigError(message) from error
    if not callable(found):
        message = "is no function"
        raise ConfigError(message)
    function: Callable[[list[Finished]], object] = found
    return function


def _checked(data: object) -> Data:
    if not isinstance(data, dict) or not isinstance(data.get("problems", []), list):
        message = "did not return an object with `problems`, a list of texts"
        raise OutputError(message)
    jsonio.dumps(data)
    return data
