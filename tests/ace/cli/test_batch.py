"""`ace batch` in processes of its own: every input gets its run, none is lost, whatever dies."""

from __future__ import annotations

import json
import os
import pty
import resource
import signal
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from ace import lock

# Each input is a file whose text is executed by the second phase, so that one input fails, waits or dies and others do
# not. Every phase notes "<phase> <input> <pid> begin|end" in one log.
SCRIPTS = """
import os
from pathlib import Path
import noted
from ace import Output, Phase, Pipeline
from ace.errors import PhaseError

HERE = Path(__file__).parent
LEAK = []


def note(*words):
    log = os.open(HERE / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(log, (" ".join(map(str, words)) + "\\n").encode())
    os.close(log)


def read(inputs, ctx):
    name = Path(ctx.config["file"]).name
    note("read", name, os.getpid())
    return Output({"name": name, "script": Path(ctx.config["file"]).read_text(), "size": ctx.config["size"]})


def act(inputs, ctx):
    name = inputs["read"]["name"]
    note("act", name, os.getpid())
    print("noise on stdout")
    scope = globals() | {"data": {"name": name, "nice": os.nice(0)}, "ctx": ctx}
    exec(inputs["read"]["script"], scope)
    note("end", name, os.getpid())
    return Output(scope["data"])


PIPELINE = Pipeline(
    "scripts",
    (Phase("read", reads=(), config={"file": "", "size": 1}), Phase("act")),
    options={"input": "read.file", "size": "read.size"},
)
"""
NOTED = """
import os
from pathlib import Path
log = os.open(Path(__file__).parent / "imports", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
os.write(log, b"x")
"""
WAIT = "(HERE / 'ready').write_text('x'); ctx.wait(300)"
DIE = "os.kill(os.getpid(), 9)"
ONCE = "if not (HERE / 'died').exists():\n    (HERE / 'died').write_text('x')\n    os.kill(os.getpid(), 9)"
FAIL = "raise PhaseError('a bad one')"
CONTENT = {"completed": "pass", "failed": FAIL, "crashed": DIE}


class Batch:
    """The pipeline and its inputs in a project's folder."""

    def __init__(self, project: Any) -> None:
        self.project, self.folder, self.runs = project, project.folder, project.runs
        project.write("scripts.py", SCRIPTS)
        project.write("noted.py", NOTED)

    def inputs(self, **texts: str) -> list[str]:
        for name, text in texts.items():
            (self.folder / name).write_text(f"{text}\n# {name}")
        return list(texts)

    def __call__(self, *words: str, code: int = 0) -> Any:
        """The document that --json prints."""
        done = self.project.ace("batch", "scripts.py", *words, "--json")
        assert done.returncode == code, done.stderr
        document = json.loads(done.stdout)
        assert document["exit_code"] == code
        return document

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        process: subprocess.Popen[bytes] = self.project.start("batch", "scripts.py", *words)
        return process

    def log(self) -> list[list[str]]:
        """What phases noted since this was asked for the last time."""
        path = self.folder / "log"
        lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
        path.unlink(missing_ok=True)
        return lines

    def executed(self) -> list[str]:
        return sorted(f"{phase} {name}" for phase, name, _ in self.log() if phase != "end")

    def states(self, document: Any) -> dict[str, str]:
        return {one["input"]: one["state"] for one in document["runs"]}


@pytest.fixture
def batch(project: Any) -> Batch:
    return Batch(project)


def outlived(pids: set[int]) -> set[int]:
    """Processes that do not end by themselves within ten seconds each."""
    import select

    left = set()
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        if not select.select([handle], [], [], 10)[0]:
            left.add(pid)
        os.close(handle)
    return left


def descendants(pid: int) -> set[int]:
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


# --- one run per input


def test_every_input_gets_its_own_run_in_the_order_given(batch: Batch) -> None:
    names = batch.inputs(c="pass", a="pass", b="pass")
    done = batch.project.ace("batch", "scripts.py", *names, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == ["input", "c", "a", "b"]  # what phases print is not among it
    assert all(row[2] == "completed" for row in rows[1:])
    assert len({row[1] for row in rows[1:]}) == 3
    for name, run_id, *_ in rows[1:]:
        assert batch.project.artifact("act", run_id)["data"]["name"] == name
        assert batch.project.state(run_id)["input"]["name"] == name
        assert (batch.runs / f"run_{run_id}" / "logs" / "run.log").exists()
    assert "[3/3] completed" in done.stderr
    assert "3 inputs: 3 completed" in done.stderr


def test_one_bad_input_stops_nothing(batch: Batch) -> None:
    names = batch.inputs(a=FAIL, b="pass", c=FAIL, d="pass")
    document = batch(*names, "missing", "--jobs", "1", code=3)
    assert batch.states(document) == {
        "a": "failed",
        "b": "completed",
        "c": "failed",
        "d": "completed",
        "missing": "failed",
    }
    assert document["counts"] == {"completed": 2, "failed": 3}
    assert document["runs"][0]["error"] == "a bad one"


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (["completed"], 0),
        (["completed", "failed"], 3),
        (["failed", "failed"], 1),
        (["crashed"], 1),
        (["completed", "crashed"], 3),
    ],
)
def test_the_exit_code_says_how_many_came_through(batch: Batch, states: list[str], code: int) -> None:
    names = batch.inputs(**{f"{place}": CONTENT[state] for place, state in enumerate(states)})
    assert list(batch.states(batch(*names, code=code)).values()) == states


def test_options_of_the_pipeline_and_settings_go_to_all(batch: Batch) -> None:
    names = batch.inputs(a="pass", b="pass")
    for words in (["--size", "7"], ["--size=7"], ["--set", "read.size=7"]):
        document = batch(names[0], *words, names[1], "--again")
        assert [batch.project.artifact("read", one["run_id"])["data"]["size"] for one in document["runs"]] == [7, 7]


def test_quiet_says_nothing_of_what_went_well(batch: Batch) -> None:
    names = batch.inputs(a="pass", b=FAIL)
    good = batch.project.ace("batch", "scripts.py", names[0], "--quiet")
    assert (good.returncode, good.stdout, good.stderr) == (0, "", "noise on stdout\n")
    bad = batch.project.ace("batch", "scripts.py", *names, "--quiet")
    assert bad.returncode == 3
    assert "failed     b" in bad.stderr
    assert "completed  a" not in bad.stderr


def test_priority_is_how_nice_the_workers_are(batch: Batch) -> None:
    names = batch.inputs(a="pass")
    found = {}
    for priority in ("normal", "low"):
        run_id = batch(*names, "--priority", priority, "--again")["runs"][0]["run_id"]
        found[priority] = batch.project.artifact("act", run_id)["data"]["nice"]
    assert found["low"] == min(found["normal"] + 10, 19)


WRONG = [
    ([], "no INPUT was given"),
    (["--sise", "5", "a"], "no option '--sise'"),
    (["a", "--jobs", "0"], "--jobs"),
    (["a", "--set", "read.nothing=1"], "has no key"),
]


@pytest.mark.parametrize(("words", "said"), WRONG)
def test_what_makes_no_sense_starts_nothing(batch: Batch, words: list[str], said: str) -> None:
    batch.inputs(a="pass")
    done = batch.project.ace("batch", "scripts.py", *words)
    assert done.returncode in (2, 78)
    assert said in done.stderr
    assert batch.log() == []


def test_a_pipeline_without_input_makes_no_batch(cli: Any) -> None:
    result = cli("batch", "demo.py", "a")
    assert result.code == 2
    assert "takes no input" in result.err


# --- what was done before


def test_what_was_completed_with_the_same_content_is_not_done_again(batch: Batch) -> None:
    names = batch.inputs(a="pass", b="pass")
    first = batch(*names)
    batch.log()
    (batch.folder / "renamed").write_bytes((batch.folder / "b").read_bytes())
    second = batch("a", "renamed")
    assert batch.executed() == []
    assert [one["run_id"] for one in second["runs"]] == [one["run_id"] for one in first["runs"]]
    assert {one["note"] for one in second["runs"]} == {"done before"}

    (batch.folder / "a").write_text("pass  # changed")
    batch(*names)
    assert batch.executed() == ["act a", "read a"]
    batch(*names, "--size", "2")
    assert batch.executed() == ["act a", "act b", "read a", "read b"]
    batch(*names, "--again")
    assert batch.executed() == ["act a", "act b", "read a", "read b"]


def test_what_failed_goes_on_where_it_was(batch: Batch) -> None:
    names = batch.inputs(a="pass", b="if not (HERE / 'cable').exists(): raise PhaseError('no cable')")
    first = batch(*names, code=3)
    batch.log()
    (batch.folder / "cable").write_text("x")
    second = batch(*names)
    assert batch.executed() == ["act b"]
    assert [one["run_id"] for one in second["runs"]] == [one["run_id"] for one in first["runs"]]


@pytest.mark.parametrize("again", [[], ["--again"]])
def test_what_to_type_after_a_failure_does_not_begin_everything_anew(batch: Batch, again: list[str]) -> None:
    done = batch.project.ace("batch", "scripts.py", *batch.inputs(a="pass", b=FAIL), *again)
    assert done.returncode == 3
    words = "without --again the same command skips" if again else "the same command again goes on"
    assert words in done.stderr


def test_an_input_given_twice_is_done_once_and_stands_in_the_table_twice(batch: Batch) -> None:
    names = batch.inputs(a=FAIL, b="pass")
    document = batch("a", *names, "b", code=3)
    assert [one["state"] for one in document["runs"]] == ["failed", "failed", "completed", "completed"]
    assert batch.executed() == ["act a", "act b", "read a", "read b"]


# --- what dies


def test_a_killed_worker_is_tried_once_more_and_takes_no_other_with_it(batch: Batch) -> None:
    names = batch.inputs(a="pass", b=DIE, c="pass", d="pass")
    document = batch(*names, "--jobs", "2", code=3)
    assert batch.states(document) == {"a": "completed", "b": "crashed", "c": "completed", "d": "completed"}
    assert document["runs"][1]["attempts"] == 2
    assert document["runs"][1]["error"] == "its worker process was killed by SIGKILL"
    executed = batch.executed()
    assert executed.count("act b") == 2
    assert executed.count("read b") == 1  # the second try went on with the same run
    assert {executed.count(f"act {name}") for name in "acd"} == {1}


def test_a_worker_that_died_once_is_completed_by_the_second_try(batch: Batch) -> None:
    document = batch(*batch.inputs(a=ONCE))
    assert document["runs"][0]["attempts"] == 2
    assert document["runs"][0]["error"] == ""
    assert len(list(batch.runs.glob("run_*"))) == 1


def test_a_run_that_was_cancelled_by_force_is_not_tried_again(batch: Batch) -> None:
    document = batch(*batch.inputs(a="pass", b="os._exit(6)"), code=3)
    assert batch.states(document) == {"a": "completed", "b": "cancelled"}
    assert document["runs"][1]["attempts"] == 1
    assert batch.executed().count("act b") == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_stops_the_workers_and_the_same_command_goes_on(batch: Batch, number: int, code: int) -> None:
    names = batch.inputs(a="pass", b=WAIT, c="pass")
    ready = batch.project.gate("ready")
    process = batch.start(*names, "--jobs", "1", "--json")
    ready()
    below = descendants(process.pid)
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == code
    assert outlived(below) == set()
    first = json.loads(out)
    assert batch.states(first) == {"a": "completed", "b": "paused", "c": "queued"}
    assert batch.executed() == ["act a", "act b", "read a", "read b"]

    (batch.folder / "b").write_text(f"{WAIT}\n# b")  # the same content: the same run
    run_id = first["runs"][1]["run_id"]
    ready = gate_again(batch)
    process = batch.start(*names, "--jobs", "1", "--json")
    ready()
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    assert json.loads(out)["runs"][1]["run_id"] == run_id
    assert batch.executed() == ["act b"]


def gate_again(batch: Batch) -> Any:
    (batch.folder / "ready").unlink()
    return batch.project.gate("ready")


def test_a_killed_batch_leaves_no_process_and_no_lock_and_goes_on(batch: Batch) -> None:
    wait = f"if not (HERE / 'go').exists(): {WAIT}"
    names = batch.inputs(a="pass", b=wait)
    ready = batch.project.gate("ready")
    process = batch.start(*names, "--jobs", "1")
    ready()
    below = descendants(process.pid)
    process.kill()
    process.communicate()
    assert outlived(below) == set()
    batch.log()
    (batch.folder / "go").write_text("x")
    assert batch.states(batch(*names)) == {"a": "completed", "b": "completed"}
    assert batch.executed() == ["act b"]


def test_a_batch_excludes_runs_of_its_pipeline_but_not_its_own(batch: Batch) -> None:
    names = batch.inputs(a="pass", b="pass")
    with lock.hold(batch.runs / ".locks" / "scripts.lock", "pipeline scripts"):
        done = batch.project.ace("batch", "scripts.py", *names)
        assert done.returncode == 75
        assert batch.log() == []
        batch(*names, "--allow-overlap")
    ready = batch.project.gate("ready")
    process = batch.start(*batch.inputs(w=WAIT))
    ready()
    assert batch.project.ace("run", "scripts.py", "a").returncode == 75
    process.kill()
    process.communicate()


# --- many


def test_a_hundred_inputs_are_all_done_by_few_processes_in_little_memory(batch: Batch) -> None:
    # every run leaks 8 MB: one process for all would end at 800
    names = batch.inputs(**{f"n{number:03}": "LEAK.append(b'x' * 8_000_000)" for number in range(100)})
    process = batch.start(*names, "--jobs", "3", "--json")
    assert process.stdout
    assert process.stderr
    out = process.stdout.read()
    process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    document = orjson.loads(out)
    assert process.returncode == 0
    assert document["counts"] == {"completed": 100}
    assert [one["input"] for one in document["runs"]] == names
    assert len({one["run_id"] for one in document["runs"]}) == 100
    log = batch.log()
    working: set[str] = set()
    for what, name, _ in log:
        if what == "end":
            working.discard(name)
        else:
            working.add(name)
        assert len(working) <= 3
    assert sum(what == "end" for what, *_ in log) == 100
    # kB, of the largest of them; Linux counts what the starting process, this one, had before the exec
    assert usage.ru_maxrss < resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + 200_000


def test_imports_are_paid_once(batch: Batch) -> None:
    # the file that declares the pipeline is executed by each run; what it imports is there already
    batch(*batch.inputs(a="pass", b="pass", c="pass"))
    assert len((batch.folder / "imports").read_text()) == 2  # by the command and by the server that workers come from


def test_a_terminal_shows_what_is_at_work_and_what_has_ended(batch: Batch) -> None:
    names = batch.inputs(a="pass", b=FAIL)
    ours, theirs = pty.openpty()
    process = batch.project.start("batch", "scripts.py", *names, "--jobs", "1", stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        shown += chunk
        if not chunk:
            break
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 3
    assert b"[1/2] completed  a" in shown
    assert b"[2/2] failed     b" in shown
    assert b"2 inputs: 1 completed, 1 failed" in shown
    assert b"a bad one" in out
