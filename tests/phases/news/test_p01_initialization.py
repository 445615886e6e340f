"""Initialization: the window, the context files, what earlier reports count for, and the shape of the whole."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import jsonschema
import pytest

from ace.errors import ConfigError, TransientError
from ace.records import EarlierRun
from ace.testing import MemoryServices, run_phase
from phases.news import p01_initialization
from phases.news.pipeline import PIPELINE

ROOT = Path(__file__).resolve().parents[3]
CONFIG = dict(next(phase.config for phase in PIPELINE.phases if phase.name == "initialization"))
SCHEMA = json.loads((ROOT / "schemas" / "news" / "initialization.schema.json").read_text())
FEED = "https://alpha.example/feed.xml"


def run(services=None, **config):
    output = run_phase(p01_initialization.run, {}, CONFIG | {"sources": FEED} | config, services)
    jsonschema.Draft202012Validator(SCHEMA).validate(output.data)
    return output.data


def error_of(**config) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        run(**config)
    assert caught.value.hint
    return caught.value


def report(run_id: str, end: str, *titles: str, sample: bool = False, **facts):
    articles = [
        {"id": f"{title}-id", "title": title, "url": f"https://x.example/{title}", "published": end} for title in titles
    ]
    final = EarlierRun(run_id, end, {"window": {"end": end}, "articles": articles, "facts": facts})
    return final, EarlierRun(run_id, end, {"sample": sample})


def archive(*reports) -> MemoryServices:
    return MemoryServices(
        {"final_report": [final for final, _ in reports], "initialization": [first for _, first in reports]}
    )


def test_with_nothing_configured_it_is_the_built_in_list_and_the_36_hours_before_the_run():
    data = run(sources=[])
    assert len(data["sources"]) >= 86
    assert data["window"] == {"start": "2026-11-20T15:15:00Z", "end": "2026-11-22T03:15:00Z"}
    assert data["company"]["interests"]
    assert len(data["categories"]) == 8
    assert (data["sample"], data["problems"], data["known_stories"], data["source_stats"]) == (False, [], [], {})


def test_the_window_can_be_set_with_and_without_a_zone():
    assert run(window_end="2026-11-21T06:00:00+02:00", window_hours=1)["window"] == {
        "start": "2026-11-21T03:00:00Z",
        "end": "2026-11-21T04:00:00Z",
    }
    assert run(window_end="2026-11-21")["window"]["end"] == "2026-11-21T00:00:00Z"


def test_the_sample_alone_has_its_own_window_unless_one_is_set():
    assert run(sources="sample")["window"] == {"start": "2026-11-19T18:00:00Z", "end": "2026-11-21T06:00:00Z"}
    assert run(sources=["sample", FEED])["window"]["end"] == "2026-11-22T03:15:00Z"
    assert run(sources=["sample"], window_end="2026-11-21T05:00:00Z")["window"]["end"] == "2026-11-21T05:00:00Z"
    assert run(sources=["sample", FEED])["sample"] is True


@pytest.mark.parametrize("hours", [0, -1, float("nan"), float("inf"), 1e9, "soon", True, None])
def test_an_impossible_window_length_is_refused(hours):
    assert "window_hours" in error_of(window_hours=hours).message


@pytest.mark.parametrize("end", ["yesterday", "2026-13-01", "21.11.2026", 5])
def test_a_window_end_that_is_no_date_is_answered_with_an_example(end):
    error = error_of(window_end=end)
    assert "window_end" in error.message
    assert "2026-11-21T06:00:00Z" in error.hint


def test_a_window_that_would_begin_before_all_time_is_refused():
    assert "too early" in error_of(window_end="0001-01-01T01:00:00Z").message


def test_stories_of_earlier_reports_are_known_newest_first_and_once():
    services = archive(
        report("r2", "2026-11-21T03:15:00Z", "b", "c"),
        report("r1", "2026-11-20T03:15:00Z", "a", "b"),
    )
    data = run(services)
    assert data["earlier_runs"] == ["r2", "r1"]
    assert [(story["title"], story["run_id"]) for story in data["known_stories"]] == [
        ("b", "r2"),
        ("c", "r2"),
        ("a", "r1"),
    ]
    assert data["known_stories"][0]["published"] == "2026-11-21T03:15:00Z"


def test_a_report_on_the_same_or_a_later_window_does_not_make_stories_known():
    services = archive(report("later", "2026-11-23T00:00:00Z", "x"), report("same", "2026-11-22T03:15:00Z", "y"))
    assert run(services)["known_stories"] == []


def test_reports_on_the_sample_and_real_ones_do_not_know_each_other():
    services = archive(
        report("demo", "2026-11-19T00:00:00Z", "d", sample=True), report("real", "2026-11-18T00:00:00Z", "r")
    )
    assert run(services)["earlier_runs"] == ["real"]
    assert run(services, sources="sample")["earlier_runs"] == ["demo"]


def test_the_number_of_earlier_reports_is_limited():
    services = archive(*(report(f"r{day}", f"2026-11-{day}T00:00:00Z", str(day)) for day in (20, 19, 18)))
    assert run(services, earlier_runs=2)["earlier_runs"] == ["r20", "r19"]
    assert run(services, earlier_runs=0)["known_stories"] == []
    assert "earlier_runs" in error_of(earlier_runs=-1).message


def test_what_earlier_reports_took_of_a_source_is_added_up():
    counts = {"alpha-example": {"seen": 5, "kept": 2, "reported": 1}, "gone": {"seen": 9, "kept": 9, "reported": 9}}
    services = archive(
        report("r2", "2026-11-21T00:00:00Z", sources=counts),
        report("r1", "2026-11-20T00:00:00Z", sources={"alpha-example": {"seen": 1, "kept": 1, "reported": 0}}),
    )
    assert run(services)["source_stats"] == {"alpha-example": {"seen": 6, "kept": 3, "reported": 1}}


def test_a_report_of_an_older_make_without_these_facts_does_no_harm():
    services = MemoryServices({"final_report": [EarlierRun("old", "", {"articles": [{"title": "no url"}]})]})
    data = run(services)
    assert data["earlier_runs"] == ["old"]
    assert data["known_stories"] == []


def test_company_and_categories_come_from_the_users_files(tmp_path):
    company, categories = tmp_path / "us.json", tmp_path / "cats.json"
    company.write_text('{"name": "Us", "description": "We  do\\nthings.", "interests": ["agents"]}')
    categories.write_text('[{"name": "Deep Sea", "keywords": ["submarine"]}]')
    data = run(company=str(company), categories_file=str(categories))
    assert data["company"] == {"name": "Us", "description": "We do things.", "interests": ["agents"]}
    assert data["categories"][0] == {"id": "deep-sea", "name": "Deep Sea", "keywords": ["submarine"]}


@pytest.mark.parametrize(
    ("key", "content", "expected"),
    [
        ("company", '{"name": ""}', "name"),
        ("company", '{"name": "Us",\n "interests": agents}', "line 2, column 15"),
        ("company", '{"name": "Us", "interests": "agents"}', "interests is not a list of texts"),
        ("company", '{"name": "Us", "description": 7}', "description"),
        ("categories_file", "[]", "at least one"),
        ("categories_file", '[{"name": "A"}, {"id": "a", "name": "B"}]', "'a' stands twice"),
        ("categories_file", '[{"name": "A"}, {"keywords": []}]', "category 2"),
        ("categories_file", '[{"name": "A", "keywords": [1]}]', "category 1: keywords is not a list of texts"),
    ],
)
def test_a_mistake_in_a_context_file_is_named(tmp_path, key, content, expected):
    file = tmp_path / "mine.json"
    file.write_text(content)
    error = error_of(**{key: str(file)})
    assert "mine.json" in error.message
    assert expected in error.message


def test_a_context_file_that_is_not_there_is_named():
    assert "nowhere.json: No such file" in error_of(company="nowhere.json").message


@pytest.mark.parametrize("sources", [7, [""], [3], {"feed": FEED}])
def test_sources_that_are_no_texts_are_refused(sources):
    assert "sources" in error_of(sources=sources).message


def test_notes_on_the_lists_are_in_the_artifact_and_the_first_are_warned_of(tmp_path):
    services = MemoryServices()
    file = tmp_path / "a.txt"
    file.write_text("https://a.example/f\n" * 6)
    data = run(services, sources=str(file))
    warned = [event["message"] for event in services.events if event["kind"] == "warning"]
    assert len(data["problems"]) == 5
    assert len(warned) == 4
    assert "2 more notes" in warned[-1]


@pytest.fixture
def list_server():
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_GET(self):
            body = b'[{"feed": "https://a.example/f"}]'
            self.send_response(200 if self.path == "/s.json" else 404 if self.path == "/gone.json" else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_list_is_fetched_over_http_from_this_machine_only_when_that_is_allowed(list_server):
    address = f"{list_server}/s.json"
    assert run(sources=address, allow_loopback=True)["sources"][0]["feed"] == "https://a.example/f"
    error = error_of(sources=address)
    assert address in error.message
    assert "allow_loopback" in error.hint


def test_a_list_that_is_gone_is_the_users_mistake_and_a_busy_server_is_worth_another_try(list_server):
    assert "HTTP 404" in error_of(sources=f"{list_server}/gone.json", allow_loopback=True).message
    with pytest.raises(TransientError, match="HTTP 503"):
        run(sources=f"{list_server}/busy.json", allow_loopback=True)
