"""Files that are whole or absent. A missing flush cannot be seen in a file: the order of the system calls is asserted."""

from __future__ import annotations

import errno
import os
import re
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
    assert goal.parent == tmp_path / ".trash"
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


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Flushes and renames in the order in which they happen, as `flush <name>` and `rename <name> <name>`."""
    happened: list[str] = []
    real_flush, real_replace = os.fsync, os.replace

    def named(path: Any) -> str:
        return os.path.relpath(path, tmp_path)

    def flush(descriptor: int) -> None:
        happened.append(f"flush {named(os.readlink(f'/proc/self/fd/{descriptor}'))}")
        real_flush(descriptor)

    def replace(source: Path, goal: Path) -> None:
        real_replace(source, goal)
        happened.append(f"rename {named(source)} {named(goal)}")

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(os, "replace", replace)
    return happened


def failing(number: int) -> Callable[..., Any]:
    def fail(*args: Any, **options: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return fail


ANOTHER_FOLDER = "choose another folder with --artifacts DIR"
HINTS = [
    (errno.ENOSPC, "the disk is full: free space, then run the same command again"),
    (errno.EDQUOT, "the disk quota is used up: free space, then run the same command again"),
    (errno.EFBIG, "the file size limit is reached (ulimit -f): raise it, then run the same command again"),
    (errno.EROFS, f"the file system is read-only: {ANOTHER_FOLDER}"),
    (errno.EACCES, f"check the permissions, or {ANOTHER_FOLDER}"),
    (errno.EPERM, f"check the permissions, or {ANOTHER_FOLDER}"),
    (errno.EIO, ""),
]


@pytest.mark.parametrize(("number", "hint"), HINTS, ids=[errno.errorcode[number] for number, _ in HINTS])
def test_an_error_says_what_was_done_where_and_what_helps(tmp_path: Path, number: int, hint: str) -> None:
    with pytest.raises(StorageError) as caught, atomic.explained(tmp_path / "a", "write"):
        failing(number)()
    assert caught.value.message == f"cannot write {tmp_path / 'a'}: {os.strerror(number)}"
    assert caught.value.path == str(tmp_path / "a")
    assert caught.value.hint == hint
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize(("number", "hint"), HINTS, ids=[errno.errorcode[number] for number, _ in HINTS])
def test_a_folder_that_cannot_be_made_says_why_and_what_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, hint: str
) -> None:
    monkeypatch.setattr(os, "mkdir", failing(number))
    for make in (atomic.make_folder, atomic.make_new_folder):
        with pytest.raises(CannotCreate) as caught:
            make(tmp_path / "a")
        assert caught.value.message == f"cannot create {tmp_path / 'a'}: {os.strerror(number)}"
        assert caught.value.hint == (hint or ANOTHER_FOLDER)


def test_an_error_without_a_number_is_told_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot read .*: odd") as caught, atomic.explained(tmp_path, "read"):
        raise OSError("odd")
    assert caught.value.hint == ""
    made = atomic.cannot_create(tmp_path, OSError("odd"))
    assert made.message == f"cannot create {tmp_path}: odd"
    assert made.hint == ANOTHER_FOLDER


@pytest.mark.parametrize(
    ("doing", "act"),
    [
        ("write", lambda folder: atomic.write(folder / "no" / "a", b"x")),
        ("link", lambda folder: atomic.link("run_0", folder / "no" / "a")),
        ("link", lambda folder: atomic.link_file(folder / "none", folder / "no" / "a")),
        ("make", lambda folder: atomic.publish(folder / "none", folder / "no" / "a")),
    ],
)
def test_what_was_being_done_is_named(tmp_path: Path, doing: str, act: Callable[[Path], Any]) -> None:
    path = tmp_path / "no" / "a"
    with pytest.raises(StorageError) as caught:
        act(tmp_path)
    assert caught.value.message == f"cannot {doing} {path}: No such file or directory"
    assert caught.value.path == str(path)


def test_a_temporary_file_is_beside_its_file_and_swept_by_its_name(tmp_path: Path, order: list[str]) -> None:
    atomic.write(tmp_path / "a.json", b"x", durable=False)
    (renamed,) = order
    source = renamed.split()[1]
    assert source.startswith(".tmp-a.json-")  # hidden, and what a sweep of another version looks for, too
    assert os.sep not in source


def test_a_linked_file_is_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    assert atomic.link_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").samefile(tmp_path / "a")


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_where_no_links_can_be_made_the_file_is_copied_with_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    (tmp_path / "a").write_bytes(b"content")
    os.utime(tmp_path / "a", ns=(1_700_000_000_123_456_789, 1_600_000_000_987_654_321))
    monkeypatch.setattr(os, "link", failing(number))
    assert not atomic.link_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"content"
    assert not (tmp_path / "b").samefile(tmp_path / "a")
    assert (tmp_path / "b").stat().st_mtime_ns == 1_600_000_000_987_654_321


def test_a_copy_in_place_of_a_link_lasts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: list[str]) -> None:
    (tmp_path / "a").write_bytes(b"content")
    monkeypatch.setattr(os, "link", failing(errno.EXDEV))
    atomic.link_file(tmp_path / "a", tmp_path / "b")
    assert [step.split()[0] for step in order] == ["flush", "rename", "flush"]


def test_a_link_is_made_of_the_very_name_that_was_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Between looking at the file and linking it, someone may put a symbolic link in its place.
    asked: list[Any] = []
    (tmp_path / "a").write_bytes(b"content")
    monkeypatch.setattr(os, "link", lambda *names, **options: asked.append((names, options)))
    atomic.link_file(tmp_path / "a", tmp_path / "b")
    assert asked == [((tmp_path / "a", tmp_path / "b"), {"follow_symlinks": False})]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EEXIST])
def test_an_error_that_does_not_speak_against_links_is_no_reason_to_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    (tmp_path / "a").write_bytes(b"content")
    monkeypatch.setattr(os, "link", failing(number))
    with pytest.raises(StorageError, match=re.escape(os.strerror(number))):
        atomic.link_file(tmp_path / "a", tmp_path / "b")
    assert os.listdir(tmp_path) == ["a"]


def test_a_linked_file_takes_the_place_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    (tmp_path / "b").write_bytes(b"precious")
    with pytest.raises(StorageError, match="File exists"):
        atomic.link_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"precious"


def test_only_a_regular_file_is_linked_and_a_pipe_does_not_hang(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "symlink").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StorageError, match=r"cannot link .*new: not a regular file"):
        atomic.link_file(tmp_path / "pipe", tmp_path / "new")
    with pytest.raises(StorageError, match="symbolic links"):
        atomic.link_file(tmp_path / "symlink", tmp_path / "new")
    assert not os.path.lexists(tmp_path / "new")


def test_a_linked_file_leaves_no_descriptor_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"content")
    before = os.listdir("/proc/self/fd")
    atomic.link_file(tmp_path / "a", tmp_path / "b")
    monkeypatch.setattr(os, "link", failing(errno.EIO))
    with pytest.raises(StorageError):
        atomic.link_file(tmp_path / "a", tmp_path / "c")
    assert len(os.listdir("/proc/self/fd")) <= len(before)


def test_a_finished_folder_is_flushed_before_it_appears_and_its_name_after(tmp_path: Path, order: list[str]) -> None:
    (tmp_path / "draft").mkdir()
    (tmp_path / "draft" / "a").write_bytes(b"content")
    (tmp_path / "runs" / "run_x").mkdir(parents=True)
    atomic.publish(tmp_path / "draft", tmp_path / "runs" / "run_x")
    assert order == ["flush draft", "rename draft runs/run_x", "flush runs"]
    assert (tmp_path / "runs" / "run_x" / "a").read_bytes() == b"content"
    assert not (tmp_path / "draft").exists()


def test_a_finished_folder_never_takes_the_place_of_one_that_holds_something(tmp_path: Path) -> None:
    for name in ("draft", "run_x"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_bytes(b"")
    with pytest.raises(StorageError, match="cannot make .*run_x"):
        atomic.publish(tmp_path / "draft", tmp_path / "run_x")
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*/*")) == ["draft/draft", "run_x/run_x"]


def test_where_a_thing_was_moved_is_said_and_lasts(tmp_path: Path, order: list[str]) -> None:
    (tmp_path / "a").write_bytes(b"new")
    (tmp_path / "trash").mkdir()
    (tmp_path / "trash" / "a").symlink_to("nowhere")  # also takes up its name
    assert atomic.move(tmp_path / "a", tmp_path / "trash" / "a") == tmp_path / "trash" / "a.2"
    assert order == ["rename a trash/a.2", "flush trash"]
    assert (tmp_path / "trash" / "a.2").read_bytes() == b"new"


def test_what_cannot_be_moved_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        atomic.move(tmp_path / "none", tmp_path / "trash" / "a")
    assert caught.value.message == f"cannot move {tmp_path / 'none'}: No such file or directory"


def test_what_is_discarded_carries_the_time_before_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"1")
    goal = atomic.discard(tmp_path / "a.json", tmp_path)
    assert re.fullmatch(r"\d{8}T\d{6}\.\d{3}Z\.a\.json", goal.name)


def test_every_folder_that_was_made_lasts_and_the_outer_ones_first(tmp_path: Path, order: list[str]) -> None:
    atomic.make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()
    assert order == ["flush .", "flush a", "flush a/b"]
    atomic.make_folder(tmp_path / "a" / "b" / "c")
    assert len(order) == 3  # was there already
    assert atomic.make_new_folder(tmp_path / "a" / "d")
    assert order[3:] == ["flush a"]


def test_a_folder_that_another_process_makes_meanwhile_is_as_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.mkdir

    def twice(path: Path, *rest: Any) -> None:
        real(path, *rest)
        real(path, *rest)

    monkeypatch.setattr(os, "mkdir", twice)
    atomic.make_folder(tmp_path / "a")
    assert (tmp_path / "a").is_dir()


def test_only_a_folder_can_be_flushed_as_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        atomic.sync_folder(tmp_path / "a")


def test_a_sweep_goes_on_after_what_it_cannot_remove(tmp_path: Path) -> None:
    (tmp_path / f"{atomic.TEMPORARY}folder").mkdir()
    (tmp_path / f"{atomic.TEMPORARY}file").write_bytes(b"")
    (tmp_path / f"{atomic.TEMPORARY}zfile").write_bytes(b"")
    atomic.sweep(tmp_path)
    assert os.listdir(tmp_path) == [f"{atomic.TEMPORARY}folder"]
