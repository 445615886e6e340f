"""The page: what a reader sees, and that nothing scraped becomes markup."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from phases.news.report_markdown import render

WEB = "https://url.example/"
READER = MarkdownIt("commonmark", {"html": True}).enable("table")
EVIL = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](http://evil.example) ![y](http://evil.example/p.png)",
    "] (javascript:alert(1)) [",
    "# Heading\n\n## Another | pipe",
    "`code` ``` **bold** __b__ ~~s~~",
    "- item\n- item",
    "1. One\n2. Two",
    "> quote\n\n---\n===",
    "&lt;b&gt;&#x3c;i&#x3e;",
    "\u202egnp.exe \ud800 \x00\x1b[31m",
    "|a|b|\n|---|---|",
    "<!-- comment",
    "]: http://evil.example",
    "\\",
)


def entity(name: str, text: str | None) -> dict[str, Any]:
    background = {"text": text, "source": "https://example.org/about"} if text else None
    return {"name": name, "type": "company", "mentions": 1, "background": background}


def article(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"{number:016x}",
        "url": f"https://news.example/{number}",
        "title": f"Acme opens works number {number}",
        "source": "The Daily News",
        "source_id": "the-daily-news",
        "category": "business",
        "published": "2026-11-20T07:30:00Z",
        "rank": number,
        "rank_score": 5.0,
        "analysis": {
            "text": "Acme opened a works.",
            "chars": 20,
            "status": "ok",
            "method": "extractive",
            "sentences": [0],
        },
        "entities": [entity("Acme", "Maker of anvils."), entity("Nobody", None)],
        "related_reports": [],
        "also_reported_by": [],
        **changes,
    }


def report(*articles: dict[str, Any], **facts: Any) -> dict[str, Any]:
    counts = {"scraped": 106, "sources_with_articles": 40, "after_tier1": 32, "rated": 16, "ranked": 10, "held": 0}
    return {
        "title": "AI industry report",
        "date": "2026-11-21",
        "window": {"start": "2026-11-19T18:00:00Z", "end": "2026-11-21T06:00:00Z"},
        "sections": [{"category": "business", "name": "Business", "articles": [one["id"] for one in articles]}]
        if articles
        else [],
        "articles": list(articles),
        "facts": {
            "counts": {**counts, "reported": len(articles), **facts.pop("counts", {})},
            "sources": {},
            "sources_by_status": {"ok": 90},
            "troubled": [],
            "held": [],
            "warnings": [],
            "problems": [],
            "sample": False,
            "stories_merged": 0,
            "methods": {"tier2": "local", "dimensions": "local", "paraphrasing": "extractive"},
            "cost_usd": 0.0,
            "llm_calls": 0,
            **facts,
        },
    }


def held(**changes: Any) -> dict[str, Any]:
    return {"id": "f" * 16, "title": "Held", "url": "https://news.example/h", "source": "S", "reason": "too_short",
            "detail": "", **changes}  # fmt: skip


def links(markdown: str) -> list[str]:
    tokens = [child for token in READER.parse(markdown) for child in token.children or ()]
    return [str(token.attrGet("href")) for token in tokens if token.type == "link_open"]


def kinds(markdown: str) -> set[str]:
    tokens = READER.parse(markdown)
    return {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}


def test_title_and_date_stand_on_top_and_the_counts_below() -> None:
    lines = render(report(article(1), article(2, source_id="other"))).split("\n\n")
    assert lines[0] == "# AI industry report, 21 November 2026"
    assert lines[1] == (
        "**2 stories from 2 sources.** 106 articles read from 40 sources; 74 left out by simple rules, "
        "22 by rating and ranking."
    )


def test_one_of_a_thing_is_written_in_the_singular() -> None:
    page = render(report(article(), counts={"scraped": 1, "sources_with_articles": 1, "after_tier1": 1, "ranked": 1}))
    assert "**1 story from 1 source.** 1 article read from 1 source." in page


def test_a_story_has_linked_headline_source_time_analysis_background_and_earlier_reports() -> None:
    earlier = {"title": "Acme plans", "url": "https://old.example/1", "run_id": "run_20261118_031500", "score": 0.6}
    other = [{"source": "Wire", "title": "x", "url": "https://wire.example/1"}] * 2
    page = render(report(article(related_reports=[earlier], also_reported_by=other)))
    assert "### [Acme opens works number 1](https://news.example/1)" in page
    assert "The Daily News · 20 Nov 2026, 07:30 UTC · also reported by [Wire](https://wire.example/1)\n" in page
    assert "\n\nAcme opened a works.\n\n" in page
    assert "- **Acme**: Maker of anvils. ([source](https://example.org/about))" in page
    assert "Related, reported earlier: [Acme plans](https://old.example/1) (18 November 2026)" in page


def test_a_background_is_given_once_per_page_and_only_for_what_the_reader_sees_named() -> None:
    unseen = entity("Elsewhere", "A town.")
    page = render(report(article(1, entities=[entity("Acme", "Maker of anvils."), unseen]), article(2)))
    assert page.count("Maker of anvils.") == 1
    assert "A town." not in page


def test_a_version_does_not_repeat_the_line_of_its_family() -> None:
    names = [entity("Acme 2", "A version of Acme: Maker of anvils."), entity("Acme", "Maker of anvils.")]
    assert render(report(article(title="Acme 2 and Acme", entities=names))).count("Maker of anvils.") == 1


def test_no_more_than_three_backgrounds_stand_under_one_story() -> None:
    names = [f"Acme{letter}" for letter in "ABCDE"]
    given_article = article(title=" ".join(names), entities=[entity(name, f"About {name}.") for name in names])
    assert render(report(given_article)).count("([source](") == 3


def test_the_outlets_name_is_taken_off_the_headline() -> None:
    assert "[Acme opens](" in render(report(article(title="Acme opens | The Daily News")))
    assert "[The Daily News](" in render(report(article(title="The Daily News")))


def test_many_other_outlets_are_counted_not_listed() -> None:
    others = [
        {"source": f"Wire {number}", "title": "x", "url": f"https://wire.example/{number}"} for number in range(9)
    ]
    assert ", [Wire 3](https://wire.example/3) and 5 more\n" in render(report(article(also_reported_by=others)))


def test_an_undated_article_and_a_short_one_say_so() -> None:
    analysis = {"text": "Little.", "chars": 7, "status": "too_short", "method": "extractive", "sentences": [0]}
    page = render(report(article(published=None, analysis=analysis)))
    assert "The Daily News · undated\n" in page
    assert "Little. *(Short: the source has little text.)*" in page


def test_what_was_held_back_stands_there_with_its_reason() -> None:
    rows = [held(detail="420 characters, 500 wanted"), held(reason="numbers", detail="“7” stands nowhere"), held()]
    page = render(report(article(), held=rows, counts={"held": 3}))
    assert "3 held back by the final checks" in page
    assert "- [Held](https://news.example/h) (S): 420 characters, 500 wanted" in page
    assert "(S): number not in the source: “7” stands nowhere" in page
    assert "(S): too short" in page


def test_long_lists_are_cut_and_counted() -> None:
    troubled = [{"name": f"Feed {number}", "status": "timeout", "detail": "15 s"} for number in range(20)]
    page = render(report(article(), held=[held()] * 12, troubled=troubled))
    assert "and 2 more, listed in" in page
    assert "And 5 more, listed in" in page
    assert page.count("| timed out |") == 15


def test_the_method_is_labelled_and_a_model_is_denied_only_when_none_was_asked() -> None:
    page = render(report(article()))
    assert "- Relevance, Five dimensions: by named features of title, source and date" in page
    assert "- Analyses: whole sentences taken from the article, nothing rewritten" in page
    assert "No language model was used. Cost: 0 USD." in page
    assert "No language model" not in render(report(article(), llm_calls=None, cost_usd=None))


def test_the_sample_is_called_a_sample_and_warnings_come_first() -> None:
    page = render(report(article(), sample=True, warnings=["only 1 of 3 sources"]))
    assert page.index("invented") < page.index("At a glance")
    assert "> only 1 of 3 sources" in page


def test_a_night_without_articles_reads_sensibly() -> None:
    empty = {"scraped": 0, "sources_with_articles": 0, "after_tier1": 0, "rated": 0, "ranked": 0}
    page = render(report(counts=empty, methods={}))
    assert "No stories today: 90 sources asked, and none had an article to read." in page
    assert "At a glance" not in page
    assert "| 0 |" not in page


def test_a_night_where_nothing_passed_says_what_was_read() -> None:
    assert "No stories today. 106 articles read from 40 sources; 74 left out" in render(report())


def infected(text: str) -> dict[str, Any]:
    """A report with `text` in every place that the web can reach."""
    bad = article(
        1,
        title=text,
        source=text,
        analysis={"text": text, "chars": 1, "status": "ok", "method": "extractive", "sentences": [0]},
        entities=[{**entity("x", text), "name": text}],
        related_reports=[{"title": text, "url": WEB + text, "run_id": text, "score": 0.5}],
        also_reported_by=[{"source": "o" + text, "title": text, "url": WEB + text}],
    )
    page = report(bad, held=[held(title=text, source=text, url=WEB + text, detail=text, reason=text)], warnings=[text])
    page["facts"]["problems"] = [text]
    page["facts"]["troubled"] = [{"name": text, "status": text, "detail": text}]
    page["sections"][0]["name"] = "S" + text
    return page


def check_harmless(text: str) -> None:
    page = render(infected(text))
    page.encode()
    assert {"html_inline", "html_block", "image", "code_inline", "fence", "code_block", "hr"}.isdisjoint(kinds(page))
    ours = {"https://news.example/1", "https://example.org/about"}
    assert [address for address in links(page) if address not in ours and not address.startswith(WEB)] == []
    tags = [token.tag for token in READER.parse(page) if token.type == "heading_open"]
    assert tags == ["h1", "h2", "h2", "h3", "h2", "h2", "h2"]


@pytest.mark.parametrize("text", EVIL)
def test_hostile_text_stays_text_wherever_it_stands(text: str) -> None:
    check_harmless(text)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([*"<>[]()#*_`|~-+=!&;:\\\n 1.", "http://e.example", "<b>", "](", "```"]), max_size=25))
def test_any_mixture_of_special_characters_stays_text(pieces: list[str]) -> None:
    check_harmless("".join(pieces))


def test_only_web_addresses_become_links() -> None:
    page = render(report(article(url="javascript:alert(1)"), held=[held(url="data:text/html,x")]))
    assert links(page) == ["https://example.org/about"]
    assert "### Acme opens works number 1" in page


@pytest.mark.parametrize("run_id", ["run_20269999_031500", "nightly", "run_²0261118_031500"])
def test_an_earlier_run_whose_name_tells_no_day_is_linked_without_one(run_id: str) -> None:
    earlier = {"title": "Acme plans", "url": "https://old.example/1", "run_id": run_id, "score": 0.6}
    assert "[Acme plans](https://old.example/1)\n" in render(report(article(related_reports=[earlier])))


@pytest.mark.parametrize("title", ["", "  ", "\u200b\u202e"])
def test_an_article_without_a_visible_title_still_has_a_headline(title: str) -> None:
    assert "### [Untitled](https://news.example/1)" in render(report(article(title=title)))


def test_a_name_inside_another_word_calls_for_no_background() -> None:
    page = render(report(article(title="Armed robots", entities=[entity("Arm", "Designer of processors.")])))
    assert "Designer" not in page


def test_rendering_changes_nothing_and_repeats_itself() -> None:
    data = report(article(1), article(2))
    before = copy.deepcopy(data)
    assert render(data) == render(data)
    assert data == before
