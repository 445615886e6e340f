"""Artifacts on disk: committed whole or absent, read with every checksum verified.

The format, and what is promised of it, is written down in docs/artifact-format.md.
"""

from __future__ import annotations

import errno
import io
import os
import re
import stat
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ace import atomic, jsonio, schema
from ace.errors import DamagedArtifact, OutputError
from ace.records import Blob, Data

ENVELOPE = 1  # version of the artifact format
BLOBS = "blobs"
_BLOB_NAME = re.compile(r"[0-9a-f]{64}")
_EXTENSION = re.compile(r"[0-9A-Za-z]{1,16}")
_MAX_FILE = jsonio.MAX_BYTES + 1_000_000  # data and metadata
_CODE = ([str, str], [str, str, str])  # of a file of code: two digests; what it defines was added later
_NOT_PLAIN = (errno.ELOOP, errno.ENXIO)  # a link, a socket
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
    without having been written since is damaged, one that was written is edited. `origin` is the run that made the
    artifact of a forked run, and the hash that it was committed with: such an artifact may say that run's id.
    """

    folder: Path
    run_id: str
    pipeline: str
    number: int
    name: str
    schema: schema.Schema | None = None
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
    head = jsonio.dumps(metadata)  # all that can be refused has been looked at before the first file is written
    for name, raw in contents.items():
        atomic.write(place.folder / name, raw)
    atomic.write(place.path, b"".join((_HEAD, head, _SEAM, data_bytes, _TAIL)))
    return Artifact(place.path, metadata, data_bytes, metadata["data_sha256"])


def _side_files(place: Place, files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    """Their contents by the names that they will have. Raises OutputError for a name that is taken."""
    contents: dict[str, bytes] = {}
    for ext, content in files.items():
        name = f"{place.stem}.{_safe_ext(ext)}"
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
    for path, decode in ((place.path, bytes), (place.path.with_suffix(".json.gz"), _gunzip)):
        raw = _read_plain_file(path)
        if raw is None:
            continue
        try:
            artifact = _parse(path, decode(raw))
        except (ValueError, OSError, EOFError, zlib.error) as error:
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
    """Move what is there of an artifact and its side files (damaged, replaced) to `.trash/`; nothing vanishes."""
    with atomic.explained(place.folder, "read"):
        names = sorted(name for name in os.listdir(place.folder) if name.startswith(f"{place.stem}."))
    for name in names:
        atomic.discard(place.folder / name, place.folder)


class BlobFolder:
    """blobs/<sha256>.<ext> of one run. Writing the same content twice writes it once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / BLOBS

    def put(self, content: bytes, ext: str) -> Blob:
        blob = Blob(jsonio.sha256(content), _safe_ext(ext), len(content))
        path = self._path(blob.sha256, blob.ext)
        if not self._holds(path, content):
            atomic.make_folder(self._folder)
            atomic.write(path, content)
        return blob

    def _holds(self, path: Path, content: bytes) -> bool:
        """Whether the content is there, undamaged."""
        try:
            return _read_plain_file(path) == content
        except DamagedArtifact:
            return False

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
            raise OutputError(message)
        return self._folder / f"{sha256}.{_safe_ext(ext)}"


def _safe_ext(ext: str) -> str:
    if not _EXTENSION.fullmatch(ext):
        message = f"not a file extension: {ext[:40]!r}"
        raise OutputError(message)
    return ext.lower()


def _read_plain_file(path: Path) -> bytes | None:
    """The content of a regular file, never through a link; None when there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in _NOT_PLAIN:
            raise _damaged(path, error.strerror or str(error)) from error
        with atomic.explained(path, "read"):  # no permission, no descriptors left: that says nothing about the file
            raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _damaged(path, "not a regular file")
        if status.st_size > _MAX_FILE:
            raise _damaged(path, f"{status.st_size} bytes, more than an artifact may have")
        with atomic.explained(path, "read"), open(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


def _gunzip(raw: bytes) -> bytes:
    """At most as much as an artifact may have: a few bytes can stand for terabytes."""
    import gzip  # noqa: PLC0415  (only old runs are compressed)

    with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
        content = file.read(_MAX_FILE + 1)
    if len(content) > _MAX_FILE:
        message = f"more than {_MAX_FILE} bytes when unpacked"
        raise ValueError(message)
    return content


def _parse(path: Path, raw: bytes) -> Artifact:
    """Split the two lines as they were committed, or parse the file as JSON when someone has reformatted it."""
    end = raw.find(_SEAM)
    if raw.startswith(_HEAD) and end > 0 and raw.endswith(_TAIL):
        data_bytes = memoryview(raw)[end + len(_SEAM) : -len(_TAIL)]
        metadata = jsonio.loads(raw[len(_HEAD) : end], what="metadata")
        if isinstance(metadata, dict) and jsonio.sha256(data_bytes) == metadata.get("data_sha256"):
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
    forked = place.origin is not None and (metadata.get("run_id"), metadata.get("data_sha256")) == place.origin
    expected = {
        "run_id": place.origin[0] if forked and place.origin else place.run_id,
        "pipeline": place.pipeline,
        "phase_name": place.name,
        "phase_number": place.number,
    }
    for key, value in expected.items():
        if metadata.get(key) != value:
            raise _damaged(path, f"foreign: its {key} is {str(metadata.get(key))[:80]!r}, not {value!r}")
    if not _has_shape(metadata):
        raise _damaged(path, "its metadata are not those of an artifact")
    if artifact.sha256 != metadata.get("data_sha256"):
        if place.written_ns is None or path.stat().st_mtime_ns == place.written_ns:
            raise _damaged(path, "its data do not match their checksum")
        artifact = artifact._replace(edited=True)
    recorded = metadata.get("fingerprint", {}).get("schema")
    if place.schema is not None and (artifact.edited or recorded != place.schema.sha256):
        _check_schema(place.schema, artifact)
    return artifact


def _has_shape(metadata: Data) -> bool:
    """Whether what a plan compares is there in the form that it was written in."""
    made_with, code = metadata.get("fingerprint", {}), metadata.get("code", {})
    objects = (made_with, code, metadata.get("config", {}), metadata.get("files", {}))
    if not all(isinstance(one, dict) for one in objects) or not isinstance(metadata.get("status", ""), str):
        return False
    known = all(isinstance(one, list) and [type(text) for text in one] in _CODE for one in code.values())
    return known and isinstance(made_with.get("inputs", {}), dict)


def _check_schema(expected: schema.Schema, artifact: Artifact) -> None:
    try:
        schema.check(expected, artifact.data())
    except OutputError as error:
        raise _damaged(artifact.path, error.message) from error


def _damaged(path: Path, why: str) -> DamagedArtifact:
    return DamagedArtifact(f"{path}: {why}", path=str(path))
