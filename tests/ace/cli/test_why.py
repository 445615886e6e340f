"""`ace why`: one sentence for each kind of cause, with the file, key or line that is behind it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from ace import envelope

Why = Callable[..., str]


@pytest.fixture
def why(project: Any, cli: Any, no_flush: None) -> Why:
    def ask(phase: str, *words: str) -> str:
        result = cli("why", "demo.py", phase, "--artifacts", "runs", *words)
        assert (result.code, result.err) == (0, ""), result.err
        return result.out

    return ask


def test_a_valid_artifact_is_kept(project: Any, why: Why) -> None:
    project.run("r")
    assert why("two") == "two is kept: its artifact is valid.\n"


def test_without_a_pipeline_it_is_that_of_the_latest_run_or_of_the_one_named(project: Any, cli: Any) -> None:
    project.write("other.py", project.file.read_text().replace('"demo"', '"other"'))
    assert cli("why", "two").code == 2
    project.run("r")
    assert cli("run", "other.py", "--run-id", "s", "--quiet").code == 0
    (project.runs / "run_s" / "phase2_two.json").unlink()
    assert "run_s/phase2_two.json is missing" in cli("why", "two").out
    assert cli("why", "2", "--run-id", "r").out == "two is kept: its artifact is valid.\n"
    for words in ((), ("demo.py", "two", "three")):
        result = cli("why", *words)
        assert (result.code, result.out) == (2, "")
        assert "ace why [PIPELINE] PHASE" in result.err


def test_what_was_never_made_will_run(why: Why) -> None:
    assert why("one") == "one will run: no artifact yet.\n"
    assert why("two") == "two will run: no artifact yet.\n"


def test_a_phase_that_failed_will_run_and_its_error_is_told(project: Any, why: Why) -> None:
    project.do("two", "raise PhaseError('the source is empty')")
    project.run("r")
    assert why("two") == "two will run: no artifact yet; it failed before (the source is empty).\n"


def test_a_missing_artifact_is_named(project: Any, why: Why) -> None:
    project.run("r")
    project.path("two").unlink()
    assert why("two") == "two will run: its artifact runs/run_r/phase2_two.json is missing.\n"
    behind = "(two will run: its artifact runs/run_r/phase2_two.json is missing)"
    assert why("three") == f"three runs if the output of two changes {behind}; otherwise its artifact is kept.\n"
    assert why("four") == f"four runs if the output of three changes {behind}; otherwise its artifact is kept.\n"


def test_a_damaged_artifact_is_named_with_what_is_wrong(project: Any, why: Why) -> None:
    project.run("r")
    project.damage("two", project.path("two").read_bytes().replace(b'"two":2', b'"two":3'))
    file = "runs/run_r/phase2_two.json"
    assert why("two") == f"two will run: its artifact is damaged ({file}: its data do not match their checksum).\n"


def test_an_edited_artifact_is_kept_and_named_as_the_cause_of_what_follows(project: Any, why: Why) -> None:
    project.run("r")
    project.edit("two", lambda data: data["items"].pop())
    file = "runs/run_r/phase2_two.json"
    assert why("two") == f"two is kept as it is, edited after its commit ({file}).\n"
    assert why("three") == f"three will run: input two has changed ({file} was edited).\n"


def test_an_input_made_anew_is_the_cause_of_what_follows(project: Any, why: Why) -> None:
    project.run("r")
    project.run("r", run_phase="two", overrides={"one.count": 3})
    assert why("three") == "three is kept: its artifact is valid.\n"  # the same bytes came out
    project.do("two", "data['items'].pop()")
    project.run("r", run_phase="two")
    assert why("three") == "three will run: input two has changed (two was made anew: asked for).\n"


def test_the_cause_is_followed_to_where_it_began(project: Any, why: Why) -> None:
    project.run("r")
    four = project.path("four").read_bytes()
    project.run("r", rerun_stale=True, overrides={"one.count": 1})
    (project.runs / "run_r" / "phase4_four.json").write_bytes(four)  # as if it had not come to it
    assert why("four") == (
        "four will run: input three has changed (three was made anew: input two has changed, "
        "two was made anew: input one has changed, one was made anew: config count changed from 3 to 1).\n"
    )


def test_a_log_that_goes_in_circles_ends(project: Any, why: Why) -> None:
    project.run("r")
    project.run("r", run_phase="two")
    project.do("two", "data['items'].pop()")
    project.run("r", run_phase="two")
    with (project.runs / "run_r" / "events.jsonl").open("a") as log:
        for name, read in (("two", "one"), ("one", "two")):
            log.write(
                json.dumps({"kind": "phase_started", "phase": name, "reason": f"input {read} has changed"}) + "\n"
            )
    assert why("three").startswith("three will run: input two has changed (two was made anew: input one has changed")


def test_an_edit_that_was_taken_already_is_not_blamed(project: Any, why: Why) -> None:
    project.write("demo.py", project.file.read_text().replace('Phase("four"', 'Phase("four", reads=("one", "three")'))
    project.run("r")
    project.edit("one", lambda data: data["items"].pop(0))
    project.run("r")
    project.edit("three", lambda data: data["items"].pop())
    assert why("four") == "four will run: input three has changed (runs/run_r/phase3_three.json was edited).\n"


def test_an_optional_input_that_has_come_or_gone_is_named(project: Any, why: Why) -> None:
    source = (
        project.file.read_text()
        .replace('inputs["one"]', "dict(items=[])")
        .replace('Phase("two"', 'Phase("two", reads=()')
    )
    project.write("demo.py", source.replace('Phase("three"', 'Phase("three", reads=("one", "two"), optional=("one",)'))
    project.do("one", "raise PhaseError('no')")
    project.run("r")
    project.undo("one")
    project.run("r", run_phase="one")
    assert why("three") == "three will run: input one was missing and is there now.\n"


def test_changed_code_is_named_by_file_definition_and_line(project: Any, why: Why) -> None:
    project.write("words.py", "LIMIT = 1\n\n\ndef scrub(text):\n    return text\n")
    project.write("demo.py", "import words\n" + project.file.read_text())
    project.run("r")
    project.write("words.py", "LIMIT = 1\n\n\n# a remark\ndef scrub(text):\n    return text.strip()\n")
    assert why("two") == (
        "two is kept, although code changed in words.py: function scrub (line 5). --rerun-stale makes it anew.\n"
    )


def test_an_artifact_that_lists_no_definitions_is_explained_by_file(project: Any, why: Why) -> None:
    project.run("r")
    path = project.path("two")
    status, document = path.stat(), project.artifact("two")
    code = {name: digests[:2] for name, digests in document["metadata"]["code"].items()}
    head = orjson.dumps(envelope.seal(document["metadata"] | {"code": code}))
    path.write_bytes(b'{"metadata":' + head + b",\n" + path.read_bytes().split(b"\n")[1] + b"\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert why("two") == "two is kept: its artifact is valid.\n"
    project.write("demo.py", project.file.read_text().replace('"two": 2', '"two": 22'))
    assert why("two") == "two is kept, although code changed in demo.py. --rerun-stale makes it anew.\n"


def test_comments_and_formatting_are_no_cause(project: Any, why: Why) -> None:
    project.run("r")
    project.write("demo.py", "# a remark\n" + project.file.read_text())
    assert why("two") == "two is kept: its artifact is valid.\n"


def test_a_changed_key_is_named_with_file_and_line(project: Any, why: Why) -> None:
    project.run("r")
    project.write("ace.toml", "[ace]\n\n[demo.one]\n# keep = 1\n\n[demo.three]\n# keep = 2\nkeep = 1\n")
    assert why("three") == (
        "three is kept, although config keep changed from 2 to 1 (ace.toml:8). --rerun-stale makes it anew.\n"
    )
    assert why("two") == "two is kept: its artifact is valid.\n"  # it does not read that key


def test_every_cause_is_named(project: Any, why: Why) -> None:
    project.run("r")
    project.write("demo.py", project.file.read_text().replace('"two": 2', '"two": 22'))
    sentence = why("3", "--set", "three.keep=1", "--set", "three.note=x")
    assert sentence == (
        "three is kept, although code changed in demo.py: function two (line 25); "
        "config keep changed from 2 to 1 (command line). --rerun-stale makes it anew.\n"
    )


def test_a_changed_schema_is_a_cause(project: Any, why: Why) -> None:
    project.write("demo.py", project.file.read_text().replace('"demo",', '"demo", schemas="shapes", phases=', 1))
    for name in ("one", "two", "three", "four"):
        project.write(f"shapes/{name}.schema.json", '{"type": "object"}')
    project.run("r")
    project.write("shapes/two.schema.json", '{"type": "object", "required": ["items"]}')
    assert why("two") == "two is kept, although schema changed. --rerun-stale makes it anew.\n"
    project.write("shapes/two.schema.json", '{"type": "object", "required": ["other"]}')
    assert "two will run: its artifact is damaged (runs/run_r/phase2_two.json: " in why("two")
    assert "'other' is a required property" in why("two")


def test_json_holds_decision_and_sentence(project: Any, why: Why) -> None:
    project.run("r")
    project.path("two").unlink()
    found = json.loads(why("two", "--json"))
    assert found["run_id"] == "r"
    assert (found["phase"], found["action"]) == ("two", "run")
    assert found["sentence"].startswith("two will run: its artifact ")


def test_an_unknown_phase_names_those_there_are(project: Any, cli: Any) -> None:
    result = cli("why", "demo.py", "tow", "--artifacts", "runs")
    assert result.code == 2
    assert "did you mean two" in result.err


def test_nothing_is_written(project: Any, why: Why) -> None:
    why("one")
    assert not project.runs.exists()
    project.run("r")
    project.damage("two", b"half")
    before = {path: path.read_bytes() for path in project.runs.rglob("*") if path.is_file()}
    why("two")
    assert {path: path.read_bytes() for path in project.runs.rglob("*") if path.is_file()} == before
