"""Names in one document: which of them are the fund's own, and what short forms stand for. Pure.

The fund takes part in the rounds that it reports on; under none of its names is it its own co-investor.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from phases.fund import organisations
from phases.fund.passages import Passage

_DEFINED = re.compile(
    rf"{organisations.NAME.pattern}(?:\s\([^()“\"”]{{2,40}}\))?(?:,\s[^().“\"]{{1,80}})?\s?\((?:the\s"
    rf"|together[^()]{{0,40}}\s)?[“\"](?:the\s)?(?P<short>[^”\"()]{{2,40}})[”\"]"
)
_QUOTED = re.compile(r"\([^()]{0,45}[“\"]")
_SYMBOL = re.compile(r"\((?:NASDAQ|NYSE|Nasdaq|AMEX|LSE|XETRA|Euronext)[^:()]{0,20}:\s?(?P<symbol>[A-Z.]{2,6})\)")
_FUND_WORDS = frozenset(
    ("fund", "partnership", "company", "trust", "firm", "registrant", "manager", "adviser", "general partner")
)
SYMBOL_REACH = 80  # characters between a name and its stock's symbol


def own(document: Mapping[str, Any], texts: Iterable[Passage]) -> list[str]:
    """Names of the fund and of who manages it: as analysed, with short forms and stock symbol."""
    names = [name for key in ("fund_name", "manager") for name in _written(document.get(key))]
    aliases = [organisations.plain(name) for name in names]
    found = list(names)
    for passage in texts:
        for match in _defined(passage.text):
            is_fund = match["short"].lower() in _FUND_WORDS
            if is_fund or organisations.is_own(match["name"], aliases):
                found += [match["name"], match["short"]]
        for match in _SYMBOL.finditer(passage.text):
            before = passage.text[max(0, match.start() - SYMBOL_REACH) : match.start()]
            if any(name in before for name in names):
                found.append(match["symbol"])
    return list(dict.fromkeys(found))


def _defined(text: str) -> Iterator[re.Match[str]]:
    """Definitions of short forms; most passages hold no quotation mark in parentheses and are passed over."""
    return _DEFINED.finditer(text) if _QUOTED.search(text) else iter(())


def _written(field: Any) -> list[str]:
    """A name and those of its other readings that are longer or shorter forms of it."""
    if not isinstance(field, dict) or not field.get("value"):
        return []
    name = str(field["value"])
    others = [str(one.get("value") or "") for one in field.get("alternatives") or ()]
    return [name, *(other for other in others if other and (other in name or name in other))]


def full_names(texts: Iterable[Passage]) -> dict[str, str]:
    """{short form: full name}: defined ones ("Acme Systems, Inc. (“Acme”)"), and first words of one full name."""
    found: dict[str, str] = {}
    begins: dict[str, Counter[str]] = {}
    for passage in texts:
        for match in _defined(passage.text):
            if match["short"][0].isupper() and match["name"].startswith(match["short"].split()[0]):
                found.setdefault(match["short"], match["name"])
        for match in organisations.NAME.finditer(passage.text):
            name = match["name"]
            if re.search(rf",?\s{organisations.LEGAL}\Z", name):
                bare = re.sub(rf",?\s{organisations.LEGAL}\Z", "", name)
                for short in {bare, bare.split()[0]}:
                    begins.setdefault(short, Counter())[_closed(name)] += 1
    for short, names in begins.items():
        if len({organisations.plain(name) for name in names}) == 1:
            found.setdefault(short, names.most_common(1)[0][0])
    return found


def _closed(name: str) -> str:
    """Legal forms that end with a full stop have it, though the sentence's own may have been taken for it."""
    return f"{name}." if re.search(r"\b(?:Inc|Corp|Ltd|Co)\Z", name) else name
