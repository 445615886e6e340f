"""What is kept, compressed and deleted; a run is there whole or not at all."""

from __future__ import annotations

import gzip
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ace import clock, lock, retention, runfile, runs
from ace.errors import StorageError
from ace.retention import COMPRESS, DELETE, KEEP, Policy, Verdict

NOW = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)
POLICY = Policy(keep=2, compress=4, days=90)


@pytest.fixture(autouse=True)
def _quick(no_flush: None) -> None:
    pass


def make_run(root: Path, run_id: str, days: int = 0, state: str = "completed", pipeline: str = "demo") -> runs.Run:
    """A run folder with one artifact-like file. `days` is its age."""
    folder = root / f"run_{run_id}"
    folder.mkdir(parents=True)
    (folder / "phase1_one.json").write_bytes(b'{"data": "' + b"x" * 5000 + b'"}')
    (folder / "phase1_one.md").write_text("report")
    (folder / ".lock").write_text(f"{1:<10}\n")  # as its last holder left it
    content = {
        "run_id": run_id,
        "pipeline": pipeline,
        "pipeline_file": "",
        "state": state,
        "created": clock.stamp(NOW - timedelta(days=days)),
        "updated": clock.stamp(NOW),
        "settings": {},
        "error": "",
        "phases": {},
    }
    runfile.RunFile(folder, content).update(state=state)
    return runs.Run(folder, runfile.load(folder))


def judged(found: list[runs.Run], policy: Policy = POLICY, protected: frozenset[str] = frozenset()) -> list[str]:
    return [one.action for one in retention.judge(found, policy, NOW, protected)]


def test_place_and_age_decide(tmp_path: Path) -> None:
    ages = [0, 200, 2, 200, 89, 90, 91, 200]  # the newest first, whatever their age says
    found = [make_run(tmp_path, f"{place}", days) for place, days in enumerate(ages)]
    assert judged(found) == [KEEP, KEEP, COMPRESS, COMPRESS, COMPRESS, COMPRESS, DELETE, DELETE]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Policy(), [KEEP] * 4),
        (Policy(keep=3, compress=3, days=90), [KEEP, KEEP, KEEP, DELETE]),
        (Policy(keep=1, compress=100, days=0), [KEEP, COMPRESS, COMPRESS, COMPRESS]),
        (Policy(keep=0, compress=0, days=0), [DELETE] * 4),
        (Policy(keep=0, compress=0, days=365), [COMPRESS] * 4),
        (Policy(keep=3, compress=1, days=0), [KEEP, KEEP, KEEP, DELETE]),
    ],
)
def test_the_policy_is_followed(policy: Policy, expected: list[str], tmp_path: Path) -> None:
    assert judged([make_run(tmp_path, f"{place}", 100 + place) for place in range(4)], policy) == expected


def test_every_pipeline_has_places_of_its_own(tmp_path: Path) -> None:
    found = [make_run(tmp_path, f"{place}", 200, pipeline="ab"[place % 2]) for place in range(10)]
    assert judged(found) == [KEEP] * 4 + [COMPRESS] * 4 + [DELETE] * 2


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("completed", DELETE),
        ("partial", DELETE),
        ("cancelled", DELETE),
        ("failed", KEEP),
        ("paused", KEEP),
        ("initialized", KEEP),
        ("queued", KEEP),
        ("running", KEEP),  # nobody holds its lock: it crashed
    ],
)
def test_what_may_be_resumed_is_never_touched(state: str, expected: str, tmp_path: Path) -> None:
    (verdict,) = retention.judge([make_run(tmp_path, "r", 900, state)], Policy(0, 0, 0), NOW)
    assert verdict.action == expected
    if expected == KEEP:
        assert verdict.reason == f"{'crashed' if state == 'running' else state}: may be resumed"


def test_pinned_linked_and_running_runs_are_never_touched(tmp_path: Path) -> None:
    found = [make_run(tmp_path, name, 900) for name in ("pinned", "linked", "running", "other")]
    (found[0].folder / ".pin").touch()
    with lock.hold(found[2].folder / ".lock", "run"):
        verdicts = retention.judge(found, Policy(0, 0, 0), NOW, frozenset(("linked",)))
    assert [one.action for one in verdicts] == [KEEP, KEEP, KEEP, DELETE]
    assert [one.reason for one in verdicts[:3]] == ["pinned", "the latest link points to it", "running"]
    assert verdicts[3].reason == "number 4 of demo, 900 days old"


def test_a_run_whose_age_is_unknown_is_never_too_old(tmp_path: Path) -> None:
    run = make_run(tmp_path, "r", 900)
    assert judged([run._replace(content=run.content | {"created": ""})], Policy(0, 0, 0)) == [COMPRESS]


def test_compression_keeps_every_byte_and_frees_room(tmp_path: Path) -> None:
    run = make_run(tmp_path, "r")
    path = run.folder / "phase1_one.json"
    content, moment, before = path.read_bytes(), path.stat().st_mtime_ns, retention.size(run.folder)
    freed = retention.apply(Verdict(run, COMPRESS, ""))
    twin = run.folder / "phase1_one.json.gz"
    assert not path.exists()
    assert gzip.decompress(twin.read_bytes()) == content
    assert twin.stat().st_mtime_ns == moment
    assert (run.folder / "phase1_one.md").read_text() == "report"
    assert freed == before - retention.size(run.folder) > 4000
    assert judged([run], Policy(0, 9, 0)) == [KEEP]  # there is nothing left to compress


def test_the_same_artifact_is_compressed_to_the_same_bytes(tmp_path: Path) -> None:
    found = [make_run(tmp_path / name, "r") for name in "ab"]
    for run in found:
        retention.apply(Verdict(run, COMPRESS, ""))
    one, two = ((run.folder / "phase1_one.json.gz").read_bytes() for run in found)
    assert one == two
    assert one[4:8] == bytes(4)  # where gzip would put the time


def test_an_artifact_stays_when_its_twin_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path, "r")
    before = sorted(path.name for path in run.folder.iterdir())
    monkeypatch.setattr(os, "replace", _full)
    with pytest.raises(StorageError, match=r"phase1_one\.json"):
        retention.apply(Verdict(run, COMPRESS, ""))
    assert sorted(path.name for path in run.folder.iterdir()) == before


def _full(*_: Any) -> None:
    raise OSError(28, "No space left on device")


def test_compression_goes_on_after_a_crash(tmp_path: Path) -> None:
    run = make_run(tmp_path, "r")
    content = (run.folder / "phase1_one.json").read_bytes()
    (run.folder / "phase1_one.json.gz").write_bytes(b"older or torn")
    assert judged([run], Policy(0, 9, 0)) == [COMPRESS]
    retention.apply(Verdict(run, COMPRESS, ""))
    assert gzip.decompress((run.folder / "phase1_one.json.gz").read_bytes()) == content


def test_a_link_in_place_of_an_artifact_is_not_followed(tmp_path: Path) -> None:
    run = make_run(tmp_path, "r")
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    (run.folder / "phase2_two.json").symlink_to(secret)
    retention.apply(Verdict(run, COMPRESS, ""))
    assert (run.folder / "phase2_two.json").is_symlink()
    assert not (run.folder / "phase2_two.json.gz").exists()
    assert judged([run], Policy(0, 9, 0)) == [KEEP]


def test_deletion_leaves_nothing_and_tells_what_it_freed(tmp_path: Path) -> None:
    run, other = make_run(tmp_path, "r"), make_run(tmp_path, "s")
    before = retention.size(run.folder)
    assert retention.apply(Verdict(run, DELETE, "")) == before > 5000
    assert not run.folder.exists()
    assert runs.ids(tmp_path) == ["s"]
    assert retention.size(other.folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["run_s"]


def test_a_deletion_that_is_killed_leaves_no_half_run_and_is_finished_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path, "r")
    before = retention.size(run.folder)

    def killed(folder: Path, **_: Any) -> None:
        (folder / "phase1_one.md").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            retention.apply(Verdict(run, DELETE, ""))
    assert runs.ids(tmp_path) == []
    assert runs.everything(tmp_path) == []
    again = make_run(tmp_path, "r")  # the name is free again
    assert retention.sweep(tmp_path) == before - len("report")
    assert [path.name for path in tmp_path.iterdir()] == ["run_r"]
    assert retention.apply(Verdict(again, DELETE, "")) == before


def test_what_could_not_be_removed_does_not_count_as_freed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path, "r")
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    assert retention.apply(Verdict(run, DELETE, "")) == 0


@pytest.mark.parametrize("action", [COMPRESS, DELETE])
def test_a_run_that_somebody_works_on_is_left_alone(action: str, tmp_path: Path) -> None:
    run = make_run(tmp_path, "r")
    with lock.hold(run.folder / ".lock", "run"):
        assert retention.apply(Verdict(run, action, "")) is None
    assert (run.folder / "phase1_one.json").exists()


@pytest.mark.parametrize("action", [COMPRESS, DELETE])
@pytest.mark.parametrize("what", ["resumed", "pinned"])
def test_a_run_that_has_changed_since_the_verdict_is_left_alone(action: str, what: str, tmp_path: Path) -> None:
    run = make_run(tmp_path, "r")
    if what == "resumed":
        runfile.RunFile(run.folder, runfile.load(run.folder)).update(state="failed")
    else:
        (run.folder / ".pin").touch()
    assert retention.apply(Verdict(run, action, "")) is None
    assert (run.folder / "phase1_one.json").exists()


def test_a_compressed_run_is_resumed_and_used_as_before(project: Any) -> None:
    project.run("a")
    before = project.data_bytes("a")
    (run,) = runs.everything(project.runs)
    retention.apply(Verdict(run, COMPRESS, ""))
    project.executed()
    assert project.run("a").exit_code == 0
    assert project.executed() == []
    assert project.run("a", resume_from="three").state == "completed"
    assert project.executed() == ["three", "four"]
    assert project.data_bytes("a") == {name: before[name] for name in ("phase3_three", "phase4_four")}
    assert not (run.folder / "phase3_three.json.gz").exists()
    project.do("one", "data['seen'] = [one.data['total'] for one in ctx.earlier('four', 5)]")
    retention.apply(Verdict(runs.everything(project.runs)[0], COMPRESS, ""))
    project.run("b")
    assert project.artifact("one", "b")["data"]["seen"] == [2]
