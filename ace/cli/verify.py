"""ace verify: read every artifact of a run again, with all checks, and print one hash for the run."""

from __future__ import annotations

import click

from ace import discovery, jsonio, runs, schema, store
from ace.cli.options import common, print_json, root
from ace.errors import AceError, DamagedArtifact
from ace.records import Data


@click.command()
@click.argument("run_id", metavar="[RUN]", default=runs.LATEST)
@common
def command(run_id: str, artifacts: str, as_json: bool, debug: bool) -> int:
    """Check every artifact of a run again.

    Checksums, schemas, side files and the hashes that each phase recorded of its inputs. Exit 65 when anything is
    missing, edited or damaged. The hash covers the data of all phases: equal hashes are equal runs.
    """
    run = runs.resolve(root(artifacts), run_id)
    rows = [check(run, name, state) for name, state in _in_order(run)]
    whole = jsonio.sha256(jsonio.dumps([[row["phase"], row["sha256"]] for row in rows]))
    bad = [row for row in rows if row["state"] not in ("valid", "pending")]
    if as_json:
        print_json({"run_id": run.id, "sha256": whole, "sound": not bad, "phases": rows})
    else:
        for row in rows:
            click.echo(
                f"{row['number']:>2} {row['phase']:<20} {row['state']:<8} {row['sha256'][:16]}  {row['why']}".rstrip()
            )
        click.echo(f"{whole}  run {run.id}")
    return DamagedArtifact.exit_code if bad else 0


def check(run: runs.Run, name: str, state: Data) -> Data:
    """One row: {phase, number, state, sha256, why}."""
    row = {"phase": name, "number": state["number"], "sha256": "", "why": ""}
    place = store.Place(
        run.folder, run.id, run.pipeline, state["number"], name, _schema(run, name), state.get("written_ns")
    )
    try:
        artifact = store.find(place)
    except AceError as error:
        return row | {"state": "damaged", "why": error.message}
    if artifact is None:
        finished = state["state"] in ("completed", "partial")
        return row | {"state": "missing" if finished else "pending"}
    row["sha256"] = artifact.sha256
    if artifact.edited:
        return row | {"state": "edited", "why": "its data were changed after the commit"}
    why = _envelope(artifact) or _side_files(run, artifact) or _inputs(run, artifact)
    return row | {"state": "damaged" if why else "valid", "why": why}


def _in_order(run: runs.Run) -> list[tuple[str, Data]]:
    return sorted(run.content["phases"].items(), key=lambda pair: int(pair[1]["number"]))


def _schema(run: runs.Run, name: str) -> schema.Schema | None:
    """The schema to check against; None when the pipeline is not installed: a file that a run names is not executed."""
    if run.content["pipeline_file"]:
        return None
    try:
        pipeline = discovery.find(run.pipeline)
        return discovery.phase_schema(pipeline, discovery.phase(pipeline, name))
    except AceError:
        return None


def _envelope(artifact: store.Artifact) -> str:
    """Whether the metadata are what an artifact's metadata must be."""
    try:
        schema.check(schema.load(schema.ROOT / "artifact.schema.json"), {"metadata": artifact.metadata, "data": {}})
    except AceError as error:
        return error.message
    return ""


def _side_files(run: runs.Run, artifact: store.Artifact) -> str:
    for name, expected in artifact.metadata.get("files", {}).items():
        path = run.folder / name
        if not path.is_file():
            return f"its side file {name} is missing"
        if jsonio.sha256(path.read_bytes()) != expected:
            return f"its side file {name} was changed"
    return ""


def _inputs(run: runs.Run, artifact: store.Artifact) -> str:
    """Whether the inputs that the phase recorded are those that are there."""
    for name, expected in artifact.metadata.get("fingerprint", {}).get("inputs", {}).items():
        state = run.content["phases"].get(name, {})
        if state.get("sha256", expected) != expected:
            return f"it was made from another {name}"
    return ""
