"""The documents say what the code does."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from ace import config, discovery, model_config
from ace.cli.main import COMMANDS, group
from ace.errors import EXIT_CODES

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def uncommented(text: str) -> dict:
    lines = [re.sub(r"^# (?=[a-z_0-9]+ = )", "", line) for line in text.splitlines()]
    return tomllib.loads("\n".join(lines))


def test_ace_toml_shows_every_key_with_its_default():
    shown = uncommented((ROOT / "ace.toml").read_text())
    expected = {"ace": dict(config.ENGINE_DEFAULTS), "models": dict(model_config.DEFAULTS)}
    for name in discovery.names():
        phases = {phase.name: dict(phase.config) for phase in discovery.find(name).phases if phase.config}
        expected[name] = phases
    assert shown == expected


def test_ace_toml_as_shipped_changes_nothing():
    assert all(
        not body for section in tomllib.loads((ROOT / "ace.toml").read_text()).values() for body in section.values()
    )


def test_the_command_page_is_the_help_of_the_commands():
    spec = importlib.util.spec_from_file_location("make_cli_page", ROOT / "docs" / "make_cli_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "cli.md").read_text() == module.page(), "run: python docs/make_cli_page.py"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_command_table_is_the_first_line_of_the_command_s_help(name):
    command = group.get_command(click.Context(group), name)
    assert command.help.strip().splitlines()[0] == COMMANDS[name]


def test_every_option_of_every_command_has_help():
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        for option in (one for one in command.params if isinstance(one, click.Option)):
            assert option.help, f"{name} {option.opts}"


def test_exit_codes_of_all_errors_are_documented():
    from ace import errors

    raised = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.AceError)]
    assert {kind.exit_code for kind in raised} <= set(EXIT_CODES)
    assert all(f"{code:>4}  {meaning}" in group.epilog for code, meaning in EXIT_CODES.items())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_named_in_documents_exist(page):
    for name in re.findall(r"(?:^|`|&& |\$\()ace ([a-z]+)", page.read_text(), re.MULTILINE):
        assert name in COMMANDS, f"{page.name} names `ace {name}`"


def test_the_own_pipeline_page_runs_as_printed(tmp_path):
    page = (ROOT / "docs" / "own-pipeline.md").read_text()
    (tmp_path / "words.py").write_text(re.search(r"```python\n(.*?)```", page, re.DOTALL).group(1))
    (tmp_path / "README.md").write_text("apple apple banana")
    (tmp_path / "CHANGELOG.md").write_text("cherry apple fig")
    for line in re.search(r"```\n(ace run.*?)```", page, re.DOTALL).group(1).splitlines():
        command = [sys.executable, "-m", *line.split()]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}: {done.stderr}"
    report = next((tmp_path / "data" / "artifacts" / "latest").glob("*.md")).read_text()
    assert report.splitlines() == ["- banana: 1", "- cherry: 1"]
