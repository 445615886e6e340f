"""Names of companies and investors in a sentence, and which of them are enumerated together. Pure.

Two steps, each linear in the sentence: find everything that can stand in an enumeration (names, the fund itself,
"other existing investors"), then join neighbours between which there is nothing but a separator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

LEGAL = (
    r"(?:Inc|Incorporated|Corp|Corporation|Co|Company|LLC|L\.L\.C|Ltd|Limited|LP|L\.P|LLP|PLC|plc|GmbH|AG|SE|KG|S\.A"
    r"|SA|SAS|S\.p\.A|SpA"
    r"|N\.V|NV|B\.V|BV|AB|A/S|AS|ASA|Oyj?|ApS|S\.à r\.l|SCSp|SICAV|Pte\.? Ltd|Pty\.? Ltd)(?![\w&])\.?"
)
_UPPER = "A-ZÀ-ÖØ-ÞŁŚŠŽČ"
_CAP = (
    rf"(?:A/S|(?:[{_UPPER}]\.){{1,3}}(?=\s[{_UPPER}])"  # initials
    rf"|[{_UPPER}][\w&+'’·-]*(?:\.(?=\w)[\w&+-]+)*"  # Accel, G&H, Booking.com
    rf"|\d{{1,3}}[{_UPPER}]\w*|\d{{1,3}}(?=\s(?:Startups|Global|Ventures|Capital|Partners|North|Stars"
    rf"|Holdings))"  # 8VC, 500 Startups
    rf"|a16z|e\.ventures|b2v|iGlobe|eBay|[a-z][{_UPPER}]\w+)"
)
_INNER = r"(?:of|for|de|des|du|da|la|le|et|en|van|von|der|del|di|y|the|und|für|dépôt|placement)"
NAME = re.compile(
    rf"(?<![\w.&'’-])(?P<name>{_CAP}(?:\s(?:{_CAP}|[&+](?=\s)|(?:{_INNER}\s){{1,5}}{_CAP}|[IVX]{{1,5}}\b"
    rf"|\d{{1,2}}\b(?!\s*(?:%|million|billion|basis))))*"
    rf"(?:,?\s{LEGAL})?(?:,\s(?:L\.P|LP|LLC)\.?)?)"
)
_OTHERS = re.compile(
    r"(?i)\b(?:(?:the|a|an|its|our|all|other|several|certain|additional|existing|current|previous|prior|undisclosed"
    r"|unnamed|new|various|numerous|strategic|institutional|individual|private|angel|insider|outside|two|three|four"
    r"|five|six"
    r"|\d+|group of|number of|syndicate of|consortium of|of|major|leading|company|company's|venture|capital"
    r"|corporate|family)\s)+"
    r"(?:investors?|angels?|insiders|shareholders|stockholders|backers|funds|individuals|offices|management|firms"
    r"|parties|executives|founders)\b"
)
_US = re.compile(
    r"\b(?:us|we|We|ourselves)\b|\b(?:[Tt]he|[Oo]ur) (?:Fund|Partnership|Company|Trust|Firm|fund|firm"
    r"|Adviser|Manager)s?\b"
)
_DESCRIBED = (
    r"(?:(?:the|its|our|a|an|both|existing|current|previous|prior|new|returning|founding|lead|leading|co-lead"
    r"|strategic|seed"
    r"|early|long-?time|long-standing|fellow|other|early-stage|growth|major|large|financial|corporate|industry"
    r"|outside|inside|first-time"
    r"|additional|further|notable|well-known|top-tier|tier-one|two|three|four|five|six|venture|capital|equity"
    r"|private|institutional"
    r"|investors?|co-investors?|newcomers?|backers?|shareholders?|stockholders?|insiders?|firms?|funds?|giant"
    r"|partners?|participants?"
    r"|company|group|arms?|affiliates?|subsidiar(?:y|ies)|accounts|clients|vehicles?|entities|managed|advised"
    r"|affiliated|controlled"
    r"|of|by|with|from|such as|including|includes|include|included|were|are|is|was|namely|technology|pension"
    r"|sovereign|wealth)\s)*"
)
# What only describes the name before it: a stock's symbol, a short form, "a Boston-based firm"
_ASIDE = re.compile(
    r"(?<=\w)\s?\([^()]{1,60}\)"
    r"|(?<=\w),\s(?:an?|one of|part of|formerly|based in|the \w+ (?:arm|unit|fund|vehicle"
    r"|subsidiary) of)\s[^,;.()]{1,90}(?=,|\.?\Z)"
)
_SEPARATOR = re.compile(
    rf"(?:{_ASIDE.pattern})?"
    r"(?:\s*[,/]\s*(?:and\s|&\s|as well as\s|along with\s|together with\s|plus\s|with\s|joined by\s|alongside\s)?"
    r"|\s(?:and|&|as well as|along with|together with|plus|alongside|followed by)\s(?:also\s|from\s|by\s)?)"
    r"(?:with\s)?(?:additional\s|further\s|continued\s)?(?:(?:participation|support|investments?"
    r"|contributions?)\s(?:from|by|of)\s)?"
    rf"(?:from\s|by\s)?{_DESCRIBED}"
)


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that may begin a name, too; alone, or before "investors", they only describe
_QUALIFIED = _listed("New Growth Early Strategic Lead Leading Founding Other")
_NAMELY = re.compile(r",?\s(?:\(?(?:including|such as|like|namely)\s|from\s)?")
_LEADING = _listed(
    "Backed Led Joined Co-led Supported Funded Invested Investor Investors Existing Additional Both The A An In On "
    "At As By For From With And But Also Its Our Their His Her This That These Those It We They He She Co-investor "
    "Co-investors Returning Current Separately Recently Subsequently Finally Meanwhile Following After Before "
    "During Since While When Although Late Participants Participating Alongside Together Including Newcomers "
    "Newcomer Backers Venture-backed Under Per Total If To All Each Portfolio"
)
_TIMES = _listed(
    "January February March April May June July August September October November December Jan Feb Mar Apr Jun Jul "
    "Aug Sep Sept Oct Nov Dec Spring Summer Autumn Fall Winter Monday Tuesday Wednesday Thursday Friday Saturday "
    "Sunday Q1 Q2 Q3 Q4 H1 H2 FY Year Quarter Today Yesterday"
)
_NO_NAMES = _listed(
    "Legal Counsel Fund Funds Partnership Company Board Management Manager Adviser Advisor Trust Series Round Class "
    "Seed Notes Note Preferred Common Stock Shares A B C D E F G IPO SPAC SEC NAV IRR TVPI DPI RVPI MOIC USD EUR "
    "GBP US U.S. EU UK GAAP IFRS NASDAQ Nasdaq NYSE CEO CFO CTO COO Chairman Chairwoman Chief Executive Financial "
    "Operating Investment Technology Officer Officers Vice Senior Managing Principal Analyst Founder Co-founder "
    "Professor Dr Mr Ms Mrs President Director General Partner Partners Limited LP LPs GP GPs Table Schedule Item "
    "Part Section Level Investments Financing Funding Transaction Agreement Act Directors Closing Total Convertible "
    "Warrants Bridge Growth Equity Venture Capital Group Pre-Seed Pre-seed Series-A Quarter Inc Corp LLC Market "
    "Commentary Europe Asia America Americas Africa Germany France"
)


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
    asides = [match.span() for match in _ASIDE.finditer(sentence)]
    found = [Item(m.start(), m.end(), "self", m.group()) for m in _US.finditer(sentence)]
    found += [Item(m.start(), m.end(), "others", m.group()) for m in _OTHERS.finditer(sentence)]
    for match in NAME.finditer(sentence):
        for item in _named(match, sentence, aliases):
            aside = any(start <= item.start < end for start, end in asides)
            if not aside and not any(one.start < item.end and item.start < one.end for one in found):
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


def plain(name: str) -> str:
    """A name for comparing: lower case, without punctuation and legal form."""
    bare = re.sub(rf",?\s{LEGAL}(?=\W|\Z)", "", f" {name}")
    return " ".join(re.sub(r"[^\w& ]", " ", bare.lower()).split())


def is_own(name: str, aliases: Iterable[str]) -> bool:
    """Whether a name is the fund's: the same, or the first words of it ("Larch" of "Larch Value Fund")."""
    words = plain(name).split()
    return any(words == alias.split()[: len(words)] for alias in aliases) if words else True


def _named(match: re.Match[str], sentence: str, aliases: set[str]) -> list[Item]:
    start, text = match.start("name"), match.group("name")
    first, _, rest = text.partition(" ")
    while _only_leads(first, rest):
        if not rest:
            return []
        start += len(first) + 1
        text = rest
        first, _, rest = text.partition(" ")
    text, start = _without_times(text, start)
    text = _possessor(text)
    text = _closed(text, sentence, start)
    if not text or not _is_name(text):
        return []
    kind = "self" if is_own(text, aliases) else "name"
    return [Item(start, start + len(text), kind, text)]


def _possessor(text: str) -> str:
    """The owner in "Acme's Series B"; in "Acme's Climate Fund" the whole is a name."""
    owner, mark, rest = re.sub(r"’", "'", text).partition("'s ")
    return text[: len(owner)] if mark and not _is_name(rest) else text


def _closed(text: str, sentence: str, start: int) -> str:
    """The name with the full stop of its legal form, without a possessive s or a mark of the sentence."""
    if re.search(rf"(?:\A|\s){LEGAL}\Z", text):
        end = start + len(text)
        return text if text.endswith(".") or sentence[end : end + 1] != "." else f"{text}."
    return re.sub(r"(?:['’]s?|[,.])\Z", "", text)


def _without_times(text: str, start: int) -> tuple[str, int]:
    """Cut months and the like off both ends: "October Acme", "Larch Partners March"."""
    words = text.split(" ")
    while words and words[0].strip(",.") in _TIMES:
        start += len(words.pop(0)) + 1
        while words and words[0].isdigit():
            start += len(words.pop(0)) + 1
    while words and (words[-1].strip(",.") in _TIMES or (words[1:] and words[-1] in _SMALL)):
        words.pop()
    return " ".join(words), start


_SMALL = _listed("of for de des du da la le et en van von der del di y the und für at in & +")


def _only_leads(first: str, rest: str) -> bool:
    """Whether a capitalised word is there because a sentence begins, or says what kind of investor follows."""
    if not rest and first in _QUALIFIED:
        return True
    return first in _LEADING or (first in _QUALIFIED and rest.partition(" ")[0].strip(",") in _LEADING)


def _is_name(text: str) -> bool:
    words = [word.strip(",.'’") for word in text.split()]
    if all(word in _NO_NAMES or word in _TIMES or word in _SMALL or word.isdigit() or not word[1:] for word in words):
        return False
    return not re.match(r"(?:Series|Class|Level|Item|Note|Section|Rule|Form|Exhibit|Schedule)\s", text)
