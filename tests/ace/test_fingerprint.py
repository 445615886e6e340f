"""What a phase depends on: all of the user's code that it imports, as it would run, and nothing else."""

from __future__ import annotations

import ast
import os
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from ace import fingerprint
from ace.errors import ConfigError

PHASE = '''
"""Score."""
from mine import near
from mine.deep import far as distant
import mine.plain

def run(inputs, ctx):
    return near.value(distant.VALUE)
'''
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a source file; each version has a time of its own, as it has for a person."""
    times: dict[str, int] = {}

    def act(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        times[name] = times.get(name, 1_800_000_000) + 1
        os.utime(path, (times[name], times[name]))
        return path

    return act


@pytest.fixture
def phase(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    write("mine/__init__.py", "")
    write("mine/near.py", "from mine.deep import far\n\ndef value(x):\n    return x + far.VALUE\n")
    write("mine/plain.py", "NAME = 'x'\n")
    write("mine/deep/__init__.py", "")
    write("mine/deep/far.py", "VALUE = 1\n")
    write("mine/unrelated.py", "VALUE = 1\n")
    return write("score.py", PHASE)


def code(path: Path, *files: str) -> str:
    return fingerprint.of_code(path, files).sha256


def test_everything_that_is_imported_counts_and_nothing_else(phase: Path) -> None:
    assert sorted(fingerprint.of_code(phase).files) == [
        "mine/__init__.py",
        "mine/deep/__init__.py",
        "mine/deep/far.py",
        "mine/near.py",
        "mine/plain.py",
        "score.py",
    ]


@pytest.mark.parametrize(
    "text",
    [
        PHASE.replace("def run", "# a remark\n\n\ndef run"),
        PHASE.replace('"""Score."""', '"""Score, said better."""'),
        PHASE.replace('"""Score."""', ""),
        PHASE.replace("    return near", '    """What it does."""\n    return near'),
        PHASE.replace(
            "near.value(distant.VALUE)", "(\n        near.value(\n            distant.VALUE,\n        )\n    )"
        ),
        PHASE.replace("\n", "\r\n"),
        "# coding: utf-8\n" + PHASE,
    ],
    ids=["comment", "docstring", "no docstring", "inner docstring", "format", "line ends", "coding"],
)
def test_comments_format_and_docstrings_change_nothing(phase: Path, write: Write, text: str) -> None:
    before = code(phase)
    assert code(write("score.py", text)) == before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("score.py", PHASE.replace("distant.VALUE", "distant.VALUE + 1")),
        ("score.py", PHASE + "\nUNUSED = 1\n"),
        ("mine/near.py", "from mine.deep import far\n\ndef value(x):\n    return x - far.VALUE\n"),
        ("mine/deep/far.py", "VALUE = 2\n"),
        ("mine/deep/__init__.py", "import os\n"),
        ("mine/plain.py", "NAME = 'y'\n"),
    ],
)
def test_a_change_anywhere_on_the_way_is_noticed(phase: Path, write: Write, file: str, text: str) -> None:
    before = code(phase)
    write(file, text)
    assert code(phase) != before


def test_what_is_not_imported_changes_nothing(phase: Path, write: Write) -> None:
    before = code(phase)
    write("mine/unrelated.py", "VALUE = 2\n")
    assert code(phase) == before


def test_an_import_inside_a_function_counts(phase: Path, write: Write) -> None:
    write("score.py", "def run(inputs, ctx):\n    import mine.unrelated\n")
    before = code(phase)
    write("mine/unrelated.py", "VALUE = 2\n")
    assert code(phase) != before


def test_relative_imports_are_followed(write: Write) -> None:
    write("pack/__init__.py", "from . import shared\n")
    write("pack/shared.py", "X = 1\n")
    write("pack/helpers.py", "Y = 1\n")
    write("pack/phases/__init__.py", "")
    write("pack/phases/beside.py", "Z = 1\n")
    one = write("pack/phases/p01_one.py", "from . import beside\nfrom .beside import Z\nfrom ..helpers import Y\n")
    assert sorted(fingerprint.of_code(one).files) == [
        "pack/__init__.py",
        "pack/helpers.py",
        "pack/phases/__init__.py",
        "pack/phases/beside.py",
        "pack/phases/p01_one.py",
        "pack/shared.py",
    ]
    before = code(one)
    write("pack/helpers.py", "Y = 2\n")
    assert code(one) != before


def test_the_packages_that_hold_a_phase_count(write: Write) -> None:
    write("pack/__init__.py", "")
    one = write("pack/p01_one.py", "X = 1\n")
    before = code(one)
    write("pack/__init__.py", "import os\nos.environ['X'] = '1'\n")
    assert code(one) != before


def test_modules_that_import_each_other_end(phase: Path, write: Write) -> None:
    write("mine/plain.py", "import score\nimport mine.near\n")
    assert "mine/plain.py" in fingerprint.of_code(phase).files


def test_data_files_count_byte_by_byte(phase: Path, write: Write) -> None:
    write("words.txt", "a\n")
    before = code(phase, "words.txt")
    assert before != code(phase)
    write("words.txt", "a \n")
    assert code(phase, "words.txt") != before


def test_a_missing_data_file_is_named(phase: Path) -> None:
    with pytest.raises(ConfigError, match=r"score\.py declares the data file words\.txt"):
        fingerprint.of_code(phase, ("words.txt",))


def test_code_that_does_not_parse_is_named_with_its_line(phase: Path, write: Write) -> None:
    write("mine/plain.py", "x = 1\ndef broken(:\n")
    with pytest.raises(ConfigError, match=r"plain\.py.*line 2"):
        fingerprint.of_code(phase)


def test_unchanged_bytes_are_not_parsed_again(phase: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("words.txt", "a\n")
    recorded = fingerprint.of_code(phase, ("words.txt",))
    fingerprint._read.cache_clear()

    def parse(*_: object, **__: object) -> None:
        pytest.fail("parsed")

    monkeypatch.setattr(ast, "parse", parse)
    assert fingerprint.of_code(phase, ("words.txt",), recorded.files) == recorded


def test_recorded_files_are_believed_only_as_long_as_none_has_changed(phase: Path, write: Write) -> None:
    recorded = fingerprint.of_code(phase)
    write("mine/deep/far.py", "VALUE = 2\n")
    assert fingerprint.of_code(phase, (), recorded.files).sha256 != recorded.sha256
    write("mine/deep/far.py", "VALUE = 1  # as before\n")
    assert fingerprint.of_code(phase, (), recorded.files).sha256 == recorded.sha256


def test_a_file_that_is_gone_is_noticed(phase: Path, write: Write, tmp_path: Path) -> None:
    recorded = fingerprint.of_code(phase)
    (tmp_path / "mine" / "plain.py").unlink()
    assert "mine/plain.py" not in fingerprint.of_code(phase, (), recorded.files).files


def test_a_data_file_that_is_declared_later_is_noticed(phase: Path, write: Write) -> None:
    recorded = fingerprint.of_code(phase)
    write("words.txt", "a\n")
    assert fingerprint.of_code(phase, ("words.txt",), recorded.files).sha256 != recorded.sha256


@pytest.mark.parametrize("recorded", [{"other.py": ["a", "b"]}, {"../../etc/passwd": ["a", "b"]}])
def test_what_another_phase_recorded_is_not_believed(phase: Path, recorded: dict[str, list[str]]) -> None:
    assert fingerprint.of_code(phase, (), recorded) == fingerprint.of_code(phase)


def test_libraries_the_engine_and_the_standard_library_are_left_out(write: Write) -> None:
    one = write("p.py", "import ace, click, json, orjson, jsonschema\nfrom ace import Output\nfrom os import path\n")
    assert list(fingerprint.of_code(one).files) == ["p.py"]


def test_a_library_of_the_same_name_as_a_folder_is_not_walked(phase: Path, write: Write, tmp_path: Path) -> None:
    # `import click` with a data folder click/ beside the phase means the installed library.
    write("click/data.txt", "x")
    one = write("p.py", "import click\nimport click.core\n")
    assert list(fingerprint.of_code(one).files) == ["p.py"]


def test_an_installed_phase_does_not_drag_its_neighbours_in(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("lib/site-packages/theirs/__init__.py", "")
    write("lib/site-packages/theirs/helper.py", "X = 1\n")
    write("lib/site-packages/neighbour/__init__.py", "Y = 1\n")
    one = write("lib/site-packages/theirs/p01_one.py", "import neighbour\nfrom theirs import helper\n")
    monkeypatch.syspath_prepend(str(tmp_path / "lib" / "site-packages"))
    assert sorted(fingerprint.of_code(one).files) == ["theirs/__init__.py", "theirs/helper.py", "theirs/p01_one.py"]


def test_user_installed_libraries_are_not_walked(
    phase: Path, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("home/.local/lib/python3/site-packages/somelib/__init__.py", "X = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path / "home/.local/lib/python3/site-packages"))
    one = write("p.py", "import somelib\n")
    assert list(fingerprint.of_code(one).files) == ["p.py"]


def test_a_checkout_that_moves_changes_nothing(tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = set()
    for place in ("here", "there/deeper"):
        write(f"{place}/helper.py", "X = 1\n")
        one = write(f"{place}/p.py", "import helper\n")
        with monkeypatch.context() as patch:
            patch.setattr(sys, "path", [str(tmp_path / place), sysconfig.get_path("stdlib")])
            hashes.add(code(one))
    assert len(hashes) == 1
