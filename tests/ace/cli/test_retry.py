"""`ace retry`: a phase and what depends on it run anew, nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("no_flush")

# start → right → far_right; left → far_left → join, which reads middle, too; aside depends on nothing
DIAMOND = """
import os
from pathlib import Path
from ace import Output, Phase, Pipeline
from ace.errors import PhaseError

HERE = Path(__file__).parent


def work(inputs, ctx):
    log = os.open(HERE / "executed.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(log, f"{ctx.phase}\\n".encode())
    os.close(log)
    if (HERE / f"{ctx.phase}.fail").exists():
        raise PhaseError("no")
    return Output({"from": sorted(inputs), "keep": ctx.config["keep"]})


def phase(name, *reads):
    return Phase(name, reads=reads, run="diamond:work", config={"keep": 1})


PIPELINE = Pipeline("diamond", (
    phase("start"), phase("left"), phase("right", "start"), phase("middle", "start"),
    phase("far_left", "left"), phase("far_right", "right"), phase("join", "far_left", "middle"), phase("aside"),
))
"""


@pytest.fixture
def diamond(project: Any) -> Any:
    project.file = project.write("diamond.py", DIAMOND)
    assert project.run().exit_code == 0
    assert len(project.executed()) == 8
    return project


def test_two_of_eight_run_when_one_depends_on_it(cli: Any, diamond: Any) -> None:
    before = diamond.data_bytes()
    inodes = {path.name: path.stat().st_ino for path in (diamond.runs / "run_r").glob("phase*.json")}
    result = cli("retry", "right")
    assert result.code == 0
    assert sorted(diamond.executed()) == ["far_right", "right"]
    after = {path.name: path.stat().st_ino for path in (diamond.runs / "run_r").glob("phase*.json")}
    assert sorted(name for name in inodes if inodes[name] != after[name]) == [
        "phase3_right.json",
        "phase6_far_right.json",
    ]
    assert diamond.data_bytes() == before
    assert len(list((diamond.runs / "run_r" / ".trash").iterdir())) == 2
    assert diamond.state()["state"] == "completed"


def test_a_phase_may_be_a_number_and_the_run_be_named(cli: Any, diamond: Any) -> None:
    diamond.run("later")
    diamond.executed()
    assert cli("retry", "7", "--run-id", "r", "--quiet").code == 0
    assert diamond.executed() == ["join"]
    assert cli("retry", "nosuch").code == 2
    assert cli("retry", "join", "--run-id", "nosuch").code == 2


def test_a_failed_phase_runs_with_what_was_blocked_behind_it(cli: Any, diamond: Any) -> None:
    (diamond.folder / "left.fail").touch()
    assert cli("run", "diamond.py", "--run-id", "f").code == 1
    (diamond.folder / "left.fail").unlink()
    diamond.executed()
    assert cli("retry", "left", "--run-id", "f").code == 0
    assert diamond.executed() == ["left", "far_left", "join"]
    assert diamond.state("f")["state"] == "completed"


def test_what_else_is_missing_stays_missing(cli: Any, diamond: Any) -> None:
    diamond.path("aside").unlink()
    assert cli("retry", "right").code == 0
    assert sorted(diamond.executed()) == ["far_right", "right"]
    assert diamond.state()["state"] == "paused"
    assert cli("resume").code == 0
    assert diamond.executed() == ["aside"]


def test_an_input_that_is_missing_is_named(cli: Any, diamond: Any) -> None:
    diamond.path("start").unlink()
    result = cli("retry", "right")
    assert result.code == 65
    assert "cannot start at phase right: phase 1 start has no artifact" in result.err
    assert diamond.path("right").exists()


def test_it_is_refused_while_the_run_is_running(cli: Any, project: Any) -> None:
    project.do("two", "(HERE / 'ready').write_text('x'); ctx.wait(300)")
    ready = project.gate("ready")
    process = project.start("run", "demo.py", "--run-id", "r")
    ready()
    refused = cli("retry", "one")
    assert refused.code == 75
    assert "ace pause --wait   (then again), or wait for it" in refused.err
    process.kill()
    process.communicate()


def test_a_phase_that_is_empty_is_refused(cli: Any, diamond: Any) -> None:
    result = cli("retry", "")  # as of a variable that is not set
    assert (result.code, diamond.executed()) == (2, [])
    assert "PHASE is empty" in result.err


def test_run_knows_it_as_an_option_that_needs_a_run(cli: Any, diamond: Any) -> None:
    assert cli("run", "diamond.py", "--run-id", "r", "--retry-phase", "far_left").code == 0
    assert diamond.executed() == ["far_left", "join"]
    assert "which run?" in cli("run", "diamond.py", "--retry-phase", "left").err
    both = cli("run", "diamond.py", "--run-id", "r", "--retry-phase", "left", "--run-phase", "left")
    assert "exclude each other" in both.err
