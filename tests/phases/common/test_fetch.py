"""Every way a GET can end, over real HTTP on the loopback interface."""

from __future__ import annotations

import gzip
import importlib.util
import socket
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ace.errors import Interrupted
from phases.common import fetch, transport
from phases.common.answer import Answer, retry_after_s
from phases.common.fetch import Fetcher, Settings
from phases.common.netguard import Refused

SETTINGS = Settings(user_agent="test-reader/1.0 (+https://example.org)", timeout_s=5.0, allow_loopback=True)


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


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def fetcher(waits: list[float]) -> Iterator[Fetcher]:
    with Fetcher(SETTINGS, check=lambda: None, wait=waits.append) as fetcher:
        yield fetcher


def other(waits: list[float] | None = None, **settings: Any) -> Fetcher:
    """A fetcher with other settings; closed with the test's server."""
    pauses = [] if waits is None else waits
    return Fetcher(replace(SETTINGS, **settings), check=lambda: None, wait=pauses.append)


def test_a_good_answer_carries_body_kind_and_validators(site: Any, fetcher: Fetcher) -> None:
    headers = {"Content-Type": "text/plain", "ETag": '"a"', "Last-Modified": "Sun, 22 Nov 2026 00:00:00 GMT"}
    answer = fetcher.get(site.on("/a", Reply(b"hello", headers=headers)))
    assert (answer.outcome, answer.status, answer.body, answer.attempts) == ("ok", 200, b"hello", 1)
    assert (answer.content_type, answer.etag, answer.last_modified) == tuple(headers.values())


def test_the_reader_says_who_it_is(site: Any, fetcher: Fetcher) -> None:
    fetcher.get(site.on("/a", Reply(b"x")), headers={"Accept": "text/html"})
    assert site.headers("/a")[0]["user-agent"] == SETTINGS.user_agent
    assert site.headers("/a")[0]["accept"] == "text/html"


def test_a_missing_page_is_not_asked_for_twice(site: Any, fetcher: Fetcher) -> None:
    answer = fetcher.get(site.url("/gone"))
    assert (answer.outcome, answer.status, answer.detail) == ("http_error", 404, "HTTP 404")
    assert site.paths() == ["/gone"]


def test_a_server_error_is_tried_again_with_growing_pauses(site: Any, fetcher: Fetcher, waits: list[float]) -> None:
    answer = fetcher.get(site.on("/a", Reply(status=500), Reply(status=503), Reply(b"fine")))
    assert (answer.outcome, answer.body, answer.attempts) == ("ok", b"fine", 3)
    assert waits == [1.0, 2.0]


def test_tries_are_bounded(site: Any, fetcher: Fetcher) -> None:
    answer = fetcher.get(site.on("/a", Reply(status=502)))
    assert (answer.outcome, answer.status, answer.attempts) == ("http_error", 502, 3)
    assert len(site.asked) == 3


def test_a_short_retry_after_is_waited_for(site: Any, fetcher: Fetcher, waits: list[float]) -> None:
    answer = fetcher.get(site.on("/a", Reply(status=429, headers={"Retry-After": "7"}), Reply(b"fine")))
    assert (answer.outcome, answer.attempts) == ("ok", 2)
    assert waits == [pytest.approx(7, abs=2)]


def test_a_long_retry_after_ends_the_matter_for_the_whole_host(site: Any, fetcher: Fetcher, waits: list[float]) -> None:
    url = site.on("/a", Reply(status=429, headers={"Retry-After": "3600"}))
    first, second = fetcher.get(url), fetcher.get(site.on("/b", Reply(b"fine")))
    assert (first.outcome, first.attempts, first.retry_after) == ("http_error", 1, 3600.0)
    assert second.outcome == "http_error"
    assert "left alone" in second.detail
    assert site.paths() == ["/a"]
    assert waits == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("999999999", 86400.0),
        ("9" * 5000, 86400.0),
        ("Sun, 22 Nov 2026 03:16:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 03:00:00 GMT", 0.0),
        ("Fri, 22 Nov 2030 03:00:00 GMT", 86400.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("Sun, 99 Nov 2026 03:16:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_up_to_a_day(value: str, seconds: float | None) -> None:
    assert retry_after_s(value, datetime(2026, 11, 22, 3, 15, tzinfo=UTC)) == seconds


def test_a_hang_ends_as_timeout_and_is_not_tried_again(site: Any) -> None:
    answer = other(timeout_s=0.2).get(site.on("/a", Reply(mode="hang")))
    assert (answer.outcome, answer.status, answer.attempts) == ("timeout", None, 1)
    assert "0.2 s" in answer.detail


def test_an_answer_that_never_ends_is_cut_by_the_clock(site: Any) -> None:
    assert other(timeout_s=0.3).get(site.on("/a", Reply(mode="drip"))).outcome == "timeout"


def test_a_dropped_connection_is_tried_again(site: Any, fetcher: Fetcher) -> None:
    answer = fetcher.get(site.on("/a", Reply(mode="drop"), Reply(b"fine")))
    assert (answer.outcome, answer.attempts) == ("ok", 2)


def test_a_server_that_is_down_is_left_alone_after_three_tries(fetcher: Fetcher, waits: list[float]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{unused.getsockname()[1]}"
        first, second = fetcher.get(f"{server}/a"), fetcher.get(f"{server}/b")
    assert (first.outcome, first.attempts, first.status) == ("http_error", 3, None)
    assert (second.outcome, second.attempts) == ("http_error", 1)
    assert second.detail.startswith("not asked")
    assert waits == [1.0, 2.0]


def test_redirects_are_followed_and_the_last_address_is_told(site: Any, fetcher: Fetcher) -> None:
    for number in range(5):
        site.on(f"/{number}", Reply(status=302, headers={"Location": f"{number + 1}"}))
    url = site.on("/5", Reply(b"there"))
    answer = fetcher.get(site.url("/0"))
    assert (answer.outcome, answer.body, answer.url) == ("ok", b"there", url)


def test_a_redirect_loop_ends_after_five(site: Any, fetcher: Fetcher) -> None:
    answer = fetcher.get(site.on("/a", Reply(status=302, headers={"Location": "/a"})))
    assert (answer.outcome, answer.detail) == ("http_error", "more than 5 redirects")
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://0.0.0.0/",
        "http://[fd00::1]/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://[broken",
        "http://user:pw@127.0.0.1/",
    ],
)
def test_a_redirect_to_a_forbidden_place_is_refused(site: Any, fetcher: Fetcher, target: str) -> None:
    answer = fetcher.get(site.on("/a", Reply(status=302, headers={"Location": target})))
    assert (answer.outcome, answer.status, answer.attempts) == ("blocked", None, 1)


def test_loopback_is_refused_unless_allowed(site: Any) -> None:
    answer = other(allow_loopback=False).get(site.on("/a", Reply(b"secret")))
    assert (answer.outcome, answer.body) == ("blocked", b"")
    assert site.asked == []


def test_a_name_is_looked_up_once_and_the_checked_address_is_used(
    site: Any, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = socket.getaddrinfo, []

    def rebinding(host: str, *args: Any, **kwargs: Any) -> Any:
        if host != "rebind.example":
            return real(host, *args, **kwargs)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "10.0.0.1", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    site.on("/a", Reply(b"fine"))
    assert fetcher.get(f"http://rebind.example:{site.port}/a").outcome == "ok"
    assert asked == ["rebind.example"]


def test_mapped_hosts_are_found_on_loopback_without_opening_it(site: Any) -> None:
    site.on("/a", Reply(b"sample"))
    hosts = {"outlet.example": ("127.0.0.1", site.port)}
    with Fetcher(replace(SETTINGS, allow_loopback=False), check=lambda: None, wait=print, hosts=hosts) as fetcher:
        assert fetcher.get("http://Outlet.example/a").body == b"sample"
        assert fetcher.get(site.url("/a")).outcome == "blocked"
    assert site.headers("/a")[0]["host"] == "outlet.example"


def test_hosts_cannot_be_mapped_into_a_network() -> None:
    fetcher = Fetcher(SETTINGS, check=lambda: None, wait=print, hosts={"outlet.example": ("10.0.0.1", 80)})
    with pytest.raises(Refused, match="loopback"):
        fetcher.get("http://outlet.example/")


@pytest.mark.parametrize("mode", ["", "chunked"])
def test_a_body_that_is_too_large_is_a_failure_not_a_part(site: Any, mode: str) -> None:
    fetcher = other(max_bytes=50_000)
    answer = fetcher.get(site.on("/a", Reply(b"x" * 50_001, mode=mode)))
    assert (answer.outcome, answer.status) == ("blocked", 200)
    assert "50,000" in answer.detail
    assert fetcher.get(site.on("/b", Reply(b"x" * 50_000, mode=mode))).outcome == "ok"


def test_a_small_answer_that_unpacks_to_a_huge_one_is_refused(site: Any) -> None:
    bomb = gzip.compress(bytes(60_000_000))
    url = site.on("/a", Reply(bomb, headers={"Content-Encoding": "gzip"}))
    tracemalloc.start()
    answer = other(max_bytes=1_000_000).get(url)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.outcome, len(answer.body)) == ("blocked", 1_000_000)
    assert peak < 20_000_000


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"text" * 999, mtime=0)),
        ("X-GZIP", gzip.compress(b"text" * 999, mtime=0)),
        ("deflate", zlib.compress(b"text" * 999)),
        ("deflate", raw_deflate(b"text" * 999)),
        ("identity", b"text" * 999),
    ],
)
def test_compressed_answers_are_unpacked(site: Any, fetcher: Fetcher, encoding: str, packed: bytes) -> None:
    answer = fetcher.get(site.on("/a", Reply(packed, headers={"Content-Encoding": encoding})))
    assert (answer.outcome, answer.body) == ("ok", b"text" * 999)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [("gzip", gzip.compress(b"text" * 999, mtime=0)[:-12]), ("gzip", b"\x1f\x8bnonsense"), ("br", b"whatever")],
)
def test_damaged_compression_is_a_failure(site: Any, encoding: str, packed: bytes) -> None:
    answer = other(attempts=1).get(site.on("/a", Reply(packed, headers={"Content-Encoding": encoding})))
    assert (answer.outcome, answer.body) == ("http_error", b"")


def test_other_kinds_than_wanted_are_left_unread(site: Any, fetcher: Fetcher) -> None:
    pdf = site.on("/a", Reply(b"%PDF", headers={"Content-Type": "application/pdf"}))
    page = site.on("/b", Reply(b"<p>", headers={"Content-Type": "Text/HTML; charset=utf-8"}))
    answer = fetcher.get(pdf, kinds=("text/html",))
    assert (answer.outcome, answer.body) == ("unwanted", b"")
    assert fetcher.get(page, kinds=("text/html",)).outcome == "ok"


def test_conditional_headers_give_not_modified(site: Any, fetcher: Fetcher) -> None:
    url = site.on("/a", Reply(b"news", headers={"ETag": '"v1"'}))
    answer = fetcher.get(url, headers={"If-None-Match": '"v1"'})
    assert (answer.outcome, answer.status, answer.body) == ("not_modified", 304, b"")


def test_at_most_so_many_requests_go_to_a_host_at_once(site: Any) -> None:
    site.crowd = threading.Barrier(3)
    fetcher = other(per_host=2)
    urls = [site.on(f"/{number}", Reply(b"x")) for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        assert all(answer.outcome == "ok" for answer in pool.map(fetcher.get, urls))
    assert site.most_at_once <= 2


def test_connections_are_used_again(site: Any, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    made, real = [], transport.GuardedBackend.connect_tcp

    def connect(*args: Any, **kwargs: Any) -> Any:
        made.append(args)
        return real(*args, **kwargs)

    monkeypatch.setattr(transport.GuardedBackend, "connect_tcp", connect)
    for status in (200, 404, 200):
        fetcher.get(site.on("/a", Reply(b"x", status)))
    assert len(made) == 1


def test_no_cookies_are_kept(site: Any, fetcher: Fetcher) -> None:
    url = site.on("/a", Reply(b"x", headers={"Set-Cookie": "id=1; Path=/"}))
    fetcher.get(url)
    fetcher.get(url)
    assert "cookie" not in site.headers("/a")[1]


def test_permission_is_asked_for_every_hop(site: Any, fetcher: Fetcher) -> None:
    def permit(url: str) -> Answer | None:
        return Answer("robots", "no", url) if url.endswith("/closed") else None

    answer = fetcher.get(site.on("/a", Reply(status=301, headers={"Location": "/closed"})), permit=permit)
    assert answer.outcome == "robots"
    assert site.paths() == ["/a"]


def test_a_stop_request_ends_a_hanging_read(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "POLL_S", 0.02)

    def check() -> None:
        if site.asked:
            message = "stopped"
            raise Interrupted(message)

    fetcher = Fetcher(
        replace(SETTINGS, timeout_s=60, attempts=1), check=check, wait=print
    )  # the server hangs for half of that
    with pytest.raises(Interrupted):
        fetcher.get(site.on("/a", Reply(mode="hang")))


def test_a_stop_request_ends_waiting_for_a_busy_host(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "POLL_S", 0.02)
    waiter = threading.get_ident()

    def check() -> None:
        if site.asked and threading.get_ident() == waiter:
            message = "stopped"
            raise Interrupted(message)

    fetcher = Fetcher(replace(SETTINGS, per_host=1), check=check, wait=print)
    url = site.on("/a", Reply(mode="hang"))
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(fetcher.get, url)
        site.arrived.wait(5)
        with pytest.raises(Interrupted):
            fetcher.get(site.url("/b"))
        site.closing.set()
        assert busy.result().outcome == "http_error"
    assert set(site.paths()) == {"/a"}


@pytest.mark.parametrize("url", ["", "news", "http://", "http://[::1", "ftp://example.org", "http://a:b@example.org"])
def test_odd_urls_are_answers_not_exceptions(fetcher: Fetcher, url: str) -> None:
    assert fetcher.get(url).outcome == "blocked"
