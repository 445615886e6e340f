"""What is not needed is not imported: a rerun with nothing to do is measured in tens of milliseconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {
    "rich",
    "jsonschema",
    "sqlite3",
    "multiprocessing",
    "asyncio",
    "anthropic",
    "openai",
    "numpy",
    "httpx",
    "trafilatura",
}
FOR_WORK_ONLY = {"jsonschema_rs", "concurrent", "subprocess", "random", "tomllib", "logging"}

SPLIT = """
from ace import Phase, Pipeline
PIPELINE = Pipeline("split", (Phase("one", run="work_one:run"), Phase("two", run="work_two:run")), schemas="shapes")
"""
WORK = "from ace import Output\ndef run(inputs, ctx): return Output({'n': 1})\n"


def imported(folder: Path, environment: dict[str, str], *words: str) -> set[str]:
    """Top-level names, and those of `phases`, that are in sys.modules when the command ends."""
    code = (
        "import sys\nsys.argv = ['ace', *sys.argv[1:]]\nbefore = set(sys.modules)\n"
        "from ace.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code, ended.code\n"
        "print('\\n'.join(set(sys.modules) - before), file=sys.stderr)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    names = found.stderr.split()
    return {name.partition(".")[0] for name in names} | {name for name in names if name.startswith("phases")}


@pytest.fixture
def split(project: Any) -> Any:
    project.write("split.py", SPLIT)
    project.write("work_one.py", WORK)
    project.write("work_two.py", WORK)
    for name in ("one", "two"):
        project.write(f"shapes/{name}.schema.json", "{}")
    return project


def test_help_imports_no_command(project: Any) -> None:
    names = imported(project.folder, project.environment(), "--help")
    assert names & (HEAVY | FOR_WORK_ONLY | {"hashlib", "gzip"}) == set()


def test_listing_pipelines_imports_no_phase_and_no_library_of_theirs(project: Any) -> None:
    names = imported(project.folder, project.environment(), "pipelines")
    assert names & (HEAVY | FOR_WORK_ONLY) <= {"random"}  # importlib.metadata needs it
    assert not [
        name
        for name in names
        if name.startswith("phases.") and not name.endswith((".pipeline", "phases.news", "phases.fund"))
    ]


def test_a_run_imports_nothing_heavy_that_its_phases_do_not(split: Any) -> None:
    names = imported(split.folder, split.environment(), "run", "split.py", "--run-id", "r")
    assert names & HEAVY == set()
    assert {"work_one", "work_two", "jsonschema_rs"} <= names


def test_a_rerun_with_nothing_to_do_imports_no_phase_and_no_validator(split: Any) -> None:
    assert split.ace("run", "split.py", "--run-id", "r").returncode == 0
    names = imported(split.folder, split.environment(), "run", "split.py", "--run-id", "r")
    assert names & (HEAVY | FOR_WORK_ONLY | {"work_one", "work_two"}) == set()
    assert "split" in names


RECORDS = """
import sys, typing
import ace.cli.run, ace.context, ace.execute
for name, module in sorted(sys.modules.items()):
    for made in vars(module).values() if name.split(".")[0] == "ace" else ():
        if isinstance(made, type) and made.__module__ == name and hasattr(made, "_fields"):
            fields = [key for key, kind in made.__annotations__.items() if isinstance(kind, typing.ForwardRef)]
            if fields:
                print(name, made.__name__, *fields)
"""


def test_no_field_of_a_record_is_compiled_from_text_at_every_start(project: Any) -> None:
    command = [sys.executable, "-c", RECORDS]
    found = subprocess.run(command, cwd=project.folder, env=project.environment(), capture_output=True, text=True)
    assert (found.stdout, found.stderr) == ("", "")
