"""The promise of the front page: killed in phase 5, the news run goes on there and ends with the same report."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

BLOCK_IN_PHASE_5 = """
import os, sys
from phases.news import p05_tier3_5d
def run(inputs, ctx):
    os.write(1, b"in phase 5\\n")
    sys.stdin.read()
p05_tier3_5d.run = run
from ace.cli.main import main
main(sys.argv[1:])
"""


def ace(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "ace", *arguments], cwd=folder, capture_output=True, text=True)


def kinds(folder: Path, run_id: str, kind: str) -> list[int]:
    lines = (folder / "data" / "artifacts" / f"run_{run_id}" / "events.jsonl").read_text().splitlines()
    return [event["number"] for event in map(json.loads, lines) if event["kind"] == kind]


def test_a_run_killed_in_phase_5_goes_on_there_and_ends_with_the_same_report(tmp_path):
    whole = ace(tmp_path, "run", "news", "--sources", "sample", "--run-id", "whole")
    assert whole.returncode == 0, whole.stderr
    command = [sys.executable, "-c", BLOCK_IN_PHASE_5, "run", "news", "--sources", "sample", "--run-id", "killed"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout.readline() == "in phase 5\n"
        os.kill(run.pid, signal.SIGKILL)
    crashed = json.loads(ace(tmp_path, "status", "killed", "--json").stdout)
    assert crashed["state"] == "crashed"

    resumed = ace(tmp_path, "run", "news", "--resume-latest")
    assert resumed.returncode == 0, resumed.stderr
    assert kinds(tmp_path, "killed", "phase_committed") == list(range(1, 11))
    assert kinds(tmp_path, "killed", "phase_started") == [1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10]
    reports = [
        (tmp_path / "data" / "artifacts" / f"run_{run_id}" / "phase10_final_report.md")
        for run_id in ("whole", "killed")
    ]
    assert reports[0].read_bytes() == reports[1].read_bytes()
    hashes = [json.loads(ace(tmp_path, "verify", run_id, "--json").stdout) for run_id in ("whole", "killed")]
    assert all(one["sound"] for one in hashes)
