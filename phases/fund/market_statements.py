"""Statements about the market in running text: which clauses make one, and what they say. Pure.

A clause counts when its subject is something of the market (exits, credit spreads, the market for X) and what is said
of it is a movement, a state or an expectation. What a company or the fund itself did is no statement about the market,
and neither are disclaimers, accounting policies and descriptions of risk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from phases.common.sentence_kinds import is_complete
from phases.fund import market_terms
from phases.fund.passages import Sentence

MIN_WORDS, MAX_WORDS = 4, 90  # of a quotation: shorter is a heading, longer is a list
FIRST_CHARS = 140  # of a clause in which its subject has to stand
_ATTRIBUTED = re.compile(
    r"[,.]?[”\"’]\s*(?:\w+\s){0,3}?(?:said|stated|noted|remarked|commented|added|explained|says|states|according"
    r"|wrote|concluded)\b.*\Z",
    re.DOTALL,
)
_CLAUSES = re.compile(r";\s+|\s[–—]\s|:\s(?=[a-z“\"])")
_OPINION = re.compile(
    r"(?i)\A(?:[“\"'‘]|and |but |however,? |in addition,? |moreover,? |meanwhile,? |overall,? |as a result,? "
    r"|in our (?:view|opinion),? |(?:we|the manager|management|the general partner|the adviser|many|analysts"
    r"|economists|observers) "
    r"(?:also |continue to |still |currently |now )?(?:expect|believe|anticipate|think|see|estimate|forecast|project"
    r"|feel|note|observe|remain)s?(?:d)? (?:that )?|looking ahead,? )+"
)
_VERB = re.compile(
    rf"(?:{market_terms.UP.pattern[4:]}|{market_terms.DOWN.pattern[4:]}|{market_terms.STABLE.pattern[4:]}"
    rf"|{market_terms.MIXED.pattern[4:]}|{market_terms.STATES.pattern[4:]})",
    re.IGNORECASE,
)
# A subject that is the fund, its holdings, or one company, whatever else it speaks of
_OWN = re.compile(
    r"(?i)\b(?:our|my|we|us|the (?:fund|partnership|company|general partner|manager|adviser|advisor|trust|board|firm"
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
    r"|[.?!]\s|\b(?:meetings?|reports?|letters?|notices?|behalf|interests?|rights|list|number) (?:of|to"
    r"|for) (?:the )?\Z"
)  # before the topic: it is no subject
_POSSESSED = re.compile(
    r"\b[A-Z][\w&-]+(?: [A-Z][\w&-]+)*['’]s? (?!economy|market|central|equity|stock|gdp|currency"
    r"|inflation)"
)
_GEOGRAPHY = re.compile(
    r"\b(?:China|America|Europe|Germany|France|Japan|India|Britain|UK|US|U\.S\.|world|Asia"
    r"|Africa|Latin America|today|year|quarter|month)['’]s?\b"
)
_BOILERPLATE = re.compile(
    r"(?i)forward-looking|no assurance|past (?:performance|results)|not (?:be )?indicative|undue reliance"
    r"|risks? (?:include|factors?|associated|relating|of)|subject to (?:risk|change|market)"
    r"|involves? (?:substantial |considerable )?risk|may (?:adversely|decline|be|not|cause|result|have|also|affect"
    r"|lose)"
    r"|could (?:adversely|decline|be|cause|result|have|affect)|might |fair value|market participants?|level [123i]"
    r"|observable|unobservable|asc (?:topic )?\d|gaap|ifrs|principal market|active market|quoted"
    r"|securities and exchange commission|1940 act|10-[kq]\b|prospectus|offering memorandum"
    r"|for informational purposes|confidential|bid price|closing price"
    r"|market price of|market value of|over-the-counter|we (?:value|invest|seek|intend|hold|define|determine|carry)"
    r"|invests? in|our (?:shares|stock|common)|discount to|hypothetical|if (?:the|interest|market|inflation|we|any)"
    r"|sensitivity|basis point (?:increase|decrease|change) in"
    r"|illiquid|should (?:carefully|consider|note|be aware|not|read|consult|review|expect to)|portfolio turnover"
    r"|is (?:a|an) (?:leader|provider|leading|developer|manufacturer|platform)|trading symbol|listed on"
    r"|begin trading|began trading"
)


class Statement(NamedTuple):
    """A quotation, word for word, with its stretch of the sentence."""

    quote: str
    topic: str
    direction: str
    horizon: str | None
    start: int
    end: int


def found(sentence: Sentence, *, strict: bool) -> list[Statement]:
    """The statements of a sentence. `strict` asks for a movement or a figure, for documents full of legal prose."""
    if is_boilerplate(sentence.text):
        return []
    in_section = market_terms.SECTION.search(sentence.heading) is not None
    if not in_section and not is_complete(sentence.text):
        return []  # a heading
    return [
        one
        for start, end in clauses(sentence.text)
        if (one := _statement(sentence.text, start, end, strict=strict and not in_section)) is not None
    ]


def is_boilerplate(text: str) -> bool:
    """Whether a text is a disclaimer, an accounting policy or a description of risk."""
    return _BOILERPLATE.search(text) is not None


def clauses(text: str) -> list[tuple[int, int]]:
    """Stretches of a sentence that could be quoted alone: between semicolons and dashes, without who said so."""
    attributed = _ATTRIBUTED.search(text)
    end = attributed.start() if attributed else len(text)
    cuts = [0, *(place for match in _CLAUSES.finditer(text, 0, end) for place in match.span()), end]
    parts = [(cuts[place], cuts[place + 1]) for place in range(0, len(cuts), 2)]
    if len(parts) > 1 and not any(_verb_of(text[start:stop]) for start, stop in parts[1:]):
        parts = [(0, end)]  # what follows the dash is no clause
    return [_trimmed(text, *part) for part in parts]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in "“\"‘' ":
        start += 1
    while end > start and text[end - 1] in '”"’ ,':
        end -= 1
    return start, end


def _verb_of(clause: str) -> re.Match[str] | None:
    return _VERB.search(clause)


def _statement(text: str, start: int, end: int, *, strict: bool) -> Statement | None:
    clause = text[start:end]
    if not MIN_WORDS <= len(clause.split()) <= MAX_WORDS or clause.rstrip().endswith("?"):
        return None
    opinion = _OPINION.match(clause)
    body = clause[opinion.end() :] if opinion else clause
    subject = _subject(body)
    if subject is None:
        return None
    topic, predicate = subject
    if strict and not (_moves(predicate) and re.search(r"\d", predicate)):
        return None
    when = market_terms.HORIZON.search(clause)
    return Statement(clause, topic, direction(predicate), _horizon(when, clause), start, end)


def _subject(body: str) -> tuple[str, str] | None:
    """(topic, what is said of it): the topic stands before the verb, and before it nothing that is somebody's own."""
    at = _main_clause(body)
    for topic, pattern in market_terms.TOPICS:
        match = pattern.search(body, at, at + FIRST_CHARS)
        if match is None:
            continue
        verb = _VERB.search(body, match.end())
        if verb is None or _IN_NAME.match(body, match.end() - 1):
            continue
        before = body[at : verb.start()]
        if _VERB.search(before[: match.start() - at]) and not _is_noun(before, match.start() - at):
            continue
        if _ACTED.search(body[at : match.start()]):
            continue
        bare = _GEOGRAPHY.sub("", before)
        if _OWN.search(bare) or _POSSESSED.search(bare) or _breaks(before[match.end() - at :]):
            continue
        return topic, body[match.start() :]
    return None


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
    return re.search(r"[.;]\s|\b(?:which|who|where|because|that (?:we|our|the))\b", between) is not None


def _moves(text: str) -> bool:
    return any(pattern.search(text) for pattern in (market_terms.UP, market_terms.DOWN, market_terms.STABLE))


def direction(text: str) -> str:
    """up, down, stable, mixed or none, by the words of movement; the first clause speaks louder than the rest."""
    if market_terms.MIXED.search(text):
        return "mixed"
    first = text.partition(",")[0]
    for part in (first, text):
        says = [name for name, pattern in _DIRECTIONS if pattern.search(part)]
        if says:
            break
    if "stable" in says and not (says == ["stable", "up"] and "stable" not in says[:1]):
        return "stable"
    return "mixed" if len(says) > 1 else (says[0] if says else "none")


_DIRECTIONS = (("stable", market_terms.STABLE), ("up", market_terms.UP), ("down", market_terms.DOWN))


def _horizon(when: re.Match[str] | None, clause: str) -> str | None:
    if when is not None:
        return " ".join(when["when"].split())
    return "expected" if market_terms.EXPECTED.search(clause) else None


def distinct(statements: Iterable[tuple[Sentence, Statement]]) -> list[tuple[Sentence, Statement]]:
    """Each quotation once: a summary on the first page repeats what stands inside."""
    seen: set[str] = set()
    kept = []
    for sentence, statement in statements:
        key = " ".join(re.findall(r"\w+", statement.quote.lower()))
        if key not in seen:
            seen.add(key)
            kept.append((sentence, statement))
    return kept
