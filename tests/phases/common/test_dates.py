"""Publication dates: how they are written, which of several counts, and which are only guesses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as parser

from phases.common import dates
from phases.common.page_meta import PageMeta

URL = "https://gazette.example/story"
JSON_LD = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "%s"}</script>'
OPEN_GRAPH = '<meta property="article:published_time" content="%s">'


def published(head: str = "", body: str = "", url: str = URL) -> str | None:
    tree = parser.document_fromstring(f"<html><head>{head}</head><body>{body}<p>Some words.</p></body></html>")
    return dates.published(PageMeta(tree), url)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-20T06:00:00Z", "2026-11-20T06:00:00Z"),
        ("2026-11-20T06:00:00+02:00", "2026-11-20T04:00:00Z"),
        ("2026-11-20T06:00:00.123456", "2026-11-20T06:00:00Z"),
        ("2026-11-20", "2026-11-20T00:00:00Z"),
        ("Fri, 20 Nov 2026 06:00:00 GMT", "2026-11-20T06:00:00Z"),
        ("Fri, 20 Nov 2026 06:00:00 EST", "2026-11-20T11:00:00Z"),
        ("November 20, 2026 6:30 am", "2026-11-20T06:30:00Z"),
        ("  2026-11-20 06:00  ", "2026-11-20T06:00:00Z"),
        ("2026-11-20T23:30:00-05:00", "2026-11-21T04:30:00Z"),
    ],
)
def test_dates_are_read_as_they_are_written(written, expected):
    assert dates.utc(written) == expected


def test_local_midnight_stays_the_day_that_was_written():
    assert dates.utc("2026-11-20T00:00:00+09:00") == "2026-11-20T00:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "1970-01-01",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:30:00-05:00",
        "99999999999999999999",
        "x" * 99,
    ],
)
def test_what_is_no_plausible_date_is_none(text):
    assert dates.utc(text) is None


@given(st.text(max_size=70) | st.from_regex(r"[0-9:TZ+. /-]{4,40}", fullmatch=True))
def test_any_text_is_a_utc_stamp_or_none(text):
    found = dates.utc(text)
    assert found is None or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found)


def test_json_ld_counts_before_open_graph_and_that_before_the_address():
    both = JSON_LD % "2026-11-20T06:00:00Z" + OPEN_GRAPH % "2026-11-19T06:00:00Z"
    dated = "https://gazette.example/2026/11/18/story"
    assert published(both, url=dated) == "2026-11-20T06:00:00Z"
    assert published(OPEN_GRAPH % "2026-11-19T06:00:00Z", url=dated) == "2026-11-19T06:00:00Z"
    assert published(url=dated) == "2026-11-18T00:00:00Z"


def test_an_unreadable_date_gives_way_to_the_next_one():
    assert published(JSON_LD % "soon" + OPEN_GRAPH % "2026-11-19T06:00:00Z") == "2026-11-19T06:00:00Z"


def test_the_article_in_json_ld_counts_before_the_site_around_it():
    site = '<script type="application/ld+json">{"@type": "WebSite", "datePublished": "2015-01-01"}</script>'
    assert published(site + JSON_LD % "2026-11-20T06:00:00Z") == "2026-11-20T06:00:00Z"


@pytest.mark.parametrize("broken", ["{", "[" * 100_000, '"text"', "null"])
def test_broken_json_ld_is_passed_over(broken):
    script = f'<script type="application/ld+json">{broken}</script>'
    assert published(script + OPEN_GRAPH % "2026-11-19T06:00:00Z") == "2026-11-19T06:00:00Z"


@pytest.mark.parametrize(
    "mark",
    [
        '<span itemprop="datePublished" content="2026-11-20T06:00:00Z">Friday</span>',
        '<time pubdate datetime="2026-11-20T06:00:00Z">Friday</time>',
        '<time datetime="2026-11-20T06:00:00Z">Friday</time>',
    ],
)
def test_marked_elements_give_the_time(mark):
    assert published(body=mark) == "2026-11-20T06:00:00Z"


@pytest.mark.parametrize(
    "mark",
    [
        '<p class="byline">By Ann, published here on 20 November 2026.</p>',
        '<span class="post-date">November 20, 2026</span>',
        '<h2 class="date">20 November 2026</h2>',
    ],
)
def test_lines_marked_as_a_date_give_the_day(mark):
    assert published(body=mark) == "2026-11-20T00:00:00Z"


@pytest.mark.parametrize(
    "prose",
    [
        "<p>The definition was settled in October 2024, after two years of argument.</p>",
        "<p>The company opened its doors to everybody on 2024-10-28, a Monday.</p>",
        "<p>Its records go back to <b>2024-10-28</b>, as the company said on Monday.</p>",
        "<div>The company opened its doors to everybody on 2024-10-28, a Monday.</div>",
        "<div><b>Note</b> The company opened its doors to everybody on 2024-10-28, a Monday.</div>",
        "<h1>What happened on 28 October 2024</h1>",
        "<footer>Copyright 2024 the Gazette</footer>",
    ],
)
def test_a_day_that_the_text_tells_of_is_not_the_day_of_the_page(prose):
    assert published(body=prose) is None


def test_looking_for_a_date_leaves_the_page_as_it_is():
    page = (
        "<html><head></head><body><h1>On 28 October 2024</h1><p>Words that go on for longer than six.</p></body></html>"
    )
    tree = parser.document_fromstring(page)
    dates.published(PageMeta(tree), URL)
    assert parser.tostring(tree, encoding="unicode") == page
