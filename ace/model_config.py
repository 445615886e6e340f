"""The section [models]: who is asked, how often, for how much. Phases that ask take provider and model from here.

Of these only provider and model change what a phase comes to; they stand in its configuration, so that an artifact
made with another model is known to be. The others may change from start to start.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec

from ace.errors import ConfigError
from ace.records import LOCAL, Json, Phase

SECTION = "models"
PROVIDERS = ("anthropic", "openai", "mock", LOCAL)
LEDGER_MODES = ("use", "refresh", "off", "replay")
ON_BUDGET = ("stop", LOCAL)
ANSWERS = ("json_schema", "json_object", "tool", "prompt")
UNSAID = -1.0  # a price that the configuration does not tell
DEFAULTS: dict[str, Json] = {
    "provider": "",  # "" = anthropic or openai when its key is in the environment, else local (no model at all)
    "model": "",  # "" = the provider's default
    "base_url": "",  # of an OpenAI-compatible server; the provider's own when empty
    "answers": "json_schema",  # how that server can be held to JSON: json_schema, json_object, tool or prompt
    "ledger": "use",  # use | refresh (ask anew, once a run) | off (ask anew) | replay (never ask)
    "max_cost": 0.0,  # US dollars a run may spend; 0 = no limit
    "on_budget": "stop",  # at that limit: stop (resumable) or go on with local
    "concurrency": 16,  # requests under way at once; less when the provider says so
    "requests_per_minute": 0,  # 0 = what the provider's headers say
    "input_tokens_per_minute": 0,
    "output_tokens_per_minute": 0,
    "timeout_s": 120.0,  # for one answer
    "attempts": 6,  # tries in all of a request that fails for a transient reason
    "price_input": -1.0,  # US dollars per million tokens, for models without a known price; -1 = not said, 0 = free
    "price_output": -1.0,
    "batch_wait": True,  # whether a run waits for a provider's batch, or ends and is started again
    "batch_keep": False,  # whether a provider keeps its files of a batch when the answers are in the ledger
    "embedding_provider": "",  # "" = openai when its key is there, else local
    "embedding_model": "",
    "script": "",  # the mock provider's answers, a JSON file
}
EMBEDDING_PROVIDERS = ("openai", "cohere", "mock", LOCAL)
CHOICES: dict[str, tuple[str, ...]] = {
    "provider": ("", *PROVIDERS),
    "embedding_provider": ("", *EMBEDDING_PROVIDERS),
    "ledger": LEDGER_MODES,
    "on_budget": ON_BUDGET,
    "answers": ANSWERS,
}
KEYS = {"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY"}  # NAME or NAME_FILE


def automatic(environ: Mapping[str, str] | None = None, names: Iterable[str] = tuple(KEYS)) -> str:
    """The first of these providers whose key and package are there, or local."""
    environ = os.environ if environ is None else environ
    with_key = [name for name in names if environ.get(KEYS[name]) or environ.get(f"{KEYS[name]}_FILE")]
    return next((name for name in with_key if find_spec(name) is not None), LOCAL)


def checked(key: str, value: Json, where: str) -> Json:
    """A value of this section that makes sense. Raises ConfigError."""
    if key in CHOICES and value not in CHOICES[key]:
        message = f"{where}: {key} is {value!r}, not one of {', '.join(filter(None, CHOICES[key]))}"
        raise ConfigError(message)
    if isinstance(value, int | float) and value < 0 and not (key.startswith("price_") and value == UNSAID):
        message = f"{where}: {key}: {value} is below 0"
        raise ConfigError(message)
    if key in ("concurrency", "attempts") and value < 1:
        message = f"{where}: {key} must be at least 1"
        raise ConfigError(message)
    return value


def asks(phase: Phase) -> bool:
    """Whether a phase may ask a model, for completions or for embeddings."""
    return "provider" in phase.config or "embedding_provider" in phase.config


def is_local(values: Mapping[str, Json]) -> bool:
    """Whether a phase with this configuration asks nobody."""
    return bool(values.get("provider", LOCAL) == LOCAL and values.get("embedding_provider", LOCAL) == LOCAL)


def resolve(values: dict[str, Json], models: Mapping[str, Json], default_model: Callable[..., str]) -> None:
    """Fill in the provider and the model that a phase will ask: its own, or those of the section."""
    for kind in ("", "embedding_"):
        if f"{kind}provider" not in values:
            continue
        provider = values[f"{kind}provider"] or models[f"{kind}provider"] or LOCAL
        checked(f"{kind}provider", provider, "phase configuration")
        model = values[f"{kind}model"] or models[f"{kind}model"] or default_model(provider, embedding=bool(kind))
        values |= {f"{kind}provider": provider, f"{kind}model": "" if provider == LOCAL else model}
