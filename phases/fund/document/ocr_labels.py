"""Words of labels that OCR read with one wrong letter ("liabilitis", "Distrlbutions"), put right.

A figure whose label is misspelt is not found. Long words of the labels of statements differ from other words in more
than one letter, so what is one letter off is the same word. Figures, short words and word endings are left alone.
"""

from __future__ import annotations

import re

WORDS = (
    "appreciation", "capitalized", "commitment", "commitments", "committed", "contributed", "contribution",
    "contributions", "cumulative", "depreciation", "distributed", "distribution", "distributions", "inception",
    "investment", "investments", "liabilities", "management", "outstanding", "partnership", "recallable",
    "reconciliation", "remaining", "statement", "subscribed", "unrealised", "unrealized", "withholding",
    "anschaffungskosten", "ausschüttungen", "kapitalzusage", "nettoinventarwert", "verkehrswert", "verwaltungsgebühr",
)  # fmt: skip
LEAST = 9  # letters; shorter words are one letter from others (Capitol, carrier)
_WORD = re.compile(r"(\W*)([^\W\d_]+)(\W*)")


def mended(text: str) -> str:
    """The word as it must be meant, or as it is."""
    match = _WORD.fullmatch(text)
    if match is None or len(match[2]) < LEAST - 1 or match[2].lower() in WORDS:
        return text
    near = [known for known in WORDS if _one_off(match[2].lower(), known)]
    return f"{match[1]}{_in_case(near[0], match[2])}{match[3]}" if len(near) == 1 else text


def _one_off(word: str, known: str) -> bool:
    """Whether one letter, but none at the end, was changed, left out or put in."""
    start = next((n for n, (one, other) in enumerate(zip(word, known, strict=False)) if one != other), None)
    if start is None or abs(len(word) - len(known)) > 1:
        return False
    rest, wanted = word[start:], known[start:]
    return rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:]


def _in_case(known: str, like: str) -> str:
    return known.upper() if like.isupper() else known.capitalize() if like[0].isupper() else known
