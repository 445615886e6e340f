"""Enrichment: who and what each article is about, with a sourced line on each, and what was reported before.

Reads   paraphrasing.articles, initialization.known_stories
Writes  articles (with entities: name, type, mentions, background {text, source} or null; entities_method;
        related_reports: title, url, run_id, score 0..1)

A background is a line of knowledge.json, word for word with its source. For what that file does not know there is none,
or, with a model, the words of the article itself that say who or what it is, with the article as their source.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from ace import Inputs, Output, PhaseContext
from phases.common import entities as recognition
from phases.common import gazetteer
from phases.news import features, model_background

KNOWLEDGE = Path(__file__).with_name("knowledge.json")
LATE_TYPES = ("place", "other")  # the first to go when there are too many: they seldom have a background

# A related report scores TITLE_SHARE times the likeness of the titles plus ENTITY_SHARE times the named things in
# common, full at FULL_ENTITIES. One common company alone (0.2) and one common word beside it stay below the threshold.
TITLE_SHARE, ENTITY_SHARE = 0.6, 0.4
FULL_ENTITIES = 2
MIN_RELATED = 0.5  # score
SAME_TITLE = 0.5  # likeness from which a title needs nothing in common but names: "Llama 3.2 Vision", "Llama 3.2 small"
PHRASES = features.content_stems("introducing announcing announces launches releases available using build building")
MAX_RELATED = 3  # links per article: a reader follows one or two

FAMILY = "A version of {}: "
# A new version may take the line of its family ("Llama 4" of Llama), never the line of another version.
_OF_A_FAMILY = re.compile(r"\b(?:family|series|models|framework|platform|library)\b")


def run(inputs: Inputs, ctx: PhaseContext) -> Output:
    """Every article is passed on, also one that could not be read for names: then with empty lists and a warning."""
    articles = inputs["paraphrasing"]["articles"]
    known_stories = inputs["initialization"]["known_stories"]
    limit = features.checked_count(ctx.config["max_entities"], "enrichment.max_entities")
    known = _known()

    def enrich(article: dict[str, Any]) -> dict[str, Any]:
        found = recognise(article, known)
        return {
            "entities": [described(entity) for entity in most_telling(found, limit)],
            "entities_method": recognition.method(use_spacy=_is_english(article)),
            "related_reports": related(article, found, known_stories),
        }

    mapped = ctx.map(enrich, map(_read_part, articles), key=lambda article: article["id"])
    added = {article["id"]: value for article, value in mapped.pairs}
    for item in mapped.failed:
        ctx.warn(f"no entities for article {item.key}: {item.error}: {item.message}")
    if ctx.models.provider != "local":
        _add_backgrounds(ctx, articles, added)
    nothing = {"entities": [], "entities_method": "none", "related_reports": []}
    return Output(
        {"articles": [{**article, **added.get(article["id"], nothing)} for article in articles]},
        method=recognition.method(),
    )


def _add_backgrounds(ctx: PhaseContext, articles: list[dict[str, Any]], added: dict[str, Any]) -> None:
    """Ask for the names that have no line yet; what cannot be answered stays without."""
    unknown = {
        name: [one["name"] for one in found["entities"] if not one["background"] and one["type"] not in LATE_TYPES]
        for name, found in added.items()
    }
    mapped = ctx.ask(
        [
            _read_part(one)
            for one in articles
            if unknown.get(one["id"]) and one["text"] and str(one["url"]).startswith("https://")
        ],
        key=lambda article: str(article["id"]),
        values=lambda article: model_background.shown(article, unknown[article["id"]]),
        schema=model_background.SCHEMA,
        read=lambda article, answer: model_background.read(article, unknown[article["id"]], answer),
        local=lambda _: {},
    )
    for article, lines in mapped.pairs:
        for entity in added[article["id"]]["entities"]:
            entity["background"] = entity["background"] or lines.get(entity["name"])
    for failure in mapped.failed:
        ctx.warn(f"no backgrounds from the model for article {failure.key}: {failure.error}: {failure.message}")


@functools.cache
def _known() -> gazetteer.Gazetteer:
    return gazetteer.load(KNOWLEDGE)


def _read_part(article: dict[str, Any]) -> dict[str, Any]:
    """What the names depend on: a new score does not make a journalled article stale."""
    return {key: article[key] for key in ("id", "url", "title", "language", "text")}


def _is_english(article: dict[str, Any]) -> bool:
    return str(article["language"]).startswith("en")  # the spaCy model knows no other language


def recognise(article: dict[str, Any], known: gazetteer.Gazetteer) -> list[recognition.Entity]:
    return recognition.recognise(article["text"], known, title=article["title"], use_spacy=_is_english(article))


def most_telling(found: list[recognition.Entity], limit: int) -> list[recognition.Entity]:
    """At most `limit` (0 = all) in the order given; people, companies, products before places and the rest."""
    by_kind = sorted(found, key=lambda entity: entity.type in LATE_TYPES)
    chosen = by_kind[: limit or None]
    return [entity for entity in found if entity in chosen]


def described(entity: recognition.Entity) -> dict[str, Any]:
    """The entity as JSON, with the line that is known of it."""
    return {
        "name": entity.name,
        "type": entity.type,
        "mentions": entity.mentions,
        "background": background(entity),
    }


def background(entity: recognition.Entity) -> dict[str, str] | None:
    """The line and its source; a version of a known family gets the family's, which says so."""
    entry = entity.entry
    if entry is None:
        return None
    if entity.name == entry.name:
        return {"text": entry.background, "source": entry.source}
    if not _is_family(entry):
        return None
    return {"text": f"{FAMILY.format(entry.name)}{entry.background}", "source": entry.source}


def _is_family(entry: gazetteer.Entry) -> bool:
    return _OF_A_FAMILY.search(entry.background) is not None and not any(letter.isdigit() for letter in entry.name)


def related(
    article: dict[str, Any], found: list[recognition.Entity], known_stories: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Earlier reports that this article goes on from, best first; equal scores: newest first, then by address."""
    title = features.content_stems(article["title"])
    names = [entity for entity in found if entity.type not in LATE_TYPES]
    scored = []
    for story in known_stories:
        score = _relation(title, names, story["title"])
        if score >= MIN_RELATED and story["url"] != article["url"]:
            scored.append((score, story))
    scored.sort(key=lambda one: one[1]["url"])
    scored.sort(key=lambda one: (one[0], one[1]["published"] or ""), reverse=True)
    return [
        {"title": story["title"], "url": story["url"], "run_id": story["run_id"], "score": score}
        for score, story in scored[:MAX_RELATED]
    ]


def _relation(title: frozenset[str], names: list[recognition.Entity], other: str) -> float:
    """0..1: how much two titles share, in words and in things that the article names.

    A company and its product in both titles make no story: without a further word in common the score is 0.
    """
    shared = [entity for entity in names if any(_stands_in(spelling, other) for spelling in _spellings(entity))]
    other_title = features.content_stems(other)
    likeness = features.likeness(title, other_title)
    of_names = features.content_stems(" ".join(spelling for entity in shared for spelling in _spellings(entity)))
    if likeness < SAME_TITLE and not (title & other_title) - of_names - PHRASES:
        return 0.0
    return round(TITLE_SHARE * likeness + ENTITY_SHARE * min(1.0, len(shared) / FULL_ENTITIES), 3)


def _spellings(entity: recognition.Entity) -> tuple[str, ...]:
    own = entity.entry is not None and entity.entry.name == entity.name
    return entity.entry.surfaces if own and entity.entry else (entity.name,)


def _stands_in(name: str, title: str) -> bool:
    return name in title and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", title) is not None


if __name__ == "__main__":
    from ace.standalone import main

    raise SystemExit(main(__file__))
