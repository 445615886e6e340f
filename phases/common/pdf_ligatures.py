"""Letters that a font draws as one glyph, as the letters they stand for.

Two kinds: the ligatures that Unicode knows (ﬁ), and those of office fonts whose glyph number was written out as if it
were a character (Ɵ for ti). A document with such a font also breaks its words after the glyph: "conƟ nued".
"""

from __future__ import annotations

import re

UNICODE = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"}
GLYPH_NUMBERS = {"Ɵ": "ti", "Ʃ": "tt", "Ō": "ft", "ƞ": "tf", "ƫ": "tti", "ƪ": "ttf"}  # Calibri and its relatives
_ALL = str.maketrans(UNICODE | GLYPH_NUMBERS)
_UNICODE = str.maketrans(UNICODE)
_LAST = re.compile(f"[ﬀ-ﬆ{''.join(GLYPH_NUMBERS)}]\\Z")
_PROOF = re.compile(r"[a-zﬀ-ﬆ][ƟƩŌƞƫƪ]|[ƟƩƞƫƪ][a-zﬀ-ﬆ]")  # a capital in the middle of a word is a glyph number


def has_glyph_numbers(text: str) -> bool:
    """Whether the text of a document has letters that can only be glyph numbers. Ō alone may be a macron (Ōsaka)."""
    return bool(_PROOF.search(text))


def expanded(text: str, *, glyph_numbers: bool) -> str:
    """The text with its ligatures written out; glyph numbers only where the document is known to have them."""
    return text.translate(_ALL if glyph_numbers else _UNICODE)


def ends_in_ligature(text: str) -> bool:
    """Whether a word that is followed at once by another may be its first half."""
    return bool(_LAST.search(text))


def goes_on(text: str) -> bool:
    """Whether a word can be the second half of one: it begins with no capital, or with a glyph number."""
    return not text[:1].isupper() or text[:1] in GLYPH_NUMBERS
