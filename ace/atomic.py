"""Files that are whole or absent. The only place that renames, and the only one that writes what must last.

Promised: after `write` returns, the content survives kill -9 and, when durable, a power cut on a local journaling
file system that honours a flush. Not promised: network file systems, and disks that lie about a flush.
"""

from __future__ import annotations

import errno
import itertools
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ace import clock
from ace.errors import CannotCreate, StorageError

TEMPORARY = ".tmp-"
TRASH = ".trash"
_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS)  # a file system's or its mount's
_HINTS = {
    errno.ENOSPC: "the disk is full: free space, then run the same command again",
    errno.EDQUOT: "the disk quota is used up: free space, then run the same command again",
    errno.EFBIG: "the file size limit is reached (ulimit -f): raise it, then run the same command again",
    errno.EROFS: "the file system is read-only: choose another folder with --artifacts DIR",
    errno.EACCES: "check the permissions, or choose another folder with --artifacts DIR",
    errno.EPERM: "check the permissions, or choose another folder with --artifacts DIR",
}


@contextmanager
def explained(path: Path, doing: str) -> Iterator[None]:
    """Turn an OSError into a StorageError that says what was being done, where, and what to do."""
    try:
        yield
    except OSError as error:
        message = f"cannot {doing} {path}: {error.strerror or error}"
        raise StorageError(message, path=str(path), hint=_HINTS.get(error.errno or 0, "")) from error


def write(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replace `path` by `content`, atomically. Raises StorageError; `path` is then as it was before."""
    with explained(path, "write"):
        temporary = _temporary(path)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            try:
                _write_all(descriptor, content)
                if durable:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.replace(temporary, path)
        except BaseException:
            _forget(temporary)
            raise
        if durable:
            sync_folder(path.parent)


def link(target: str, path: Path) -> None:
    """Point the symbolic link `path` at `target`; a reader never finds it missing."""
    with explained(path, "link"):
        # named by the target, whose lock the caller holds: what a killed writer left is replaced, nobody else's
        temporary = path.parent / f"{TEMPORARY}{path.name}-{target}"
        _forget(temporary)
        os.symlink(target, temporary)
        try:
            os.replace(temporary, path)
        except BaseException:
            _forget(temporary)
            raise


def link_file(source: Path, path: Path) -> bool:
    """Give a regular file the further name `path`. Returns False where that is not possible and it was copied, with
    its modification time. What has two names changes under both: only for files that are replaced, never rewritten."""
    with explained(path, "link"):
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            try:
                os.link(source, path, follow_symlinks=False)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                write(path, file.read())
                os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
                return False
    return True


def publish(draft: Path, folder: Path) -> None:
    """Let a finished folder take the place of the empty `folder`, names in it and all."""
    with explained(folder, "make"):
        sync_folder(draft)
        os.replace(draft, folder)
        sync_folder(folder.parent)


def move(path: Path, to: Path) -> Path:
    """Move a file or folder within one file system, to `to` or to a free name beside it. Returns where it went."""
    with explained(path, "move"):
        to.parent.mkdir(exist_ok=True)
        goal = to
        for number in itertools.count(2):
            if not os.path.lexists(goal):
                break
            goal = to.with_name(f"{to.name}.{number}")
        os.replace(path, goal)
        sync_folder(to.parent)
        return goal


def discard(path: Path, run_folder: Path) -> Path:
    """Move a file to the run's `.trash/`, with the time before its name so that no glob for artifacts finds it."""
    moment = clock.stamp().replace(":", "").replace("-", "")
    return move(path, run_folder / TRASH / f"{moment}.{path.name}")


def make_folder(path: Path) -> None:
    """Make `path` and its parents, so that they last. Raises CannotCreate."""
    if path.is_dir():
        return
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
        for folder in reversed(missing):
            sync_folder(folder.parent)
    except OSError as error:
        raise cannot_create(path, error) from error


def make_new_folder(path: Path) -> bool:
    """Make `path` exclusively, so that it lasts; False when it exists already. Raises CannotCreate."""
    try:
        path.mkdir()
        sync_folder(path.parent)
    except FileExistsError:
        return False
    except OSError as error:
        raise cannot_create(path, error) from error
    return True


def cannot_create(path: Path, error: OSError) -> CannotCreate:
    message = f"cannot create {path}: {error.strerror or error}"
    return CannotCreate(message, hint=_HINTS.get(error.errno or 0, "choose another folder with --artifacts DIR"))


def sync_folder(path: Path) -> None:
    """Make the names in a folder last."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove temporary files that a killed writer left. Only the holder of the run's lock may call this."""
    for name in os.listdir(folder):
        if name.startswith(TEMPORARY):
            _forget(folder / name)


def _temporary(path: Path) -> Path:
    # not the process id: a killed writer's file would be in the way of the next process with the same id
    return path.parent / f"{TEMPORARY}{path.name}-{os.urandom(6).hex()}"


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:  # a signal or a nearly full disk may cut a write short
        rest = rest[os.write(descriptor, rest) :]


def _forget(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        return
