"""A run that begins with the artifacts of another: the same files under further names, up to a phase.

Metadata are not rewritten: an artifact goes on saying which run made it. run.json of the fork records, for each of
these phases, that run and the hash of the data (`forked_from`), and the store accepts exactly these and no other.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import ace
from ace import atomic, clock, jsonio, runfile, runs, store
from ace.records import Data, Json, Pipeline
from ace.runs import Run

_BLOB = re.compile(r"[0-9a-f]{64}\.[0-9a-z]{1,16}")


def make(
    source: Run,
    pipeline: Pipeline,
    kept: Iterable[store.Place],
    at: str,
    settings: Mapping[str, Json],
    run_id: str = "",
) -> Path:
    """The folder of a new run with the artifacts of `source` at the places `kept`, to be run from phase `at` on.

    It appears whole, by one rename: a crash before that leaves the name with nothing in it, and a folder that no
    reader takes for a run. Raises CannotCreate, UsageError for an id that is not one, DamagedArtifact, StorageError.
    """
    folder = runs.create(source.folder.parent, run_id)
    draft = folder.with_name(f"{atomic.TEMPORARY}{folder.name}-{os.urandom(6).hex()}")
    try:
        atomic.make_folder(draft)
        origins = {place.name: origin for place in kept if (origin := _link(place, draft))}
        _link_blobs(source.folder / "blobs", draft / "blobs")
        content = _content(source, pipeline, origins, at, settings) | {"run_id": folder.name.removeprefix(runs.PREFIX)}
        atomic.write(draft / runfile.FILE, jsonio.dumps(content) + b"\n")
        atomic.publish(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.rmdir()
        raise
    return folder


def _link(place: store.Place, draft: Path) -> Data | None:
    """Link an artifact and its side files. Returns which run made it and the hash that it was committed with."""
    artifact = store.find(place)
    if artifact is None:  # an optional input that was missing in the source is missing here
        return None
    own = [name for name in artifact.metadata.get("files", {}) if name.startswith(f"{place.stem}.") and "/" not in name]
    for name in (artifact.path.name, *own):
        if (place.folder / name).exists():
            atomic.link_file(place.folder / name, draft / name)
    return {"run_id": artifact.metadata["run_id"], "data_sha256": artifact.metadata["data_sha256"]}


def _link_blobs(blobs: Path, draft: Path) -> None:
    """All of them: they are named by content, and one more name costs nothing."""
    names = [path.name for path in blobs.glob("*") if _BLOB.fullmatch(path.name) and not path.is_symlink()]
    if names:
        atomic.make_folder(draft)
    for name in names:
        atomic.link_file(blobs / name, draft / name)


def _content(source: Run, pipeline: Pipeline, origins: Data, at: str, settings: Mapping[str, Json]) -> Data:
    """run.json of the fork: what the source's says of the phases that are kept; the others are pending."""
    content = runfile.new("", pipeline, dict(settings), ace.__version__)
    for name in origins:
        content["phases"][name] = dict(source.content["phases"].get(name, content["phases"][name]))
    started = clock.stamp(runfile.moment(source.content))
    return content | {"forked_from": {"run": source.id, "at": at, "started": started, "phases": origins}}
