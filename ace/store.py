"""Artifacts on disk: committed whole or absent, read with every checksum verified.

The format, and what is promised of it, is written down in docs/artifact-format.md.
"""

from __future__ import annotations

import gzip
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ace import atomic, jsonio, schema
from ace.errors import AceError, DamagedArtifact, OutputError, StorageError
from ace.records import Blob, Data

ENVELOPE = 1  # version of the artifact format
_BLOB_NAME = re.compile(r"[0-9a-f]{64}")
_EXTENSION = re.compile(r"[0-9A-Za-z]{1,16}")
_HEAD, _SEAM, _TAIL = b'{"metadata":', b',\n"data":', b"}\n"


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
    without having been written since is damaged, one that was written is edited.
    """

    folder: Path
    run_id: str
    pipeline: str
    number: int
    name: str
    schema: schema.Schema | None = None
    written_ns: int | None = None

    @property
    def stem(self) -> str:
        return f"phase{self.number}_{self.name}"

    @property
    def path(self) -> Path:
        return self.folder / f"{self.stem}.json"


def commit(place: Place, data_bytes: bytes, metadata: Data, files: Mapping[str, str | bytes]) -> Artifact:
    """Write side files, then the artifact that names them. Raises StorageError; nothing of it is then committed."""
    named = {}
    for ext, content in files.items():
        raw = content.encode() if isinstance(content, str) else content
        atomic.write(place.folder / f"{place.stem}.{ext}", raw)
        named[f"{place.stem}.{ext}"] = jsonio.sha256(raw)
    metadata = metadata | {"files": named, "data_sha256": jsonio.sha256(data_bytes), "output_bytes": len(data_bytes)}
    head = jsonio.dumps(metadata)
    atomic.write(place.path, b"".join((_HEAD, head, _SEAM, data_bytes, _TAIL)))
    return Artifact(place.path, metadata, data_bytes, metadata["data_sha256"])


def find(place: Place) -> Artifact | None:
    """The artifact, verified; None when it is absent. Raises DamagedArtifact when it cannot be trusted."""
    for path, decode in ((place.path, bytes), (place.path.with_suffix(".json.gz"), gzip.decompress)):
        raw = _read_plain_file(path)
        if raw is None:
            continue
        try:
            artifact = _parse(path, decode(raw))
        except (ValueError, OSError, EOFError) as error:
            raise _damaged(path, str(error)) from error
        return _verify(place, artifact)
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
    """Move what is there of an artifact (damaged, replaced) to `.trash/`; nothing vanishes."""
    for path in (place.path, place.path.with_suffix(".json.gz")):
        if os.path.lexists(path):
            atomic.discard(path, place.folder)


class BlobFolder:
    """blobs/<sha256>.<ext> of one run. Writing the same content twice writes it once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "blobs"

    def put(self, content: bytes, ext: str) -> Blob:
        blob = Blob(jsonio.sha256(content), _safe_ext(ext), len(content))
        path = self._path(blob.sha256, blob.ext)
        if not path.exists():
            atomic.make_folder(self._folder)
            atomic.write(path, content)
        return blob

    def get(self, blob: Mapping[str, Any]) -> bytes:
        """The content of a blob as an artifact names it. Raises DamagedArtifact."""
        path = self._path(str(blob["sha256"]), str(blob["ext"]))
        content = _read_plain_file(path)
        if content is None:
            raise _damaged(path, "the blob is missing")
        if jsonio.sha256(content) != blob["sha256"]:
            raise _damaged(path, "the content does not match its name")
        return content

    def _path(self, sha256: str, ext: str) -> Path:
        if not _BLOB_NAME.fullmatch(sha256):
            message = f"not the name of a blob: {sha256[:80]!r}"
            raise StorageError(message)
        return self._folder / f"{sha256}.{_safe_ext(ext)}"


def _safe_ext(ext: str) -> str:
    if not _EXTENSION.fullmatch(ext):
        message = f"not a file extension: {ext[:40]!r}"
        raise StorageError(message)
    return ext.lower()


def _read_plain_file(path: Path) -> bytes | None:
    """The content of a regular file, never through a link; None when there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _damaged(path, error.strerror or str(error)) from error
    with atomic.explained(path, "read"), open(descriptor, "rb", closefd=True) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _damaged(path, "not a regular file")
        if status.st_size > jsonio.MAX_BYTES + 1_000_000:
            raise _damaged(path, f"{status.st_size} bytes, more than an artifact may have")
        return file.read()


def _parse(path: Path, raw: bytes) -> Artifact:
    """Split the two lines as they were committed, or parse the file as JSON when someone has reformatted it."""
    end = raw.find(_SEAM)
    if raw.startswith(_HEAD) and end > 0 and raw.endswith(_TAIL):
        data_bytes = memoryview(raw)[end + len(_SEAM) : -len(_TAIL)]
        metadata = jsonio.loads(raw[len(_HEAD) : end], what="metadata")
        if jsonio.sha256(data_bytes) == metadata.get("data_sha256"):
            return Artifact(path, metadata, data_bytes, metadata["data_sha256"])
    document = jsonio.loads(raw, what=path.name)
    if not isinstance(document, dict) or not all(isinstance(document.get(key), dict) for key in ("metadata", "data")):
        message = "not an artifact: an object with metadata and data is expected"
        raise ValueError(message)
    canonical = _canonical(document["data"])
    return Artifact(path, document["metadata"], canonical, jsonio.sha256(canonical))


def _canonical(data: Data) -> bytes:
    try:
        return jsonio.dumps(data)
    except OutputError as error:
        raise ValueError(error.message) from error


def _verify(place: Place, artifact: Artifact) -> Artifact:
    """Identity, checksum, schema. Returns the artifact, marked when it was edited."""
    metadata, path = artifact.metadata, artifact.path
    expected = {
        "run_id": place.run_id,
        "pipeline": place.pipeline,
        "phase_name": place.name,
        "phase_number": place.number,
    }
    for key, value in expected.items():
        if metadata.get(key) != value:
            raise _damaged(path, f"foreign: its {key} is {str(metadata.get(key))[:80]!r}, not {value!r}")
    if artifact.sha256 != metadata.get("data_sha256"):
        if place.written_ns is None or path.stat().st_mtime_ns == place.written_ns:
            raise _damaged(path, "its data do not match their checksum")
        artifact = artifact._replace(edited=True)
    recorded = metadata.get("fingerprint", {}).get("schema")
    if place.schema is not None and (artifact.edited or recorded != place.schema.sha256):
        _check_schema(place.schema, artifact)
    return artifact


def _check_schema(expected: schema.Schema, artifact: Artifact) -> None:
    try:
        schema.check(expected, artifact.data())
    except AceError as error:
        raise _damaged(artifact.path, error.message) from error


def _damaged(path: Path, why: str) -> DamagedArtifact:
    return DamagedArtifact(f"{path}: {why}", path=str(path))
