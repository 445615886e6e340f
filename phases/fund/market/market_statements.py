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
from phases.fund.document.passages import Sentence
from phases.fund.market import market_exclusions, market_subjects, market_terms, market_topics
from phases.fund.market.market_subjects import GEOGRAPHY, OWN, VERB
from phases.fund.rounds import organisations

MIN_WORDS, MAX_WORDS = 4, 90  # of a quotation: shorter is a heading, longer is a list
_ATTRIBUTED = re.compile(
    r"[,.]?[”\"’]\s*(?:\w+\s){0,3}?(?:said|stated|noted|remarked|commented|added|explained|says|states|according"
    r"|wrote|concluded)\b.*\Z",
    re.DOTALL,
)
_CLAUSES = re.compile(r";\s+")
_PARTS = re.compile(r"\s[–—]\s|:\s(?=[a-z“\"])")  # what follows may belong to what stands before
_OPINION = re.compile(
    r"(?i)\A(?:[“\"'‘]|and |but |however,? |in addition,? |moreover,? |meanwhile,? |overall,? |as a result,? "
    r"|in our (?:view|opinion),? |(?:we|the manager|management|the general partner|the adviser|many|analysts"
    r"|economists|observers) "
    r"(?:also |continue to |still |currently |now |do not |don['’]t |would not be surprised to )?(?:expect|believe"
    r"|anticipate|think|see|estimate|forecast|project"
    r"|feel|note|observe|remain)s?(?:d)? (?:that )?|looking ahead,? )+"
)
_ANY_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|\w{3,}ed|continues?|brought|came|went|began|took|made|saw|kept|gave|felt"
    r"|stood)\b"
)
# What small print speaks of
_PAPER = re.compile(
    r"(?i)(?:\w+ )?(?:forecasts?|projections?|opinions?|views|estimates|information|statements?|data|figures|indices"
    r"|references?"
    r"|results|sources?|nothing|returns|performance|terms|capitalized|securities|investments)\b"
)
# A word that is large only because the sentence begins
_COMMON = re.compile(
    r"[A-Z][a-z]+(?:ing|ed|ly|est|er)\s[a-z]|[A-Z][a-z]+ (?:and|or) [a-z]"
    r"|[A-Z][a-z]+s (?:are|were|have|had|remain|continue)\b"
)
_PRONOUN = re.compile(
    r"(?:It(?! remains to be seen| is (?:unclear|likely|unlikely|too early|hard)\b)|This|These|They|That|Those|He|She"
    r"|I|You)\b"
)
# In the middle of a clause it only says whose opinion it is
_OPINED = re.compile(r"(?i),? in (?:our|my) (?:view|opinion|judg(?:e)?ment|experience),?")


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
    lead_in = market_terms.LEAD_INS.match(sentence.lead_in) is not None
    in_section = lead_in or market_terms.SECTION.search(sentence.heading) is not None
    if market_exclusions.excluded(sentence.text, sentence.heading, in_section=in_section):
        return []
    if not in_section and not is_complete(sentence.text):
        return []  # a heading
    whole = not strict and (lead_in or market_terms.MARKET_SECTION.match(sentence.heading) is not None)
    strict = strict and not in_section
    said = [one for start, end in clauses(sentence.text) for one in _said(sentence.text, start, end, strict=strict)]
    return said or ([one] if whole and is_complete(sentence.text) and (one := _impersonal(sentence.text)) else [])


def _said(text: str, start: int, end: int, *, strict: bool) -> list[Statement]:
    """A clause as one statement, or else those of its parts."""
    whole = _statement(text, start, end, strict=strict)
    if whole is not None:
        return [whole]
    parts = [_statement(text, *part, strict=strict) for part in _cut(text, _PARTS, start, end)]
    return [one for one in parts if one is not None]


def _impersonal(text: str) -> Statement | None:
    """A sentence of a section about the market that speaks of nobody in particular, whatever its subject is called."""
    start, end = _trimmed(text, 0, len(text))
    opinion = _OPINION.match(text[start:end])
    body = _OPINED.sub("", text[start + opinion.end() : end] if opinion else text[start:end])
    verb = VERB.search(body) or _ANY_VERB.search(body)
    items = organisations.items(GEOGRAPHY.sub("", body))
    named = any(item.kind != "others" and not (item.start == 0 and _COMMON.match(body)) for item in items)
    spoken = next((name for name, pattern in market_topics.TOPICS if pattern.search(body)), None)
    if (
        (verb is None and not (opinion and spoken))
        or named
        or _PRONOUN.match(body)
        or _PAPER.match(body)
        or OWN.search(body)
        or not MIN_WORDS <= len(text.split()) <= MAX_WORDS
        or text.endswith("?")
    ):
        return None
    when = market_terms.HORIZON.search(text)
    return Statement(text[start:end], spoken or "economy", direction(body), _horizon(when, text), start, end)


def clauses(text: str) -> list[tuple[int, int]]:
    """Stretches of a sentence that could be quoted alone: between semicolons, without who said so."""
    attributed = _ATTRIBUTED.search(text)
    return _cut(text, _CLAUSES, 0, attributed.start() if attributed else len(text))


def _cut(text: str, signs: re.Pattern[str], start: int, end: int) -> list[tuple[int, int]]:
    cuts = [start, *(place for match in signs.finditer(text, start, end) for place in match.span()), end]
    parts = [(cuts[place], cuts[place + 1]) for place in range(0, len(cuts), 2)]
    if len(parts) > 1 and not any(VERB.search(text, begin, stop) for begin, stop in parts[1:]):
        parts = [(start, end)]  # what follows the sign is no clause
    return [_trimmed(text, *part) for part in parts]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in "“\"‘' ":
        start += 1
    while end > start and text[end - 1] in '”"’ ,':
        end -= 1
    return start, end


def _statement(text: str, start: int, end: int, *, strict: bool) -> Statement | None:
    clause = text[start:end]
    if not MIN_WORDS <= len(clause.split()) <= MAX_WORDS or clause.rstrip().endswith("?"):
        return None
    opinion = _OPINION.match(clause)
    body = _OPINED.sub("", clause[opinion.end() :] if opinion else clause)
    subject = market_subjects.subject(body)
    if subject is None:
        return None
    topic, predicate = subject
    if strict and not (_moves(predicate) and re.search(r"\d", predicate)):
        return None
    when = market_terms.HORIZON.search(clause)
    return Statement(clause, topic, direction(predicate), _horizon(when, clause), start, end)


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
