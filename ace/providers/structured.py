"""A model's answer as JSON that fits the schema it was asked for, or an error that says why not.

Repair is lossless only: a fence around the JSON is taken off, commas before a closing bracket go. An answer that was
cut off, or that says something else, is not mended: it would become an invention.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ace import jsonio, schema
from ace.errors import AnswerRefused, AnswerTruncated, MalformedAnswer, OutputError
from ace.providers.base import MAX_TOKENS, REFUSAL, Reply
from ace.records import Json

FENCED = re.compile(r"^[^`{\[]{0,200}```[a-zA-Z]*\s*\n(.*)\n\s*```[^`{\[]{0,200}$", re.DOTALL)
STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])', re.DOTALL)
SHOWN_CHARS = 80


def value(reply: Reply, wanted: schema.Schema | None) -> Json:
    """The answer's text, or its JSON when a schema was asked for.

    Raises AnswerRefused, AnswerTruncated, MalformedAnswer (naming the path and the rule that was broken).
    """
    if reply.stop == REFUSAL:
        message = f"the model declined to answer: {reply.text[:SHOWN_CHARS]!r}"
        raise AnswerRefused(message)
    if reply.stop == MAX_TOKENS:
        message = f"the answer ended at the limit of tokens after {len(reply.text)} characters"
        raise AnswerTruncated(message, hint="raise max_tokens in the prompt file, or give the model less at once")
    if wanted is None:
        return jsonio.scrubbed(reply.text)
    found = parsed(reply.text)
    try:
        jsonio.dumps(found)
        schema.check(wanted, found)
    except OutputError as error:
        raise MalformedAnswer(error.message) from error
    return found


def parsed(text: str) -> Json:
    """The JSON of an answer. Raises MalformedAnswer."""
    bare = text.strip()
    fenced = FENCED.match(bare)
    for candidate in dict.fromkeys((bare, fenced[1].strip() if fenced else bare)):
        for attempt in (candidate, _without_trailing_commas(candidate)):
            try:
                return jsonio.loads(attempt.encode("utf-8", "replace"), what="the answer")
            except ValueError as error:
                why = str(error)
    message = f"{why}; it begins {bare[:SHOWN_CHARS]!r}" if bare else "the answer is empty"
    raise MalformedAnswer(message)


def _without_trailing_commas(text: str) -> str:
    return STRING_OR_COMMA.sub(lambda found: found[0] if found[0] != "," else "", text)


def compiled(wanted: Mapping[str, Json] | None) -> schema.Schema | None:
    """A schema as `value` takes it."""
    if wanted is None:
        return None
    content = jsonio.dumps(dict(wanted))
    return schema.Schema(str(wanted.get("title", "of the answer")), jsonio.sha256(content), content)
