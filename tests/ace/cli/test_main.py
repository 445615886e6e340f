"""The command as a whole: help, unknown words, exit codes, errors as a person sees them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

import ace
from ace import errors
from ace.cli import main
from ace.errors import EXIT_CODES, AceError


def test_help_names_every_command_and_every_exit_code(cli: Any) -> None:
    result = cli("--help")
    assert result.code == 0
    for name, first_line in main.COMMANDS.items():
        assert f"  {name} " in result.out
        assert first_line.split(":")[0][:30] in result.out
    for code, meaning in EXIT_CODES.items():
        assert f"{code:>4}  {meaning}"[:60] in result.out


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_has_help_and_a_module_of_its_own(cli: Any, name: str) -> None:
    if not (Path(main.__file__).parent / f"{main.module_of(name)}.py").exists():
        pytest.skip(f"ace {name} is not there yet")
    result = cli(name, "--help")
    assert result.code == 0
    assert main.COMMANDS[name].split(":")[0].rstrip(".")[:20] in " ".join(result.out.split())


def test_every_error_has_an_exit_code_of_the_table() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AceError)]
    assert len(kinds) > 10
    assert {kind.exit_code for kind in kinds if kind is not errors.Interrupted} <= set(EXIT_CODES)
    assert all(kind.__name__ in str(errors.__doc__) for kind in kinds)


def test_the_version_is_printed(cli: Any) -> None:
    assert ace.__version__ in cli("--version").out


@pytest.mark.parametrize(("word", "near"), [("rnu", "run"), ("plam", "plan"), ("verfy", "verify")])
def test_an_unknown_command_is_a_usage_error_with_the_nearest(cli: Any, word: str, near: str) -> None:
    result = cli(word)
    assert result.code == 2
    assert f"no command '{word}'; did you mean {near}" in result.err


@pytest.mark.parametrize("words", [["--nonsense"], ["run"], ["run", "demo.py", "--wait", "soon"]])
def test_a_wrong_option_is_a_usage_error(cli: Any, words: list[str]) -> None:
    result = cli(*words)
    assert result.code == 2
    assert result.out == ""


def test_an_error_is_one_sentence_and_a_hint(cli: Any) -> None:
    result = cli("run", "nwes")
    assert result.code == 2
    first, second = result.err.splitlines()
    assert first == "ace: no pipeline 'nwes'"
    assert second.startswith("     did you mean ")
    assert result.out == ""


def test_a_bug_is_called_one_and_says_that_nothing_is_lost(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ace.orchestrator.run", lambda *_: 1 / 0)
    result = cli("run", "demo.py")
    assert result.code == 70
    assert "a bug in ACE: ZeroDivisionError" in result.err
    assert "committed artifacts are intact" in result.err
    assert "Traceback" not in result.err


def test_a_traceback_is_shown_only_when_asked_for(project: Any) -> None:
    project.do("one", "1 / 0")
    quiet = project.ace("run", "demo.py", "--run-id", "r")
    loud = project.ace("run", "demo.py", "--run-id", "r", "--debug")
    assert quiet.returncode == loud.returncode == 1
    assert "Traceback" not in quiet.stderr
    assert "Traceback" in loud.stderr
    assert "ZeroDivisionError: division by zero" in loud.stderr


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_reader_that_has_left_does_not_change_how_a_run_ends(project: Any, stream: str) -> None:
    read, write = os.pipe()
    os.close(read)
    project.do("four", "raise PhaseError('no')")
    options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | {stream: write}
    process = project.start("run", "demo.py", "--run-id", "r", "--json", **options)
    os.close(write)
    assert process.wait(60) == 1
    assert project.executed() == ["one", "two", "three", "four"]
    assert project.state()["state"] == "failed"


def test_a_reader_that_has_left_ends_a_reading_command_quietly(project: Any) -> None:
    read, write = os.pipe()
    os.close(read)
    process = project.start("pipelines", "demo.py", stdout=write)
    os.close(write)
    _, err = process.communicate(timeout=60)
    assert err == b""
    assert process.returncode == 0


def test_python_dash_m_is_the_same_command(project: Any) -> None:
    result = project.ace("--version")
    assert result.returncode == 0
    assert ace.__version__ in result.stdout
