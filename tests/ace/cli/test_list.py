from __future__ import annotations

import pytest

from tests.ace.views.mini import Bench


@pytest.fixture
def bench(tmp_path, capsys, monkeypatch, clean_imports, no_flush):
    return Bench(tmp_path, capsys, monkeypatch)


def test_runs_are_listed_the_newest_first(bench):
    bench.run("r2")
    bench.run("r1", sift_fail="x")
    code, out, err = bench.ace("list")
    head, first, second = out.splitlines()
    assert (code, err) == (0, "")
    assert head.split()[:5] == ["run", "pipeline", "state", "started", "time"]
    assert first.split()[:3] == ["r1", "mini", "failed"]
    assert "1/4" in first
    assert first.endswith("latest")
    assert second.split()[:3] == ["r2", "mini", "completed"]
    assert "4/4" in second


def test_limit_and_pipeline_choose(bench):
    bench.run("r1")
    bench.run("r2")
    assert len(bench.json("list", "--limit", "1")) == 1
    assert len(bench.json("list", "--limit", "0")) == 2
    assert bench.json("list", "mini", "--limit", "1")[0]["run_id"] == "r2"
    assert bench.json("list", "other") == []


def test_json_holds_what_the_table_shows_and_more(bench):
    bench.run("r1")
    (row,) = bench.json("list")
    assert row["state"] == "completed"
    assert row["items"] == 3
    assert row["latest"] == ["latest", "latest-mini"]
    assert row["bytes"] > 1000


def test_no_runs_is_said_with_what_to_type(bench):
    code, out, err = bench.ace("list")
    assert (code, out) == (0, "")
    assert f"no runs in {bench.root} yet; start one with: ace run PIPELINE" in err
    assert bench.json("list") == []


def test_no_runs_of_a_pipeline_names_those_there_are(bench):
    bench.run("r1")
    code, out, err = bench.ace("list", "mni")
    assert (code, out) == (0, "")
    assert "no runs of 'mni'" in err
    assert "there are runs of mini" in err


def test_a_broken_folder_is_named_and_does_not_hide_the_others(bench):
    bench.run("r1")
    (bench.root / "run_broken").mkdir()
    code, out, err = bench.ace("list")
    assert code == 0
    assert "run_broken holds no readable run" in err
    assert out.splitlines()[1].startswith("r1 ")
