"""What may be a name and what kind of thing it names: trimming, refusing, and one vote on the kind.

Pure rules on words. The lists are English, and were set on news about technology and business.
"""

from __future__ import annotations

import re

from phases.common import entity_patterns
from phases.common.entity_patterns import Span
from phases.common.gazetteer import Gazetteer

MAX_WORDS = 6  # words in a name; what is longer is a headline or a clause that was taken for one
MAX_CHARS = 60  # the longest name in the news gazetteer has 54
MAX_SHOUTED_WORDS = 2  # "READ MORE HERE" is a button; "BANK OF" and two more words in capitals are rare

_BEFORE_NAMES = (
    "The the A a An an Then Later Last Now So Yet But And In On At For From With As If When While After Before "
    "However Its Their Our Mr Mrs Ms Dr Prof Professor Sir President CEO Chief Executive Senator Sen Rep Minister "
    "Secretary Former former Today"
)
_LEADING = re.compile(rf"[\s\"'(\[]*(?:(?:{_BEFORE_NAMES.replace(' ', '|')})\.? )*")
_TRAILING = re.compile(r"(?:'s|'|[\s,;:.!?\"()\[\]-])+$")
_CUT = re.compile(r"(?: \(|\n| [-–—] |,(?! Inc| LLC| Ltd)).*", re.DOTALL)
_LICENCE = re.compile(r"(?:^|[ -])[Ll]icen[cs]e")  # "MIT licence": not the university
_NUMBERED = re.compile(r"CVE-|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d")
_MARKUP = frozenset("<>{}|@=/\\")

_PUBLIC_BODIES = (
    "University College School Institute Institution Academy Society Association Federation Foundation Union Council "
    "Commission Committee Ministry Department Agency Authority Administration Bureau Office Court Congress Senate "
    "House Parliament Party Police Army Navy Force Forum Organisation Organization Centre Center Programme Program "
    "Project Alliance Coalition Consortium Board Service Government Fed Treasury Pentagon Church Museum Hospital "
    "Initiative Embassy Reserve G7 G8 G20"
)
_ORGANISATION = re.compile(rf"\b(?:{_PUBLIC_BODIES.replace(' ', '|')}|(?:World|Central) Bank)\b")
_EVENT = re.compile(
    r"\b(?:Conference|Summit|Symposium|Championships?|Olympics|Cup|Awards?|Prize|Act|Agreement|Treaty)$"
)
_UNIT = re.compile(r"\b(?:Research|Labs?|Cloud|Group|Ventures|Capital|Brain|Health|Studios?|Bank)$")  # of a company

_NOTHING = (
    "ai a.i. artificial intelligence agi llm llms gpu gpus cpu cpus api apis ceo cto cfo pc pcs tv it ml nlp iot "
    "saas ui ux usb wifi wi-fi web internet net bluetooth covid covid-19 read more advertisement subscribe "
    "newsletter inc ltd corp co company state government city president minister dvd cd dvds cds sms mms hdtv html "
    "http pdf rss dna faq ipo vc r&d hr pr ev evs vr ar xr sdk ide os app apps chatbot isbn uv gps ram sql cli rag "
    "gui ssd tts url json yaml cves committee forum commission court council union agency association board "
    "department university institute ministry office service party police army bank group house"
)
_TIMES = (
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december christmas easter q1 q2 q3 q4 today yesterday tomorrow"
)
_FUNCTION_WORDS = (
    "however meanwhile although moreover furthermore also still even yet such some many most more the this that "
    "these those his her my your our their it we you"
)
_DEMONYMS = (
    "american british english european chinese japanese korean indian russian french german italian spanish dutch "
    "swiss canadian australian israeli taiwanese arab african asian soviet western latin eastern african-american"
)
_NO_NAMES = frozenset(f"{_NOTHING} {_TIMES} {_FUNCTION_WORDS} {_DEMONYMS}".split())


def trimmed(whole: str, span: Span) -> Span:
    """The span without articles, titles of people, quotation marks, possessives and what follows a bracket."""
    text = _CUT.sub("", whole[span.start : span.end])
    leading = _LEADING.match(text)
    start = span.start + (leading.end() if leading else 0)
    rest = whole[start : span.start + len(text)]
    return span._replace(start=start, end=start + len(_TRAILING.sub("", rest)))


def is_name(text: str, after: str = "") -> bool:
    """Whether `text` can name one thing; `after` is what stands behind it."""
    words = text.split()
    return (
        1 < len(text) <= MAX_CHARS
        and len(words) <= MAX_WORDS
        and any(letter.isupper() for letter in text)
        and not text[0].isdigit()
        and not (len(words) > MAX_SHOUTED_WORDS and text.isupper())
        and text.casefold() not in _NO_NAMES
        and _MARKUP.isdisjoint(text)
        and not _NUMBERED.match(text)
        and not _LICENCE.match(words[-1])
        and not _LICENCE.match(after)
    )


def kind(whole: str, span: Span, gazetteer: Gazetteer) -> str:
    """One finding's vote on what it is. spaCy knows one kind of organisation, and takes many a product for a person."""
    text = whole[span.start : span.end]
    if span.entry is not None or span.type in ("product", "model"):
        return span.type
    cue = entity_patterns.kind_in_context(whole, span)
    if span.type == "person":
        return "person" if " " in text or cue == "speaker" else cue or "other"
    if _EVENT.search(text):
        return "other"
    if span.type == "place":
        return "place"
    return _body_or_product(text, span, cue, gazetteer)


def _body_or_product(text: str, span: Span, cue: str, gazetteer: Gazetteer) -> str:
    """A body that its words or capitals tell, a product that its neighbours or its maker's name tell, or a company."""
    if _ORGANISATION.search(text) or (text.isupper() and text.isalpha() and span.type == "organisation"):
        return "organisation"
    if cue in ("model", "product") and span.type != "company":
        return cue
    maker = gazetteer.get(text.split(maxsplit=1)[0])
    if maker is not None and maker.type == "company" and " " in text and not _UNIT.search(text):
        return "product"
    return "company" if span.type == "organisation" else span.type
