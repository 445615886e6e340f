"""The bytes of a regular file: never through a link, never more than an artifact may have, never waiting for a pipe."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from ace import atomic, jsonio
from ace.errors import DamagedArtifact, OutputError

MAX_EXTENSION = 16  # characters
MAX_BYTES = jsonio.MAX_BYTES + 1_000_000  # data and metadata
_NOT_PLAIN = (errno.ELOOP, errno.ENXIO)  # a link, a socket


def read(path: Path) -> bytes | None:
    """The content; None when there is no file. Raises DamagedArtifact for what is none, StorageError when the system
    refuses, which says nothing about the file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in _NOT_PLAIN:
            raise damaged(path, error.strerror or str(error)) from error
        with atomic.explained(path, "read"):  # no permission, no descriptors left
            raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise damaged(path, "not a regular file")
        if status.st_size > MAX_BYTES:
            raise damaged(path, f"{status.st_size} bytes, more than an artifact may have")
        with atomic.explained(path, "read"), open(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


def gunzip(raw: bytes) -> bytes:
    """What is packed, as much as an artifact may have: a few bytes can stand for terabytes. Raises ValueError."""
    import gzip  # noqa: PLC0415  (only old runs are compressed)
    import io  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(str(error)) from error
    if len(content) > MAX_BYTES:
        message = f"more than {MAX_BYTES} bytes when unpacked"
        raise ValueError(message)
    return content


def extension(ext: str) -> str:
    """As part of a file's name. Raises OutputError for what could lead elsewhere."""
    if not (ext.isascii() and ext.isalnum() and len(ext) <= MAX_EXTENSION):
        message = f"not a file extension: {ext[:40]!r}"
        raise OutputError(message)
    return ext.lower()


def damaged(path: Path, why: str) -> DamagedArtifact:
    return DamagedArtifact(f"{path}: {why}", path=str(path))
