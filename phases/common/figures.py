"""One printed number, read: `(1,234)`, `1.234,5`, `—`, `$12.3 million`, `1.84x`, `(3.1)%`, `(59.42)%(A)`.

Everything that turns printed text into a number goes through here, whoever found the text: a rule, a table, a model.
`read` takes a string that is one figure and nothing else; `find` takes running text. Pure functions.

What marks decimals cannot always be told from one figure: `1.234` is 1234 in Frankfurt and 1.234 in New York.
`decimal_mark` asks a whole document, and its answer is passed to `read`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

Unit = Literal["amount", "percent", "multiple"]
Mark = Literal[".", ","]

MAX_CHARS = 60  # no printed figure is longer; longer strings are text
MAX_DIGITS = 18  # of one figure; account numbers and keys are longer, amounts are not
REMEMBERED = 50_000  # texts: a table asks for its words again and again, each phase anew
GROUP = 3  # digits between thousands marks
FEW_GROUPS = 3  # figures with three digits behind a point that may be decimals

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_SPACES = " \u00a0\u2007\u2009\u202f"
_SYMBOLS = {
    "US$": "USD", "USD": "USD", "U.S.$": "USD", "$": "USD", "€": "EUR", "EUR": "EUR", "EURO": "EUR", "£": "GBP",
    "GBP": "GBP", "CHF": "CHF", "SFR.": "CHF", "¥": "JPY", "JPY": "JPY", "C$": "CAD", "CA$": "CAD", "CAD": "CAD",
    "A$": "AUD", "AUD": "AUD", "HK$": "HKD", "S$": "SGD", "SEK": "SEK", "NOK": "NOK", "DKK": "DKK", "₹": "INR",
    "INR": "INR",
}  # fmt: skip
_FACTORS = {
    "k": 10**3, "thousand": 10**3, "thousands": 10**3, "tsd": 10**3, "tausend": 10**3,
    "m": 10**6, "mm": 10**6, "mn": 10**6, "mln": 10**6, "mio": 10**6, "million": 10**6, "millions": 10**6,
    "millionen": 10**6, "b": 10**9, "bn": 10**9, "mrd": 10**9, "billion": 10**9, "billions": 10**9,
    "milliarden": 10**9, "milliards": 10**9,
}  # fmt: skip
_PREFIXED = {"TEUR": ("EUR", 10**3), "T€": ("EUR", 10**3), "KUSD": ("USD", 10**3), "TUSD": ("USD", 10**3)}


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_CURRENCY = rf"(?i:{_any(_SYMBOLS)}|{_any(_PREFIXED)})"
_DIGITS = rf"(?:\d{{1,3}}(?:[.,'’{_SPACES}]\d{{3}})+(?:[.,]\d+)?|\d+[.,]\d+|[.,]\d+|\d+)"
_RAISED = "¹²³⁴⁵⁶⁷⁸⁹⁰"  # marks of footnotes, which regular expressions take for letters
_LETTER = rf"[^\W{_RAISED}]"
_TIMES = "[xX×]"
_PERCENT = r"%|(?i:per\s?cent|pct\.?)"
_FIGURE = rf"""
    (?P<before>[{_DASHES}+]?)\s?(?P<open>\(?)\s?(?P<inner>[{_DASHES}+]?)\s?
    (?P<currency>(?:{_CURRENCY})?)\s?(?P<late>[{_DASHES}]?)(?P<deep>\(?)\s?
    (?P<digits>{_DIGITS})
    (?:[\s-]?(?P<factor>(?i:{_any(_FACTORS)})\b(?:(?<=(?i:mio|mrd|tsd|mln))\.)?))?
    \s?(?P<after>(?:(?!\$){_CURRENCY}(?!{_LETTER}))?)
    \s?(?P<unit>(?:{_PERCENT}|{_TIMES}(?!{_LETTER}))?)
    (?P<close>\s?\)|(?P<trailing>-(?=\s|$))|)
    \s?(?P<late_unit>(?:{_PERCENT}|{_TIMES}(?!{_LETTER}))?)
    (?P<second>\)?)
"""
_NOTES = rf"(?:\s*(?:\((?:[a-zA-Z]{{1,2}}|\d{{1,2}})\)|\[\w{{1,2}}\]|[*†‡§{_RAISED}]+))*"
_WHOLE = re.compile(rf"\s*{_FIGURE}(?P<notes>{_NOTES})\s*\Z", re.VERBOSE)
_INSIDE = re.compile(rf"(?<![\w.,/'’])(?<![A-Za-z]-){_FIGURE}(?!{_LETTER}|[./-]\w)", re.VERBOSE)
_NIL = re.compile(rf"(?:{_CURRENCY})?\s*(?:[{_DASHES}]{{1,3}}\s*%?\s*|[–—]{_NOTES})\Z|(?i:nil|none)\Z")
_NOTHING = re.compile(
    r"(?i:n/?\.?[am]\.?|n\.\s?[am]\.|not meaningful|not available|not applicable|k\.?\s?a\.?)[*†‡\d]?\Z"
)
_NOTE = re.compile(rf"(?:\((?:[a-zA-Z]{{1,2}}|\d{{1,2}})\)|\[\w{{1,2}}\]|[*†‡§{_RAISED}]|\([*†‡§]\))+\Z")
_DECIDES_POINT = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}(?!\d)|\d+\.(?:\d{1,2}|\d{4,})(?![\d.,])")
_DECIDES_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}(?!\d)|\d+,(?:\d{1,2}|\d{4,})(?![\d.,])")


class Figure(NamedTuple):
    """value: as printed, sign and unit word applied ("$12.3 million" is 12300000, "12.4%" is 12.4). step: what one
    more in the last printed digit would add, so half of it is the printed rounding. factor: of the unit word, else 1.
    """

    value: float
    unit: Unit
    currency: str | None
    factor: int
    step: float
    raw: str
    nil: bool = False


@functools.lru_cache(maxsize=REMEMBERED)
def read(text: str, mark: Mark | None = None) -> Figure | None:
    """The figure that `text` is, or None when it is anything else. `mark` is the decimal mark of the document.

    Parentheses, any dash before and a hyphen after make it negative; a lone dash is 0; notes such as (A) or * may
    follow. Unbalanced parentheses are accepted: a table's words are often cut there.
    """
    if len(text) > MAX_CHARS or not text.strip():
        return None
    if _NIL.match(text.strip()):
        return Figure(0.0, "amount", None, 1, 1.0, text.strip(), nil=True)
    match = _WHOLE.match(text)
    return _figure(match, text.strip(), mark) if match else None


def find(text: str, mark: Mark | None = None) -> Iterator[tuple[int, int, Figure]]:
    """Start, end and figure of each number in running text; those inside words, dates and versions are left out."""
    for match in _INSIDE.finditer(text):
        raw = match.group()
        opened = bool(match["open"] or match["deep"])
        closed = ")" in match["close"] or match["second"] == ")"
        aside = opened and closed and bool(match["unit"])  # "the largest (31.1%)"; a loss is "(3.1)%"
        inner = raw if opened == closed and not aside else raw.strip("() ")
        figure = read(inner, mark)
        if figure is not None:
            start = match.start() + raw.index(inner.strip())
            yield start, start + len(inner.strip()), figure


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is no figure: N/A, N/M, n.m., not meaningful."""
    return bool(_NOTHING.match(text.strip()))


def is_note(text: str) -> bool:
    """Whether a word only refers to a footnote: (A), (1)(2), *, †. `(1)` alone could be minus one: ask where it is."""
    return bool(_NOTE.match(text.strip()))


def decimal_mark(texts: Iterable[str]) -> Mark:
    """Which mark stands before decimals in these printed figures; a point when they do not say.

    Counted are figures that can be read in one way only: `1.234,56`, `1.234.567` and `12,5` are European. Where there
    are none, many of the form `1.234` are no accident.
    """
    point = comma = groups = 0
    for text in texts:
        if not text.isalpha() and any(char.isdigit() for char in text) and len(text) <= MAX_CHARS:
            point += bool(_DECIDES_POINT.search(text))
            comma += bool(_DECIDES_COMMA.search(text))
            groups += (text[-GROUP - 1 : -GROUP] == ".") - (text[-GROUP - 1 : -GROUP] == ",")
    if comma == point:
        return "," if groups > FEW_GROUPS else "."
    return "," if comma > point else "."


def _figure(match: re.Match[str], raw: str, mark: Mark | None) -> Figure | None:
    number = _number(match["digits"], mark)
    if number is None or (match["trailing"] and match["open"]):
        return None
    currency, factor = _currency(match["currency"] or match["after"])
    factor *= _FACTORS.get((match["factor"] or "").rstrip(".").lower(), 1)
    places = -min(0, int(number.as_tuple().exponent))
    signed = -number if _negative(match) else number
    unit = _unit(match["unit"] or match["late_unit"])
    step = Decimal(factor).scaleb(-places)
    return Figure(float(signed * factor), unit, currency, factor, float(step), raw)


def _negative(match: re.Match[str]) -> bool:
    """Signs do not add up: `(-5)` is printed by careless programs and means minus five."""
    signs = match["before"] + match["inner"] + match["late"]
    wrapped = match["open"] or match["deep"]
    return bool(wrapped or match["trailing"] or any(char in _DASHES for char in signs))


def _unit(text: str) -> Unit:
    if not text:
        return "amount"
    return "multiple" if re.fullmatch(_TIMES, text) else "percent"


def _currency(text: str) -> tuple[str | None, int]:
    key = text.upper()
    if key in _PREFIXED:
        return _PREFIXED[key]
    return _SYMBOLS.get(key), 1


def _number(digits: str, mark: Mark | None) -> Decimal | None:
    """The digits with their marks resolved; None when no reading fits."""
    plain = re.sub(rf"['’{_SPACES}]", "", digits)
    if sum(char.isdigit() for char in plain) > MAX_DIGITS:
        return None
    point = _decimal_point(plain, mark)
    if point < 0:
        whole, fraction = plain, ""
    else:
        whole, fraction = plain[:point], plain[point + 1 :]
    whole = whole.replace(",", "").replace(".", "")
    return Decimal(f"{whole or '0'}.{fraction}" if fraction else whole or "0")


def _decimal_point(plain: str, mark: Mark | None) -> int:
    """Where the decimals start, -1 for nowhere. Two kinds of marks: the last. One mark thrice over: none."""
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return -1
    kind = plain[last]
    other = "," if kind == "." else "."
    if other in plain:
        return last
    if plain.count(kind) > 1:
        return -1
    groups = len(plain) - last - 1 == GROUP and 0 < last <= GROUP and plain[0] != "0"
    if not groups:
        return last
    return last if kind == (mark or ".") else -1
