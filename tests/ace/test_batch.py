"""Which run an input belongs to, what an input says, and what a batch's exit code is; processes are in cli/test_batch.py."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ace import batch
from ace.batch import jobs as planning
from ace.batch.jobs import Job
from ace.errors import ConfigError
from ace.services import Stop
from ace.views import batch_table

PIPELINE = """
from ace import Output, Phase, Pipeline
def read(inputs, ctx): return Output({"file": ctx.config["file"]})
PIPELINE = Pipeline("reads", (Phase("read", reads=(), config={"file": "", "size": 1}),), options={"input": "read.file"})
"""


def jobs(*states: str) -> list[Job]:
    return [Job(number, f"in{number}", state=state) for number, state in enumerate(states, 1)]


def request(project: Any, *words: str, **overrides: Any) -> planning.Request:
    one = project.request()
    from ace import discovery

    pipeline = discovery.find(str(project.write("reads.py", PIPELINE)))
    given = {f"read.{key}": value for key, value in overrides.items()}
    return planning.Request(pipeline, one.settings, [(word, {"read.file": word}) for word in words], given)


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (["completed", "completed"], 0),
        (["completed", "failed"], 3),
        (["completed", "crashed"], 3),
        (["partial", "failed"], 3),
        (["partial"], 3),
        (["failed", "crashed"], 1),
        (["cancelled"], 1),
        (["completed", "queued"], 143),
        (["completed", "paused"], 143),
    ],
)
def test_the_exit_code_follows_from_the_states(states: list[str], code: int) -> None:
    stop = Stop()
    if code == 143:
        stop.request("told", 143)
    assert batch.exit_code(jobs(*states), stop) == code


def test_a_signal_after_the_last_input_changes_nothing() -> None:
    stop = Stop()
    stop.request("told", 143)
    assert batch.exit_code(jobs("completed", "failed"), stop) == 3


def test_an_input_is_known_by_what_it_says_not_by_its_name(tmp_path: Path) -> None:
    for name, text in (("a", "x"), ("b", "x"), ("c", "y")):
        (tmp_path / name).write_text(text)
    a, b, c = (planning.content_of(str(tmp_path / name)) for name in "abc")
    assert a == b != c
    assert planning.content_of("https://a.b/c") != planning.content_of("https://a.b/d")


def test_a_folder_is_known_by_the_names_and_contents_of_its_files(tmp_path: Path) -> None:
    seen = set()
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name, text in (("a", "x"), ("deep/b", "y"), ("deep/b", "z"), ("c", "x")):
        (tmp_path / "in" / name).write_text(text)
        seen.add(planning.content_of(str(tmp_path / "in")))
    assert len(seen) == 4
    os.symlink(tmp_path, tmp_path / "in" / "loop")
    assert planning.content_of(str(tmp_path / "in")) in seen


def test_settings_belong_to_the_key_and_the_input_s_own_place_does_not(project: Any) -> None:
    first = planning.Keys(request(project))("a")
    assert planning.Keys(request(project, size=1))("a") == first
    assert planning.Keys(request(project, file="elsewhere"))("a") == first
    assert planning.Keys(request(project, size=2))("a") != first
    with pytest.raises(ConfigError):
        planning.Keys(request(project, nothing=2))


def test_an_input_that_cannot_be_read_fails_alone(project: Any) -> None:
    def keyed(word: str) -> str:
        if word == "bad":
            raise PermissionError(13, "Permission denied", "bad")
        return word

    planned = planning.plan(request(project, "good", "bad", "good"), keyed, {})
    assert [one.state for one in planned] == ["queued", "failed", "queued"]
    assert planned[1].error == "cannot read bad: Permission denied"
    assert planned[1].exit_code == 74
    assert planned[2].same_as == 1


@pytest.mark.parametrize(
    ("inputs", "shown"),
    [
        (["/home/an/inbox/a.txt", "/home/an/inbox/b.txt"], ["/home/an/inbox/a.txt", "/home/an/inbox/b.txt"]),
        ([f"/srv/{'x' * 30}/2024/a.txt", f"/srv/{'x' * 30}/b.txt"], ["2024/a.txt", "b.txt"]),
        ([f"{'x' * 40}/a.txt", "/srv/b.txt"], ["…/a.txt", "/srv/b.txt"]),
        ([f"/{'x' * 60}.txt", "/srv/b.txt"], [f"…{'x' * 23}.txt", "/srv/b.txt"]),
    ],
)
def test_the_table_keeps_the_ends_of_paths(inputs: list[str], shown: list[str]) -> None:
    jobs = [Job(number, name, state="completed") for number, name in enumerate(inputs, 1)]
    assert [str(cell) for cell in batch_table.summary(jobs, 80).columns[0].cells] == shown


def test_lines_are_safe_for_a_terminal_and_short() -> None:
    (one,) = jobs("failed")
    one.input, one.error, one.run_id = "evil\x1b[2J\nname" + "x" * 300, "e" * 300 + "\nmore", "r"
    text = batch_table.line(one, [one])
    assert "\x1b" not in text
    assert "\n" not in text
    assert len(text) < 160
