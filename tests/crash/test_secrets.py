"""A key in the environment is in no file and in no output: of a whole run, of doctor, of runs that fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ace.testing.fake_llm import FakeLLM, Fault

CANARY = "sk-canary-7f3a9b52c1"
KEYS = {"ANTHROPIC_API_KEY": CANARY, "OPENAI_API_KEY": CANARY}


def holding(folder: Path) -> list[str]:
    """Files below a folder that hold the canary, in their content or their name."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [path.name for path in files if CANARY.encode() in path.read_bytes() or CANARY in path.name]


def test_a_key_is_in_no_file_and_in_no_output(project: Any) -> None:
    refused = Fault(
        401, contains="retell one news article", message=f"the key {CANARY} is not known"
    )  # a server that quotes it
    with FakeLLM(faults=[refused]) as llm:
        environment = project.environment() | KEYS | {"ANTHROPIC_BASE_URL": llm.anthropic_url}
        _look_everywhere(project, environment)
        assert llm.log.rows, "a model was asked with that key"


def _look_everywhere(project: Any, environment: dict[str, str]) -> None:
    project.do("two", "raise ValueError('the environment has ' + str(len(os.environ)))")
    said = []
    for words, code in (
        (("run", "news", "--sources", "sample", "--run-id", "n"), None),
        (("status", "n"), 0),
        (("verify", "n", "--json"), 0),
        (("ledger",), 0),
        (("ledger", "export", "answers.jsonl"), 0),
        (("doctor",), None),
        (("doctor", "--json"), None),
        (("run", "demo.py", "--run-id", "r", "--debug"), 1),
        (("run", "demo.py", "--run-id", "r", "--artifact-mode", "--debug"), 1),
        (("list", "--json"), 0),
    ):
        done = project.ace(*words, env=environment)
        assert code is None or done.returncode == code, (words, done.stderr)
        said.append(done.stdout + done.stderr)
    assert sum(path.stat().st_size for path in project.runs.rglob("*.json")) > 100_000, "there is something to look at"
    assert not [text for text in said if CANARY in text]
    assert holding(project.folder) == []


def test_the_search_finds_a_key_where_there_is_one(project: Any) -> None:
    project.do("two", "data['leak'] = os.environ['ANTHROPIC_API_KEY']")
    assert project.ace("run", "demo.py", "--run-id", "r", env=project.environment() | KEYS).returncode == 0
    assert [name for name in holding(project.folder) if name.endswith("two.json")]
