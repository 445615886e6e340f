"""`ace trace`: what is printed of an item's way, and the exit codes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ace.views.mini import FIFTH, FIRST, Bench, edit, rot


@pytest.fixture
def bench(tmp_path, capsys, monkeypatch, clean_imports, no_flush):
    bench = Bench(tmp_path, capsys, monkeypatch)
    bench.run("r")
    return bench


def test_the_way_of_a_reported_item(bench: Any) -> None:
    code, out, err = bench.ace("trace", FIRST)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:3] == ["Story 1", f"id {FIRST}, Outlet 1", "mini run r: reported at place 1 of 3 in report"]
    assert [line for line in lines[4:] if not line.startswith("   ")] == [
        " 1 gather           found, 1 of 6",
        " 2 sift             kept, 1 of 4",
        " 3 order            kept, 1 of 3",
        " 4 report           kept, 1 of 3",
    ]
    assert "   + tier                score 1" in lines
    assert "   + rank                1" in lines


def test_a_dropped_item_ends_with_reason_and_detail(bench: Any) -> None:
    _, out, _ = bench.ace("trace", "story 5", "r")
    assert f"id {FIFTH}, Outlet 1\nmini run r: dropped in sift: below_cut (place 4)\n" in out
    assert out.endswith(" 2 sift             dropped: below_cut\n     place 4\n")


def test_an_item_that_never_came_in_is_found(bench: Any) -> None:
    _, out, _ = bench.ace("trace", "9abc")
    assert out.endswith(" 1 gather           dropped: http_error\n     HTTP 503\n")


def test_json_has_the_whole_way(bench: Any) -> None:
    told = bench.json("trace", FIFTH)
    assert (told["run_id"], told["pipeline"], told["item"]["title"]) == ("r", "mini", "Story 5")
    assert told["end"] == "dropped in sift: below_cut (place 4)"
    assert [step["what"] for step in told["steps"]] == ["kept", "dropped"]
    assert told["steps"][0]["added"]["text"].endswith("(700 characters)")


def test_several_items_are_listed_and_the_exit_code_is_2(bench: Any) -> None:
    code, out, err = bench.ace("trace", "story")
    assert (code, out) == (2, "")
    assert "'story' fits 6 items of run r" in err
    assert f"     {FIRST}  Story 1\n" in err


def test_an_unknown_item_and_an_unknown_run_are_usage_errors(bench: Any) -> None:
    assert bench.ace("trace", "nothing")[0] == 2
    assert bench.ace("trace", FIRST, "nosuch")[0] == 2


def test_a_damaged_artifact_is_named_and_the_rest_is_told(bench: Any) -> None:
    rot(bench.root / "run_r" / "phase3_order.json", "Story 1", "Story X")
    code, out, err = bench.ace("trace", FIRST)
    assert code == 65
    assert "phase3_order.json: its data do not match their checksum" in err
    assert " 2 sift             kept, 1 of 4" in out
    assert " 4 report           kept, 1 of 3" in out


def test_an_edit_is_named_and_told(bench: Any) -> None:
    edit(bench.root / "run_r" / "phase3_order.json", "Story 1", "Story one")
    code, out, err = bench.ace("trace", FIRST)
    assert code == 65
    assert "was changed after its commit" in err
    assert "   ~ title               Story 1 → Story one" in out


def test_scraped_text_cannot_reach_the_terminal(bench: Any) -> None:
    bench.run("evil", gather_title="\x1b]0;owned\x07\x1b[2JBad\u202e")
    _, out, _ = bench.ace("trace", FIRST, "evil")
    assert out.startswith("Bad 1\n")
    _, raw, _ = bench.ace("trace", FIRST, "evil", "--json")
    assert "\x1b" not in raw
    assert "\u202e" not in raw
    assert json.loads(raw)["item"]["title"] == "\x1b]0;owned\x07\x1b[2JBad\u202e 1"
    code, _, err = bench.ace("trace", "bad", "evil")
    assert code == 2
    assert "\x1b" not in err


def test_a_fork_is_followed_through_the_artifacts_of_its_source(bench: Any) -> None:
    code, _, err = bench.ace(
        "run", str(bench.file), "--from", "r", "--at", "order", "--set", "order.keep=1", "--run-id", "f"
    )
    assert code == 0, err
    _, out, _ = bench.ace("trace", "story 2", "f")
    assert " 2 sift             kept, 2 of 4" in out
    assert out.endswith(" 3 order            dropped: cap\n")
