"""Strict JSON: what is written can be read back as the same value, on any machine, or it is refused.

orjson alone would write NaN as null, accept dataclasses and dates, read 1,024 levels but write only 253, and turn
integers beyond 64 bits into floats; each of these would change data between two phases without a word.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import orjson

from ace.errors import OutputError

MAX_DEPTH = 200  # orjson writes at most 253 levels; the envelope and a margin are taken off
MAX_BYTES = 128 * 1024 * 1024  # larger things are blobs; JSON made to be costly takes 30 times its size when parsed
SHARED_FROM = 12  # levels; data that are this deep are rare enough to be asked whether they go in circles

_PLAIN = frozenset((str, int, bool, type(None)))


def dumps(value: Any) -> bytes:
    """Canonical bytes: keys sorted, no white space, UTF-8. Raises OutputError with the path of what is not JSON, or
    when there are more bytes than `loads` would take."""
    if not _is_sound(value):
        raise _explain(value)
    try:
        raw = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise _explain(value, str(error)) from None
    if len(raw) > MAX_BYTES:
        message = f"{len(raw)} bytes of JSON, more than {MAX_BYTES}: larger things are blobs"
        raise OutputError(message)
    return raw


def loads(raw: bytes | str, *, what: str = "JSON") -> Any:
    """Parse JSON from outside. Raises ValueError naming `what` when it is malformed, too deep or too large."""
    if len(raw) > MAX_BYTES:
        message = f"{what}: {len(raw)} bytes, more than {MAX_BYTES}"
        raise ValueError(message)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        message = f"{what}: line {error.lineno}, column {error.colno}: {error.msg}"
        raise ValueError(message) from None
    if _may_be_deep(raw) and not _is_sound(value):
        message = f"{what}: nested deeper than {MAX_DEPTH} levels"
        raise ValueError(message)
    return value


def trusted_loads(raw: bytes | memoryview) -> Any:
    """Parse bytes that this process wrote or whose checksum it has verified."""
    return orjson.loads(raw)


def line(value: Any) -> bytes:
    """One compact line with its newline, for the append-only files."""
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def scrubbed(text: str) -> str:
    """Text that can be stored: lone surrogates become `?`. For messages; data that hold one are refused instead."""
    return text.encode("utf-8", "replace").decode()


def sha256(raw: bytes | memoryview) -> str:
    return hashlib.sha256(raw).hexdigest()


def _may_be_deep(raw: bytes | str) -> bool:
    opening = raw.count(b"[") + raw.count(b"{") if isinstance(raw, bytes) else raw.count("[") + raw.count("{")
    return opening > MAX_DEPTH


def _is_sound(value: Any) -> bool:
    """Level by level, without paths: the common case costs about 50 ns a node."""
    level: list[Any] = [[value]]
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH + 1:
            return False
        below: list[Any] = []
        for node in level:
            for child in node.values() if type(node) is dict else node:
                kind = type(child)
                if kind in _PLAIN:
                    continue
                if kind is dict or kind is list or kind is tuple:
                    below.append(child)
                elif kind is not float or not math.isfinite(child):
                    return False
        # a cycle with two ways round doubles each level: what is met twice on one level is looked at once
        level = list({id(child): child for child in below}.values()) if depth > SHARED_FROM else below
    return True


def _explain(value: Any, fallback: str = "not JSON") -> OutputError:
    path, why = _find(value, "", 0) or ("", fallback)
    return OutputError(f"{path or 'the whole value'}: {why}", path=path)


def _find(value: Any, path: str, depth: int) -> tuple[str, str] | None:
    """Path and reason of the first thing that JSON cannot hold."""
    if depth >= MAX_DEPTH and type(value) in (dict, list, tuple):
        return path[:120] + "…", f"nested deeper than {MAX_DEPTH} levels"
    if type(value) is dict:
        for key, child in value.items():
            if type(key) is not str:
                return path, f"key {key!r} is {type(key).__name__}, not a string"
            if found := _find_text(key, path) or _find(child, f"{path}.{key}" if path else key, depth + 1):
                return found
        return None
    if type(value) in (list, tuple):
        numbered = ((_find(child, f"{path}[{place}]", depth + 1)) for place, child in enumerate(value))
        return next(filter(None, numbered), None)
    return _find_scalar(value, path)


def _find_scalar(value: Any, path: str) -> tuple[str, str] | None:
    if type(value) is str:
        return _find_text(value, path)
    if type(value) is float:
        return None if math.isfinite(value) else (path, f"{value} is not a JSON number")
    if type(value) is int:
        return None if -(2**63) <= value < 2**64 else (path, "an integer beyond 64 bits; store it as a string")
    if type(value) in _PLAIN:
        return None
    return path, f"{type(value).__name__} is not JSON; use plain dict, list, str, int, float, bool or None"


def _find_text(text: str, path: str) -> tuple[str, str] | None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return path, f"a lone surrogate at character {error.start}; scrub text where it enters"
    return None
