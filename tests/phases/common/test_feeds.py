"""Feeds of every kind become plain entries; what is no feed is named."""

from __future__ import annotations

import tarfile
import urllib.request
from pathlib import Path
from typing import Any

import feedparser
import pytest

from phases.common import feeds
from phases.common.feeds import NotAFeed, canonical_url, plain_text

URL = "https://news.example/feeds/all.xml"
DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "news"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the shared test data are not at {DATA}")

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>News</title>
<item><title>First &amp;amp; best</title><link>https://news.example/a?utm_source=rss&amp;id=7#top</link>
<description>&lt;p&gt;Short &lt;b&gt;summary&lt;/b&gt;.&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>The whole story.</p><p>Its end, which is longer than the summary.</p>]]></content:encoded>
<pubDate>Sat, 21 Nov 2026 09:30:00 +0100</pubDate></item>
<item><title>Second</title><link>/b</link><description>Two</description></item>
<item><title>Nowhere</title><description>No link at all</description></item>
<item><title>Mail</title><link>mailto:desk@news.example</link></item>
<item><title>First again</title><link>https://NEWS.example:443/a?id=7</link></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Lab</title>
<entry><title type="html">A &lt;i&gt;new&lt;/i&gt; model</title><link rel="alternate" href="../posts/1"/>
<updated>2026-11-20T12:00:00Z</updated><published>2026-11-19T23:59:59.5-05:00</published>
<summary>It is fast.</summary><content type="html">&lt;p&gt;It is fast. Very fast indeed.&lt;/p&gt;</content></entry></feed>"""

JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [
{"id": "1", "url": "https://news.example/j", "title": "Jay", "content_html": "<p>Hello</p>",
"date_published": "2026-11-21T00:00:00Z"}, {"id": "2", "title": "no address"}]}"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>R</title></channel>
<item rdf:about="https://news.example/r"><title>Arr</title><link>https://news.example/r</link>
<dc:date>2026-11-21T08:00:00+00:00</dc:date></item></rdf:RDF>"""


def read(text: str | bytes, content_type: str = "", url: str = URL) -> feeds.Feed:
    return feeds.parse(text if isinstance(text, bytes) else text.encode(), content_type, url)


def test_rss_gives_plain_entries() -> None:
    first, second = read(RSS).entries
    assert first == {
        "title": "First & best",
        "url": "https://news.example/a?id=7",
        "published": "2026-11-21T08:30:00Z",
        "summary": "Short summary.",
        "content_html": "<p>The whole story.</p><p>Its end, which is longer than the summary.</p>",
    }
    assert (second["url"], second["published"], second["summary"]) == ("https://news.example/b", None, "Two")


def test_entries_that_lead_nowhere_are_counted_and_repeated_ones_are_not() -> None:
    feed = read(RSS)
    assert (len(feed.entries), feed.without_link, feed.complaint) == (2, 2, "")


def test_atom_uses_the_time_of_publication_and_resolves_links() -> None:
    [entry] = read(ATOM).entries
    assert (entry["title"], entry["url"]) == ("A new model", "https://news.example/posts/1")
    assert (entry["published"], entry["summary"]) == ("2026-11-20T04:59:59Z", "It is fast.")
    assert entry["content_html"] == "<p>It is fast. Very fast indeed.</p>"


@pytest.mark.parametrize(("text", "title"), [(JSON_FEED, "Jay"), (RDF, "Arr")])
def test_other_formats_are_read_too(text: str, title: str) -> None:
    [entry] = read(text).entries
    assert entry["title"] == title
    assert entry["published"].startswith("2026-11-21T")


def test_what_the_fast_parser_refuses_goes_to_the_thorough_one() -> None:
    text = RSS.replace('<rss version="2.0"', '<channel version="2.0"').replace("<channel><title>", "<title>")
    assert [entry["url"] for entry in read(text.replace("</channel></rss>", "</channel>")).entries][:1] == [
        "https://news.example/a?id=7"
    ]


@pytest.mark.parametrize("body", [b"", b"  \n ", b"\xef\xbb\xbf"])
def test_an_empty_body_is_told_apart(body: bytes) -> None:
    with pytest.raises(NotAFeed) as caught:
        read(body)
    assert caught.value.is_empty


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("<!DOCTYPE html><html><head><title>Login</title></head><body><p>Hello</p></body></html>", "web page"),
        ("Not found", "not a feed"),
        ('{"error": "no such feed"}', "not a feed"),
        ("\x00\x01\x02", "not a feed"),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", "not a feed"),
    ],
)
def test_what_is_no_feed_is_said_to_be_none(body: str, what: str) -> None:
    with pytest.raises(NotAFeed, match=what) as caught:
        read(body)
    assert not caught.value.is_empty


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read('<rss version="2.0"><channel><title>Quiet</title></channel></rss>').entries == []


def test_a_feed_that_is_cut_off_says_so_and_gives_what_it_has() -> None:
    feed = read(RSS[: RSS.index("<item><title>Nowhere")])
    assert feed.complaint == "the feed is cut off"
    assert [entry["title"] for entry in feed.entries] == ["First & best", "Second"]


def test_a_wrong_charset_in_the_header_does_no_harm() -> None:
    text = "<rss version='2.0'><channel><item><title>Café naïve</title><link>http://a.example/</link></item></channel></rss>"
    for encoding, header in (("cp1252", "utf-8"), ("utf-8", "iso-8859-1"), ("utf-8", "nonsense")):
        assert read(text.encode(encoding), f"text/xml; charset={header}").entries[0]["title"] == "Café naïve"


def test_a_declared_encoding_is_used_and_does_not_mislead_the_parser() -> None:
    title = "Новая модель понимает русский язык лучше прежних"
    text = f'<?xml version="1.0" encoding="windows-1251"?><rss version="2.0"><channel><item><title>{title}</title>'
    text += "<link>http://a.example/</link></item></channel></rss>"
    assert read(text.encode("cp1251")).entries[0]["title"] == title
    assert read(text.encode("utf-8")).entries[0]["title"] == title


@pytest.mark.parametrize(
    "body", ["http://127.0.0.1:9/feed.xml", "https://example.org/", "/etc/passwd", "file:///etc/passwd"]
)
def test_a_body_that_looks_like_an_address_is_not_opened(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: Any, **__: Any) -> None:
        pytest.fail("the parser opened something")

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", opened)
    with pytest.raises(NotAFeed):
        read(body)


def test_external_entities_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOPSECRET")
    text = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>' + RSS.split("?>", 1)[1].replace("Two", "&x;")
    assert "TOPSECRET" not in str(read(text).entries)


def test_entities_that_multiply_stay_small() -> None:
    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    text = f'<!DOCTYPE rss [<!ENTITY e0 "lol">{levels}]>' + RSS.split("?>", 1)[1].replace("Two", "&e9;")
    try:
        entries = read(text).entries
    except NotAFeed:
        entries = []
    assert len(str(entries)) < 1_000_000


def test_a_parser_that_fails_altogether_is_no_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(feedparser, "parse", broken)
    with pytest.raises(NotAFeed, match="RuntimeError"):
        read("<channel><item/></channel>")


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("https://A.Example/Path", "https://a.example/Path"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example:443/x", "https://a.example/x"),
        ("http://a.example:80/x", "http://a.example/x"),
        ("http://a.example:8080/x", "http://a.example:8080/x"),
        ("https://a.example./x", "https://a.example/x"),
        ("https://a.example/x#part", "https://a.example/x"),
        ("https://a.example/x?utm_source=a&utm_medium=b", "https://a.example/x"),
        ("https://a.example/x?b=2&UTM_Campaign=z&a=1", "https://a.example/x?b=2&a=1"),
        ("https://a.example/x?fbclid=1&gclid=2&id=3", "https://a.example/x?id=3"),
        ("https://a.example/x?q=a%20b+c&empty=", "https://a.example/x?q=a%20b+c&empty="),
        ("https://a.example/ü b", "https://a.example/%C3%BC%20b"),
        (" https://a.example/\n x", "https://a.example/%20x"),
        ("//b.example/x", "https://b.example/x"),
        ("y?z=1", "https://news.example/feeds/y?z=1"),
        ("?p=5", "https://news.example/feeds/all.xml?p=5"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("mailto:a@b.example", ""),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("https://user:pw@a.example/", ""),
        ("http://[broken/", ""),
        ("http://a.example:99999/", ""),
        ("http://", ""),
        ("https://a.example/" + "x" * 3000, ""),
    ],
)
def test_addresses_have_one_form(link: str, found: str) -> None:
    assert canonical_url(link, URL) == found
    assert not found or canonical_url(found) == found


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain", "plain"),
        ("<p>One</p><p>Two <b>bold</b>,  three</p>", "One\nTwo bold, three"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("<ul><li>x</li><li>y</li></ul>", "x\ny"),
        ("AT&amp;T &lt;3 caf&eacute; &#8364;", "AT&T <3 café €"),
        ("<script>var a = '<p>no</p>';</script>yes", "yes"),
        ("<style>p{}</style><!-- note --><p>yes</p>", "yes"),
        ("<script src='x'/>still", "still"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("<p>open <a href='x'", "open <a href='x'"),
        ("<script>never closed", ""),
        ("", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@needs_data
def test_no_odd_feed_raises_anything_unexpected() -> None:
    read_at_all = 0
    with tarfile.open(DATA / "feedparser_cases.tar.gz") as archive:
        bodies = [file.read() for member in archive if (file := archive.extractfile(member))]
    for body in bodies:
        try:
            str(feeds.parse(body, "", URL).entries).encode()
            read_at_all += 1
        except NotAFeed:
            continue
    assert len(bodies) == 1066
    assert read_at_all >= 1050


@needs_data
def test_real_feeds_are_read_whole() -> None:
    for path in sorted((DATA / "feeds").iterdir()):
        feed = feeds.parse(path.read_bytes(), "application/xml", URL)
        assert feed.entries, path.name
        assert (feed.complaint, feed.without_link) == ("", 0), path.name
        expected = {canonical_url(entry.link, URL) for entry in feedparser.parse(path.read_bytes()).entries}
        assert {entry["url"] for entry in feed.entries} == expected, path.name
