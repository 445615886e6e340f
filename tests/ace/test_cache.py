"""The cache outlives runs; losing it costs time, never data, and it never costs a run."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ace.cache import CacheFile
from ace.errors import OutputError, StorageError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "demo.db"


def stored(path: Path) -> None:
    file = CacheFile(path)
    file.space("feeds").put("url", {"etag": "é"})
    file.close()


def test_what_was_put_is_got_by_the_next_process(path: Path) -> None:
    stored(path)
    file = CacheFile(path)
    assert file.space("feeds").get("url") == {"etag": "é"}
    assert file.space("feeds").get("other") is None
    file.close()


def test_spaces_do_not_see_each_other(path: Path) -> None:
    file = CacheFile(path)
    file.space("a").put("key", 1)
    file.space("b").put("key", 2)
    assert (file.space("a").get("key"), file.space("b").get("key")) == (1, 2)
    file.close()


def test_a_value_is_replaced(path: Path) -> None:
    file = CacheFile(path)
    for value in (1, [2], None):
        file.space("a").put("key", value)
        assert file.space("a").get("key") == value
    file.close()


def test_a_value_that_is_not_json_is_refused(path: Path) -> None:
    file = CacheFile(path)
    with pytest.raises(OutputError):
        file.space("a").put("key", float("nan"))
    file.close()


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough to look like one " * 50, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_damaged_file_is_moved_aside_and_begun_anew(path: Path, content: bytes) -> None:
    stored(path)
    path.write_bytes(content)
    file = CacheFile(path)
    assert file.space("feeds").get("url") is None
    file.space("feeds").put("url", "new")
    assert file.space("feeds").get("url") == "new"
    file.close()
    assert path.with_suffix(".damaged").read_bytes() == content


def test_the_log_of_a_damaged_file_is_not_played_into_the_new_one(path: Path) -> None:
    # Killed in the middle: the write-ahead log is left behind with a few pages, then the file itself is damaged.
    stored(path)
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom ace.cache import CacheFile\n"
        "CacheFile(Path(sys.argv[1])).space('a').put('key', 'old'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, check=True)
    log = path.with_name("demo.db-wal")
    assert log.stat().st_size
    path.write_bytes(b"garbage" * 1000)
    file = CacheFile(path)
    assert file.space("a").get("key") is None
    file.close()
    assert path.with_name("demo.damaged-wal").exists()


def test_a_page_that_became_unreadable_is_a_miss(path: Path) -> None:
    file = CacheFile(path)
    for number in range(200):
        file.space("a").put(str(number), "x" * 500)
    file.close()
    size = path.stat().st_size
    with path.open("r+b") as raw:  # everything but the first pages
        raw.seek(8192)
        raw.write(b"\xff" * (size - 8192))
    file = CacheFile(path)
    assert all(file.space("a").get(str(number)) in (None, "x" * 500) for number in range(200))
    file.close()


def test_a_sound_file_that_is_busy_is_not_thrown_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir(parents=True)
    busy = sqlite3.connect(path, isolation_level=None)
    busy.execute("PRAGMA journal_mode=DELETE")
    busy.execute("CREATE TABLE mine (x)")
    busy.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr("ace.cache.BUSY_S", 0.01)
    with pytest.raises(StorageError, match="locked"):
        CacheFile(path)
    busy.execute("COMMIT")
    assert busy.execute("SELECT count(*) FROM mine").fetchone() == (0,)
    busy.close()
    assert sorted(os.listdir(path.parent)) == ["demo.db"]


def test_threads_share_one_file(path: Path) -> None:
    file = CacheFile(path)

    def work(name: int) -> None:
        for number in range(20):
            file.space("a").put(f"{name} {number}", number)
            assert file.space("a").get(f"{name} {number}") == number

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(file.space("a").get(f"{name} {number}") == number for name in range(4) for number in range(20)) == 80
    file.close()
