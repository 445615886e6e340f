"""`ace run` as cron starts it: silent, one line of JSON, a log file, a watchdog, and never two at once by accident."""

from __future__ import annotations

import http.server
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from ace import lock

WAIT = "(HERE / 'ready').write_text('x'); (HERE / 'go').read_text()"


def run(cli: Any, *words: str) -> Any:
    return cli("run", "demo.py", "--run-id", "r", *words)


# --- --summary


def test_the_summary_is_one_line_of_json_and_nothing_else_is_said(cli: Any, no_flush: None) -> None:
    result = run(cli, "--summary")
    assert (result.code, result.err) == (0, "")
    assert result.out.count("\n") == 1
    found = json.loads(result.out)
    assert found.pop("seconds") > 0
    assert found == {
        "run_id": "r",
        "pipeline": "demo",
        "state": "completed",
        "exit_code": 0,
        "phase": "four",
        "input_count": 2,
        "output_count": 0,
        "dropped_count": 0,
        "failed_count": 0,
        "cost_usd": 0.0,
        "report": "runs/run_r/phase4_four.md",
        "error": "",
    }


def test_the_summary_of_a_failed_run_counts_what_was_reached(cli: Any, project: Any, no_flush: None) -> None:
    project.do("three", "raise PhaseError('the network\\nis down')")
    result = run(cli, "--summary")
    found = json.loads(result.out)
    assert result.code == found["exit_code"] == 1
    assert result.out.count("\n") == 1
    assert (found["state"], found["error"]) == ("failed", "the network\nis down")
    assert (found["phase"], found["output_count"], found["report"]) == ("two", 3, None)
    assert "go on with" in result.err


def test_a_run_that_cannot_begin_has_a_summary_too(cli: Any, project: Any, no_flush: None) -> None:
    with lock.hold(project.runs / ".locks" / "demo.lock", "pipeline demo"):
        result = run(cli, "--summary")
    found = json.loads(result.out)
    assert result.code == found["exit_code"] == 75
    assert (found["run_id"], found["state"]) == ("", "not started")
    assert "another process" in found["error"]
    assert "another process" in result.err


def test_two_forms_of_json_are_one_too_many(cli: Any, project: Any) -> None:
    assert run(cli, "--summary", "--json").code == 2
    assert not project.runs.exists()


# --- the log file


def log_of(project: Any) -> list[str]:
    lines: list[str] = (project.runs / "run_r" / "logs" / "run.log").read_text().splitlines()
    return lines


def test_the_log_file_has_the_lines_of_the_terminal_with_their_times(cli: Any, project: Any, no_flush: None) -> None:
    shown = run(cli).err.splitlines()[:6]
    found = log_of(project)
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ", line) for line in found)
    assert [line[25:] for line in found] == [*shown, "completed"]


def test_sessions_are_appended_also_when_nothing_is_printed(cli: Any, project: Any, no_flush: None) -> None:
    project.do("four", "raise PhaseError('no\\x1b[2J\\nsecond line')")
    run(cli, "--quiet")
    before = log_of(project)
    assert before[-1][25:] == "failed: no"
    project.undo()
    run(cli, "--summary")
    after = log_of(project)
    assert after[: len(before)] == before
    assert [line[25:].split()[:3] for line in after[len(before) + 2 :]] == [
        ["1", "one", "kept"],
        ["2", "two", "kept"],
        ["3", "three", "kept"],
        ["4", "four", "completed"],
        ["completed"],
    ]


def test_a_log_that_cannot_be_written_does_not_fail_the_run(cli: Any, project: Any, no_flush: None) -> None:
    (project.runs / "run_r").mkdir(parents=True)
    (project.runs / "run_r" / "logs").write_text("in the way")
    assert run(cli).code == 0


# --- the watchdog


@pytest.fixture
def watchdog() -> Iterator[Any]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.asked.append(self.path)  # type: ignore[attr-defined]
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []  # type: ignore[attr-defined]
    server.url = f"http://127.0.0.1:{server.server_port}/x"  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_watchdog_is_told_of_a_good_and_of_a_bad_night(
    cli: Any, project: Any, watchdog: Any, no_flush: None
) -> None:
    assert run(cli, "--quiet", "--ping-url", watchdog.url).code == 0
    assert watchdog.asked == ["/x/start", "/x"]
    project.do("four", "raise PhaseError('no')")
    run(cli, "--ping-url", watchdog.url, "--resume-from-phase", "4")
    assert watchdog.asked[2:] == ["/x/start", "/x/fail"]


def test_the_watchdog_may_be_named_by_file_or_variable(
    cli: Any, project: Any, watchdog: Any, no_flush: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("ace.toml", f'[ace]\nping_url = "{watchdog.url}"\n')
    run(cli)
    monkeypatch.setenv("ACE_PING_URL", f"{watchdog.url}/variable")
    run(cli)
    assert watchdog.asked == ["/x/start", "/x", "/x/variable/start", "/x/variable"]


def test_a_dead_watchdog_fails_nothing_and_is_mentioned_unless_quiet(cli: Any, watchdog: Any, no_flush: None) -> None:
    watchdog.shutdown()
    watchdog.server_close()
    result = run(cli, "--quiet", "--ping-url", watchdog.url)
    assert (result.code, result.err) == (0, "")
    result = run(cli, "--ping-url", watchdog.url)
    assert result.code == 0
    assert f"ping {watchdog.url}: " in result.err


def test_a_watchdog_that_is_no_web_address_is_refused_before_anything_runs(cli: Any, project: Any) -> None:
    assert run(cli, "--ping-url", "file:///etc/passwd").code == 78
    assert project.executed() == []


# --- two crons


@pytest.fixture
def first(project: Any) -> Iterator[Any]:
    """A run in a process of its own, in the middle of its phase `two`."""
    project.do("two", WAIT)
    os.mkfifo(project.folder / "go")
    ready = project.gate("ready")
    process = project.start("run", "demo.py", "--run-id", "first")
    ready()
    project.undo()
    yield process
    process.kill()
    process.communicate()


def test_the_second_of_two_exits_75_at_once_and_names_the_first(project: Any, first: Any) -> None:
    second = project.ace("run", "demo.py", "--quiet")
    assert second.returncode == 75
    assert f"pid {first.pid}" in second.stderr
    assert "--wait SECONDS" in second.stderr
    assert [path.name for path in project.runs.glob("run_*")] == ["run_first"]
    (project.folder / "go").write_text("x")
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_a_second_that_may_wait_runs_when_the_first_has_ended(
    cli: Any, project: Any, first: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_taken = []

    def sleep(seconds: float) -> None:  # the lock was found taken: now the first may go on, and end
        found_taken.append(seconds)
        if len(found_taken) == 1:
            (project.folder / "go").write_text("x")
            first.communicate()

    monkeypatch.setattr(lock, "time", SimpleNamespace(sleep=sleep, monotonic=time.monotonic))
    assert run(cli, "--wait", "60").code == 0
    assert found_taken
    assert first.returncode == 0
    assert project.state("r")["state"] == "completed"


def test_overlap_may_be_allowed(project: Any, first: Any) -> None:
    second = project.ace("run", "demo.py", "--run-id", "second", "--allow-overlap")
    assert second.returncode == 0
    assert first.poll() is None
    assert project.state("second")["state"] == "completed"


def test_the_lock_of_a_killed_run_is_free_at_once(project: Any, first: Any) -> None:
    first.kill()
    assert project.ace("run", "demo.py", "--run-id", "second").returncode == 0
    assert project.ace("run", "demo.py", "--run-id", "first").returncode == 0
