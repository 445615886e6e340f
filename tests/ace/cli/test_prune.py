"""`ace prune`: says first, does it with --yes, and leaves what can be resumed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from ace import lock

Prune = Callable[..., Any]
NAMES = ("a", "b", "c", "d")  # in the order in which they began


@pytest.fixture
def prune(project: Any, cli: Any, no_flush: None) -> Prune:
    return lambda *words: cli("prune", *words, "--artifacts", "runs")


@pytest.fixture
def four_runs(project: Any, no_flush: None) -> None:
    for place, name in enumerate(NAMES):
        project.run(name)
        began(project, name, f"2020-01-0{place + 1}T00:00:00.000Z")


def began(project: Any, run_id: str, moment: str) -> None:
    path = project.runs / f"run_{run_id}" / "run.json"
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | {"created": moment}))


def content(folder: Path) -> dict[str, tuple[int, bytes]]:
    found = {path: path.lstat() for path in folder.rglob("*")}
    return {
        str(path): (status.st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path, status in found.items()
    }


def run_folders(project: Any) -> list[str]:
    return sorted(path.name for path in project.runs.iterdir() if path.is_dir() and not path.is_symlink())


def is_compressed(project: Any, run_id: str) -> bool:
    return len(list((project.runs / f"run_{run_id}").glob("phase*.json.gz"))) == 4


def test_without_yes_it_only_says_what_it_would_do(project: Any, prune: Prune, four_runs: None) -> None:
    before = content(project.runs)
    result = prune("--keep", "1", "--compress", "2")
    assert result.code == 0
    assert [line.split()[:2] for line in result.out.splitlines()] == [
        ["compress", "c"],
        ["delete", "b"],
        ["delete", "a"],
    ]
    assert "number 3 of demo" in result.out
    assert "3 runs would be pruned, 1 kept; --yes does it" in result.err
    assert content(project.runs) == before


def test_yes_does_what_was_said(project: Any, prune: Prune, four_runs: None) -> None:
    said = prune("--keep", "1", "--compress", "2").out
    result = prune("--keep", "1", "--compress", "2", "--yes")
    assert (result.code, result.out) == (0, said)
    assert "3 runs pruned, 1 kept; 0.0 MB freed" in result.err
    assert run_folders(project) == [".locks", "run_c", "run_d"]
    assert is_compressed(project, "c")
    assert not is_compressed(project, "d")


def test_by_default_ten_runs_stay_as_they_are(project: Any, prune: Prune, four_runs: None) -> None:
    before = run_folders(project)
    assert "0 runs pruned, 4 kept" in prune("--yes").err
    assert run_folders(project) == before


def test_young_runs_are_not_deleted(project: Any, prune: Prune, four_runs: None) -> None:
    result = prune("--keep", "0", "--compress", "0", "--days", "100000", "--yes")
    assert "3 runs pruned" in result.err
    assert run_folders(project) == [".locks", "run_a", "run_b", "run_c", "run_d"]
    assert [is_compressed(project, name) for name in NAMES] == [True, True, True, False]


def test_keep_0_still_keeps_what_a_latest_link_points_to(project: Any, prune: Prune, four_runs: None, cli: Any) -> None:
    prune("--keep", "0", "--compress", "0", "--days", "0", "--yes")
    assert run_folders(project) == [".locks", "run_d"]
    assert not is_compressed(project, "d")
    assert cli("status", "--artifacts", "runs").code == 0
    found = json.loads(prune("--keep", "0", "--json").out)
    assert found["runs"] == [
        {"run_id": "d", "action": "keep", "reason": "the latest link points to it", "freed_bytes": None}
    ]


def test_what_can_be_resumed_is_pinned_or_is_running_stays(project: Any, prune: Prune, four_runs: None) -> None:
    project.do("three", "raise PhaseError('no')")
    project.run("a", resume_from="three")
    began(project, "a", "2020-01-01T00:00:00.000Z")
    (project.runs / "run_b" / ".pin").touch()
    before = content(project.runs / "run_c")
    with lock.hold(project.runs / "run_c" / ".lock", "run"):
        found = json.loads(prune("--keep", "0", "--compress", "0", "--days", "0", "--yes", "--json").out)
    assert {row["run_id"]: row["reason"] for row in found["runs"][1:]} == {
        "a": "failed: may be resumed",
        "b": "pinned",
        "c": "running",
    }
    assert found["runs"][0]["action"] == "delete"  # d: the link went with the resumed run
    assert found["freed_bytes"] == found["runs"][0]["freed_bytes"] > 1000
    after = content(project.runs / "run_c")
    assert {path: one[1] for path, one in after.items() if not path.endswith(".lock")} == {
        path: one[1] for path, one in before.items() if not path.endswith(".lock")
    }
    project.undo()
    assert project.run("a").state == "completed"


def test_a_run_that_was_taken_up_meanwhile_is_told_apart(
    project: Any, prune: Prune, four_runs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ace.runfile.is_running", lambda folder: False)  # it begins between verdict and deed
    with lock.hold(project.runs / "run_b" / ".lock", "run"):
        result = prune("--keep", "1", "--compress", "1", "--yes")
    assert "keep      b  number 3 of demo, " in result.out
    assert "left alone: somebody works on it" in result.out
    assert "2 runs pruned, 2 kept" in result.err
    assert run_folders(project) == [".locks", "run_b", "run_d"]


def test_a_compressed_run_is_read_by_every_command(project: Any, prune: Prune, four_runs: None, cli: Any) -> None:
    commands = [
        ("view", "b"),
        ("view", "b", "-p", "two", "--json"),
        ("verify", "b"),
        ("status", "b"),
        ("compare", "a", "b"),
        ("plan", "demo.py", "--run-id", "b"),
        ("why", "demo.py", "two", "--run-id", "b"),
    ]
    before = [cli(*words, "--artifacts", "runs") for words in commands]
    prune("--keep", "1", "--yes")
    assert is_compressed(project, "b")
    after = [cli(*words, "--artifacts", "runs") for words in commands]
    assert [(one.code, one.err) for one in after] == [(one.code, one.err) for one in before]
    assert [one.out for one in after[1:]] == [one.out for one in before[1:]]
    assert "4 of 4 artifacts" in after[0].out


def test_a_compressed_run_is_left_as_it_is_the_next_time(project: Any, prune: Prune, four_runs: None) -> None:
    prune("--keep", "1", "--yes")
    before = content(project.runs)
    assert "0 runs pruned, 4 kept; 0.0 MB freed" in prune("--keep", "1", "--yes").err
    assert content(project.runs) == before


def test_freed_bytes_are_what_is_gone(project: Any, prune: Prune, four_runs: None) -> None:
    def used() -> int:
        return sum(path.lstat().st_size for path in project.runs.rglob("*") if path.is_file())

    before = used()
    found = json.loads(prune("--keep", "1", "--compress", "2", "--yes", "--json").out)
    assert found["done"]
    assert found["freed_bytes"] == before - used() == sum(row["freed_bytes"] or 0 for row in found["runs"])


def test_what_a_killed_prune_left_is_removed(project: Any, prune: Prune, four_runs: None) -> None:
    os.makedirs(project.runs / ".deleted" / "run_z")
    (project.runs / ".deleted" / "run_z" / "phase1_one.json").write_bytes(bytes(700))
    assert json.loads(prune("--json").out)["freed_bytes"] == 0
    assert (project.runs / ".deleted").exists()
    assert json.loads(prune("--yes", "--json").out)["freed_bytes"] == 700
    assert not (project.runs / ".deleted").exists()


def test_only_the_named_pipeline_is_pruned(project: Any, prune: Prune, four_runs: None) -> None:
    other = project.runs / "run_b" / "run.json"
    other.write_bytes(other.read_bytes().replace(b'"pipeline":"demo"', b'"pipeline":"other"'))
    assert len(json.loads(prune("demo", "--json").out)["runs"]) == 3
    result = prune("dmo")
    assert result.code == 2
    assert "no runs of 'dmo' in runs" in result.err
    assert "there are runs of demo" in result.err


def test_no_runs_are_no_error(prune: Prune) -> None:
    assert prune("--yes").code == 0
    assert prune("news", "--yes").code == 0


@pytest.mark.parametrize("option", ["--keep", "--compress", "--days"])
def test_negative_numbers_are_refused(option: str, project: Any, prune: Prune, four_runs: None) -> None:
    before = run_folders(project)
    result = prune(option, "-1", "--yes")
    assert result.code == 2
    assert option in result.err
    assert run_folders(project) == before


def test_the_policy_of_ace_toml_counts_and_a_negative_number_is_refused(
    project: Any, prune: Prune, four_runs: None
) -> None:
    project.write("ace.toml", "[ace]\nprune_keep = 1\nprune_compress = 1\nprune_days = 0\n")
    assert [line.split()[0] for line in prune().out.splitlines()] == ["delete"] * 3
    assert "0 runs would be pruned" in prune("--keep", "4").err
    project.write("ace.toml", "[ace]\n\nprune_keep = -1\n")
    result = prune("--yes")
    assert result.code == 78
    assert "ace.toml:3: prune_keep: -1 is below 0" in result.err
