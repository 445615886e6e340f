from __future__ import annotations

from dataclasses import replace

import pytest

from ace.errors import UsageError
from ace.views.diff import OUTSIDE, compare
from ace.views.diff_items import Fate
from ace.views.sides import Side, Step


def step(number, name, items, sha="s", dropped=None, **metadata):
    made_with = {"inputs": metadata.pop("inputs", {}), "schema": metadata.pop("schema", "")}
    counts = {"output_count": len(items), "dropped_count": len(dropped or {}), "duration_seconds": 1.0}
    said = counts | {"code": {"m.py": ["c1", "b1"]}, "config": {}, "fingerprint": made_with} | metadata
    return Step(
        number,
        name,
        "completed",
        sha,
        said,
        {item: f"Title {item}" for item in items},
        {item: (reason, "") for item, reason in (dropped or {}).items()},
    )


def side(run_id, *steps, **fields):
    plain = Side(run_id, "mini", "completed", "2026-11-22T03:00:00Z", 4.0, 0.0, "0.1", {}, tuple(steps))
    return replace(plain, **fields)


def causes(left, right):
    (phase,) = compare([side("a", left), side("b", right)]).phases
    return [cause.text for cause in phase.causes]


BASE = step(1, "sift", "abc")


def test_runs_with_the_same_data_are_said_to_be_the_same():
    found = compare([side("a", BASE), side("b", BASE)])
    assert found.summary == "both runs have the same data in all 1 phases"
    assert not found.phases[0].changed


def test_a_changed_config_key_is_the_cause_with_its_values():
    found = causes(
        step(1, "sift", "abc", config={"keep": 3}), step(1, "sift", "ab", "t", config={"keep": 2, "new": True})
    )
    assert found == ["config keep: 3 → 2", "config new: not read → true"]


def test_changed_code_names_the_file():
    found = causes(BASE, step(1, "sift", "ab", "t", code={"m.py": ["c2", "b2"], "n.py": ["x", "x"]}))
    assert found == ["code changed: m.py", "code not used in all runs: n.py"]


def test_code_of_which_only_comments_changed_is_no_cause():
    assert causes(BASE, step(1, "sift", "abc", code={"m.py": ["c1", "b2"]})) == []


def test_schema_method_and_inputs_are_causes():
    other = step(1, "sift", "ab", "t", schema="2", method="model x", inputs={"gather": "h"})
    assert causes(BASE, other) == ["schema changed", "method: none → model x", "input gather differs"]


def test_a_difference_that_nothing_recorded_explains_comes_from_outside():
    assert causes(BASE, step(1, "sift", "ab", "t")) == [OUTSIDE]


def test_an_artifact_that_a_person_changed_is_said_to_be():
    assert causes(BASE, replace(step(1, "sift", "abc", "t"), edited=True)) == ["changed after its commit in B"]


def test_the_summary_names_the_first_phase_that_differs_and_why():
    left = side("a", step(1, "gather", "abcd"), step(2, "sift", "abc", config={"keep": 3}))
    right = side("b", step(1, "gather", "abcd"), step(2, "sift", "ba", "t", {"c": "cut"}, config={"keep": 2}))
    summary = compare([left, right]).summary
    assert (
        summary
        == "1 of 2 phases differ, first 2 sift (config keep: 3 → 2); sift lists 2 items in both, 1 only in A, 2 moved"
    )


def test_a_phase_that_only_one_run_has_differs_in_its_state():
    failed = Step(2, "sift", "failed")
    found = compare(
        [side("a", step(1, "gather", "ab"), step(2, "sift", "ab")), side("b", step(1, "gather", "ab"), failed)]
    )
    assert found.phases[1].states == ["completed", "failed"]
    assert found.phases[1].same_data is None
    assert found.phases[1].numbers["output_count"] == [2, None]
    assert found.items.phase == "gather"
    assert "first 2 sift (completed → failed)" in found.summary


def test_time_counts_as_changed_only_when_it_is_notable():
    def changed(seconds):
        (phase,) = compare([side("a", BASE), side("b", step(1, "sift", "abc", duration_seconds=seconds))]).phases
        return phase.changed

    assert not changed(1.4)
    assert not changed(1.9)
    assert changed(2.1)


def test_settings_are_named_unless_a_phase_already_shows_them():
    left = side("a", step(1, "sift", "abc", config={"keep": 3}), ace_version="0.1")
    right = side(
        "b", step(1, "sift", "abc", config={"keep": 2}), ace_version="0.2", settings={"sift.keep": 2, "x.y": 1}
    )
    assert compare([left, right]).whole == [("ace version", ["0.1", "0.2"]), ("setting x.y", ["default", "1"])]


def test_runs_of_different_pipelines_are_refused():
    with pytest.raises(UsageError, match="mini, other"):
        compare([side("a", BASE), side("b", BASE, pipeline="other")])


def lost(left, right):
    rows = compare([left, right]).items.rows
    return {row.id: row.lost[1] for row in rows if row.places[1] is None}


def test_an_item_is_lost_where_it_was_dropped():
    left = side("a", step(1, "gather", "ab"), step(2, "sift", "ab"), step(3, "report", "ab"))
    right = side("b", step(1, "gather", "ab"), step(2, "sift", "a", "t", {"b": "cut"}), step(3, "report", "a", "t"))
    assert lost(left, right) == {"b": Fate("sift", "cut", "", came_in=True)}


def test_an_item_that_vanished_without_a_word_is_lost_where_it_is_first_absent():
    left = side("a", step(1, "gather", "ab"), step(2, "sift", "ab"), step(3, "report", "ab"))
    right = side("b", step(1, "gather", "ab"), step(2, "sift", "a", "t"), step(3, "report", "a", "t"))
    assert lost(left, right) == {"b": Fate("sift", "no reason recorded", "", came_in=True)}


def test_an_item_that_never_came_in_is_not_in_the_first_phase_that_lists_it_elsewhere():
    left = side("a", step(1, "setup", "xy"), step(2, "gather", "ab"), step(3, "report", "ab"))
    right = side("b", step(1, "setup", "xy"), step(2, "gather", "a", "t"), step(3, "report", "a", "t"))
    assert str(lost(left, right)["b"]) == "not in gather"


def test_an_item_that_was_refused_at_the_door_keeps_the_reason():
    left = side("a", step(1, "gather", "ab"), step(2, "report", "ab"))
    right = side("b", step(1, "gather", "a", "t", {"b": "http_error"}), step(2, "report", "a", "t"))
    assert str(lost(left, right)["b"]) == "not in gather: http_error"


def test_places_are_those_of_the_last_phase_that_all_runs_have():
    found = compare([side("a", step(1, "sift", "abc")), side("b", step(1, "sift", "cab", "t"))]).items
    assert {row.id: row.places for row in found.rows} == {"a": [1, 2], "b": [2, 3], "c": [3, 1]}
    assert all(row.moved for row in found.rows)


def test_three_runs_stand_side_by_side():
    sides = [side("a", BASE), side("b", step(1, "sift", "ab", "t")), side("c", step(1, "sift", "abd", "u"))]
    found = compare(sides)
    assert found.phases[0].numbers["output_count"] == [3, 2, 3]
    assert found.summary.endswith("sift lists 2 items in all 3, 1 only in A, 1 only in C")
    rows = {row.id: row for row in found.items.rows}
    assert rows["d"].places == [None, None, 3]
    assert rows["c"].lost[0] is None
    assert rows["c"].lost[1] is not None


def test_the_comparison_is_json():
    import orjson

    found = compare([side("a", BASE), side("b", step(1, "sift", "ab", "t", {"c": "cut"}))]).as_json()
    assert orjson.loads(orjson.dumps(found)) == found
    assert found["items"]["rows"][2]["lost"][1] == {"phase": "sift", "reason": "cut", "detail": "", "came_in": False}
