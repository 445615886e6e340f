"""The checks before printing, one by one."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from phases.news import checks

WINDOW = {"start": "2026-11-20T15:00:00Z", "end": "2026-11-22T03:00:00Z"}
SCORES = {
    "tier1_score": 0.5,
    "tier2": {"score": 7.5},
    "rank_score": 6.1,
    "dimensions": {name: {"score": 5} for name in checks.DIMENSIONS},
}


def ok(found: dict[str, Any]) -> bool:
    return bool(found["ok"])


@pytest.mark.parametrize("address", ["https://gazette.example/a?b=c#d", "http://xn--bcher-kva.example:8080/"])
def test_ordinary_addresses_pass(address: str) -> None:
    assert ok(checks.url({"url": address}))


@pytest.mark.parametrize(
    "address",
    ["", None, "ftp://gazette.example/", "https:///path", "javascript:alert(1)", "https://[::1", "https://a b.example/",
     "https://user@gazette.example/", 'https://gazette.example/"onclick', "https://gazette.example/\n"],
)  # fmt: skip
def test_addresses_that_no_reader_should_be_sent_to_fail(address: str | None) -> None:
    assert not ok(checks.url({"url": address}))


def test_the_address_must_be_the_one_that_was_fetched() -> None:
    address = "https://gazette.example/a"
    identity = sha256(address.encode()).hexdigest()[:16]
    assert ok(checks.fetched({"url": address, "id": identity}))
    assert not ok(checks.fetched({"url": address + "?", "id": identity}))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-21T10:00:00Z", True),
        ("2026-11-20T15:00:00Z", True),
        ("2026-11-20T00:00:00Z", True),  # a day without a time
        ("2026-11-20T14:00:00Z", False),
        ("2026-11-19T00:00:00Z", False),
        ("2026-11-22T03:30:00Z", True),  # a clock that is half an hour fast
        ("2026-11-23T00:00:00Z", False),
        ("2026-11-22T06:00:00+09:00", True),
        ("yesterday", False),
        (None, True),
    ],
)
def test_publication_must_be_in_the_window_and_not_in_the_future(moment: str | None, expected: bool) -> None:
    assert ok(checks.published({"published": moment}, WINDOW)) is expected


def test_a_missing_date_is_said_to_be_missing() -> None:
    assert checks.published({"published": None}, WINDOW)["detail"] == "the page gives no date"


def test_the_language_must_be_one_of_the_report() -> None:
    assert ok(checks.language({"language": "en"}, ["en"]))
    assert ok(checks.language({"language": "fr"}, []))
    assert not ok(checks.language({"language": "fr"}, ["en"]))
    assert not ok(checks.language({"language": ""}, ["en"]))


def story(title: str, url: str = "https://a.example/1", group: str = "s1") -> dict[str, Any]:
    return {"title": title, "url": url, "source": "A", "story": {"id": group}}


def test_a_story_is_printed_once() -> None:
    printed = [story("Lumen opens a battery plant in Porto")]
    assert not ok(checks.story(story("Other words", "https://b.example/2", "s1"), printed))
    assert not ok(checks.story(story("Other words", "http://www.a.example/1/?utm_source=x", "s2"), printed))
    assert not ok(checks.story(story("Lumen opens battery plant in Porto", "https://b.example/2", "s2"), printed))
    assert ok(checks.story(story("Lumen closes a mine in Vigo", "https://b.example/2", "s2"), printed))


def test_versions_and_short_titles_do_not_make_the_same_story() -> None:
    printed = [
        story("Lumen Labs releases Beacon 4 model for phones and cars worldwide"),
        story("Weekly roundup", "u", "s3"),
    ]
    assert ok(
        checks.story(story("Lumen Labs releases Beacon 5 model for phones and cars worldwide", "v", "s4"), printed)
    )
    assert ok(checks.story(story("Weekly roundup", "w", "s5"), printed))


def test_addresses_that_differ_in_a_parameter_are_different_pages() -> None:
    printed = [story("First thing", "https://a.example/?pref=1", "s1")]
    assert ok(checks.story(story("Second thing", "https://a.example/?pref=2", "s2"), printed))


def test_a_story_of_an_earlier_report_is_named_with_its_run() -> None:
    known = [{"title": "Lumen opens a battery plant in Porto", "url": "https://a.example/1", "run_id": "run_1"}]
    found = checks.known_story(story("Lumen opens a battery plant in Porto", "https://c.example/"), known)
    assert not ok(found)
    assert "run_1" in found["detail"]


def test_complete_scores_pass() -> None:
    assert ok(checks.scores(SCORES))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"tier1_score": None}, "tier1_score is None"),
        ({"tier2": {}}, "tier2.score is None"),
        ({"rank_score": float("nan")}, "rank_score is nan"),
        ({"dimensions": {"impact": {"score": "7"}}}, "impact is '7'"),
        ({"dimensions": {"impact": {"score": 11}}}, "impact is 11"),
        ({"dimensions": {"impact": {"score": True}}}, "impact is True"),
        ({"dimensions": None}, "novelty is None"),
    ],
)
def test_a_missing_or_malformed_score_is_named_and_not_taken_for_zero(changes: dict[str, Any], named: str) -> None:
    found = checks.scores(SCORES | changes)
    assert not ok(found)
    assert named in found["detail"]


def test_a_background_needs_a_source() -> None:
    sourced = {"name": "Lumen", "background": {"text": "Maker of lamps.", "source": "https://lumen.example/about"}}
    bare = {"name": "Porto", "background": {"text": "A city.", "source": ""}}
    none = {"name": "Vigo", "background": None}
    assert ok(checks.backgrounds({"entities": [sourced, none]}))
    assert "Porto" in checks.backgrounds({"entities": [sourced, bare]})["detail"]


def analysed(text: str, **given: Any) -> dict[str, dict[str, Any]]:
    article = {"title": "", "lead": "", "text": "The plant opens in May. " * 40,
               "analysis": {"text": text, "status": "ok", "method": "extractive"} | given}  # fmt: skip
    return {one["name"]: one for one in checks.analysis(article, 500, 600)}


def test_the_analysis_must_have_the_wanted_length_and_end_as_a_sentence() -> None:
    whole = ("The plant opens in May. " * 22).strip()
    assert all(one["ok"] for one in analysed(whole).values())
    assert not analysed(whole[:-1] + ",")["complete"]["ok"]
    assert not analysed(whole[:400].strip())["length"]["ok"]
    assert not analysed(whole * 2)["length"]["ok"]
    assert not analysed("")["length"]["ok"]


def test_length_is_counted_on_composed_characters() -> None:
    assert analysed("e\u0301" * 599 + ".")["length"]["ok"]


def test_a_short_extract_passes_with_a_note_but_a_model_may_not_claim_it() -> None:
    assert analysed("The plant opens in May.", status="too_short")["length"]["ok"]
    assert analysed("The plant opens in May.", status="too_short")["length"]["detail"]
    assert not analysed("The plant opens in May.", status="too_short", method="some-model")["length"]["ok"]
