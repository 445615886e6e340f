"""A file of 256 MB in the place of an artifact: refused for its size before it is read, so memory stays where it was.

What it would be is the costliest JSON: `{},{},…` takes about 30 times its size when it is parsed.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ace import jsonio

SIZE = 256 * 1024 * 1024
MOST_MB = 120  # of the whole command, without reading any of it
HEAD = b'{"metadata":{"run_id":"r","pipeline":"demo","phase_name":"two","phase_number":2},\n"data":{"items":['


# What a process's peak is told as includes that of the one it was forked from; this one is small.
MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:], stdout=open(sys.argv[1], "wb"), stderr=subprocess.STDOUT).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def command(project: Any, *words: str) -> tuple[int, str, float]:
    """(exit code, stdout and stderr, peak MB) of the command in a process of its own."""
    said = project.folder / "said.txt"
    arguments = [sys.executable, "-c", MEASURED, str(said), *project.command(*words)]
    fixed: dict[str, Any] = {"env": project.environment(), "capture_output": True, "text": True, "check": True}
    code, peak = subprocess.run(arguments, cwd=project.folder, **fixed).stdout.split()
    return int(code), said.read_text(), float(peak)


def hostile(path: Path) -> None:
    """Begins like an artifact, is sparse behind that, and has the size of the whole."""
    with open(path, "wb") as file:
        file.write(HEAD + b"{}," * 1000)
        file.truncate(SIZE)


@pytest.fixture
def ran(project: Any, no_flush: None) -> Any:
    project.run()
    project.executed()
    return project


def test_it_is_named_with_its_size_and_memory_is_bounded(ran: Any) -> None:
    hostile(ran.path("two"))
    code, said, peak_mb = command(ran, "verify", "r")
    assert code == 65
    assert f"two    damaged  {SIZE} bytes, more than an artifact may have" in said
    assert peak_mb < MOST_MB
    assert len(said) < 2000


def test_a_run_puts_it_aside_and_makes_the_phase_again(ran: Any) -> None:
    expected = ran.data_bytes()
    hostile(ran.path("two"))
    code, _, peak_mb = command(ran, "run", "demo.py", "--run-id", "r")
    assert code == 0
    assert peak_mb < MOST_MB
    assert ran.executed() == ["two"]
    assert ran.data_bytes() == expected
    assert [path.stat().st_size for path in (ran.runs / "run_r" / ".trash").glob("*.phase2_two.json")] == [SIZE]


def test_a_run_json_of_that_size_is_rebuilt(ran: Any) -> None:
    hostile(ran.runs / "run_r" / "run.json")
    hostile(ran.path("two"))
    code, said, peak_mb = command(ran, "status", "r", "--json")
    assert (code, json.loads(said)["run_id"]) == (0, "r")
    assert peak_mb < MOST_MB + jsonio.MAX_BYTES / 1e6  # as much of it is read as JSON may have


def test_a_small_file_that_unpacks_to_it_is_refused(ran: Any) -> None:
    path = ran.path("two")
    path.unlink()
    with gzip.open(path.with_suffix(".json.gz"), "wb", compresslevel=1) as file:
        file.write(HEAD)
        for _ in range(SIZE // 1_000_000):
            file.write(b" " * 1_000_000)
    code, said, peak_mb = command(ran, "verify", "r")
    assert code == 65
    assert "bytes when unpacked" in said
    assert peak_mb < MOST_MB + 2 * jsonio.MAX_BYTES / 1e6


def test_a_phase_cannot_commit_what_no_phase_could_read(
    project: Any, no_flush: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ace.jsonio.MAX_BYTES", 20_000)
    project.do("two", "data['text'] = 'x' * 20_000")
    outcome = project.run()
    assert (outcome.state, outcome.exit_code) == ("failed", 1)
    assert "more than 20000: larger things are blobs" in outcome.error
    assert not list((project.runs / "run_r").glob("phase2_*"))
