"""API keys: from the environment only, as NAME or as the path of a file in NAME_FILE. Never stored, never shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ace.errors import ProviderUnavailable

NAMES = {"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY", "cohere": "CO_API_KEY"}
MAX_BYTES = 10_000  # of a key file; anything longer is some other file


def read(provider: str, environ: Mapping[str, str] | None = None) -> str:
    """The key, or "" when there is none. Raises ProviderUnavailable when one is named that cannot be used."""
    environ = os.environ if environ is None else environ
    name = NAMES[provider]
    if environ.get(name):
        return _sound(environ[name], name)
    path = environ.get(f"{name}_FILE")
    if not path:
        return ""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES)
        return _sound(content.decode("ascii"), f"{name}_FILE")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        message = f"{name}_FILE: {path}: {why}"
        raise ProviderUnavailable(message) from None


def required(provider: str, environ: Mapping[str, str] | None = None) -> str:
    """The key. Raises ProviderUnavailable when there is none."""
    key = read(provider, environ)
    if not key:
        raise ProviderUnavailable(f"no key for {provider}", hint=hint(provider))
    return key


def hint(provider: str) -> str:
    return f"set {NAMES[provider]}, or {NAMES[provider]}_FILE to a path"


def _sound(key: str, name: str) -> str:
    """The key without white space around it. Anything else in it would break the header that carries it."""
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        message = f"{name} holds no key: it is empty, or has characters that no key has"
        raise ProviderUnavailable(message)
    return key
