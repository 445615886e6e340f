from __future__ import annotations

import pytest

from tests.ace.views.mini import SOURCE, Bench, edit, rot


@pytest.fixture
def bench(tmp_path, capsys, monkeypatch, clean_imports, no_flush):
    return Bench(tmp_path, capsys, monkeypatch)


def section(out, title):
    """The lines of a section of the output, up to the next blank line."""
    lines = out.splitlines()
    start = lines.index(title) + 1
    return lines[start : lines.index("", start)] if "" in lines[start:] else lines[start:]


def test_two_runs_side_by_side_say_what_changed_and_why(bench):
    bench.run("r1")
    bench.run("r2", sift_keep=2)
    code, out, err = bench.ace("compare", "r1", "r2")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == (
        "3 of 4 phases differ, first 2 sift (config keep: 4 → 2); report lists 2 items in both, 1 only in A"
    )
    assert section(out, "phases that changed")[1].split()[:6] == ["2", "sift", "4", "→", "2", "(-2)"]
    assert section(out, "why") == ["  2 sift: config keep: 4 → 2", "  order, report: only what they read differs"]
    assert " ".join(section(out, "items in report")[1].split()) == "Story 3 3 lost in sift: below_cut (place 2)"


def test_only_what_changed_is_shown_unless_full(bench):
    bench.run("r1")
    bench.run("r2", sift_keep=2)
    assert "gather" not in bench.ace("compare", "r1", "r2")[1]
    full = bench.ace("compare", "r1", "r2", "--full")[1]
    assert "gather" in full
    assert "Story 1" in full


def test_one_run_is_compared_with_the_one_before_it(bench):
    for run_id in ("r1", "r2", "r3"):
        bench.run(run_id)
    assert [side["run_id"] for side in bench.json("compare", "r2")["runs"]] == ["r1", "r2"]
    assert [side["run_id"] for side in bench.json("compare")["runs"]] == ["r2", "r3"]
    code, _, err = bench.ace("compare", "r1")
    assert code == 2
    assert "is the first run of mini" in err


def test_items_that_move_show_both_places(bench):
    bench.run("r1", sift_keep=3)
    bench.run("r2", sift_keep=3, order_reverse=True)
    out = bench.ace("compare", "r1", "r2")[1]
    assert "report lists 3 items in both, 2 moved" in out
    assert [line.split() for line in section(out, "items in report")[1:]] == [
        ["Story", "1", "1", "3"],
        ["Story", "3", "3", "1"],
    ]


def test_an_item_that_never_came_in_is_said_so(bench):
    bench.run("r1")
    bench.run("r2", gather_count=2)
    assert "not in gather" in bench.ace("compare", "r1", "r2")[1]


def test_a_failed_run_is_compared_as_far_as_it_came(bench):
    bench.run("r1")
    bench.run("r2", sift_fail="x")
    code, out, _ = bench.ace("compare", "r1", "r2")
    assert code == 0
    assert "first 2 sift (completed → failed)" in out
    assert "gather lists the same 6 items in the same order" in out


def test_a_crashed_run_is_called_so(bench):
    bench.run("r1")
    folder = bench.run("r2", sift_fail="x")
    bench.change(folder, state="running", phase_sift={"state": "running"})
    out = bench.ace("compare", "r1", "r2")[1]
    assert "first 2 sift (completed → crashed)" in out


def test_changed_code_names_the_file(bench):
    bench.run("r1")
    bench.file.write_text(bench.file.read_text().replace('"below_cut"', '"below the cut"'))
    bench.run("r2")
    assert "2 sift: code changed: mini.py" in bench.ace("compare", "r1", "r2")[1]


def test_runs_of_different_pipelines_are_refused(bench):
    bench.run("r1")
    bench.file = bench.file.with_name("other.py")
    bench.file.write_text(SOURCE.replace('Pipeline("mini"', 'Pipeline("other"'))
    bench.run("r2")
    code, out, err = bench.ace("compare", "r1", "r2")
    assert (code, out) == (2, "")
    assert "different pipelines: mini, other" in err


def test_a_damaged_artifact_is_named_and_the_rest_compared(bench):
    bench.run("r1")
    folder = bench.run("r2")
    rot(folder / "phase2_sift.json", "Story", "Glory")
    code, out, err = bench.ace("compare", "r1", "r2")
    assert code == 65
    assert f"{folder / 'phase2_sift.json'}: its data do not match their checksum" in err
    assert "completed → damaged" in out
    assert "report lists the same 3 items in the same order" in out


def test_an_edited_artifact_is_named_as_the_cause(bench):
    bench.run("r1")
    folder = bench.run("r2")
    edit(folder / "phase2_sift.json", "Story", "Glory")
    code, out, err = bench.ace("compare", "r1", "r2")
    assert code == 65
    assert "was changed after its commit" in err
    assert "first 2 sift (changed after its commit in B)" in out


def test_without_the_pipeline_file_items_are_found_all_the_same(bench):
    bench.run("r1")
    bench.run("r2", sift_keep=2)
    bench.file.unlink()
    assert "lost in sift: below_cut (place 2)" in bench.ace("compare", "r1", "r2")[1]


def test_three_runs_can_be_compared(bench):
    bench.run("r1")
    bench.run("r2", sift_keep=2)
    bench.run("r3")
    out = bench.ace("compare", "r1", "r2", "r3")[1]
    assert "config keep: 4 → 2 → 4" in out
    assert "1 not in all" in out


def test_hostile_titles_and_reasons_are_harmless(bench):
    bench.run("r1", gather_title="\x1b]0;owned\x07Story")
    bench.run("r2", sift_keep=2, gather_title="\x1b[2JStory")
    assert "\x1b" not in bench.ace("compare", "r1", "r2", "--full")[1]
