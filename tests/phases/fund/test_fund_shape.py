"""The eight phases: each has a module, a schema and a header of the same name, and the page names every key."""

from __future__ import annotations

import ast
import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from ace import EMBEDDING_KEYS, MODEL_KEYS, Phase
from phases.fund.p08_result_aggregation import EXTRACTORS
from phases.fund.pipeline import PIPELINE

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "phases" / "fund"
NUMBERED = [(f"p{number:02d}_{phase.name}", phase) for number, phase in enumerate(PIPELINE.phases, start=1)]

ASKING = {*MODEL_KEYS, *EMBEDDING_KEYS}  # the same for every phase that asks; read by the engine

every_phase = pytest.mark.parametrize(("stem", "phase"), NUMBERED, ids=[stem for stem, _ in NUMBERED])


def module(stem: str) -> ModuleType:
    return import_module(f"phases.fund.{stem}")


def test_there_are_eight_phases_and_no_module_that_none_of_them_declares():
    assert len(NUMBERED) == 8
    assert sorted(path.stem for path in FOLDER.glob("p[0-9][0-9]_*.py")) == [stem for stem, _ in NUMBERED]


def test_the_five_read_pages_and_chunks_and_nothing_of_each_other():
    reads = {phase.name: phase.reads for phase in PIPELINE.phases if phase.name in EXTRACTORS}
    assert reads.pop("vector_embedding") == ("hybrid_chunking",)
    assert set(reads.values()) == {("hybrid_chunking", "document_analysis")}
    last = PIPELINE.phases[-1]
    assert (last.optional, last.at_least) == (EXTRACTORS, 1)


@every_phase
def test_a_phase_is_a_module_with_run_and_a_header(stem: str, phase: Phase):
    assert list(inspect.signature(module(stem).run).parameters) == ["inputs", "ctx"]
    text = module(stem).__doc__ or ""
    assert re.search(r"^Reads   \S", text, re.MULTILINE)
    assert re.search(r"^Writes  \S", text, re.MULTILINE)


@every_phase
def test_a_phase_runs_alone_from_the_command_line(stem: str, phase: Phase):
    tree = ast.parse((FOLDER / f"{stem}.py").read_text())
    assert isinstance(tree.body[-1], ast.If)
    assert "ace.standalone" in ast.unparse(tree.body[-1])


@every_phase
def test_the_schema_has_the_phase_s_name_and_holds_its_items(stem: str, phase: Phase):
    found = json.loads((ROOT / "schemas" / "fund" / f"{phase.name}.schema.json").read_text())
    assert found["$id"] == f"ace:fund/{phase.name}/1"
    assert phase.items in found["required"]


@every_phase
def test_a_phase_reads_every_configuration_key_that_it_declares(stem: str, phase: Phase):
    text = "".join(path.read_text() for path in FOLDER.rglob("*.py") if path.stem != "pipeline")
    own = [key for key in phase.config if key not in ASKING]
    assert [key for key in own if f'"{key}"' not in text] == []


def test_the_page_of_the_pipeline_names_every_phase_and_every_key_with_its_default():
    page = (ROOT / "docs" / "pipelines" / "fund.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+\.\w+)` \| `([^|]*)` \|", page, re.MULTILINE))
    expected = {
        f"{phase.name}.{key}": json.dumps(value)
        for _, phase in NUMBERED
        for key, value in phase.config.items()
        if key not in ASKING
    }
    assert rows == expected
    assert [phase.name for _, phase in NUMBERED if f"`{phase.name}`" not in page] == []


def test_the_page_names_every_equation():
    from phases.fund.checks import reconcile

    page = (ROOT / "docs" / "pipelines" / "fund.md").read_text()
    assert [name for name in reconcile.names() if f"`{name}`" not in page] == []
