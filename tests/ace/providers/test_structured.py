from __future__ import annotations

import pytest

from ace.errors import AnswerRefused, AnswerTruncated, MalformedAnswer
from ace.providers import structured
from ace.providers.base import END, MAX_TOKENS, REFUSAL, Reply, Usage

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["score"],
    "properties": {"score": {"type": "integer", "minimum": 0, "maximum": 10}, "note": {"type": "string"}},
}


def value(text: str, stop: str = END):
    return structured.value(Reply(text, stop, Usage()), structured.compiled(SCHEMA))


@pytest.mark.parametrize(
    "text",
    [
        '{"score": 7}',
        '  {"score": 7}\n',
        '```json\n{"score": 7}\n```',
        'Here it is:\n```\n{"score": 7}\n```\nDone.',
        '{"score": 7,}',
        '```json\n{"score": 7,\n}\n```',
    ],
)
def test_fences_and_trailing_commas_are_taken_off(text):
    assert value(text) == {"score": 7}


def test_what_is_inside_strings_is_left_alone():
    assert value('{"score": 7, "note": "a,] and ```\\n{}\\n```"}')["note"] == "a,] and ```\n{}\n```"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"score": 7', "line 1"),
        ('{"score": 11}', "11 is greater than the maximum"),
        ('{"score": "7"}', "not of type 'integer'"),
        ("{}", "required"),
        ('{"score": 7, "more": 1}', "more"),
        ("I think 7.", "I think 7"),
        ("", "empty"),
        ('[{"score": 7}]', "object"),
        ("NaN", "NaN"),
        ("[" * 300 + "]" * 300, "nested"),
    ],
)
def test_anything_else_is_refused_with_the_reason(text, said):
    with pytest.raises(MalformedAnswer, match=said):
        value(text)


def test_a_refusal_and_a_cut_off_answer_are_no_answers():
    with pytest.raises(AnswerRefused):
        value('{"score": 7}', REFUSAL)
    with pytest.raises(AnswerTruncated):
        value('{"score": 7}', MAX_TOKENS)


def test_text_is_given_as_it_is_when_no_schema_was_asked_for():
    assert structured.value(Reply("as is", END, Usage()), None) == "as is"
