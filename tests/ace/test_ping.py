"""A watchdog is told how a run began and ended; nothing that it does can fail the run or hold it up for long."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ace import ping
from ace.errors import ConfigError, Locked, StorageError

STARTED = {"kind": "run_started"}


@pytest.fixture
def answer() -> dict[str, Any]:
    """What the watchdog says: a status and headers; with `hold`, an event that it waits for first."""
    return {"status": 200, "headers": {}, "hold": None}


@pytest.fixture
def watchdog(answer: dict[str, Any]) -> Iterator[Any]:
    """A server on this machine; `server.asked` are the paths that it was asked for."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.asked.append(self.path)  # type: ignore[attr-defined]
            if answer["hold"]:
                answer["hold"].wait(60)
            self.send_response(answer["status"])
            for name, value in answer["headers"].items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []  # type: ignore[attr-defined]
    server.url = f"http://127.0.0.1:{server.server_port}/uuid"  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    if answer["hold"]:
        answer["hold"].set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("code", "path"), [(0, "/uuid"), (3, "/uuid"), (1, "/uuid/fail"), (143, "/uuid/fail")])
def test_start_and_end_are_told_in_this_order(watchdog: Any, code: int, path: str) -> None:
    with ping.watched(watchdog.url) as watch:
        watch(STARTED)
        watch({"kind": "phase_started"})
        watch({"kind": "run_ended", "exit_code": code})
    assert watchdog.asked == ["/uuid/start", path]
    assert watch.errors == []


@pytest.mark.parametrize("error", [StorageError("full"), ValueError("bug"), KeyboardInterrupt()])
def test_a_run_that_cannot_begin_is_a_failure(watchdog: Any, error: BaseException) -> None:
    with pytest.raises(type(error)), ping.watched(watchdog.url):
        raise error
    assert watchdog.asked == ["/uuid/fail"]


def test_a_run_that_finds_another_at_work_tells_nothing(watchdog: Any) -> None:
    with pytest.raises(Locked), ping.watched(watchdog.url):
        raise Locked("busy")
    assert watchdog.asked == []


def finish(url: str) -> ping.Watch:
    with ping.watched(url) as watch:
        watch({"kind": "run_ended", "exit_code": 0})
    return watch


@pytest.mark.parametrize(
    ("status", "headers"),
    [(500, {}), (302, {"Location": "file:///etc/hostname"}), (302, {"Location": "ftp://127.0.0.1/x"})],
)
def test_an_odd_answer_is_an_error_that_is_only_kept(
    watchdog: Any, answer: dict[str, Any], status: int, headers: dict[str, str]
) -> None:
    answer.update(status=status, headers=headers)
    assert len(finish(watchdog.url).errors) == 1
    assert watchdog.asked == ["/uuid"]


def test_nobody_there_is_an_error_that_is_only_kept(watchdog: Any) -> None:
    watchdog.shutdown()
    watchdog.server_close()
    assert "refused" in finish(watchdog.url).errors[0]


def test_an_answer_that_does_not_come_is_given_up(
    watchdog: Any, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer["hold"] = threading.Event()
    monkeypatch.setattr(ping, "TIMEOUT_S", 0.05)
    assert finish(watchdog.url).errors


def test_a_hanging_start_does_not_hold_up_the_run(watchdog: Any, answer: dict[str, Any]) -> None:
    answer["hold"] = threading.Event()
    with ping.watched(watchdog.url) as watch:
        watch(STARTED)  # returns although nothing has been answered
        answer["hold"].set()
        watch({"kind": "run_ended", "exit_code": 0})
    assert watchdog.asked == ["/uuid/start", "/uuid"]


@pytest.mark.parametrize(
    ("url", "ending", "expected"),
    [
        ("https://a.b/c", "", "https://a.b/c"),
        ("https://a.b/c/", "fail", "https://a.b/c/fail"),
        ("https://a.b:8/c?key=1", "start", "https://a.b:8/c/start?key=1"),
        ("https://a.b", "start", "https://a.b/start"),
    ],
)
def test_the_ending_goes_between_path_and_query(url: str, ending: str, expected: str) -> None:
    assert ping.address(url, ending) == expected


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a.b/c", "a.b/c", "http://", "http://[", "http://a.b/\nx", "http://a.b/ c"]
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="not an http or https address"):
        ping.checked(url)


def test_the_default_limit_is_five_seconds() -> None:
    assert ping.TIMEOUT_S == 5.0
