"""Open a PDF, or say in one sentence why that cannot be done.

Whatever is wrong with a file (it is not there, empty, something else, torn, encrypted, without pages) ends as a
PhaseError: the same file would fail again. A hint names what to do about it.
"""

from __future__ import annotations

import importlib
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ace.errors import PhaseError

# What pymupdf imports if it is there, and nothing here uses: a network that finds layouts, loaded in 1.1 s of CPU.
_LEFT_OUT = ("pymupdf.layout", "pymupdf4llm")


def _imported() -> Any:
    """The library alone, by name, since its annotations are incomplete. Others may import what is left out later."""
    absent: dict[str, Any] = {name: None for name in _LEFT_OUT if name not in sys.modules}
    sys.modules.update(absent)  # None is how Python notes what is not to be imported
    try:
        return importlib.import_module("pymupdf")
    finally:
        for name in absent:
            sys.modules.pop(name, None)


pymupdf: Any = _imported()  # at the head, since a batch imports its phases once for all workers
pymupdf.TOOLS.mupdf_display_errors(on=False)  # what it thinks of a file comes as an exception
pymupdf.TOOLS.mupdf_display_warnings(on=False)

UNREADABLE = (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase)  # what the library raises about a file's content
HEADER = b"%PDF-"
HEADER_WITHIN = 1024  # bytes; readers accept what mail gateways and printers put before the header
FROM_ENVIRONMENT = "env:"  # a password may be named instead of given, so that no artifact holds it
OTHER_KINDS = (  # how files begin that people take for a PDF
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "PostScript"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"\x1f\x8b", "a gzip file"),
    (b"<", "HTML or XML"),
)


@contextmanager
def opened(path: str, password: str = "") -> Iterator[Any]:
    """The document of a PDF file as a pymupdf.Document with at least one page. Raises PhaseError."""
    name = os.path.basename(path)
    check_file(path)
    document = _parsed(path, name)
    try:
        _unlock(document, name, password)
        if _pages(document, name) == 0:
            message = f"{name} has no pages"
            raise PhaseError(message, hint="get a fresh copy; a viewer shows nothing of this one, either")
        yield document
    finally:
        document.close()


def page_of(document: Any, number: int) -> Any:
    """The page of that number (from 1), or None when it is damaged."""
    try:
        return document[number - 1]
    except (*UNREADABLE, IndexError):  # repairs on the way may leave fewer pages than were counted
        return None


def check_file(path: str) -> None:
    """Raises PhaseError unless `path` is a regular, readable file that begins like a PDF."""
    name = os.path.basename(path) or path
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            message = f"{path} is {'a folder' if stat.S_ISDIR(found.st_mode) else 'no regular file'}, not a PDF"
            raise PhaseError(message, hint="name one PDF file; several go to: ace batch fund *.pdf")
        with open(path, "rb") as file:
            head = file.read(HEADER_WITHIN)
    except OSError as error:
        message = f"cannot read {path}: {error.strerror or error}"
        raise PhaseError(message, hint="" if os.path.isabs(path) else f"looked for in {os.getcwd()}") from None
    if not head:
        message = f"{name} is empty (0 bytes)"
        raise PhaseError(message, hint="the download or the copy broke off; get it again")
    if HEADER not in head:
        message = f"{name} is not a PDF: it is {_kind(head)}"
        raise PhaseError(message, hint="convert it to PDF first")


def _kind(head: bytes) -> str:
    start = head.lstrip()
    known = (kind for signature, kind in OTHER_KINDS if start.startswith(signature))
    return next(known, "text" if start.isascii() else "something else")


def _parsed(path: str, name: str) -> Any:
    try:
        return pymupdf.open(path, filetype="pdf")
    except UNREADABLE as error:
        raise _damaged(name, error) from None


def _unlock(document: Any, name: str, password: str) -> None:
    """Authenticate. `needs_pass` must not be asked again afterwards: asking tries the empty password, and locks."""
    if not document.needs_pass:
        return
    hint = "--set document_analysis.password=… (or password=env:NAME, to keep it out of artifacts)"
    if not password:
        message = f"{name} is encrypted and needs a password"
        raise PhaseError(message, hint=hint)
    if not document.authenticate(_said(password)):
        message = f"the password does not open {name}"
        raise PhaseError(message, hint=hint)


def _said(password: str) -> str:
    """The password itself, or what the environment variable holds that it names. Raises PhaseError."""
    if not password.startswith(FROM_ENVIRONMENT):
        return password
    variable = password.removeprefix(FROM_ENVIRONMENT)
    if variable not in os.environ:
        message = f"document_analysis.password names the environment variable {variable}, which is not set"
        raise PhaseError(message)
    return os.environ[variable]


def _pages(document: Any, name: str) -> int:
    try:
        return int(document.page_count)
    except UNREADABLE as error:
        raise _damaged(name, error) from None


def _damaged(name: str, error: Exception) -> PhaseError:
    said = str(error).split("\n", 1)[0]
    why = "" if "Failed to open" in said else f" ({said})"  # that much is known
    return PhaseError(f"{name} is damaged and cannot be read as a PDF{why}", hint="get a fresh copy")
