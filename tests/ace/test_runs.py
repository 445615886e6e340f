"""Run folders: made once, found by what a person types, never anything outside their root."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ace import clock, runfile, runs
from ace.errors import CannotCreate, DamagedArtifact, UsageError
from ace.records import Phase, Pipeline

HOSTILE = ["../x", "a/b", "..", ".", "a\n", "２０２６", "a\x00b", "-x", "x" * 300, "run_", "run_../x", "\ud800"]


def made(
    root: Path, run_id: str, pipeline: str = "demo", created: str = "2026-11-22T03:15:00.000Z", **more: Any
) -> Path:
    folder = root / f"run_{run_id}"
    folder.mkdir(parents=True)
    content = runfile.new(run_id, Pipeline(pipeline, (Phase("one", reads=()),)), {}, "1") | {"created": created} | more
    (folder / runfile.FILE).write_text(json.dumps(content))
    return folder


def test_runs_of_one_second_get_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 22, 3, 15, tzinfo=UTC))
    names = [runs.create(tmp_path / "runs").name for _ in range(3)]
    assert names == ["run_20261122_031500", "run_20261122_031500_2", "run_20261122_031500_3"]


def test_a_named_run_is_made_once(tmp_path: Path) -> None:
    assert runs.create(tmp_path, "nightly") == tmp_path / "run_nightly"
    assert runs.exists(tmp_path, "run_nightly")
    with pytest.raises(CannotCreate, match="exists already"):
        runs.create(tmp_path, "nightly")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_id_is_refused_and_nothing_is_made(tmp_path: Path, text: str) -> None:
    root = tmp_path / "runs"
    root.mkdir()
    for act in (runs.create, runs.exists, runs.resolve):
        with pytest.raises(UsageError, match="not a run id"):
            act(root, text)
    assert os.listdir(root) == []
    assert os.listdir(tmp_path) == ["runs"]


def test_a_root_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotCreate, match="file/runs"):
        runs.create(tmp_path / "file" / "runs")


@pytest.mark.parametrize("text", ["20261122_031500", "run_20261122_031500", "20261122", "run_2026"])
def test_a_run_is_found_by_its_id_and_by_a_prefix(tmp_path: Path, text: str) -> None:
    made(tmp_path, "20261122_031500")
    assert runs.resolve(tmp_path, text).id == "20261122_031500"


def test_the_whole_id_wins_over_longer_ones(tmp_path: Path) -> None:
    made(tmp_path, "20261122_031500")
    made(tmp_path, "20261122_031500_2")
    assert runs.resolve(tmp_path, "20261122_031500").id == "20261122_031500"


def test_a_prefix_of_two_runs_is_refused_with_both(tmp_path: Path) -> None:
    made(tmp_path, "20261122_031500")
    made(tmp_path, "20261122_041500")
    with pytest.raises(UsageError, match="fits 2 runs") as caught:
        runs.resolve(tmp_path, "20261122")
    assert "20261122_031500, 20261122_041500" in caught.value.hint


def test_an_unknown_id_is_refused_with_the_nearest(tmp_path: Path) -> None:
    made(tmp_path, "20261122_031500")
    made(tmp_path, "weekly")
    with pytest.raises(UsageError, match="no run '20261122_031501'") as caught:
        runs.resolve(tmp_path, "20261122_031501")
    assert "20261122_031500" in caught.value.hint
    assert "weekly" not in caught.value.hint


def test_without_runs_the_hint_is_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        runs.resolve(tmp_path / "none", "20261122")
    assert "ace run" in caught.value.hint
    with pytest.raises(UsageError, match="no run of demo") as caught:
        runs.resolve(tmp_path, "latest-demo")
    assert caught.value.hint == "ace run demo"


def test_latest_is_what_the_link_says(tmp_path: Path) -> None:
    made(tmp_path, "a", created="2026-11-22T03:15:00.000Z")
    made(tmp_path, "b", created="2026-11-23T03:15:00.000Z")
    (tmp_path / "latest").symlink_to("run_a")
    assert runs.resolve(tmp_path, "latest").id == "a"
    assert runs.resolve(tmp_path, "latest-demo").id == "b"  # no link: the newest of the pipeline


def test_a_link_to_a_run_that_is_gone_or_never_began_is_passed_over(tmp_path: Path) -> None:
    made(tmp_path, "a")
    (tmp_path / "latest").symlink_to("run_gone")
    assert runs.resolve(tmp_path, "latest").id == "a"
    (tmp_path / "run_gone").mkdir()
    assert runs.resolve(tmp_path, "latest").id == "a"


@pytest.mark.parametrize("target", ["../../etc", "/etc", "run_../x"])
def test_a_link_that_leads_out_of_the_root_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "latest").symlink_to(target)
    with pytest.raises(UsageError, match="not a run id"):
        runs.resolve(tmp_path, "latest")


def test_a_run_folder_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    made(tmp_path / "elsewhere", "a")
    (tmp_path / "run_a").symlink_to(tmp_path / "elsewhere" / "run_a")
    assert runs.everything(tmp_path) == []
    with pytest.raises(DamagedArtifact):
        runs.resolve(tmp_path, "a")


def test_a_folder_without_anything_readable_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "run_a").mkdir()
    with pytest.raises(DamagedArtifact, match="run_a"):
        runs.resolve(tmp_path, "a")


def test_runs_are_ordered_by_their_creation_never_by_file_times(tmp_path: Path) -> None:
    made(tmp_path, "z", created="2026-11-20T00:00:00.000Z")
    made(tmp_path, "a", created="2026-11-22T00:00:00.000Z")
    made(tmp_path, "m", created="2026-11-21T00:00:00.000Z")
    os.utime(tmp_path / "run_z" / runfile.FILE)
    assert [run.id for run in runs.everything(tmp_path)] == ["a", "m", "z"]


def test_the_runs_of_one_pipeline_are_listed_alone(tmp_path: Path) -> None:
    made(tmp_path, "a")
    made(tmp_path, "b", pipeline="news")
    (tmp_path / "run_empty").mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "run_bad name").mkdir()
    assert [run.id for run in runs.everything(tmp_path, "news")] == ["b"]
    assert sorted(run.id for run in runs.everything(tmp_path)) == ["a", "b"]
    assert runs.ids(tmp_path) == ["a", "b", "empty"]
