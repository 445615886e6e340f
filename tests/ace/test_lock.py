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
    assert caught.value.message == f"pipeline demo is being worked on by another process (pid {holder.pid})"
    assert caught.value.hint == "wait for it, or add --wait SECONDS"
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
    with pytest.raises(CannotCreate) as caught, lock.hold(tmp_path / "a.lock", "run x"):
        pass
    assert caught.value.message == f"cannot create {tmp_path / 'a.lock'}: Too many levels of symbolic links"
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


@contextmanager
def held_with(path: Path, content: bytes) -> Iterator[None]:
    """A lock that is held, by someone who left `content` in its file."""
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield
    os.close(descriptor)


@pytest.mark.parametrize("content", [b"", b"no number\n", b"\xff\xfe", b"12 34"])
def test_a_holder_that_left_no_name_is_refused_without_one(tmp_path: Path, content: bytes) -> None:
    # Between taking the lock and writing its name, a holder has none; the file may hold anything.
    path = tmp_path / "a.lock"
    with held_with(path, content), pytest.raises(Locked) as caught, lock.hold(path, "run x"):
        pass
    assert caught.value.message == "run x is being worked on by another process"
    assert caught.value.holder == ""
    assert path.read_bytes() == content


class Clock:
    """Time that passes only while someone sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.naps: list[float] = []
        monkeypatch.setattr(lock, "time", self)

    def monotonic(self) -> float:
        return 1000 + sum(self.naps)

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        assert len(self.naps) < 1000, "waits for ever"
        self.naps.append(seconds)


def test_a_lock_is_waited_for_as_long_as_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    path = tmp_path / "a.lock"
    with held_with(path, b""), pytest.raises(Locked), lock.hold(path, "run x", wait_s=1.02):
        pass
    assert sum(clock.naps) == pytest.approx(1.02)
    assert clock.naps[:-1] == [lock.RETRY_S] * 20  # a retry costs next to nothing, a loop without a nap would


def test_nobody_waits_unasked_longer_than_a_killed_holder_takes_to_die(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    path = tmp_path / "a.lock"
    with held_with(path, b""), pytest.raises(Locked), lock.hold(path, "run x"):
        pass
    assert sum(clock.naps) == pytest.approx(lock.DEATH_GRACE_S)
    assert max(clock.naps) <= 0.005  # it takes 0.6 to 3.6 ms


def test_a_holder_replaces_the_longer_name_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    path.write_bytes(b"4194304000\n")
    with lock.hold(path, "run x"):
        assert lock.holder(path) == str(os.getpid())
    assert lock.holder(path) == str(os.getpid())  # still there for whoever asks who it was


def test_a_lock_file_is_private_and_its_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "runs" / ".locks" / "a.lock"
    with lock.hold(path, "run x"):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_lock_is_not_left_open_or_held_by_a_program_that_its_holder_starts(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with lock.hold(path, "run x"):
        child = subprocess.Popen(["sleep", "60"], close_fds=False)
    try:
        assert not lock.is_held(path)
    finally:
        child.kill()
        child.wait()


def test_asking_leaves_nothing_open(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with lock.hold(path, "run x"):
        before = os.listdir("/proc/self/fd")
        assert lock.is_held(path)
        assert lock.holder(path)
        assert len(os.listdir("/proc/self/fd")) <= len(before)


def test_a_link_to_a_lock_is_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    (tmp_path / "link").symlink_to(path)
    with lock.hold(path, "run x"):
        assert not lock.is_held(tmp_path / "link")


def test_who_holds_a_lock_that_is_not_there_is_nobody(tmp_path: Path) -> None:
    assert lock.holder(tmp_path / "none") == ""


def test_a_lock_that_cannot_be_taken_or_signed_says_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    path = tmp_path / "a.lock"
    for module, name in ((fcntl, "flock"), (os, "pwrite")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, refuse)
            with pytest.raises(StorageError) as caught, lock.hold(path, "run x"):
                pass
        assert caught.value.message == f"cannot lock {path}: Input/output error"
        assert caught.value.path == str(path)


def _libraries() -> dict[str, str]:
    """`python -S` starts in half the time and has to be told where orjson is."""
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
