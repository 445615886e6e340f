"""An item's way through a run, as data: what is told of each phase, and how it is found."""

from __future__ import annotations

from typing import Any

import pytest

from ace import runs
from ace.errors import UsageError
from ace.views import trace
from ace.views.brief import brief

pytestmark = pytest.mark.usefixtures("no_flush")

SOURCE = """
from ace import Output, Phase, Pipeline

PIPELINE = Pipeline("wire", (
    Phase("fetch", reads=(), items="articles", dropped="skipped"),
    Phase("sift", items="articles", dropped="dropped"),
    Phase("notes", items="notes"),
    Phase("rate", reads=("sift",), items="articles", dropped="dropped", config={"fail": ""}),
    Phase("report", items="articles"),
))


def named(letter, title, **more):
    return {"id": letter * 8, "title": title, "url": f"https://{letter}.example/", "source": "Wire"} | more


def fetch(inputs, ctx):
    articles = [named("a", "Chips for all"), named("b", "All chips, again"), named("c", "Old news"), named("d", "Weather"),
                named("e", "Chips and law")]
    return Output({"articles": articles, "skipped": [{"id": "ffff0000", "title": "Gone", "reason": "http_error", "detail": "HTTP 404"}],
                   "held": [{"id": "ffff1111", "title": "Closed", "reason": "robots", "detail": ""}]})


def sift(inputs, ctx):
    a, b, c, d, e = inputs["fetch"]["articles"]
    a = a | {"score": 0.5, "story": {"size": 2, "also": [{"title": b["title"], "url": b["url"]}]}}
    dropped = [b | {"reason": "same_story", "detail": "as told by a"}, c | {"reason": "too_old", "detail": "published 2020"}]
    return Output({"articles": [a, d | {"score": 0.25}, e | {"score": 0.1}], "dropped": dropped})


def notes(inputs, ctx):
    return Output({"notes": [{"id": "note", "text": "another kind of item"}]})


def rate(inputs, ctx):
    def one(item):
        if item["id"] == "e" * 8:
            raise ValueError("no verdict")
        return item["score"] * 2
    rated = ctx.map(one, inputs["sift"]["articles"], key=lambda item: item["url"])
    kept = [item | {"score": score, "rank": n} for n, (item, score) in enumerate(rated.pairs, 1)]
    if ctx.config["fail"]:
        raise ValueError(ctx.config["fail"])
    return Output({"articles": kept[:1], "dropped": []})


def report(inputs, ctx):
    return Output({"articles": [{k: v for k, v in one.items() if k != "story"} for one in inputs["rate"]["articles"]]})
"""


@pytest.fixture
def seen(project: Any) -> Any:
    def look(**overrides: Any) -> trace.Seen:
        project.file = project.write("wire.py", SOURCE)
        project.run(overrides={key.replace("_", ".", 1): value for key, value in overrides.items()})
        return trace.look(runs.resolve(project.runs, "r"))

    return look


def way(seen: trace.Seen, wanted: str) -> list[tuple[str, str, str]]:
    steps = trace.follow(seen, trace.find(seen, wanted)).steps
    return [(step.phase, step.what, step.reason) for step in steps]


def test_a_reported_item_is_followed_to_the_end(seen: Any) -> None:
    told = trace.follow(seen(), "a" * 8)
    assert [(step.number, step.phase, step.what, step.place, step.of) for step in told.steps] == [
        (1, "fetch", "kept", 1, 5),
        (2, "sift", "kept", 1, 3),
        (4, "rate", "kept", 1, 1),
        (5, "report", "kept", 1, 1),
    ]
    assert told.end == "reported at place 1 of 1 in report"
    assert told.item == {"id": "a" * 8, "title": "Chips for all", "url": "https://a.example/", "source": "Wire"}


def test_keys_are_told_apart_as_added_changed_and_gone(seen: Any) -> None:
    _, sift, rate, report = trace.follow(seen(), "a" * 8).steps
    assert sift.added == {"score": "0.5", "story": "1 also, size 2"}
    assert (rate.added, rate.changed) == ({"rank": "1"}, {"score": ("0.5", "1")})
    assert (report.added, report.changed, report.gone) == ({}, {}, ("story",))


def test_a_dropped_item_ends_where_it_was_dropped(seen: Any) -> None:
    told = trace.follow(seen(), "c" * 8)
    assert [(step.phase, step.what) for step in told.steps] == [("fetch", "kept"), ("sift", "dropped")]
    assert told.end == "dropped in sift: too_old (published 2020)"


def test_an_item_told_by_another_leads_to_that_one_and_its_end(seen: Any) -> None:
    told = trace.follow(seen(), "b" * 8)
    assert told.steps[-1].what == "merged"
    assert told.steps[-1].into == {"id": "a" * 8, "title": "Chips for all"}
    assert told.end == "merged in sift into “Chips for all” (aaaaaaaa), which is reported at place 1 of 1 in report"


def test_an_item_that_failed_is_found_by_the_key_it_failed_under(seen: Any) -> None:
    told = trace.follow(seen(), "e" * 8)
    assert told.end == "failed in rate: ValueError: no verdict"
    assert told.steps[-1].what == "failed"


def test_an_item_that_vanished_is_said_to_be_lost(seen: Any) -> None:
    told = trace.follow(seen(), "d" * 8)
    assert told.steps[-1].phase == "rate"  # not in notes, which lists other things
    assert told.end == "lost in rate: no reason recorded"


@pytest.mark.parametrize(("item", "reason"), [("ffff0000", "http_error"), ("ffff1111", "robots")])
def test_items_that_never_came_in_are_found_in_the_lists_of_what_was_left_out(
    seen: Any, item: str, reason: str
) -> None:
    assert way(seen(), item) == [("fetch", "dropped", reason)]


def test_a_run_that_has_not_come_to_its_end_says_how_far_it_is(seen: Any) -> None:
    told = trace.follow(seen(rate_fail="broken"), "a" * 8)
    assert told.end == "at place 1 of 3 in sift, as far as the run has come (rate is failed)"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("a" * 8, "a" * 8),
        ("bb", "b" * 8),
        ("https://c.example/", "c" * 8),
        ("HTTP://C.example#top", "c" * 8),
        ("chips FOR", "a" * 8),
        ("law chips", "e" * 8),
        ("closed", "ffff1111"),
        ("note", "note"),
    ],
)
def test_items_are_found_by_id_prefix_url_and_words_of_the_title(seen: Any, wanted: str, found: str) -> None:
    assert trace.find(seen(), wanted) == found


def test_several_items_that_fit_are_listed(seen: Any) -> None:
    with pytest.raises(UsageError, match="'chips' fits 3 items of run r") as caught:
        trace.find(seen(), "chips")
    assert [line.split()[0] for line in caught.value.hint.splitlines()] == ["a" * 8, "b" * 8, "e" * 8]
    with pytest.raises(UsageError, match="'ffff' fits 2 items"):
        trace.find(seen(), "ffff")


@pytest.mark.parametrize(
    "wanted", ["", " ", "nothing like it", "https://nowhere.example/", "https://", "ftp://c.example/", "../../etc"]
)
def test_what_no_item_has_is_a_usage_error(seen: Any, wanted: str) -> None:
    with pytest.raises(UsageError, match="no item"):
        trace.find(seen(), wanted)


def test_a_title_that_is_nearly_right_is_offered(seen: Any) -> None:
    with pytest.raises(UsageError) as caught:
        trace.find(seen(), "Wether")
    assert caught.value.hint == "did you mean Weather?"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.70519, "0.705"),
        (None, "none"),
        (True, "yes"),
        ([], "none"),
        ("2026-11-22T03:15:00Z", "2026-11-22 03:15"),
        (["a", "b", "c", "d"], "a; b; c … (4)"),
        ([{"title": "T", "url": "u"}, {"name": "N"}], "T; N"),
        ({"score": 7, "reasons": ["x", "y"], "none": None}, "score 7, 2 reasons"),
        ({"impact": {"score": 3, "reason": "r"}, "novelty": {"score": 4.25}}, "impact 3, novelty 4.25"),
        ({}, "0 keys"),
        ("x" * 100, "x" * 71 + "… (100 characters)"),
        ("\x1b[31mred\x1b[0m", "red"),
    ],
)
def test_values_are_told_in_a_few_words(value: Any, shown: str) -> None:
    assert brief(value) == shown
