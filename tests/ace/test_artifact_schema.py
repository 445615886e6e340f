"""Every artifact that is committed fits schemas/artifact.schema.json, and its format is written down."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from ace import jsonio, schema
from ace.errors import OutputError

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "schemas" / "artifact.schema.json"
SCHEMA = orjson.loads(FILE.read_bytes())
METADATA = SCHEMA["properties"]["metadata"]
Commit = Callable[..., dict[str, Any]]


@pytest.fixture
def committed(project: Any, no_flush: None) -> Commit:
    """The artifacts of a run by phase, each held to the schema as ACE checks it and by the reference implementation."""

    def run(**options: Any) -> dict[str, Any]:
        project.run("r", **options)
        found = {}
        for path in sorted((project.runs / "run_r").glob("phase*.json")):
            document = orjson.loads(path.read_bytes())
            schema.check(schema.load(FILE), document)
            jsonschema.Draft202012Validator(SCHEMA).validate(document)
            found[document["metadata"]["phase_name"]] = document
        return found

    return run


def fits(document: Any) -> bool:
    """What both implementations say."""
    try:
        schema.check(schema.load(FILE), document)
        ours = True
    except OutputError:
        ours = False
    assert jsonschema.Draft202012Validator(SCHEMA).is_valid(document) == ours
    return ours


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == "ace:artifact/1"


@pytest.mark.parametrize("artifact_mode", [False, True])
def test_a_plain_run(artifact_mode: bool, committed: Commit) -> None:
    found = committed(artifact_mode=artifact_mode)
    assert list(found) == ["one", "two", "three", "four"]
    for number, document in enumerate(found.values(), 1):
        metadata = document["metadata"]
        assert metadata["phase_number"] == number
        assert metadata["status"] == "completed"
        assert metadata["missing_inputs"] == metadata["failed_items"] == metadata["warnings"] == []
        assert metadata["data_sha256"] == jsonio.sha256(jsonio.dumps(document["data"]))
        assert metadata["output_bytes"] == len(jsonio.dumps(document["data"]))


def test_failed_items(project: Any, committed: Commit) -> None:
    project.do("two", "ctx.map(lambda n: 1 / n, [0, 1, 2], key=str, attempts=1)")
    metadata = committed()["two"]["metadata"]
    assert (metadata["status"], metadata["failed_count"]) == ("partial", 1)
    assert metadata["failed_items"] == [
        {"key": "0", "error": "ZeroDivisionError", "message": "division by zero", "attempts": 1}
    ]


def test_a_missing_optional_input(project: Any, committed: Commit) -> None:
    source = (
        project.file.read_text()
        .replace('inputs["one"]', "dict(items=[])")
        .replace('Phase("two"', 'Phase("two", reads=()')
    )
    project.write("demo.py", source.replace('Phase("three"', 'Phase("three", reads=("one", "two"), optional=("one",)'))
    project.do("one", "raise PhaseError('no')")
    found = committed()
    assert list(found) == ["two", "three", "four"]
    assert found["three"]["metadata"]["missing_inputs"] == ["one"]
    assert found["three"]["metadata"]["status"] == "partial"
    assert list(found["three"]["metadata"]["fingerprint"]["inputs"]) == ["two"]


def test_side_files(project: Any, committed: Commit) -> None:
    source = project.file.read_text().replace('files={"md"', 'files={"PNG": bytes(range(256)), "md"')
    project.write("demo.py", source)
    files = committed()["four"]["metadata"]["files"]
    assert sorted(files) == ["phase4_four.md", "phase4_four.png"]
    for name, sha256 in files.items():
        assert jsonio.sha256((project.runs / "run_r" / name).read_bytes()) == sha256


def test_warnings_method_retries_and_odd_text(project: Any, committed: Commit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ace.walk.RETRY_BASE_S", 0.0)
    source = project.file.read_text().replace(
        "inputs, ctx))\n\n\ndef three", 'inputs, ctx), method="rules")\n\n\ndef three'
    )
    project.write("demo.py", source)
    project.do(
        "two",
        "ctx.warn('odd \\ud800 \\x1b[2J')\nif not (HERE / 'tried').exists():\n (HERE / 'tried').touch()\n raise TransientError('busy')",
    )
    metadata = committed()["two"]["metadata"]
    assert (metadata["attempts"], metadata["method"]) == (2, "rules")
    assert len(metadata["warnings"]) == 1


def test_a_schema_of_the_pipeline_s_own(project: Any, committed: Commit) -> None:
    project.write("demo.py", project.file.read_text().replace('"demo",', '"demo", schemas="shapes", phases=', 1))
    for name in ("one", "two", "three", "four"):
        project.write(f"shapes/{name}.schema.json", f'{{"$id": "demo/{name}/1", "type": "object"}}')
    metadata = committed()["two"]["metadata"]
    assert metadata["schema"] == {"id": "demo/two/1", "envelope": 1}
    assert re.fullmatch("[0-9a-f]{64}", metadata["fingerprint"]["schema"])


OF_MODELS = {"llm_cached", "models"}  # only where a model was asked
CAME_LATER = {"metadata_sha256"}  # artifacts without it are read, too


def test_every_key_is_required_and_no_other_is_allowed(committed: Commit) -> None:
    document = committed()["four"]
    assert set(METADATA["required"]) == set(METADATA["properties"]) - OF_MODELS - CAME_LATER
    assert set(document["metadata"]) == set(METADATA["required"]) | CAME_LATER
    assert fits(document)
    assert fits(document | {"metadata": {key: document["metadata"][key] for key in METADATA["required"]}})
    for key in METADATA["required"]:
        less = copy.deepcopy(document)
        del less["metadata"][key]
        assert not fits(less), key
    assert not fits(document | {"more": 1})
    assert not fits({"metadata": document["metadata"] | {"confidence": 0.5}, "data": {}})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("run_id", "../other"),
        ("run_id", ""),
        ("phase_name", "Two"),
        ("phase_number", 0),
        ("timestamp", "2026-11-22 03:15:00"),
        ("duration_seconds", -0.1),
        ("peak_rss_mb", 0),
        ("output_count", 1.5),
        ("failed_items", [{"key": "1"}]),
        ("tokens", {"input": 0}),
        ("cost_usd", -1),
        ("status", "failed"),
        ("attempts", 0),
        ("warnings", [1]),
        ("code", {"demo.py": ["said"]}),
        ("files", {"phase4_four.md": "short"}),
        ("files", {"../phase4_four.md": "0" * 64}),
        ("files", {"/dev/zero": "0" * 64}),
        ("fingerprint", {"inputs": {}}),
        ("schema", {"id": None, "envelope": 2}),
        ("data_sha256", "0" * 63),
    ],
)
def test_what_no_artifact_says_is_refused(key: str, value: Any, committed: Commit) -> None:
    document = committed()["four"]
    assert not fits(document | {"metadata": document["metadata"] | {key: value}})


def test_the_documented_table_names_every_key_of_the_metadata() -> None:
    page = (ROOT / "docs" / "artifact-format.md").read_text()
    table = re.search(r"\| metadata \| \|\n\|---\|---\|\n(.*?)\n\n", page, re.DOTALL)
    assert table
    named = [key.strip() for row in table[1].splitlines() for key in row.split("|")[1].split(",")]
    assert sorted(named) == sorted(METADATA["properties"])
