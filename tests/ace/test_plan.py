"""The table of decisions: what is done with a phase, and the reason in words."""

from __future__ import annotations

from typing import Any

import pytest

from ace import plan
from ace.errors import ConfigError
from ace.plan import CHECK, RUN, SKIP, Asked, Current, Recorded
from ace.records import Phase

PHASE = Phase("two", reads=("one",))
CODE = {"demo.py": ["said", "raw"], "lib/words.py": ["said", "raw"]}
CURRENT = Current("code", CODE, {"keep": 3, "new": 1}, "schema")
INPUTS = {"one": "hash of one"}


def recorded(state: str = "valid", **more: Any) -> Recorded:
    made = {"inputs": INPUTS, "code": "code", "code_files": CODE, "config": {"keep": 3}, "schema": "schema"}
    return Recorded(state, "hash of two", **(made | more))


MISSING = Recorded("missing")
DAMAGED = Recorded("damaged", why="torn")
ALL = Asked()
STALE = Asked(rerun_stale=True)
ANEW = Asked(anew=frozenset(("two",)))


@pytest.mark.parametrize(
    ("found", "inputs", "asked", "action", "reason", "stale"),
    [
        (recorded(), INPUTS, ALL, SKIP, "valid", ()),
        (recorded(), INPUTS, STALE, SKIP, "valid", ()),
        (recorded(), INPUTS, ANEW, RUN, "asked for", ()),
        (recorded(), INPUTS, Asked(anew=frozenset(("one",))), SKIP, "valid", ()),
        (MISSING, INPUTS, ALL, RUN, "no artifact yet", ()),
        (MISSING, {}, ALL, RUN, "no artifact yet", ()),
        (DAMAGED, INPUTS, ALL, RUN, "damaged: torn", ()),
        (recorded("edited"), INPUTS, ALL, SKIP, "edited since its commit; taken as it is", ()),
        (recorded("edited"), INPUTS, STALE, SKIP, "edited since its commit; taken as it is", ()),
        (recorded("edited"), {"one": "other"}, ALL, RUN, "input one has changed", ()),
        (recorded(), {"one": "other"}, ALL, RUN, "input one has changed", ()),
        (recorded(), {}, ALL, RUN, "input one is missing now", ()),
        (recorded(), INPUTS | {"zero": "x"}, ALL, RUN, "input zero was missing and is there now", ()),
        (recorded(code="old"), INPUTS, ALL, SKIP, "valid", ("code changed in an imported file",)),
        (recorded(config={"keep": 5}), INPUTS, ALL, SKIP, "valid", ("config keep changed from 5 to 3",)),
        (recorded(config={"gone": 5}), INPUTS, ALL, SKIP, "valid", ("config gone is gone",)),
        (recorded(schema="old"), INPUTS, ALL, SKIP, "valid", ("schema changed",)),
        (recorded(config={}), INPUTS, STALE, SKIP, "valid", ()),
        (recorded(config={"keep": 5}), INPUTS, STALE, RUN, "stale: config keep changed from 5 to 3", ()),
        (recorded(config={"keep": 5}), {"one": "other"}, STALE, RUN, "input one has changed", ()),
        (
            recorded("edited", schema="old"),
            INPUTS,
            ALL,
            SKIP,
            "edited since its commit; taken as it is",
            ("schema changed",),
        ),
        (recorded(status="partial"), INPUTS, ALL, SKIP, "valid", ()),
    ],
)
def test_the_decision_and_its_reason(
    found: Recorded, inputs: dict[str, str], asked: Asked, action: str, reason: str, stale: tuple[str, ...]
) -> None:
    assert plan.decide(PHASE, found, CURRENT, inputs, asked) == plan.Decision("two", action, reason, stale)


def test_several_changes_are_all_named() -> None:
    found = recorded(code="old", config={"keep": 5, "gone": 1}, schema="old")
    assert len(plan.decide(PHASE, found, CURRENT, INPUTS, ALL).stale) == 4
    reason = plan.decide(PHASE, found, CURRENT, INPUTS, STALE).reason
    assert reason == (
        "stale: code changed in an imported file; config gone is gone; config keep changed from 5 to 3; schema changed"
    )


def test_where_a_changed_value_was_set_is_named_when_that_is_known() -> None:
    current = CURRENT._replace(config={"keep": 3, "top": 1}, origin={"keep": "ace.toml line 4", "new": "flag"})
    assert plan.stale_reasons(recorded(config={"keep": 5, "top": 2}), current) == (
        "config keep changed from 5 to 3 (ace.toml line 4)",
        "config top changed from 2 to 1",
    )


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (CODE | {"demo.py": ["other", "raw"]}, "code changed in demo.py"),
        (CODE | {"gone.py": ["x", "y"]}, "code changed in gone.py"),
        ({"demo.py": ["said", "raw"]}, "code changed in lib/words.py"),
        ({name: ["x", "y"] for name in "abcdef"}, "code changed in a, b, c …"),
    ],
)
def test_the_files_that_changed_are_named(before: dict[str, list[str]], said: str) -> None:
    assert plan.stale_reasons(recorded(code="old", code_files=before), CURRENT) == (said,)


def test_what_has_changed_within_a_file_is_named_where_both_sides_list_what_they_define() -> None:
    lists, other = "f:one:3:x f:two:9:y", "f:one:4:z f:two:9:y"
    found = recorded(
        code="old", code_files={"a.py": ["1", "r", lists], "b.py": ["1", "r"], "gone.py": ["1", "r", lists]}
    )
    now = {"a.py": ["2", "r", other], "b.py": ["2", "r", other]}
    assert plan.stale_reasons(found, CURRENT._replace(code_files=now)) == (
        "code changed in a.py: function one (line 4); in b.py; in gone.py",
    )
    now = {"a.py": ["2", "r", lists], "b.py": ["1", "r"], "new.py": ["1", "r", lists], "gone.py": ["1", "r", other]}
    assert plan.stale_reasons(found, CURRENT._replace(code_files=now)) == ("code changed in a.py, new.py",)


def test_nothing_is_known_of_a_phase_that_is_not_there_and_nothing_of_it_has_changed() -> None:
    assert plan.Recorded("missing") == plan.Recorded("missing", "", "", "completed", {}, "", {}, {}, "")
    assert plan.stale_reasons(plan.Recorded("missing"), Current("", {}, {}, "")) == ()
    assert plan.changed_inputs(plan.Recorded("missing").inputs, {}) == ""


def test_the_words_for_what_is_done_are_those_that_scripts_read() -> None:
    assert (plan.RUN, plan.SKIP, plan.CHECK, plan.BLOCKED) == ("run", "skip", "check", "blocked")


def test_a_long_value_is_cut_in_a_reason() -> None:
    (reason,) = plan.stale_reasons(recorded(config={"keep": "x" * 500}), CURRENT)
    assert reason == f"config keep changed from '{'x' * 38}… to 3"


def test_a_value_that_just_fits_is_not_cut() -> None:
    fits = "x" * (plan.SHOWN_CHARS - 2)  # and two quotation marks
    assert plan.short(fits) == repr(fits)
    assert len(plan.short(fits)) == len(plan.short(fits + "x")) == plan.SHOWN_CHARS


CHAIN = (
    Phase("one", reads=()),
    Phase("two"),
    Phase("three"),
    Phase("four", reads=("one",)),
    Phase("five", reads=("two", "four")),
)


def test_a_phase_reads_the_one_before_it_unless_it_says_otherwise() -> None:
    assert plan.reads(CHAIN) == {
        "one": (),
        "two": ("one",),
        "three": ("two",),
        "four": ("one",),
        "five": ("two", "four"),
    }
    assert plan.reads((Phase("only"),)) == {"only": ()}


@pytest.mark.parametrize(
    ("phases", "said"),
    [
        ((Phase("a", reads=("b",)), Phase("b")), "'a' reads 'b'"),  # a cycle
        ((Phase("a", reads=("a",)),), "'a' reads 'a'"),
        ((Phase("a", reads=()), Phase("b", reads=("nowhere",))), "'b' reads 'nowhere'"),
        ((Phase("a", reads=()), Phase("a")), "two phases are called 'a'"),
        ((Phase("z", reads=()), Phase("a"), Phase("a")), "two phases are called 'a'"),
    ],
)
def test_cycles_unknown_names_and_twins_are_refused(phases: tuple[Phase, ...], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        plan.reads(phases)


@pytest.mark.parametrize(
    ("name", "after"),
    [("one", "two three four five"), ("two", "three five"), ("three", ""), ("four", "five"), ("five", "")],
)
def test_descendants_are_all_that_depend_on_a_phase(name: str, after: str) -> None:
    assert plan.descendants(CHAIN, name) == frozenset(after.split())


def whole(states: dict[str, Recorded], asked: Asked = ALL) -> dict[str, tuple[str, str]]:
    current = dict.fromkeys(states, Current("code", CODE, {}, "schema"))
    return {one.phase: (one.action, one.reason) for one in plan.whole(CHAIN, states, current, asked)}


def valid(name: str, **inputs: str) -> Recorded:
    return Recorded("valid", f"hash of {name}", "", "completed", inputs, "code", CODE, {}, "schema")


DONE = {
    "one": valid("one"),
    "two": valid("two", one="hash of one"),
    "three": valid("three", two="hash of two"),
    "four": valid("four", one="hash of one"),
    "five": valid("five", two="hash of two", four="hash of four"),
}


def actions(plan_: dict[str, tuple[str, str]]) -> list[str]:
    return [action for action, _ in plan_.values()]


def test_a_finished_run_has_nothing_to_do() -> None:
    assert actions(whole(DONE)) == [SKIP] * 5


def test_a_new_run_does_everything() -> None:
    assert actions(whole(dict.fromkeys(DONE, MISSING))) == [RUN] * 5


def test_what_follows_a_phase_that_runs_is_only_perhaps_done_again() -> None:
    found = whole(DONE | {"two": DAMAGED})
    assert actions(found) == [SKIP, RUN, CHECK, SKIP, CHECK]
    assert found["three"][1] == "runs if the output of two changes"


def test_what_is_stale_is_still_said_of_a_phase_that_is_only_perhaps_done_again() -> None:
    states = DONE | {"three": DONE["three"]._replace(schema="old")}
    current = dict.fromkeys(states, Current("code", CODE, {}, "schema"))
    found = {one.phase: one for one in plan.whole(CHAIN, states, current, ANEW)}
    assert (found["three"].action, found["three"].stale) == (CHECK, ("schema changed",))
    assert (found["five"].action, found["five"].stale) == (CHECK, ())


def test_an_edited_input_makes_exactly_its_readers_run() -> None:
    found = whole(DONE | {"two": valid("edited two", one="hash of one")._replace(state="edited")})
    assert actions(found) == [SKIP, SKIP, RUN, SKIP, RUN]


def test_what_was_asked_for_runs_whatever_is_there() -> None:
    assert actions(whole(DONE, Asked(anew=frozenset(("three", "five"))))) == [SKIP, SKIP, RUN, SKIP, RUN]


def test_what_was_not_asked_for_is_left_alone() -> None:
    only = Asked(anew=frozenset(("two",)), only=frozenset(("two",)))
    found = whole(DONE | {"four": MISSING}, only)
    assert actions(found) == [SKIP, RUN, SKIP, SKIP, SKIP]
    assert found["four"][1] == "not asked for"


OPTIONAL = Phase("merge", reads=("base", "a", "b", "c"), optional=("a", "b", "c"), at_least=2)


@pytest.mark.parametrize(
    ("there", "why"),
    [
        ("base a b c", ""),
        ("base a c", ""),
        ("base a", "only 1 of its optional inputs are there, 2 are needed"),
        ("base", "only 0 of its optional inputs are there, 2 are needed"),
        ("a b c", "its input base is missing"),
        ("", "its input base is missing"),
    ],
)
def test_a_phase_runs_when_enough_of_its_optional_inputs_are_there(there: str, why: str) -> None:
    assert plan.may_run(OPTIONAL, OPTIONAL.reads or (), there.split()) == why
