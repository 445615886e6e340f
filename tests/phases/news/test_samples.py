"""The sample site: what it must contain, that it is true to its window, and that it answers as the web does."""

from __future__ import annotations

import http.client
import json
import re
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from phases.news.samples import outlets, pages, site
from phases.news.samples.outlets import OUTLETS, articles

FOLDER = Path(outlets.__file__).parent
END = datetime.fromisoformat(site.WINDOW_END)
PIECES = [(outlet, piece) for outlet in OUTLETS for piece in articles(outlet.host)]
FULL = [(outlet, piece) for outlet, piece in PIECES if sum(map(len, piece.paragraphs)) >= 1400]
OF = {outlet.host: outlet for outlet in OUTLETS}


@pytest.fixture(scope="module")
def hosts():
    with site.serve() as served:
        yield served


def ask(hosts, host: str, path: str, method: str = "GET", **headers: str):
    connection = http.client.HTTPConnection(*hosts[host], timeout=5)
    connection.request(method, path, headers={"Host": host, **headers})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def test_there_are_enough_articles_from_enough_outlets():
    assert len(FULL) >= 42
    assert len({outlet.host for outlet, _ in FULL}) >= 8
    assert all(outlet.host.endswith(".example") for outlet in OUTLETS)
    assert {outlet.page for outlet in OUTLETS} == set(pages._LAYOUTS)


def test_every_full_article_is_long_enough_for_an_analysis():
    for outlet, piece in FULL:
        text = "\n\n".join(piece.paragraphs)
        assert 1500 <= len(text) <= 3000, (outlet.host, piece.slug, len(text))
        assert piece.lead
        assert piece.author


def test_everything_but_the_old_piece_was_published_inside_the_window():
    start = END - timedelta(hours=36)
    outside = [piece.slug for _, piece in PIECES if piece.published and not start <= piece.published <= END]
    assert outside == ["samsung-ban"]
    assert [piece.slug for _, piece in PIECES if piece.published is None] == ["glossary-of-openness"]


def test_addresses_and_titles_are_unique_but_for_the_syndicated_copy():
    addresses = [pages.address(outlet, piece) for outlet, piece in PIECES]
    assert len(set(addresses)) == len(addresses)
    titles = [piece.title for _, piece in PIECES]
    assert sorted({title for title in titles if titles.count(title) > 1}) == [
        "The fake Biden call: how a cloned voice changed American telephone law"
    ]


def test_the_syndicated_copy_differs_by_a_line_and_the_same_story_by_its_words():
    by_slug = {piece.slug: piece for _, piece in PIECES}
    original, copy = by_slug["robocall-deepfake"].paragraphs, by_slug["robocall-copy"].paragraphs
    assert copy[: len(original)] == original
    assert len(copy) == len(original) + 1
    told = [
        by_slug[slug] for slug in ("five-days-in-november", "how-openai-dismissed-altman", "the-weekend-that-unseated")
    ]
    first, second, third = (set(". ".join(piece.paragraphs).split(". ")) for piece in told)
    assert not (first & second) | (second & third) | (first & third)
    assert all({"altman", "board", "openai"} <= words(piece.title + " ".join(piece.paragraphs)) for piece in told)


def test_there_is_one_of_each_oddity():
    kinds = [piece.kind for outlet, piece in PIECES if outlet.feed != "torn"]
    assert (kinds.count("slow"), kinds.count("gone"), kinds.count("members")) == (1, 1, 1)
    assert [outlet.language for outlet in OUTLETS].count("de") == 1
    assert {outlet.feed for outlet in OUTLETS} == {"rss", "rss_full", "atom", "torn"}


def test_no_file_of_the_sample_is_large():
    assert all(file.stat().st_size < 100_000 for file in FOLDER.rglob("*") if file.is_file())


def test_the_source_entries_have_known_categories_and_weights():
    known = {row["id"] for row in json.loads((FOLDER.parent / "categories.json").read_text())["categories"]}
    rows = site.sources()
    assert [row["feed"] for row in rows] == [f"http://{outlet.host}/feed.xml" for outlet in OUTLETS]
    assert all(row["category"] in known and 0 < row["weight"] <= 1 for row in rows)


def test_every_feed_but_the_torn_one_lists_every_article_of_its_outlet(hosts):
    from phases.common.feeds import parse  # the parser that scraping uses

    for outlet in OUTLETS:
        answer, body = ask(hosts, outlet.host, "/feed.xml")
        assert answer.status == 200
        if outlet.feed != "torn":
            found = parse(body, answer.headers["Content-Type"], f"http://{outlet.host}/feed.xml")
            assert [entry["title"] for entry in found.entries] == [piece.title for piece in articles(outlet.host)]


def test_the_torn_feed_ends_before_its_first_link(hosts):
    _, body = ask(hosts, "torn-page.example", "/feed.xml")
    assert body.count(b"<item>") == 1
    assert b"</item>" not in body
    assert b"<title>The headline" in body
    assert b"half-a-headline" not in body


def test_pages_are_served_by_the_host_header_with_text_metadata_and_surroundings(hosts):
    for host, slug in (("modelwatch.example", "/notes/gpt-4-reread"), ("chip-ledger.example", "/articles/blackwell")):
        answer, body = ask(hosts, host, slug)
        text = body.decode()
        piece = next(piece for piece in articles(host) if slug.endswith(piece.slug))
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert piece.paragraphs[0].split(",")[0] in text
        assert piece.published.isoformat() in text
        assert all(f"<{tag}" in text for tag in ("!DOCTYPE html", "header", "nav", "footer", "aside"))
    assert ask(hosts, "modelwatch.example", "/articles/blackwell")[0].status == 404


def test_the_json_ld_of_a_page_is_sound(hosts):
    _, body = ask(hosts, "term-sheet-tribune.example", "/deals/anthropic-money")
    facts = json.loads(re.search(r'ld\+json">(.*?)</script>', body.decode())[1])
    assert facts["headline"].startswith("How Anthropic financed itself")
    assert facts["datePublished"] == "2026-11-20T17:30:00+00:00"


def test_the_undated_page_and_its_entry_give_no_date(hosts):
    _, page = ask(hosts, "open-weights-review.example", "/posts/glossary-of-openness")
    assert b'name="date"' not in page
    _, feed = ask(hosts, "open-weights-review.example", "/feed.xml")
    entry = next(part for part in feed.split(b"<entry>") if b"glossary-of-openness" in part)
    assert b"<published>" not in entry


def test_an_unchanged_document_is_not_sent_twice(hosts):
    answer, body = ask(hosts, "chip-ledger.example", "/feed.xml")
    again, nothing = ask(hosts, "chip-ledger.example", "/feed.xml", **{"If-None-Match": answer.headers["ETag"]})
    other, whole = ask(hosts, "chip-ledger.example", "/feed.xml", **{"If-None-Match": '"another"'})
    assert (again.status, nothing) == (304, b"")
    assert (other.status, whole) == (200, body)


def test_robots_txt_closes_the_members_pages_of_one_outlet(hosts):
    assert b"Disallow: /members/" in ask(hosts, "shipping-prompts.example", "/robots.txt")[1]
    assert b"/members/" not in ask(hosts, "daily-lattice.example", "/robots.txt")[1]
    assert any(
        pages.address(OF["shipping-prompts.example"], piece).split("/")[3] == "members"
        for piece in articles("shipping-prompts.example")
    )


def test_gone_pages_unknown_hosts_and_head_requests(hosts):
    assert ask(hosts, "daily-lattice.example", "/stories/reader-survey")[0].status == 404
    assert site.answer("elsewhere.example", "/feed.xml")[0] == 404
    answer, body = ask(hosts, "daily-lattice.example", "/", method="HEAD")
    assert (answer.status, body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 100


def test_the_slow_page_waits_and_then_answers(hosts, monkeypatch):
    waited = []
    monkeypatch.setattr(site.time, "sleep", waited.append)
    answer, _ = ask(hosts, "northgate-wire.example", "/wire/pause-letter")
    ask(hosts, "northgate-wire.example", "/wire/writers-and-actors")
    assert answer.status == 200
    assert waited == [site.SLOW_S]


def test_the_server_ends_with_its_block_even_while_a_client_holds_a_connection():
    before = set(threading.enumerate())
    with site.serve() as hosts:
        held = http.client.HTTPConnection(*hosts["modelwatch.example"], timeout=5)
        held.request("GET", "/", headers={"Host": "modelwatch.example"})
        held.getresponse().read()
        started = set(threading.enumerate()) - before
        assert started
        assert all(thread.daemon for thread in started)
    held.close()
    with pytest.raises(OSError, match=r"refused|reset"):
        http.client.HTTPConnection(*hosts["modelwatch.example"], timeout=5).request("GET", "/")


@pytest.mark.parametrize(
    "text",
    [
        "--- a\ntitle: A\n\ntext\n",
        "--- a\ntitle: A\nlead: L\nis: odd\n\ntext\n",
        "--- a\ntitle: A\nlead: L\ncolour: red\n\nx\n",
    ],
)
def test_a_slip_in_an_article_file_is_named(tmp_path, monkeypatch, text):
    (tmp_path / "slip.md").write_text(text)
    monkeypatch.setattr(outlets, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"slip\.md: a"):
        articles("slip.example")
