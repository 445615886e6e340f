"""What is on disk of every phase of a run, and what each would be made with today. Reads only."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ace import config, discovery, fingerprint, plan, runfile, runs, store
from ace.errors import AceError, DamagedArtifact
from ace.records import Json, Phase, Pipeline

LOOKED_AT = 20  # runs, by their names: a night's run is seldom further back, and looking costs microseconds


class Known(NamedTuple):
    """A phase with what is on disk of it and what it would be made with today."""

    phase: Phase
    number: int
    place: store.Place
    recorded: plan.Recorded
    current: plan.Current
    code: fingerprint.Code


def examine(folder: Path, pipeline: Pipeline, values: config.Values, content: Mapping[str, Json]) -> dict[str, Known]:
    """Every phase's artifact, verified, and its fingerprint of today. Writes nothing."""
    run_id = folder.name.removeprefix(runs.PREFIX)
    found = {}
    codes: dict[tuple[Path, tuple[str, ...]], fingerprint.Code] = {}  # phases in one file share their code
    for number, phase in enumerate(pipeline.phases, 1):
        expected = discovery.phase_schema(pipeline, phase)
        written_ns = content["phases"].get(phase.name, {}).get("written_ns")
        origin = runfile.origin(content, phase.name)
        place = store.Place(folder, run_id, pipeline.name, number, phase.name, expected, written_ns, origin)
        recorded = record(place)
        made_of = (discovery.module_file(pipeline, phase), phase.files)
        if made_of not in codes:
            before = recorded.code_files or _code_of_another(folder, pipeline, number, phase)
            codes[made_of] = fingerprint.of_code(*made_of, dict(before))
        code = codes[made_of]
        current = plan.Current(code.sha256, code.files, values[phase.name], expected.sha256 if expected else "")
        found[phase.name] = Known(phase, number, place, recorded, current, code)
    return found


def _code_of_another(folder: Path, pipeline: Pipeline, number: int, phase: Phase) -> Mapping[str, list[str]]:
    """What another run of the pipeline recorded of this phase's code, a late one: unchanged code need not be parsed."""
    root = folder.parent
    latest = (root / f"{runs.LATEST}-{pipeline.name}").resolve().name.removeprefix(runs.PREFIX)
    for run_id in [latest, *sorted(runs.ids(root), reverse=True)][:LOOKED_AT]:
        place = store.Place(root / f"{runs.PREFIX}{run_id}", run_id, pipeline.name, number, phase.name)
        if place.folder == folder or not place.path.exists():
            continue
        with contextlib.suppress(AceError):  # a damaged one, or one of another pipeline
            code: Mapping[str, list[str]] = store.read(place).metadata.get("code", {})
            return code
    return {}


def record(place: store.Place) -> plan.Recorded:
    """What is on disk of one phase."""
    try:
        artifact = store.find(place)
    except DamagedArtifact as error:
        return plan.Recorded("damaged", why=error.message)
    if artifact is None:
        return plan.Recorded("missing")
    metadata = artifact.metadata
    for name in metadata.get("files", {}):
        if not (place.folder / name).is_file():
            return plan.Recorded("damaged", why=f"its side file {name} is missing")
    made_with = metadata.get("fingerprint", {})
    return plan.Recorded(
        "edited" if artifact.edited else "valid",
        artifact.sha256,
        status=metadata.get("status", "completed"),
        inputs=made_with.get("inputs", {}),
        code=made_with.get("code", ""),
        code_files=metadata.get("code", {}),
        config=metadata.get("config", {}),
        schema=made_with.get("schema", ""),
    )
