"""The event log: on disk before anyone hears of it, never torn for those who come later."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from ace import events
from ace.errors import StorageError
from ace.events import EventLog


def test_events_are_read_in_the_order_they_were_added(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.add("started", phase="one", n=1)
    log.add("ended", phase="one", ok=True)
    log.close()
    assert [(event["kind"], event["phase"]) for event in events.read(tmp_path)] == [
        ("started", "one"),
        ("ended", "one"),
    ]
    assert all(event["time"].endswith("Z") for event in events.read(tmp_path))


def test_a_later_process_appends(tmp_path: Path) -> None:
    for kind in ("first", "second"):
        log = EventLog(tmp_path)
        log.add(kind)
        log.close()
    assert [event["kind"] for event in events.read(tmp_path)] == ["first", "second"]


def test_an_event_is_on_disk_before_the_listener_hears_of_it(tmp_path: Path) -> None:
    seen: list[list[str]] = []
    log = EventLog(tmp_path, (lambda event: seen.append([one["kind"] for one in events.read(tmp_path)]),))
    log.add("a")
    log.add("b")
    log.close()
    assert seen == [["a"], ["a", "b"]]


def test_a_terminal_that_is_gone_does_not_stop_the_log(tmp_path: Path) -> None:
    heard: list[str] = []

    def gone(event: Any) -> None:
        raise BrokenPipeError(errno.EPIPE, "the reader has left")

    log = EventLog(tmp_path, (gone, lambda event: heard.append(event["kind"])))
    log.add("a")
    log.close()
    assert heard == ["a"]
    assert [event["kind"] for event in events.read(tmp_path)] == ["a"]


def test_what_follows_half_a_line_is_not_lost_with_it(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.add("whole")
    log.close()
    with (tmp_path / events.FILE).open("ab") as file:
        file.write(b'{"time":"2026-11-22T03:15:00Z","kind":"to')  # killed in the middle of a line
    log = EventLog(tmp_path)
    log.add("after")
    log.close()
    assert [event["kind"] for event in events.read(tmp_path)] == ["whole", "after"]


def test_foreign_lines_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / events.FILE).write_bytes(b'\n[]\nnull\n"x"\n{}\n\xff\n{"kind":"mine"}\n')
    assert [event["kind"] for event in events.read(tmp_path)] == ["mine"]


def test_no_log_is_no_events(tmp_path: Path) -> None:
    assert list(events.read(tmp_path / "none")) == []


def test_lines_of_many_threads_are_all_whole(tmp_path: Path) -> None:
    log = EventLog(tmp_path)

    def add(name: int) -> None:
        for _ in range(50):
            log.add("x", name=name, text="y" * 500)

    threads = [threading.Thread(target=add, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert len(list(events.read(tmp_path))) == 200


def test_a_log_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / events.FILE).symlink_to(tmp_path / "precious")
    with pytest.raises(StorageError):
        EventLog(tmp_path)
    assert (tmp_path / "precious").read_bytes() == b"precious"


def test_a_full_disk_is_a_storage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = EventLog(tmp_path)

    def full(descriptor: int, line: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StorageError, match=r"events\.jsonl"):
        log.add("a")
    log.close()
