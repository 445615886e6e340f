"""Rounds of financing told in running text: who raised how much from whom, and who led. Pure.

A round is told in one sentence or in a few that follow each other ("X announced a $7 million round. A led the round,
which was joined by B."). What a sentence leaves open (the company, the sum) is taken from the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from phases.fund.document.passages import Sentence, with_items
from phases.fund.rounds import organisation_names, organisations, round_company, round_cues, round_sums
from phases.fund.rounds.organisations import Item
from phases.fund.rounds.round_sums import Money

REACH = 2  # sentences after which "the round" no longer means the one before
MAX_SENTENCE = 1_500  # characters; longer ones are tables that were taken for text
_BACK = re.compile(
    r"(?i)\b(?:the|this|that|its) (?:\w+ ){0,3}?(?:round|financing|funding|investment|transaction|raise|syndicate"
    r"|deal)\b"
    r"|\A(?:it|the company|they)\b|\b(?:also|too)\b|\A(?:other|existing|new|additional|co-)\W?investors?"
)
# A sentence without any of these names nobody who put money in: most of a long filing is passed over at little cost
_WORTH = re.compile(
    r"(?i)led\b|lead|particip|join|invest|alongside|side by side|syndicat|backe|consortium|compris|fund|subscrib"
    r"|from |with "
    r"|stake|shareholders|contribut|provided|round|financing|rais|secur|issue|placement|[Ss]eries [A-K]\b|seed\b|follow"
    r"|brought in|filled|came in|rolling|acqui|bought|buy-?out|purchased"
)
_INVESTED = re.compile(
    r"\b(?:co-?)?(?:invest(?:ed|ing|s|ors?)?\b|raised|secured|backe(?:d|rs)|stake"
    r"|investments?|syndicate\w*|funding|shareholders|equity)\b",
    re.IGNORECASE,
)
_BOUGHT = re.compile(
    r"\b(?:acquired|acquisition of|bought|purchase of|buy-?out of|invest(?:ment|ed) in) (?:[a-z-]+ ){0,3}\Z"
)
_RELATIVE = re.compile(r",\s(?:which|who)\s[^,]{3,80},")  # what an investor did before
_PAID = re.compile(
    r"\b(?:received|obtained|attracted|took in|secured)\b[^.;]{0,40}?\d ?(?:million|billion|[mM]|bn)\b from\b"
)
_EARNED = re.compile(
    r"(?i)\b(?:sales?|sold|proceeds|settle\w+|royalt\w+|licen[cs]\w+|contracts?|orders?|grants?|dividends?"
    r"|distributions?"
    r"|escrow|revenues?|customers?|fees?|insurance|tax)\b"
)
_LEADS = re.compile(
    r"(?i)\s?\(\W*(?:co-)?lead\b|,\s(?:which|who)\s(?:also\s|again\s)?(?:co-)?led\b|,\s(?:the|as"
    r"|our)\s(?:co-)?lead(?:ing)?\b"
)
# "…may", right behind what would be a round
_MAY = re.compile(r"\A[^,.;]{0,20}?\b(?:may|might|could|would|is expected|are expected|if)\b")


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
    closed: bool = False  # it is said that it was raised, closed, announced


def told(sentences: Iterable[Sentence], own: Iterable[str]) -> list[Round]:
    """Every round that the sentences tell, in order. `own` are the fund's names."""
    rounds: list[Round] = []
    own = list(own)
    latest: tuple[int, Round] | None = None
    bought: tuple[int, str] | None = None  # a sentence that tells of a company and not yet of who paid
    for number, sentence in enumerate(with_items(sentences)):
        if len(sentence.text) > MAX_SENTENCE or not _WORTH.search(sentence.text):
            continue
        found = organisations.items(sentence.text, own)
        cued = round_cues.found(sentence.text, organisations.lists(sentence.text, found))
        company = round_company.company(sentence.text, found, cued)
        near = latest[1] if latest and number - latest[0] <= REACH and _same_passage(latest[1], sentence) else None
        if not _tells(sentence.text, cued, company, going_on=near is not None):
            met = next((one.text for one in found if _BOUGHT.search(sentence.text, 0, one.start)), company)
            bought = (number, met) if met else bought
            continue
        investors = {name for one in cued for name in one.names}
        others = [item for item in found if item.kind == "name" and item.text not in investors]
        adjacent = latest is not None and number - latest[0] == 1 and not others
        if near is None or not _goes_on(near, company, sentence.text, adjacent=adjacent):
            company = company or _before(near, sentence) or (bought[1] if bought and number - bought[0] == 1 else None)
            near = Round(company or _heading(sentence, own), [])
            rounds.append(near)
        if near.company is None and near.told and not near.told[-1].text.endswith("."):
            near.company = company  # a line above the text told of it first
        _extend(near, sentence, cued, found)
        latest = (number, near)
    return [one for one in rounds if one.investors or (one.company and one.closed and (one.money or one.name))]


def _tells(text: str, cued: list[round_cues.Cued], company: str | None, *, going_on: bool) -> bool:
    """Whether a sentence tells of a round that took place, or names investors of one that is `going_on`."""
    if round_cues.DEBT.search(text) and not round_cues.EQUITY.search(text):
        return False
    named = [one for one in cued if one.names]
    end = max((one.end for one in named), default=len(text))
    if round_cues.UNCERTAIN.search(text, 0, end) or _MAY.match(text[end:]):
        return False
    if named:
        said = round_cues.ROUND.search(text) is not None or _INVESTED.search(text) is not None
        paid = company is not None and _PAID.search(text) is not None and not _EARNED.search(text)
        return said or paid or going_on
    named_round = round_cues.ROUND_NAME.search(text) is not None
    if round_cues.RAISED.search(text) is None and not (company and (_INVESTED.search(text) or named_round)):
        return False
    return (
        round_cues.ROUND.search(text) is not None
        or re.search(r"\b(?:raised|raises|secured) \D{0,30}\d", text) is not None
    )


def _same_passage(one: Round, sentence: Sentence) -> bool:
    return bool(one.told) and one.told[-1].passage == sentence.passage


def _goes_on(near: Round, company: str | None, text: str, *, adjacent: bool) -> bool:
    """Whether a sentence is about the round that was just told, in the sentence before if `adjacent`."""
    if company and near.company and not _same(company, near.company):
        return False
    name = round_cues.ROUND_NAME.search(_RELATIVE.sub(",", text))
    if near.company is None and company and near.told[-1].text.endswith("."):
        return False
    if near.company is None and company and near.name and not (name and name["name"] == near.name):
        return False
    if name and near.name and name["name"].lower() != near.name.lower() and name["name"].lower().startswith("series"):
        return False
    return company is not None or adjacent or _BACK.search(text) is not None


def _before(near: Round | None, sentence: Sentence) -> str | None:
    """The company of another round that was just told."""
    return near.company if near is not None and _BACK.search(sentence.text) else None


def _heading(sentence: Sentence, own: Iterable[str]) -> str | None:
    """The company that the paragraph opens with, or that its section is about."""
    return round_company.of_lead_in(sentence.lead_in, own) or round_company.of_heading(
        sentence, own, goes_back=_BACK.search(sentence.text) is not None
    )


def _same(one: str, other: str) -> bool:
    first, second = organisation_names.plain(one).split(), organisation_names.plain(other).split()
    length = min(len(first), len(second))
    return first[:length] == second[:length]


def _longest(one: Round, name: str) -> str:
    """The name as it is told most fully: one without its legal form gives way to that with it."""
    known = next(
        (other for other in one.investors if organisation_names.plain(other) == organisation_names.plain(name)), None
    )
    if known is None or len(known) >= len(name):
        return known or name
    one.investors = [name if other == known else other for other in one.investors]
    one.leads = [name if other == known else other for other in one.leads]
    return name


def _extend(one: Round, sentence: Sentence, cued: list[round_cues.Cued], found: list[Item]) -> None:
    one.told.append(sentence)
    one.closed = one.closed or round_cues.RAISED.search(sentence.text) is not None
    for cue in cued:
        names = [name for name in cue.names if not (one.company and _same(name, one.company))]
        names = [_longest(one, name) for name in names]
        one.investors += [name for name in names if name not in one.investors]
        if cue.lead:
            one.leads += [name for name in names if name not in one.leads]
        if names:
            one.cues.append(cue.cue)
    marked = [item.text for item in found if item.text in one.investors and _LEADS.match(sentence.text, item.end)]
    one.leads += [name for name in marked if name not in one.leads]
    name = round_cues.ROUND_NAME.search(sentence.text)
    one.name = one.name or (f"{name['name']}{_noun(sentence.text, name.end())}" if name else None)
    one.date = one.date or round_sums.date(sentence.text)
    if one.money is None and (sum_ := round_sums.money(sentence.text)):
        one.money, one.sum_in = sum_, sentence


def _noun(text: str, end: int) -> str:
    """What belongs to a name that says nothing alone: investment round."""
    following = re.match(r" rounds?\b", text[end:])
    alone = re.search(r"\b(?:investment|funding|financing|fundraising)\Z", text[:end])
    return " round" if following and alone else ""
