from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ace.views.mini import Bench

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


@pytest.fixture
def bench(tmp_path, capsys, monkeypatch, clean_imports, no_flush):
    return Bench(tmp_path, capsys, monkeypatch)


def script(bench, name, *words):
    """Run a script as from a fresh checkout: nothing tells Python where the packages are."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(bench.root), "ACE_ARTIFACTS": str(bench.root)}
    command = [sys.executable, str(SCRIPTS / name), *words]
    return subprocess.run(
        command, cwd=bench.file.parent, env=environ, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_original_names_run_list_view_and_compare(bench):
    first = script(bench, "run_orchestrated_pipeline.py", "--pipeline", str(bench.file), "--run-id", "r1")
    assert first.returncode == 0, first.stderr
    again = ("--pipeline", str(bench.file), "--resume-from-phase", "3", "--run-id", "r1", "--set", "order.keep=2")
    assert "order                completed" in script(bench, "run_orchestrated_pipeline.py", *again).stderr
    assert script(bench, "list_artifacts.py").stdout.splitlines()[1].startswith("r1 ")
    seen = script(bench, "view_artifact.py", "--run-id", "r1", "--phase", "order")
    assert "articles: 2" in seen.stdout
    assert "have the same data" in script(bench, "compare_runs.py", "r1", "r1").stdout


def test_exit_codes_pass_through(bench):
    done = script(bench, "view_artifact.py", "--run-id", "none", "--phase", "order")
    assert done.returncode == 2
    assert "no run 'none'" in done.stderr


def test_the_pipeline_is_news_unless_another_is_named(bench):
    bench.run("r1")
    done = script(bench, "run_orchestrated_pipeline.py", "--resume-from-phase", "4", "--run-id", "r1")
    assert done.returncode == 2
    assert "run r1 is a run of mini, not of news" in done.stderr


@pytest.mark.parametrize("name", sorted(path.name for path in SCRIPTS.glob("*.py")))
def test_every_script_has_help(bench, name):
    done = script(bench, name, "--help")
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout.lower()
