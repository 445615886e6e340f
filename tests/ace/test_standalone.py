"""One phase alone: `python -m phases.demo.p02_double`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from ace import discovery, runfile, standalone

PIPELINE = """
from ace import Phase, Pipeline

PIPELINE = Pipeline(
    "numbers",
    (Phase("count", reads=(), items="items", config={"upto": 3}), Phase("double", items="items", config={"by": 2})),
    package="phases.numbers",
)
"""
COUNT = """
from ace import Output


def run(inputs, ctx):
    return Output({"items": [{"id": str(n), "n": n} for n in range(ctx.config["upto"])]})
"""
MAIN = """
if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
"""
DOUBLE = f"""
from ace import Output


def run(inputs, ctx):
    return Output(dict(items=[one | dict(n=one["n"] * ctx.config["by"]) for one in inputs["count"]["items"]]))

{MAIN}"""
Python = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def python(project: Any) -> Python:
    """`python -m …` in the project's folder, where a package `phases` of its own holds the pipeline `numbers`."""
    project.write("phases/__init__.py", "")
    project.write("phases/numbers/__init__.py", "")
    project.write("phases/numbers/pipeline.py", PIPELINE)
    project.write("phases/numbers/p01_count.py", COUNT)
    project.write("phases/numbers/p02_double.py", DOUBLE)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environment = project.environment() | {"ACE_ARTIFACTS": "runs"}
        command = [sys.executable, "-m", *words]
        return subprocess.run(command, cwd=project.folder, env=environment, capture_output=True, text=True, timeout=60)

    return run


def ns(project: Any, run_id: str) -> list[int]:
    return [one["n"] for one in project.artifact("double", run_id)["data"]["items"]]


def test_a_phase_runs_anew_alone_on_the_artifacts_of_the_latest_run(project: Any, python: Python) -> None:
    assert python("ace", "run", "numbers", "--run-id", "a").returncode == 0
    before = project.path("count", "a").stat().st_mtime_ns
    project.write("phases/numbers/p02_double.py", DOUBLE.replace('ctx.config["by"]', "10"))
    done = python("phases.numbers.p02_double", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["run_id"] == "a"
    assert ns(project, "a") == [0, 10, 20]
    assert project.path("count", "a").stat().st_mtime_ns == before


def test_a_run_can_be_named_and_other_options_are_those_of_ace_run(project: Any, python: Python) -> None:
    for run_id in ("a", "b"):
        assert python("ace", "run", "numbers", "--run-id", run_id).returncode == 0
    done = python("phases.numbers.p02_double", "--run-id=a", "--set", "double.by=7")
    assert done.returncode == 0, done.stderr
    assert (ns(project, "a"), ns(project, "b")) == ([0, 7, 14], [0, 2, 4])
    assert "Usage: " in python("phases.numbers.p02_double", "--help").stdout


def test_without_its_input_it_says_what_to_type(project: Any, python: Python) -> None:
    assert python("phases.numbers.p02_double").returncode == 2
    assert python("ace", "run", "numbers", "--run-id", "a").returncode == 0
    project.path("count", "a").unlink()
    done = python("phases.numbers.p02_double")
    assert done.returncode == 65
    assert "cannot start at phase double: phase 1 count has no artifact" in done.stderr
    assert "ace run numbers --run-id a" in done.stderr


def test_a_phase_of_the_news_pipeline_runs_alone(project: Any) -> None:
    folder = project.runs / "run_n"
    folder.mkdir(parents=True)
    settings = {"initialization.sources": ["sample"]}
    (folder / "run.json").write_bytes(orjson.dumps(runfile.new("n", discovery.find("news"), settings, "")))
    done = subprocess.run(
        [sys.executable, "-m", "phases.news.p01_initialization", "--run-id", "n", "--artifacts", "runs"],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert project.artifact("initialization", "n")["data"]["sample"] is True
    assert [path.name for path in folder.glob("phase*")] == ["phase1_initialization.json"]


@pytest.mark.parametrize("name", [phase.name for phase in discovery.find("news").phases])
def test_every_phase_of_the_news_pipeline_can_run_alone(name: str) -> None:
    news = discovery.find("news")
    assert discovery.module_file(news, discovery.phase(news, name)).read_text().endswith(MAIN)


def test_a_file_that_is_no_phase_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        standalone.main("/somewhere/phases/demo/helper.py")
    assert ended.value.code == 2
    assert "helper.py is not named like a phase" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ([], ["--run-id", "latest"]),
        (["--debug"], ["--run-id", "latest", "--debug"]),
        (["--run-id", "x"], ["--run-id", "x"]),
        (["--run-id=x"], ["--run-id=x"]),
        (["--resume-latest"], ["--resume-latest"]),
        (["--help"], ["--help"]),
    ],
)
def test_the_latest_run_is_meant_unless_one_is_named(
    given: list[str], passed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(standalone, "ace_main", calls.append)
    monkeypatch.setattr(sys, "argv", ["p03_sift.py", *given])
    with pytest.raises(SystemExit):
        standalone.main("/somewhere/phases/demo/p03_sift.py")
    assert calls == [["run", "demo", "--run-phase", "3", *passed]]
