"""What a phase depends on: its code and all of the user's code that it imports, its data files, its schema.

Code is compared as it would run: comments, formatting and docstrings change nothing. The engine itself, the
standard library and installed packages are left out; the engine's version is recorded apart.
"""

import contextlib
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ace.errors import ConfigError

_STDLIB = os.path.dirname(os.__file__)


class Code(NamedTuple):
    """The code that a phase depends on, and one hash over all: {file: [digest of what it says, of its bytes, and what a
    source file defines, as `ace.definitions` lists it]}. What was recorded earlier may lack the list."""

    files: dict[str, list[str]]
    sha256: str


def of_code(module_file: Path, data_files: tuple[str, ...] = (), recorded: dict[str, list[str]] | None = None) -> Code:
    """A phase's module, everything of the user's that it imports, and its data files.

    `recorded` is what an artifact was made with: when none of those files has changed by a byte, nothing is parsed.
    Raises ConfigError when a file does not parse or a declared data file is missing.
    """
    module_file = module_file.resolve()
    tops, roots = _tops(module_file), _roots(module_file)
    declared = [_shown((module_file.parent / relative).resolve(), roots) for relative in data_files]
    if recorded and recorded.keys() >= set(declared) and _same_bytes(module_file, roots, recorded):
        return combine(recorded)
    files: dict[str, list[str]] = {}
    waiting = [module_file, *_packages(module_file)]
    while waiting:
        file = waiting.pop()
        name = _shown(file, roots)
        if name not in files:
            said, raw, defined, imports = _read(str(file), file.stat().st_mtime_ns)
            files[name] = [said, raw, defined]
            waiting += [found for module, level in imports for found in _find(module, level, file, roots, tops)]
    for name, relative in zip(declared, data_files, strict=True):
        raw = _raw_digest(module_file.parent / relative, module_file)
        files[name] = [raw, raw]
    return combine(dict(sorted(files.items())))


def combine(files: dict[str, list[str]]) -> Code:
    """The code that these files amount to."""
    text = "".join(f"{name}\0{said}\n" for name, (said, *_) in files.items())
    return Code(files, hashlib.sha256(text.encode()).hexdigest())


def _same_bytes(module_file: Path, roots: tuple[Path, ...], recorded: dict[str, list[str]]) -> bool:
    if _shown(module_file, roots) not in recorded:
        return False
    folders = [str(root) for root in roots]
    return all(_digest_today(folders, name) == raw for name, (_, raw, *_) in recorded.items())


def _digest_today(folders: list[str], name: str) -> str:
    """Of the first file of that name; text instead of paths: a pipeline asks for some hundred at every start."""
    for folder in folders:
        path = f"{folder}/{name}"
        with contextlib.suppress(OSError):
            status = os.stat(path)
            if stat.S_ISREG(status.st_mode):
                return _bytes_digest(path, status.st_mtime_ns)
    return ""


@cache
def _bytes_digest(file: str, _mtime_ns: int) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def _raw_digest(path: Path, module_file: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        message = f"{module_file.name} declares the data file {path.name}: {error.strerror}"
        raise ConfigError(message) from error


def _tops(module_file: Path) -> frozenset[str] | None:
    """An installed phase shares its folder with libraries: then only its own top package counts."""
    root = _own_root(module_file)
    if not _is_library(str(root)):
        return None
    return frozenset((module_file.relative_to(root).parts[0].removesuffix(".py"),))


def _is_library(folder: str) -> bool:
    """Whether a folder of sys.path holds the standard library or installed packages."""
    return folder.startswith(_STDLIB) or "site-packages" in folder or "dist-packages" in folder


def _own_root(module_file: Path) -> Path:
    own = module_file.parent
    while (own / "__init__.py").exists():
        own = own.parent
    return own


def _packages(module_file: Path) -> Iterator[Path]:
    """The `__init__` files that importing a module runs first."""
    own = module_file.parent
    while (init := own / "__init__.py").exists():
        yield init
        own = own.parent


def _roots(module_file: Path) -> tuple[Path, ...]:
    """Folders that user code is imported from: the phase's own, and those of sys.path without installed packages."""
    return tuple(dict.fromkeys((_own_root(module_file), *_user_folders(tuple(sys.path)))))


@cache
def _user_folders(entries: tuple[str, ...]) -> tuple[Path, ...]:
    candidates = (entry for entry in entries if not entry.endswith(".zip") and not _is_library(entry))
    folders = (Path(entry or os.curdir).resolve() for entry in candidates)
    return tuple(folder for folder in folders if not _is_library(str(folder)))


def _shown(file: Path, roots: tuple[Path, ...]) -> str:
    """A name that does not change when the checkout moves."""
    for root in roots:
        if file.is_relative_to(root):
            return file.relative_to(root).as_posix()
    return file.name


def _find(
    module: str, level: int, importer: Path, roots: tuple[Path, ...], tops: frozenset[str] | None
) -> Iterator[Path]:
    """The user's files that importing `module` would run; nothing for the engine, libraries and the unknown."""
    if level:
        base = importer.parents[level - 1]
        yield from _module_files(base, module.split(".") if module else [])
        return
    parts = module.split(".")
    if parts[0] == "ace" or parts[0] in sys.stdlib_module_names or (tops is not None and parts[0] not in tops):
        return
    for root in roots:
        found = list(_module_files(root, parts))
        if found:
            yield from found
            return


def _module_files(base: Path, parts: list[str]) -> Iterator[Path]:
    """Package `__init__` files on the way, and the module; `from a import b` may name a module b or a thing in a."""
    here = base
    for place, part in enumerate(parts):
        here = here / part
        if (init := here / "__init__.py").is_file():
            yield init
        elif (file := here.with_suffix(".py")).is_file():
            yield file
            return
        elif place == 0 and not here.is_dir():
            return


@cache
def _read(file: str, _mtime_ns: int) -> tuple[str, str, str, tuple[tuple[str, int], ...]]:
    """(digest of the normalised syntax tree, digest of the bytes, what it defines, imported names with their level)."""
    import ast  # noqa: PLC0415  (a rerun of unchanged code parses nothing)

    from ace import definitions  # noqa: PLC0415

    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    try:
        source = Path(file).read_bytes()
        tree = ast.parse(source, filename=file)
    except (OSError, SyntaxError, ValueError) as error:
        message = f"{file}: {error}"
        raise ConfigError(message) from error
    imports: list[tuple[str, int]] = []
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            imports += [(alias.name, 0) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            imports += [(f"{base}.{alias.name}".lstrip("."), node.level) for alias in node.names]
        elif isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    text, defined = definitions.listed(tree)
    said = hashlib.sha256(text.encode()).hexdigest()
    return said, hashlib.sha256(source).hexdigest(), defined, tuple(dict.fromkeys(imports))


def _statements(tree: Any) -> Iterator[Any]:
    """The module and every statement in it: one node in ten, and all that can import or carry a docstring."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            waiting += getattr(node, block, ())
