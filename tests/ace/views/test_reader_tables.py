"""Tables that a phase made for readers: shown instead of the preview, safe, cut where they are long."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from ace.views import reader_tables
from ace.views.declared import Declared

pytestmark = pytest.mark.usefixtures("no_flush")

TABLE = {"title": "Sums", "columns": ["what", "value", "note"], "rows": [["a", "1,200", "x"], ["b", "(30)", "y"]]}
PIPELINE = """
from ace import Output, Phase, Pipeline
ROWS = [["to look at", "1.5 %"], *([f"row {n}", str(n)] for n in range(60))]
def make(inputs, ctx):
    tables = [{"title": "First", "columns": ["what", "value"], "rows": ROWS},
              {"title": "Second\\x1b[2J", "columns": ["a"], "rows": [["b"]]}]
    return Output({"aaa": [{"id": "1"}], "tables": tables})
PIPELINE = Pipeline("made", (Phase("make", reads=(), tables="tables"),))
"""


def drawn(shown: Any, width: int = 100) -> str:
    console = Console(width=width, file=None)
    with console.capture() as captured:
        console.print(shown)
    return captured.get()


def test_only_what_has_the_form_of_a_table_is_taken():
    odd = [3, {"title": "x"}, {"columns": ["a"], "rows": 3}, {"columns": ["a", "b"], "rows": [["1"], ["1", "2"], 4]}]
    found = reader_tables.found({"tables": [TABLE, *odd]}, Declared(tables="tables"))
    assert [table.title for table in found] == ["Sums", ""]
    assert found[1].rows == [["1", "2"]]
    assert found[1].place == 4


def test_a_phase_that_declares_no_tables_has_none():
    assert reader_tables.found({"tables": [TABLE]}, Declared()) == []
    assert reader_tables.found({"tables": [TABLE]}, None) == []
    assert reader_tables.found({"other": 1}, Declared(tables="tables")) == []
    assert reader_tables.found({"tables": "x"}, Declared(tables="tables")) == []


def test_numbers_stand_at_the_right_and_text_at_the_left():
    lines = drawn(reader_tables.drawn(reader_tables.listed([TABLE]))).splitlines()
    ends = {line.index(number) + len(number) for line in lines for number in ("1,200", "(30)") if number in line}
    assert len(ends) == 1
    assert lines[3].startswith("  a")


def test_the_first_columns_and_long_text_stay_on_a_narrow_terminal():
    long = {
        "title": "T",
        "columns": ["figure", "value", "page", "print", "why"],
        "rows": [["a figure", "1,000", "12", "a word", "a reason that is long enough to be folded"]],
    }
    text = drawn(reader_tables.grid(reader_tables.listed([long])[0], 48))
    assert "figure" in text
    assert "1,000" in text
    assert "a reason" in text
    assert "page" not in text


def test_view_shows_the_tables_in_their_order_and_how_to_see_the_rest(cli: Any, project: Any):
    project.file = project.write("made.py", PIPELINE)
    assert project.run().exit_code == 0
    result = cli("view", "--phase", "make")
    assert result.code == 0
    assert result.out.index("First") < result.out.index("to look at") < result.out.index("Second")
    assert "\x1b" not in result.out
    assert "21 more rows: ace view r --phase make --field 'tables[0].rows'" in result.out
    assert "aaa" not in result.out  # the preview is for phases that made no tables
    assert cli("view", "--phase", "make", "--field", "tables[0].rows").out.count("row ") == 60


def test_what_run_json_says_of_tables_is_read_without_the_pipeline(project: Any):
    project.file = project.write("made.py", PIPELINE)
    project.run()
    assert project.state()["phases"]["make"]["declared"]["tables"] == "tables"
