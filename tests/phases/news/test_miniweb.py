"""All ten phases on a part of the real web, frozen and served over loopback: two nights, eight faulty sources."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
SERVER = SHARED / "bench" / "news" / "miniweb.py"
pytestmark = pytest.mark.skipif(not SERVER.is_file(), reason=f"needs the frozen web at {SERVER}")

FEEDS = ("feed_the_batch.xml", "feed_mistral.xml", "meridian_theverge_com.xml", "feed_cohere.xml")
FAULTS = {
    "404": "http_error",
    "flaky": "ok",  # two errors, then fine: tried again
    "429": "http_error",
    "hang": "timeout",
    "loop": "http_error",
    "truncated": "parse_error",
    "charset": "ok",
    "huge": "blocked",
}
SETTINGS = {
    "initialization.window_hours": "87000",
    "initialization.window_end": "2026-08-01T00:00:00Z",
    "scraping.allow_loopback": "true",
    "scraping.min_interval_s": "0",
    "scraping.max_per_source": "6",
    "scraping.timeout_s": "1.5",
}


@pytest.fixture(scope="module")
def web():
    """Address of the served web, for as long as the tests of this file run."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(SERVER), str(SHARED / "data" / "news"), str(port), "--faults"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        server.stdout.readline()  # it says what it has, and only then begins to listen
        await_port(port)
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def await_port(port: int) -> None:
    """Return once something listens there: connecting is tried again at once, a bounded number of times."""
    for _ in range(200_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    pytest.fail("the frozen web did not begin to listen")


@pytest.fixture(scope="module")
def nights(web, tmp_path_factory):
    """Two runs over the same sources: [(exit code, {phase: data}, report)], and how often each page was asked for."""
    folder = tmp_path_factory.mktemp("nights")
    everything = json.loads(urllib.request.urlopen(f"{web}/sources.json").read())
    pages = [source for source in everything if source["category"] == "pages"][:8]
    rest = [source for source in everything if source["name"] in FEEDS or source["category"] == "fault"]
    (folder / "sources.json").write_text(json.dumps(pages + rest))
    return [night(folder, web) for _ in range(2)]


def night(folder: Path, web: str) -> dict:
    command = [sys.executable, "-m", "ace", "run", "news", "--sources", "sources.json", "--json"]
    for key, value in SETTINGS.items():
        command += ["--set", f"{key}={value}"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACE_")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.stdout, done.stderr
    outcome = json.loads(done.stdout)
    files = (folder / outcome["folder"]).glob("phase*.json")
    data = {path.stem.partition("_")[2]: json.loads(path.read_text())["data"] for path in files}
    stats = json.loads(urllib.request.urlopen(f"{web}/stats").read())
    report = (folder / outcome["report"]).read_text() if outcome["report"] else ""
    return {
        "outcome": outcome,
        "data": data,
        "report": report,
        "pages": stats.get("GET /p", 0) + stats.get("GET /item", 0),
    }


def statuses(one: dict) -> dict[str, str]:
    return {source["name"]: source["status"] for source in one["data"]["scraping"]["sources"]}


def test_faulty_sources_end_classified_and_none_ends_the_run(nights):
    found = statuses(nights[0])
    assert nights[0]["outcome"]["exit_code"] == 0
    assert {kind: found[f"fault_{kind}"] for kind in FAULTS} == FAULTS


def test_every_healthy_source_gives_articles(nights):
    healthy = [source for source in nights[0]["data"]["scraping"]["sources"] if not source["name"].startswith("fault_")]
    assert [source["name"] for source in healthy if source["status"] != "ok"] == []


def test_the_report_tells_of_stories_from_several_sources_with_their_links(nights):
    reported = nights[0]["data"]["final_report"]["articles"]
    assert len({article["source"] for article in reported}) >= 3
    assert all(article["url"] in nights[0]["report"] for article in reported)


def test_every_scraped_article_is_reported_or_dropped_with_a_reason(nights):
    data = nights[0]["data"]
    scraped = {article["id"] for article in data["scraping"]["articles"]}
    dropped = {
        row["id"]: row["reason"]
        for phase, key in (
            ("tier1_filter", "dropped"),
            ("tier2_batch", "dropped"),
            ("tier3_5d", "dropped"),
            ("ranking", "dropped"),
            ("validation", "held"),
        )
        for row in data[phase][key]
    }
    reported = {article["id"] for article in data["final_report"]["articles"]}
    unscored = {row["id"] for row in data["tier3_5d"].get("unscored", [])}
    assert scraped == reported | unscored | dropped.keys()
    assert all(dropped.values())


def test_the_second_night_nothing_has_changed_and_no_page_is_fetched_again(nights):
    first, second = nights
    found = statuses(second)
    assert {
        name for name, status in found.items() if not name.startswith("fault_") and status != "not_modified"
    } == set()
    assert second["pages"] == first["pages"]
    ids = [[article["id"] for article in one["data"]["scraping"]["articles"]] for one in nights]
    assert set(ids[0]) <= set(ids[1])
