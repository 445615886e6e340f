from __future__ import annotations

import threading

import pytest

from ace import lock
from ace.views import runs_table, terminal
from tests.ace.views.mini import Bench


@pytest.fixture
def bench(tmp_path, capsys, monkeypatch, clean_imports, no_flush):
    return Bench(tmp_path, capsys, monkeypatch)


def test_the_latest_run_is_shown_with_state_counts_and_report(bench):
    bench.run("r1")
    bench.run("r2", sift_keep=2)
    code, out, _ = bench.ace("status")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("mini run r2, started ")
    assert lines[3].split()[:3] == ["2", "sift", "completed"]
    assert "6 → 2" in lines[3]
    assert "completed: 4 of 4 phases" in out
    assert f"report: {bench.root}/run_r2/phase4_report.md" in out
    assert "go on with" not in out


def test_a_failed_run_is_read_with_exit_code_0_and_says_what_to_type(bench):
    bench.run("r1", sift_fail="the model said nothing")
    code, out, _ = bench.ace("status", "r1")
    assert code == 0
    assert "the model said nothing; 6 finished items are kept" in out
    assert "failed at phase 2 sift" in out
    assert "  look at gather" in out
    assert f"go on with: ace run {bench.file} --run-id r1 --artifacts {bench.root}" in out


def test_what_is_partial_with_everything_committed_is_done_anew_by_a_retry(project, cli):
    project.do("two", "ctx.map(lambda n: 1 / n, [0, 1, 2], key=str, attempts=1)")
    project.run("r")
    assert "go on with: ace retry 2 --run-id r --artifacts runs" in cli("status", "--artifacts", "runs").out
    project.do("two", "pass")
    assert cli("retry", "2", "--run-id", "r", "--artifacts", "runs").code == 0
    project.do("three", "raise PhaseError('no')")
    project.do("two", "ctx.map(lambda n: 1 / n, [0, 1, 2], key=str, attempts=1)")
    project.run("s")
    assert "--run-id s --artifacts runs" in cli("status", "--artifacts", "runs").out
    assert "ace retry" not in cli("status", "--artifacts", "runs").out


def test_what_a_pipe_gets_is_plain_and_unbroken(bench):
    bench.run("r1", sift_fail="long " * 60 + "end")
    _, out, _ = bench.ace("status")
    assert any(line.rstrip().endswith("end; 6 finished items are kept") for line in out.splitlines())
    assert "\x1b" not in out


def test_an_error_with_escape_sequences_does_not_reach_the_terminal(bench):
    bench.run("r1", sift_fail="bad title \x1b]0;owned\x07\x1b[2Jend")
    _, out, _ = bench.ace("status")
    assert "bad title end" in out
    assert "\x1b" not in out


def test_json_holds_the_phases_and_the_sentence(bench):
    bench.run("r1", sift_fail="x")
    one = bench.json("status", "r1")
    assert [row["state"] for row in one["phases"]] == ["completed", "failed", "blocked", "blocked"]
    assert one["summary"].startswith("failed at phase 2 sift")
    assert one["resume"].startswith("ace run ")


def test_an_unknown_run_names_near_ones(bench):
    bench.run("nightly_one")
    code, out, err = bench.ace("status", "nightly_uno")
    assert (code, out) == (2, "")
    assert "did you mean nightly_one?" in err


def test_watching_a_run_that_is_not_running_shows_it_once(bench):
    bench.run("r1")
    code, out, _ = bench.ace("status", "--watch")
    assert code == 0
    assert out.count("mini run r1") == 1


def test_watching_waits_until_the_run_ends(bench, monkeypatch):
    folder = bench.run("r1")
    bench.change(folder, state="running", phase_report={"state": "running"})
    ended = threading.Event()

    def wait_a_little(_interval):
        if ended.is_set():
            bench.change(folder, state="completed", phase_report={"state": "completed"})
        ended.set()

    monkeypatch.setattr(runs_table.time, "sleep", wait_a_little)
    with lock.hold(folder / ".lock", "the test"):
        code, out, _ = bench.ace("status", "--watch")
    assert code == 0
    assert ended.is_set()
    assert "completed: 4 of 4 phases" in out


def test_a_watched_run_is_redrawn_on_a_terminal(bench, monkeypatch, capsys):
    folder = bench.run("r1")
    bench.change(folder, state="running", phase_report={"state": "running"})
    monkeypatch.setattr(terminal, "is_terminal", lambda: True)
    seen = []

    def end(_interval):
        seen.append(capsys.readouterr().out)
        bench.change(folder, state="completed", phase_report={"state": "completed"})

    monkeypatch.setattr(runs_table.time, "sleep", end)
    with lock.hold(folder / ".lock", "the test"):
        code, out, _ = bench.ace("status", "--watch")
    assert code == 0
    assert "completed: 4 of 4 phases" in out
    assert len(seen) == 1


def test_ctrl_c_leaves_the_watch_and_not_the_run(bench, monkeypatch):
    folder = bench.run("r1")
    bench.change(folder, state="running")

    def interrupt(_interval):
        raise KeyboardInterrupt

    monkeypatch.setattr(runs_table.time, "sleep", interrupt)
    with lock.hold(folder / ".lock", "the test"):
        code, _, err = bench.ace("status", "--watch")
    assert code == 0
    assert "the run goes on" in err
