"""The scraping phase over real HTTP on the loopback interface: what it keeps, what it says of the rest, what it spares."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from ace import schema
from ace.errors import ConfigError, DeadlineExceeded, Interrupted, PhaseError, WorkerCrashed
from ace.records import Inputs
from ace.testing import MemoryServices, phase_context, run_phase
from phases.common import webpage
from phases.common.feeds import plain_text
from phases.news import p02_scraping, scrape_source
from phases.news.pipeline import PIPELINE
from phases.news.samples import site as sample_site

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = schema.load(ROOT / "schemas" / "news" / "scraping.schema.json")
DEFAULTS = next(phase.config for phase in PIPELINE.phases if phase.name == "scraping")
CONFIG = dict(DEFAULTS) | {"allow_loopback": True, "concurrency": 4, "timeout_s": 5.0, "min_interval_s": 0}
WINDOW = {"start": "2026-11-20T00:00:00Z", "end": "2026-11-22T00:00:00Z"}
NOON = "2026-11-21T12:00:00Z"
REAL_EXTRACT = webpage.extract
LONG = "The laboratory published the weights of its model and a report of how it was trained. " * 8


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


@pytest.fixture(autouse=True)
def quick_extraction(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are read by a few lines here: how well text is found is tested with webpage."""
    monkeypatch.setattr(webpage, "extract", extract)


def extract(html: str, url: str) -> dict[str, Any]:
    if "CRASH" in html:
        raise WorkerCrashed(url)
    if "TRAP" in html:
        raise DeadlineExceeded(url)
    if "BUG" in html:
        raise ZeroDivisionError(url)
    published = html.partition("date=")[2][:20] or None
    by = "page" if published else None
    text = plain_text(html.partition("<body>")[2])
    title = plain_text(html.partition("<title>")[2].partition("</title>")[0])
    return {"title": title, "text": text, "published": published, "published_by": by, "language": "en"} | {
        "extractor": "trafilatura" if text else ""
    }


def page(text: str, title: str = "Page", *, date: str = "") -> Any:
    stamp = f"<!-- date={date} -->" if date else ""
    return Reply(f"<html><title>{title}</title>{stamp}<body><p>{text}</p></body></html>".encode())


def item(link: str, title: str = "Entry", *, date: str = NOON, body: str = "A lead.") -> str:
    when = f"<pubDate>{format_datetime(datetime.fromisoformat(date))}</pubDate>" if date else ""
    return f"<item><title>{title}</title><link>{link}</link><description>{body}</description>{when}</item>"


def feed(*items: str, **headers: str) -> Any:
    text = f"<rss version='2.0'><channel><title>F</title>{''.join(items)}</channel></rss>"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(text.encode(), headers={"Content-Type": "application/rss+xml"} | named)


def source(name: str, url: str) -> dict[str, Any]:
    return {"id": name, "name": name.title(), "feed": url, "category": "labs", "weight": 0.5}


def setup(*sources: dict[str, Any], sample: bool = False) -> dict[str, Any]:
    return {"initialization": {"sources": list(sources), "window": WINDOW, "sample": sample}}


def scrape(*sources: dict[str, Any], services: MemoryServices | None = None, **config: Any) -> dict[str, Any]:
    data = run_phase(p02_scraping.run, setup(*sources), CONFIG | config, services).data
    schema.check(SCHEMA, data)
    return data


def next_night(before: MemoryServices) -> MemoryServices:
    """A later run: the same caches, nothing else."""
    after = MemoryServices()
    after.caches = before.caches
    return after


def test_articles_carry_what_later_phases_need(site: Any) -> None:
    url = site.on("/a", page(LONG, "The page's title"))
    data = scrape(
        source("lab", site.on("/feed", feed(item("/a?utm_source=x", "The title", body="<![CDATA[<b>A</b> lead]]>"))))
    )
    [article] = data["articles"]
    text = LONG.strip()
    assert article == {
        "id": hashlib.sha256(url.encode()).hexdigest()[:16],
        "url": url,
        "title": "The title",
        "source_id": "lab",
        "source": "Lab",
        "category": "labs",
        "source_weight": 0.5,
        "published": NOON,
        "published_by": "feed",
        "language": "en",
        "text": text,
        "lead": "A lead",
        "extractor": "trafilatura",
        "content_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "also_in": [],
    }


def test_articles_come_in_the_order_of_sources_and_feeds(site: Any) -> None:
    for name in "abcdef":
        site.on(f"/{name}", page(LONG + name))
    sources = [
        source("one", site.on("/1", Reply(status=503), feed(item("/c"), item("/a")))),
        source("two", site.on("/2", feed(item("/f"), item("/b"), item("/e")))),
    ]
    first, second = scrape(*sources), scrape(*sources)
    assert [article["url"][-1] for article in first["articles"]] == ["c", "a", "f", "b", "e"]
    assert [row["id"] for row in first["sources"]] == ["one", "two"]
    assert first["articles"] == second["articles"]


def truncated(site: Any) -> Any:
    site.on("/kept", page(LONG))
    whole = feed(item("/kept"), item("/lost")).body
    return Reply(whole[: whole.index(b"/lost")])


def latin(site: Any) -> Any:
    site.on("/kept", page(LONG))
    return Reply(
        feed(item("/kept", "Café")).body.decode().encode("cp1252"), headers={"Content-Type": "text/xml; charset=utf-8"}
    )


FAULTS: list[tuple[str, Callable[[Any], Any], str, str]] = [
    ("404", lambda _: Reply(status=404), "http_error", "404"),
    ("410", lambda _: Reply(status=410), "http_error", "410"),
    ("500", lambda _: Reply(status=500), "http_error", "500"),
    ("429", lambda _: Reply(status=429, headers={"Retry-After": "2"}), "http_error", "429"),
    ("drop", lambda _: Reply(mode="drop"), "http_error", "connection failed"),
    ("loop", lambda _: Reply(status=302, headers={"Location": "/fault"}), "http_error", "redirects"),
    ("hang", lambda _: Reply(mode="hang"), "timeout", "0.3 s"),
    ("inside", lambda _: Reply(status=302, headers={"Location": "http://10.0.0.1/"}), "blocked", "not public"),
    ("huge", lambda _: Reply(b"<rss>" + b" " * 60_000, mode="chunked"), "blocked", "50,000"),
    ("html", lambda _: Reply(b"<!doctype html><html><body>Hi</body></html>"), "parse_error", "web page"),
    ("text", lambda _: Reply(b"Too many connections"), "parse_error", "not a feed"),
    ("truncated", truncated, "parse_error", "could be read: 1"),
    ("nothing", lambda _: Reply(b""), "empty", "empty"),
    ("quiet", lambda _: feed(), "empty", "without entries"),
    ("charset", latin, "ok", "entries: 1"),
]


@pytest.mark.parametrize(("reply", "status", "words"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_every_fault_has_a_status_and_harms_nobody_else(
    site: Any, reply: Callable[[Any], Any], status: str, words: str
) -> None:
    site.on("/a", page(LONG))
    good = source("good", site.on("/feed", feed(item("/a"))))
    bad = source("bad", site.on("/fault", reply(site)))
    ctx = phase_context(config=CONFIG | {"timeout_s": 0.3, "max_bytes": 50_000})
    data = p02_scraping.run(Inputs(setup(bad, good)), ctx).data
    schema.check(SCHEMA, data)
    told, healthy = data["sources"]
    assert (told["status"], healthy["status"]) == (status, "ok")
    assert words in told["detail"]
    assert [article["source_id"] for article in data["articles"]][-1] == "good"
    assert ctx.failed == []
    assert len(ctx.warnings) == (status not in {"ok", "empty"})


def test_a_source_that_recovers_is_read_in_the_same_night(site: Any) -> None:
    site.on("/a", page(LONG))
    data = scrape(source("flaky", site.on("/feed", Reply(status=500), Reply(status=500), feed(item("/a")))))
    assert (data["sources"][0]["status"], data["sources"][0]["attempts"]) == ("ok", 3)
    assert len(data["articles"]) == 1


def test_what_could_be_read_of_a_broken_feed_is_used(site: Any) -> None:
    data = scrape(source("torn", site.on("/feed", truncated(site))))
    assert [article["url"] for article in data["articles"]] == [site.url("/kept")]


def test_robots_txt_rules_feeds_and_pages(site: Any) -> None:
    site.on("/robots.txt", Reply(b"User-agent: *\nDisallow: /closed\n"))
    data = scrape(
        source("open", site.on("/feed", feed(item("/closed/a")))), source("shut", site.on("/closed/feed", feed()))
    )
    assert [row["status"] for row in data["sources"]] == ["ok", "robots"]
    assert [row["reason"] for row in data["skipped"]] == ["robots"]
    assert set(site.paths()) == {"/robots.txt", "/feed"}
    assert site.paths().count("/robots.txt") == 1


def test_robots_txt_can_be_left_aside(site: Any) -> None:
    site.on("/robots.txt", Reply(b"User-agent: *\nDisallow: /\n"))
    site.on("/a", page(LONG))
    data = scrape(source("own", site.on("/feed", feed(item("/a")))), respect_robots=False)
    assert len(data["articles"]) == 1
    assert "/robots.txt" not in site.paths()


VALIDATORS = ({"ETag": '"v1"'}, {"Last_Modified": "Sat, 21 Nov 2026 00:00:00 GMT"})


@pytest.mark.parametrize("validators", [*VALIDATORS, VALIDATORS[0] | VALIDATORS[1]], ids=["etag", "date", "both"])
def test_the_second_night_fetches_nothing_twice(site: Any, validators: dict[str, str]) -> None:
    site.on("/a", page(LONG))
    lab, night = source("lab", site.on("/feed", feed(item("/a"), **validators))), MemoryServices()
    first = scrape(lab, services=night)
    second = scrape(lab, services=next_night(night))
    assert (second["sources"][0]["status"], second["sources"][0]["http_status"]) == ("not_modified", 304)
    assert second["articles"] == first["articles"]
    assert site.paths().count("/a") == 1
    sent = site.headers("/feed")[1]
    assert sent.get("if-none-match") == validators.get("ETag")
    assert sent.get("if-modified-since") == validators.get("Last_Modified")


def test_validators_of_a_broken_feed_are_not_kept(site: Any) -> None:
    night, whole = MemoryServices(), feed(item("/a"), ETag='"v1"')
    url = site.on("/feed", whole._replace(body=whole.body[:-20]), whole)
    site.on("/a", page(LONG))
    scrape(source("lab", url), services=night)
    data = scrape(source("lab", url), services=next_night(night))
    assert "if-none-match" not in site.headers("/feed")[1]
    assert data["sources"][0]["status"] == "ok"


def test_a_feed_is_not_asked_again_too_soon(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    site.on("/a", page(LONG))
    lab, night = source("lab", site.on("/feed", feed(item("/a")))), MemoryServices()
    first = scrape(lab, services=night, min_interval_s=3600)
    second = scrape(lab, services=next_night(night), min_interval_s=3600)
    assert (second["sources"][0]["status"], second["sources"][0]["http_status"]) == ("not_modified", None)
    assert "3600 s" in second["sources"][0]["detail"]
    assert second["articles"] == first["articles"]
    assert site.paths().count("/feed") == 1
    monkeypatch.setattr(scrape_source, "now", lambda: datetime.now(UTC) + timedelta(hours=2))
    scrape(lab, services=next_night(night), min_interval_s=3600)
    assert site.paths().count("/feed") == 2


def test_a_server_that_asked_for_quiet_is_spared_until_then(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url = site.on("/feed", Reply(status=429, headers={"Retry-After": "7200"}), feed(item("/a")))
    site.on("/a", page(LONG))
    good = source("good", site.on("/other", feed(), feed(), feed()))
    night = MemoryServices()
    for _ in range(2):
        # the feeds are on one host here, which is left alone as a whole once it has said 429
        data = scrape(good, source("busy", url), services=next_night(night), concurrency=1)
        assert data["sources"][1]["status"] == "http_error"
    assert site.paths().count("/feed") == 1
    monkeypatch.setattr(scrape_source, "now", lambda: datetime.now(UTC) + timedelta(hours=3))
    data = scrape(good, source("busy", url), services=next_night(night), concurrency=1)
    assert [row["status"] for row in data["sources"]] == ["empty", "ok"]


def test_pages_are_read_while_a_slow_feed_is_waited_for(site: Any) -> None:
    site.release_on = "/a"  # the slow feed answers only when a page has been asked for
    site.on("/a", page(LONG))
    site.on("/b", page(LONG))
    slow = source("slow", site.on("/slow", feed(item("/b"), item("/a"))._replace(mode="held")))
    data = scrape(slow, source("quick", site.on("/quick", feed(item("/gone"), item("/a")))))
    assert [row["status"] for row in data["sources"]] == ["ok", "ok"]
    assert [(article["url"][-1], article["source_id"]) for article in data["articles"]] == [
        ("b", "slow"),
        ("a", "slow"),
    ]
    assert (site.paths().count("/a"), site.paths().count("/gone")) == (1, 1)


def test_a_page_that_fails_is_replaced_by_the_feeds_own_text(site: Any) -> None:
    carried = item("/gone", body=f"<![CDATA[<p>{LONG}</p><p>End.</p>]]>")
    data = scrape(source("lab", site.on("/feed", feed(carried, item("/gone-too")))))
    [article], [skipped] = data["articles"], data["skipped"]
    assert (article["extractor"], article["text"]) == ("feed", f"{LONG.strip()}\nEnd.")
    assert (skipped["reason"], skipped["detail"], skipped["url"]) == ("http_error", "HTTP 404", site.url("/gone-too"))


def test_a_teaser_page_gives_way_to_a_full_feed_but_not_to_a_lead(site: Any) -> None:
    site.on("/teaser", page("Subscribe to read."))
    site.on("/brief", page("All there is to say."))
    data = scrape(source("lab", site.on("/feed", feed(item("/teaser", body=LONG), item("/brief", body="A lead.")))))
    assert [article["extractor"] for article in data["articles"]] == ["feed", "trafilatura"]


def test_a_page_without_text_is_skipped(site: Any) -> None:
    site.on("/a", page(""))
    data = scrape(source("lab", site.on("/feed", feed(item("/a", "Blank")))))
    assert [(row["reason"], row["title"]) for row in data["skipped"]] == [("no_text", "Blank")]


@pytest.mark.parametrize(
    ("word", "reason"), [("CRASH", "extract_crash"), ("TRAP", "extract_timeout"), ("BUG", "extract_error")]
)
def test_a_page_that_breaks_the_extractor_costs_only_itself(site: Any, word: str, reason: str) -> None:
    site.on("/odd", page(word))
    site.on("/a", page(LONG))
    ctx = phase_context(config=CONFIG)
    lab = source("lab", site.on("/feed", feed(item("/odd"), item("/a"))))
    data = p02_scraping.run(Inputs(setup(lab)), ctx).data
    schema.check(SCHEMA, data)
    assert [row["reason"] for row in data["skipped"]] == [reason]
    assert len(data["articles"]) == 1
    assert ctx.failed == []


def test_what_is_no_page_is_downloaded_in_no_night(site: Any) -> None:
    night = MemoryServices()
    site.on("/talk.pdf", Reply(b"%PDF-1.7", headers={"Content-Type": "application/pdf"}))
    lab = source("lab", site.on("/feed", feed(item("/talk.pdf"))))
    for _ in range(2):
        data = scrape(lab, services=next_night(night))
        assert [row["reason"] for row in data["skipped"]] == ["not_a_page"]
    assert site.paths().count("/talk.pdf") == 1


def test_a_failed_page_is_tried_again_the_next_night(site: Any) -> None:
    night = MemoryServices()
    site.on("/a", Reply(status=404), page(LONG))
    lab = source("lab", site.on("/feed", feed(item("/a"))))
    assert scrape(lab, services=next_night(night))["articles"] == []
    assert len(scrape(lab, services=next_night(night))["articles"]) == 1


def test_only_entries_inside_the_window_or_undated_are_fetched(site: Any) -> None:
    for name in ("early", "start", "undated", "end", "late"):
        site.on(f"/{name}", page(LONG))
    items = [
        item("/early", date="2026-11-19T23:59:59Z"),
        item("/start", date=WINDOW["start"]),
        item("/undated", date=""),
        item("/end", date=WINDOW["end"]),
        item("/late", date="2026-11-22T00:00:01Z"),
    ]
    data = scrape(source("lab", site.on("/feed", feed(*items))))
    assert [article["url"].rpartition("/")[2] for article in data["articles"]] == ["start", "undated", "end"]
    row = data["sources"][0]
    assert (row["entries"], row["outside_window"], row["articles"]) == (5, 2, 3)
    assert data["skipped"] == []
    assert not {"/early", "/late"} & set(site.paths())


def test_the_newest_entries_are_taken_and_the_others_named(site: Any) -> None:
    hours = {"a": "08", "b": "10", "c": "11", "d": "09"}
    for name in [*hours, "u"]:
        site.on(f"/{name}", page(LONG))
    items = [item(f"/{name}", date=f"2026-11-21T{hour}:00:00Z") for name, hour in hours.items()]
    lab = source("lab", site.on("/feed", feed(item("/u", date=""), *items)))
    data = scrape(lab, max_per_source=2)
    assert [article["url"][-1] for article in data["articles"]] == ["b", "c"]
    assert [(row["url"][-1], row["reason"]) for row in data["skipped"]] == [
        (name, "per_source_cap") for name in ("u", "a", "d")
    ]
    assert len(scrape(lab, max_per_source=0)["articles"]) == 5


def test_one_url_in_several_feeds_is_one_article(site: Any) -> None:
    site.on("/a", page(LONG))
    site.on("/b", page(LONG + "b"))
    data = scrape(
        source("one", site.on("/1", feed(item("/b", date="2026-11-21T13:00:00Z"), item("/a")))),
        source("two", site.on("/2", feed(item("/a?utm_source=two#top")))),
        source("three", site.on("/3", feed(item("/a")))),
        max_per_source=1,
    )
    assert [(article["url"][-1], article["source_id"], article["also_in"]) for article in data["articles"]] == [
        ("b", "one", []),
        ("a", "two", ["three"]),
    ]
    assert data["skipped"] == []
    assert [row["articles"] for row in data["sources"]] == [1, 1, 0]
    assert site.paths().count("/a") == 1


@pytest.mark.parametrize(
    ("by_feed", "by_page", "published", "by"),
    [
        (NOON, "", NOON, "feed"),
        (NOON, "2026-11-21T09:00:00Z", "2026-11-21T09:00:00Z", "page"),
        (NOON, "2026-11-20T00:00:00Z", NOON, "feed"),
        ("", "2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z", "page"),
        ("", "", None, None),
    ],
)
def test_the_pages_time_counts_unless_it_is_a_bare_day(
    site: Any, by_feed: str, by_page: str, published: str | None, by: str | None
) -> None:
    site.on("/a", page(LONG, date=by_page))
    [article] = scrape(source("lab", site.on("/feed", feed(item("/a", date=by_feed)))))["articles"]
    assert (article["published"], article["published_by"]) == (published, by)


def test_an_entry_without_title_takes_the_pages(site: Any) -> None:
    site.on("/a", page(LONG, "From the page"))
    site.on("/b", page(LONG, ""))
    data = scrape(source("lab", site.on("/feed", feed(item("/a", ""), item("/b", "")))))
    assert [article["title"] for article in data["articles"]] == ["From the page", "(untitled)"]


def test_links_into_the_network_are_not_followed(site: Any) -> None:
    links = ("http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/admin", "http://[fd00::1]/")
    data = scrape(source("lab", site.on("/feed", feed(*map(item, links)))))
    assert [row["reason"] for row in data["skipped"]] == ["blocked"] * 3


def test_loopback_is_closed_by_default(site: Any) -> None:
    lab = source("lab", site.on("/feed", feed(item("/a"))))
    with pytest.raises(PhaseError, match="blocked"):
        scrape(lab, allow_loopback=DEFAULTS["allow_loopback"])
    assert site.asked == []


def test_no_source_at_all_is_an_error_that_says_why_for_each(site: Any) -> None:
    sources = [source(f"s{number}", site.url(f"/{number}")) for number in range(23)]
    with pytest.raises(PhaseError) as caught:
        scrape(*sources)
    assert "none of 23 sources" in caught.value.message
    assert "S0: http_error, HTTP 404" in caught.value.message
    assert "S19: " in caught.value.message
    assert "S20: " not in caught.value.message
    assert "and 3 more" in caught.value.message
    assert caught.value.hint


def test_a_quiet_night_is_no_error(site: Any) -> None:
    ctx = phase_context(config=CONFIG)
    quiet = source("quiet", site.on("/feed", feed()))
    data = p02_scraping.run(Inputs(setup(quiet)), ctx).data
    assert (data["articles"], data["sources"][0]["status"]) == ([], "empty")
    assert any("no source has an article" in warning for warning in ctx.warnings)


def test_odd_characters_of_a_feed_can_be_stored(site: Any) -> None:
    site.on("/a", page(LONG + "\u202e\u200b \x0b&#xD800; end"))
    odd = Reply(feed(item("/a", "A\u2028title \u202e&#x1F600;&#xFFFE;")).body.replace(b"lead", b"le\x01ad"))
    [article] = scrape(source("lab", site.on("/feed", odd)))["articles"]
    assert article["title"].startswith("A")


@pytest.mark.parametrize(
    "wrong", [{"concurrency": 0}, {"per_host": 0}, {"timeout_s": 0}, {"max_bytes": 0}, {"max_per_source": -1}]
)
def test_impossible_configuration_is_refused(site: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=f"scraping.{next(iter(wrong))}"):
        scrape(source("lab", site.url("/feed")), **wrong)


def test_a_stop_request_is_obeyed(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    services = MemoryServices()

    def check() -> None:
        if "/feed" in site.paths():
            message = "stopped"
            raise Interrupted(message)

    monkeypatch.setattr(services, "check", check)
    site.on("/a", page(LONG))
    with pytest.raises(Interrupted):
        scrape(source("lab", site.on("/feed", feed(item("/a")))), services=services)
    assert "/a" not in site.paths()


def test_a_killed_worker_at_the_end_of_a_run_is_no_fault_of_the_page(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = MemoryServices()
    ending: list[bool] = []

    def check() -> None:
        if ending:
            message = "stopped"
            raise Interrupted(message)

    def killed(*_: Any) -> None:
        ending.append(True)
        raise WorkerCrashed("the run is ending")

    monkeypatch.setattr(services, "check", check)
    monkeypatch.setattr(webpage, "extract", killed)
    site.on("/a", page(LONG))
    with pytest.raises(Interrupted):
        scrape(source("lab", site.on("/feed", feed(item("/a")))), services=services)
    assert not any("extract_crash" in str(value) for value in services.journal.rows.values())


def test_the_sample_is_served_by_itself(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def serve() -> Iterator[dict[str, tuple[str, int]]]:
        yield {"outlet.example": ("127.0.0.1", site.port)}

    monkeypatch.setattr(sample_site, "serve", serve)
    site.on("/a", page(LONG))
    site.on("/feed", feed(item("/a")))
    inputs = setup(source("outlet", "http://outlet.example/feed"), sample=True)
    data = run_phase(p02_scraping.run, inputs, CONFIG | {"allow_loopback": False}).data
    assert [article["url"] for article in data["articles"]] == ["http://outlet.example/a"]


def test_the_real_extractor_fits_in(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webpage, "extract", REAL_EXTRACT)
    paragraphs = "".join(f"<p>{LONG}</p>" for _ in range(3))
    html = f"<html lang='en'><head><title>T</title></head><body><article><h1>T</h1>{paragraphs}</article></body></html>"
    site.on("/a", Reply(html.encode()))
    [article] = scrape(source("lab", site.on("/feed", feed(item("/a")))))["articles"]
    assert article["language"] == "en"
    assert LONG.strip() in article["text"]
