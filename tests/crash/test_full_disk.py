"""A full disk, a read-only one and one with I/O errors: exit 74 (73 where nothing can be made), and nothing is harmed.

Three ways to run out: a limit on the size of a file (RLIMIT_FSIZE, anywhere), a small tmpfs (as root, in a mount
namespace of its own that ends with the process) and errors that strace injects at single calls. After room was made,
the same command ends with the bytes of a run that had room from the start.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ace import store
from ace.errors import AceError

ROOT = Path(__file__).resolve().parents[2]
SIZES = 25
FILL = """
from ace import Output, Phase, Pipeline

PHASES = ("one", "two", "three")


def one(inputs, ctx):
    return Output({"items": [{"id": str(n), "text": str(n) * 700} for n in range(10)]})


def two(inputs, ctx):
    kept = ctx.map(lambda item: item | {"size": len(item["text"])}, inputs["one"]["items"], key=lambda item: item["id"])
    return Output({"items": list(kept)})


def three(inputs, ctx):
    return Output({"total": len(inputs["two"]["items"])}, files={"md": "text " * 2000})


PIPELINE = Pipeline("fill", (Phase("one", reads=(), items="items"), Phase("two", items="items"), Phase("three")))
"""
PHASES = ("one", "two", "three")

# In a mount namespace: a tmpfs for every size, filled by a run, then enlarged. One line of JSON each.
DRIVER = """
import json, subprocess, sys
from pathlib import Path
from conftest import Project
from ace.errors import AceError

def mount(*options):
    subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", str(project.runs)], check=True)

def run(run_id="r"):
    try:
        return project.run(run_id).exit_code
    except AceError as error:
        return error.exit_code

def valid():
    found = project.data_bytes() if (project.runs / "run_r").exists() else {}
    return sorted(name for name, raw in found.items() if raw == expected[name])

folder = Path(sys.argv[1])
(folder / "own").mkdir()
project = Project(folder / "own")
project.file = folder / "fill.py"
project.run()
expected = project.data_bytes()
subprocess.run(["rm", "-r", str(project.runs)], check=True)
project.runs.mkdir()
for pages in range(1, int(sys.argv[2]) + 1):
    mount("-o", f"size={4 * pages}k")
    row = {"size": 4 * pages, "code": run(), "kept": valid()}
    row["all"] = sorted(project.data_bytes()) if (project.runs / "run_r").exists() else []
    mount("-o", "remount,size=16m")
    row |= {"again": run(), "same": project.data_bytes() == expected}
    row["left"] = [path.name for path in project.runs.rglob(".tmp-*")]
    started = [f"phase{event['number']}_{event['phase']}" for event in project.events("phase_started")]
    row["repeated"] = [name for name in row["kept"] if started.count(name) > 1]
    print(json.dumps(row), flush=True)
    if pages == int(sys.argv[2]):
        mount("-o", "remount,ro")
        rows = {"new": run("other"), "old": run("r"), "kept": valid(), "all": sorted(expected)}
        print(json.dumps(rows), flush=True)
    subprocess.run(["umount", str(project.runs)], check=True)
"""


@pytest.fixture
def filling(project: Any) -> Any:
    project.file = project.write("fill.py", FILL)
    return project


def places(project: Any) -> list[store.Place]:
    return [store.Place(project.runs / "run_r", "r", "fill", number, name) for number, name in enumerate(PHASES, 1)]


def kept(project: Any) -> dict[str, str]:
    """Hashes of the artifacts that are there; each is read with all checks."""
    if not (project.runs / "run_r").exists():
        return {}
    found = {place.name: store.find(place) for place in places(project)}
    return {name: artifact.sha256 for name, artifact in found.items() if artifact is not None}


def code_of(project: Any, run_id: str = "r") -> int:
    try:
        return int(project.run(run_id).exit_code)
    except AceError as error:
        return error.exit_code


def code_with_limit(project: Any, limit: int) -> int:
    """The exit code of a run in a copy of this process in which no file may grow beyond `limit` bytes."""
    child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            os._exit(code_of(project))
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def goes_on_unharmed(project: Any, expected: dict[str, bytes], where: Any) -> None:
    """With room again, the run ends with the bytes of one that had room, and what was committed stays."""
    before = kept(project)
    assert code_of(project) == 0, where
    assert project.data_bytes() == expected, where
    assert before.items() <= kept(project).items(), where
    started = [event["phase"] for event in project.events("phase_started")]
    assert all(started.count(name) <= 1 for name in before), f"{where}: a committed phase was repeated"
    assert not list(project.runs.rglob(".tmp-*")), where


@pytest.fixture
def expected(filling: Any, no_flush: None) -> dict[str, bytes]:
    """The data of a run that has room from the start."""
    filling.run("whole")
    found: dict[str, bytes] = filling.data_bytes("whole")
    return found


def test_no_file_may_grow_beyond_any_of_25_sizes(filling: Any, expected: dict[str, bytes]) -> None:
    largest = max(path.stat().st_size for path in (filling.runs / "run_whole").iterdir())
    codes = []
    for place in range(SIZES):
        filling.runs = filling.folder / f"runs{place}"
        codes.append(code_with_limit(filling, largest * place // (SIZES - 1)))
        goes_on_unharmed(filling, expected, place)
    assert set(codes[:-1]) == {74}, codes
    assert codes[-1] == 0


def in_own_mounts(*command: str) -> list[str]:
    """The command in a mount namespace of its own. Skips the test, saying so, where that is not allowed."""
    tried = subprocess.run(["unshare", "-m", "true"], capture_output=True) if os.geteuid() == 0 else None
    if tried is None or tried.returncode != 0:
        pytest.skip("NOT PROVEN HERE: a full and a read-only file system; mounting needs root")
    return ["unshare", "-m", *command]


def test_a_file_system_of_any_of_25_sizes_runs_full_and_then_becomes_read_only(filling: Any) -> None:
    command = in_own_mounts(sys.executable, "-c", DRIVER, str(filling.folder), str(SIZES))
    environment = filling.environment() | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    done = subprocess.run(command, env=environment, cwd=filling.folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    *rows, read_only = map(json.loads, done.stdout.splitlines())
    assert len(rows) == SIZES
    for row in rows:
        assert row["code"] in (0, 73, 74), row
        assert row["kept"] == row["all"], f"an artifact with other bytes: {row}"
        assert (row["again"], row["same"], row["left"], row["repeated"]) == (0, True, [], []), row
    codes = [row["code"] for row in rows]
    assert codes.count(74) > SIZES / 3, codes
    assert codes[-1] == 0, f"the largest has room for all: {codes}"
    assert read_only["new"] in (73, 74)
    assert read_only["old"] in (73, 74)
    assert read_only["kept"] == read_only["all"]


CODES = {
    "write": (74,),
    "fsync": (73, 74),  # 73 where a folder was made that does not last
    "fdatasync": (0, 74),  # 0 where all rows were written, and the artifact made the journal superfluous
}


def run_with_error(project: Any, call: str, error: str, when: str) -> subprocess.CompletedProcess[str]:
    """A run in which the kernel answers `call` with `error`: the k-th time ("6"), or each time from it on ("6+")."""
    project.runs = project.folder / f"runs{when}"
    inject = ["-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}"]
    command = project.command("run", "fill.py", "--run-id", "r", "--quiet", "--artifacts", str(project.runs))
    environment = project.environment() | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", "trace.txt", *inject, *command],
        cwd=project.folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert "INJECTED" in (project.folder / "trace.txt").read_text(), f"there is no {call} {when}"
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def _strace() -> None:
    if subprocess.run(["sh", "-c", "strace -o /dev/null true"], capture_output=True).returncode:
        pytest.skip("NOT PROVEN HERE: errors at real system calls; strace is missing or may not trace")


@pytest.mark.usefixtures("_strace")
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize(("call", "numbers"), [("write", (1, 6, 12, 17)), ("fsync", (1, 3, 5)), ("fdatasync", (1,))])
def test_an_error_at_a_single_call_is_reported_and_harms_nothing(
    filling: Any, expected: dict[str, bytes], call: str, numbers: tuple[int, ...], error: str
) -> None:
    for number in numbers:
        done = run_with_error(filling, call, error, str(number))
        assert done.returncode in CODES[call], (number, done.stderr)
        assert not done.returncode or os.strerror(getattr(errno, error)) in done.stderr
        goes_on_unharmed(filling, expected, number)


@pytest.mark.usefixtures("_strace")
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize(("call", "numbers"), [("write", (1, 2, 4, 8, 13, 18)), ("fsync", (1, 2, 3, 5))])
def test_an_error_at_every_call_from_one_on_ends_the_run_and_harms_nothing(
    filling: Any, expected: dict[str, bytes], call: str, numbers: tuple[int, ...], error: str
) -> None:
    """Not even the message can be written then, when it goes to the same disk: the exit code still tells."""
    codes = []
    for number in numbers:
        codes.append(run_with_error(filling, call, error, f"{number}+").returncode)
        goes_on_unharmed(filling, expected, number)
    assert set(codes) <= {73, 74}, codes
