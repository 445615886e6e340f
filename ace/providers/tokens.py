"""How many tokens a request is, guessed without a tokenizer: expected, for limits, and at most, for budgets.

Tokenizers of both vendors are byte-pair encodings. English prose is 3.6 to 4.5 characters a token; digits, punctuation
and rare words are split much finer, which `most` allows for. What a provider adds on its own (roles, the schema, its
instructions for structured answers) is counted as a constant.
"""

from __future__ import annotations

import math
import string
from collections.abc import Mapping

import orjson

from ace.providers.base import Request

CHARS_PER_TOKEN = 3.6  # English prose; OpenAI and Anthropic both say about 4
TOKENS_PER_WORD = 1.35
LETTERS_PER_TOKEN_AT_LEAST = 2.5  # inflected languages and rare names; English is above 4
TOKENS_PER_OTHER_AT_MOST = 1.0  # a digit, a sign, a byte of any other script
PER_MESSAGE = 8  # tokens around each message
FOR_SCHEMA = 500  # tokens of instructions that come with a schema, besides its text; Anthropic names 346 for tools
IMAGE_TOKENS = 1_600  # a picture that fills what models look at
IMAGE_TOKENS_AT_MOST = 5_000

_LETTERS = (string.ascii_letters + " \n").encode()


def expected(text: str) -> int:
    """Tokens of a text, about; words are counted by the blanks between them."""
    plain = text if text.isascii() else text.encode("ascii", "ignore").decode()
    if not plain:
        return len(text)
    words = plain.count(" ") + plain.count("\n") + 1
    return math.ceil(max(len(plain) / CHARS_PER_TOKEN, words * TOKENS_PER_WORD)) + len(text) - len(plain)


def most(text: str) -> int:
    """Tokens that a text hardly passes, whatever it is made of."""
    raw = text.encode("utf-8", "replace")
    others = len(raw.translate(None, _LETTERS))
    return math.ceil((len(raw) - others) / LETTERS_PER_TOKEN_AT_LEAST + others * TOKENS_PER_OTHER_AT_MOST)


def expected_of(request: Request) -> int:
    """Input tokens of a request, about: text, pictures, schema."""
    texts = sum(map(expected, _texts(request)))
    return texts + PER_MESSAGE * (len(request.messages) + 1) + IMAGE_TOKENS * _images(request)


def most_of(request: Request) -> int:
    """Input tokens that a request hardly passes."""
    texts = sum(map(most, _texts(request)))
    around = PER_MESSAGE * (len(request.messages) + 1) + (FOR_SCHEMA if request.schema is not None else 0)
    return texts + around + IMAGE_TOKENS_AT_MOST * _images(request)


def _texts(request: Request) -> list[str]:
    schema = [] if request.schema is None else [_schema_text(request.schema)]
    return [request.system, *(message.text for message in request.messages), *schema]


def _schema_text(schema: Mapping[str, object]) -> str:
    return orjson.dumps(dict(schema)).decode()


def _images(request: Request) -> int:
    return sum(len(message.images) for message in request.messages)
