"""What models of one family take that others refuse, by their names; a name nobody knows gets nothing special.

Batch work wants short, steady answers. Where a model thinks before it answers, that thinking counts against
max_tokens and is billed as output: it is turned off, or as low as the model allows.
"""

from __future__ import annotations

import re

from ace.records import Data

# Sampling parameters are a 400 from Claude 4.7 on; https://platform.claude.com/docs/en/models/haiku-5-5/migration-guide
CLAUDE_SAMPLES = re.compile(r"claude-(instant|v?[123]|(opus|sonnet|haiku)-4(-[0-6])?(-\d{8})?$)")
# https://platform.claude.com/docs/en/build-with-claude/thinking
CLAUDE_OFF = re.compile(r"claude-(haiku-5|(opus|sonnet)-5(-\d{8})?$)")
CLAUDE_BETWEEN = re.compile(r"claude-sonnet-5-\d")
CLAUDE_ALWAYS = re.compile(r"claude-(opus-5-\d|fable|mythos)")

# Models that think refuse temperature and max_tokens; https://platform.openai.com/docs/guides/reasoning
GPT_THINKS = re.compile(r"o\d|gpt-[5-9]")
GPT_FIXED = re.compile(r"gpt-.*(-pro|-codex|-chat)")  # their effort cannot be chosen, or not this low
GPT_LOW = re.compile(r"o\d|gpt-\d.*-astra")
GPT_MINIMAL = re.compile(r"gpt-5(-mini|-nano)?(-\d|$)")  # before 5.1 there was no `none`

# Tokens of one picture at most, whatever its size, by what the name of a model begins with; the first that fits counts.
# OpenAI at detail "high": a base and eight tiles of a picture that is shrunk to 2048 x 768 px, or 2,500 patches by the
# highest multiplier, 2.46. https://platform.openai.com/docs/guides/images-vision
# Claude: 2576 px and 4,784 patches. https://platform.claude.com/docs/en/build-with-claude/vision
IMAGE_TOKENS = {"claude": 4_784, "gpt-4o-mini": 2_833 + 8 * 5_667, "gpt": 6_150, "o": 6_150}
IMAGE_TOKENS_ELSEWHERE = 16_384  # what Qwen2-VL, the hungriest of the open ones, takes unless its server limits it


def image_tokens_at_most(model: str) -> int:
    name = bare(model)
    return next((most for start, most in IMAGE_TOKENS.items() if name.startswith(start)), IMAGE_TOKENS_ELSEWHERE)


def bare(model: str) -> str:
    """The name without what a gateway or a cloud puts before it: openai/gpt-5, anthropic.claude-…"""
    return model.rpartition("/")[2].removeprefix("anthropic.").lower()


def claude(model: str) -> Data:
    """Fields of a Messages body that keep a Claude model from thinking at length."""
    name = bare(model)
    if CLAUDE_BETWEEN.match(name):
        return {"thinking": {"type": "between_tools"}}
    if CLAUDE_OFF.match(name):
        return {"thinking": {"type": "disabled"}}
    return {"output_config": {"effort": "low"}} if CLAUDE_ALWAYS.match(name) else {}


def claude_samples(model: str) -> bool:
    """Whether a temperature may be sent."""
    name = bare(model)
    return not name.startswith("claude") or CLAUDE_SAMPLES.match(name) is not None


def gpt(model: str) -> Data:
    """Fields of a chat body that keep an OpenAI model from thinking at length."""
    name = bare(model)
    if not GPT_THINKS.match(name) or GPT_FIXED.match(name):
        return {}
    effort = "low" if GPT_LOW.match(name) else "minimal" if GPT_MINIMAL.match(name) else "none"
    return {"reasoning_effort": effort}


def gpt_thinks(model: str) -> bool:
    """Whether it takes no temperature, and its limit is called max_completion_tokens."""
    return GPT_THINKS.match(bare(model)) is not None
