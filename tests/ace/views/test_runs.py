from __future__ import annotations

import pytest

from ace import clock, lock
from ace.views import runs
from tests.ace.views.mini import Bench


@pytest.fixture
def bench(tmp_path, capsys, monkeypatch, clean_imports, no_flush):
    return Bench(tmp_path, capsys, monkeypatch)


def event(second, kind, **fields):
    return {"time": f"2026-11-22T03:00:{second:02d}.000Z", "kind": kind, **fields}


def test_time_worked_counts_the_sessions_and_not_the_days_between():
    log = runs.digest(
        [
            event(0, "run_started"),
            event(5, "phase_started", phase="a"),  # killed here
            event(30, "run_started"),
            event(32, "run_ended"),
        ]
    )
    assert log.seconds == 7
    assert not log.open


def test_an_open_session_counts_until_now():
    log = runs.digest([event(0, "run_started")], clock.parse("2026-11-22T03:00:10Z"))
    assert log.seconds == 10
    assert log.open


def test_progress_starts_again_with_its_phase():
    events = [event(1, "progress", phase="a", done=5, total=9), event(2, "phase_started", phase="a")]
    assert runs.digest(events[:1]).progress == {"a": (5, 9, "")}
    assert runs.digest(events).progress == {}


def test_foreign_events_do_no_harm():
    odd = [
        {"kind": "progress"},
        {"kind": "run_started", "time": "yesterday"},
        event(1, "progress", phase="a", done="x"),
    ]
    assert runs.digest(odd).progress["a"] == (0, 0, "")


def test_a_row_says_what_a_run_came_to(bench):
    folder = bench.run("r1")
    (row,) = runs.rows(bench.root)
    assert (row.run_id, row.pipeline, row.state) == ("r1", "mini", "completed")
    assert (row.phases_done, row.phases, row.items) == (4, 4, 3)
    assert row.latest == ("latest", "latest-mini")
    assert row.bytes == sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert row.seconds > 0


def test_a_failed_run_counts_what_is_committed(bench):
    bench.run("r1", sift_fail="no model")
    (row,) = runs.rows(bench.root)
    assert (row.state, row.phases_done, row.items) == ("failed", 1, 6)


def test_items_are_those_of_the_last_phase_that_declares_any(bench):
    text = bench.file.read_text()
    bench.file.write_text(text.replace('Phase("report", items="articles", item="article")', 'Phase("report")'))
    bench.run("r1")
    assert runs.rows(bench.root)[0].items == 3


def test_a_run_is_crashed_when_it_says_running_and_nobody_holds_its_lock(bench):
    folder = bench.run("r1")
    bench.change(folder, state="running")
    assert runs.rows(bench.root)[0].state == "crashed"
    with lock.hold(folder / ".lock", "the test"):
        assert runs.rows(bench.root)[0].state == "running"


def test_a_resume_is_running_before_it_has_said_so_in_run_json(bench):
    folder = bench.run("r1", sift_fail="no model")
    with lock.hold(folder / ".lock", "the test"):
        assert runs.rows(bench.root)[0].state == "failed"
        with (folder / "events.jsonl").open("a") as log:
            log.write('{"time":"2026-11-22T03:00:00.000Z","kind":"run_started"}\n')
        assert runs.rows(bench.root)[0].state == "running"


def test_folders_that_hold_no_run_are_named(bench):
    bench.run("r1")
    (bench.root / "run_empty").mkdir()
    assert runs.unreadable(bench.root) == ["run_empty"]
    assert [row.run_id for row in runs.rows(bench.root)] == ["r1"]


def test_links_are_not_followed_when_sizes_are_added_up(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "large").write_bytes(b"x" * 10_000)
    (tmp_path / "run" / "link").symlink_to(tmp_path / "large")
    assert runs.size(tmp_path / "run") < 1000
