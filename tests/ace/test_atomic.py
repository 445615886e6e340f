"""Files that are whole or absent. A missing flush cannot be seen in a file: the order of the system calls is asserted."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ace import atomic
from ace.errors import CannotCreate, StorageError

RECORDED = ("open", "write", "fsync", "close", "replace", "symlink")


class Calls:
    """Records the system calls that atomic makes; `fail` makes one of them fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[str] = []
        self.failing: dict[str, OSError] = {}
        self._names: dict[int, str] = {}
        for name in RECORDED:
            monkeypatch.setattr(os, name, self._recorder(name, getattr(os, name)))

    def fail(self, call: str, number: int) -> None:
        self.failing[call] = OSError(number, os.strerror(number))

    def _recorder(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            step = self._step(name, args)
            self.made.append(step)
            if step in self.failing:
                raise self.failing[step]
            result = real(*args, **options)
            if name == "open":
                self._names[result] = "folder" if args[1] & os.O_DIRECTORY else "file"
            return result

        return call

    def _step(self, name: str, args: tuple[Any, ...]) -> str:
        if name == "open":
            return "open folder" if args[1] & os.O_DIRECTORY else "open file"
        if name in ("write", "fsync", "close"):
            return f"{name} {self._names[args[0]]}"
        return name


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    return Calls(monkeypatch)


def test_a_file_is_flushed_before_it_is_renamed_and_its_folder_after(tmp_path: Path, calls: Calls) -> None:
    atomic.write(tmp_path / "a.json", b"new")
    assert calls.made == [
        "open file",
        "write file",
        "fsync file",
        "close file",
        "replace",
        "open folder",
        "fsync folder",
        "close folder",
    ]
    assert (tmp_path / "a.json").read_bytes() == b"new"


def test_what_need_not_last_is_renamed_without_a_flush(tmp_path: Path, calls: Calls) -> None:
    atomic.write(tmp_path / "run.json", b"new", durable=False)
    assert calls.made == ["open file", "write file", "close file", "replace"]


def test_the_temporary_file_is_new_private_and_never_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    real = os.open

    def recorded(path: Path, flags: int, mode: int = 0o777) -> int:
        seen.append((flags, mode))
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", recorded)
    atomic.write(tmp_path / "a", b"x", durable=False)
    (flags, mode) = seen[0]
    assert flags & os.O_EXCL
    assert flags & os.O_CREAT
    assert flags & os.O_NOFOLLOW
    assert mode == 0o600
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


STEPS = ["open file", "write file", "fsync file", "replace"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_failure_leaves_the_old_content_and_nothing_else(
    tmp_path: Path, calls: Calls, step: str, number: int
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    calls.fail(step, number)
    with pytest.raises(StorageError) as caught:
        atomic.write(path, b"new content")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.json"]
    assert str(path) in caught.value.message
    assert caught.value.path == str(path)


@pytest.mark.parametrize("step", STEPS)
def test_a_failure_of_a_new_file_leaves_nothing(tmp_path: Path, calls: Calls, step: str) -> None:
    calls.fail(step, errno.ENOSPC)
    with pytest.raises(StorageError, match="No space left") as caught:
        atomic.write(tmp_path / "a.json", b"new")
    assert os.listdir(tmp_path) == []
    assert "disk is full" in caught.value.hint


def test_an_unflushed_folder_is_a_failure(tmp_path: Path, calls: Calls) -> None:
    calls.fail("fsync folder", errno.EIO)
    with pytest.raises(StorageError):
        atomic.write(tmp_path / "a.json", b"new")
    assert os.listdir(tmp_path) == ["a.json"]  # whole, though not promised


def test_an_interrupt_in_the_middle_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        atomic.write(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, sizes = os.write, []

    def short(descriptor: int, content: memoryview) -> int:
        sizes.append(len(content))
        return real(descriptor, content[:3])

    monkeypatch.setattr(os, "write", short)
    atomic.write(tmp_path / "a", b"0123456789", durable=False)
    assert (tmp_path / "a").read_bytes() == b"0123456789"
    assert sizes == [10, 7, 4, 1]


def test_a_link_in_the_way_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"precious")
    (tmp_path / "a").symlink_to(tmp_path / "elsewhere")
    atomic.write(tmp_path / "a", b"new")
    assert (tmp_path / "elsewhere").read_bytes() == b"precious"
    assert not (tmp_path / "a").is_symlink()


def test_what_a_killed_writer_left_is_in_nobodys_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # In a container every run has the same process id: names must not repeat from one process to the next.
    names: list[str] = []
    real = os.replace

    def recorded(source: Path, goal: Path) -> None:
        names.append(str(source))
        real(source, goal)

    monkeypatch.setattr(os, "replace", recorded)
    for _ in range(20):
        atomic.write(tmp_path / "a", b"x", durable=False)
    assert len(set(names)) == 20
    assert not any(str(os.getpid()) in Path(name).name.split("-") for name in names)


def test_the_temporary_link_of_a_killed_writer_is_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(source: Path, goal: Path) -> None:
        os._exit(9)

    for target in ("run_a", "run_a", "run_b"):
        child = os.fork()
        if child == 0:
            os.replace = killed  # type: ignore[assignment]
            atomic.link(target, tmp_path / "latest")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        atomic.link(target, tmp_path / "latest")
        assert os.readlink(tmp_path / "latest") == target
        assert os.listdir(tmp_path) == ["latest"]


def test_a_reader_never_finds_the_link_missing(tmp_path: Path) -> None:
    path = tmp_path / "latest"
    atomic.link("run_0", path)
    done, missing, seen = threading.Event(), 0, set()

    def swap() -> None:
        for number in range(400):
            atomic.link(f"run_{number % 2}", path)
        done.set()

    writer = threading.Thread(target=swap)
    writer.start()
    while not done.is_set():
        try:
            seen.add(os.readlink(path))
        except OSError:
            missing += 1
    writer.join()
    assert missing == 0
    assert seen <= {"run_0", "run_1"}
    assert os.listdir(tmp_path) == ["latest"]


def test_a_failed_link_leaves_the_old_one(tmp_path: Path, calls: Calls) -> None:
    (tmp_path / "latest").symlink_to("run_0")
    calls.fail("replace", errno.EIO)
    with pytest.raises(StorageError):
        atomic.link("run_1", tmp_path / "latest")
    assert os.readlink(tmp_path / "latest") == "run_0"
    assert os.listdir(tmp_path) == ["latest"]


def test_moving_never_replaces_what_is_there(tmp_path: Path) -> None:
    for content in (b"1", b"2", b"3"):
        (tmp_path / "a").write_bytes(content)
        atomic.move(tmp_path / "a", tmp_path / "trash" / "a")
    kept = {path.name: path.read_bytes() for path in (tmp_path / "trash").iterdir()}
    assert kept == {"a": b"1", "a.2": b"2", "a.3": b"3"}


def test_what_is_discarded_is_kept_out_of_reach_of_a_glob(tmp_path: Path) -> None:
    (tmp_path / "phase1_x.json").write_bytes(b"1")
    goal = atomic.discard(tmp_path / "phase1_x.json", tmp_path)
    assert goal.read_bytes() == b"1"
    assert goal.parent == tmp_path / atomic.TRASH
    assert list(tmp_path.glob("**/phase*.json")) == []


def test_a_folder_below_a_file_cannot_be_created(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CannotCreate, match="cannot create"):
        atomic.make_folder(tmp_path / "file" / "runs")


def test_a_new_folder_is_made_once(tmp_path: Path) -> None:
    assert atomic.make_new_folder(tmp_path / "run")
    assert not atomic.make_new_folder(tmp_path / "run")
    with pytest.raises(CannotCreate):
        atomic.make_new_folder(tmp_path / "no" / "run")


def test_a_sweep_removes_temporary_files_only(tmp_path: Path) -> None:
    for name in (f"{atomic.TEMPORARY}a-1-0", "a.json", ".lock", "tmp-mine"):
        (tmp_path / name).write_bytes(b"")
    atomic.sweep(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".lock", "a.json", "tmp-mine"]
