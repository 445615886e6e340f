"""Locks exclude each other, name their holder and are free when their holder is dead."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ace import lock
from ace.errors import CannotCreate, Locked, StorageError

ROOT = Path(__file__).resolve().parents[2]
HOLD = "import sys; from pathlib import Path; from ace import lock\nwith lock.hold(Path(sys.argv[1]), 'run x'):\n"


@contextmanager
def held_elsewhere(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock until its stdin closes or it is killed."""
    code = f"{HOLD}    print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    try:
        yield holder
    finally:
        holder.kill()
        holder.communicate()


def test_a_second_holder_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / ".locks" / "demo.lock"
    with (
        held_elsewhere(path) as holder,
        pytest.raises(Locked, match="pipeline demo is being worked on") as caught,
        lock.hold(path, "pipeline demo"),
    ):
        pass
    assert str(holder.pid) in caught.value.message
    assert caught.value.holder == str(holder.pid)
    assert caught.value.exit_code == 75


def test_a_lock_is_free_after_its_holder_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with held_elsewhere(path) as holder:
        assert lock.is_held(path)
        os.kill(holder.pid, signal.SIGKILL)
        with lock.hold(path, "run x"):  # at once: a dying process is waited for, for milliseconds
            assert lock.holder(path) == str(os.getpid())


def test_a_lock_is_free_after_it_was_let_go(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with lock.hold(path, "run x"):
        assert lock.is_held(path)
    assert not lock.is_held(path)
    with lock.hold(path, "run x"):
        pass


def test_a_lock_is_free_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with pytest.raises(ZeroDivisionError), lock.hold(path, "run x"):
        raise ZeroDivisionError
    assert not lock.is_held(path)


def test_a_reader_asks_without_taking_or_making_anything(tmp_path: Path) -> None:
    assert not lock.is_held(tmp_path / "none")
    assert os.listdir(tmp_path) == []
    path = tmp_path / "a.lock"
    with lock.hold(path, "run x"):
        assert all(lock.is_held(path) for _ in range(50))
    with lock.hold(path, "run x"):  # the probes left nothing behind
        pass


def test_the_lock_file_stays_in_place(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with lock.hold(path, "run x"):
        inode = path.stat().st_ino
    with lock.hold(path, "run x"):
        assert path.stat().st_ino == inode


def test_whoever_waits_gets_the_lock_when_it_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    order: list[str] = []
    waiting = threading.Event()

    def wait() -> None:
        waiting.set()
        with lock.hold(path, "run x", wait_s=30):
            order.append("second")

    with lock.hold(path, "run x"):
        waiter = threading.Thread(target=wait)
        waiter.start()
        waiting.wait(10)
        order.append("first")
    waiter.join(30)
    assert order == ["first", "second"]


def test_eight_processes_never_hold_one_lock_together(tmp_path: Path) -> None:
    # All start together; each holder makes a file exclusively and removes it, often: a second one would find it there.
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom ace import lock\n"
        "print('ready', flush=True); sys.stdin.read()\n"
        "for _ in range(3):\n"
        "    with lock.hold(Path(sys.argv[1]), 'run x', wait_s=50):\n"
        "        for _ in range(200):\n"
        "            os.close(os.open(sys.argv[2], os.O_CREAT | os.O_EXCL)); os.unlink(sys.argv[2])\n"
    )
    command = [sys.executable, "-S", "-c", code, str(tmp_path / "a.lock"), str(tmp_path / "mark")]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT, env=_libraries()) for _ in range(8)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.close()
    assert [process.wait(60) for process in processes] == [0] * 8
    for process in processes:
        assert process.stdout
        process.stdout.close()


def test_a_lock_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "a.lock").symlink_to(tmp_path / "precious")
    with pytest.raises(CannotCreate), lock.hold(tmp_path / "a.lock", "run x"):
        pass
    assert (tmp_path / "precious").read_bytes() == b"precious"


def test_a_full_disk_is_named_and_the_lock_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, content: bytes, offset: int) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(StorageError, match="No space left"), lock.hold(tmp_path / "a.lock", "run x"):
        pass
    assert not lock.is_held(tmp_path / "a.lock")


def test_a_file_system_without_locks_is_not_mistaken_for_a_second_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with pytest.raises(StorageError, match="No locks available"), lock.hold(tmp_path / "a.lock", "run x"):
        pass


@pytest.mark.parametrize("content", [b"", b"no number\n", b"\xff\xfe", b"12 34"])
def test_an_unreadable_holder_is_nobody(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.lock").write_bytes(content)
    assert lock.holder(tmp_path / "a.lock") == ""


def _libraries() -> dict[str, str]:
    """`python -S` starts in half the time and has to be told where orjson is."""
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
