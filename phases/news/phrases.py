"""Find many phrases in a text at once: by its words, not by trying every phrase at every place."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+(?:[.+'’][^\W_]+)*")
MIN_PLURAL = 4  # letters from which a final s is taken for a plural


class Phrases:
    """A fixed set of phrases. Case, and singular or plural of the last word, do not matter; hyphens count as spaces."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[list[str], str]]] = {}
        for phrase in dict.fromkeys(phrases):
            words = _WORD.findall(phrase.lower())
            for last in _numbers(words[-1]) if words else ():
                variant = [*words[:-1], last]
                self._by_first.setdefault(variant[0], []).append((variant, phrase))

    def find(self, text: str) -> list[str]:
        """The phrases that stand in the text, in the order of their first place, each once."""
        words = _WORD.findall(text.lower())
        if self._by_first.keys().isdisjoint(words):
            return []
        found: dict[str, None] = {}
        for at, word in enumerate(words):
            for variant, phrase in self._by_first.get(word, ()):
                if words[at : at + len(variant)] == variant:
                    found.setdefault(phrase)
        return list(found)


def _numbers(word: str) -> list[str]:
    """The word, and its plural or singular as far as an s tells: "chip" and "chips", but "gp", "gps", "class" alone."""
    other = word[:-1] if word.endswith("s") else f"{word}s"
    return [word, other] if max(len(word), len(other)) >= MIN_PLURAL and not word.endswith("ss") else [word]
