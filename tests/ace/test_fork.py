"""`ace run --from RUN --at PHASE`: a run that begins with another's artifacts, as the same files, and changes none."""

from __future__ import annotations

import errno
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import orjson
import pytest

from ace import atomic, retention, runfile, runs, store
from ace.blobs import BlobFolder
from ace.errors import DamagedArtifact, StorageError, UsageError

pytestmark = pytest.mark.usefixtures("no_flush")
BLOB = "data['blob'] = ctx.blobs.put(b'picture', 'bin').as_json()"


def fork(project: Any, at: str = "three", run_id: str = "f", **options: Any) -> Any:
    return project.run(run_id, fork_from="r", resume_from=at, **options)


def files(project: Any, run_id: str = "r") -> dict[str, tuple[bytes, int]]:
    """Content and modification time of everything in a run."""
    folder = project.runs / f"run_{run_id}"
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def folders(project: Any) -> set[str]:
    return {path.name for path in project.runs.iterdir() if not path.name.startswith(("latest", ".locks"))}


def cause_of(cli: Any, phase: str) -> list[str]:
    found = orjson.loads(cli("compare", "r", "f", "--json").out)
    return next([cause["text"] for cause in one["causes"]] for one in found["phases"] if one["name"] == phase)


def test_what_comes_before_is_the_same_file_and_the_rest_is_made_anew(project: Any) -> None:
    project.run()
    project.executed()
    outcome = fork(project, overrides={"three.keep": 1})
    assert (outcome.state, outcome.exit_code) == ("completed", 0)
    assert project.executed() == ["three", "four"]
    for phase in ("one", "two"):
        assert project.path(phase, "f").samefile(project.path(phase, "r"))
    for phase in ("three", "four"):
        assert not project.path(phase, "f").samefile(project.path(phase, "r"))
    assert len(project.artifact("three", "f")["data"]["items"]) == 1
    assert len(project.artifact("three", "r")["data"]["items"]) == 2


def test_an_artifact_goes_on_saying_which_run_made_it(project: Any) -> None:
    project.run()
    fork(project)
    made_by = {phase: project.artifact(phase, "f")["metadata"]["run_id"] for phase in ("one", "two", "three", "four")}
    assert made_by == {"one": "r", "two": "r", "three": "f", "four": "f"}
    said = project.state("f")["forked_from"]
    assert (said["run"], said["at"], said["started"]) == ("r", "three", project.state("r")["created"])
    assert said["phases"]["two"]["data_sha256"] == project.artifact("two", "r")["metadata"]["data_sha256"]
    assert list(said["phases"]) == ["one", "two"]


def test_side_files_and_blobs_come_along(project: Any) -> None:
    project.do("one", BLOB)
    source = project.file.read_text().replace(
        'in inputs["one"]["items"]]}, inputs, ctx))', 'in inputs["one"]["items"]]}, inputs, ctx), files={"md": "two"})'
    )
    project.write("demo.py", source)
    project.run()
    fork(project)
    before, after = project.runs / "run_r", project.runs / "run_f"
    (blob,) = (before / "blobs").iterdir()
    assert (after / "blobs" / blob.name).samefile(blob)
    assert (after / "phase2_two.md").samefile(before / "phase2_two.md")
    assert BlobFolder(after).get(project.artifact("one", "f")["data"]["blob"]) == b"picture"


def test_nothing_that_is_done_to_the_fork_changes_the_original(project: Any) -> None:
    project.do("one", BLOB)
    project.run()
    before = files(project)
    fork(project, overrides={"three.keep": 1})
    project.run("f", run_phase="two")
    project.run("f", resume_from="one", overrides={"one.count": 5})
    project.path("one", "f").unlink()
    project.run("f")
    assert files(project) == before
    assert not project.path("one", "f").samefile(project.path("one", "r"))


def test_nothing_that_is_done_to_the_original_changes_the_fork(project: Any) -> None:
    project.run()
    fork(project)
    before = files(project, "f")
    project.run("r", resume_from="one", overrides={"one.count": 7})
    shutil.rmtree(project.runs / "run_r")
    assert files(project, "f") == before
    project.executed()
    assert project.run("f").state == "completed"
    assert project.executed() == []


@pytest.mark.parametrize(
    "command", [("status", "f"), ("verify", "f"), ("view", "f"), ("plan", "demo.py", "--run-id", "f")]
)
def test_every_command_reads_a_fork(project: Any, cli: Any, command: tuple[str, ...]) -> None:
    project.run()
    fork(project, overrides={"three.keep": 1})
    result = cli(*command)
    assert result.code == 0
    assert "damaged" not in result.out + result.err
    assert cli("why", "demo.py", "two", "--run-id", "f").out == "two is kept: its artifact is valid.\n"
    plan = orjson.loads(cli("plan", "demo.py", "--run-id", "f", "--json").out)
    assert [(one["action"], one["stale"]) for one in plan["phases"]] == [("skip", [])] * 4


def test_compare_names_the_key_that_was_changed(project: Any, cli: Any) -> None:
    project.run()
    result = cli("run", "demo.py", "--from", "r", "--at", "three", "--set", "three.keep=1", "--run-id", "f")
    assert result.code == 0, result.err
    shown = cli("compare", "r", "f")
    assert shown.code == 0
    assert "first 3 three (config keep: 2 → 1)" in shown.out
    assert cause_of(cli, "three") == ["config keep: 2 → 1"]
    assert cause_of(cli, "four") == ["input three differs"]
    assert cause_of(cli, "two") == []


def test_a_fork_without_a_change_comes_to_the_same(project: Any) -> None:
    project.run()
    fork(project)
    assert project.data_bytes("f") == project.data_bytes("r")


def test_the_fork_has_the_settings_of_its_source_and_those_given(project: Any) -> None:
    project.run(overrides={"one.count": 5, "three.keep": 4})
    fork(project, overrides={"three.keep": 1})
    assert project.state("f")["settings"] == {"one.count": 5, "three.keep": 1}
    assert project.state("r")["settings"] == {"one.count": 5, "three.keep": 4}


def test_an_interrupted_fork_goes_on_where_it_was(project: Any) -> None:
    project.run()
    project.do("three", "raise PhaseError('no')")
    assert fork(project, overrides={"three.keep": 1}).state == "failed"
    project.undo()
    project.executed()
    assert project.run("f").state == "completed"
    assert project.executed() == ["three", "four"]
    assert len(project.artifact("three", "f")["data"]["items"]) == 1


def test_a_fork_works_in_artifact_mode(project: Any) -> None:
    project.run()
    assert fork(project, artifact_mode=True).state == "completed"
    assert project.data_bytes("f") == project.data_bytes("r")


def test_a_fork_can_be_forked(project: Any) -> None:
    project.run()
    fork(project)
    project.executed()
    assert project.run("g", fork_from="f", resume_from="four").state == "completed"
    assert project.executed() == ["four"]
    made_by = {name: one["run_id"] for name, one in project.state("g")["forked_from"]["phases"].items()}
    assert made_by == {"one": "r", "two": "r", "three": "f"}
    assert project.run("g").state == "completed"
    assert project.executed() == []


def test_a_lost_run_json_is_rebuilt_with_what_the_fork_came_from(project: Any) -> None:
    project.run()
    fork(project)
    said = project.state("f")["forked_from"]
    (project.runs / "run_f" / "run.json").unlink()
    project.executed()
    assert project.run("f").state == "completed"
    assert project.executed() == []
    assert project.state("f")["forked_from"] == said


def test_only_what_the_fork_recorded_is_taken_from_another_run(project: Any) -> None:
    project.run()
    fork(project)
    project.run("r", resume_from="one", overrides={"one.count": 9})
    folder = project.runs / "run_f"
    for phase in ("two", "three"):  # another commit of a kept phase; a phase that is not kept
        project.path(phase, "f").unlink()
        shutil.copy2(project.path(phase, "r"), folder)
    content = runfile.load(folder)
    for number, phase in ((2, "two"), (3, "three")):
        place = store.Place(folder, "f", "demo", number, phase, origin=runfile.origin(content, phase))
        with pytest.raises(DamagedArtifact, match="foreign: its run_id"):
            store.find(place)
    project.executed()
    project.run("f")
    assert project.executed() == ["two", "three"]  # with the same bytes: nothing follows


@pytest.mark.parametrize("said", [None, [], {}, {"phases": 3}, {"phases": {"two": {"run_id": 1, "data_sha256": "x"}}}])
def test_a_record_of_the_fork_that_is_none_accepts_nothing(project: Any, said: Any) -> None:
    project.run()
    fork(project)
    path = project.runs / "run_f" / "run.json"
    path.write_bytes(orjson.dumps(project.state("f") | {"forked_from": said}))
    project.executed()
    assert project.run("f").state == "completed"
    assert project.executed()[:2] == ["one", "two"]


def test_an_edit_of_the_source_is_taken_and_still_called_one(project: Any, cli: Any) -> None:
    project.run()
    project.edit("two", lambda data: data["items"].pop())
    fork(project)
    assert "two is kept as it is, edited after its commit" in cli("why", "demo.py", "two", "--run-id", "f").out
    assert project.artifact("four", "f")["data"] == {"total": 2}


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda project: project.path("one").unlink(), "phase 1 one has no artifact"),
        (lambda project: project.damage("two", b"torn"), "phase 2 two is damaged"),
    ],
)
def test_what_is_missing_or_damaged_is_named_and_no_run_is_made(project: Any, harm: Any, message: str) -> None:
    project.run()
    harm(project)
    with pytest.raises(DamagedArtifact, match=message) as caught:
        fork(project)
    assert "--run-id r" in caught.value.hint
    assert folders(project) == {"run_r"}


def test_a_key_that_is_read_before_the_fork_is_refused(project: Any) -> None:
    project.run()
    with pytest.raises(UsageError, match=r"one\.count is read before three") as caught:
        fork(project, overrides={"one.count": 2})
    assert caught.value.hint.startswith("--at one ")
    assert folders(project) == {"run_r"}


@pytest.mark.parametrize(
    "words",
    [
        ("--from", "r"),
        ("--at", "three"),
        ("--from", "r", "--at", "three", "--run-phase", "4"),
        ("--from", "r", "--at", "three", "--resume-latest"),
        ("--from", "nosuch", "--at", "three"),
        ("--from", "r", "--at", "nosuch"),
        ("--from", "", "--at", "three"),
    ],
)
def test_what_cannot_be_a_fork_is_a_usage_error(project: Any, cli: Any, words: tuple[str, ...]) -> None:
    project.run()
    result = cli("run", "demo.py", *words)
    assert result.code == 2, result.err
    assert folders(project) == {"run_r"}


def test_the_latest_run_of_the_pipeline_can_be_forked(project: Any, cli: Any) -> None:
    project.run()
    assert cli("run", "demo.py", "--from", "latest", "--at", "4", "--run-id", "f").code == 0
    assert project.state("f")["forked_from"]["run"] == "r"


def test_files_are_copied_where_they_cannot_be_linked(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    project.run()
    monkeypatch.setattr(os, "link", refuse)
    fork(project)
    assert not project.path("two", "f").samefile(project.path("two", "r"))
    assert project.path("two", "f").read_bytes() == project.path("two", "r").read_bytes()
    assert project.path("two", "f").stat().st_mtime_ns == project.path("two", "r").stat().st_mtime_ns
    project.executed()
    assert project.run("f").state == "completed"
    assert project.executed() == []


def test_a_compressed_run_can_be_forked(project: Any) -> None:
    project.run()
    retention._compress(project.runs / "run_r")
    assert fork(project).state == "completed"
    assert project.path("three", "f").exists()
    assert (project.runs / "run_f" / "phase1_one.json.gz").samefile(project.runs / "run_r" / "phase1_one.json.gz")


def test_a_fork_that_fails_halfway_leaves_nothing(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    project.run()
    linked, link = [], atomic.link_file

    def once(source: Path, path: Path) -> bool:
        if linked:
            raise StorageError("no space left")
        linked.append(source)
        return link(source, path)

    monkeypatch.setattr(atomic, "link_file", once)
    with pytest.raises(StorageError):
        fork(project)
    assert linked
    assert folders(project) == {"run_r"}
    assert runs.ids(project.runs) == ["r"]


def test_a_link_is_not_taken_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "name").symlink_to("secret")
    for source in ("name", "."):
        with pytest.raises(StorageError):
            atomic.link_file(tmp_path / source, tmp_path / "new")
    assert not os.path.lexists(tmp_path / "new")


def test_phases_of_a_fork_take_the_moment_of_its_source_for_now(project: Any) -> None:
    project.do("three", "data['now'] = ctx.started.isoformat()")
    project.run()
    fork(project)
    assert project.artifact("three", "f")["data"] == project.artifact("three", "r")["data"]
    assert project.state("f")["created"] > project.state("r")["created"]


def test_a_fork_is_no_earlier_run_for_the_runs_that_follow(project: Any) -> None:
    project.run()
    fork(project, overrides={"three.keep": 1})
    project.do("one", "data['before'] = [one.run_id for one in ctx.earlier('three', 9)]")
    project.run("next")
    assert project.artifact("one", "next")["data"]["before"] == ["r"]


def killed_while_linking(project: Any) -> None:
    """Fork in a copy of this process that is killed when it gives the second artifact its further name."""
    child = os.fork()
    if child == 0:
        real, made = os.link, []

        def link(*arguments: Any, **options: Any) -> None:
            made.append(arguments)
            if len(made) == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            real(*arguments, **options)

        os.link = link
        fork(project)
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def left(project: Any) -> list[str]:
    return sorted(path.name for path in project.runs.iterdir() if path.name.startswith((".tmp-run_f", "run_f")))


def test_what_a_killed_fork_left_is_named_by_doctor_and_removed_by_prune(project: Any, cli: Any) -> None:
    project.run()
    killed_while_linking(project)
    draft, empty = left(project)
    assert (draft.startswith(".tmp-run_f-"), empty) == (True, "run_f")
    cli("prune", "--yes")
    assert left(project) == [draft, empty]  # a fork that is just being made looks the same
    for name in (draft, empty):
        os.utime(project.runs / name, (0, 0))
    said = {one["name"]: one for one in orjson.loads(cli("doctor", "--json").out)}["left over"]
    assert (said["level"], said["hint"]) == ("note", "ace prune --yes")
    assert draft in said["detail"]
    cli("prune")
    assert left(project) == [draft, empty]
    result = cli("prune", "--yes", "--json")
    assert left(project) == []
    assert orjson.loads(result.out)["freed_bytes"] > 0
    assert cli("verify", "r").code == 0  # the files had further names


def test_list_and_status_say_what_a_fork_came_from(project: Any, cli: Any) -> None:
    project.run()
    fork(project)
    marks = {line.split()[0]: line for line in cli("list").out.splitlines()[1:]}
    assert "fork of r" in marks["f"]
    assert "fork" not in marks["r"]
    assert "forked from r at three" in cli("status", "f").out
    assert orjson.loads(cli("status", "f", "--json").out)["forked_from"] == {"run": "r", "at": "three"}
    rows = {row["run_id"]: row["forked_from"] for row in orjson.loads(cli("list", "--json").out)}
    assert rows == {"f": {"run": "r", "at": "three"}, "r": None}
