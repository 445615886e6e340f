"""What goes wrong outside: each case has its exit code, is named, says what to do, and harms nothing that was there."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BIG = "data['text'] = 'x' * 400_000"


@pytest.fixture(autouse=True)
def _quick(no_flush: None) -> None:
    pass


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file with its time and content."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    files = (path for path in found if not path.name.endswith(".lock"))  # whoever looks holds the locks meanwhile
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def refused(result: Any, code: int, *said: str) -> None:
    """One sentence and a hint on stderr, nothing on stdout, no traceback, no bug."""
    assert result.code == code, result.err
    assert result.out == ""
    for text in said:
        assert re.search(text, result.err), result.err
    assert "Traceback" not in result.err
    assert "a bug in ACE" not in result.err
    assert len(result.err) < 2000


# --- names


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "nwes"], ["no pipeline 'nwes'", "did you mean news"]),
        (["run", ""], ["no pipeline ''"]),
        (["run", "../demo"], ["no pipeline"]),
        (["run", "n" * 500], ["no pipeline"]),
        (["run", "none.py"], [r"no pipeline file .*none\.py"]),
        (["run", "folder.py"], [r"no pipeline file .*folder\.py"]),
        (["run", "demo.py", "--run-id", "r", "--resume-from-phase", "thre"], []),
        (
            ["run", "demo.py", "--run-id", "r", "--resume-from-phase", "fuor"],
            ["has no phase 'fuor'", "did you mean four"],
        ),
        (["run", "demo.py", "--run-id", "r", "--run-phase", "9"], ["has no phase '9'", "Numbers 1 to 4"]),
        (["run", "demo.py", "--run-id", "x", "--resume-from-phase", "3"], ["no run 'x' in runs", "did you mean r?"]),
        (["run", "demo.py", "--run-id", "latest-demos", "--run-phase", "3"], ["no run of demos"]),
    ],
)
def test_unknown_names_are_usage_errors_with_the_nearest(
    cli: Any, project: Any, words: list[str], said: list[str]
) -> None:
    project.run()
    (project.folder / "folder.py").mkdir()
    before = snapshot(project.runs)
    result = cli(*words)
    if said:
        refused(result, 2, *said)
        assert snapshot(project.runs) == before
    else:
        assert result.code == 0  # a prefix that fits one phase names it


HOSTILE = [
    "",
    " ",
    "../../x",
    "..",
    ".",
    "a/b",
    "/etc/cron.d/x",
    "a\nb",
    "run_",
    "２０２６１１２２_０３１５００",
    "a\x00b",
    "\x1b[2Jx",
    "-x",
    "x" * 300,
    "CON\\aux",
    "a;rm -rf .",
    "\u202eabc",
]


@pytest.mark.parametrize("run_id", HOSTILE, ids=ascii)
def test_a_hostile_run_id_is_a_usage_error_and_makes_nothing(cli: Any, project: Any, run_id: str) -> None:
    for more in ([], ["--resume-from-phase", "3"], ["--run-phase", "3"]):
        result = cli("run", "demo.py", f"--run-id={run_id}", *more)
        refused(result, 2, "not a run id|--run-id is empty")
        assert "\x1b" not in result.err
    assert project.executed() == []
    made = [path for path in project.folder.rglob("*") if "run_" in path.name or "etc" in path.name]
    assert made == []


# --- configuration


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[ace]\nartifacts = \n", r"ace\.toml: .*line 2"),
        ("[ace]\nartefacts = 'x'\n", r"ace\.toml:2: \[ace\] has no key 'artefacts'"),
        ("[demo.three]\n\nkep = 1\n", r"ace\.toml:3: phase three has no key 'kep'"),
        ("[demo.three]\nkeep = 'two'\n", r"ace\.toml:2: three\.keep: 'two' is not a whole number"),
        ("[demo.tree]\nkeep = 2\n", r"ace\.toml:2: pipeline demo has no phase 'tree'"),
        ("keep = 2\n", r"ace\.toml:1: key 'keep' stands outside a section"),
    ],
)
def test_a_mistake_in_the_configuration_is_named_with_file_and_line(
    cli: Any, project: Any, toml: str, said: str
) -> None:
    project.write("ace.toml", toml)
    refused(cli("run", "demo.py"), 78, said)
    assert project.executed() == []
    assert not list(project.runs.glob("run_*"))


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("three.kep=1", "phase three has no key 'kep'"),
        ("tree.keep=1", "no phase 'tree'"),
        ("three.keep=two", "'two' is not a whole number"),
        ("three.keep=NaN", "'NaN' is not a whole number"),
        ("three", "expected phase.key=value"),
        ("three.note=\udcff", "surrogate"),
    ],
)
def test_a_mistake_in_a_setting_is_named(cli: Any, project: Any, assignment: str, said: str) -> None:
    refused(cli("run", "demo.py", "--set", assignment), 78, said)
    assert not list(project.runs.glob("run_*"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def broken(:\n", r"demo\.py: SyntaxError: .*line 1"),
        ("import nowhere_at_all\n", r"demo\.py: ModuleNotFoundError"),
        ("x = 1\n", r"demo\.py does not bind PIPELINE"),
        (
            "from ace import Phase, Pipeline\nPIPELINE = Pipeline('demo', (Phase('one', run='no.where'),))\n",
            "module no.where",
        ),
        (
            "from ace import Phase, Pipeline\nPIPELINE = Pipeline('demo', (Phase('a', reads=('b',)), Phase('b')))\n",
            "'a' reads 'b'",
        ),
        (
            "from ace import Phase, Pipeline\nPIPELINE = Pipeline('demo', (Phase('one'),), schemas='none')\n",
            r"one\.schema\.json",
        ),
        (
            "from ace import Phase, Pipeline\nPIPELINE = Pipeline('demo', (Phase('one', files=('x.txt',)),))\n",
            r"data file x\.txt",
        ),
    ],
)
def test_a_pipeline_that_cannot_run_says_why_and_starts_nothing(cli: Any, project: Any, text: str, said: str) -> None:
    project.write("demo.py", text)
    refused(cli("run", "demo.py"), 78, said)
    assert not list(project.runs.glob("run_*"))


def test_a_phase_without_its_function_fails_as_a_mistake_of_the_configuration(cli: Any, project: Any) -> None:
    project.write("demo.py", project.file.read_text().replace("def three(", "def free("))
    result = cli("run", "demo.py", "--run-id", "r")
    assert result.code == 78
    assert "has no function 'three'" in result.err
    assert sorted(project.data_bytes()) == ["phase1_one", "phase2_two"]


# --- artifacts


def link(path: Path) -> None:
    path.unlink()
    path.symlink_to("phase1_one.json")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


HARMS: dict[str, Callable[[Path], Any]] = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-30]),
    "empty": lambda path: path.write_bytes(b""),
    "foreign run": lambda path: path.write_bytes(path.read_bytes().replace(b'"run_id":"r"', b'"run_id":"q"')),
    "foreign phase": lambda path: shutil.copy(path.with_name("phase1_one.json"), path),
    "not json": lambda path: path.write_bytes(b"\x89PNG\r\n"),
    "too deep": lambda path: path.write_bytes(b'{"metadata":{},"data":' + b'{"a":' * 300 + b"1" + b"}" * 301),
    "missing": lambda path: path.unlink(),
    "link": link,
    "folder": folder,
    "metadata": lambda path: path.write_bytes(b'{"metadata":[],\n"data":{}}\n'),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_harmed_artifact_is_named_and_nothing_is_overwritten(cli: Any, project: Any, harm: str) -> None:
    project.run()
    project.executed()
    HARMS[harm](project.path("two"))
    before = snapshot(project.runs)
    for option in ("--resume-from-phase", "--run-phase"):
        result = cli("run", "demo.py", "--run-id", "r", option, "3")
        refused(result, 65, "phase 2 two", "--run-id r --resume-from-phase 2")
    assert project.executed() == []
    assert snapshot(project.runs) == before


@pytest.mark.parametrize("harm", [harm for harm in HARMS if harm != "missing"])
def test_a_run_that_finds_a_harmed_artifact_says_so_and_keeps_it(cli: Any, project: Any, harm: str) -> None:
    project.run()
    project.executed()
    path = project.path("two")
    HARMS[harm](path)
    result = cli("run", "demo.py", "--run-id", "r")
    assert result.code == 0
    assert project.executed() == ["two"]
    assert re.search(r" 2 two +runs: damaged: .*phase2_two\.json", result.err)
    (kept,) = (project.runs / "run_r" / ".trash").glob("*phase2_two.json")
    assert os.path.lexists(kept)


def test_a_run_folder_without_anything_readable_is_damaged(cli: Any, project: Any) -> None:
    (project.runs / "run_r").mkdir(parents=True)
    refused(cli("run", "demo.py", "--run-id", "r", "--resume-from-phase", "3"), 65, "run_r holds no readable run")


def test_a_run_json_of_nonsense_does_not_end_in_a_bug(cli: Any, project: Any) -> None:
    project.run()
    (project.runs / "run_r" / "run.json").write_text(
        '{"pipeline": "demo", "phases": {"one": 3}, "settings": [], "created": {}}'
    )
    assert cli("run", "demo.py", "--run-id", "r").code == 0
    assert project.executed() == ["one", "two", "three", "four"]  # once: nothing is made again


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("data['items'][0]['score'] = float('nan')", "items[0].score: nan is not a JSON number"),
        ("data['tags'] = {'a'}", "tags: set is not JSON"),
        ("data['raw'] = b'x'", "raw: bytes is not JSON"),
        ("for _ in range(300): data = {'deep': data}", "nested deeper than 200 levels"),
        ("data['text'] = '\\ud800'", "text: a lone surrogate at character 0"),
        ("raise SystemExit(5)", "SystemExit: 5"),
    ],
)
def test_a_phase_that_returns_what_cannot_be_kept_fails_and_commits_nothing(
    cli: Any, project: Any, script: str, said: str
) -> None:
    project.do("three", script)
    result = cli("run", "demo.py", "--run-id", "r")
    assert result.code == 1
    assert said in result.err
    assert sorted(project.data_bytes()) == ["phase1_one", "phase2_two"]
    assert project.state()["phases"]["three"]["state"] == "failed"
    project.undo()
    project.executed()
    assert cli("run", "demo.py", "--run-id", "r").code == 0
    assert project.executed() == ["three", "four"]


# --- locks


def test_a_second_run_ends_at_once_and_names_the_first(cli: Any, project: Any) -> None:
    project.do("two", "(HERE / 'ready').write_text('x'); ctx.wait(120)")
    ready = project.gate("ready")
    first = project.start("run", "demo.py", "--run-id", "r")
    ready()
    try:
        before = snapshot(project.runs)
        refused(cli("run", "demo.py"), 75, f"pipeline demo is being worked on .*pid {first.pid}", "--wait")
        refused(
            cli("run", "demo.py", "--run-id", "r", "--allow-overlap"),
            75,
            f"run run_r is being worked on .*pid {first.pid}",
        )
        assert set(snapshot(project.runs)) == set(before)
    finally:
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=60)
    assert first.returncode == 143


# --- disks


def limited(size: int) -> Any:
    def act() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return act


@pytest.mark.parametrize("mode", [[], ["--artifact-mode"]], ids=["here", "apart"])
def test_an_artifact_that_does_not_fit_ends_the_run_and_harms_nothing(cli: Any, project: Any, mode: list[str]) -> None:
    project.do("three", BIG)
    result = project.ace("run", "demo.py", "--run-id", "r", *mode, preexec_fn=limited(100_000))
    assert result.returncode == 74, result.stderr
    assert "phase3_three.json: File too large" in result.stderr
    assert "ulimit" in result.stderr
    assert "go on with: ace run" in result.stderr
    assert sorted(project.data_bytes()) == ["phase1_one", "phase2_two"]
    assert not list((project.runs / "run_r").glob(".tmp-*"))
    project.executed()
    assert cli("run", "demo.py", "--run-id", "r").code == 0
    assert project.executed() == ["three", "four"]


def test_items_that_do_not_fit_end_the_run_and_the_finished_ones_are_kept(cli: Any, project: Any) -> None:
    project.do(
        "two", "ctx.map(lambda n: (HERE / 'worked').open('a').write(str(n)) and 'x' * 40_000, range(5), key=str)"
    )
    result = project.ace("run", "demo.py", "--run-id", "r", preexec_fn=limited(100_000))
    assert result.returncode == 74, result.stderr
    assert (project.folder / "worked").read_text() == "012"
    assert cli("run", "demo.py", "--run-id", "r").code == 0
    assert (project.folder / "worked").read_text() == "012" + "234"


def mounted(project: Any, script: str) -> subprocess.CompletedProcess[str]:
    """A shell with a tmpfs of its own at `disk`, gone when it ends. Needs the right to mount."""
    ace = f"{sys.executable} -m ace run demo.py --artifacts disk/runs"
    whole = f"set -u; mkdir disk; mount -t tmpfs -o size=256k tmpfs disk || exit 77\nace='{ace}'\n{script}"
    try:
        result = subprocess.run(
            ["unshare", "-m", "sh", "-c", whole],
            cwd=project.folder,
            env=project.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except FileNotFoundError:
        pytest.skip("no `unshare` here: a full and a read-only file system cannot be made")
    if result.returncode == 77 or "unshare failed" in result.stderr:
        pytest.skip(f"no right to mount: a full and a read-only file system cannot be made ({result.stderr.strip()})")
    return result


def test_a_full_disk_ends_the_run_and_it_goes_on_when_there_is_room(project: Any) -> None:
    project.do("three", BIG)
    script = (
        "$ace --run-id r; echo code $?\n"
        "ls disk/runs/run_r | grep ^phase\n"
        "ls -A disk/runs/run_r | grep -c ^.tmp-\n"
        "mount -o remount,size=10m disk\n"
        "$ace --run-id r; echo code $?\n"
    )
    result = mounted(project, script)
    assert result.stdout.split("\n")[:4] == ["code 74", "phase1_one.json", "phase2_two.json", "0"], result
    assert "phase3_three.json: No space left on device" in result.stderr
    assert "the disk is full" in result.stderr
    assert result.stdout.rstrip().endswith("code 0")
    assert project.executed() == ["one", "two", "three", "three", "four"]


def test_a_disk_without_a_byte_left_is_no_bug(project: Any) -> None:
    script = (
        "$ace --run-id r >/dev/null 2>&1; cat /dev/zero >disk/fill 2>/dev/null\n"
        "$ace --run-id new; echo code $?\n"
        "$ace --run-id r --resume-from-phase 2; echo code $?\n"
        "rm disk/fill; $ace --run-id r; echo code $?\n"
    )
    result = mounted(project, script)
    codes = [line for line in result.stdout.splitlines() if line.startswith("code")]
    assert codes[0] in ("code 73", "code 74"), result
    assert codes[1:] == ["code 74", "code 0"], result
    assert "a bug in ACE" not in result.stderr
    assert "the disk is full" in result.stderr


def test_a_read_only_file_system_is_named_and_another_folder_suggested(project: Any) -> None:
    script = (
        "$ace --run-id r >/dev/null 2>&1; mount -o remount,ro disk\n$ace; echo code $?\n$ace --run-id r; echo code $?\n"
    )
    result = mounted(project, script)
    assert result.stdout.split() == ["code", "73", "code", "73"], result
    assert "Read-only file system" in result.stderr
    assert "--artifacts DIR" in result.stderr


@pytest.mark.parametrize("place", ["file/runs", "file"])
def test_a_folder_that_cannot_be_made_is_named(cli: Any, project: Any, place: str) -> None:
    project.write("file", "")
    refused(cli("run", "demo.py", "--artifacts", place), 73, f"cannot create {place}", "--artifacts DIR")
    assert project.executed() == []


# --- output that cannot be written


@pytest.mark.parametrize(
    ("words", "stream", "code"),
    [
        (["list", "--json"], "stdout", 74),
        (["run", "demo.py", "--run-id", "r"], "stdout", 74),
        (["status", "nope"], "stderr", 2),
        (["run", "demo.py", "--run-id", "r", "--quiet"], "stderr", 0),
    ],
)
def test_output_on_a_full_disk_is_an_io_error_and_no_bug(
    project: Any, words: list[str], stream: str, code: int
) -> None:
    project.run()
    with open("/dev/full", "w") as full:
        other = {"stdout": "stderr", "stderr": "stdout"}[stream]
        done = project.ace(*words, **{"capture_output": False, stream: full, other: subprocess.PIPE})
    assert done.returncode == code
    if stream == "stdout":
        assert "ace: the output cannot be written: No space left on device" in done.stderr
        assert "a bug in ACE" not in done.stderr
