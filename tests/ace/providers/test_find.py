"""Providers by name, keys from the environment, and what doctor says of them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from ace import model_config
from ace.errors import ConfigError, ProviderUnavailable, UsageError
from ace.providers import find, keys
from ace.providers.base import Message, Request

VARIABLES = [f"{name}{tail}" for name in keys.NAMES.values() for tail in ("", "_FILE")] + list(find.ADDRESSES.values())


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_every_provider_is_found_by_its_name_and_opens_nothing(tmp_path: Path) -> None:
    for name in ("anthropic", "openai", "cohere", "mock"):
        provider = find.find(name, {})
        assert provider.name == name
        assert provider.base_url
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"answer": "scripted"}]))
    mock = find.find("mock", {"script": str(script)})
    body = mock.wire(Request("mock", "", (Message("user", "x"),)))
    assert mock.read(mock.send(body, 1.0).body).text == "scripted"


def test_names_that_are_no_provider() -> None:
    with pytest.raises(ConfigError, match="no model is asked"):
        find.find("local", {})
    with pytest.raises(UsageError, match="anthropic, openai"):
        find.find("gemini", {})


def test_the_base_url_belongs_to_the_provider_of_the_section(monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"provider": "openai", "base_url": "http://127.0.0.1:11434/v1/", "answers": "tool"}
    assert find.find("openai", here).base_url == "http://127.0.0.1:11434/v1"
    assert find.find("anthropic", here).base_url == "https://api.anthropic.com"
    assert find.find("anthropic", {**here, "provider": "anthropic"}).base_url == "http://127.0.0.1:11434/v1"
    assert find.find("openai", {**here, "provider": "local"}).base_url == "http://127.0.0.1:11434/v1"
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    assert find.find("anthropic", here).base_url == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "url", ["127.0.0.1:11434", "file:///etc/passwd", "http://", "http://user:pw@host", "http://h:x"]
)
def test_an_address_must_be_one(url: str) -> None:
    with pytest.raises(ConfigError, match="no address"):
        find.find("openai", {"provider": "openai", "base_url": url})


def test_a_key_stands_in_the_environment_or_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("sk-file\n")
    assert keys.read("openai", {}) == ""
    assert keys.read("openai", {"OPENAI_API_KEY_FILE": str(file)}) == "sk-file"
    assert keys.read("openai", {"OPENAI_API_KEY_FILE": str(file), "OPENAI_API_KEY": " sk-env "}) == "sk-env"
    with pytest.raises(ProviderUnavailable, match="no key for openai"):
        keys.required("openai", {})


@pytest.mark.parametrize("key", ["a b", "a\nb", "Schlüssel", "   ", "\x00"])
def test_a_key_that_would_break_its_header_is_refused_unshown(key: str, tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        keys.read("openai", {"OPENAI_API_KEY": key})
    assert key not in caught.value.message or not key.strip()
    file = tmp_path / "key"
    file.write_bytes(key.encode())
    with pytest.raises(ProviderUnavailable):
        keys.read("openai", {"OPENAI_API_KEY_FILE": str(file)})


def test_a_key_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(ProviderUnavailable, match="OPENAI_API_KEY_FILE"):
            keys.read("openai", {"OPENAI_API_KEY_FILE": str(path)})


def test_usable_says_why_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if not all(importlib.util.find_spec(name) for packages in find.SDKS.values() for name in packages):
        pytest.skip("the extra llm is not installed")
    assert find.usable("local") == (True, "rules and extracts, no key, no network")
    assert find.usable("mock")[0]
    assert find.usable("anthropic") == (False, "no key")
    assert "ANTHROPIC_API_KEY" in find.remedy("anthropic")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    fine, said = find.usable("anthropic")
    assert fine
    assert "ANTHROPIC_API_KEY" in said
    assert "secret" not in said
    assert find.usable("openai", {"provider": "openai", "base_url": "http://127.0.0.1:1/v1"}) == (
        True,
        "no key, at http://127.0.0.1:1/v1",
    )
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    fine, said = find.usable("openai", {"provider": "openai", "base_url": "http://far.example/v1"})
    assert "unencrypted" in said
    assert not find.usable("cohere")[0]
    monkeypatch.setenv("CO_API_KEY_FILE", str(tmp_path / "nowhere"))
    assert "nowhere" in find.usable("cohere")[1]


def test_usable_without_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    fine, said = find.usable("openai")
    assert not fine
    assert "openai" in said
    assert "ace-pipelines[llm]" in find.remedy("openai")


def test_default_models_have_a_known_price() -> None:
    prices = pytest.importorskip("genai_prices")
    for defaults in (find.DEFAULT_MODELS, find.DEFAULT_EMBEDDING_MODELS):
        for provider, model in defaults.items():
            if model and provider != "mock":
                usage = prices.Usage(input_tokens=1000, output_tokens=0)
                assert prices.calc_price(usage, model, provider_id=provider).total_price > 0


def test_the_section_and_the_providers_agree() -> None:
    assert set(model_config.PROVIDERS) <= set(find.NAMES)
    assert set(model_config.PROVIDERS) <= set(find.DEFAULT_MODELS)
    assert model_config.KEYS.items() <= keys.NAMES.items()
