from __future__ import annotations

import io

from ace.views import terminal
from ace.views.terminal import Column, fitting, table


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(columns, room, stream=None):
    stream = stream or io.StringIO()
    terminal.show([table(columns, room)], stream)
    return stream.getvalue()


COLUMNS = [
    Column("id", ["a1", "b2"]),
    Column("title", ["A long title that can be cut somewhere", "Short"], flexible=24),
    Column("cost", ["$1.00", "$2.00"], rank=2),
    Column("time", ["1.0 s", "2.0 s"], rank=1),
]


def test_everything_is_shown_where_there_is_room():
    assert [column.title for column in fitting(COLUMNS, 80)] == ["id", "title", "cost", "time"]


def test_the_highest_rank_goes_first_on_a_narrow_terminal():
    assert [column.title for column in fitting(COLUMNS, 36)] == ["id", "title", "time"]
    assert [column.title for column in fitting(COLUMNS, 30)] == ["id", "title"]


def test_columns_that_stay_are_kept_however_narrow_it_is():
    assert [column.title for column in fitting(COLUMNS, 5)] == ["id", "title"]


def test_a_column_that_says_nothing_is_left_out():
    assert fitting([Column("id", ["a"]), Column("cost", ["-"], rank=1), Column("failed", ["0"], rank=1)], 80)[1:] == []


def test_titles_are_cut_before_the_row_breaks():
    lines = drawn(COLUMNS, 40).splitlines()
    assert len(lines) == 3
    assert "…" in lines[1]
    assert max(map(len, lines)) <= 40


def test_notes_are_folded_and_lose_no_word():
    note = "the provider answered with something that was not JSON at all"
    text = drawn([Column("phase", ["sift"]), Column("", [note], flexible=24, wraps=True)], 40)
    assert max(map(len, text.splitlines())) <= 40
    assert " ".join(text.split()) == f"phase sift {note}"


def test_a_pipe_gets_whole_rows_without_colour_or_trailing_blanks():
    column = Column("title", ["x" * 150], flexible=24, style=lambda _: "red")
    text = drawn([column, Column("state", ["ok"])], terminal.PIPED_WIDTH)
    assert "x" * 150 + "  ok\n" in text
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_a_terminal_gets_colour_unless_no_color_is_set(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    column = Column("state", ["failed"], style=terminal.state_style)
    assert "\x1b[31mfailed" in drawn([column], 80, Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in drawn([column], 80, Terminal())


def test_hostile_cells_reach_no_terminal():
    text = drawn([Column("title", ["\x1b]0;owned\x07[bold]x[/bold]\x1b[2J"])], 80)
    assert text.splitlines()[1] == "[bold]x[/bold]"


def test_a_stream_that_knows_no_arrow_is_no_reason_to_fail():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    terminal.show([terminal.line("1 → 2")], stream)
    stream.flush()
    assert raw.getvalue() == b"1 ? 2\n"
