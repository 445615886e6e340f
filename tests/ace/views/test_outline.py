from __future__ import annotations

from ace.views.outline import compact, outline


def test_an_outline_shows_everything_readably():
    value = {"a": "one\ntwo", "b": [{"id": "x" * 70, "n": 1}, "s"], "c": {}, "d": "", "e": None, "f": [1, 2]}
    assert outline(value) == [
        "a:",
        "  one",
        "  two",
        "b:",
        f"  - id: {'x' * 70}",
        "    n: 1",
        "  - s",
        "c: {}",
        'd: ""',
        "e: null",
        "f: [1, 2]",
    ]


def test_an_outline_is_safe_to_print_keys_too():
    lines = outline({"\x1b[2Jkey": "\x1b]0;x\x07value", "list": ["\x9b31mred"]})
    assert lines == ["key: value", 'list: ["red"]']


def test_with_a_limit_everything_is_one_short_line():
    assert outline({"a": "x" * 99, "b": ["y" * 99]}, limit=10) == ["a: xxxxxxxxx…", 'b: ["yyyyyyy…']


def test_one_line_of_json_keeps_what_people_write():
    assert compact({"name": "Müller", "n": None}) == '{"name": "Müller", "n": null}'
