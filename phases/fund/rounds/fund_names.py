"""Names in one document: which of them are the fund's own, and what short forms stand for. Pure.

The fund takes part in the rounds that it reports on; under none of its names is it its own co-investor.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from phases.fund.document.passages import Passage, sentences, with_items
from phases.fund.rounds import organisation_names, organisations, round_cues

_DEFINED = re.compile(
    rf"{organisation_names.NAME.pattern}(?:\s\([^()“\"”]{{2,40}}\))?(?:,\s[^().“\"]{{1,80}})?\s?\((?:the\s"
    rf"|together[^()]{{0,40}}\s)?[“\"](?:the\s)?(?P<short>[^”\"()]{{2,40}})[”\"]"
)
_QUOTED = re.compile(r"\([^()]{0,45}[“\"]")
_SYMBOL = re.compile(r"\((?:NASDAQ|NYSE|Nasdaq|AMEX|LSE|XETRA|Euronext)[^:()]{0,20}:\s?(?P<symbol>[A-Z.]{2,6})\)")
_BEFORE = re.compile(r"\b(?:[Rr]eport|[Nn]ewsletter|[Ll]etter|[Ss]tatements?|[Rr]elease)s? (?:of|for|to|by) (?:the )?")
# Whose letter it is, where the analysis found no name
_TITLE = re.compile(
    rf"\b(?:[Nn]ewsletter|[Rr]eport|[Ll]etter|[Uu]pdate) (?:of|from"
    rf"|to (?:the )?\w+ of) (?:the )?{organisation_names.NAME.pattern}"
)
_FUND_WORDS = frozenset(
    ("fund", "partnership", "company", "trust", "firm", "registrant", "manager", "adviser", "general partner")
)
TEXT = ("narrative", "heading")  # kinds of passages that are no table
SYMBOL_REACH = 80  # characters between a name and its stock's symbol


def own(document: Mapping[str, Any], texts: Iterable[Passage]) -> list[str]:
    """Names of the fund and of who manages it: as analysed, with short forms and stock symbol."""
    texts = list(texts)
    names = [name for key in ("fund_name", "manager") for name in _written(document, key, texts)]
    names = names or [
        one["name"] for passage in texts if (one := _TITLE.search(passage.text)) and passage.places[0].page == 1
    ]
    aliases = [organisation_names.plain(name) for name in names]
    found = list(names) + [longer for passage in texts for longer in _longer(names, passage.text)]
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


def _only_invests(name: str, document: Mapping[str, Any], texts: Iterable[Passage]) -> bool:
    """Whether every sentence with a name enumerates it among investors, or it stands in nothing but a table."""
    said = [
        one.text
        for passage in texts
        if passage.kind in TEXT and name in passage.text
        for one in with_items(sentences(passage))
        if name in one.text
    ]
    if said:
        return all(_listed(name, text) for text in said)
    return any(name in " ".join(word[4] for word in page["words"]) for page in document.get("pages") or ())


def _listed(name: str, text: str) -> bool:
    """Whether a sentence has a name, or two that were taken for one, in a list behind a cue."""
    groups = organisations.lists(text, organisations.items(text))
    parts = {one for cue in round_cues.found(text, groups) for one in cue.names}
    return any(
        part == name or name.startswith(f"{part} ") or name.endswith(f" {part}") or part.endswith(f" {name}")
        for part in parts
    )


def _longer(names: Iterable[str], text: str) -> list[str]:
    """Names that end in one of the fund's: of a title over two lines, only the second may have been read."""
    inside = tuple(name for name in names if name in text)
    whole = [one.text for one in organisations.items(text) if one.text.endswith(inside)] if inside else []
    return [_BEFORE.split(one)[-1] for one in whole]


def _defined(text: str) -> Iterator[re.Match[str]]:
    """Definitions of short forms; most passages hold no quotation mark in parentheses and are passed over."""
    return _DEFINED.finditer(text) if _QUOTED.search(text) else iter(())


def _written(document: Mapping[str, Any], key: str, texts: Sequence[Passage]) -> list[str]:
    """The likeliest name that is not merely an investor's, and those that are longer or shorter forms of it."""
    field = document.get(key)
    if not isinstance(field, dict) or not field.get("value"):
        return []
    read = [str(one.get("value") or "") for one in (field, *(field.get("alternatives") or ()))]
    name = next((one for one in read if one and not _only_invests(one, document, texts)), None)
    return [name, *(one for one in read if one and one != name and (one in name or name in one))] if name else []


def full_names(texts: Iterable[Passage]) -> dict[str, str]:
    """{short form: full name}: defined ones ("Acme Systems, Inc. (“Acme”)"), and first words of one full name."""
    found: dict[str, str] = {}
    begins: dict[str, Counter[str]] = {}
    for passage in texts:
        for match in _defined(passage.text):
            if match["short"][0].isupper() and match["name"].startswith(match["short"].split()[0]):
                found.setdefault(match["short"], match["name"])
        for match in organisation_names.NAME.finditer(passage.text):
            name = match["name"]
            if re.search(rf",?\s{organisation_names.LEGAL}\Z", name):
                bare = re.sub(rf",?\s{organisation_names.LEGAL}\Z", "", name)
                for short in {bare, bare.split()[0]}:
                    begins.setdefault(short, Counter())[_closed(name)] += 1
    for short, names in begins.items():
        if len({organisation_names.plain(name) for name in names}) == 1:
            found.setdefault(short, names.most_common(1)[0][0])
    return found


def _closed(name: str) -> str:
    """Legal forms that end with a full stop have it, though the sentence's own may have been taken for it."""
    return f"{name}." if re.search(r"\b(?:Inc|Corp|Ltd|Co)\Z", name) else name
