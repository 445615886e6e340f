"""Article pages: the text without what surrounds it, what the page says of itself, and no error on any markup."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phases.common import webpage
from phases.common.charset import decode

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "news"
URL = "https://gazette.example/story"
KEYS = {"title", "text", "published", "published_by", "language", "extractor"}
NOTHING = {"title": "", "text": "", "published": None, "published_by": None, "language": "", "extractor": ""}
PARAGRAPHS = (
    (
        "The harbour authority of Ghent has put eleven cranes under remote control, and the first container was lifted by a "
        "dispatcher who sat two kilometres away in an office with curved screens."
    ),
    (
        "Dockers had asked for a guarantee that nobody would lose work before the end of the decade, which the authority gave "
        "in writing after four rounds of talks that went on until the early morning."
    ),
    (
        "Engineers say that the greatest difficulty was not the software but the wind, since a camera on a swaying boom shows "
        "a picture that makes people dizzy after a quarter of an hour."
    ),
    (
        "A second terminal will follow in spring, provided that the accident statistics of the first six months show no rise, "
        "as the insurers of the port have demanded in their latest contract."
    ),
)
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
AROUND = (
    (
        '<header><a href="/">The Gazette</a></header>'
        '<nav><ul><li><a href="/world">World news of the day and the week</a></li><li><a href="/sport">Sport</a></li></ul></nav>'
    ),
    (
        "<aside><p>Subscribe to our letter and read more of what our reporters find out about harbours.</p></aside>"
        "<footer><p>Copyright the Gazette. All rights reserved, in every harbour of the world and beyond it.</p></footer>"
    ),
)
RUSSIAN = (
    "Совет собрался в пятницу вечером и решил, что лаборатория снова откроет свои двери для посетителей города. "
    "Первая экскурсия пройдёт уже в понедельник, и записаться на неё можно будет по телефону или на сайте."
)


def page(body: str, head: str = "", lang: str = "en") -> str:
    return f'<!DOCTYPE html><html lang="{lang}"><head><title>Cranes | Gazette</title>{head}</head><body>{body}</body></html>'


def article(body: str = BODY, head: str = "", lang: str = "en") -> str:
    before, after = AROUND
    return page(f"{before}<main><article><h1>Ghent moves its cranes</h1>{body}</article></main>{after}", head, lang)


def read(html: str, url: str = URL) -> dict:
    found = webpage.extract(html, url)
    assert found.keys() == KEYS
    json.dumps(found).encode()
    return found


def test_an_article_is_read_without_what_stands_around_it():
    found = read(article())
    assert found["text"].split("\n") == list(PARAGRAPHS)
    assert found["title"] == "Ghent moves its cranes"
    assert (found["language"], found["extractor"]) == ("en", "trafilatura")
    assert (found["published"], found["published_by"]) == (None, None)


def test_open_graph_names_title_and_time():
    head = (
        '<meta property="og:title" content="Cranes &amp; wind">'
        '<meta property="article:published_time" content="2026-11-20T06:00:00+01:00">'
    )
    found = read(article(head=head))
    assert found["title"] == "Cranes & wind"
    assert (found["published"], found["published_by"]) == ("2026-11-20T05:00:00Z", "page")


def test_the_body_in_json_ld_is_used_where_the_page_shows_none():
    value = {
        "@type": "NewsArticle",
        "headline": "Cranes",
        "articleBody": " ".join(PARAGRAPHS),
        "datePublished": "2026-11-20",
    }
    script = f'<script type="application/ld+json">{json.dumps([value])}</script>'
    found = read(page('<div id="app"></div>', script))
    assert found["text"] == " ".join(PARAGRAPHS)
    assert found["extractor"] == "heuristic"
    assert found["published"] == "2026-11-20T00:00:00Z"


def test_a_page_drawn_by_a_script_is_read_from_the_scripts_data():
    state = json.dumps({"story": {"html": BODY}})
    found = read(page(f'<div id="app"></div><script>window.state = JSON.parse({json.dumps(state)})</script>'))
    assert found["text"].split("\n") == list(PARAGRAPHS)


def test_the_heuristic_takes_paragraphs_outside_furniture_and_comments():
    comments = '<div id="comments"><p>I have never seen so many cranes in one place before.</p></div>'
    html = article("<p>Too short.</p>" + BODY.replace("eleven cranes", "eleven<br><b>cranes</b>") + comments)
    assert webpage._heuristic(html).split("\n") == list(PARAGRAPHS)


def test_a_title_links_captions_and_pointers_are_not_text():
    extra = (
        "<figure><img src=x><figcaption>A crane in the morning light, seen from the north.</figcaption></figure>"
        '<p><a href="/other">Another story about cranes that we published last year in June.</a></p>'
        "<p>Read more: how the port of Antwerp bought its cranes.</p>"
    )
    middle = f"<p>{PARAGRAPHS[0]}</p>{extra}" + "".join(f"<p>{text}</p>" for text in PARAGRAPHS[1:])
    assert read(article("<h1>Ghent moves its cranes</h1>" + middle))["text"].split("\n") == list(PARAGRAPHS)


def test_a_standfirst_that_the_page_prints_comes_first():
    standfirst = (
        "Eleven cranes are moved from an office now; the dockers have a promise in writing, the engineers a problem."
    )
    head = f'<meta name="description" content="{standfirst}">'
    opening = f"<header><h1>Ghent moves its cranes</h1><div>{standfirst}</div></header>"
    assert read(page(f"{opening}<article>{BODY}</article>", head))["text"].split("\n") == [standfirst, *PARAGRAPHS]
    assert read(page(f"{opening}<article>{BODY}</article>"))["text"].split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize("html", ["", " \n", "\0", "<", "<!-- -->", "<html></html>", "<title></title>", "<p></p>"])
def test_an_empty_page_gives_nothing(html):
    assert read(html)["text"] in ("", "<")


def test_a_page_without_text_keeps_what_its_head_says():
    found = read(page("<nav><a href=/>Home</a></nav>", '<meta name="date" content="2026-11-20">'))
    assert found == NOTHING | {
        "title": "Cranes | Gazette",
        "published": "2026-11-20T00:00:00Z",
        "published_by": "page",
        "language": "en",
    }


def test_broken_markup_still_gives_the_text():
    broken = article().replace("</p>", "").replace("</article></main>", "</div></td><b>").replace("<html", "<htm")
    text = read(broken)["text"]
    assert all(paragraph in text for paragraph in PARAGRAPHS)


@pytest.mark.parametrize("tag", ["div", "b", "p", "table><tr><td", "ul><li", "svg"])
def test_huge_nesting_is_no_error(tag):
    read("<html><body>" + f"<{tag}>" * 5000 + BODY)


def test_a_long_page_is_read_to_its_limit(monkeypatch):
    monkeypatch.setattr(webpage, "MAX_CHARS", 900)
    text = read(article())["text"]
    assert PARAGRAPHS[0] in text
    assert PARAGRAPHS[3] not in text


def test_other_scripts_are_read_and_a_wrong_lang_attribute_is_overruled():
    found = read(article(f"<p>{RUSSIAN}</p>" * 3, lang="en"))
    assert RUSSIAN in found["text"]
    assert found["language"] == "ru"


def test_invisible_characters_do_not_get_through():
    body = " ".join(PARAGRAPHS).replace("cranes", "cra\u200bnes\u202e")
    value = json.dumps({"articleBody": body, "headline": "Cra\u200bnes"})
    found = read(f'<html><head><script type="application/ld+json">{value}</script></head><body></body></html>')
    assert (found["title"], found["text"]) == ("Cranes", " ".join(PARAGRAPHS))


def test_the_same_page_gives_the_same_result():
    assert read(article()) == read(article())


_MARKUP = st.lists(
    st.sampled_from(
        [
            "<p>", "</p>", "<div", ">", "</div>", "<a href='javascript:x'>", "<script>", "</script>", "<![CDATA[", "<!--", "-->",
            "<time datetime='2026-99-99'>", "<meta property='og:title' content='", "'>", "&#0;", "&#xD800;", "&amp", "\0", "\ud83d",
            "<html lang='\"'>", "<script type='application/ld+json'>", '{"@type": ["Article"], "datePublished": 5}', "[" * 50, "{}",
            "<table><td>", "<math><svg></p>", "<base href='//'>", "<h1>", "<article>", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "<?xml version",
            "<p>" + PARAGRAPHS[0] + "</p>",
        ]
    )
    | st.text(max_size=20),
    max_size=25,
).map("".join)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_MARKUP, st.sampled_from(["", URL, "https://[", "not a url", "https://x.example/2026/13/45/"]))
def test_no_markup_makes_it_raise(html, url):
    found = read(html, url)
    assert bool(found["extractor"]) == bool(found["text"])
    assert (found["published_by"] == "page") == (found["published"] is not None)


@pytest.mark.skipif(
    not (DATA / "pages_index.json").is_file(), reason="no labelled pages: ../shared/data/news is absent"
)
def test_on_real_pages_most_of_the_labelled_text_is_found_and_little_else():
    rows = json.loads((DATA / "pages_index.json").read_text("utf-8"))[::18]
    shares = [overlap(row) for row in rows]
    assert sum(shares) / len(shares) >= 0.85  # loose: benchmarks/news/extraction.py prints the figures


def overlap(row: dict) -> float:
    """F1 of the words of one page's text and its label."""
    html = decode(gzip.decompress((DATA / "pages" / row["file"]).read_bytes()), "")
    found, label = (Counter(re.findall(r"\w+", text.lower())) for text in (read(html, row["url"])["text"], row["text"]))
    return 2 * (found & label).total() / max(1, found.total() + label.total())
