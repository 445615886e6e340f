"""ace verify: read every artifact of a run again, with all checks, and print one hash for the run."""

from __future__ import annotations

from collections.abc import Mapping

import click

from ace import discovery, journal, jsonio, runfile, runs, schema, store
from ace.blobs import BlobFolder
from ace.cli.options import common, print_json, root
from ace.errors import AceError, DamagedArtifact
from ace.records import Data, Pipeline
from ace.views import reading
from ace.views.safe import clean

SOUND = ("valid", "pending")
SHOWN_HASH = 12  # characters: enough to see that two differ
SIDE_FILE, BLOB = "its side file", "its blob"
BLOB_KEYS = frozenset(("sha256", "ext", "bytes"))  # of `Blob.as_json()`


@click.command()
@click.argument("run_id", metavar="[RUN]", default=runs.LATEST)
@common
def command(run_id: str, artifacts: str, as_json: bool, debug: bool) -> int:
    """Check every artifact of a run again.

    Checksums of data, metadata and journals, schemas, side files, blobs and the hashes that each phase recorded of its
    inputs. Exit 65 when anything is missing, edited, damaged or stale (made from inputs that are not there any more).
    The hash covers the data of all phases: equal hashes are equal runs.
    """
    run = runs.resolve(root(artifacts), run_id)
    rows = check(run)
    whole = jsonio.sha256(jsonio.dumps([[row["phase"], row["sha256"]] for row in rows]))
    bad = [row for row in rows if row["state"] not in SOUND]
    if as_json:
        print_json({"run_id": run.id, "sha256": whole, "sound": not bad, "phases": rows})
    else:
        _show(run, rows)
        click.echo(f"sha256 {whole}")
        _complain(run, rows, bad, artifacts)
    return DamagedArtifact.exit_code if bad else 0


def check(run: runs.Run) -> list[Data]:
    """A row for every phase, in order: {phase, number, state, sha256, why}.

    `state` is valid, edited, damaged, stale, missing (it was committed) or pending (it never was).
    """
    pipeline = _pipeline(run)
    rows: list[Data] = []
    named: set[str] = set()
    for number, name, state in reading.phases(run):
        origin = runfile.origin(run.content, name)
        place = store.Place(run.folder, run.id, run.pipeline, number, name, _schema(pipeline, name), origin=origin)
        there = {row["phase"]: row["sha256"] for row in rows}
        said = _check(place._replace(written_ns=state.get("written_ns")), state, there, named)
        rows.append({"phase": name, "number": number, "state": "", "sha256": "", "why": ""} | said)
    return rows


def _check(place: store.Place, state: Data, there: Mapping[str, str], named: set[str]) -> Data:
    """What is found of one phase. `there` holds the hashes of the phases before it, empty where nothing was found, and
    `named` the blobs that they name: the phase that names a blob first has made it."""
    try:
        artifact = store.find(place)
    except AceError as error:
        return {"state": "damaged", "why": error.message}
    if artifact is None:
        return _absent(place, state)
    found = {"sha256": artifact.sha256}
    why = _envelope(artifact)
    if artifact.edited and not why:
        return found | {"state": "edited", "why": "it was changed after its commit"}
    if why := why or _side_files(place, artifact) or _blobs(place, artifact, named):
        return found | {"state": "damaged", "why": why}
    if why := _inputs(artifact, there):
        return found | {"state": "stale", "why": why}
    return found | {"state": "valid"}


def _absent(place: store.Place, state: Data) -> Data:
    """What is found of a phase that has no artifact."""
    if state["state"] in ("completed", "partial"):
        return {"state": "missing", "why": f"{place.path} is missing"}
    why = _journal(place)
    return {"state": "damaged", "why": why} if why else {"state": "pending"}


def _pipeline(run: runs.Run) -> Pipeline | None:
    """The pipeline whose schemas to check against. None for a .py file: a run that may come from anywhere is read, and
    what it names is not executed."""
    if run.content["pipeline_file"]:
        return None
    try:
        return discovery.find(run.pipeline) if not run.pipeline.endswith(".py") else None
    except AceError:
        return None


def _schema(pipeline: Pipeline | None, name: str) -> schema.Schema | None:
    """None when there is none to be found any more."""
    try:
        return discovery.phase_schema(pipeline, discovery.phase(pipeline, name)) if pipeline else None
    except AceError:
        return None


def _envelope(artifact: store.Artifact) -> str:
    """Whether the metadata are what an artifact's metadata must be."""
    try:
        schema.check(schema.load(schema.ROOT / "artifact.schema.json"), {"metadata": artifact.metadata, "data": {}})
    except AceError as error:
        return error.message
    return ""


def _journal(place: store.Place) -> str:
    """Whether all finished items of a phase that has not committed are as they were noted. A torn end is no damage."""
    path = place.folder / "journal" / f"{place.stem}.jsonl"
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"its journal cannot be read: {error.strerror}"
    found = journal.parse(raw)
    if found is None:
        return f"{path} is no journal" if b"\n" in raw else ""
    items = "item" if found.damaged == 1 else "items"
    return f"{found.damaged} {items} of its journal changed since noted; to be done again" if found.damaged else ""


def _side_files(place: store.Place, artifact: store.Artifact) -> str:
    """Whether the side files are what was committed. Only files that this phase may have written are opened."""
    for name, expected in artifact.metadata["files"].items():
        path = place.folder / name
        if not name.startswith(f"{place.stem}.") or path.is_symlink():
            return f"{SIDE_FILE} {name} is none of its own"
        if not path.is_file():
            return f"{SIDE_FILE} {name} is missing"
        try:
            found = jsonio.sha256(path.read_bytes())
        except OSError as error:
            return f"{SIDE_FILE} {name} cannot be read: {error.strerror}"
        if found != expected:
            return f"{SIDE_FILE} {name} was changed"
    return ""


def _blobs(place: store.Place, artifact: store.Artifact, named: set[str]) -> str:
    """Whether the blobs that the data name for the first time are there and hold what their names say."""
    folder, waiting = BlobFolder(place.folder), [artifact.data()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict) and value.keys() == BLOB_KEYS:
            if str(value["sha256"]) in named:
                continue
            named.add(str(value["sha256"]))
            try:
                folder.get(value)
            except AceError as error:
                return f"{BLOB} {error.message.removeprefix(f'{place.folder}/')}"
        elif isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value
    return ""


def _inputs(artifact: store.Artifact, there: Mapping[str, str]) -> str:
    """Whether the inputs that the phase recorded are those that are there."""
    for name, expected in artifact.metadata["fingerprint"]["inputs"].items():
        if there.get(name, expected) not in ("", expected):
            return f"it was made from another {name}"
    return ""


def _show(run: runs.Run, rows: list[Data]) -> None:
    click.echo(f"{run.pipeline} run {run.id}")
    width = max((len(row["phase"]) for row in rows), default=0)
    for row in rows:
        said = "  ".join(filter(None, (row["sha256"][:SHOWN_HASH], _short(run, row))))
        click.echo(f"{row['number']:>2} {row['phase']:<{width}}  {row['state']:<7}  {said}".rstrip())


def _short(run: runs.Run, row: Data) -> str:
    """Why, without the path that the row's phase tells already; JSON has it whole."""
    why = clean(row["why"]).removeprefix(f"{run.folder}/")
    stem = f"phase{row['number']}_{row['phase']}"
    return why.removeprefix(f"{stem}.json: ").removeprefix(f"{stem}.json.gz: ")


def _complain(run: runs.Run, rows: list[Data], bad: list[Data], artifacts: str) -> None:
    """How much is wrong, and what to type, on stderr."""
    if not bad:
        return
    click.echo(f"ace: {len(bad)} of {len(rows)} artifacts are not as they were committed", err=True)
    again = reading.command(run, artifacts)
    side = [row for row in bad if row["why"].startswith((SIDE_FILE, BLOB))]
    alone = {row["phase"]: "writes its side files again" for row in side}
    states = {row["state"] for row in bad if row not in side}
    if states == {"edited"}:  # a run has nothing to do: what follows was made from the edits
        alone |= {row["phase"]: "makes it anew, without the edit" for row in bad if row not in side}
    elif states:
        click.echo(f"     {again}   ({_promise(states)})", err=True)
    for row in (row for row in bad if row["phase"] in alone):
        click.echo(f"     {again} --run-phase {row['number']}   ({alone[row['phase']]})", err=True)


def _promise(states: set[str]) -> str:
    """What a run does about artifacts in these states."""
    rebuilt = sorted(states - {"edited"})
    said = [f"rebuilds what is {' or '.join(rebuilt)}"] if rebuilt else []
    if "edited" in states:
        said.append("takes edits as they are, and does what follows again")
    return "; ".join(said)
