"""The name of a company out of the words of its name column, without what else stands there.

"HERA SYSTEMS, INC. (3.2%) Aerospace", "INTRAOP MEDICAL CORP. (continued)", "Acme GmbH*(1)(2)".
"""

from __future__ import annotations

import re
from typing import NamedTuple

MIN_NAME = 3  # characters of capitals that are a name rather than a ticker's or an article's
_CONTINUED = re.compile(
    r"[\s,–—-]*\(?\b(?:continued|cont(?:inued|[’']d|d)?\.?|fortsetzung|suite)\b\)?\.?", re.IGNORECASE
)
_PERCENT = re.compile(r"\s*[-–—]?\s*\(?\s*(?P<raw>\(?-?\d{1,3}(?:[.,]\d{1,2})?\s?%\)?)\s*\)?")
_MARKS = re.compile(r"\s*(?:[*†‡§^#~+!]+|\((?:\d{1,2}|[a-z]{1,2})\)|\[\w{1,2}\]|[¹²³⁴⁵⁶⁷⁸⁹⁰]+)(?=[\s,*†‡(#~+!]|\Z)")
_SUFFIX = re.compile(
    r"\b(?:inc|corp|corporation|ltd|limited|llc|l\.l\.c|lp|l\.p|plc|gmbh|ag|se|sa|s\.a|sas|sarl|s\.à\s?r\.l|bv|b\.v|nv|n\.v|ab|oy|oyj|as|a/s|aps|"
    r"kg|co|company|pte|pty|spa|s\.p\.a|srl)\b\.?,?",
    re.IGNORECASE,
)
_FORMER = re.compile(r"\([fdn]/?k/?a\b[^)]*\)|\((?:formerly|dba|d/b/a)\b[^)]*\)", re.IGNORECASE)
_LEGAL = re.compile(r"[^a-z0-9& ]")
_LEGAL_WORDS = re.compile(r"\b(?:inc|corp|corporation|ltd|limited|llc|lp|l p|gmbh|company|co|plc|ag|sa)\b")


class Name(NamedTuple):
    """percent: as printed behind the name, None where there is none; rest: what follows it (an industry)."""

    name: str
    percent: str | None
    rest: str


def parse(text: str, *, stacked: bool) -> Name:
    """Name, percentage and rest of a name column's words. Only a stacked column has an industry below the name."""
    plain = " ".join(_MARKS.sub(" ", _CONTINUED.sub(" ", text)).split())
    match = _PERCENT.search(plain)
    if match and match.start() > 1:
        return Name(_tidy(plain[: match.start()]), match["raw"], _tidy(plain[match.end() :]))
    if stacked:
        return _by_form(plain)
    return Name(_tidy(plain), None, "")


def _by_form(text: str) -> Name:
    """A stacked name without a percentage: it ends with its legal form, or where capitals end."""
    words = text.split()
    count = next((place for place, word in enumerate(words) if any(char.islower() for char in word)), len(words))
    capitals = " ".join(words[:count])
    if len(capitals) > MIN_NAME and count < len(words) and words[count][:1].isupper():
        return Name(_tidy(capitals), None, _tidy(" ".join(words[count:])))
    last = _FORMER.search(text) or _SUFFIX.search(text)
    if last and last.end() < len(text):
        return Name(_tidy(text[: last.end()]), None, _tidy(text[last.end() :]))
    return Name(_tidy(text), None, "")


def _tidy(text: str) -> str:
    return text.strip(" -–—:;,")


def key(name: str) -> str:
    """What two printings of one name share: no case, punctuation or legal form."""
    return " ".join(_LEGAL_WORDS.sub("", _LEGAL.sub(" ", name.lower())).split())


def without_total(text: str) -> str:
    """The words behind "Total" without the share of net assets that may follow them."""
    bare = re.sub(r"\A\W*(?:grand |sub-?\s?)?totals?\b\W*", "", text, flags=re.IGNORECASE)
    return parse(bare, stacked=False).name


def is_form(text: str) -> bool:
    """Whether words are the end of a name and none by themselves: a legal form, "Holdings, LLC"."""
    bare = _MARKS.sub(" ", text).split("(")[0]
    words = re.sub(r"[^\w& ]", " ", re.sub(r"\b(\w)\.(?=\w\b)", r"\1", bare)).split()
    return bool(words) and all(word.lower() in _FORM_WORDS for word in words)


_FORM_WORDS = frozenset(
    (
        *("inc", "corp", "corporation", "ltd", "limited", "llc", "lp", "plc", "gmbh", "ag", "se", "sa", "sas", "sarl"),
        *("bv", "nv", "ab", "oy", "oyj", "as", "aps", "kg", "co", "company", "pte", "pty", "spa", "srl", "pc"),
        *("holdings", "holding", "group", "acquisition", "midco", "topco", "buyer", "parent", "intermediate", "holdco"),
        *("and", "&", "l", "p", "c", "b", "v", "n"),
    )
)
