"""Known names: a list of people, companies, models … with aliases, found in a text by exact spelling.

A gazetteer is a JSON list of objects
    {"name", "type", "aliases": [...], "background", "source", "context": [...] (optional)}
An entry with `context` has a name that also means something else (Runway, Arm, Gemini): it counts only in a text that
contains one of its context words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ace.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

TYPES = ("company", "person", "product", "model", "organisation", "place", "other")
MAX_BACKGROUND_CHARS = 160  # one line of a report

# "MIT License" is not the university, "Meta-analysis" not the company; "OpenAI-backed" is the company.
_NOT_BEFORE = r"(?!\w|[.,]\d|[ -][Ll]icen[cs]e|-(?!\w*(?:ed|made|led|built|run|style|like|only|compatible)\b)\w)"
_HEAD_NOT_BEFORE = r"(?![A-Za-z_]|(?<=\d)\d|(?<=\d)\.\d)"
_KEYS = {"name", "type", "aliases", "background", "source", "context"}


@dataclass(frozen=True)
class Entry:
    """One known name. `source` is the public address where `background` can be checked."""

    name: str
    type: str
    aliases: tuple[str, ...]
    background: str
    source: str
    context: tuple[str, ...] = ()

    @property
    def surfaces(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class Gazetteer:
    """Entries with what finds them. Made by `compiled` or `load`."""

    entries: tuple[Entry, ...]
    by_surface: Mapping[str, Entry] = field(repr=False)
    pattern: re.Pattern[str] = field(repr=False)  # a name that stands alone
    heads: re.Pattern[str] = field(repr=False)  # a name that a version may follow, as in "Qwen2.5"

    def get(self, name: str) -> Entry | None:
        """The entry that has `name` as its name or as an alias, spelled exactly so."""
        return self.by_surface.get(name)

    def find(self, text: str) -> list[tuple[int, int, Entry]]:
        """(start, end, entry) of every known name in `text`, longest first at one place, ambiguous names in context."""
        allowed: dict[str, bool] = {}
        found = []
        for match in self.pattern.finditer(text):
            entry = self.by_surface[match.group()]
            if entry.name not in allowed:
                allowed[entry.name] = in_context(entry, text)
            if allowed[entry.name]:
                found.append((match.start(), match.end(), entry))
        return found


def in_context(entry: Entry, text: str) -> bool:
    """Whether `text` has one of the words that an ambiguous name needs beside it. Case counts: AI is not "ai"."""
    return not entry.context or any(
        re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None for word in entry.context
    )


def compiled(entries: list[Entry] | tuple[Entry, ...]) -> Gazetteer:
    """Make a gazetteer. Raises ConfigError when two entries claim the same spelling."""
    by_surface: dict[str, Entry] = {}
    for entry in entries:
        for surface in entry.surfaces:
            if surface in by_surface:
                message = f"gazetteer: {surface!r} belongs to both {by_surface[surface].name!r} and {entry.name!r}"
                raise ConfigError(message)
            by_surface[surface] = entry
    longest_first = sorted(by_surface, key=lambda surface: (-len(surface), surface))
    firsts = re.escape("".join(sorted({surface[0] for surface in by_surface}))) or r"\0"
    names = "|".join(re.escape(surface) for surface in longest_first) or r"(?!)"
    name = rf"(?<![\w@#/])(?=[{firsts}])(?:{names})"
    return Gazetteer(tuple(entries), by_surface, re.compile(name + _NOT_BEFORE), re.compile(name + _HEAD_NOT_BEFORE))


def load(path: Path) -> Gazetteer:
    """Read a gazetteer file. Raises ConfigError naming the file and the entry that is wrong."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{path.name}: cannot be read as JSON: {error}"
        raise ConfigError(message) from None
    if not isinstance(rows, list):
        message = f"{path.name}: a list of entries is expected"
        raise ConfigError(message)
    return compiled([_entry(row, f"{path.name}, entry {number}") for number, row in enumerate(rows, 1)])


def _entry(row: Any, where: str) -> Entry:
    problem = _problem(row)
    if problem:
        message = f"{where}: {problem}"
        raise ConfigError(message)
    return Entry(
        name=row["name"],
        type=row["type"],
        aliases=tuple(row["aliases"]),
        background=row["background"],
        source=row["source"],
        context=tuple(row.get("context", ())),
    )


def _problem(row: Any) -> str:
    """What is wrong with an entry, or nothing."""
    if not isinstance(row, dict) or not _KEYS >= set(row) >= _KEYS - {"context"}:
        return f"an object with the keys {', '.join(sorted(_KEYS))} is expected"
    texts = [row["name"], row["background"], row["source"], *row["aliases"], *row.get("context", ())]
    if not all(isinstance(text, str) and text.strip() == text != "" for text in texts):
        return "every name, alias, background, source and context is a text without spaces around it"
    if row["type"] not in TYPES:
        return f"{row['name']}: type {row['type']!r} is none of {', '.join(TYPES)}"
    if len(row["background"]) > MAX_BACKGROUND_CHARS:
        return f"{row['name']}: background has {len(row['background'])} characters, more than {MAX_BACKGROUND_CHARS}"
    if not row["source"].startswith("https://"):
        return f"{row['name']}: source is not an https address"
    return ""
