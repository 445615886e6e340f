"""Names of companies and investors in a sentence, and which of them are enumerated together. Pure.

Two steps, each linear in the sentence: find everything that can stand in an enumeration (names, the fund itself,
"other existing investors"), then join neighbours between which there is nothing but a separator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from phases.fund.rounds.organisation_names import NAME, UPPER, named, plain

_OTHERS = re.compile(
    r"\b(?:(?i:the|a|an|its|our|all|other|several|certain|additional|existing|current|previous|prior|undisclosed"
    r"|unnamed|new|various|numerous|strategic|institutional|individual|private|angel|insider|outside|two|three|four"
    r"|five|six"
    r"|\d+|group of|number of|syndicate of|consortium of|of|major|leading|company|company's|venture|capital"
    r"|corporate|family)\s)+"
    r"(?:investors?|angels?|insiders|shareholders|stockholders|backers|funds|individuals|offices|management|firms"
    r"|parties|executives|founders)\b"
)
_US = re.compile(
    r"\b(?:us|we|We|ourselves)\b|\b(?:[Tt]he|[Oo]ur) (?:Fund|Partnership|Company|Trust|Firm|Program(?:me)?|Portfolio"
    r"|fund|firm"
    r"|Adviser|Manager)s?\b"
)
_DESCRIBED = (
    r"(?:(?:the|its|our|a|an|both|existing|current|previous|prior|new|returning|founding|lead|leading|co-lead"
    r"|strategic|seed"
    r"|early|angel|prior|historical|inside|key|long-?time|long-standing|fellow|other|early-stage|growth|major|large"
    r"|financial|corporate|industry"
    r"|outside|inside|first-time"
    r"|additional|further|notable|well-known|top-tier|tier-one|two|three|four|five|six|venture|capital|equity"
    r"|private|institutional"
    r"|investors?|co-?investors?|newcomers?|backers?|shareholders?|stockholders?|insiders?|firms?|funds?"
    r"|funds and accounts|giant"
    r"|partners?|participants?"
    r"|company|group|arms?|affiliates?|subsidiar(?:y|ies)|owners?|accounts|clients|vehicles?|entities|managed|advised"
    r"|affiliated|controlled"
    r"|of|by|with|from|such as|such|as|including|includes|include|included|were|are|is|was|namely|technology|pension"
    r"|sovereign|wealth)\s)*"
)
# What only describes the name before it: a stock's symbol, a short form, "a Boston-based firm"
_ASIDE = re.compile(
    r"(?<=\w)\s?\([^()]{1,60}\)"
    r"|(?<=\w),\s(?:an?|one of|part of|formerly|based in|the \w+ (?:arm|unit|fund|vehicle"
    r"|subsidiary) of)\s[^,;.()]{1,90}(?=[,;]|\.?\Z)"
    r"|(?<=\w),\s(?:which|who)\s[^,;.()]{3,60}(?=,\s)"
    r"|(?<=\w),\s(?:the|its|our)\s(?:\w+\s){0,2}?(?:investors?|shareholder|backer)(?=\s?[,;]|\.?\Z)"
)
# A parenthesis that names investors is no mere description: (lead: A; others: B)
_TELLS = re.compile(
    r"(?i)\b(?:led by|lead(?: investors?)?:|others?:|(?:co-?)?investors?:|with|alongside|including|joined)\s"
)
# L’Oréal’s venture fund BOLD: whose fund it is
_OWNER = re.compile(rf"['’]s?\s(?:[a-z-]+\s){{0,3}}(?:fund|arm|vehicle|unit|subsidiary|affiliate)\s(?=[{UPPER}])")
_SEPARATOR = re.compile(
    rf"(?:{_ASIDE.pattern})?"
    r"(?:(?:\s*[,;]\s*|\s/\s)(?:and\s+|&\s|as well as\s|along with\s|together with\s|plus\s|with\s|joined by\s"
    r"|alongside\s|then\s)?"
    r"|\s(?:and|&|as well as|along with|together with|plus|alongside|followed by|with|joined by)\s(?:also\s|from\s"
    r"|by\s)?)"
    r"(?:with\s)?(?:additional\s|further\s|continued\s)?(?:(?:participation|support|investments?"
    r"|contributions?)\s(?:from|by|of)\s)?"
    rf"(?:from\s|by\s)?{_DESCRIBED}"
    rf"(?:(?:[{UPPER}][\w&.-]+|[{UPPER}]['’][{UPPER}]\w+)['’]s\s(?:[a-z-]+\s){{0,3}}(?:fund|arm|vehicle|unit"
    rf"|subsidiary|affiliate)\s)?"
)


_NAMELY = re.compile(r",?\s(?:\(?(?:including|such as|like|namely)\s|from\s)?")


class Item(NamedTuple):
    """What can stand in an enumeration: `kind` is name, self (the fund, us) or others (unnamed investors)."""

    start: int
    end: int
    kind: str
    text: str


class Listed(NamedTuple):
    """Items enumerated together, and whether a parenthesis or appositive may still follow."""

    items: tuple[Item, ...]

    @property
    def start(self) -> int:
        return self.items[0].start

    @property
    def end(self) -> int:
        return self.items[-1].end

    @property
    def names(self) -> list[str]:
        return [item.text for item in self.items if item.kind == "name"]


def items(sentence: str, own: Iterable[str] = ()) -> list[Item]:
    """Everything in the sentence that can stand in an enumeration, in order. `own` are names of the fund itself."""
    aliases = {plain(name) for name in own} - {""}
    asides = [match.span() for match in _ASIDE.finditer(sentence) if not _TELLS.search(match.group())]
    found = [Item(m.start(), m.end(), "self", m.group()) for m in _US.finditer(sentence)]
    found += [Item(m.start(), m.end(), "others", m.group()) for m in _OTHERS.finditer(sentence)]
    for match in NAME.finditer(sentence):
        one = named(match, sentence)
        if one is None:
            continue
        start, text = one
        item = Item(start, start + len(text), "self" if is_own(text, aliases) else "name", text)
        aside = any(begin <= start < end for begin, end in asides) or _OWNER.match(sentence, item.end)
        if not aside and not any(other.start < item.end and start < other.end for other in found):
            found.append(item)
    return sorted(found)


def lists(sentence: str, found: list[Item]) -> list[Listed]:
    """Runs of items with nothing but separators between them."""
    groups: list[list[Item]] = []
    for item in found:
        if groups and _follows(sentence, groups[-1][-1], item):
            groups[-1].append(item)
        else:
            groups.append([item])
    return [Listed(tuple(group)) for group in groups]


def _follows(sentence: str, last: Item, item: Item) -> bool:
    if last.kind == "others" and _NAMELY.fullmatch(sentence, last.end, item.start):
        return True
    return _SEPARATOR.fullmatch(sentence, last.end, item.start) is not None


def described(sentence: str, start: int, end: int) -> bool:
    """Whether there is nothing but description ("existing investors", "funds managed by") between two places."""
    return re.fullmatch(rf"[\s,:–—-]*{_DESCRIBED}", sentence[start:end]) is not None


def is_own(name: str, aliases: Iterable[str]) -> bool:
    """Whether a name is the fund's: the same, or the first words of it ("Larch" of "Larch Value Fund")."""
    words = plain(name).split()
    return any(words == alias.split()[: len(words)] for alias in aliases) if words else True
