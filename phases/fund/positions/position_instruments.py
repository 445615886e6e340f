"""Whether words name an instrument (a loan, a class of shares) and no company, and where they begin behind a name.

"First lien term loan, 8.19% due 12/2028" is one. "Acme Group, Inc. – Series B Preferred" is a company and one.
"""

from __future__ import annotations

import re

_NOUN = (
    r"loans?|notes?|stocks?|shares?|units?|equity|warrants?|interests?|debt|debentures?|bonds?|revolver|facility|safes?|"
    r"options?|one stop|lines? of credit|aktien|darlehen|actions|obligations|anteile|certificates?|escrow|earn-?out"
)
_KIND = (
    r"first|1st|second|2nd|third|senior|junior|subordinated|sub|secured|unsecured|unitranche|mezzanine|term|delayed|draw|"
    r"revolving|bridge|convertible|promissory|common|preferred|preference|ordinary|redeemable|class|series|seed|member|"
    r"membership|limited|partnership|lp|llc|growth|capital|equipment|royalty|structured|participating|cumulative|non-?voting|"
    r"wandel\w*|stamm\w*|vorzugs\w*|nachrang\w*|lien|last|out|pik|fixed|floating|rate|private|purchase|other"
)
_BEGINS = re.compile(rf"\W*(?:[\d.,%]+\W+)*(?:{_KIND}|{_NOUN})\b", re.IGNORECASE)
_HOLDS = re.compile(rf"\b(?:{_NOUN})\b|\b(?:class|series) (?:[a-z0-9]{{1,2}}\b|seed)|\bfirst lien\b", re.IGNORECASE)
_TELLING = re.compile(
    r"\b(?:ordinary|preferred|preference|common|term|lien|unitranche|mezzanine|senior|subordinated|stamm\w+|vorzugs\w+)\b",
    re.IGNORECASE,
)
_FORM_AT_END = re.compile(
    r"\b(?:inc|corp|corporation|ltd|limited|plc|gmbh|ag|company|holdings)\b\.?\W*\Z", re.IGNORECASE
)
_PLAIN = re.compile(
    rf"(?:\W*\b(?:{_KIND}|{_NOUN}|[a-h]|\d+(?:-\w+)?|[a-h]-\d|and|of|to|new|par)\b\W*)+\Z", re.IGNORECASE
)
_TERMS = re.compile(r"\([^()]*\)|\d+(?:[.,]\d+)*\s?%|\b(?:due|expir\w*|matur\w*|acquired|cash|pik)\b.*", re.IGNORECASE)
_CUT = re.compile(r"\s+[-–—|]\s+|,\s+|:\s+|\s+(?=\d{1,2}[.,]\d{1,3}\s?%)")  # rates follow a name without a sign


def is_instrument(text: str) -> bool:
    """Whether a text is the name of an instrument alone."""
    if _PLAIN.match(text) and (_HOLDS.search(text) or _TELLING.search(text)):
        return True
    bare = _TERMS.sub(" ", text).strip(" ,;")
    if _FORM_AT_END.search(bare) or not _BEGINS.match(bare):
        return False
    return bool(_HOLDS.search(bare))


def split(text: str) -> tuple[str, str]:
    """A company and the instrument behind it, "" where there is none: "Acme, Inc. – Term Debt (9% Cash, Due 2027)"."""
    for match in _CUT.finditer(text):
        rest = text[match.end() :]
        if match.start() > 1 and (is_instrument(rest) or (rest[:1].isdigit() and _is_rate(rest))):
            return text[: match.start()].strip(), rest
    return text, ""


def _is_rate(text: str) -> bool:
    return bool(re.match(r"\d{1,2}[.,]\d{1,3}\s?%(?!\s?\))", text))
