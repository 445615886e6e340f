from __future__ import annotations

import pytest

from ace.views.safe import clean, shortened


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;owned\x07title", "title"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;ZXZpbA==\x07paste", "paste"),
        ("\x1bP0;1|17/ab\x1b\\after", "after"),
        ("\x9b2Jcleared", "cleared"),
        ("\x9d0;owned\x9ctitle", "title"),
        ("back\x08\x08\x08space\x7f", "backspace"),
        ("\x1b", ""),
        ("\x1b\x1b[31mtwice", "twice"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("one\r\ntwo\rthree\u2028four\tfive", "one two three four five"),
        ("[red]markup[/red]", "[red]markup[/red]"),
    ],
)
def test_nothing_that_moves_the_terminal_is_left(hostile, shown):
    assert clean(hostile) == shown


def test_an_unended_sequence_does_not_swallow_the_text_behind_it():
    assert clean("\x1b]0;no end, but a story") == "0;no end, but a story"


def test_lines_are_kept_where_they_are_wanted():
    assert clean("a\n  b\r\n\x1b[1mc", lines=True) == "a\n  b\nc"


def test_a_long_hostile_text_takes_no_quadratic_time():
    assert "\x1b" not in clean("\x1b]" * 200_000 + "\x1b[" + "1;" * 200_000)


def test_shortened_texts_say_that_they_are():
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"
