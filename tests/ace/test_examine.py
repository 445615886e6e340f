"""What is on disk of every phase, and what each would be made with today; nothing is written."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ace import config, discovery, fingerprint, retention, runfile, runs
from ace.errors import ConfigError
from ace.examine import Known, examine


@pytest.fixture
def look(project: Any, no_flush: None) -> Callable[..., dict[str, Known]]:
    def ask(run_id: str = "r", overrides: Mapping[str, Any] | None = None) -> dict[str, Known]:
        pipeline = discovery.find(str(project.file))
        folder = project.runs / f"run_{run_id}"
        content = runfile.load(folder) or runfile.new(run_id, pipeline, {}, "")
        values = config.effective(pipeline, config.Settings({}), overrides or {})
        return examine(folder, pipeline, values, content)

    return ask


def states(known: Mapping[str, Known]) -> list[str]:
    return [one.recorded.state for one in known.values()]


def test_a_run_that_has_not_begun_has_nothing_and_gets_nothing(project: Any, look: Any) -> None:
    known = look()
    assert list(known) == ["one", "two", "three", "four"]
    assert [one.number for one in known.values()] == [1, 2, 3, 4]
    assert states(known) == ["missing"] * 4
    assert not project.runs.exists()


def test_what_was_recorded_is_what_the_phase_was_made_with(project: Any, look: Any) -> None:
    project.run("r")
    known = look()
    assert states(known) == ["valid"] * 4
    metadata = project.artifact("three")["metadata"]
    recorded = known["three"].recorded
    assert recorded.sha256 == metadata["data_sha256"]
    assert recorded.inputs == {"two": known["two"].recorded.sha256}
    assert recorded.config == {"keep": 2}  # what was read, not what was declared
    assert recorded.code == known["three"].current.code == known["three"].code.sha256
    assert recorded.code_files == known["three"].current.code_files
    assert recorded.status == "completed"
    assert known["three"].current.config == {"keep": 2, "note": ""}


def test_a_new_run_of_unchanged_code_parses_nothing(project: Any, look: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    project.run("r")
    fingerprint._read.cache_clear()

    def parse(*_: object, **__: object) -> None:
        pytest.fail("parsed")

    with monkeypatch.context() as changed:
        changed.setattr(ast, "parse", parse)
        code = look("new")["one"].code
    assert code == look("r")["one"].code
    project.write("demo.py", project.file.read_text() + "\nLATER = 1\n")
    assert look("new")["one"].code.sha256 != code.sha256


def test_a_killed_run_goes_on_without_parsing_what_an_earlier_one_recorded(
    project: Any, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.run("1")
    project.run("2")  # which `latest` names
    for phase in ("one", "two", "three", "four"):  # all are in one file: what is known of one is known of all
        project.path(phase, "2").unlink()
    code = look("1")["three"].code
    fingerprint._read.cache_clear()
    monkeypatch.setattr(ast, "parse", lambda *_, **__: pytest.fail("parsed"))
    assert look("2")["three"].code == code


def test_every_kind_of_artifact_is_told_apart(project: Any, look: Any) -> None:
    project.run("r")
    project.path("one").unlink()
    project.edit("two", lambda data: data["items"].pop())
    project.damage("three", b"half")
    known = look()
    assert states(known) == ["missing", "edited", "damaged", "valid"]
    assert "phase3_three.json" in known["three"].recorded.why
    assert known["two"].recorded.sha256 != project.artifact("two")["metadata"]["data_sha256"]
    assert known["three"].recorded.sha256 == ""


def test_without_a_known_time_of_commit_a_change_is_damage(project: Any, look: Any) -> None:
    project.run("r")
    project.edit("two", lambda data: data["items"].pop())
    (project.runs / "run_r" / "run.json").unlink()
    assert states(look()) == ["valid", "damaged", "valid", "valid"]


def test_an_artifact_of_another_run_is_not_taken(project: Any, look: Any) -> None:
    project.run("r")
    project.run("s")
    shutil.copy(project.path("two", "s"), project.path("two", "r"))
    known = look()
    assert states(known) == ["valid", "damaged", "valid", "valid"]
    assert "foreign: its run_id is 's', not 'r'" in known["two"].recorded.why


def test_a_partial_artifact_is_valid_and_says_so(project: Any, look: Any) -> None:
    project.do("two", "ctx.map(lambda n: 1 / n, [0, 1], key=str, attempts=1)")
    project.run("r")
    assert states(look()) == ["valid"] * 4
    assert look()["two"].recorded.status == "partial"


def test_today_s_code_and_configuration_are_seen(project: Any, look: Any) -> None:
    project.run("r")
    project.write("demo.py", project.file.read_text().replace('"two": 2', '"two": 22'))
    known = look("r", {"three.keep": 7})
    assert known["two"].recorded.code != known["two"].current.code
    assert known["three"].current.config["keep"] == 7
    project.write("demo.py", "# a remark\n" + project.file.read_text().replace('"two": 22', '"two": 2'))
    known = look()
    assert known["two"].recorded.code == known["two"].current.code


def test_a_compressed_run_is_examined_like_any_other(project: Any, look: Any) -> None:
    project.run("r")
    before = {name: one.recorded for name, one in look().items()}
    (run,) = runs.everything(project.runs)
    retention.apply(retention.Verdict(run, retention.COMPRESS, ""))
    assert {name: one.recorded for name, one in look().items()} == before


def test_a_schema_that_cannot_be_found_is_a_configuration_error(project: Any, look: Any) -> None:
    project.write("demo.py", project.file.read_text().replace('"demo",', '"demo", schemas="shapes", phases=', 1))
    with pytest.raises(ConfigError, match=r"one\.schema\.json"):
        look()


def test_examining_writes_nothing(project: Any, look: Any) -> None:
    project.run("r")
    project.damage("two", b"half")
    project.edit("three", lambda data: data["items"].pop())
    before = {path: (path.lstat().st_mtime_ns, path.lstat().st_size) for path in project.runs.rglob("*")}
    look()
    assert {path: (path.lstat().st_mtime_ns, path.lstat().st_size) for path in project.runs.rglob("*")} == before


def test_an_artifact_whose_report_is_gone_is_made_again(project: Any, look: Any) -> None:
    project.run("r")
    (project.runs / "run_r" / "phase4_four.md").unlink()
    found = look()["four"].recorded
    assert (found.state, found.why) == ("damaged", "its side file phase4_four.md is missing")
    project.run("r")
    assert (project.runs / "run_r" / "phase4_four.md").read_text() == "total 2\n"
