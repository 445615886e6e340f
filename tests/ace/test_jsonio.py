"""Strict JSON: the same value comes back, or it is refused with the path of what is wrong."""

from __future__ import annotations

import dataclasses
import math
from collections import OrderedDict, defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ace import jsonio
from ace.errors import OutputError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5), max_leaves=25
)


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


@dataclasses.dataclass
class Thing:
    name: str = "x"


class Colour(StrEnum):
    RED = "red"


@given(VALUES)
@settings(max_examples=50, deadline=None)
def test_what_is_written_comes_back_as_the_same_value(value: Any) -> None:
    back = jsonio.loads(jsonio.dumps(value))
    assert back == value
    assert repr(back) == repr(value) or isinstance(value, dict | list)  # -0.0 and 1.0 keep their kind


@given(st.dictionaries(TEXT, VALUES, min_size=2, max_size=6))
@settings(max_examples=25, deadline=None)
def test_bytes_do_not_depend_on_the_order_of_keys(value: dict[str, Any]) -> None:
    turned = dict(reversed(value.items()))
    assert jsonio.dumps({"deep": [turned]}) == jsonio.dumps({"deep": [value]})


def test_bytes_hold_no_white_space() -> None:
    assert jsonio.dumps({"b": [1, 2.0], "a": "é"}) == '{"a":"é","b":[1,2.0]}'.encode()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        ({1, 2}, "set"),
        (b"bytes", "bytes"),
        (bytearray(b"x"), "bytearray"),
        (Thing(), "Thing"),
        (datetime(2026, 1, 1, tzinfo=UTC), "datetime"),
        (date(2026, 1, 1), "date"),
        (UUID(int=1), "UUID"),
        (Decimal(1), "Decimal"),
        (Path("x"), "Path"),
        (Colour.RED, "Colour"),
        (defaultdict(list), "defaultdict"),
        (OrderedDict(a=1), "OrderedDict"),
        (2**64, "64 bits"),
        (-(2**63) - 1, "64 bits"),
        ("a\ud800b", "surrogate"),
        ({"ok": {1: "x"}}, "int"),
        ({"ok": {None: "x"}}, "NoneType"),
        ({"ok": {"\udfff": "x"}}, "surrogate"),
    ],
)
def test_what_json_cannot_hold_is_refused_with_its_path(value: Any, reason: str) -> None:
    with pytest.raises(OutputError, match=reason) as caught:
        jsonio.dumps({"articles": [{"text": "fine"}, {"text": value}]})
    assert caught.value.path.startswith("articles[1].text")
    assert caught.value.path in caught.value.message


@pytest.mark.parametrize("value", [math.nan, {1}, b"x", 2**70])
def test_a_refused_value_that_is_the_whole_is_called_so(value: Any) -> None:
    with pytest.raises(OutputError, match="the whole value"):
        jsonio.dumps(value)


@pytest.mark.parametrize("value", [2**64 - 1, -(2**63), 0, 1e308, -0.0, 5e-324])
def test_the_outermost_numbers_are_kept_exactly(value: float) -> None:
    assert repr(jsonio.loads(jsonio.dumps([value]))) == repr([value])


def test_tuples_are_stored_as_arrays() -> None:
    assert jsonio.dumps({"a": (1, (2, 3))}) == b'{"a":[1,[2,3]]}'


def test_as_many_levels_as_allowed_are_written_and_read() -> None:
    value = nested(jsonio.MAX_DEPTH)
    assert jsonio.loads(jsonio.dumps(value)) == value


@pytest.mark.parametrize("levels", [jsonio.MAX_DEPTH + 1, 300, 2000])
def test_one_level_more_is_refused_when_written(levels: int) -> None:
    with pytest.raises(OutputError, match="nested deeper than 200 levels"):
        jsonio.dumps({"deep": nested(levels - 1)})


@pytest.mark.parametrize("levels", [jsonio.MAX_DEPTH + 1, 300, 5000])
def test_one_level_more_is_refused_when_read(levels: int) -> None:
    with pytest.raises(ValueError, match=r"page\.json"):
        jsonio.loads(b"[" * levels + b"]" * levels, what="page.json")


def test_data_that_contain_themselves_are_refused() -> None:
    parent: dict[str, Any] = {"children": []}
    parent["children"] += [{"parent": parent}, {"parent": parent}]  # two ways round: each level doubles
    with pytest.raises(OutputError, match="nested deeper"):
        jsonio.dumps(parent)


def test_many_brackets_in_text_are_not_depth() -> None:
    raw = jsonio.dumps({"code": "[" * 5000})
    assert jsonio.loads(raw) == {"code": "[" * 5000}


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"nul", b"[1,]", b"NaN", b"Infinity", b"1e999", b'"\\ud800"', b'"\xff"', b"\xef\xbb\xbf{}", b"[1]x"],
)
def test_malformed_text_is_refused_with_line_and_column(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"feed\.json: line \d+, column \d+"):
        jsonio.loads(raw, what="feed.json")


def test_the_place_of_a_mistake_is_named() -> None:
    with pytest.raises(ValueError, match="line 3, column 9"):
        jsonio.loads(b'{\n "a": 1,\n "bad": x\n}')


def test_more_bytes_than_allowed_are_refused_before_they_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonio, "MAX_BYTES", 10)
    with pytest.raises(ValueError, match="more than 10"):
        jsonio.loads(b"x" * 11)


def test_a_line_is_one_line() -> None:
    assert jsonio.line({"text": "a\nb"}).count(b"\n") == 1


def test_scrubbed_text_can_be_stored() -> None:
    assert jsonio.scrubbed("a\ud800b é") == "a?b é"
    assert jsonio.dumps(jsonio.scrubbed("\udcff")) == b'"?"'
