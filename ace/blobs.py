"""What is too large or too binary for an artifact, as files named by their content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ace import atomic, jsonio, regular_file
from ace.errors import DamagedArtifact, OutputError
from ace.records import BLOBS, Blob

_NAME = re.compile(r"[0-9a-f]{64}")


class BlobFolder:
    """blobs/<sha256>.<ext> of one run. Writing the same content twice writes it once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / BLOBS

    def put(self, content: bytes, ext: str) -> Blob:
        blob = Blob(jsonio.sha256(content), regular_file.extension(ext), len(content))
        path = self._path(blob.sha256, blob.ext)
        if not self._holds(path, content):
            atomic.make_folder(self._folder)
            atomic.write(path, content)
        return blob

    def _holds(self, path: Path, content: bytes) -> bool:
        """Whether the content is there, undamaged."""
        try:
            return regular_file.read(path) == content
        except DamagedArtifact:
            return False

    def get(self, blob: Mapping[str, Any]) -> bytes:
        """The content of a blob as an artifact names it. Raises DamagedArtifact."""
        path = self._path(str(blob["sha256"]), str(blob["ext"]))
        content = regular_file.read(path)
        if content is None:
            raise regular_file.damaged(path, "the blob is missing")
        if jsonio.sha256(content) != blob["sha256"]:
            raise regular_file.damaged(path, "the content does not match its name")
        return content

    def _path(self, sha256: str, ext: str) -> Path:
        if not _NAME.fullmatch(sha256):
            message = f"not the name of a blob: {sha256[:80]!r}"
            raise OutputError(message)
        return self._folder / f"{sha256}.{regular_file.extension(ext)}"
