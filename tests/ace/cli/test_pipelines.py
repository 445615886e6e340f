"""`ace pipelines`: what can be run by name, and what can be set."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from ace import discovery
from tests.ace.cli.test_doctor import install


@pytest.fixture
def pipelines(project: Any, cli: Any) -> Callable[..., Any]:
    return lambda *words: cli("pipelines", *words)


def test_every_pipeline_has_a_line(pipelines: Any) -> None:
    result = pipelines()
    assert (result.code, result.err) == (0, "")
    assert [line.split()[0] for line in result.out.splitlines()] == discovery.names()
    assert "10 phases  nightly AI-industry report" in result.out


def test_one_pipeline_shows_phases_inputs_options_and_keys(pipelines: Any) -> None:
    out = pipelines("news").out
    assert out.startswith("news: nightly AI-industry report\n   --sources sets initialization.sources\n")
    assert "   INPUT sets initialization.sources\n" in out
    assert " 2 scraping  reads initialization\n" in out  # the one before it, without being told
    assert " 3 tier1_filter  reads scraping, initialization\n      keep = 32\n" in out
    assert '      languages = ["en"]\n' in out
    assert "      respect_robots = true\n" in out


def test_keys_are_shown_as_ace_toml_takes_them(project: Any, pipelines: Any) -> None:
    shown = [line for line in pipelines("news").out.splitlines() if " = " in line]
    lines = iter(shown)
    for phase in discovery.find("news").phases:
        text = "\n".join(next(lines) for _ in phase.config)
        assert tomllib.loads(text) == dict(phase.config)
    assert next(lines, None) is None


def test_a_pipeline_of_one_s_own_is_shown_by_its_path(project: Any, pipelines: Any) -> None:
    out = pipelines("demo.py").out
    assert out.splitlines() == [
        "demo",
        "   --count sets one.count",
        " 1 one",
        "      count = 3",
        " 2 two  reads one",
        " 3 three  reads two",
        "      keep = 2",
        '      note = ""',
        " 4 four  reads three",
    ]
    assert project.executed() == []


def test_optional_inputs_are_marked(project: Any, pipelines: Any) -> None:
    source = project.file.read_text().replace('Phase("four"', 'Phase("four", reads=("two", "three"), optional=("two",)')
    project.write("demo.py", source)
    assert " 4 four  reads two (optional), three\n" in pipelines("demo.py").out
    assert json.loads(pipelines("demo.py", "--json").out)[0]["phases"][3]["optional"] == ["two"]


def test_json_holds_the_same(pipelines: Any) -> None:
    (found,) = json.loads(pipelines("demo.py", "--json").out)
    assert (found["name"], found["title"], found["options"]) == ("demo", "", {"count": "one.count"})
    assert [(phase["name"], phase["reads"]) for phase in found["phases"]] == [
        ("one", []),
        ("two", ["one"]),
        ("three", ["two"]),
        ("four", ["three"]),
    ]
    assert found["phases"][2]["config"] == {"keep": 2, "note": ""}
    assert [one["name"] for one in json.loads(pipelines("--json").out)] == discovery.names()


def test_an_installed_pipeline_is_listed_and_a_broken_one_hides_no_other(
    project: Any, pipelines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(project.folder, monkeypatch, "working", "working_pipeline")
    install(project.folder, monkeypatch, "broken", "broken_pipeline")
    project.write("site/working_pipeline.py", project.file.read_text().replace('"demo"', '"working"'))
    project.write("site/broken_pipeline.py", "1 / 0\n")
    result = pipelines()
    assert result.code == 0
    assert [line.split()[0] for line in result.out.splitlines()] == ["fund", "news", "working"]
    assert "pipeline broken is left out: " in result.err
    assert "division by zero" in result.err
    assert pipelines("broken").code == 78
    assert pipelines("working").out.startswith("working\n   --count sets one.count\n")


def test_an_unknown_name_is_answered_with_the_nearest(pipelines: Any) -> None:
    result = pipelines("nwes")
    assert result.code == 2
    assert "did you mean news" in result.err
    assert pipelines("missing.py").code == 2
