"""`ace doctor`: what works here, what is missing, and what to type about it."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ace import schema
from ace.cli import doctor
from ace.providers import find, keys

ROOT = Path(__file__).resolve().parents[3]
Doctor = Callable[..., Any]


@pytest.fixture
def findings(project: Any, cli: Any, no_flush: None) -> Callable[..., dict[str, Any]]:
    """{name: finding} of --json; the exit code must agree with them."""

    def ask(*words: str) -> dict[str, Any]:
        result = cli("doctor", "--json", *words)
        found = {one["name"]: one for one in json.loads(result.out)}
        assert result.code == (1 if any(one["level"] == "bad" for one in found.values()) else 0)
        return found

    return ask


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str) -> None:
    """A distribution that announces a pipeline, as pip would leave it."""
    info = folder / "site" / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[ace.pipelines]\n{name} = {module}\n")
    monkeypatch.syspath_prepend(str(folder / "site"))


def test_every_line_says_whether_it_works(cli: Any, no_flush: None) -> None:
    result = cli("doctor")
    levels = {line.split()[1] if line[0] != " " else "": line.split()[0] for line in result.out.splitlines()}
    assert levels["python"] == levels["artifacts"] == levels["cache"] == levels["locks"] == levels["schemas"] == "ok"
    assert "pipeline news  10 phases" in result.out
    assert max(map(len, result.out.splitlines()[1:])) <= 80  # the first holds the path of the interpreter


def test_looking_leaves_nothing_behind(project: Any, findings: Any) -> None:
    before = sorted(project.folder.rglob("*"))
    assert findings()["artifacts"]["level"] == "ok"
    assert sorted(project.folder.rglob("*")) == before


def test_a_folder_that_cannot_be_made_is_bad_and_the_hint_helps(project: Any, cli: Any, findings: Any) -> None:
    project.write("file", "")
    found = findings("--artifacts", "file/runs")
    assert found["artifacts"]["level"] == found["locks"]["level"] == "bad"
    assert found["artifacts"]["detail"] == "file/runs: cannot be written: Not a directory"
    assert "--artifacts DIR" in found["artifacts"]["hint"]
    assert found["cache"]["level"] == "ok"
    assert "choose another folder" in cli("doctor", "--artifacts", "file/runs").out


def test_a_cache_that_cannot_be_made_is_bad(project: Any, findings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("file", "")
    monkeypatch.setenv("ACE_CACHE", "file")
    found = findings()["cache"]
    assert found["level"] == "bad"
    assert "ACE_CACHE" in found["hint"]


def test_a_full_disk_is_bad(findings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=499_000_000))
    monkeypatch.setenv("ACE_ARTIFACTS", "runs")
    found = findings()["artifacts"]
    assert (found["level"], found["detail"]) == ("bad", "runs: only 499 MB free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=900_000_000))
    assert findings()["artifacts"]["detail"] == "runs: writable, 900 MB free"


def test_locks_that_do_not_exclude_are_bad(findings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings()["locks"]["level"] == "ok"
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)  # as on a network file system that pretends
    found = findings()["locks"]
    assert (found["level"], found["detail"]) == ("bad", "a lock was given twice")


def test_a_missing_extra_is_a_note_with_the_command_that_installs_it(
    findings: Any, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "EXTRAS", {"nlp": ("json", "no_such_module")})
    found = findings()["extra nlp"]
    assert (found["level"], found["detail"]) == ("note", "missing no_such_module")
    assert found["hint"] == "pip install 'ace-pipelines[nlp]'"
    result = cli("doctor")
    assert result.code == 0
    assert found["hint"] in result.out


def test_the_extras_are_those_of_pyproject(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    providers = metadata.packages_distributions()
    for extra, modules in doctor.EXTRAS.items():
        wanted = {re.split(r"[<>=\[ ]", one)[0].replace("_", "-").lower() for one in declared[extra]}
        if any(module not in providers for module in modules):
            pytest.skip(f"the extra {extra} is not installed")
        assert {providers[module][0].replace("_", "-").lower() for module in modules} == wanted


def test_missing_schemas_are_bad(project: Any, findings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "ROOT", project.folder / "nowhere")
    found = findings()
    assert found["schemas"]["level"] == found["pipeline news"]["level"] == "bad"
    assert "initialization.schema.json" in found["pipeline news"]["detail"]


def test_one_missing_schema_is_bad_and_named(project: Any, findings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(schema.ROOT, project.folder / "schemas")
    (project.folder / "schemas" / "news" / "ranking.schema.json").unlink()
    monkeypatch.setattr(schema, "ROOT", project.folder / "schemas")
    found = findings()
    assert found["schemas"]["level"] == "ok"
    assert found["pipeline news"]["level"] == "bad"
    assert "ranking.schema.json" in found["pipeline news"]["detail"]


def test_an_installed_pipeline_that_cannot_be_imported_is_bad_and_hides_no_other(
    project: Any, findings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(project.folder, monkeypatch, "broken", "broken_pipeline")
    project.write("site/broken_pipeline.py", "import no_such_module\n")
    found = findings()
    assert found["pipeline broken"]["level"] == "bad"
    assert "No module named 'no_such_module'" in found["pipeline broken"]["detail"]
    assert found["pipeline news"]["level"] == "ok"


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in keys.NAMES.values():
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


def test_without_a_key_models_are_local_and_the_others_say_what_is_missing(no_keys: None, findings: Any) -> None:
    found = findings()
    assert found["models"]["detail"].startswith("local:")
    assert found["mock"]["level"] == "ok"
    for name in ("anthropic", "openai", "cohere"):
        assert found[name]["level"] == "note"
        assert keys.NAMES[name] in found[name]["hint"] or "ace-pipelines[llm]" in found[name]["hint"]


def test_a_provider_that_was_chosen_and_cannot_be_used_is_bad(
    no_keys: None, project: Any, findings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("ace.toml", '[models]\nprovider = "openai"\n')
    found = findings()["models"]
    assert found["level"] == "bad"
    assert "--provider local" in found["hint"]
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setattr(find, "SDKS", {"openai": ("no_such_sdk",)})
    assert "pip install" in findings()["models"]["hint"]
    project.write("ace.toml", '[models]\nprovider = "mock"\n')
    assert findings()["models"]["detail"] == "mock mock"


def test_keys_are_named_and_never_shown(
    no_keys: None, cli: Any, findings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "SDKS", {})
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-very-secret")
    found = findings()
    assert found["models"]["detail"] == f"anthropic {find.DEFAULT_MODELS['anthropic']}"
    assert found["anthropic"]["detail"] == "key from ANTHROPIC_API_KEY"
    for words in (("doctor",), ("doctor", "--json")):
        result = cli(*words)
        assert "secret" not in result.out + result.err


def test_a_broken_configuration_file_is_a_configuration_error(project: Any, cli: Any) -> None:
    project.write("ace.toml", "[ace]\nartefacts = 'x'\n")
    result = cli("doctor")
    assert result.code == 78
    assert "ace.toml:2" in result.err
    assert "did you mean artifacts" in result.err
