"""Find many phrases in a text at once: by its words, not by trying every phrase at every place."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+(?:[.+'’-][^\W_]+)*")
MIN_PLURAL = 4  # letters from which a final s is taken for a plural


class Phrases:
    """A fixed set of phrases. Case and a plural s of the last word do not matter; hyphens count as spaces."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase in dict.fromkeys(phrases):
            words = tuple(_words(phrase))
            if words:
                self._by_first.setdefault(words[0], []).append((words, phrase))

    def find(self, text: str) -> list[str]:
        """The phrases that stand in the text, in the order of their first place, each once."""
        words = _words(text)
        found: dict[str, None] = {}
        for at, word in enumerate(words):
            for phrase, name in self._by_first.get(word, ()):
                if len(phrase) == 1 or tuple(words[at : at + len(phrase)]) == phrase:
                    found.setdefault(name)
        return list(found)


def _words(text: str) -> list[str]:
    return [_singular(word) for token in _WORD.findall(text.lower()) for word in token.split("-")]


def _singular(word: str) -> str:
    if len(word) >= MIN_PLURAL and word[-1] == "s" and word[-2] != "s":
        return word[:-1]
    return word
