"""The probe table: what is done to a finished run or its pipeline, and exactly which phases that concerns.

A pipeline of four phases in a chain, a module for each, and helpers that some of them reach:

    one                       reads key one.count
    two    → helpers.words → helpers.deep; reads two.mark, two.both
    three  → helpers.late (inside a function), table.txt; reads three.both
    four   → helpers.words → helpers.deep

Everything goes through the command in a process of its own.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Project

CHAIN = ("one", "two", "three", "four")
NOTE = """
import os
from pathlib import Path


def note(name):
    log = os.open(Path(__file__).parent / "executed.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(log, f"{name}\\n".encode())
    os.close(log)
"""
FILES = {
    "note.py": NOTE,
    "wire.py": """
from ace import Phase, Pipeline

PIPELINE = Pipeline("wire", (
    Phase("one", reads=(), run="steps.p_one:run", items="items", config={"count": 3, "unread": 0}),
    Phase("two", run="steps.p_two:run", items="items", config={"mark": "m", "both": 1}),
    Phase("three", run="steps.p_three:run", items="items", config={"both": 1}, files=("table.txt",)),
    Phase("four", run="steps.p_four:run"),
))
""",
    "steps/__init__.py": "",
    "steps/table.txt": "a table\n",
    "steps/p_one.py": """
from ace import Output
from note import note


def run(inputs, ctx):
    note("one")
    return Output({"items": [{"id": str(n)} for n in range(ctx.config["count"])]})
""",
    "steps/p_two.py": '''
"""Phase two."""
from ace import Output
from helpers import words
from note import note


def run(inputs, ctx):
    """What it does."""
    note("two")  # a remark
    both = ctx.config["both"]
    return Output({"items": [i | {"two": words.said(ctx.config["mark"])} for i in inputs["one"]["items"]]})
''',
    "steps/p_three.py": """
from ace import Output
from note import note


def run(inputs, ctx):
    from helpers.late import size
    note("three")
    return Output({"items": [i | {"size": size(i), "x": ctx.config["both"] and 1} for i in inputs["two"]["items"]]})
""",
    "steps/p_four.py": """
from ace import Output
from helpers.words import said
from note import note


def run(inputs, ctx):
    note("four")
    return Output({"total": len(inputs["three"]["items"])}, files={"md": said("total") + "\\n"})
""",
    "helpers/__init__.py": "",
    "helpers/words.py": '''
"""Words."""
from .deep import upper


def said(text):
    """Say it."""
    return upper(text)


class Unused:
    """Nobody reads this."""

    def method(self):
        """Nor this."""
        return 1
''',
    "helpers/deep.py": "def upper(text):\n    return text.upper()\n\n\ndef spare():\n    return 1\n",
    "helpers/late.py": "def size(item):\n    return len(item)\n",
    "helpers/unused.py": "LIMIT = 1\n",
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pipeline and one finished run `r`, to be copied."""
    folder = tmp_path_factory.mktemp("probes")
    project = Project(folder)
    for name, text in FILES.items():
        project.write(name, text)
    found = project.ace("run", "wire.py", "--run-id", "r")
    assert found.returncode == 0, found.stderr
    assert project.executed() == list(CHAIN)
    return folder


@pytest.fixture
def wire(finished: Path, tmp_path: Path) -> Project:
    """A copy of it, times and all."""
    shutil.copytree(finished, tmp_path / "copy", symlinks=True, ignore=shutil.ignore_patterns("demo.py", "__pycache__"))
    return Project(tmp_path / "copy")


def plan(wire: Project, *words: str) -> dict[str, tuple[str, bool]]:
    """{phase: (action, is stale)} as `ace plan --json` says."""
    found = wire.ace("plan", "wire.py", "--run-id", "r", "--json", *words)
    assert found.returncode == 0, found.stderr
    return {one["phase"]: (one["action"], bool(one["stale"])) for one in json.loads(found.stdout)["phases"]}


def marked(wire: Project, *words: str) -> list[str]:
    """Phases that the plan calls stale; all of them are kept."""
    found = plan(wire, *words)
    assert {action for action, _ in found.values()} == {"skip"}
    return [phase for phase, (_, stale) in found.items() if stale]


def run(wire: Project, *words: str) -> list[str]:
    """Phases that `ace run` runs."""
    found = wire.ace("run", "wire.py", "--run-id", "r", *words)
    assert found.returncode == 0, found.stderr
    return wire.executed()


def add_item(data: Any) -> None:
    data["items"].append({"id": "9", "two": "M"})


def cut(path: Path) -> None:
    status = path.stat()
    path.write_bytes(path.read_bytes()[:-20])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def rewritten_in_part(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("phase", CHAIN)
def test_touching_an_artifact_reruns_nothing(wire: Project, phase: str) -> None:
    path = wire.path(phase)
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 10**9))
    assert plan(wire) == dict.fromkeys(CHAIN, ("skip", False))
    assert run(wire) == []


@pytest.mark.parametrize(
    ("phase", "follows"), [("one", ["two", "three", "four"]), ("two", ["three", "four"]), ("three", ["four"])]
)
def test_editing_an_artifact_reruns_exactly_what_follows(wire: Project, phase: str, follows: list[str]) -> None:
    wire.edit(phase, add_item)
    planned = plan(wire)
    assert planned[phase] == ("skip", False)
    assert planned[follows[0]] == ("run", False)
    assert [name for name, (action, _) in planned.items() if action != "skip"] == follows
    assert run(wire) == follows
    assert run(wire) == []
    assert wire.artifact("four")["data"] == {"total": 4}


def test_editing_the_last_artifact_reruns_nothing(wire: Project) -> None:
    wire.edit("four", lambda data: data.update(total=7))
    assert run(wire) == []
    assert wire.artifact("four")["data"] == {"total": 7}


def test_an_edit_that_changes_nothing_that_follows_stops_there(wire: Project) -> None:
    wire.edit("one", lambda data: data.update(remark="seen by nobody"))
    assert run(wire) == ["two"]  # it gives the same bytes


@pytest.mark.parametrize("phase", CHAIN)
@pytest.mark.parametrize("harm", [cut, rewritten_in_part, emptied, Path.unlink])
def test_truncating_or_deleting_an_artifact_rebuilds_exactly_it(
    wire: Project, phase: str, harm: Callable[[Path], None]
) -> None:
    before = wire.data_bytes()
    harm(wire.path(phase))
    planned = plan(wire)
    assert planned[phase] == ("run", False)
    assert {action for name, (action, _) in planned.items() if name != phase} <= {"skip", "check"}
    assert run(wire) == [phase]
    assert wire.data_bytes() == before
    assert run(wire) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "concerned"),
    [
        ("helpers/words.py", "upper(text)", "upper(text) + ''", ["two", "four"]),
        ("helpers/deep.py", "text.upper()", "str(text).upper()", ["two", "four"]),
        ("helpers/deep.py", "return 1", "return 2", ["two", "four"]),
        ("helpers/late.py", "len(item)", "len(item) + 0", ["three"]),
        ("helpers/__init__.py", "", "VERSION = 2\n", ["two", "three", "four"]),
        ("helpers/unused.py", "1", "2", []),
        ("steps/p_two.py", '{"two":', "{'two': 0} | {\"two\":", ["two"]),
        ("steps/p_one.py", "range(", "range(0, ", ["one"]),
        ("steps/__init__.py", "", "X = 1\n", list(CHAIN)),
        ("steps/table.txt", "a table", "another table", ["three"]),
        ("note.py", "import os\n", "import os, sys\n", list(CHAIN)),
        ("wire.py", '"unread": 0', '"unread": 1', []),
    ],
)
def test_editing_code_marks_exactly_the_phases_whose_imports_reach_it(
    wire: Project, file: str, old: str, new: str, concerned: list[str]
) -> None:
    wire.write(file, FILES[file].replace(old, new, 1))
    assert marked(wire) == concerned
    assert run(wire) == []
    assert run(wire, "--rerun-stale") == concerned
    assert marked(wire) == []


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("helpers/words.py", lambda text: "# a remark\n" + text),
        ("helpers/words.py", lambda text: text.replace('"""Words."""', '"""Other words."""')),
        ("helpers/words.py", lambda text: text.replace('    """Say it."""\n', "")),
        ("helpers/words.py", lambda text: text.replace("Nobody", "Somebody").replace("Nor this", "But this")),
        ("helpers/words.py", lambda text: text.replace("said(text):", "said(\n    text,\n):")),
        ("helpers/deep.py", lambda text: text.replace("\n\n\n", "\n\n\n\n\n")),
        ("helpers/late.py", lambda text: text.replace("len(item)", "(len( item ))")),
        ("steps/p_two.py", lambda text: text.replace("  # a remark", "").replace('"two"', "'two'")),
        ("steps/p_two.py", lambda text: text),
    ],
)
def test_comments_formatting_and_docstrings_mark_none(wire: Project, file: str, change: Callable[[str], str]) -> None:
    wire.write(file, change(FILES[file]))
    assert marked(wire) == []
    assert run(wire, "--rerun-stale") == []


@pytest.mark.parametrize(
    ("assignments", "concerned"),
    [
        (("one.count=2",), ["one"]),
        (("two.mark=n",), ["two"]),
        (("two.both=2",), ["two"]),  # read and not used: it counts all the same
        (("three.both=2",), ["three"]),
        (("one.unread=5",), []),
        (("two.mark=m",), []),
        (("two.both=2", "three.both=2"), ["two", "three"]),
    ],
)
def test_changing_a_key_marks_exactly_the_phases_that_read_it(
    wire: Project, assignments: tuple[str, ...], concerned: list[str]
) -> None:
    words = [word for text in assignments for word in ("--set", text)]
    assert marked(wire, *words) == concerned
    section = {text.partition(".")[0]: "" for text in assignments}
    for text in assignments:
        name, _, rest = text.partition(".")
        key, _, value = rest.partition("=")
        section[name] += f"{key} = {json.dumps(value) if not value.isdigit() else value}\n"
    wire.write("ace.toml", "".join(f"[wire.{name}]\n{lines}\n" for name, lines in section.items()))
    assert marked(wire) == concerned
    assert run(wire) == []


@pytest.mark.parametrize(
    ("assignment", "reruns"),
    [
        ("one.count=2", ["one", "two", "three", "four"]),  # other data: all that follows
        ("two.mark=n", ["two", "three", "four"]),
        ("three.both=2", ["three"]),  # the same bytes
        ("two.both=2", ["two"]),  # the same bytes
    ],
)
def test_a_phase_that_is_made_anew_is_followed_only_where_its_bytes_changed(
    wire: Project, assignment: str, reruns: list[str]
) -> None:
    assert run(wire, "--rerun-stale", "--set", assignment) == reruns
