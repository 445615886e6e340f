"""The language of a text: py3langid's guess, helped by what the page says of itself.

Short or mixed texts mislead a statistical guess, and pages often carry a wrong `lang` attribute (templates say "en");
so the page's word counts only where the guess is unsure.
"""

from __future__ import annotations

import math
import threading
from functools import cache
from typing import Any

SAMPLE_CHARS = 2000  # more text does not change the guess, and the classifier's time grows with the length
MIN_LETTERS = 20  # fewer letters say nothing about a language; then only the page's own word is left
SURE = 0.9  # normalised probability above which the page's own `lang` is not listened to
CODE_LETTERS = 2  # ISO 639-1
_loading = threading.Lock()


def identify(text: str, hint: str = "") -> str:
    """ISO 639-1 code of `text`, or "" when nothing can be said.

    text   plain text; the first 2,000 characters are looked at
    hint   a `lang` attribute ("en-GB", "pt_BR", ""); decides where the classifier is unsure
    """
    said = primary_tag(hint)
    sample = text[:SAMPLE_CHARS]
    if sum(map(str.isalpha, sample)) < MIN_LETTERS:
        return said
    guess, probability = _classify(sample)
    return guess if probability >= SURE or not said else said


def primary_tag(tag: str) -> str:
    """The two-letter language of a BCP 47 tag ("en-GB" gives "en"), or "" when it has none."""
    first = tag.strip().lower().replace("_", "-").split("-")[0]
    return first if len(first) == CODE_LETTERS and first.isascii() and first.isalpha() else ""


@cache
def _load() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  (loads numpy and a model)

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _classify(sample: str) -> tuple[str, float]:
    with _loading:  # a cache does not keep a second thread from loading the same model meanwhile
        identifier = _load()
    language, probability = identifier.classify(sample)
    return primary_tag(str(language)), float(probability) if math.isfinite(probability) else 0.0
