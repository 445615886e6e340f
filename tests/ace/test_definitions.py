"""A change of code is told by name and line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ace import definitions, discovery, fingerprint

SOURCE = """\
import re
from os import path

LIMIT = 3
A, B = 1, 2


def scrub(text):
    return re.sub("x", "", text)


class Page:
    size = 1


if LIMIT:
    LIMIT += 1
"""


def listed(source: str) -> str:
    return definitions.listed(ast.parse(source))[1]


def test_everything_at_the_top_level_is_listed_once() -> None:
    names = [entry.rpartition(":")[0] for entry in listed(SOURCE).split()]
    assert names == [
        "i:imports:1", "v:LIMIT:4", "v:A:5", "f:scrub:8", "c:Page:12", "o:statements:16",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"x"', '"y"', "function scrub (line 8)"),
        ("size = 1", "size = 2", "class Page (line 12)"),
        ("LIMIT = 3", "LIMIT = 4", "LIMIT (line 4)"),
        ("A, B = 1", "A, B = 7", "A (line 5)"),
        ("import re\n", "import re, os\n", "imports (line 1)"),
        ("LIMIT += 1", "LIMIT += 2", "statements (line 16)"),
        ("def scrub(text)", "async def scrub(text)", "function scrub (line 8)"),
        ("def scrub", "def clean", "function clean (line 8, new), function scrub (gone)"),
        ("import re\n", "import re\n# a remark\n\n", ""),
    ],
)
def test_what_changed_is_named_with_its_line_of_now(old: str, new: str, said: str) -> None:
    assert definitions.changes(listed(SOURCE), listed(SOURCE.replace(old, new))) == said


def test_many_changes_are_cut_short() -> None:
    before, now = ("\n".join(f"{name} = {value}" for name in "abcde") for value in (1, 2))
    assert definitions.changes(listed(before), listed(now)) == "a (line 1), b (line 2), c (line 3) …"


@pytest.mark.parametrize("text", ["", "no entry", "f:x:one:ab", ":::", "f:scrub:8:0:0"])
def test_what_is_no_list_explains_nothing_and_breaks_nothing(text: str) -> None:
    assert "gone" not in definitions.changes(text, listed(SOURCE))


def test_the_text_of_the_whole_is_that_of_the_tree() -> None:
    for file in Path(definitions.__file__).parent.glob("*.py"):
        tree = ast.parse(file.read_text())
        assert definitions.listed(tree)[0] == ast.dump(tree)


def test_a_module_of_nothing_but_words_can_be_fingerprinted(tmp_path: Path) -> None:
    file = tmp_path / "words.py"
    file.write_text('"""Only this."""\n')
    assert len(fingerprint.of_code(file).files["words.py"]) == 3


def test_the_lists_of_a_built_in_pipeline_are_small() -> None:
    news = discovery.find("news")
    for phase in news.phases:
        code = fingerprint.of_code(discovery.module_file(news, phase), phase.files)
        assert sum(len(one[2]) for one in code.files.values() if one[2:]) < 20_000
