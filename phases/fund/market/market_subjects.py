"""What a clause speaks of when its subject is something of the market, and what it says of that. Pure.

The subject must be nobody's own: what a company, a holding or the fund did is no statement about the market.
"""

from __future__ import annotations

import re

from phases.fund.market import market_terms, market_topics
from phases.fund.rounds import organisations

FIRST_CHARS = 140  # of a clause in which its subject has to stand
VERB = re.compile(
    rf"(?:{market_terms.UP.pattern[4:]}|{market_terms.DOWN.pattern[4:]}|{market_terms.STABLE.pattern[4:]}"
    rf"|{market_terms.MIXED.pattern[4:]}|{market_terms.STATES.pattern[4:]})",
    re.IGNORECASE,
)
# A subject that is the fund, its holdings, or one company, whatever else it speaks of
OWN = re.compile(
    r"(?i)\b(?:our|my|we|(?-i:us)|the (?:fund|partnership|company|general partner|manager|adviser|advisor|trust|board"
    r"|firm"
    r"|limited partners|portfolio|investment team|registrant)(?:['’]s)?|fund['’]s|company['’]s"
    r"|portfolio(?: compan\w+)?|its|their|his|her|these companies"
    r"|each (?:of|company)|nav|net asset value|net assets|total return|share price|unrealized|realized|holdings?"
    r"|position)\b"
)
_IN_NAME = re.compile(
    r"\w (?:[A-Z]\w+ ){0,3}(?:Fund|Center|Centre|Group|Partners|Inc|LLC|Company|Association"
    r"|Institute|Corp|Index Fund)\b"
)
_ACTED = re.compile(
    r"\w,?\s(?:\w+ed|has|have|had|is|was|are|were|will|can|to|which|who|that)\s|,\s(?:an?|the)\s"
    r"|(?:(?<![A-Z])\.|[?!])\s|\b(?:meetings?|reports?|letters?|notices?|behalf|interests?|rights|list) (?:of|to"
    r"|for) (?:the )?\Z"
)  # before the topic: it is no subject
_POSSESSED = re.compile(
    r"\b[A-Z][\w&-]+(?: [A-Z][\w&-]+)*['’]s? (?!economy|market|central|equity|stock|gdp|currency"
    r"|inflation)"
)
GEOGRAPHY = re.compile(
    r"\b(?:China|America|Europe|Germany|France|Japan|India|Britain|UK|US|U\.S\.|world|Asia"
    r"|Africa|Latin America|today|year|quarter|month)['’]s?\b"
)
_PARTIES = re.compile(
    r"\b(?:Sellers|Buyers|Lenders|Investors|Borrowers|Sponsors|Founders|Managers|Acquirers|Banks)['’]"
)
# Before a word of movement: the correction in software stocks
_A_NOUN = re.compile(r"(?i)(?:\A|\b(?:the|an?|this|that|such|any|no|further|sharp|recent|some)\s(?:\w+\s)?)\Z")
# "X is a $6 billion market"
_SIZED = re.compile(
    r"\b(?:is|are|represents?) (?:now |already |currently )?an? (?:[\w€£$.-]+ ){0,5}?(?:market|industry)\b"
)


def subject(body: str) -> tuple[str, str] | None:
    """(topic, what is said of it): the topic stands before the verb, and before it nothing that is somebody's own."""
    at = _main_clause(body)
    for topic, pattern in market_topics.TOPICS:
        match = pattern.search(body, at, at + FIRST_CHARS)
        if match is None:
            continue
        verb = VERB.search(body, match.end())
        if verb is None or _IN_NAME.match(body, match.end() - 1):
            continue
        before = body[at : verb.start()]
        moved = VERB.search(before[: match.start() - at])
        noun = moved and (_A_NOUN.search(before[: moved.start()]) or _is_noun(before, match.start() - at))
        if moved and not noun:
            continue
        if _ACTED.search(body[at : match.start()]):
            continue
        bare = _PARTIES.sub("", GEOGRAPHY.sub("", before))
        if OWN.search(bare) or _POSSESSED.search(bare) or _breaks(before[match.end() - at :]):
            continue
        return topic, body[match.start() :]
    return _sized(body)


def _sized(body: str) -> tuple[str, str] | None:
    """A sector that is called a market of some size."""
    match = _SIZED.search(body)
    before = body[: match.start()] if match else ""
    theirs = any(item.start > 0 and item.kind == "name" for item in organisations.items(before))
    if match is None or theirs or OWN.search(before) or not re.search(r"[$€£]\s?\d", match.group()):
        return None
    return "sector", body


def _main_clause(body: str) -> int:
    """Where the main clause begins: behind "While …," and "In 2024,"."""
    match = re.match(
        r"(?i)(?:according to|while|although|though|despite|as|after|since|in|during|over|with|given|following|at|by"
        r"|for|throughout|amid|against|on|from|even|notwithstanding)\s[^,]{1,120},\s",
        body,
    )
    return match.end() if match else 0


def _is_noun(before: str, place: int) -> bool:
    """Whether the verb found only describes the topic, as in: rising interest rates."""
    return (
        re.search(
            r"(?i)(?:rising|growing|increasing|higher|lower|falling|declining|slowing|strong|weak|record"
            r"|expanding|tightening|continued|slow|robust|mixed|price|growth|reduced|improved"
            r"|improving)(?: \w+){0,4}\s?\Z",
            before[:place],
        )
        is not None
    )


def _breaks(between: str) -> bool:
    """Whether topic and verb belong to different clauses."""
    return re.search(r"(?<![A-Z])\.\s|;\s|\b(?:which|who|where|because|that (?:we|our|the))\b", between) is not None
