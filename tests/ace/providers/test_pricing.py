"""Prices: exactly what genai-prices says, what the configuration says before that, and never a guess of zero."""

from __future__ import annotations

import base64
import math
import random
import subprocess
import sys
import unicodedata
from pathlib import Path

import genai_prices
import pytest

from ace.errors import ConfigError
from ace.providers import price_data, tokens
from ace.providers.base import Caps, Image, Message, Request, Usage
from ace.providers.pricing import Prices, request_tokens

ROOT = Path(__file__).resolve().parents[3]
HERE = "http://127.0.0.1:9"
CLAUDE, GPT = "claude-haiku-4-5", "gpt-5-nano"
# Flat, tiered by prompt size, with and without cache prices; a price that changes by the hour is not among them.
MODELS = [
    ("anthropic", "claude-haiku-4-5"),
    ("anthropic", "claude-haiku-4-5-20251001"),
    ("anthropic", "claude-haiku-5-5"),
    ("anthropic", "claude-sonnet-4-5"),
    ("openai", "gpt-5-nano"),
    ("openai", "gpt-5.4"),
    ("openai", "gpt-6-luna"),
    ("openai", "o1"),
]


def at_list_price(provider: str, model: str, usage: Usage, *, batch: bool) -> float:
    counted = genai_prices.Usage(
        input_tokens=usage.input + usage.cache_read + usage.cache_write,
        output_tokens=usage.output,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
    )
    context = {"processing": "batch"} if batch else None
    return float(genai_prices.calc_price(counted, model, provider_id=provider, price_context=context).total_price)


def usages(seed: int) -> list[Usage]:
    chance = random.Random(seed)
    small = [Usage(*(chance.choice([0, chance.randrange(3_000)]) for _ in range(4))) for _ in range(15)]
    large = [Usage(*(chance.randrange(200_000) for _ in range(4))) for _ in range(15)]
    edges = [Usage(edge + more, 10) for edge in (100_000, 200_000, 272_000) for more in (-1, 0, 1)]
    return [*small, *large, *edges, Usage(1), Usage()]


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize(("provider", "model"), MODELS)
def test_a_price_is_the_list_price_in_every_tier(provider: str, model: str, batch: bool) -> None:
    prices = Prices()
    for usage in usages(len(model)):
        price = prices.cost(provider, HERE, model, usage, batch=batch)
        assert price is not None
        assert price.usd == pytest.approx(at_list_price(provider, model, usage, batch=batch), rel=1e-9, abs=1e-12)
        assert price.source == f"genai-prices {genai_prices.__version__}"


@pytest.mark.parametrize(
    ("provider", "model"), [*MODELS, ("openai", "text-embedding-3-small"), ("anthropic", "claude-sonnet-4-0")]
)
def test_a_batch_costs_half_whether_or_not_the_data_say_so(provider: str, model: str) -> None:
    usage = Usage(1_000, 100)
    whole, half = (Prices().cost(provider, HERE, model, usage, batch=batch) for batch in (False, True))
    assert whole is not None
    assert half is not None
    assert half.usd == pytest.approx(whole.usd / 2)


def test_a_service_with_its_own_address_has_its_own_prices() -> None:
    model = "openai/gpt-4o:extended"
    there = Prices().cost("openai", "https://openrouter.ai/api/v1", model, Usage(1_000_000))
    assert there is not None
    found = genai_prices.calc_price(genai_prices.Usage(input_tokens=1_000_000), model, provider_id="openrouter")
    assert there.usd == pytest.approx(float(found.total_price))


def test_a_configured_price_wins() -> None:
    prices = Prices({CLAUDE: {"input": 10, "output": 20, "cache_read": 1}, "*": {"input": 3, "output": 4}})
    price = prices.cost("anthropic", HERE, CLAUDE, Usage(1_000_000, 1_000_000, 1_000_000, 1_000_000))
    assert price is not None
    assert (price.usd, price.source) == (pytest.approx(10 + 20 + 1 + 10), "configured")


def test_a_price_for_any_model_is_for_those_that_nobody_knows() -> None:
    prices = Prices({"*": {"input": 3, "output": 4}})
    unknown, known = (prices.cost("openai", HERE, model, Usage(1_000_000)) for model in ("my-own-model", GPT))
    assert unknown is not None
    assert known is not None
    assert (unknown.usd, unknown.source) == (pytest.approx(3.0), "configured")
    assert known.source.startswith("genai-prices")


def test_what_is_configured_to_cost_nothing_costs_nothing() -> None:
    price = Prices({"llama3.2": {"input": 0, "output": 0}}).cost("openai", HERE, "llama3.2", Usage(9, 9))
    assert price == (0.0, "configured")


def test_an_unknown_model_has_no_price() -> None:
    prices = Prices()
    assert prices.cost("openai", HERE, "my-own-model", Usage(1)) is None
    assert prices.worst_case("openai", HERE, request("x", model="my-own-model")) is None
    assert prices.worst_case_embedding("openai", HERE, "my-own-model", ["x"]) is None


def test_the_mock_provider_is_free_unless_a_price_is_given_to_it() -> None:
    assert Prices().cost("mock", "", "any", Usage(1_000)) == (0.0, "free")
    price = Prices({"*": {"input": 1, "output": 1}}).cost("mock", "", "any", Usage(1_000_000))
    assert price is not None
    assert price.usd == pytest.approx(1.0)


def test_a_budget_needs_known_prices() -> None:
    asked = [("openai", HERE, "my-own-model"), ("anthropic", HERE, CLAUDE)]
    Prices().require_known(asked, Caps())
    Prices({"*": {"input": 1, "output": 1}}).require_known(asked, Caps(run_usd=1.0))
    for caps in (Caps(run_usd=1.0), Caps(phase_usd=1.0)):
        with pytest.raises(ConfigError, match=r"price of my-own-model \(openai\) is unknown") as caught:
            Prices().require_known(asked, caps)
        assert "price_input" in caught.value.hint


def test_without_the_package_no_price_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    assert Prices().cost("anthropic", HERE, CLAUDE, Usage(1)) is None


def test_prices_are_looked_up_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    now = [0.0]

    def tariff(provider: str, base_url: str, model: str, *, batch: bool) -> price_data.Tariff:
        asked.append(model)
        return price_data.FREE

    monkeypatch.setattr("ace.providers.pricing.price_data.tariff", tariff)
    monkeypatch.setattr("ace.providers.pricing.time.time", lambda: now[0])
    prices = Prices()
    for moment in (600.0, 601.0, 659.0, 660.0):
        now[0] = moment
        prices.cost("openai", HERE, GPT, Usage(1))
    assert asked == [GPT, GPT]


def test_importing_it_imports_no_price_list() -> None:
    script = "import sys, ace.providers.pricing; sys.exit('genai_prices' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


# beforehand


def request(text: str, *, model: str = CLAUDE, max_tokens: int = 300, images: int = 0) -> Request:
    pictures = (Image(b"x", "image/png"),) * images
    return Request(model, "Score the article.", (Message("user", text, pictures),), None, max_tokens)


PROSE = "The company said on Tuesday that its new model would be available to developers in March. "
TEXTS = {
    "prose": PROSE * 40,
    "base64": base64.b64encode(random.Random(1).randbytes(3_000)).decode(),
    "chinese": "这家公司在周二表示，其新模型将于三月向开发者开放。" * 30,
    "ligatures": "\ufdfa\ufb03\u3392" * 50,  # normalised, the first of them is eighteen letters
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 50,
}


@pytest.mark.parametrize("kind", TEXTS)
def test_no_tokenizer_makes_more_of_a_text_than_the_upper_estimate(kind: str) -> None:
    """At worst a byte-pair encoding finds no pair, also when it works on normalised text."""
    for form in (TEXTS[kind], unicodedata.normalize("NFKC", TEXTS[kind])):
        assert tokens.most(TEXTS[kind]) >= len(form.encode())


def tiles(width: int, height: int) -> int:
    """OpenAI: into 2048 x 2048 px, the shorter side to 768, squares of 512."""
    shrunk = min(1.0, 2048 / max(width, height))
    shrunk *= min(1.0, 768 / (min(width, height) * shrunk))
    return math.ceil(round(width * shrunk, 6) / 512) * math.ceil(round(height * shrunk, 6) / 512)


def patches(width: int, height: int, size: int, edge: int, most: int) -> int:
    """Into `edge` px, then so small that no more than `most` squares of `size` cover it."""
    shrunk = min(1.0, edge / max(width, height))
    while (found := math.ceil(width * shrunk / size) * math.ceil(height * shrunk / size)) > most:
        shrunk *= 0.99
    return found


@pytest.mark.parametrize("model", ["claude-opus-5", "gpt-4o", "gpt-4o-mini", "openai/gpt-6-luna", "o1", "gpt-4.1-nano"])
def test_no_picture_takes_more_than_the_upper_estimate(model: str) -> None:
    """By the formulas that the vendors publish, the dearest model of each kind."""
    dice = random.Random(model)
    for _ in range(200):
        width, height = dice.randint(1, 8_000), dice.randint(1, 8_000)
        count = {
            "claude-opus-5": lambda w, h: patches(w, h, 28, 2576, 4_784),
            "gpt-4o": lambda w, h: 85 + 170 * tiles(w, h),
            "gpt-4o-mini": lambda w, h: 2_833 + 5_667 * tiles(w, h),
            "o1": lambda w, h: 75 + 150 * tiles(w, h),
        }.get(model, lambda w, h: patches(w, h, 32, 2048, 2_500) * 2.46)
        asked = request("x", model=model, images=1)
        assert count(width, height) <= tokens.most_of(asked) - tokens.most_of(request("x", model=model))


def test_the_expected_count_is_near_four_characters_a_token() -> None:
    assert 3.2 <= len(PROSE * 40) / tokens.expected(PROSE * 40) <= 4.2
    assert tokens.expected("") == 0
    assert tokens.expected("这家公司") == 4


def test_a_request_counts_system_part_schema_and_pictures() -> None:
    plain = request_tokens(request("x"))
    assert request_tokens(request("x", images=2)) == plain + 2 * tokens.IMAGE_TOKENS
    assert request_tokens(request("x")._replace(schema={"type": "object"})) > plain
    assert request_tokens(request("x")._replace(system="")) < plain
    assert tokens.most_of(request("x")._replace(schema={})) > tokens.most_of(request("x")) + tokens.FOR_SCHEMA


@pytest.mark.parametrize("model", [CLAUDE, GPT])
def test_the_worst_case_covers_a_full_answer_to_an_uncached_prompt(model: str) -> None:
    provider = "anthropic" if model == CLAUDE else "openai"
    prices, asked = Prices(), request(PROSE * 40, model=model)
    worst = prices.worst_case(provider, HERE, asked)
    written = prices.cost(provider, HERE, model, Usage(0, asked.max_tokens, cache_write=request_tokens(asked)))
    assert worst is not None
    assert written is not None
    assert worst >= written.usd
    assert worst <= 5 * written.usd  # prose has four bytes a token


def test_the_worst_case_is_a_prompt_that_is_written_to_the_cache() -> None:
    worst = Prices().worst_case_embedding("anthropic", HERE, CLAUDE, [" " * 1_000])
    written = Prices().cost("anthropic", HERE, CLAUDE, Usage(cache_write=1_000))
    assert written is not None
    assert worst == pytest.approx(written.usd)
    assert worst > at_list_price("anthropic", CLAUDE, Usage(1_000), batch=False)


def test_a_batch_reserves_half() -> None:
    prices, asked = Prices(), request(PROSE)
    whole, half = (prices.worst_case("anthropic", HERE, asked, batch=batch) for batch in (False, True))
    assert whole is not None
    assert half == pytest.approx(whole / 2)


def test_a_long_prompt_is_reserved_at_the_price_of_its_tier() -> None:
    prices = Prices()
    short, long = (
        prices.worst_case_embedding("anthropic", HERE, "claude-sonnet-4-5", [" " * size]) for size in (1_000, 1_000_000)
    )
    assert short is not None
    assert long is not None
    assert long == pytest.approx(short * 1_000 * 2)


def test_a_prompt_that_was_longer_than_expected_makes_later_reservations_larger() -> None:
    prices, asked = Prices(), request(PROSE)
    before = prices.worst_case("anthropic", HERE, asked)
    expected = request_tokens(asked)
    prices.observe(CLAUDE, expected, expected * 6)
    prices.observe(CLAUDE, expected, expected)  # one that was as expected does not undo it
    after = prices.worst_case("anthropic", HERE, asked)
    assert before is not None
    assert after is not None
    assert after > before
    at_least = prices.cost("anthropic", HERE, CLAUDE, Usage(expected * 6, asked.max_tokens))
    assert at_least is not None
    assert after >= at_least.usd
