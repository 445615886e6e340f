"""Finished items outlive the process, and only those that are the same work count."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ace import atomic
from ace.errors import OutputError, StorageError
from ace.journal import Journal, parse

ROOT = Path(__file__).resolve().parents[2]
MINE, THEIRS = "a" * 64, "b" * 64


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run_x" / "journal" / "phase5_score.jsonl"


def filled(path: Path, fingerprint: str = MINE, many: int = 3) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with Journal(path, fingerprint) as rows:
        for number in range(many):
            rows.add(f"key {number}", f"content {number}", {"score": number})


def test_what_was_finished_is_found_by_the_next_process(path: Path) -> None:
    filled(path)
    with Journal(path, MINE) as rows:
        assert len(rows) == 3
        assert rows.find("key 1", "content 1") == (True, {"score": 1})
        assert rows.find("key 9", "content 9") == (False, None)


def test_a_value_may_be_nothing(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with Journal(path, MINE) as rows:
        rows.add("k", "c", None)
    with Journal(path, MINE) as rows:
        assert rows.find("k", "c") == (True, None)


def test_an_item_with_other_content_is_not_the_same_item(path: Path) -> None:
    filled(path)
    with Journal(path, MINE) as rows:
        assert rows.find("key 1", "content 2") == (False, None)


def test_the_latest_row_of_a_key_counts(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with Journal(path, MINE) as rows:
        rows.add("k", "old", 1)
        rows.add("k", "new", 2)
    with Journal(path, MINE) as rows:
        assert rows.find("k", "new") == (True, 2)
        assert rows.find("k", "old") == (False, None)


def test_the_rows_of_another_fingerprint_go_to_the_trash(path: Path) -> None:
    filled(path, THEIRS)
    with Journal(path, MINE) as rows:
        assert len(rows) == 0
        rows.add("key 1", "content 1", "mine")
    (kept,) = (path.parents[1] / atomic.TRASH).iterdir()
    assert THEIRS in kept.read_text()
    with Journal(path, MINE) as rows:
        assert rows.find("key 1", "content 1") == (True, "mine")


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_torn_last_line_is_cut_off_and_what_follows_is_whole(path: Path, cut: int) -> None:
    filled(path)
    os.truncate(path, path.stat().st_size - cut)
    with Journal(path, MINE) as rows:
        assert rows.find("key 0", "content 0") == (True, {"score": 0})
        assert rows.find("key 2", "content 2") == (False, None)
        rows.add("key 2", "content 2", "again")
    with Journal(path, MINE) as rows:
        assert rows.find("key 2", "content 2") == (True, "again")
    for line in path.read_bytes().splitlines():
        json.loads(line)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b'{"format":1', b"[]\n", b"\xff\xfe\n", b'{"format":3,"fingerprint":"' + MINE.encode() + b'"}\n'],
)
def test_a_file_that_is_no_journal_counts_for_nothing(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with Journal(path, MINE) as rows:
        assert len(rows) == 0
        rows.add("k", "c", 1)
    with Journal(path, MINE) as rows:
        assert rows.find("k", "c") == (True, 1)
    (kept,) = (path.parents[1] / atomic.TRASH).iterdir()
    assert kept.read_bytes() == content


@pytest.mark.parametrize("row", [b"{", b"[]", b"3", b'{"k":"x"}', b'{"k":[],"c":"c","v":1}', b"\xff"])
def test_a_damaged_row_is_an_item_that_is_done_again(path: Path, row: bytes) -> None:
    filled(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], row + b"\n", *lines[3:]]))
    with Journal(path, MINE) as rows:
        assert rows.find("key 0", "content 0")[0]
        assert not rows.find("key 1", "content 1")[0]
        assert rows.find("key 2", "content 2")[0]


@given(place=st.floats(0, 0.999), bit=st.integers(0, 7))
@settings(max_examples=150, deadline=None)
def test_one_flipped_bit_gives_no_other_value(tmp_path_factory: Any, place: float, bit: int) -> None:
    path = tmp_path_factory.getbasetemp() / "flipped" / "journal" / "phase5_score.jsonl"
    path.unlink(missing_ok=True)
    filled(path)
    raw = bytearray(path.read_bytes())
    raw[int(len(raw) * place)] ^= 1 << bit
    path.write_bytes(raw)
    with Journal(path, MINE) as rows:
        for number in range(3):
            assert rows.find(f"key {number}", f"content {number}") in ((True, {"score": number}), (False, None))
        assert len(rows) in (0, 1, 2)


def test_a_row_whose_value_changed_is_counted_as_damaged(path: Path) -> None:
    filled(path)
    raw = path.read_bytes()
    found = parse(raw.replace(b'"score":1', b'"score":7'))
    assert found
    assert found.damaged == 1
    assert sorted(found.rows) == ["key 0", "key 2"]
    assert parse(raw) == (MINE, {f"key {n}": (f"content {n}", {"score": n}) for n in range(3)}, 0)


def test_a_journal_from_before_rows_had_checksums_is_read_and_gone_on_with(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(f'{{"format":1,"fingerprint":"{MINE}"}}\n{{"k":"old","c":"c","v":1}}\n')
    with Journal(path, MINE) as rows:
        assert rows.find("old", "c") == (True, 1)
        rows.add("new", "c", 2)
    with Journal(path, MINE) as rows:
        assert (rows.find("old", "c"), rows.find("new", "c")) == ((True, 1), (True, 2))


def test_text_with_line_ends_and_quotes_stays_one_row(path: Path) -> None:
    odd = 'a\nb\r\u2028"\\ é'
    path.parent.mkdir(parents=True)
    with Journal(path, MINE) as rows:
        rows.add(odd, "c", {odd: odd})
    with Journal(path, MINE) as rows:
        assert rows.find(odd, "c") == (True, {odd: odd})


def test_a_value_that_is_not_json_is_refused_and_leaves_no_row(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with Journal(path, MINE) as rows:
        rows.add("good", "c", 1)
        with pytest.raises(OutputError, match="set"):
            rows.add("bad", "c", {1, 2})
    with Journal(path, MINE) as rows:
        assert len(rows) == 1


def test_rows_outlive_a_killed_process(path: Path) -> None:
    path.parent.mkdir(parents=True)
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom ace.journal import Journal\n"
        "rows = Journal(Path(sys.argv[1]), 'a' * 64)\n"
        "for number in range(500): rows.add(f'key {number}', 'c', number)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    with Journal(path, MINE) as rows:
        assert len(rows) == 500
        assert rows.find("key 499", "c") == (True, 499)


def test_rows_of_many_threads_are_all_whole(path: Path, no_flush: None) -> None:
    path.parent.mkdir(parents=True)
    with Journal(path, MINE) as rows:

        def add(name: int) -> None:
            for number in range(50):
                rows.add(f"{name} {number}", "c", "x" * 2000)

        threads = [threading.Thread(target=add, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with Journal(path, MINE) as rows:
        assert len(rows) == 200


def test_what_was_added_last_is_flushed_before_the_journal_is_closed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A flush goes on while rows come in: the rows that came during the last one need one more.
    path.parent.mkdir(parents=True)
    sizes: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def flush(descriptor: int) -> None:
        sizes.append(os.fstat(descriptor).st_size)
        begun.set()
        go_on.wait(20)

    monkeypatch.setattr(os, "fdatasync", flush)
    rows = Journal(path, MINE)
    rows.add("first", "c", 1)
    assert begun.wait(20)
    rows.add("second", "c", 2)  # the flush of the first is still under way
    closer = threading.Thread(target=rows.close)
    closer.start()
    while not rows._flusher or not rows._flusher._stopping:
        pass
    go_on.set()
    closer.join(20)
    assert sizes[-1] == path.stat().st_size


class Flushes:
    """Notes how long the file was at each flush; `begun` is set when one begins."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fails: int = 0) -> None:
        self.sizes: list[int] = []
        self.begun = threading.Event()
        self._fails = fails
        monkeypatch.setattr(os, "fdatasync", self._flush)

    def _flush(self, descriptor: int) -> None:
        self.sizes.append(os.fstat(descriptor).st_size)
        self.begun.set()
        if self._fails:
            raise OSError(self._fails, os.strerror(self._fails))


def test_rows_are_flushed_without_being_asked_for_and_again_when_more_come(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushes = Flushes(monkeypatch)
    with Journal(path, MINE) as rows:
        rows.add("first", "c", 1)
        assert flushes.begun.wait(20)
        flushes.begun.clear()
        rows.add("second", "c", 2)
        assert flushes.begun.wait(20)
    assert flushes.sizes[-1] == path.stat().st_size


def test_rows_that_cannot_last_are_said_at_the_next_item(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Flushes(monkeypatch, fails=errno.EIO)
    rows = Journal(path, MINE)
    rows.add("first", "c", 1)
    assert rows._flusher
    rows._flusher.join(20)
    with pytest.raises(StorageError) as caught:
        rows.add("second", "c", 2)
    assert caught.value.message == f"cannot write {path}: Input/output error"
    rows.close()
    assert b"second" not in path.read_bytes()


def test_a_process_that_forgets_to_close_its_journal_ends_all_the_same(path: Path) -> None:
    filled(path)
    code = (
        "import sys\nfrom pathlib import Path\nfrom ace.journal import Journal\n"
        "rows = Journal(Path(sys.argv[1]), 'a' * 64)\nrows.add('k', 'c', 1)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, timeout=60).returncode == 0
    with Journal(path, MINE) as rows:
        assert rows.find("k", "c") == (True, 1)


def test_a_new_journal_is_private_and_its_name_lasts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: flushed.append(os.readlink(f"/proc/self/fd/{descriptor}")))
    filled(path)
    assert flushed == [str(path.parent)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_bytes().splitlines()[0]) == {"format": 2, "fingerprint": MINE}
    filled(path)  # goes on with the same file
    assert flushed == [str(path.parent)]
    assert path.read_bytes().count(MINE.encode()) == 1


def test_the_folder_of_a_journal_is_made_when_it_is_needed(path: Path) -> None:
    with Journal(path, MINE) as rows:
        rows.add("k", "c", 1)
    with Journal(path, MINE) as rows:
        assert len(rows) == 1


def test_a_closed_journal_holds_no_file_open_and_may_be_closed_again(path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    rows = Journal(path, MINE)
    rows.add("k", "c", 1)
    rows.close()
    rows.close()
    assert len(os.listdir("/proc/self/fd")) <= before
    rows.add("k", "c", 2)  # and goes on where it was
    rows.close()
    with Journal(path, MINE) as again:
        assert again.find("k", "c") == (True, 2)


def test_a_journal_that_is_a_link_is_refused(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "elsewhere")
    rows = Journal(path, MINE)
    with pytest.raises(StorageError) as caught:
        rows.add("k", "c", 1)
    assert caught.value.message == f"cannot open {path}: Too many levels of symbolic links"
    assert caught.value.path == str(path)
    rows.close()
    assert not (tmp_path / "elsewhere").exists()


def test_a_journal_that_cannot_be_read_is_a_storage_error_and_stays(path: Path) -> None:
    # Not a bug of the phase, whose failure would let the phases that do not depend on it go on.
    path.mkdir(parents=True)
    with pytest.raises(StorageError) as caught:
        Journal(path, MINE)
    assert caught.value.message == f"cannot read {path}: Is a directory"
    assert path.is_dir()


def test_a_journal_that_cannot_be_removed_is_a_storage_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    rows = Journal(path, MINE)

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "unlink", refuse)
    with pytest.raises(StorageError) as caught:
        rows.remove()
    assert caught.value.message == f"cannot remove {path}: Read-only file system"
    assert "another folder" in caught.value.hint


def test_a_full_disk_is_a_storage_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir(parents=True)
    rows = Journal(path, MINE)
    rows.add("k", "c", 1)

    def full(descriptor: int, row: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(StorageError) as caught:
            rows.add("k2", "c", 2)
    assert caught.value.message == f"cannot write {path}: No space left on device"
    rows.close()
    with Journal(path, MINE) as again:
        assert again.find("k", "c") == (True, 1)


def test_short_writes_are_continued(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir(parents=True)
    real = os.write
    with Journal(path, MINE) as rows, monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, row: real(descriptor, bytes(row[:5])))
        rows.add("k", "c", "value" * 10)
    with Journal(path, MINE) as rows:
        assert rows.find("k", "c") == (True, "value" * 10)


def test_a_journal_that_nothing_was_added_to_makes_no_file(path: Path) -> None:
    with Journal(path, MINE):
        pass
    assert not path.exists()


def test_a_removed_journal_is_gone(path: Path) -> None:
    filled(path)
    rows = Journal(path, MINE)
    rows.remove()
    assert not path.exists()
    Journal(path, MINE).remove()  # and may be gone already
