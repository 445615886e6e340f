"""Whether an article is about artificial intelligence at all, and which far-reaching actors it names.

Category keywords such as "court" or "billion" say what kind of story it is, not that it is one for this report; in a
general news feed the subject has to be seen first. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from phases.news.features import Article, Feature, contains, stems

TITLE, LEAD, SOURCE, BODY, WEAK_TITLE, WEAK_LEAD = 1.0, 1.0, 0.9, 0.8, 0.4, 0.2  # by how surely the place says it
BODY_CHARS = 9000  # of the text that are looked at, about 1,500 words; what a story is about is said early
BODY_MENTIONS = 3  # fewer mentions in a text are passing remarks

# Terms that hardly occur outside the subject. Names of laboratories and model families are facts of the field.
STRONG = (
    "ai", "a.i", "agi", "artificial intelligence", "machine learning", "deep learning", "neural network", "llm",
    "language model", "foundation model", "generative", "genai", "chatbot", "diffusion model", "reinforcement learning",
    "rlhf", "retrieval augmented", "mixture of experts", "gpt", "chatgpt", "openai", "anthropic", "claude", "deepmind",
    "gemini", "gemma", "llama", "mistral", "deepseek", "qwen", "grok", "xai", "cohere", "perplexity", "copilot",
    "codex", "hugging face", "stable diffusion", "midjourney", "dall e", "kimi", "ollama", "mcp",
    "model context protocol", "ai act", "agentic", "deepfake", "embodied", "humanoid", "nvidia",
)  # fmt: skip
# Terms that belong to the subject often, but also to other trades.
WEAK = (
    "agent", "prompt", "inference", "embedding", "fine tuning", "fine tune", "gpu", "tpu", "accelerator", "data center",
    "data centre", "semiconductor", "chip", "robot", "robotics", "autonomous", "self driving", "algorithm", "benchmark",
    "multimodal", "open weight", "token", "speech recognition", "computer vision", "automation", "transcription",
)  # fmt: skip
# Companies and bodies whose doings reach very many people; the spelling is theirs, so case counts.
ACTORS = (
    "OpenAI", "Anthropic", "Google", "DeepMind", "Microsoft", "Meta", "Amazon", "AWS", "Apple", "Nvidia", "NVIDIA",
    "xAI", "Mistral", "DeepSeek", "Alibaba", "Tencent", "Baidu", "ByteDance", "Huawei", "Samsung", "SoftBank", "TSMC",
    "AMD", "Intel", "IBM", "Oracle", "Tesla", "SpaceX", "Hugging Face", "European Union", "European Commission",
    "European Parliament", "EU", "White House", "Congress", "Senate", "Supreme Court", "Pentagon", "FTC", "SEC", "FDA",
    "United Nations", "NATO", "G7", "Gates Foundation",
)  # fmt: skip
_ACTOR = re.compile(r"(?<![\w-])(?:" + "|".join(sorted(map(re.escape, ACTORS), key=len, reverse=True)) + r")(?![\w-])")


def _phrases(terms: Iterable[str]) -> tuple[tuple[str, list[str]], ...]:
    return tuple((term, stems(term)) for term in terms)


_STRONG, _WEAK = _phrases(STRONG), _phrases(WEAK)
_SINGLES = frozenset(phrase[0] for _, phrase in _STRONG if len(phrase) == 1)
_VERSION = re.compile(r"^(gpt|claude|gemini|llama|qwen|grok|gemma|deepseek|glm|phi)\d")  # "Llama3", "Qwen3.5"


def subject(article: Article) -> Feature:
    """How surely the article is about AI: its strongest sign counts, since a subject is there or not.

    1 for a term in title or lead, 0.9 a source that is named after the subject, 0.8 three mentions early in the text;
    0.4 and 0.2 for an ambiguous term in title or lead. Close together on purpose: this tells subjects apart, not news.
    """
    title, lead = _split(article["title"]), _split(article["lead"])
    signs = [
        (TITLE, "title", _first(_STRONG, title)),
        (LEAD, "lead", _first(_STRONG, lead)),
        (SOURCE, "source", _first(_STRONG, _split(article["source"]))),
        (BODY, "text", _repeated(_split(article["text"][:BODY_CHARS]))),
        (WEAK_TITLE, "title", _first(_WEAK, title)),
        (WEAK_LEAD, "lead", _first(_WEAK, lead)),
    ]
    found = [(value, f"{where}: {term}") for value, where, term in signs if term]
    return Feature(found[0][0], (found[0][1],)) if found else Feature(0.0)


def actors(text: str) -> list[str]:
    """The far-reaching companies and public bodies that the text names, in order, each once."""
    return list(dict.fromkeys(_ACTOR.findall(text)))


def _split(text: str) -> list[str]:
    """Stems with the family of a model apart from its version: "Qwen3.5" is also "qwen"."""
    return [family.group(1) if (family := _VERSION.match(stem)) else stem for stem in stems(text)]


def _first(terms: Sequence[tuple[str, list[str]]], text: list[str]) -> str:
    return next((term for term, phrase in terms if contains(text, phrase)), "")


def _repeated(text: list[str]) -> str:
    """The strong terms of a text where they make up more than a passing remark, with their number."""
    mentions = sum(stem in _SINGLES for stem in text)
    return f"{mentions} mentions" if mentions >= BODY_MENTIONS else ""
