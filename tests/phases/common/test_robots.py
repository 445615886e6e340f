"""robots.txt is honoured, and read once per server."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from phases.common.fetch import Fetcher, Settings
from phases.common.robots import Robots


def loopback() -> Any:
    spec = importlib.util.spec_from_file_location("loopback", Path(__file__).parents[1] / "loopback.py")
    assert spec and spec.loader  # noqa: PT018
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Reply = (LOOPBACK := loopback()).Reply


@pytest.fixture
def site() -> Iterator[Any]:
    with LOOPBACK.serve() as site:
        yield site


def reader(**settings: Any) -> Robots:
    chosen: dict[str, Any] = {"user_agent": "Test-Reader/2.0 (+https://example.org)", "allow_loopback": True} | settings
    return Robots(Fetcher(Settings(**chosen), check=lambda: None, wait=lambda _: None))


def outcome(robots: Robots, url: str) -> str:
    answer = robots.refusal(url)
    return answer.outcome if answer else "allowed"


def test_what_is_disallowed_for_all_is_refused(site: Any) -> None:
    site.on("/robots.txt", Reply(b"User-agent: *\nDisallow: /private/\nAllow: /private/open\n"))
    robots = reader()
    assert outcome(robots, site.url("/private/x")) == "robots"
    assert outcome(robots, site.url("/private/open")) == "allowed"
    assert outcome(robots, site.url("/public")) == "allowed"


def test_rules_for_this_reader_go_before_rules_for_all(site: Any) -> None:
    site.on("/robots.txt", Reply(b"User-agent: *\nDisallow: /\n\nUser-agent: test-reader\nDisallow: /mine\n"))
    robots = reader()
    assert outcome(robots, site.url("/page")) == "allowed"
    assert outcome(robots, site.url("/mine")) == "robots"
    assert outcome(reader(user_agent="other/1"), site.url("/page")) == "robots"


def test_rules_for_a_word_in_the_readers_comment_are_not_for_it(site: Any) -> None:
    site.on("/robots.txt", Reply(b"User-agent: example\nDisallow: /\n"))
    assert outcome(reader(), site.url("/page")) == "allowed"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_without_a_file_all_is_allowed(site: Any, status: int) -> None:
    site.on("/robots.txt", Reply(b"User-agent: *\nDisallow: /\n", status))
    assert outcome(reader(), site.url("/page")) == "allowed"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_in_trouble_counts_as_a_no(site: Any, status: int) -> None:
    site.on("/robots.txt", Reply(status=status))
    answer = reader().refusal(site.url("/page"))
    assert answer is not None
    assert (answer.outcome, answer.again) == ("robots", False)
    assert str(status) in answer.detail


def test_a_passing_error_is_not_taken_for_a_no(site: Any) -> None:
    site.on("/robots.txt", Reply(status=503), Reply(b""))
    assert outcome(reader(), site.url("/page")) == "allowed"


def test_without_a_connection_that_failure_is_the_answer() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/page"
        answer = reader().refusal(url)
    assert answer is not None
    assert (answer.outcome, answer.status, answer.url) == ("http_error", None, url)


def test_a_hang_is_a_timeout(site: Any) -> None:
    site.on("/robots.txt", Reply(mode="hang"))
    assert outcome(reader(timeout_s=0.2), site.url("/page")) == "timeout"


def test_the_file_is_read_once_by_many_threads(site: Any) -> None:
    site.on("/robots.txt", Reply(b"User-agent: *\nDisallow: /no\n"))
    robots = reader()
    urls = [site.url("/no"), site.url("/yes")] * 8
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda url: outcome(robots, url), urls))
    assert found == ["robots", "allowed"] * 8
    assert site.paths() == ["/robots.txt"]


def test_a_moved_file_is_followed(site: Any) -> None:
    site.on("/robots.txt", Reply(status=301, headers={"Location": "/rules"}))
    site.on("/rules", Reply(b"User-agent: *\nDisallow: /no\n"))
    assert outcome(reader(), site.url("/no")) == "robots"


def test_of_an_endless_file_the_beginning_counts(site: Any) -> None:
    site.on("/robots.txt", Reply(b"User-agent: *\nDisallow: /no\n" + b"# \n" * 50_000, mode="chunked"))
    robots = reader(max_bytes=100_000)
    assert outcome(robots, site.url("/no")) == "robots"
    assert outcome(robots, site.url("/yes")) == "allowed"


@pytest.mark.parametrize("body", [b"<html><body>Welcome</body></html>", b"\xff\xfe\x00broken", b"Disallow: /", b""])
def test_what_is_no_rule_file_allows_all(site: Any, body: bytes) -> None:
    site.on("/robots.txt", Reply(body))
    assert outcome(reader(), site.url("/page")) == "allowed"
