"""Artifacts on disk: committed whole or absent, read with every checksum verified.

The format, and what is promised of it, is written down in docs/artifact-format.md.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ace import atomic, envelope, jsonio, regular_file, schema
from ace.errors import DamagedArtifact, OutputError
from ace.records import Data
from ace.schema import Schema


class Artifact(NamedTuple):
    """A verified artifact. `sha256` is the hash of the data as they are, `edited` when not as committed."""

    path: Path
    metadata: Data
    data_bytes: bytes | memoryview
    sha256: str
    edited: bool = False

    def data(self) -> Data:
        """The data, decoded afresh: no reader can change what another reads."""
        decoded: Data = jsonio.trusted_loads(self.data_bytes)
        return decoded


class Place(NamedTuple):
    """Where an artifact belongs, and what it must say of itself to count as that artifact.

    `written_ns` is the modification time at commit, when known: a file that differs from what was committed
    without having been written since is damaged, one that was written is edited. `origin` is the run that made the
    artifact of a forked run, and the hash that it was committed with: such an artifact may say that run's id.
    """

    folder: Path
    run_id: str
    pipeline: str
    number: int
    name: str
    schema: Schema | None = None
    written_ns: int | None = None
    origin: tuple[str, str] | None = None

    @property
    def stem(self) -> str:
        return f"phase{self.number}_{self.name}"

    @property
    def path(self) -> Path:
        return self.folder / f"{self.stem}.json"


def commit(place: Place, data_bytes: bytes, metadata: Data, files: Mapping[str, str | bytes]) -> Artifact:
    """Write side files, then the artifact that names them.

    Raises StorageError, or OutputError for a side file that cannot be one; nothing of it is then committed.
    """
    contents = _side_files(place, files)
    named = {name: jsonio.sha256(raw) for name, raw in contents.items()}
    metadata = metadata | {"files": named, "data_sha256": jsonio.sha256(data_bytes), "output_bytes": len(data_bytes)}
    metadata = envelope.seal(metadata)
    head = jsonio.dumps(metadata)  # all that can be refused has been looked at before the first file is written
    for name, raw in contents.items():
        atomic.write(place.folder / name, raw)
    atomic.write(place.path, envelope.pack(head, data_bytes))
    return Artifact(place.path, metadata, data_bytes, metadata["data_sha256"])


def _side_files(place: Place, files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    """Their contents by the names that they will have. Raises OutputError for a name that is taken."""
    contents: dict[str, bytes] = {}
    for ext, content in files.items():
        name = f"{place.stem}.{regular_file.extension(ext)}"
        if name == place.path.name:
            message = f"a side file cannot be called {name}: that is the artifact"
            raise OutputError(message)
        if name in contents:
            message = f"two side files are called {name}"
            raise OutputError(message)
        contents[name] = content.encode() if isinstance(content, str) else content
    return contents


def find(place: Place) -> Artifact | None:
    """The artifact, verified; None when it is absent. Raises DamagedArtifact when it cannot be trusted."""
    for path, decode in ((place.path, bytes), (place.path.with_suffix(".json.gz"), regular_file.gunzip)):
        raw = regular_file.read(path)
        if raw is None:
            continue
        try:
            content = envelope.unpack(decode(raw))
        except ValueError as error:
            raise regular_file.damaged(path, str(error)) from error
        return _verify(place, path, content)
    return None


def read(place: Place) -> Artifact:
    """Like `find`, for those who need it: raises DamagedArtifact when it is absent, too."""
    found = find(place)
    if found is None:
        message = f"{place.path} is missing"
        hint = f"ace run {place.pipeline} --run-id {place.run_id}   (rebuilds it)"
        raise DamagedArtifact(message, path=str(place.path), hint=hint)
    return found


def discard(place: Place) -> None:
    """Move what is there of an artifact and its side files (damaged, replaced) to `.trash/`; nothing vanishes."""
    with atomic.explained(place.folder, "read"):
        names = sorted(name for name in os.listdir(place.folder) if name.startswith(f"{place.stem}."))
    for name in names:
        atomic.discard(place.folder / name, place.folder)


def _verify(place: Place, path: Path, content: envelope.Content) -> Artifact:
    """Identity, checksums, schema. Returns the artifact, marked when it was edited."""
    metadata = content.metadata
    forked = place.origin is not None and (metadata.get("run_id"), metadata.get("data_sha256")) == place.origin
    expected = {
        "run_id": place.origin[0] if forked and place.origin else place.run_id,
        "pipeline": place.pipeline,
        "phase_name": place.name,
        "phase_number": place.number,
    }
    for key, value in expected.items():
        if metadata.get(key) != value:
            raise regular_file.damaged(path, f"foreign: its {key} is {str(metadata.get(key))[:80]!r}, not {value!r}")
    if not envelope.has_shape(metadata):
        raise regular_file.damaged(path, "its metadata are not those of an artifact")
    if content.altered and (place.written_ns is None or path.stat().st_mtime_ns == place.written_ns):
        raise regular_file.damaged(path, f"its {content.altered} do not match their checksum")
    artifact = Artifact(path, metadata, content.data_bytes, content.sha256, edited=bool(content.altered))
    recorded = metadata.get("fingerprint", {}).get("schema")
    if place.schema is not None and (artifact.edited or recorded != place.schema.sha256):
        _check_schema(place.schema, artifact)
    return artifact


def _check_schema(expected: Schema, artifact: Artifact) -> None:
    try:
        schema.check(expected, artifact.data())
    except OutputError as error:
        raise regular_file.damaged(artifact.path, error.message) from error
