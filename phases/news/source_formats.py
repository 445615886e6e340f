"""The text of a source list, JSON or one feed address per line, as entries. Reads no file and no network.

Every entry remembers where it stood, so that an error can name file, entry and line. A list is refused as a whole
when one of its entries is wrong: a source that is silently left out would be missed months later. `source_opml` reads
the third format.
"""

from __future__ import annotations

import html
import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

from ace.errors import ConfigError
from phases.common.text import scrub, shorten

NAME_CHARS = 120  # longer names break the report's lines
URL_CHARS = 2000  # what servers and proxies are known to accept
ERRORS_SHOWN = 5  # of one file; the rest is counted
_JSON_SPACE = re.compile(r"[ \t\n\r]*")
_REMARK = re.compile(r"(?:^|\s)#.*")  # a fragment inside an address has no space before its #


@dataclass(frozen=True)
class Entry:
    """One source as its list gives it; `where` is "file: entry 3 (line 12)". No weight and no category are allowed."""

    feed: str
    where: str
    name: str = ""
    id: str = ""
    category: str = ""
    site: str = ""
    weight: float | None = None


def decode(raw: bytes, where: str) -> str:
    """UTF-8 text, with or without a byte order mark. Raises ConfigError naming the line of the first bad byte."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"{where}: line {line}: not UTF-8 text"
        raise ConfigError(message, hint="save the file as UTF-8") from None


def parse_json(text: str, where: str) -> Any:
    """Strict JSON. Raises ConfigError with line and column."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        message = f"{where}: line {error.lineno}, column {error.colno}: {error.msg}"
    except (ValueError, RecursionError) as error:
        message = f"{where}: {error}"
    raise ConfigError(message, hint="check the file with: python -m json.tool FILE")


def from_json(text: str, where: str) -> list[Entry]:
    """Entries of `[{"feed", "name"?, "category"?, "weight"?, "site"?, "id"?}]` or `{"sources": [the same]}`."""
    value = parse_json(text, where)
    rows = value.get("sources") if isinstance(value, dict) else value
    if not isinstance(rows, list):
        message = f'{where}: expected a list of sources or {{"sources": [...]}}, found {_kind(value)}'
        raise ConfigError(message, hint='a source is {"name": "Example", "feed": "https://example.org/feed.xml"}')
    lines = [text.count("\n", 0, offset) + 1 for offset in _offsets(text)]
    entries, errors = [], []
    for number, (row, line) in enumerate(zip(rows, lines, strict=True), start=1):
        place = f"entry {number} (line {line})"
        if wrong := _wrong_row(row):
            errors.append(f"{place}: {wrong}")
        else:
            entries.append(_entry(row, f"{where}: {place}"))
    return all_or_error(entries, errors, where)


def from_lines(text: str, where: str) -> list[Entry]:
    """Entries of a text with one feed address per line; blank lines and what follows a # are left out."""
    entries, errors = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        feed = _REMARK.sub("", line).strip()
        if feed and (wrong := wrong_url(feed)):
            errors.append(f"line {number}: {wrong}")
        elif feed:
            entries.append(Entry(feed, f"{where}: line {number}"))
    return all_or_error(entries, errors, where)


def wrong_url(url: str) -> str:
    """What is wrong with an address for a feed, or nothing."""
    if len(url) > URL_CHARS:
        return f"an address of {len(url)} characters, more than {URL_CHARS}"
    shown = repr(shorten(scrub(url), NAME_CHARS))
    if scrub(url) != url or any(character.isspace() for character in url):
        return f"white space or control characters in {shown}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # the port is only looked at so that it is checked
    except ValueError as error:
        return f"{shown} is no address: {error}"
    wrong = {
        "is not an http or https address": parts.scheme.lower() not in {"http", "https"},
        "names no host": not host,
        "holds a user name or password, which every artifact would store": "@" in parts.netloc,
    }
    return next((f"{shown} {what}" for what, is_so in wrong.items() if is_so), "")


def _wrong_row(row: Any) -> str:
    if not isinstance(row, dict):
        return f"expected an object, found {_kind(row)}"
    feed = row.get("feed")
    if not isinstance(feed, str) or not feed.strip():
        keys = ", ".join(map(repr, list(row)[:6])) or "no keys"
        return f'no "feed" address; it has {keys}'
    for key in ("name", "id", "category", "site"):
        if not isinstance(row.get(key, ""), str | None):
            return f"{key} is {_kind(row[key])}, not text"
    weight = row.get("weight")
    if weight is not None and not _is_share(weight):
        return f"weight is {weight!r}, not a number from 0 to 1"
    return wrong_url(feed.strip())


def _is_share(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and 0 <= value <= 1


def _entry(row: dict[str, Any], where: str) -> Entry:
    site = (row.get("site") or "").strip()
    weight = row.get("weight")
    return Entry(
        feed=row["feed"].strip(),
        where=where,
        name=plain_name(row.get("name") or ""),
        id=row.get("id") or "",
        category=plain_name(row.get("category") or ""),
        site="" if wrong_url(site) else site,
        weight=None if weight is None else float(weight),
    )


def plain_name(text: str) -> str:
    """One line of visible text without HTML entities, at most NAME_CHARS."""
    return shorten(scrub(html.unescape(text)), NAME_CHARS)


def all_or_error(entries: list[Entry], errors: list[str], where: str) -> list[Entry]:
    if not errors:
        return entries
    more = f"; and {len(errors) - ERRORS_SHOWN} more" if len(errors) > ERRORS_SHOWN else ""
    message = f"{where}: " + "; ".join(errors[:ERRORS_SHOWN]) + more
    raise ConfigError(message, hint="correct these lines or take them out")


def _offsets(text: str) -> list[int]:
    """Where each element of the list begins. The text is known to be sound JSON."""
    decoder = json.JSONDecoder()
    at = _skip(text, 0)
    if text[at] == "{":
        at = _value_of_sources(text, at, decoder)
    found = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        found.append(at)
        at = _skip(text, decoder.raw_decode(text, at)[1])
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def _value_of_sources(text: str, at: int, decoder: json.JSONDecoder) -> int:
    """Offset of the last value named "sources": of keys that stand twice, the last counts."""
    found = at
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = decoder.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        found = at if key == "sources" else found
        at = _skip(text, decoder.raw_decode(text, at)[1])
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def _skip(text: str, at: int) -> int:
    match = _JSON_SPACE.match(text, at)
    return match.end() if match else at


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)
