"""The unit that a page prints its amounts in: thousands or millions, and of which currency."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from phases.common.pdf_lines import Line

HEAD_PAGES = 2  # pages at whose head a scale stands for the whole document
TABLE_SHARE = 0.5  # of the pages with tables that print the same scale
MAX_WORDS = 16  # of a line that states a unit without brackets; longer ones are sentences about something else
DENSE = 0.3  # table density from which a page counts as one with tables

_THOUSAND = r"thousands?|0{3}['’]?s|['’]0{3}s?|0{3}|tausend|tsd\.?|tds\.?|milliers|miles|migliaia|duizend(?:en)?"
_MILLION = r"millions?|millionen|mio\.?|mn|mm|mln\.?|milioni|millones|miljoen"
_MONEY = r"(?:US\$|[CA]\$|[$€£¥]|USD|EUR|GBP|CHF|U\.S\.\s+dollars?|dollars?|euros?|pounds?)"
_LEAD = (
    r"(?:\b(?:in|en|stated in|expressed in|amounts in|figures in|Angaben in|Beträge in)\s+"
    rf"(?:{_MONEY}\s*(?:in\s+)?)?|{_MONEY}\s*(?:in\s+)?)"
)
_OMITTED = r"\(\s*(?:0{3}['’]?s|['’]0{3}s?)(?:\s+omitted)?\s*\)|\b000['’]?s omitted"
_SHORT_THOUSAND = r"\b[TK](?:EUR|USD|CHF|GBP|SEK|NOK|DKK|€)(?!\w)|\bk€|\btkr\b|\b(?:EUR|USD|GBP|CHF)k\b"
_SCALES = (
    (1_000_000, re.compile(rf"{_LEAD}(?:{_MILLION})(?:\s*{_MONEY})?(?!\w)", re.IGNORECASE)),
    (1_000, re.compile(rf"{_LEAD}(?:{_THOUSAND})(?!\d)(?:\s*(?:of\s+)?{_MONEY})?", re.IGNORECASE)),
    (1_000, re.compile(rf"{_OMITTED}|{_SHORT_THOUSAND}", re.IGNORECASE)),
    (
        1_000_000,
        re.compile(
            r"(?:€|£|\$)\s?(?:m|mn|mm|M|MM)\b|\b(?:EUR|USD|GBP|CHF)\s?m(?:n|m)?\b|\bM(?:EUR|USD|CHF|GBP|SEK|NOK|DKK|€)(?!\w)|\bmkr\b"
        ),
    ),
)
_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")
_UNIT_LINE = re.compile(
    rf"\A\W*(?:all\s+)?(?:amounts?|figures?|values?|Angaben|Beträge|montants?|in|en|{_MONEY})\b", re.IGNORECASE
)
_OTHER_DOLLARS = {"C": "CAD", "CA": "CAD", "A": "AUD", "AU": "AUD", "HK": "HKD", "S": "SGD", "NZ": "NZD", "US": "USD"}
_DOLLAR = re.compile(r"(?<![A-Za-z])(US|CA|AU|HK|NZ|C|A|S)?\$")
_CODES = re.compile(r"\b(USD|EUR|GBP|CHF|CAD|AUD|JPY|SEK|NOK|DKK|HKD|SGD|CNY|INR)(?:k|m|mn)?\b|\bT(EUR|USD|CHF|GBP)\b")
_SIGNS = {"€": "EUR", "£": "GBP", "¥": "JPY"}
_YEAR = re.compile(r"(?:19|20)\d\d\*{0,3}\Z")
CODE_WEIGHT = 3  # a code says what a sign only suggests


def scale_of(lines: Iterable[Line]) -> int | None:
    """1000 or 1000000 where the lines of a page say that their amounts are in that, else None.

    What the label of a figure says is of that figure: "Net assets, end of year (in 000s)   $179,939".
    """
    for line in lines:
        if any(cell.figure and not _YEAR.match(cell.text) for cell in line.cells[1:]):
            continue
        found = stated_scale(line.text)
        if found:
            return found
    return None


def stated_scale(text: str) -> int | None:
    """The scale that a line states for the figures below it: in brackets, or as a short line of its own."""
    places = _BRACKETS.findall(text)
    if len(text.split()) <= MAX_WORDS and _UNIT_LINE.match(text):
        places.append(text)
    for place in places:
        for scale, pattern in _SCALES:
            if pattern.search(place):
                return scale
    return None


def currency_of(lines: Iterable[Line]) -> str | None:
    """The currency that the lines print most, by its code or sign, or None."""
    counts = _counts(lines)
    return max(sorted(counts), key=lambda code: counts[code]) if counts else None


def _counts(lines: Iterable[Line]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for line in lines:
        text = line.text
        for code, thousands in _CODES.findall(text):
            counts[code or thousands] += CODE_WEIGHT
        for prefix in _DOLLAR.findall(text):
            counts[_OTHER_DOLLARS.get(prefix, "USD")] += 1
        for sign, code in _SIGNS.items():
            counts[code] += text.count(sign)
    return +counts


def document_scale(pages: Sequence[dict[str, object]]) -> int:
    """The scale for pages that print none: what the first pages say, or half of those with tables; else 1."""
    head = next((page["scale"] for page in pages[:HEAD_PAGES] if page["scale"]), None)
    tabular = [page for page in pages if float(str(page["table_density"])) >= DENSE]
    printed = Counter(page["scale"] for page in tabular if page["scale"])
    if head and len(tabular) <= HEAD_PAGES:
        return int(str(head))
    if printed:
        scale, times = printed.most_common(1)[0]
        if times >= TABLE_SHARE * len(tabular):
            return int(str(scale))
    return 1
