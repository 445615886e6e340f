"""A run from request to outcome: what is executed, what is kept, what a person is told."""

from __future__ import annotations

import os
import shutil
import threading
from typing import Any

import pytest

from ace import atomic, discovery, lock, runfile, walk
from ace.errors import ConfigError, DamagedArtifact, Locked, UsageError
from ace.services import Stop

PHASES = ["one", "two", "three", "four"]

pytestmark = pytest.mark.usefixtures("no_flush")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "RETRY_BASE_S", 0.0)


def states(project: Any, run_id: str = "r") -> list[str]:
    phases = sorted(project.state(run_id)["phases"].values(), key=lambda phase: phase["number"])
    return [phase["state"] for phase in phases]


def trash(project: Any, run_id: str = "r") -> list[str]:
    """What lies in the trash, without the times before the names."""
    folder = project.runs / f"run_{run_id}" / ".trash"
    return sorted(path.name.partition("Z.")[2] for path in folder.iterdir()) if folder.exists() else []


# --- running and resuming


def test_a_run_executes_every_phase_in_order_and_completes(project: Any) -> None:
    outcome = project.run()
    assert (outcome.state, outcome.exit_code, outcome.error) == ("completed", 0, "")
    assert project.executed() == PHASES
    assert project.artifact("four")["data"] == {"total": 2}
    assert (project.state()["state"], states(project)) == ("completed", ["completed"] * 4)


def test_a_finished_run_has_nothing_to_do(project: Any) -> None:
    project.run()
    project.executed()
    before = {path: path.stat().st_mtime_ns for path in (project.runs / "run_r").iterdir() if path.suffix == ".json"}
    outcome = project.run()
    assert (outcome.state, outcome.exit_code) == ("completed", 0)
    assert project.executed() == []
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert [event["reason"] for event in project.events("phase_skipped")] == ["valid"] * 4


@pytest.mark.parametrize("place", range(4))
def test_a_failed_run_goes_on_at_the_phase_that_failed(project: Any, place: int) -> None:
    project.do(PHASES[place], "raise PhaseError('the network is down', hint='try later')")
    outcome = project.run()
    assert (outcome.state, outcome.exit_code) == ("failed", 1)
    assert (outcome.error, outcome.hint) == ("the network is down", "try later")
    assert project.executed() == PHASES[: place + 1]
    assert states(project) == ["completed"] * place + ["failed"] + ["blocked"] * (3 - place)
    project.undo()
    assert project.run().exit_code == 0
    assert project.executed() == PHASES[place:]
    assert trash(project) == []


def test_the_error_of_a_phase_names_what_was_raised(project: Any) -> None:
    project.do("two", "{}['missing']")
    outcome = project.run()
    assert outcome.error == "KeyError: 'missing'"
    (event,) = project.events("phase_failed")
    assert (event["phase"], event["error"]) == ("two", "KeyError")
    assert project.state()["phases"]["two"]["error"] == outcome.error


@pytest.mark.parametrize("script", ["raise ValueError('bad \\ud800 text')", "raise PhaseError('bad \\ud800 text')"])
def test_an_error_with_text_that_cannot_be_stored_is_an_error_like_others(project: Any, script: str) -> None:
    project.do("two", script)
    outcome = project.run()
    assert (outcome.state, outcome.exit_code) == ("failed", 1)
    assert "bad ? text" in outcome.error
    assert states(project) == ["completed", "failed", "blocked", "blocked"]


@pytest.mark.parametrize("wanted", ["3", "three", "thr"])
def test_resuming_from_a_phase_makes_it_and_all_after_it_anew(project: Any, wanted: str) -> None:
    project.run()
    project.executed()
    before = project.data_bytes()
    assert project.run(resume_from=wanted).exit_code == 0
    assert project.executed() == ["three", "four"]
    assert project.data_bytes() == before
    assert trash(project) == ["phase3_three.json", "phase4_four.json", "phase4_four.md"]


def test_resuming_from_the_first_phase_makes_everything_anew(project: Any) -> None:
    project.run()
    project.executed()
    project.run(resume_from="1")
    assert project.executed() == PHASES


@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_resuming_needs_what_comes_before_and_says_what_to_type(project: Any, harm: str) -> None:
    project.run()
    project.executed()
    if harm == "missing":
        project.path("two").unlink()
    else:
        project.damage("two", b"torn")
    before = {path.name for path in (project.runs / "run_r").iterdir()}
    with pytest.raises(DamagedArtifact, match="cannot start at phase four: phase 2 two") as caught:
        project.run(resume_from="4")
    assert caught.value.exit_code == 65
    assert "--run-id r --resume-from-phase 2" in caught.value.hint
    assert project.executed() == []
    assert {path.name for path in (project.runs / "run_r").iterdir()} == before
    assert not lock.is_held(project.runs / "run_r" / runfile.LOCK)


def test_one_phase_can_be_made_anew_alone(project: Any) -> None:
    project.run()
    project.executed()
    project.do("two", "data['items'].pop()")
    outcome = project.run(run_phase="two")
    assert (outcome.state, outcome.exit_code) == ("completed", 0)
    assert project.executed() == ["two"]
    assert trash(project) == ["phase2_two.json"]
    assert project.run().exit_code == 0  # what follows is out of date, and made again now
    assert project.executed() == ["three"]  # it keeps two items, as before: nothing more to do


def test_one_phase_alone_needs_its_inputs_only(project: Any) -> None:
    project.run()
    project.path("one").unlink()
    project.executed()
    outcome = project.run(run_phase="3")
    assert project.executed() == ["three"]
    assert (outcome.state, outcome.exit_code) == ("paused", 0)  # the first is still missing
    with pytest.raises(DamagedArtifact, match="cannot start at phase two: phase 1 one has no artifact"):
        project.run(run_phase="2")


def test_the_latest_unfinished_run_goes_on(project: Any) -> None:
    project.run("done")
    project.do("three", "raise PhaseError('no')")
    project.run("older")
    project.run("newer")
    project.undo()
    project.executed()
    assert project.run("", resume_latest=True).run_id == "newer"
    assert project.executed() == ["three", "four"]
    assert project.run("", resume_latest=True).run_id == "older"
    with pytest.raises(UsageError, match="no unfinished run of demo"):
        project.run("", resume_latest=True)


def test_a_run_is_named_by_its_time_unless_it_is_given_a_name(project: Any) -> None:
    first, second = project.run(""), project.run("")
    assert first.run_id != second.run_id
    assert first.folder.is_dir()
    assert second.folder.is_dir()


def test_the_settings_of_a_run_are_kept_for_its_resume(project: Any) -> None:
    project.do("four", "raise PhaseError('no')")
    project.run(overrides={"three.keep": 1, "one.count": 5})
    project.path("three").unlink()
    project.undo()
    project.run()
    assert len(project.artifact("three")["data"]["items"]) == 1
    assert project.state()["settings"] == {"three.keep": 1, "one.count": 5}


def test_new_settings_are_added_to_those_of_the_run(project: Any) -> None:
    project.run(overrides={"one.count": 5})
    project.run(overrides={"three.keep": 4}, resume_from="three")
    assert project.state()["settings"] == {"one.count": 5, "three.keep": 4}
    assert project.artifact("four")["data"] == {"total": 4}


def test_a_run_of_another_pipeline_is_not_touched(project: Any) -> None:
    project.run()
    project.write("demo.py", project.file.read_text().replace('"demo",', '"other",'))
    with pytest.raises(UsageError, match="run r is a run of demo, not of other") as caught:
        project.run()
    assert "--run-id r" in caught.value.hint


def test_a_phase_that_the_pipeline_has_gained_is_made(project: Any) -> None:
    project.run()
    project.executed()
    text = project.file.read_text().replace('Phase("four"),', 'Phase("four"), Phase("five"),')
    project.write("demo.py", text + "\n\ndef five(inputs, ctx):\n    return Output(act('five', {}, inputs, ctx))\n")
    project.run()
    assert project.executed() == ["five"]
    assert states(project) == ["completed"] * 5


def test_the_latest_links_point_at_the_run_that_was_started_last(project: Any) -> None:
    for name in ("a", "b"):
        project.run(name)
        assert os.readlink(project.runs / "latest") == f"run_{name}"
        assert os.readlink(project.runs / "latest-demo") == f"run_{name}"
    project.run("a")
    assert project.run("latest").run_id == "a"


def test_what_cannot_be_a_run_leaves_no_folder_behind(project: Any) -> None:
    with pytest.raises(ConfigError):
        project.run("", overrides={"three.kep": 1})
    project.write("demo.py", project.file.read_text().replace('Phase("two",', 'Phase("two", run="no.such.module",'))
    with pytest.raises(ConfigError, match="phase 'two' needs the module no.such.module"):
        project.run("new")
    assert [path.name for path in project.runs.iterdir()] == [".locks"]


# --- what was done to the artifacts in between


def test_an_edited_artifact_is_taken_as_it_is_and_what_follows_is_made_again(project: Any) -> None:
    project.run()
    project.executed()
    project.edit("two", lambda data: data["items"].pop(0))
    outcome = project.run()
    assert outcome.exit_code == 0
    assert project.executed() == ["three", "four"]
    assert [item["id"] for item in project.artifact("three")["data"]["items"]] == ["1", "2"]
    skipped = {event["phase"]: event["reason"] for event in project.events("phase_skipped")}
    assert skipped == {"one": "valid", "two": "edited since its commit; taken as it is"}
    project.run()
    assert project.executed() == []


def test_an_edit_is_told_from_damage_after_a_crash_that_lost_the_time_of_the_commit(project: Any) -> None:
    project.run()
    (project.runs / "run_r" / "run.json").unlink()
    project.run()  # valid: from now on an edit can be told
    project.executed()
    project.edit("two", lambda data: data["items"].pop(0))
    project.run()
    assert project.executed() == ["three", "four"]
    assert "phase2_two.json" not in trash(project)


@pytest.mark.parametrize("phase", PHASES)
def test_a_touched_or_reformatted_artifact_changes_nothing(project: Any, phase: str) -> None:
    project.run()
    project.executed()
    project.edit(phase, lambda data: None)
    assert project.run().exit_code == 0
    assert project.executed() == []
    assert trash(project) == []


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("harm", ["deleted", "truncated", "flipped", "foreign", "link", "folder"])
def test_exactly_what_was_harmed_is_made_again(project: Any, harm: str, place: int) -> None:
    project.run()
    project.executed()
    before = project.data_bytes()
    path = project.path(PHASES[place])
    whole = path.read_bytes()
    if harm in ("deleted", "link", "folder"):
        path.unlink()
    if harm == "truncated":
        project.damage(PHASES[place], whole[: len(whole) // 2])
    elif harm == "flipped":
        project.damage(PHASES[place], whole[:-6] + bytes([whole[-6] ^ 1]) + whole[-5:])
    elif harm == "foreign":
        path.write_bytes(whole.replace(b'"run_id":"r"', b'"run_id":"x"'))
    elif harm == "link":
        path.symlink_to("elsewhere.json")
    elif harm == "folder":
        path.mkdir()
    assert project.run().exit_code == 0
    assert project.executed() == [PHASES[place]]
    assert project.data_bytes() == before
    assert (f"{path.name}" in trash(project)) is (harm != "deleted")


def test_what_comes_out_different_makes_what_follows_run(project: Any) -> None:
    project.run()
    project.executed()
    project.path("one").unlink()
    project.do("one", "data['items'][0]['id'] = 'new'")
    project.run()
    assert project.executed() == PHASES
    project.path("one").unlink()
    project.do("three", "data['items'] = []")
    project.undo("one")
    project.run()
    assert project.executed() == PHASES
    assert project.artifact("four")["data"] == {"total": 0}


def test_a_lost_run_json_is_written_again_and_the_run_goes_on_with_its_settings(project: Any) -> None:
    project.do("three", "raise PhaseError('no')")
    project.run(overrides={"three.keep": 1})
    path = project.runs / "run_r" / "run.json"
    path.unlink()
    project.undo()
    project.executed()
    assert project.run().exit_code == 0
    assert project.executed() == ["three", "four"]
    assert project.artifact("four")["data"] == {"total": 1}
    assert project.state()["settings"] == {"three.keep": 1}


def test_a_lost_run_json_is_written_again_when_there_is_nothing_else_to_do(project: Any) -> None:
    project.run()
    path = project.runs / "run_r" / "run.json"
    path.unlink()
    assert project.run().exit_code == 0
    assert states(project) == ["completed"] * 4


def test_a_copied_run_folder_is_rebuilt_once_as_a_run_of_its_own(project: Any) -> None:
    project.run()
    shutil.copytree(project.runs / "run_r", project.runs / "run_copy")
    project.executed()
    project.run("copy")
    assert project.executed() == PHASES  # the artifacts say that they are another run's
    project.run("copy")
    assert project.executed() == []


def test_changed_code_is_kept_with_a_warning_unless_asked_otherwise(project: Any) -> None:
    project.run()
    project.executed()
    project.write("demo.py", project.file.read_text().replace('"two": 2', '"two": 22'))
    project.run()
    assert project.executed() == []
    stale = {event["phase"]: event.get("stale") for event in project.events("phase_skipped")}
    assert stale["two"] == ["code changed in demo.py: function two (line 25)"]
    project.run(rerun_stale=True)
    assert project.executed() == PHASES  # one file holds them all
    assert project.artifact("two")["data"]["items"][0]["two"] == 22


def test_a_changed_comment_is_no_change(project: Any) -> None:
    project.run()
    project.executed()
    project.write("demo.py", "# a remark\n" + project.file.read_text())
    project.run(rerun_stale=True)
    assert project.executed() == []


def test_only_configuration_that_was_read_makes_an_artifact_stale(project: Any) -> None:
    project.run()
    project.executed()
    project.run(rerun_stale=True, overrides={"three.note": "not read by any phase"})
    assert project.executed() == []
    project.run(rerun_stale=True, overrides={"three.keep": 1})
    assert project.executed() == ["three", "four"]


# --- items


def test_failed_items_make_a_run_partial(project: Any) -> None:
    project.do("two", "ctx.map(lambda n: 1 / n, [1, 0], key=str)")
    outcome = project.run()
    assert (outcome.state, outcome.exit_code) == ("partial", 3)
    assert states(project) == ["completed", "partial", "completed", "completed"]
    project.executed()
    assert project.run().exit_code == 3  # it stays what it is
    assert project.executed() == []


def test_after_a_crash_only_missing_items_are_worked_on(project: Any) -> None:
    script = """
def work(n):
    (HERE / "worked.log").open("a").write(f"{n}\\n")
    if n == 3 and not (HERE / "repaired").exists():
        raise StorageError("crash")
    return n * n
data["squares"] = list(ctx.map(work, range(6), key=str))
"""
    project.do("two", script)
    assert project.run().exit_code == 74
    (project.folder / "repaired").touch()
    (project.folder / "worked.log").unlink()
    assert project.run().exit_code == 0
    assert (project.folder / "worked.log").read_text().split() == ["3", "4", "5"]
    assert project.artifact("two")["data"]["squares"] == [0, 1, 4, 9, 16, 25]


def test_items_of_other_inputs_are_not_reused(project: Any) -> None:
    script = """
def work(n):
    (HERE / "worked.log").open("a").write(f"{n}\\n")
    return n
ctx.map(work, [1, 2], key=str)
if not (HERE / "repaired").exists():
    raise PhaseError("crash")
"""
    project.do("two", script)
    project.run()
    project.do("one", "data['items'].pop()")
    (project.folder / "repaired").touch()
    project.run(resume_from="1")
    assert (project.folder / "worked.log").read_text().split() == ["1", "2", "1", "2"]
    assert "phase2_two.jsonl" in trash(project)


# --- retries, stops, locks


@pytest.mark.parametrize("times", [1, 2])
def test_a_transient_error_of_a_phase_is_tried_again(project: Any, times: int) -> None:
    project.do(
        "two",
        f"""
tries = HERE / "tries"
tries.open("a").write("x")
if len(tries.read_text()) <= {times}:
    raise TransientError("503", retry_after=0.0)
""",
    )
    assert project.run().exit_code == 0
    assert project.executed() == ["one"] + ["two"] * (times + 1) + ["three", "four"]
    assert project.artifact("two")["metadata"]["attempts"] == times + 1
    assert [event["attempt"] for event in project.events("retry")] == list(range(1, times + 1))


def test_a_phase_is_tried_as_often_as_it_says(project: Any) -> None:
    project.do("two", "raise TransientError('503')")
    outcome = project.run()
    assert (outcome.exit_code, outcome.error) == (1, "503")
    assert project.executed() == ["one"] + ["two"] * 3
    assert project.state()["phases"]["two"]["attempts"] == 3


@pytest.mark.parametrize("error", ["PhaseError('no')", "ValueError('no')", "StorageError('no')"])
def test_other_errors_are_not_tried_again(project: Any, error: str) -> None:
    project.do("two", f"raise {error}")
    project.run()
    assert project.executed() == ["one", "two"]


def stopped(project: Any, at: str, code: int, **options: Any) -> Any:
    stop = Stop()

    def listen(event: Any) -> None:
        if event["kind"] == "phase_started" and event["phase"] == at:
            stop.request("stopped by a test", code)

    return project.run(listeners=(listen,), stop=stop, **options)


@pytest.mark.parametrize("code", [130, 143])
def test_a_stopped_run_is_paused_and_goes_on(project: Any, code: int) -> None:
    project.do("two", "ctx.map(str, [1, 2], key=str)")
    outcome = stopped(project, "two", code)
    assert (outcome.state, outcome.exit_code, outcome.error) == ("paused", code, "stopped by a test")
    assert states(project) == ["completed", "pending", "pending", "pending"]
    assert project.executed() == ["one"]
    assert project.run().exit_code == 0
    assert project.executed() == ["two", "three", "four"]


def test_a_stop_during_the_last_phase_lets_it_finish(project: Any) -> None:
    # Nothing in it asks whether to stop: its work is done and kept.
    project.do("four", "")
    stop = Stop()
    seen: list[str] = []

    def listen(event: Any) -> None:
        seen.append(event["kind"])
        if event["kind"] == "phase_committed" and event["phase"] == "four":
            stop.request("late", 130)

    assert project.run(listeners=(listen,), stop=stop).state == "completed"


def test_a_stop_ends_the_wait_before_a_retry(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    project.do("two", "raise TransientError('503', retry_after=3600.0)")
    stop = Stop()
    outcome = project.run(
        listeners=(lambda event: stop.request("stop", 143) if event["kind"] == "retry" else None,), stop=stop
    )
    assert (outcome.state, outcome.exit_code) == ("paused", 143)


def test_a_second_run_is_refused_at_once_and_changes_nothing(project: Any) -> None:
    project.run()
    with lock.hold(project.runs / ".locks" / "demo.lock", "pipeline demo"):
        before = sorted(os.listdir(project.runs))
        with pytest.raises(Locked, match=f"pipeline demo is being worked on by another process .pid {os.getpid()}"):
            project.run("")
        assert sorted(os.listdir(project.runs)) == before
        assert project.run("beside", allow_overlap=True).exit_code == 0


def test_the_same_run_is_never_worked_on_twice(project: Any) -> None:
    project.run()
    with (
        lock.hold(project.runs / "run_r" / runfile.LOCK, "run r"),
        pytest.raises(Locked, match="run run_r is being worked on"),
    ):
        project.run(allow_overlap=True)


# --- a graph of phases

GRAPH = """
import threading
TOGETHER = threading.Barrier(2, timeout=30)


def phase(name):
    def run(inputs, ctx):
        data = {"got": sorted(inputs), "missing": list(inputs.missing)}
        return Output(act(name, data, inputs, ctx))
    return run


base, left, right, merge, tail = map(phase, ("base", "left", "right", "merge", "tail"))
PIPELINE = Pipeline(
    "demo",
    (
        Phase("base", reads=()),
        Phase("left", reads=("base",)),
        Phase("right", reads=("base",)),
        Phase("merge", reads=("base", "left", "right"), optional=("left", "right"), at_least=1),
        Phase("tail"),
    ),
)
"""


@pytest.fixture
def graph(project: Any) -> Any:
    head = project.file.read_text().partition("def one(")[0]
    project.write("demo.py", head + GRAPH)
    return project


def test_independent_phases_run_side_by_side(graph: Any) -> None:
    for name in ("left", "right"):
        graph.do(name, "TOGETHER.wait()")  # each gets on only when the other is there
    assert graph.run().exit_code == 0
    executed = graph.executed()
    assert (executed[0], set(executed[1:3]), executed[3:]) == ("base", {"left", "right"}, ["merge", "tail"])


def test_a_failed_optional_input_is_done_without_and_the_run_is_partial(graph: Any) -> None:
    graph.do("left", "raise PhaseError('no source')")
    outcome = graph.run()
    assert (outcome.state, outcome.exit_code, outcome.error) == ("partial", 3, "no source")
    merged = graph.artifact("merge")
    assert merged["data"] == {"got": ["base", "right"], "missing": ["left"]}
    assert merged["metadata"]["status"] == "partial"
    assert merged["metadata"]["missing_inputs"] == ["left"]
    assert graph.state()["phases"]["left"]["state"] == "failed"


def test_an_input_that_comes_later_makes_its_readers_run_again(graph: Any) -> None:
    graph.do("left", "raise PhaseError('no source')")
    graph.run()
    graph.undo("left")
    graph.executed()
    outcome = graph.run()
    assert (outcome.state, outcome.exit_code) == ("completed", 0)
    assert graph.executed() == ["left", "merge", "tail"]


def test_a_run_that_did_without_an_input_can_be_resumed_behind_it(graph: Any) -> None:
    graph.do("left", "raise PhaseError('no source')")
    graph.run()
    graph.executed()
    outcome = graph.run(resume_from="tail")
    assert (outcome.state, outcome.exit_code) == ("partial", 3)
    assert "tail" in graph.executed()


def test_too_few_optional_inputs_block_what_needs_them(graph: Any) -> None:
    for name in ("left", "right"):
        graph.do(name, "raise PhaseError('no source')")
    outcome = graph.run()
    assert (outcome.state, outcome.exit_code) == ("failed", 1)
    assert states(graph) == ["completed", "failed", "failed", "blocked", "blocked"]
    (merge, tail) = graph.events("phase_blocked")
    assert merge["reason"] == "only 0 of its optional inputs are there, 1 are needed"
    assert tail["reason"] == "its input merge is missing"


def test_a_failed_required_input_fails_the_run_and_the_others_go_on(graph: Any) -> None:
    text = graph.file.read_text().replace('optional=("left", "right")', 'optional=("right",)')
    graph.write("demo.py", text)
    graph.do("left", "raise PhaseError('no')")
    outcome = graph.run()
    assert (outcome.state, outcome.exit_code) == ("failed", 1)
    assert sorted(graph.executed()) == ["base", "left", "right"]
    assert states(graph) == ["completed", "failed", "completed", "blocked", "blocked"]
    graph.undo("left")
    assert graph.run().exit_code == 0
    assert graph.executed() == ["left", "merge", "tail"]


def test_a_blocked_optional_input_is_done_without_too(graph: Any) -> None:
    text = graph.file.read_text()
    text = text.replace(
        'Phase("left", reads=("base",)),', 'Phase("far", reads=("base",)), Phase("left", reads=("far",)),'
    )
    graph.write("demo.py", text.replace("base, left, right", "far = phase('far')\nbase, left, right"))
    graph.do("far", "raise PhaseError('no source')")
    outcome = graph.run()
    assert (outcome.state, outcome.exit_code) == ("partial", 3)
    assert graph.artifact("merge")["data"]["missing"] == ["left"]


def test_nothing_new_is_started_after_the_disk_was_full(graph: Any) -> None:
    graph.do("left", "raise StorageError('disk full', path='x')")
    graph.do("right", "raise StorageError('disk full', path='x')")
    outcome = graph.run()
    assert (outcome.state, outcome.exit_code, outcome.error) == ("failed", 74, "disk full")
    assert "merge" not in graph.executed()


def test_what_follows_an_edited_artifact_of_a_graph_is_all_that_reads_it(graph: Any) -> None:
    graph.run()
    graph.executed()
    graph.edit("left", lambda data: data.update(more=1))
    graph.run()
    assert graph.executed() == ["merge"]  # comes out the same: the last is kept


def test_a_phase_that_changes_its_input_changes_it_for_nobody_else(graph: Any) -> None:
    for name in ("left", "right"):
        graph.do(
            name,
            "TOGETHER.wait(); inputs['base']['got'].append(1); TOGETHER.wait(); data['seen'] = inputs['base']['got']",
        )
    graph.do("merge", "data['seen'] = inputs['base']['got']")
    graph.run()
    assert graph.artifact("left")["data"]["seen"] == graph.artifact("right")["data"]["seen"] == [1]
    assert graph.artifact("merge")["data"]["seen"] == []


def test_a_stop_lets_phases_that_run_side_by_side_finish_what_they_do(graph: Any) -> None:
    graph.do("left", "TOGETHER.wait(); TOGETHER.wait()")
    graph.do("right", "TOGETHER.wait(); ctx._services._stop.request('stop', 143); TOGETHER.wait(); ctx.check()")
    outcome = graph.run()
    assert (outcome.state, outcome.exit_code) == ("paused", 143)
    assert states(graph) == ["completed", "completed", "pending", "pending", "pending"]
    graph.undo("left", "right")
    graph.executed()
    assert graph.run().exit_code == 0
    assert graph.executed() == ["right", "merge", "tail"]


def test_a_bug_beside_another_phase_does_not_leave_it_running(graph: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # A failure of the engine itself: it is not hidden, and no thread writes after the locks are gone.
    graph.do("left", "TOGETHER.wait()")
    graph.do("right", "TOGETHER.wait()")
    real = walk.Walk._run

    def broken(self: Any, one: Any) -> None:
        real(self, one)
        if one.phase.name == "left":
            raise ZeroDivisionError

    monkeypatch.setattr(walk.Walk, "_run", broken)
    before = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError):
        graph.run()
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("ace-")]


def test_run_json_is_written_once_for_each_phase_of_a_chain(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    written, write = [], atomic.write

    def counted(path: Any, *rest: Any, **options: Any) -> None:
        written.append(path.name)
        write(path, *rest, **options)

    monkeypatch.setattr(atomic, "write", counted)
    project.run()
    assert written.count("run.json") == len(PHASES) + 3  # its settings, that it runs, how it ended


def test_what_is_done_beside_a_phase_that_goes_on_stands_in_run_json_at_once(graph: Any) -> None:
    os.mkfifo(graph.folder / "go")
    graph.do("left", "(HERE / 'go').read_text()")  # goes on until the other one is committed
    seen: list[str] = []

    def listen(event: Any) -> None:
        if event["kind"] == "phase_committed" and event["phase"] == "right":
            seen.append(graph.state()["phases"]["right"]["state"])
            (graph.folder / "go").write_text("")

    assert graph.run(listeners=(listen,)).exit_code == 0
    assert seen == ["completed"]


def test_a_pipeline_without_phases_is_done(project: Any) -> None:
    project.write("demo.py", "from ace import Pipeline\nPIPELINE = Pipeline('demo', ())\n")
    assert project.run().exit_code == 0


def test_phases_are_found_by_the_functions_of_their_names(project: Any) -> None:
    pipeline = discovery.find(str(project.file))
    assert [discovery.load(pipeline, phase).__name__ for phase in pipeline.phases] == PHASES
