"""`ace run`: what may be typed, what is printed where, and the exit codes."""

from __future__ import annotations

import json
import shlex
import signal
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("no_flush")


def run(cli: Any, *words: str) -> Any:
    return cli("run", "demo.py", "--run-id", "r", *words)


def test_progress_goes_to_stderr_and_the_report_to_stdout(cli: Any, project: Any) -> None:
    result = run(cli)
    assert result.code == 0
    assert result.out == "runs/run_r/phase4_four.md\n"
    assert "demo: started run r" in result.err
    assert [line.split()[1] for line in result.err.splitlines()[2:6]] == ["one", "two", "three", "four"]
    assert "completed: run r in runs/run_r" in result.err
    assert project.executed() == ["one", "two", "three", "four"]


def test_the_folder_is_printed_when_there_is_no_report(cli: Any, project: Any) -> None:
    head, _, rest = project.file.read_text().partition(', files={"md"')
    project.write("demo.py", head + ")\n" + rest.partition("\n")[2])
    assert run(cli).out == "runs/run_r\n"


def test_files_that_only_look_like_reports_are_passed_over(cli: Any, project: Any) -> None:
    run(cli)
    for name in ("phase_notes.md", "phaseX_y.md", "phase9.md"):
        (project.runs / "run_r" / name).write_text("mine")
    assert run(cli).out == "runs/run_r/phase4_four.md\n"


def test_a_failed_run_says_what_where_and_what_to_type(cli: Any, project: Any) -> None:
    project.do("three", "raise PhaseError('the network is down', hint='check the cable')")
    result = run(cli)
    assert result.code == 1
    assert result.out == ""
    assert " 3 three                failed     the network is down" in result.err
    assert "blocked" in result.err
    assert "failed: the network is down\n     check the cable\n" in result.err
    assert f"go on with: ace run {project.file} --run-id r\n" in result.err


def test_the_command_to_go_on_with_finds_the_run_wherever_it_is(cli: Any, project: Any) -> None:
    project.do("three", "raise PhaseError('no')")
    result = run(cli, "--artifacts", "my runs")
    command = result.err.partition("go on with: ace ")[2].splitlines()[0]
    project.undo()
    project.executed()
    assert cli(*shlex.split(command)).code == 0
    assert project.executed() == ["three", "four"]


def test_quiet_prints_nothing_unless_something_fails(cli: Any, project: Any) -> None:
    result = run(cli, "--quiet")
    assert (result.code, result.out, result.err) == (0, "", "")
    project.do("four", "raise PhaseError('no')")
    result = run(cli, "-q", "--resume-from-phase", "4")
    assert result.code == 1
    assert "failed: no" in result.err


def test_json_is_one_document_on_stdout(cli: Any, project: Any) -> None:
    result = run(cli, "--json")
    document = json.loads(result.out)
    assert result.err == ""
    assert document == {
        "run_id": "r",
        "folder": "runs/run_r",
        "state": "completed",
        "exit_code": 0,
        "error": "",
        "hint": "",
        "report": "runs/run_r/phase4_four.md",
    }
    project.do("two", "raise PhaseError('no', hint='do')")
    result = run(cli, "--json", "--resume-from-phase", "2")
    document = json.loads(result.out)
    assert result.code == document["exit_code"] == 1
    assert (document["state"], document["error"], document["hint"]) == ("failed", "no", "do")
    assert document["report"] == "runs/run_r/phase4_four.md"  # it is still that of the run before: 3 and 4 are blocked


def test_a_replaced_report_is_not_taken_for_that_of_a_failed_run(cli: Any, project: Any) -> None:
    run(cli)
    project.do("four", "raise PhaseError('no')")
    result = run(cli, "--json", "--resume-from-phase", "4")
    assert json.loads(result.out)["report"] is None


def test_a_partial_run_ends_with_its_own_code_and_shows_its_report(cli: Any, project: Any) -> None:
    project.do("two", "ctx.map(lambda n: 1 / n, [1, 0], key=str)")
    result = run(cli)
    assert result.code == 3
    assert result.out == "runs/run_r/phase4_four.md\n"
    assert "1 failed" in result.err


@pytest.mark.parametrize(("words", "executed"), [
    (["--resume-from-phase", "3"], ["three", "four"]),
    (["--resume-from-phase", "two"], ["two", "three", "four"]),
    (["--run-phase", "2"], ["two"]),
    ([], []),
    (["--set", "three.keep=1"], []),
    (["--set", "three.keep=1", "--rerun-stale"], ["three", "four"]),
    (["--set", "demo.three.keep=1", "--rerun-stale"], ["three", "four"]),
    (["--count", "5", "--rerun-stale"], ["one", "two", "three"]),
    (["--count=5", "--rerun-stale"], ["one", "two", "three"]),
])  # fmt: skip
def test_what_is_typed_decides_what_is_executed(cli: Any, project: Any, words: list[str], executed: list[str]) -> None:
    run(cli)
    project.executed()
    assert run(cli, *words).code == 0
    assert project.executed() == executed


def test_latest_and_prefixes_name_runs(cli: Any, project: Any) -> None:
    for name in ("alpha", "beta"):
        cli("run", "demo.py", "--run-id", name)
    project.executed()
    assert "run beta" in cli("run", "demo.py", "--run-id", "latest", "--run-phase", "1").err
    assert "run alpha" in cli("run", "demo.py", "--run-id", "alp", "--run-phase", "1").err
    assert project.executed() == ["one", "one"]


def test_a_prefix_of_several_runs_is_refused_and_names_them(cli: Any, project: Any) -> None:
    for name in ("night_1", "night_2"):
        cli("run", "demo.py", "--run-id", name)
    result = cli("run", "demo.py", "--run-id", "night")
    assert result.code == 2
    assert "'night' fits 2 runs" in result.err
    assert "night_1, night_2" in result.err
    assert not (project.runs / "run_night").exists()


def test_resume_latest_leaves_a_run_that_is_being_cancelled(cli: Any, project: Any) -> None:
    project.do("four", "raise PhaseError('no')")
    cli("run", "demo.py", "--run-id", "earlier")
    cli("run", "demo.py", "--run-id", "cancelled")
    project.undo()
    path = project.runs / "run_cancelled" / "run.json"
    path.write_text(path.read_text().replace('"state":"failed"', '"state":"cancelling"', 1))
    assert "run earlier" in cli("run", "demo.py", "--resume-latest").err
    assert "no unfinished run" in cli("run", "demo.py", "--resume-latest").err


@pytest.mark.parametrize("seconds", ["nan", "-1", "soon"])
def test_a_wait_that_is_no_time_is_refused(cli: Any, project: Any, seconds: str) -> None:
    for command in (("run", "demo.py"), ("batch", "demo.py", "a")):
        result = cli(*command, "--wait", seconds)
        assert (result.code, f"'{seconds}' is not a number of seconds" in result.err) == (2, True)
    assert not project.runs.exists()


def test_a_run_goes_on_with_resume_latest(cli: Any, project: Any) -> None:
    project.do("four", "raise PhaseError('no')")
    cli("run", "demo.py")
    project.undo()
    project.executed()
    assert cli("run", "demo.py", "--resume-latest").code == 0
    assert project.executed() == ["four"]


def test_the_artifacts_folder_is_taken_from_the_flag_then_the_variable_then_the_file(
    cli: Any, project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("ace.toml", '[ace]\nartifacts = "from file"\n')
    run(cli, "--artifacts", "from flag")
    run(cli)
    monkeypatch.delenv("ACE_ARTIFACTS")
    run(cli)
    assert all((project.folder / name / "run_r").is_dir() for name in ("from flag", "runs", "from file"))


def test_settings_of_the_file_reach_the_phase(cli: Any, project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("ace.toml", "[demo.one]\ncount = 7\n[demo.three]\nkeep = 6\n")
    monkeypatch.setenv("ACE_DEMO__THREE__KEEP", "5")
    run(cli)
    assert project.artifact("one")["metadata"]["output_count"] == 7
    assert project.artifact("four")["data"]["total"] == 5


WRONG = [
    (["--resume-from-phase", "3", "--run-phase", "3"], "exclude each other"),
    (["--resume-latest"], "--resume-latest and --run-id exclude each other"),
    (["--resume-from-phase", ""], "--resume-from-phase is empty"),
    (["--run-phase", " "], "--run-phase is empty"),
    (["--cuont", "5"], "no option '--cuont'"),
    (["--count"], "--count needs a value"),
    (["--input", "x"], "no option '--input'"),
    (["some-input"], "takes no input, but 'some-input' was given"),
]


@pytest.mark.parametrize(("words", "said"), WRONG)
def test_what_makes_no_sense_is_a_usage_error_and_starts_nothing(
    cli: Any, project: Any, words: list[str], said: str
) -> None:
    result = run(cli, *words)
    assert result.code == 2
    assert said in result.err
    assert not project.runs.exists()


def test_a_mistyped_option_is_hinted_at(cli: Any) -> None:
    assert "--count" in run(cli, "--cuont", "5").err
    assert "--resume-latest" in run(cli, "--resume-lates").err


def test_a_phase_to_go_on_from_needs_a_run(cli: Any) -> None:
    result = cli("run", "demo.py", "--resume-from-phase", "3")
    assert result.code == 2
    assert "which run?" in result.err


SIGNALS = {signal.SIGTERM: 143, signal.SIGINT: 130}


@pytest.mark.parametrize("mode", [[], ["--artifact-mode"]], ids=["here", "apart"])
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_ends_the_run_between_two_items_and_it_goes_on(
    project: Any, number: signal.Signals, mode: list[str]
) -> None:
    # The phase says that it is at work, then waits for the signal: `wait` ends at once, by Interrupted.
    project.do("three", "ctx.map(str, [1], key=str); (HERE / 'ready').write_text('x'); ctx.wait(120)")
    ready = project.gate("ready")
    process = project.start("run", "demo.py", "--run-id", "r", *mode)
    ready()
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == SIGNALS[number]
    assert b"paused" in err
    assert b"go on with" in err
    assert project.state()["state"] == "paused"
    project.undo()
    project.executed()
    assert project.run().exit_code == 0
    assert project.executed() == ["three", "four"]


def test_a_second_signal_ends_a_phase_that_does_not_listen(project: Any) -> None:
    ready, told = project.gate("ready"), project.gate("told")
    project.do(
        "three",
        "import time\n(HERE / 'ready').write_text('x')\n"
        "while not ctx._services._stop.requested: time.sleep(0.001)\n"
        "(HERE / 'told').write_text('x')\ntime.sleep(120)",
    )
    process = project.start("run", "demo.py", "--run-id", "r")
    ready()
    process.send_signal(signal.SIGINT)
    told()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 143
    project.undo()
    project.executed()
    assert project.run().exit_code == 0
    assert project.executed() == ["three", "four"]


def test_what_a_phase_prints_goes_to_stderr_so_that_stdout_stays_data(project):
    (project.folder / "one.do").write_text("print('hello from a phase')")
    done = project.ace("run", "demo.py", "--json")
    assert json.loads(done.stdout)["state"] == "completed"
    assert "hello from a phase" in done.stderr
