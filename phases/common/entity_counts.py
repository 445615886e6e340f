"""One entity for everything that means the same: spellings grouped, short forms joined, mentions counted."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from phases.common import entity_names
from phases.common.entity_patterns import Span
from phases.common.gazetteer import Entry, Gazetteer

MIN_SURNAME_CHARS = 3  # a shorter last name ("Li", "Su") is also a word or an initial
COUNTRIES = ("US", "U.S.", "UK", "British", "Chinese")  # that news puts before a public body

_LEGAL_FORM = re.compile(
    r",? (?:Inc|Corp|Corporation|Ltd|Limited|LLC|PLC|plc|GmbH|AG|S\.A|N\.V|Co|Company|Holdings)\.?$"
)


@dataclass(frozen=True)
class Entity:
    """One thing that a text names. `first` is the character where it is first named; `entry` what is known of it."""

    name: str
    type: str
    mentions: int
    first: int
    entry: Entry | None = None


@dataclass(frozen=True)
class _Named:
    """Everything that was found under one name: how it was written, and what most findings took it for."""

    name: str
    type: str
    spellings: frozenset[str]
    entry: Entry | None


def counted(whole: str, spans: Sequence[Span], gazetteer: Gazetteer) -> list[Entity]:
    """The things that `spans` name, most mentioned first, then in the order of first mention.

    Each name is counted wherever it stands alone in `whole`, also where no span was found, longer names first.
    """
    named = _merged(_grouped(whole, spans, gazetteer))
    places = _places(whole, _owners(named))
    entities = [
        Entity(one.name, one.type, len(places[one.name]), places[one.name][0], one.entry)
        for one in named
        if one.name in places
    ]
    return sorted(entities, key=lambda one: (-one.mentions, one.first, one.name))


def _grouped(whole: str, spans: Sequence[Span], gazetteer: Gazetteer) -> list[_Named]:
    """Findings with the same name, whatever its case, spaces, hyphens and legal form ("GPT4", "GPT-4")."""
    groups: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        name = _canonical(whole, span)
        groups[re.sub(r"[^\w+#]|_", "", name).casefold() or name].append(span)
    return [_named(whole, group, gazetteer) for group in groups.values()]


def _named(whole: str, group: Sequence[Span], gazetteer: Gazetteer) -> _Named:
    names = [_canonical(whole, span) for span in group]
    return _Named(
        name=_most_common(names),
        type=_most_common(entity_names.kind(whole, span, gazetteer) for span in group),
        spellings=frozenset(names).union(whole[span.start : span.end] for span in group),
        entry=next((span.entry for span in group if span.entry), None),
    )


def _canonical(whole: str, span: Span) -> str:
    """The gazetteer's name of an alias; a version of a known family keeps its own name."""
    text = whole[span.start : span.end]
    if span.entry is not None and text in span.entry.surfaces:
        return span.entry.name
    return _LEGAL_FORM.sub("", text)


def _most_common(values: Iterable[str]) -> str:
    return Counter(values).most_common(1)[0][0]  # the first one seen among equals


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
    forms = {f"{country} {one.name}" for country in COUNTRIES if one.type == "organisation"}
    if len(words) > 1:
        forms.add("".join(word[0] for word in words if word[0].isupper()))
    if one.type == "person" and len(words[-1]) >= MIN_SURNAME_CHARS:
        forms.add(words[-1])
    return {form for form in forms if len(form) > 1} - {one.name}


def _owners(named: Sequence[_Named]) -> dict[str, str]:
    """Every spelling with the name that it counts for. A person's surname counts unless it is a name of its own."""
    owners = {spelling: one.name for one in named for spelling in one.spellings}
    for one in named:
        surname = one.name.split()[-1]
        if one.type == "person" and len(surname) >= MIN_SURNAME_CHARS:
            owners.setdefault(surname, one.name)
    return owners


def _places(whole: str, owners: dict[str, str]) -> dict[str, list[int]]:
    """Where each name stands, under whichever spelling."""
    longest_first = sorted(owners, key=lambda spelling: (-len(spelling), spelling))
    pattern = "|".join(re.escape(spelling) for spelling in longest_first) or r"(?!)"
    places: dict[str, list[int]] = defaultdict(list)
    for match in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", whole):
        places[owners[match.group()]].append(match.start())
    return dict(places)
