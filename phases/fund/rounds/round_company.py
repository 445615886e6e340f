"""Which company raised the money in a sentence that tells of a round. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from phases.fund.document.passages import Sentence
from phases.fund.rounds import organisation_names, organisations, round_cues
from phases.fund.rounds.organisations import Item

MOST_WORDS = 4  # of a company at the beginning of a heading
DATELINE_REACH = 200  # characters in which a place and a date stand before a release begins
_INTO = re.compile(
    r"(?:\binvest(?:ed|s|ing|ments?)?|\bstake|\bshareholding|\b(?:majority |minority )?interest|\bposition|\bholding"
    r"|\brights?|\bfinancing|\bround|\bparticipat\w+|\bfunding|\b(?:co-?)?investors?|\bshareholders|\bbackers"
    r"|\b[Ss]eries [A-Z]\d?) "
    r"(?:(?:[^.,;]|[.,](?=\d)){0,60}? )?(?:in|of|for|into|by) (?:portfolio company |the company )?\Z"
    r"|\bcommit(?:ted|s|ting|ment)?(?: of)? [^.;]{0,40}? to (?:portfolio company )?\Z"
)
_OF_COMPANY = re.compile(
    r"\A(?:['’]s?|,)?\s(?:[^.;]{0,120}?\b)?(?:clos|complet|rais|secur|announc|receiv|obtain|finali[sz]|attract"
    r"|land(?:s|ed)"
    r"|sealed|collect|was |has |had |is |sold |issued |disclos|brought in|brings in|carried out|welcom|whose\b"
    r"|wrapped up|took in|takes in|agreed|lined up|netted|gained|pulled in|held (?:a|the) )"
)
_OWNED = re.compile(r"['’]s? (?:[\w$€£.,-]+ ){0,5}?(?:round|financing|funding|Series|raise)")
_OPENS = re.compile(r"\s?(?:[–—:|]\s|-\s|\()")
_BULLET = re.compile(r"[\s•▪■◦●–—*-]*\Z")
_DATELINE = re.compile(
    r"(?:\b(?:19|20)\d\d|WIRE|[Ww]ire)\)?(?:\s*[/(][^()/]{3,30}[)/])?\s*(?:--|[–—:/]|-(?=\s))\s*(?:--|[–—])?\s*"
)
_FUNDLIKE = re.compile(
    r"\b(?:Funds?|Fonds|Partners|Ventures?|Capital|Trust|Growth|Equity|Partnership|L\.?P\.?|SICAV)(?=\W|\Z)"
)
_ITS = re.compile(r"\A[^.]{0,80}?\b(?:[Tt]he [Cc]ompany|[Ii]t|[Tt]he startup|[Tt]he business)\b")
# "Acme Closes Series D": the heading of a news item, in which every word is a capital
_NEWS = re.compile(
    r"\s(?:Clos|Complet|Rais|Secur|Announc|Receiv|Obtain|Land|Add|Attract|Bags|Gets|Nets|Snags|Wins|Welcom)(?:e?s"
    r"|e?d)?\s"
)
_GENERAL = re.compile(
    r"(?i)\b(?:transactions?|portfolio|updates?|news|activity|overview|financings?|rounds?|highlights?|developments?"
    r"|events?|summary|investments?|co-investments|realizations?|exits?|outlook|markets?|letter|report|quarter"
    r"|review|q ?& ?a)\b"
)
_AMOUNT = re.compile(r"(?:[$€£]|\b(?:USD|EUR|GBP|CHF|SEK|NOK|DKK)) ?\d")


def body(text: str) -> int:
    """Where a sentence begins behind place, date and news service of a release."""
    return max((match.end() for match in _DATELINE.finditer(text, 0, DATELINE_REACH)), default=0)


def company(text: str, found: list[Item], cued: Iterable[round_cues.Cued]) -> str | None:
    """Who raised the money: what was invested in, else the subject, else who owns the round."""
    investors = {name for one in cued for name in one.names}
    begins = body(text)
    names = [item for item in found if item.start >= begins and item.kind == "name" and item.text not in investors]
    if opened := opening(text, names):
        return opened
    for fits in (_invested_in, _raising, _owning, _acquired):
        for item in names:
            if fits(text, item) and not _describes(text, item, names):
                return item.text
    return _issuer(text, found)


def opening(text: str, names: list[Item]) -> str | None:
    """The company that an entry of a list begins with: "Acme – $25M Series B (…)"."""
    first = names[0] if names else None
    if first is None or not _BULLET.match(text, 0, first.start) or not _OPENS.match(text, first.end):
        return None
    return first.text if _AMOUNT.search(text) or round_cues.ROUND.search(text) else None


def _describes(text: str, item: Item, names: list[Item]) -> bool:
    """Whether a name only tells what kind of company follows: Hamburg start-up Acme."""
    following = next((one for one in names if one.start >= item.end), None)
    return (
        following is not None
        and re.fullmatch(r"(?:-based)?(?:\s[a-z-]+){1,5}\s", text[item.end : following.start]) is not None
        and not (
            re.search(
                r"\b(?:of|in|by|with|from|for|to|and|at|on|has|had|have|was|is|ed)\b|ed\s",
                text[item.end : following.start],
            )
        )
    )


def _invested_in(text: str, item: Item) -> bool:
    return _INTO.search(text[: item.start]) is not None


def _raising(text: str, item: Item) -> bool:
    if item.start == body(text) and re.match(r"\s(?:to|of|in|by|on|for|from|at|with|as)\b", text[item.end :]):
        return False  # a word that is large because the sentence begins
    return _OF_COMPANY.match(text[item.end :]) is not None


def _acquired(text: str, item: Item) -> bool:
    return (
        re.search(
            r"\b(?:acquired|bought|recapitali[sz]ed?|purchased|backed|(?:acquisition|buy-?out|purchase) of) \Z",
            text[: item.start],
        )
        is not None
    )


def _owning(text: str, item: Item) -> bool:
    return _OWNED.match(text[item.end :]) is not None


def _issuer(text: str, found: list[Item]) -> str | None:
    """In a company's own release it is whom the document is about; a fund tells of no series of its own."""
    if not re.search(r"\b(?:[Ss]eries [A-K]|[Ss]eed)\b", text):
        return None
    return next(
        (
            item.text
            for item in found
            if item.kind == "self"
            and item.text[1:2].islower()
            and not re.match(r"(?:[Tt]he|[Oo]ur|[Ww]e|us)\b", item.text)
            and not _FUNDLIKE.search(item.text)
            and _raising(text, item)
        ),
        None,
    )


def of_heading(sentence: Sentence, own: Iterable[str], *, goes_back: bool) -> str | None:
    """The company that a section is about: its heading begins with the name, or is it and nothing else."""
    if _GENERAL.search(sentence.heading):
        return None
    words = sentence.heading.split()
    said = next(
        (" ".join(words[:count]) for count in range(MOST_WORDS, 0, -1) if " ".join(words[:count]) in sentence.text), ""
    )
    if (
        said
        and len(words) > 1
        and any(item.text == said for item in organisations.items(said, own) if item.kind == "name")
    ):
        return said
    heading = _NEWS.split(f"{sentence.heading} ")[0].strip()
    names = [item for item in organisations.items(heading, own) if item.kind == "name"]
    if len(names) != 1:
        return None
    alone = organisation_names.plain(names[0].text) == organisation_names.plain(heading)
    return names[0].text if alone or goes_back or _ITS.search(sentence.text) else None


def of_lead_in(lead_in: str, own: Iterable[str]) -> str | None:
    """The company in a paragraph's first words: "Acme Robotics (June)."."""
    bare = re.sub(r"\s*\([^()]*\)", "", lead_in).rstrip(".: ")
    names = [item.text for item in organisations.items(bare, own) if item.kind == "name"]
    titled = all(word[:1].isupper() or word in ("&", "of", "and") for word in bare.split())
    return bare if titled and names == [bare] and not _GENERAL.search(bare) else None
