"""--artifact-mode: every phase in a fresh process that reads its inputs from disk, and nobody can tell the difference."""

from __future__ import annotations

import os
from typing import Any

import pytest

from ace import walk
from ace.services import Stop

pytestmark = pytest.mark.usefixtures("no_flush")
MEASURED = ("timestamp", "duration_seconds", "cpu_seconds", "peak_rss_mb", "run_id", "metadata_sha256")

SHORT = '''
class Busy(TransientError):
    """A phase's own kind of transient error."""


def first(inputs, ctx):
    return Output(act("first", {"items": [1, 2, 3], "pid": 0}, inputs, ctx))


def last(inputs, ctx):
    return Output(act("last", {"total": sum(inputs["first"]["items"])}, inputs, ctx), files={"md": "é"}, method="rules")


PIPELINE = Pipeline(
    "demo", (Phase("first", reads=(), items="items"), Phase("last", config={"words": ["a"], "rate": 0.5}))
)
'''


@pytest.fixture
def short(project: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(walk, "RETRY_BASE_S", 0.0)
    head = project.file.read_text().partition("def one(")[0]
    project.write("demo.py", head + SHORT)
    return project


def last_only(project: Any, script: str, **options: Any) -> Any:
    """Run the first phase here and the last one in a process of its own."""
    project.run()
    project.do("last", script)
    project.executed()
    return project.run(run_phase="last", artifact_mode=True, **options)


def test_results_are_byte_for_byte_those_of_the_default(project: Any) -> None:
    project.do("two", "ctx.map(lambda n: 1 / n, [1, 0], key=str); ctx.warn('careful')")
    project.do("three", "data['blob'] = ctx.blobs.put(b'image', 'png').as_json()")
    project.do("four", "data |= {'mine': [ctx.config.get('x', 0)] if 'x' in dict(ctx.config) else ctx.started.year}")
    outcomes = [project.run("here"), project.run("apart", artifact_mode=True)]
    assert [(one.state, one.exit_code, one.error) for one in outcomes] == [("partial", 3, "")] * 2
    assert project.data_bytes("here") == project.data_bytes("apart")
    for name in ("one", "two", "three", "four"):
        here, apart = (project.artifact(name, run_id)["metadata"] for run_id in ("here", "apart"))
        assert here.keys() == apart.keys()
        assert [key for key in here if here[key] != apart[key] and key not in MEASURED] == []
    here, apart = ([(one["kind"], one.get("phase")) for one in project.events("", name)] for name in ("here", "apart"))
    assert here == apart


def test_every_phase_has_a_process_of_its_own(short: Any) -> None:
    for name in ("first", "last"):
        short.do(name, "data['pid'] = os.getpid()")
    short.run(artifact_mode=True)
    pids = {short.artifact(name)["data"]["pid"] for name in ("first", "last")}
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_what_a_phase_may_touch_is_there(short: Any) -> None:
    short.run("earlier")
    script = """
data['words'] = ctx.config['words']
data['rate'] = ctx.config['rate']
data['earlier'] = [run.run_id for run in ctx.earlier('first', 3)]
data['isolated'] = ctx.isolated(len, 'abc')
data['cached'] = ctx.cache('c').put('k', 1) or ctx.cache('c').get('k')
data['mapped'] = list(ctx.map(str, [1, 2], key=str, concurrency=2))
"""
    assert last_only(short, script).exit_code == 0
    assert short.artifact("last")["data"] == {
        "total": 6,
        "words": ["a"],
        "rate": 0.5,
        "earlier": ["earlier"],
        "isolated": 3,
        "cached": 1,
        "mapped": ["1", "2"],
    }


def test_what_a_phase_and_its_programs_print_disturbs_nothing(short: Any, capfd: pytest.CaptureFixture[str]) -> None:
    script = """
import subprocess, sys
print("from the phase")
sys.stdout.write("no line end")
os.write(1, b"from below")
subprocess.run([sys.executable, "-c", "print('from a program')"], check=True)
"""
    assert last_only(short, script).exit_code == 0
    out, err = capfd.readouterr()
    assert out == ""
    assert "from the phase" in err
    assert "from a program" in err


@pytest.mark.parametrize(
    ("script", "code", "error", "hint"),
    [
        ("raise PhaseError('no', hint='look')", 1, "no", "look"),
        ("raise StorageError('full', path='x', hint='free')", 74, "full", "free"),
        ("raise ValueError('bad \\ud800')", 1, "ValueError: bad ?", None),
        ("raise KeyError('x')", 1, "KeyError: 'x'", None),
        ("raise SystemExit(5)", 1, "SystemExit: 5", None),
        ("data['n'] = {1}", 1, "n: set is not JSON; use plain dict, list, str, int, float, bool or None", None),
    ],
)
def test_errors_are_those_of_the_default(short: Any, script: str, code: int, error: str, hint: str | None) -> None:
    apart = last_only(short, script)
    assert (apart.state, apart.exit_code, apart.error) == ("failed", code, error)
    if hint is not None:
        assert apart.hint == hint
    here = short.run(run_phase="last")
    assert (here.state, here.exit_code, here.error) == ("failed", code, error)
    assert not list((short.runs / "run_r").glob("phase2_last*"))


FIRST_TIME = "mark = HERE / 'mark'\nfirst = not mark.exists()\nmark.touch()\n"


@pytest.mark.parametrize(
    "script",
    [
        "if first: raise Busy('later', retry_after=0.0)",
        "if first: os._exit(9)",
        "if first: os.kill(os.getpid(), 9)",
    ],
)
def test_a_transient_error_and_a_dead_process_are_tried_again(short: Any, script: str) -> None:
    outcome = last_only(short, FIRST_TIME + script)
    assert outcome.exit_code == 0
    assert short.executed() == ["last", "last"]
    assert short.artifact("last")["metadata"]["attempts"] == 2


def test_what_the_other_side_asks_for_is_waited_for(short: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(Stop, "wait", lambda self, seconds: waits.append(seconds))
    assert last_only(short, FIRST_TIME + "if first: raise Busy('later', retry_after=7.0)").exit_code == 0
    assert waits == [7.0]


def test_finished_items_survive_the_death_of_the_process(short: Any) -> None:
    script = FIRST_TIME + (
        "def work(n):\n    (HERE / 'worked').open('a').write(str(n))\n    return n\n"
        "ctx.map(work, [1, 2], key=str)\nif first: os.kill(os.getpid(), 9)\nctx.map(work, [3], key=str)\n"
    )
    assert last_only(short, script).exit_code == 0
    assert (short.folder / "worked").read_text() == "123"


def test_a_stop_ends_the_phase_with_the_reason_that_was_given(short: Any) -> None:
    stop = Stop()

    def listen(event: Any) -> None:
        if event["kind"] == "log":  # the phase is at work
            stop.request("stopped by SIGINT", 130)

    outcome = last_only(short, "ctx.log('here'); ctx.wait(60); ctx.check()", listeners=(listen,), stop=stop)
    assert (outcome.state, outcome.exit_code, outcome.error) == ("paused", 130, "stopped by SIGINT")


def test_an_input_that_changes_behind_the_back_of_the_run_is_not_used(short: Any) -> None:
    def listen(event: Any) -> None:
        if event["kind"] == "phase_started" and event["phase"] == "last":
            short.edit("first", lambda data: data["items"].append(4))

    outcome = short.run(artifact_mode=True, listeners=(listen,))
    assert (outcome.state, outcome.exit_code) == ("failed", 65)
    assert "phase1_first.json is not what this run was given" in outcome.error
    assert short.executed() == ["first"]


def test_an_edited_input_is_used_as_it_is(short: Any) -> None:
    short.run()
    short.edit("first", lambda data: data["items"].append(4))
    assert short.run(artifact_mode=True).exit_code == 0
    assert short.artifact("last")["data"]["total"] == 10
