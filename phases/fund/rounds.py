"""Rounds of financing told in running text: who raised how much from whom, and who led. Pure.

A round is told in one sentence or in a few that follow each other ("X announced a $7 million round. A led the round,
which was joined by B."). What a sentence leaves open (the company, the sum) is taken from the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from phases.common import figures
from phases.fund import organisations, round_cues
from phases.fund.organisations import Item
from phases.fund.passages import Sentence

REACH = 2  # sentences after which "the round" no longer means the one before
MAX_SENTENCE = 1_500  # characters; longer ones are tables that were taken for text
MIN_AMOUNT = 10_000  # of a round, in units of its currency; smaller figures are prices of a share
_BACK = re.compile(
    r"(?i)\b(?:the|this|that|its) (?:\w+ ){0,3}?(?:round|financing|funding|investment|transaction|raise|syndicate"
    r"|deal)\b"
    r"|\A(?:it|the company|they)\b|\b(?:also|too)\b|\A(?:other|existing|new|additional|co-)\W?investors?"
)
_ITS = re.compile(r"\A[^.]{0,80}?\b(?:[Tt]he [Cc]ompany|[Ii]t|[Tt]he startup|[Tt]he business)\b")
# A sentence without any of these names nobody who put money in: most of a long filing is passed over at little cost
_WORTH = re.compile(
    r"(?i)led\b|leading|participa|joined|joining|alongside|side by side|co-?inv|investors|invested|invests|syndicat"
    r"|backed|backers"
    r"|consortium|funded|subscrib|from |investments? by|shareholders|contribut|round|financing|raise|follow|purchased"
)
_INVESTED = re.compile(
    r"\b(?:co-?)?(?:invest(?:ed|ing|s|ors?)|participat\w+|raised|secured|backe(?:d|rs)|stake"
    r"|syndicate\w*|funding|shareholders|equity)\b",
    re.IGNORECASE,
)
_INTO = re.compile(
    r"(?:\binvest(?:ed|s|ing|ment)s?|\bstake|\bshareholding|\bfinancing|\bround|\bparticipat\w+|\bfunding"
    r"|\b(?:co-?)?investors?|\b[Ss]eries [A-Z]\d?) "
    r"(?:(?:[^.,;]|[.,](?=\d)){0,60}? )?(?:in|of|for|into|by) (?:portfolio company |the company )?\Z"
)
_OF_COMPANY = re.compile(
    r"\A(?:['’]s?|,)?\s(?:[^.;]{0,120}?\b)?(?:clos|complet|rais|secur|announc|receiv|obtain|finali[sz]|attract"
    r"|landed|sealed|collect|was |has |had |is |sold |issued |disclos)"
)
_DATE = re.compile(
    r"(?:\b(?P<day1>\d{1,2})(?:st|nd|rd|th)? )?\b(?P<month>January|February|March|April|May|June|July|August"
    r"|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?(?: (?P<day2>\d{1,2})(?:st|nd|rd"
    r"|th)?)?,?(?: (?:of )?(?P<year>(?:19|20)\d\d))?\b"
    r"|\b(?P<quarter>Q[1-4]|(?:first|second|third|fourth) quarter)(?: of)?(?:,? (?P<qyear>(?:19|20)\d\d))?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Money(NamedTuple):
    """A sum with its place in the sentence."""

    figure: figures.Figure
    start: int
    end: int


@dataclass
class Round:
    """A round as told so far. `told` are the sentences, `sum_in` the one that holds the amount."""

    company: str | None
    told: list[Sentence]
    name: str | None = None
    date: str | None = None
    money: Money | None = None
    sum_in: Sentence | None = None
    leads: list[str] = field(default_factory=list)
    investors: list[str] = field(default_factory=list)
    cues: list[str] = field(default_factory=list)


def told(sentences: Iterable[Sentence], own: Iterable[str]) -> list[Round]:
    """Every round that the sentences tell, in order. `own` are the fund's names."""
    rounds: list[Round] = []
    own = list(own)
    latest: tuple[int, Round] | None = None
    for number, sentence in enumerate(sentences):
        if len(sentence.text) > MAX_SENTENCE or not _WORTH.search(sentence.text):
            continue
        found = organisations.items(sentence.text, own)
        cued = round_cues.found(sentence.text, organisations.lists(sentence.text, found))
        if not _tells(sentence.text, cued):
            continue
        company = _company(sentence.text, found, cued)
        near = latest[1] if latest and number - latest[0] <= REACH and _same_passage(latest[1], sentence) else None
        if near is not None and _goes_on(near, company, sentence.text):
            _extend(near, sentence, cued)
        else:
            company = company or _heading(sentence, own)
            near = Round(company, [])
            _extend(near, sentence, cued)
            rounds.append(near)
        latest = (number, near)
    return [one for one in rounds if one.investors or (one.company and (one.money or one.name))]


def _tells(text: str, cued: list[round_cues.Cued]) -> bool:
    """Whether a sentence tells of a round that took place, or names investors."""
    if round_cues.DEBT.search(text) and not round_cues.EQUITY.search(text):
        return False
    if round_cues.UNCERTAIN.search(text):
        return False
    if any(one.names for one in cued):
        return round_cues.ROUND.search(text) is not None or _INVESTED.search(text) is not None
    if round_cues.RAISED.search(text) is None:
        return False
    return (
        round_cues.ROUND.search(text) is not None
        or re.search(r"\b(?:raised|raises|secured) \D{0,30}\d", text) is not None
    )


def _same_passage(one: Round, sentence: Sentence) -> bool:
    return bool(one.told) and one.told[-1].passage == sentence.passage


def _goes_on(near: Round, company: str | None, text: str) -> bool:
    """Whether a sentence is about the round that was just told."""
    if company and near.company and not _same(company, near.company):
        return False
    name = round_cues.ROUND_NAME.search(text)
    if name and near.name and name["name"].lower() != near.name.lower() and name["name"].lower().startswith("series"):
        return False
    return company is not None or _BACK.search(text) is not None


def _same(one: str, other: str) -> bool:
    first, second = organisations.plain(one).split(), organisations.plain(other).split()
    length = min(len(first), len(second))
    return first[:length] == second[:length]


def _extend(one: Round, sentence: Sentence, cued: list[round_cues.Cued]) -> None:
    one.told.append(sentence)
    for cue in cued:
        names = [name for name in cue.names if not (one.company and _same(name, one.company))]
        one.investors += [name for name in names if name not in one.investors]
        if cue.lead:
            one.leads += [name for name in names if name not in one.leads]
        if names:
            one.cues.append(cue.cue)
    name = round_cues.ROUND_NAME.search(sentence.text)
    one.name = one.name or (f"{name['name']}{_noun(sentence.text, name.end())}" if name else None)
    one.date = one.date or date(sentence.text)
    if one.money is None and (sum_ := money(sentence.text)):
        one.money, one.sum_in = sum_, sentence


def _noun(text: str, end: int) -> str:
    """What belongs to a name that says nothing alone: investment round."""
    following = re.match(r" rounds?\b", text[end:])
    alone = re.search(r"\b(?:investment|funding|financing|fundraising)\Z", text[:end])
    return " round" if following and alone else ""


def _company(text: str, found: list[Item], cued: list[round_cues.Cued]) -> str | None:
    """Who raised the money: what was invested in, else the subject before the first cue."""
    names = [item for item in found if item.kind == "name"]
    investors = {name for one in cued for name in one.names}
    for item in names:
        if item.text not in investors and _INTO.search(text[: item.start]):
            return item.text
    for item in names:
        if item.text not in investors and _OF_COMPANY.match(text[item.end :]):
            return item.text
    for item in names:
        if item.text not in investors and re.match(
            r"['’]s? (?:[\w$€£.,-]+ ){0,5}?(?:round|financing|funding|Series"
            r"|raise)",
            text[item.end :],
        ):
            return item.text
    return None


def _heading(sentence: Sentence, own: Iterable[str]) -> str | None:
    """The company that a section is about, when its heading is a name or names one."""
    if not _ITS.search(sentence.text) and not _BACK.search(sentence.text):
        return None
    names = [item for item in organisations.items(sentence.heading, own) if item.kind == "name"]
    return names[0].text if len(names) == 1 else None


def money(text: str) -> Money | None:
    """The sum of the round: the amount of money nearest to the word round, of those that are sums."""
    sums = [
        Money(figure, start, end)
        for start, end, figure in figures.find(text)
        if figure.unit == "amount"
        and figure.currency
        and abs(figure.value) >= MIN_AMOUNT
        and not _valuation(text, start, end)
    ]
    noun = round_cues.ROUND.search(text)
    if not sums or noun is None:
        return sums[0] if sums else None
    return min(sums, key=lambda one: min(abs(one.start - noun.end()), abs(noun.start() - one.end)))


def _valuation(text: str, start: int, end: int) -> bool:
    """A sum that is said of something else: what the company is worth, what the fund holds."""
    after = text[end : end + 40]
    before = text[max(0, start - 40) : start]
    return bool(
        re.match(
            r"\s(?:\w+\s){0,2}?(?:credit|loan|debt|facility|line of|valuation"
            r"|pre-money|post-money|in revenue|of revenue|market|per share"
            r"|ARR)",
            after,
        )
        or re.search(
            r"(?:valu(?:ation|ed|ing)(?: (?:of|at|the company at))*|revenues? of|total(?:ing)? raised to"
            r"|worth) \Z",
            before,
        )
    )


def date(text: str) -> str | None:
    """The first date of a sentence: 2014-03-12, 2014-03, 2014-Q1; None where it lacks the year."""
    for match in _DATE.finditer(text):
        if match["quarter"] and match["qyear"]:
            words = ("first", "second", "third", "fourth")
            said = match["quarter"]
            number = said[1] if said[0] == "Q" else str(words.index(said.partition(" ")[0]) + 1)
            return f"{match['qyear']}-Q{number}"
        if match["month"] and match["year"]:
            month = _MONTHS.index(match["month"][:3].lower()) + 1
            day = match["day1"] or match["day2"]
            return f"{match['year']}-{month:02d}" + (f"-{int(day):02d}" if day else "")
    return None
