"""A phase, its schema and its test share a stem, and every module says what it reads and writes."""

from __future__ import annotations

import ast
import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from ace import MODEL_KEYS, Phase
from phases.news.pipeline import PIPELINE

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "phases" / "news"
NUMBERED = [(f"p{number:02d}_{phase.name}", phase) for number, phase in enumerate(PIPELINE.phases, start=1)]

every_phase = pytest.mark.parametrize(("stem", "phase"), NUMBERED, ids=[stem for stem, _ in NUMBERED])


def module(stem: str) -> ModuleType:
    return import_module(f"phases.news.{stem}")


def schema(name: str) -> dict:
    return json.loads((ROOT / "schemas" / "news" / f"{name}.schema.json").read_text())


def reads(phase: Phase) -> tuple[str, ...]:
    names = [known.name for known in PIPELINE.phases]
    return (names[names.index(phase.name) - 1],) if phase.reads is None else phase.reads


def test_there_are_ten_phases_and_no_module_that_none_of_them_declares():
    assert len(NUMBERED) == 10
    assert sorted(path.stem for path in FOLDER.glob("p[0-9][0-9]_*.py")) == [stem for stem, _ in NUMBERED]


@every_phase
def test_a_phase_is_a_module_with_run_of_inputs_and_context(stem: str, phase: Phase):
    assert list(inspect.signature(module(stem).run).parameters) == ["inputs", "ctx"]


@every_phase
def test_a_phase_says_what_it_reads_and_writes(stem: str, phase: Phase):
    text = module(stem).__doc__ or ""
    assert re.search(r"^Reads   \S", text, re.MULTILINE)
    assert re.search(r"^Writes  \S", text, re.MULTILINE)


@every_phase
def test_a_phase_says_which_phases_it_reads_and_uses_no_others(stem: str, phase: Phase):
    said = (module(stem).__doc__ or "").split("Reads   ")[1].split("Writes  ")[0]
    used = set(re.findall(r'inputs\["(\w+)"\]', (FOLDER / f"{stem}.py").read_text()))
    assert used == set(reads(phase))
    assert {name for name in reads(phase) if name not in said} == set()


@every_phase
def test_a_phase_runs_alone_from_the_command_line(stem: str, phase: Phase):
    tree = ast.parse((FOLDER / f"{stem}.py").read_text())
    assert isinstance(tree.body[-1], ast.If)
    assert "ace.standalone" in ast.unparse(tree.body[-1])


@every_phase
def test_a_phase_reads_every_configuration_key_that_it_declares(stem: str, phase: Phase):
    others = re.compile(rf"pipeline|(?!{stem})p\d\d_")
    text = "".join(path.read_text() for path in FOLDER.glob("*.py") if not others.match(path.stem))
    own = [key for key in phase.config if key not in MODEL_KEYS]  # those are read by the engine
    assert [key for key in own if f'"{key}"' not in text] == []


@every_phase
def test_the_schema_has_the_phase_s_name_and_holds_its_lists(stem: str, phase: Phase):
    found = schema(phase.name)
    assert found["$id"] == f"ace:news/{phase.name}/1"
    assert found["title"]
    for key in filter(None, (phase.items, phase.dropped)):
        assert key in found["required"]
        assert found["properties"][key]["type"] == "array"


@every_phase
def test_the_phase_has_a_test_of_the_same_stem(stem: str, phase: Phase):
    assert (ROOT / "tests" / "phases" / "news" / f"test_{stem}.py").is_file()


def test_there_is_no_schema_that_no_phase_uses():
    names = {path.name.removesuffix(".schema.json") for path in (ROOT / "schemas" / "news").glob("*.json")}
    assert names == {phase.name for _, phase in NUMBERED}


def test_listing_the_pipeline_imports_no_phase():
    tree = ast.parse((FOLDER / "pipeline.py").read_text())
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {getattr(node, "module", None) for node in imported} == {"__future__", "ace"}


def test_the_page_of_the_pipeline_names_every_phase_and_every_key_with_its_default():
    page = (ROOT / "docs" / "pipelines" / "news.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+\.\w+)` \| `([^|]*)` \|", page, re.MULTILINE))
    expected = {
        f"{phase.name}.{key}": json.dumps(value)
        for _, phase in NUMBERED
        for key, value in phase.config.items()
        if key not in MODEL_KEYS  # the same for every phase that asks: docs/models.md
    }
    assert rows == expected
    assert [phase.name for _, phase in NUMBERED if f"`{phase.name}`" not in page] == []
