"""Providers by name: how they are made from the section [models], whether they can be used, their default models."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ace.errors import ConfigError, ProviderUnavailable, UsageError
from ace.providers import keys
from ace.providers.base import Provider
from ace.records import LOCAL, Json

# The cheapest current models of 2026-11 that answer questions of this kind; $0.10 and $0.50 per million tokens both.
DEFAULT_MODELS = {"anthropic": "claude-haiku-5-5", "openai": "gpt-6-luna", "mock": "mock", LOCAL: "", "cohere": ""}
DEFAULT_EMBEDDING_MODELS = {"openai": "text-embedding-3-small", "cohere": "embed-v4.0", "mock": "mock", LOCAL: ""}
NAMES = ("anthropic", "openai", "cohere", "mock", LOCAL)
SDKS = {"anthropic": ("anthropic", "httpx2"), "openai": ("openai", "httpx2")}
ADDRESSES = {"anthropic": "ANTHROPIC_BASE_URL", "openai": "OPENAI_BASE_URL", "cohere": "CO_API_URL"}
INSTALL = "pip install 'ace-pipelines[llm]'"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def find(name: str, settings: Mapping[str, Json]) -> Provider:
    """The provider, not connected yet. Raises ConfigError (base URL, script), UsageError (unknown name)."""
    answers = str(settings.get("answers") or "json_schema")
    if name == "anthropic":
        from ace.providers.anthropic import Anthropic  # noqa: PLC0415  (only what is asked)

        return Anthropic(address(name, settings), answers)
    if name == "openai":
        from ace.providers.openai import OpenAI  # noqa: PLC0415

        return OpenAI(address(name, settings), answers)
    if name == "cohere":
        from ace.providers.cohere import Cohere  # noqa: PLC0415

        return Cohere(address(name, settings))
    if name == "mock":
        from ace.providers import mock  # noqa: PLC0415

        script = str(settings.get("script") or "")
        return mock.Mock(mock.load(Path(script)) if script else mock.Script())
    if name == LOCAL:
        raise ConfigError("local means that no model is asked", hint="--provider anthropic | openai | mock")
    raise UsageError(f"no provider {name!r}; there are {', '.join(NAMES)}")


def address(name: str, settings: Mapping[str, Json], environ: Mapping[str, str] | None = None) -> str:
    """The base URL that was asked for, or "" for the provider's own.

    `base_url` of the section belongs to the section's provider, or to openai where that is none with an address.
    Raises ConfigError when it is no HTTP address.
    """
    environ = os.environ if environ is None else environ
    provider = settings.get("provider")
    owner = provider if provider in ADDRESSES else "openai"
    url = str(settings.get("base_url") or "") if name == owner else ""
    url = (url or environ.get(ADDRESSES[name], "")).rstrip("/")
    if url:
        _check(url)
    return url


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and parts.hostname and not parts.username and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ConfigError(f"base_url {url!r} is no address like http://127.0.0.1:11434/v1")


def usable(name: str, settings: Mapping[str, Json] | None = None) -> tuple[bool, str]:
    """Whether requests can be sent, and why not, or with what. Nothing is sent."""
    settings = settings or {}
    if name == LOCAL:
        return True, "rules and extracts, no key, no network"
    if name == "mock":
        return True, f"answers from {settings['script']}" if settings.get("script") else "answers are made up"
    if missing := _missing(name):
        return False, f"the package {missing} is not installed"
    try:
        url = address(name, settings)
        key = keys.read(name)
    except (ConfigError, ProviderUnavailable) as error:
        return False, error.message
    if not key and not (url and name in SDKS):
        return False, "no key"
    return True, _described(url, keys.NAMES[name] if key else "")


def remedy(name: str) -> str:
    """What to do about a provider that is not usable."""
    return INSTALL if _missing(name) else keys.hint(name)


def _missing(name: str) -> str:
    """The first package that this provider needs and that is not installed, or ""."""
    return next((package for package in SDKS.get(name, ()) if importlib.util.find_spec(package) is None), "")


def _described(url: str, key: str) -> str:
    """Where requests go, and whether the key would travel unencrypted."""
    said = f"key from {key}" if key else "no key"
    parts = urlsplit(url)
    open_line = key and parts.scheme == "http" and parts.hostname not in LOOPBACK
    return said + (f", at {url}" if url else "") + (", the key is sent unencrypted" if open_line else "")
