"""What a call costs: afterwards, from the usage that the provider reports, and beforehand, at most.

Prices come from the configuration, else from genai-prices. What neither knows has no price: None, never zero.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from threading import Lock

from ace.errors import ConfigError
from ace.providers import price_data, tokens
from ace.providers.base import Caps, Price, Request, Usage
from ace.providers.price_data import FREE, MILLION, Rates, Tariff
from ace.providers.tokens import expected as estimate_tokens
from ace.providers.tokens import expected_of as request_tokens
from ace.records import NOTHING, Json

__all__ = ["Prices", "estimate_tokens", "request_tokens"]

UNBILLED = ("local", "mock")  # cost nothing, unless a price is configured to try budgets
ANY_MODEL = "*"
FRESH_S = 60  # prices change by the date and, with some services, by the hour
DIGITS = 12  # of US dollars: a token costs more than the last one


class Prices:
    """`configured`: {model: {"input": …, "output": …, "cache_read": …, "cache_write": …}}, US dollars a million tokens.

    These win. Cache prices default to the price of input. The model "*" stands for those that have no known price.
    Safe between threads.
    """

    def __init__(self, configured: Mapping[str, Mapping[str, Json]] = NOTHING) -> None:
        self._configured = {model: _configured(said) for model, said in configured.items()}
        self._looked_up: dict[tuple[str, str, str, bool], Tariff | None] = {}
        self._minute = 0
        self._ratios: dict[str, float] = {}
        self._lock = Lock()

    def cost(self, provider: str, base_url: str, model: str, usage: Usage, *, batch: bool = False) -> Price | None:
        """The price of one answer; None when nobody knows the model's price."""
        tariff = self._tariff(provider, base_url, model, batch=batch)
        return None if tariff is None else Price(round(tariff.usd(usage), DIGITS), tariff.source)

    def worst_case(self, provider: str, base_url: str, request: Request, *, batch: bool = False) -> float | None:
        """The most that a completion may cost, in US dollars: all of the prompt dear, an answer of full length."""
        tariff = self._tariff(provider, base_url, request.model, batch=batch)
        if tariff is None:
            return None
        prompt = tokens.most_of(request)
        if ratio := self._ratios.get(request.model):
            prompt = max(prompt, round(tokens.expected_of(request) * ratio))
        return _dearest(tariff, prompt, request.max_tokens)

    def worst_case_embedding(self, provider: str, base_url: str, model: str, texts: Iterable[str]) -> float | None:
        tariff = self._tariff(provider, base_url, model, batch=False)
        return None if tariff is None else _dearest(tariff, sum(map(tokens.most, texts)), 0)

    def require_known(self, models: Iterable[tuple[str, str, str]], caps: Caps) -> None:
        """Raises ConfigError when a cap is set and the price of a (provider, base_url, model) is unknown."""
        if not (caps.run_usd or caps.phase_usd):
            return
        unknown = {f"{model} ({name})" for name, url, model in models if self._tariff(name, url, model) is None}
        if unknown:
            message = f"a budget is set, and the price of {', '.join(sorted(unknown))} is unknown"
            hint = "[models] price_input and price_output say it, in US dollars per million tokens; "
            raise ConfigError(message, hint=hint + "known prices come with pip install 'ace-pipelines[llm]'")

    def observe(self, model: str, estimated: int, actual: int) -> None:
        """Learn from an answer: a prompt that was longer than expected makes later worst cases so much worse."""
        if estimated > 0 and actual > estimated * self._ratios.get(model, 1.0):
            self._ratios[model] = actual / estimated

    def _tariff(self, provider: str, base_url: str, model: str, *, batch: bool = False) -> Tariff | None:
        if said := self._configured.get(model):
            return said
        if provider in UNBILLED:
            return self._configured.get(ANY_MODEL, FREE)
        place = (provider, base_url, model, batch)
        with self._lock:
            if (minute := int(time.time() // FRESH_S)) != self._minute:
                self._looked_up, self._minute = {}, minute
            if place not in self._looked_up:
                self._looked_up[place] = price_data.tariff(provider, base_url, model, batch=batch)
            return self._looked_up[place] or self._configured.get(ANY_MODEL)


def of_settings(models: Mapping[str, Json]) -> Prices:
    """With the price that the section [models] says for models that have no known one."""
    said = {"input": max(0.0, models["price_input"]), "output": max(0.0, models["price_output"])}
    told = max(models["price_input"], models["price_output"]) >= 0.0
    return Prices({ANY_MODEL: said} if told else NOTHING)


def _dearest(tariff: Tariff, prompt: int, output: int) -> float:
    """Whether a prompt is written to the cache or not may be either, and either may be dearer."""
    return max(tariff.usd(Usage(prompt, output)), tariff.usd(Usage(0, output, cache_write=prompt)))


def _configured(said: Mapping[str, Json]) -> Tariff:
    """Also for batches: whoever configures a price says what is paid at most."""
    plain, output = (float(said.get(name, 0.0)) / MILLION for name in ("input", "output"))
    read, write = (float(said[name]) / MILLION if name in said else plain for name in ("cache_read", "cache_write"))
    return Tariff((Rates(0, plain, output, read, write),), "configured")
