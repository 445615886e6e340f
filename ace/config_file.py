"""What an ace.toml says, value by value, each with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Iterator
from pathlib import Path
from typing import NamedTuple

from ace.errors import ConfigError
from ace.records import Json


class Said(NamedTuple):
    """One value. `phase` is empty in the sections that have none; `where` is FILE:LINE."""

    section: str
    phase: str
    key: str
    value: Json
    where: str


def said(path: Path, flat: Container[str]) -> Iterator[Said]:
    """Everything in the file: `key` of the sections `flat`, `phase.key` of all others. Raises ConfigError."""
    try:
        text = path.read_text("utf-8")
        document = tomllib.loads(text)
    except (OSError, ValueError) as error:
        message = f"{path}: {error}"
        raise ConfigError(message) from error
    for section, body in document.items():
        if not isinstance(body, dict):
            message = f"{path}{_line(text, section)}: key {section!r} stands outside a section"
            raise ConfigError(message, hint="engine keys belong under [ace], phase keys under [pipeline.phase]")
        for key, value in body.items():
            if section in flat:
                yield Said(section, "", key, value, f"{path}{_line(text, key, section)}")
            elif isinstance(value, dict):
                inside = f"{section}.{key}"
                yield from (Said(section, key, one, value[one], f"{path}{_line(text, one, inside)}") for one in value)
            else:
                message = f"{path}{_line(text, key)}: [{section}] {key}: expected a section [{section}.PHASE]"
                raise ConfigError(message)


def _line(text: str, key: str, section: str = "") -> str:
    """`:7` for the first line (of a section) that begins with the key, so that the message leads to the place."""
    inside = not section
    for place, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if section and bare.startswith("["):
            inside = bare.startswith(f"[{section}]")
        elif inside and bare.lstrip("[").startswith(key):
            return f":{place}"
    return ""
