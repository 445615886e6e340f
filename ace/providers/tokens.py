"""How many tokens a request is, guessed without a tokenizer: expected, for limits, and at most, for budgets.

Tokenizers of both vendors are byte-pair encodings: a token is at least one byte of the text, after NFKC normalisation
where a vendor applies that. English prose is 3.6 to 4.5 characters a token, base64 below 2, random bytes about 1. What
a provider adds on its own (roles, the schema, its instructions for structured answers) is counted as a constant.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping

import orjson

from ace.providers import families
from ace.providers.base import Request

CHARS_PER_TOKEN = 3.6  # English prose; OpenAI and Anthropic both say about 4
TOKENS_PER_WORD = 1.35
PER_MESSAGE = 8  # tokens around each message
TWICE = 2  # a schema: some services put it before the model in a longer form
FOR_SCHEMA = 500  # tokens of instructions that come with a schema, besides its text; Anthropic names 346 for tools
IMAGE_TOKENS = 1_600  # a picture that fills what models look at


def expected(text: str) -> int:
    """Tokens of a text, about; words are counted by the blanks between them."""
    plain = text if text.isascii() else text.encode("ascii", "ignore").decode()
    if not plain:
        return len(text)
    words = plain.count(" ") + plain.count("\n") + 1
    return math.ceil(max(len(plain) / CHARS_PER_TOKEN, words * TOKENS_PER_WORD)) + len(text) - len(plain)


def most(text: str) -> int:
    """Tokens that a text cannot pass, whatever it is made of: its bytes."""
    if text.isascii():
        return len(text)
    return max(len(form.encode("utf-8", "replace")) for form in (text, unicodedata.normalize("NFKC", text)))


def expected_of(request: Request) -> int:
    """Input tokens of a request, about: text, pictures, schema."""
    texts = sum(map(expected, _texts(request)))
    return texts + PER_MESSAGE * (len(request.messages) + 1) + IMAGE_TOKENS * _images(request)


def most_of(request: Request) -> int:
    """Input tokens that a request cannot pass."""
    texts = sum(map(most, (request.system, *(message.text for message in request.messages))))
    schema = 0 if request.schema is None else FOR_SCHEMA + TWICE * most(_schema_text(request.schema))
    around = PER_MESSAGE * (len(request.messages) + 1) + schema
    return texts + around + families.image_tokens_at_most(request.model) * _images(request)


def _texts(request: Request) -> list[str]:
    schema = [] if request.schema is None else [_schema_text(request.schema)]
    return [request.system, *(message.text for message in request.messages), *schema]


def _schema_text(schema: Mapping[str, object]) -> str:
    return orjson.dumps(dict(schema)).decode()


def _images(request: Request) -> int:
    return sum(len(message.images) for message in request.messages)
