"""The form of an artifact's file: two lines, one of metadata and one of data, that together are one JSON object.

Bytes in, bytes out: nothing here opens a file. docs/artifact-format.md describes the form.
"""

from typing import NamedTuple

from ace import jsonio
from ace.errors import OutputError
from ace.records import Data

VERSION = 1
SEAL = "metadata_sha256"  # the key of their checksum in the metadata
_CODE = ([str, str], [str, str, str])  # of a file of code: two digests; what it defines was added later
_HEAD, _SEAM, _TAIL = b'{"metadata":', b',\n"data":', b"}\n"


class Content(NamedTuple):
    """What a file says. `sha256` is the hash of the data as they are, whatever the metadata say that it was;
    `altered` names the line that is not what was committed, "data" or "metadata"."""

    metadata: Data
    data_bytes: bytes | memoryview
    sha256: str
    altered: str


def seal(metadata: Data) -> Data:
    """The metadata with the checksum of their canonical bytes without it. Raises OutputError."""
    return metadata | {SEAL: jsonio.sha256(jsonio.dumps(_unsealed(metadata)))}


def pack(metadata: bytes, data: bytes) -> bytes:
    """The file of two JSON objects in canonical bytes."""
    return b"".join((_HEAD, metadata, _SEAM, data, _TAIL))


def unpack(raw: bytes) -> Content:
    """Split the two lines as they were committed, or parse the file as JSON when someone has reformatted it.

    Raises ValueError when it is no artifact, or when an artifact that holds it would be refused.
    """
    end = raw.find(_SEAM)
    if raw.startswith(_HEAD) and end > 0 and raw.endswith(_TAIL):
        data_bytes = memoryview(raw)[end + len(_SEAM) : -len(_TAIL)]
        metadata = jsonio.loads(raw[len(_HEAD) : end], what="metadata")
        if isinstance(metadata, dict) and jsonio.sha256(data_bytes) == metadata.get("data_sha256"):
            return Content(metadata, data_bytes, metadata["data_sha256"], _altered(metadata))
    document = jsonio.loads(raw)
    if not isinstance(document, dict) or not all(isinstance(document.get(key), dict) for key in ("metadata", "data")):
        message = "not an artifact: an object with metadata and data is expected"
        raise ValueError(message)
    metadata, canonical = document["metadata"], _canonical(document["data"])
    sha256 = jsonio.sha256(canonical)
    altered = _altered(metadata) if sha256 == metadata.get("data_sha256") else "data"
    return Content(metadata, canonical, sha256, altered)


def _altered(metadata: Data) -> str:
    """What `Content.altered` says of them. Artifacts from before there was a checksum have none: nothing is altered."""
    same = SEAL not in metadata or jsonio.sha256(_canonical(_unsealed(metadata))) == metadata[SEAL]
    return "" if same else "metadata"


def _unsealed(metadata: Data) -> Data:
    return {key: value for key, value in metadata.items() if key != SEAL}


def has_shape(metadata: Data) -> bool:
    """Whether what a plan compares is there in the form that it was written in."""
    made_with, code = metadata.get("fingerprint", {}), metadata.get("code", {})
    objects = (made_with, code, metadata.get("config", {}), metadata.get("files", {}))
    if not all(isinstance(one, dict) for one in objects) or not isinstance(metadata.get("status", ""), str):
        return False
    known = all(isinstance(one, list) and [type(text) for text in one] in _CODE for one in code.values())
    return known and isinstance(made_with.get("inputs", {}), dict)


def _canonical(data: Data) -> bytes:
    try:
        return jsonio.dumps(data)
    except OutputError as error:
        raise ValueError(error.message) from error
