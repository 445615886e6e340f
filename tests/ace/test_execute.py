"""One phase from inputs to artifact: what is measured, what is refused, what is recorded."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ace import jsonio

pytestmark = pytest.mark.usefixtures("no_flush")


def test_metadata_are_measured_and_counted_by_the_engine(project: Any) -> None:
    project.do("two", "ctx.map(lambda n: 1 / n, [1, 0, 2], key=str); ctx.warn('careful')")
    project.run()
    one, two, three = (project.artifact(name)["metadata"] for name in ("one", "two", "three"))
    assert (two["run_id"], two["pipeline"], two["phase_name"], two["phase_number"]) == ("r", "demo", "two", 2)
    assert (one["input_count"], one["output_count"]) == (0, 3)
    assert (three["input_count"], three["output_count"], three["failed_count"]) == (3, 2, 0)
    assert (two["status"], two["failed_count"]) == ("partial", 1)
    assert two["failed_items"] == [
        {"key": "0", "error": "ZeroDivisionError", "message": "division by zero", "attempts": 1}
    ]
    assert two["warnings"] == ["careful"]
    assert two["timestamp"].endswith("Z")
    assert two["duration_seconds"] >= 0
    assert two["peak_rss_mb"] > 1
    assert (two["llm_calls"], two["cost_usd"]) == (0, 0.0)
    assert two["input_bytes"] == one["output_bytes"]
    assert two["schema"] == {"id": None, "envelope": 1}


def test_the_fingerprint_names_what_the_artifact_was_made_from(project: Any) -> None:
    project.run()
    one, three = project.artifact("one")["metadata"], project.artifact("three")["metadata"]
    assert three["fingerprint"]["inputs"] == {"two": project.artifact("two")["metadata"]["data_sha256"]}
    assert one["fingerprint"]["inputs"] == {}
    assert one["config"] == {"count": 3}
    assert three["config"] == {"keep": 2}  # `note` was not read
    assert three["fingerprint"]["config"] == jsonio.sha256(b'{"keep":2}')
    assert list(three["code"]) == ["demo.py"]


def test_the_checksum_is_that_of_the_data(project: Any) -> None:
    project.run()
    artifact = project.artifact("two")
    assert artifact["metadata"]["data_sha256"] == jsonio.sha256(jsonio.dumps(artifact["data"]))


def test_side_files_are_written_and_named(project: Any) -> None:
    project.run()
    assert (project.runs / "run_r" / "phase4_four.md").read_text() == "total 2\n"
    assert project.artifact("four")["metadata"]["files"] == {"phase4_four.md": jsonio.sha256(b"total 2\n")}


REFUSED = [
    ("data['items'][1]['score'] = float('nan')", r"items\[1\]\.score: nan"),
    ("data['tags'] = {'a', 'b'}", "tags: set"),
    ("data['raw'] = b'x'", "raw: bytes"),
    ("data['deep'] = __import__('functools').reduce(lambda x, _: [x], range(300), 0)", "nested deeper than 200"),
    ("data['n'] = 2 ** 70", "n: an integer beyond 64 bits"),
    ("data['text'] = 'a\\ud800'", "text: a lone surrogate"),
    ("data[5] = 1", "key 5 is int"),
    ("data['self'] = [data, data]", "nested deeper than 200"),
    ("data = [1]", "data of type list, not a dict"),
    ("data = None", "data of type NoneType"),
]


@pytest.mark.parametrize(("script", "said"), REFUSED)
def test_data_that_are_not_json_fail_the_phase_and_nothing_is_committed(project: Any, script: str, said: str) -> None:
    project.do("three", script)
    outcome = project.run()
    assert (outcome.state, outcome.exit_code) == ("failed", 1)
    assert re.search(said, outcome.error), outcome.error
    assert sorted(project.data_bytes()) == ["phase1_one", "phase2_two"]
    assert not list((project.runs / "run_r").glob(".tmp-*"))


def test_a_phase_must_return_an_output(project: Any) -> None:
    project.write(
        "demo.py", project.file.read_text().replace('    return Output(act("three"', '    return (act("three"')
    )
    outcome = project.run()
    assert outcome.exit_code == 1
    assert "phase three returned dict, not ace.Output" in outcome.error


SCHEMA = '{"$id": "demo:three", "type": "object", "properties": {"items": {"type": "array", "maxItems": 2}}}'


def with_schemas(project: Any) -> None:
    for name in ("one", "two", "four"):
        project.write(f"shapes/{name}.schema.json", "{}")
    project.write("shapes/three.schema.json", SCHEMA)
    project.write("demo.py", project.file.read_text().replace("    options=", "    schemas='shapes',\n    options="))


def test_data_that_break_their_schema_fail_the_phase_with_path_and_rule(project: Any) -> None:
    with_schemas(project)
    project.do("three", "data['items'] = [1, 2, 3]")
    outcome = project.run()
    assert outcome.exit_code == 1
    assert outcome.error == "items: [1, 2, 3] is too long (schema demo:three)"
    assert sorted(project.data_bytes()) == ["phase1_one", "phase2_two"]


def test_the_schema_that_was_checked_is_recorded(project: Any) -> None:
    with_schemas(project)
    assert project.run().exit_code == 0
    metadata = project.artifact("three")["metadata"]
    assert metadata["schema"] == {"id": "demo:three", "envelope": 1}
    assert len(metadata["fingerprint"]["schema"]) == 64


def test_the_journal_goes_when_the_artifact_is_committed(project: Any) -> None:
    project.do("two", "ctx.map(str, [1, 2], key=str); assert list((HERE / 'runs/run_r/journal').iterdir())")
    assert project.run().exit_code == 0
    assert list((project.runs / "run_r" / "journal").iterdir()) == []


def test_the_journal_stays_when_the_phase_fails(project: Any) -> None:
    project.do("two", "ctx.map(str, [1, 2], key=str); raise PhaseError('no')")
    project.run()
    (journal,) = (project.runs / "run_r" / "journal").iterdir()
    assert journal.name == "phase2_two.jsonl"
    project.undo("two")
    project.run()
    assert project.events("journal")[0]["items"] == 2


@pytest.mark.parametrize("files", ["{'json': 'x'}", "{'../x': 'x'}", "{'md': 'a\\ud800'}", "{'md': 5}"])
def test_a_side_file_that_cannot_be_one_fails_the_phase_only(project: Any, files: str) -> None:
    text = project.file.read_text().replace('files={"md": f"total {data.get(\'total\')}\\n"}', f"files={files}")
    assert files in text
    project.write("demo.py", text)
    outcome = project.run()
    assert (outcome.state, outcome.exit_code) == ("failed", 1)
    assert not list((project.runs / "run_r").glob("phase4_*"))
    assert not (project.runs / "x").exists()
