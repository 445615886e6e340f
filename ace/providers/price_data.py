"""The prices of models as rates per token, read from genai-prices, which carries its data offline.

Pricing one answer there takes 0.2 ms of CPU and more. Within a tier of prompt size prices are linear in the tokens,
so pricing a handful of made-up answers gives the rates, and these are applied elsewhere for nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ace.providers.base import Usage

MILLION = 1_000_000
BATCH = {"processing": "batch"}  # genai-prices' name for a batch
BATCH_FACTOR = {"anthropic": 0.5, "openai": 0.5}  # both say: half, for every model; used where the data say nothing


class Rates(NamedTuple):
    """US dollars per token and per request, for prompts of more than `above` tokens."""

    above: int
    input: float
    output: float
    cache_read: float
    cache_write: float
    request: float = 0.0

    def usd(self, usage: Usage) -> float:
        reads, writes = usage.cache_read * self.cache_read, usage.cache_write * self.cache_write
        return usage.input * self.input + usage.output * self.output + reads + writes + self.request


class Tariff(NamedTuple):
    """The rates of a model by prompt size, the highest `above` first; `source` is where they come from."""

    rates: tuple[Rates, ...]
    source: str

    def usd(self, usage: Usage) -> float:
        """All of the prompt has the rate of its size: entering a tier makes its first tokens dearer, too."""
        prompt = usage.input + usage.cache_read + usage.cache_write
        return next(rates for rates in self.rates if prompt > rates.above or rates.above == 0).usd(usage)


FREE = Tariff((Rates(0, 0.0, 0.0, 0.0, 0.0),), "free")


def tariff(provider: str, base_url: str, model: str, *, batch: bool) -> Tariff | None:
    """Today's prices; None when the model has none, or genai-prices is not installed.

    A model is looked for at the service whose address `base_url` is, else at the one that is called `provider`: a
    gateway or a test server sells what its protocol's owner sells.
    """
    try:
        import genai_prices  # noqa: PLC0415  (0.4 s of CPU, and a package of the extra `llm`)
    except ImportError:
        return None
    one = genai_prices.Usage(input_tokens=1)
    for service in ({"provider_api_url": base_url}, {"provider_id": provider}):
        try:
            found = genai_prices.calc_price(one, model, **service)  # type: ignore[call-overload]
        except LookupError:
            continue
        return _read_off(genai_prices, found, batch=batch)
    return None


def _read_off(genai: Any, found: Any, *, batch: bool) -> Tariff | None:
    prices = [price for price in vars(found.model_price).values() if price is not None]
    if not prices:
        return None
    told = any(variant.when == BATCH for variant in found.model.price_variants or ())
    factor = BATCH_FACTOR.get(found.provider.id, 1.0) if batch and not told else 1.0
    context = BATCH if batch and told else None

    def usd(**usage: int) -> float:
        priced = found.model.calc_price(genai.Usage(**usage), found.provider, price_context=context)
        return float(priced.total_price) * factor

    starts = sorted({0, *(tier.start for price in prices for tier in getattr(price, "tiers", ()))})
    sizes = (*starts[1:], starts[-1] + MILLION)  # a prompt in each tier: its upper end still belongs to it
    rates = [_rates(usd, above, prompt) for above, prompt in zip(starts, sizes, strict=True)]
    return Tariff(tuple(reversed(rates)), f"genai-prices {genai.__version__}")


def _rates(usd: Any, above: int, prompt: int) -> Rates:
    """What each kind of token adds to the price of a prompt of this size."""
    request = usd(input_tokens=0)
    base = usd(input_tokens=prompt)
    return Rates(
        above,
        input=(base - request) / prompt,
        output=(usd(input_tokens=prompt, output_tokens=MILLION) - base) / MILLION,
        cache_read=(usd(input_tokens=prompt, cache_read_tokens=prompt) - request) / prompt,
        cache_write=(usd(input_tokens=prompt, cache_write_tokens=prompt) - request) / prompt,
        request=request,
    )
