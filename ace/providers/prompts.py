"""Prompts are files: phases/<pipeline>/prompts/<phase>.md, part of what a phase depends on.

    max_tokens: 800
    temperature: 0

    # System
    Who the model is and what to do. Never holds anything that came from outside.

    # User
    An example's question (optional, as often as wanted, each with its answer)

    # Assistant
    {"the": "example's answer"}

    # User
    Rate these for {{company}}.
    {{data articles}}

`{{name}}` inserts a short value of our own. `{{data name}}` inserts text from outside between two marks that contain a
digest of that very text, so that no text can close its own mark; values are JSON unless they are text. Only the last
user part has places to fill: what comes before repeats from request to request, for the providers' prompt caches.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ace import jsonio
from ace.errors import ConfigError, PhaseError
from ace.providers.base import Message, Request
from ace.records import Json

HEADING = re.compile(r"^# (System|User|Assistant)[ \t]*$", re.MULTILINE)
PLACE = re.compile(r"\{\{(data )?([a-z_][a-z0-9_]*)\}\}")
SETTINGS = {"max_tokens": int, "temperature": float}
MARK_CHARS = 12  # of a SHA-256: nobody finds a text that contains its own
PLAIN_CHARS = 500  # a longer value is text from somewhere, and belongs between marks


class Prompt(NamedTuple):
    """A prompt file, read: the parts before the last user part, and that part with its places."""

    system: str
    examples: tuple[Message, ...]
    user: str
    max_tokens: int
    temperature: float | None


@cache
def load(path: Path) -> Prompt:
    """Read a prompt file. Raises ConfigError naming the file and what is wrong with it."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"prompt {path}: {error}"
        raise ConfigError(message) from error
    head, *parts = HEADING.split(text)
    roles = [role.lower() for role in parts[::2]]
    bodies = [body.strip() for body in parts[1::2]]
    expected = ["system"] + ["user", "assistant"] * ((len(roles) - 2) // 2) + ["user"]
    if roles != expected:
        message = f"prompt {path}: the parts are {', '.join(roles) or 'none'}; expected {', '.join(expected)}"
        raise ConfigError(message, hint="# System, then pairs of # User and # Assistant, then one # User")
    if any(PLACE.search(body) for body in bodies[:-1]):
        message = f"prompt {path}: only the last # User part may have {{{{places}}}}"
        raise ConfigError(message)
    examples = tuple(Message(role, body) for role, body in zip(roles[1:-1], bodies[1:-1], strict=True))
    settings = _settings(head, path)
    return Prompt(bodies[0], examples, bodies[-1], int(settings.get("max_tokens", 1024)), settings.get("temperature"))


def _settings(head: str, path: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    for line in filter(None, map(str.strip, head.splitlines())):
        name, _, value = line.partition(":")
        if name not in SETTINGS:
            message = f"prompt {path}: {line!r} is no setting; known are {', '.join(SETTINGS)}"
            raise ConfigError(message)
        try:
            found[name] = SETTINGS[name](value)
        except ValueError:
            message = f"prompt {path}: {name} is not a number: {value.strip()!r}"
            raise ConfigError(message) from None
    return found


def fill(prompt: Prompt, values: Mapping[str, Json], model: str, schema: Mapping[str, Json] | None) -> Request:
    """The request for one item. Raises PhaseError when values and places do not match."""
    wanted = {name for _, name in PLACE.findall(prompt.user)}
    if wanted != values.keys():
        message = f"the prompt has places for {sorted(wanted)}, the phase gives {sorted(values)}"
        raise PhaseError(message)
    user = PLACE.sub(lambda place: _inserted(values[place[2]], marked=bool(place[1]), name=place[2]), prompt.user)
    messages = (*prompt.examples, Message("user", user))
    return Request(model, prompt.system, messages, schema, prompt.max_tokens, prompt.temperature)


def _inserted(value: Json, *, marked: bool, name: str) -> str:
    text = value if isinstance(value, str) else jsonio.dumps(value).decode()
    if marked:
        return delimited(text)
    if len(text) > PLAIN_CHARS or "\n" in text:
        message = f"the value of {{{{{name}}}}} is long or has lines: {{{{data {name}}}}} is for text from outside"
        raise PhaseError(message)
    return text


def delimited(text: str) -> str:
    """Text from outside, between marks that it cannot contain."""
    mark = "data-" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:MARK_CHARS]
    return f"<{mark}>\n{text}\n</{mark}>"
