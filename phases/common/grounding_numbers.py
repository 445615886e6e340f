"""Numbers in running text: read them with unit and neighbours, and see whether two of them say the same.

"$1.2 million", "£187m", "12,575", "5%", "five per cent", "21st", "6pm" are numbers; "GPT-4" and "H100" are names and
are left to `phases.common.grounding`. Pure functions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phases.common.stopwords import STOP_WORDS
from phases.common.text import words

if TYPE_CHECKING:
    from collections.abc import Sequence

NEIGHBOURS = 5  # words on each side among which the noun that a number belongs to is looked for
_REACH = 120  # characters on each side that hold so many words

_MAGNITUDES = {
    "k": 1e3, "thousand": 1e3, "tausend": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "million": 1e6, "millions": 1e6,
    "mio": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9, "billions": 1e9, "mrd": 1e9, "tn": 1e12, "trillion": 1e12,
}  # fmt: skip
_UP_TO_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_SPELLED: dict[str, float] = {word: value for value, word in enumerate(re.findall("[a-z]+", _UP_TO_TWENTY))} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
    "dozen": 12, "half": 0.5,
}  # fmt: skip
_CURRENCIES = {
    "dollar": "$", "dollars": "$", "usd": "$", "us$": "$", "cents": "$", "euro": "€", "euros": "€", "eur": "€",
    "pound": "£", "pounds": "£", "gbp": "£", "yen": "¥", "jpy": "¥", "yuan": "¥", "rmb": "¥", "rupees": "₹", "inr": "₹",
}  # fmt: skip
_PERCENT = {"%", "percent", "per cent", "percentage", "prozent", "pct"}

_NUMBER = re.compile(
    r"""
    (?P<currency>[$€£¥₹])?\s?
    (?P<digits>(?<![\w.,])\d{1,3}(?:[,\u202f\u00a0]\d{3})+(?:\.\d+)?(?![\d])|(?<![\w.,])\d+(?:[.,]\d+)*)
    (?:(?P<ordinal>st|nd|rd|th)\b)?
    (?:[\s-]?(?P<magnitude>(?i:thousand|millions?|billions?|trillion|tausend|mio|mrd|mln|mn|bn|tn|[kmb]))\b\.?)?
    (?:\s?(?P<unit>%|(?i:per\scent|percent|percentage|prozent|pct|us\$|usd|dollars?|cents|euros?|eur|pounds?|gbp|yen|yuan|rmb)\b))?
    (?P<rest>[A-Za-z]\w*)?
    """,
    re.VERBOSE,
)
_SPELLED_NUMBER = re.compile(
    rf"\b(?P<word>{'|'.join(_SPELLED)})\b(?:[\s-](?P<magnitude>thousand|million|billion|trillion)\b)?"
    r"(?:\s(?P<unit>per\scent|percent|dollars|euros|pounds)\b)?",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(r"[A-Z]\w*[-–]\Z")  # the GPT- of GPT-4
_GROUPED = re.compile(r"\d{1,3}(?:[,\u202f\u00a0]\d{3})+(?:\.\d+)?\Z")


@dataclass(frozen=True)
class Number:
    """`value` in units of one (1.2 million is 1200000.0); `unit` is "%", a currency sign, what is written without a
    space (pm, s, km, x) or ""; `text` as written.

    `before` and `after` are the words around it in the same sentence, nearest first, numbers left out.
    """

    value: float
    unit: str
    text: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def numbers(sentence: str, *, spelled: bool = False) -> list[Number]:
    """The numbers of a sentence in order. With `spelled`, also "five" and "two million"."""
    found = [_written(sentence, match) for match in _NUMBER.finditer(sentence) if _is_number(sentence, match)]
    if spelled:
        found += [_in_words(sentence, match) for match in _SPELLED_NUMBER.finditer(sentence)]
    return found


def same_value(one: Number, other: Number) -> bool:
    """Equal values, and equal units where both have one."""
    alike = abs(one.value - other.value) <= 1e-9 * max(abs(one.value), abs(other.value))
    return alike and (one.unit == other.unit or not one.unit or not other.unit)


def same_neighbour(one: Number, other: Number) -> bool:
    """Whether a word that carries meaning stands near both; or the same two words of any kind directly beside both."""
    if _meaning(one) & _meaning(other):
        return True
    if not _meaning(one) or not _meaning(other):
        return True
    return one.before[:2] == other.before[:2] or one.after[:2] == other.after[:2]


def missing_numbers(sentence: str, aligned: Sequence[str], elsewhere: Sequence[str], *, reworded: bool) -> list[str]:
    """What is wrong with the numbers of a summary sentence, in plain words; empty when nothing is.

    aligned    the source sentences that the summary sentence was made from: its numbers must stand there
    elsewhere  all sentences of the source: where a `reworded` sentence may have them from, if the noun beside agrees
    """
    near = _all_numbers(aligned)
    problems = []
    for number in numbers(sentence):
        if any(same_value(number, other) and same_neighbour(number, other) for other in near):
            continue
        equal = [other for other in _all_numbers(elsewhere) if same_value(number, other)]
        if reworded and any(_meaning(number) & _meaning(other) for other in equal):
            continue
        if any(same_value(number, other) for other in near):
            problems.append(f"the number {number.text!r} stands beside other words in the source")
        elif equal:
            problems.append(
                f"the number {number.text!r} stands in the source, but not in the sentence it was taken from"
            )
        else:
            problems.append(f"the number {number.text!r} is not in the source")
    return problems


def _all_numbers(texts: Sequence[str]) -> list[Number]:
    return [number for text in texts for number in numbers(text, spelled=True)]


def _is_number(sentence: str, match: re.Match[str]) -> bool:
    """Not a part of a name, as the 4 of GPT-4."""
    return not _NAME_BEFORE.search(sentence[: match.start("digits")])


def _written(sentence: str, match: re.Match[str]) -> Number:
    value = _value(match["digits"]) * _MAGNITUDES.get((match["magnitude"] or "").lower(), 1.0)
    unit = match["currency"] or _unit(match["unit"]) or (match["rest"] or "").lower()
    return Number(value, unit, match.group().strip(), *_around(sentence, match))


def _in_words(sentence: str, match: re.Match[str]) -> Number:
    value = _SPELLED[match["word"].lower()] * _MAGNITUDES.get((match["magnitude"] or "").lower(), 1.0)
    return Number(value, _unit(match["unit"]), match.group(), *_around(sentence, match))


def _value(digits: str) -> float:
    """12,575 and 12 575 are thousands; 5,99 is a decimal; 1.2.3 (a version) keeps its first two parts' order."""
    if _GROUPED.match(digits):
        return float(re.sub("[,\u202f\u00a0]", "", digits))
    whole, _, decimals = digits.replace(",", ".").partition(".")
    return float(f"{whole}.{decimals.replace('.', '') or 0}")


def _unit(written: str | None) -> str:
    unit = (written or "").lower()
    return "%" if unit in _PERCENT else _CURRENCIES.get(unit, "")


def _around(sentence: str, match: re.Match[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    before = _plain(sentence[max(0, match.start() - _REACH) : match.start()])
    after = _plain(sentence[match.end() : match.end() + _REACH])
    return tuple(reversed(before[-NEIGHBOURS:])), tuple(after[:NEIGHBOURS])


def _plain(text: str) -> list[str]:
    return [word for word in words(text) if not word[0].isdigit()]


def _meaning(number: Number) -> set[str]:
    return {word for word in number.before + number.after if word not in STOP_WORDS}
