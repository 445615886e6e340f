from __future__ import annotations

import json
from datetime import timedelta

import pytest

from ace import clock, lock
from ace.runs import resolve
from ace.views import status
from tests.ace.views.mini import Bench


@pytest.fixture
def bench(tmp_path, capsys, monkeypatch, clean_imports, no_flush):
    return Bench(tmp_path, capsys, monkeypatch)


def of(bench, run_id="r1", **options):
    return status.of_run(resolve(bench.root, run_id), **options)


def rows(one):
    return {row.name: row for row in one.phases}


def at_work(bench, **phase):
    """A run whose phase order is being worked on, as run.json and events say it."""
    folder = bench.run("r1")
    now = clock.now()
    bench.change(folder, state="running", phase_order={"state": "running", "started": clock.stamp(now), **phase})
    return folder, now


def tell(folder, when, kind, **fields):
    with (folder / "events.jsonl").open("a") as log:
        log.write(json.dumps({"time": clock.stamp(when), "kind": kind, **fields}) + "\n")


def test_a_completed_run_shows_every_phase_in_order_and_its_report(bench):
    folder = bench.run("r1")
    one = of(bench)
    assert [(row.number, row.name, row.input_count, row.output_count, row.dropped_count) for row in one.phases] == [
        (1, "gather", 0, 6, 1),
        (2, "sift", 6, 4, 2),
        (3, "order", 4, 3, 1),
        (4, "report", 3, 3, 0),
    ]
    assert one.report == str(folder / "phase4_report.md")
    assert status.sentence(one).startswith("completed: 4 of 4 phases in ")
    assert not status.is_resumable(one)


def test_a_failed_run_names_the_phase_the_error_the_hint_and_what_to_type(bench):
    bench.run("r1", sift_fail="the model said nothing")
    one = of(bench, artifacts="my runs")
    assert rows(one)["sift"].state == "failed"
    assert rows(one)["sift"].note.startswith("the model said nothing")
    assert rows(one)["order"].state == "blocked"
    assert one.hint == "look at gather"
    assert status.sentence(one) == "failed at phase 2 sift; 1 of 4 phases are committed and stay"
    assert one.resume == f"ace run {bench.file} --run-id r1 --artifacts 'my runs'"
    assert status.is_resumable(one)
    assert not one.report


def test_finished_items_of_a_failed_phase_are_counted(bench):
    bench.run("r1", sift_fail="the model said nothing")
    assert "6 finished items are kept" in rows(of(bench))["sift"].note


def test_a_phase_whose_process_is_gone_is_crashed(bench):
    folder = bench.run("r1", sift_fail="x")
    bench.change(folder, state="running", phase_sift={"state": "running"})
    one = of(bench)
    assert rows(one)["sift"].state == "crashed"
    assert rows(one)["sift"].note == "6 finished items are kept"
    assert status.sentence(one).startswith("crashed in phase 2 sift: its process is gone")
    assert status.is_resumable(one)


def test_a_running_phase_shows_its_progress_and_time_so_far(bench):
    folder, now = at_work(bench)
    tell(folder, now, "progress", phase="order", done=12, total=125, note="")
    with lock.hold(folder / ".lock", "the test"):
        row = rows(of(bench, now=now + timedelta(seconds=30)))["order"]
    assert (row.state, row.note) == ("running", "12/125")
    assert row.seconds == pytest.approx(30, abs=0.01)
    assert row.output_count is None  # of the time before, which is being replaced


def test_a_running_phase_that_says_nothing_for_longer_than_it_declares_is_stalled(bench):
    folder, now = at_work(bench)
    tell(folder, now, "progress", phase="order", done=1, total=2, note="")
    with lock.hold(folder / ".lock", "the test"):
        assert rows(of(bench, now=now + timedelta(seconds=59)))["order"].state == "running"
        one = of(bench, now=now + timedelta(seconds=75))
    assert rows(one)["order"].state == "stalled"
    assert status.sentence(one).startswith("running, but order has said nothing for 1 min 15 s")
    assert one.active


def test_a_retry_shows_the_error_that_caused_it(bench):
    folder, _ = at_work(bench, attempts=2, max_attempts=3, error="HTTP 529")
    bench.change(folder, phase_order={"state": "retry_wait"})
    with lock.hold(folder / ".lock", "the test"):
        row = rows(of(bench))["order"]
    assert (row.state, row.attempts, row.note) == ("retry_wait", 2, "try 2 of 3 failed: HTTP 529")


def test_a_partial_run_says_what_is_missing(bench):
    folder = bench.run("r1")
    bench.change(folder, state="partial", phase_sift={"state": "partial", "failed_count": 2})
    assert "but 2 items failed in sift" in status.sentence(of(bench))


def test_a_report_of_a_phase_that_runs_anew_is_not_offered(bench):
    folder = bench.run("r1")
    bench.change(folder, state="failed", phase_report={"state": "failed"})
    assert of(bench).report == ""


def test_a_run_without_run_json_is_rebuilt_for_the_reader(bench):
    folder = bench.run("r1")
    (folder / "run.json").unlink()
    assert [row.state for row in of(bench).phases] == ["completed"] * 4


def test_what_is_no_phase_in_run_json_is_passed_over(bench):
    folder = bench.run("r1")
    content = bench.change(folder)
    content["phases"] |= {"odd": 3, "../up": {"number": 9, "state": "completed"}, "none": {}}
    (folder / "run.json").write_text(json.dumps(content))
    assert [row.name for row in of(bench).phases] == ["gather", "sift", "order", "report"]
