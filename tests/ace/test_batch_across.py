"""What a pipeline says of its inputs together: called once at the end, kept beside the runs, never the end of a batch."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("no_flush")

PIPELINE = """
from pathlib import Path
from ace import Output, Phase, Pipeline
from ace.errors import PhaseError

def read(inputs, ctx):
    text = Path(ctx.config["file"]).read_text()
    if text == "bad":
        raise PhaseError("no")
    return Output({"number": int(text)})

def report(inputs, ctx):
    return Output({"number": inputs["read"]["number"]})

def compare(finished):
    numbers = {one.input: one.data["number"] for one in finished}
    if 13 in numbers.values():
        raise ValueError("thirteen")
    rows = [[name, str(number)] for name, number in numbers.items()]
    uneven = [f"{name} is odd" for name, number in numbers.items() if number % 2]
    return {"problems": uneven, "tables": [{"title": "Numbers", "columns": ["file", "number"], "rows": rows}]}

PIPELINE = Pipeline("across", (Phase("read", reads=(), config={"file": ""}), Phase("report")),
                    options={"input": "read.file"}, across="across:compare")
"""


@pytest.fixture
def batch(project: Any) -> Any:
    project.file = project.write("across.py", PIPELINE)

    def run(*texts: str, options: tuple[str, ...] = ()) -> Any:
        for number, text in enumerate(texts):
            project.write(f"in{number}", text)
        names = [f"in{number}" for number in range(len(texts))]
        return project.ace("batch", "./across.py", *names, *options)

    return run


def kept(project: Any) -> Any:
    return json.loads((project.runs / "across-across.json").read_text())


def test_the_function_sees_what_every_input_came_to_and_its_tables_and_problems_are_shown(
    batch: Any, project: Any
) -> None:
    done = batch("2", "3")
    assert done.returncode == 0
    assert "Numbers" in done.stdout
    assert "across: in1 is odd" in done.stderr
    assert kept(project)["data"]["problems"] == ["in1 is odd"]
    assert [one["input"] for one in kept(project)["metadata"]["runs"]] == ["in0", "in1"]


def test_inputs_that_failed_or_were_given_twice_are_not_compared_and_those_done_before_are(
    batch: Any, project: Any
) -> None:
    assert batch("2", "bad", "2", "4").returncode == 3
    assert kept(project)["data"]["tables"][0]["rows"] == [["in0", "2"], ["in3", "4"]]
    (project.runs / "across-across.json").unlink()
    assert batch("2", "bad", "2", "4").returncode == 3  # the second time everything is done before
    assert kept(project)["data"]["tables"][0]["rows"] == [["in0", "2"], ["in3", "4"]]


def test_one_input_has_nothing_to_be_compared_with(batch: Any, project: Any) -> None:
    assert batch("3").returncode == 0
    assert not (project.runs / "across-across.json").exists()


def test_a_bug_in_the_function_is_told_and_makes_the_batch_partial(batch: Any, project: Any) -> None:
    done = batch("13", "2")
    assert done.returncode == 3
    assert "across: across:compare: ValueError: thirteen" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project.runs / "across-across.json").exists()


def test_a_name_that_leads_to_no_function_is_told(batch: Any, project: Any) -> None:
    project.write("across.py", PIPELINE.replace('across="across:compare"', 'across="across:nothing"'))
    done = project.ace("batch", "./across.py", *(project.write(f"in{n}", str(n)).name for n in (2, 4)))
    assert done.returncode == 3
    assert "across:nothing: is no function" in done.stderr


def test_json_holds_the_comparison_and_quiet_prints_it_only_when_there_are_problems(batch: Any) -> None:
    assert json.loads(batch("2", "4", options=("--json",)).stdout)["across"]["problems"] == []
    assert batch("2", "4", options=("--quiet",)).stderr == ""
    assert "in0 is odd" in batch("3", "4", options=("--quiet",)).stderr


def test_a_pipeline_that_names_no_function_compares_nothing(batch: Any, project: Any) -> None:
    project.write("across.py", PIPELINE.replace(', across="across:compare"', ""))
    done = project.ace("batch", "./across.py", *(project.write(f"in{n}", str(n)).name for n in (2, 4)))
    assert done.returncode == 0
    assert not (project.runs / "across-across.json").exists()
