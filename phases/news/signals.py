"""What the words of an article offer as evidence: sums, reach, figures, quotations, named speakers, things to act on.

Pure. Everything returned stands in the text as it is written there, white space apart, so that a reader can find it.
Patterns are bounded, and only the first MAX_CHARS characters are read: scraped text must not be able to cost time.
"""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import urlsplit

from phases.common.text import words
from phases.news.features import Article
from phases.news.subject import ACTORS

MAX_CHARS = 20_000  # of a text that are read: about 3,000 words, more than a news article has
HEAD_CHARS = 1500  # title, lead and first paragraphs: what the story is about rather than its background
MIN_LABEL = 4  # letters of a host's label below which a match with a word of the title is chance ("ft", "x")

_UNITS = {"thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9, "b": 1e9}
_UNITS |= {"trillion": 1e12, "tn": 1e12, "t": 1e12}
_YEN = 0.01  # yen and yuan signs look alike; a hundredth of a dollar is near enough for orders of magnitude
_NUMBER = r"\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,3})?"
_MONEY = re.compile(
    rf"(?:\b(?:US|CA|AU|HK|[CA]))?([$€£¥])\s?({_NUMBER})"
    r"(?:[ -]?((?i:trillion|billion|million|thousand|tn|bn|mn|m|b|k)|T)\b)?"
)
_REACH = re.compile(
    rf"\b({_NUMBER})\+?(?: (thousand|million|billion))? (?:(?:[\w-]{{2,14}}) ){{0,2}}"
    r"(?:people|users|customers|employees|workers|developers|patients|students|companies|businesses|downloads|subscribers)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(rf"\b{_NUMBER}\s?(?:%|percent\b|per cent\b|x\b|times\b|points?\b|tokens\b|parameters\b|GW\b|MW\b)")
_QUOTE = re.compile(
    r"“[^“”\n]{20,400}”|(?<![\w.,;:!?])\"(?=\w)[^\"\n]{20,400}(?<=[\w.,!?…])\"(?!\w)|„[^„“\n]{20,400}“|«[^«»\n]{20,400}»"
)
_NAME = r"[A-Z][\w'’-]{1,20}(?: (?:[A-Z]\.|[A-Z][\w'’-]{1,20})){1,3}"
_SPEAKER = re.compile(
    rf"\b(?:said|says|told|wrote|according to|added|explained) ({_NAME})|({_NAME}),? (?:said|says|told|wrote|added)\b"
)
_HEDGE = re.compile(
    r"\b(?:reportedly|allegedly|rumou?rs?|rumou?red|unconfirmed|said to be|believed to be|"
    r"(?:people|sources?|person) (?:familiar with|close to|with knowledge of))\b",
    re.IGNORECASE,
)
_BAIT = re.compile(
    r"you won['’]t believe|\b(?:shocking|mind-?blowing|insane|game[- ]chang(?:er|ing)|jaw-dropping|this one trick|"
    r"changes everything|will blow your mind)\b|!!|\?!",
    re.IGNORECASE,
)
_NEW = re.compile(
    r"\b(?:introduc(?:es|ing)|unveil(?:s|ed|ing)?|announc(?:es|ing)|launch(?:es|ed|ing)?|first(?:-ever)?|new|debuts?|"
    r"discover(?:s|ed|y)|breakthrough|never before)\b",
    re.IGNORECASE,
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_ACTIONS: dict[str, re.Pattern[str]] = {
    "price": re.compile(
        rf"[$€£]\s?{_NUMBER} ?(?:per|/|a|an) ?(?:month|year|user|seat|hour|minute|image|request|"
        r"\d?[MK]?\b ?(?:million |thousand )?(?:input |output )?tokens?)|"
        r"\b(?:free tier|free of charge|at no (?:extra |additional )?cost|pricing|price cuts?)\b",
        re.IGNORECASE,
    ),
    "availability": re.compile(
        r"\b(?:(?:now |generally )?available (?:now|today|in|on|via|through|to|for|from|as)|general availability|"
        r"rolling out|(?:public|developer|research) preview|(?:public|open|private) beta|waitlist|sign up|"
        r"download(?:able)?)\b",
        re.IGNORECASE,
    ),
    "code or interface": re.compile(
        r"\b(?:APIs?|SDKs?|GitHub|Hugging ?Face|(?:pip|npm|brew) install|command[- ]line|plug-?in|"
        r"open[- ](?:source|weights?)|(?:MIT|Apache(?: 2\.0)?) licen[cs]e|model weights|documentation)\b"
    ),
    "deadline": re.compile(
        r"\b(?:deadline|takes? effect|(?:comes?|came|enters?) into (?:force|effect)|deprecat(?:ed|ion|es|ing)|"
        rf"end of life|sunset(?:s|ting)?|(?:by|until|before|starting|from|effective) (?:\d{{1,2}} )?(?:{_MONTHS})"
        r"(?: \d{1,2}\b)?)",
    ),
    "instruction": re.compile(
        r"\b(?:step[- ]by[- ]step|upgrade (?:to|now)|update (?:to|now)|patch(?:es|ed)?|migrat(?:e|ion)|"
        r"mitigations?|workarounds?|best practices|checklist)\b",
        re.IGNORECASE,
    ),
}
_PUBLIC_BODY = re.compile(r"(?:^|\.)(?:gov|gov\.[a-z]{2}|europa\.eu|edu|ac\.[a-z]{2}|int)$")
_PAPERS = (".arxiv.org", ".biorxiv.org", ".medrxiv.org", ".openreview.net", ".aclanthology.org")
_ACTOR_LABELS = frozenset(actor.lower().replace(" ", "") for actor in ACTORS)


def whole(article: Article) -> str:
    """Title, lead and text, one per line, as far as it is read."""
    return _joined(article)[:MAX_CHARS]


def head(article: Article) -> str:
    """Title, lead and beginning of the text."""
    return _joined(article)[:HEAD_CHARS]


def _joined(article: Article) -> str:
    return "\n".join((article["title"], article["lead"], article["text"]))


def largest_sum(text: str) -> tuple[float, str]:
    """The largest sum of money and its wording; (0, "") without any. Currencies count alike, yen and yuan 1 : 100."""
    sums = [
        (_amount(match[2], match[3]) * (_YEN if match[1] == "¥" else 1), _flat(match[0]))
        for match in _MONEY.finditer(text)
    ]
    return max(sums, default=(0.0, ""), key=lambda entry: entry[0])


def largest_reach(text: str) -> tuple[float, str]:
    """The largest number of people or firms and its wording; (0, "") without any."""
    numbers = [(_amount(match[1], match[2]), _flat(match[0])) for match in _REACH.finditer(text)]
    return max(numbers, default=(0.0, ""), key=lambda entry: entry[0])


def _amount(number: str, unit: str | None) -> float:
    return float(number.replace(",", "")) * _UNITS.get((unit or "").lower(), 1.0)


def figures(text: str) -> list[str]:
    """Measured quantities: percentages, factors, tokens, power; each wording once."""
    return _distinct(_FIGURE, text)


def quotations(text: str) -> list[str]:
    """Quoted passages of 20 to 400 characters."""
    return _distinct(_QUOTE, text)


def speakers(text: str) -> list[str]:
    """Names of two or more words beside a verb of saying; each once."""
    return list(dict.fromkeys(match[1] or match[2] for match in _SPEAKER.finditer(text)))


def hedges(text: str) -> list[str]:
    """Wordings that leave open whether it is so."""
    return _distinct(_HEDGE, text)


def bait(title: str) -> list[str]:
    """Wordings that sell rather than tell."""
    return _distinct(_BAIT, title)


def newness(title: str) -> list[str]:
    """Words of a title that claim something new."""
    return _distinct(_NEW, title)


def actions(text: str) -> dict[str, list[str]]:
    """What a reader could act on, by kind: price, availability, code or interface, deadline, instruction."""
    found = {kind: _distinct(pattern, text) for kind, pattern in _ACTIONS.items()}
    return {kind: phrases for kind, phrases in found.items() if phrases}


def primary_source(article: Article) -> str:
    """Why the page counts as first hand, or "": the actor's own site, a public body, a paper; judged by the host."""
    try:
        host = (urlsplit(article["url"]).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    if _PUBLIC_BODY.search(host):
        return f"public body or university: {host}"
    if f".{host}".endswith(_PAPERS):
        return f"paper: {host}"
    title = words(article["title"])
    spoken = {"".join(pair) for pair in pairwise(title)} | set(title)
    own = any(label in _ACTOR_LABELS or (len(label) >= MIN_LABEL and label in spoken) for label in _labels(host))
    return f"the actor's own site: {host}" if own else ""


def _labels(host: str) -> list[str]:
    """The names in a host: not an ending such as .eu, but one such as .google; "googleblog" is also "google"."""
    *names, ending = host.split(".")
    found = names + [ending] * (len(ending) >= MIN_LABEL)
    return found + [name.removesuffix("blog") for name in found]


def _distinct(pattern: re.Pattern[str], text: str) -> list[str]:
    return list(dict.fromkeys(_flat(match[0]) for match in pattern.finditer(text)))


def _flat(phrase: str) -> str:
    return " ".join(phrase.split())
