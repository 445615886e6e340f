"""The words by which two reports of one event are recognised: stemmed words, names with numbers, versions.

No model and no corpus is needed; every function is a pure function of text.
"""

from __future__ import annotations

import re
from functools import lru_cache

from phases.common.stopwords import STOP_WORDS

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+|[^\W_]+(?:[.,'’]\d+|['’][^\W\d_]+)*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_NAME = re.compile(r"\b(?:[^\W\d_a-z][^\W_]+(?:-\d[\w.]*)?|[a-z]{1,2}[A-Z]\w*|\d[\d.,]*\w*)")
_VERSION = re.compile(r"\b([^\W\d_][\w+]*?)[\s-]?v?(\d+(?:\.\d+)*)\b", re.IGNORECASE)
_ENDINGS = ("'s", "’s", "ings", "ing", "ers", "er", "ies", "ied", "ed", "es", "s", "y")
REMEMBERED = 100_000  # words whose stems are kept; a night's articles have about half as many
STEM_LETTERS = 4  # a stem keeps at least as many letters, or "sing" and "sued" would become "s"
_NEWS = (
    "new news report reports reported reportedly update updates updated latest live exclusive breaking today here "
    "week year day introduc introducing announc announces announce launch launches video watch"
)
NEWS_WORDS = frozenset(_NEWS.split())  # in headlines of every subject


def terms(text: str) -> list[str]:
    """Stemmed content words in order; kana and ideographs as pairs of characters, since they have no spaces."""
    return [term for token in _TOKEN.findall(text.lower()) for term in _terms_of(token)]


def names(text: str) -> list[str]:
    """Stems of capitalised words and of numbers, in order: who and how much, rather than what is said of it."""
    return [name for token in _NAME.findall(text) if (name := _name_of(token))]


@lru_cache(maxsize=REMEMBERED)
def _terms_of(token: str) -> tuple[str, ...]:
    if _CJK.match(token):
        return tuple(token[at : at + 2] for at in range(max(1, len(token) - 1)))
    if token in STOP_WORDS or token in NEWS_WORDS or (len(token) == 1 and not token.isdigit()):
        return ()
    return (stem(token),)


@lru_cache(maxsize=REMEMBERED)
def _name_of(token: str) -> str:
    name = token.lower().strip(".,")
    return "" if name in STOP_WORDS or name in NEWS_WORDS else stem(name)


def stem(word: str) -> str:
    """The word without a common English ending; other languages lose a plural s at most by accident."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= STEM_LETTERS:
            return word[: -len(ending)]
    return word


def versions(title: str) -> dict[str, set[str]]:
    """Version numbers by the name before them: "GPT-5.4 and Opus 4" gives {"gpt": {"5.4"}, "opus": {"4"}}."""
    found: dict[str, set[str]] = {}
    for name, number in _VERSION.findall(title):
        if name.lower() not in STOP_WORDS:
            found.setdefault(name.lower(), set()).add(number)
    return found


def versions_conflict(first: dict[str, set[str]], second: dict[str, set[str]]) -> bool:
    """Whether two titles name the same thing in different versions: then they are different news."""
    return any(first[name].isdisjoint(second[name]) for name in first.keys() & second.keys())
