"""The gates of tier 1: reasons why an article cannot be in the report at all. Pure; one article at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from phases.news.features import Article
from phases.news.phrases import Phrases
from phases.news.subject import STRONG

FUTURE_TOLERANCE = timedelta(hours=2)  # clocks of publishers run ahead, and embargoed pieces carry their hour
DAY = timedelta(hours=24)
EASTERNMOST = timedelta(hours=14)  # of UTC: a day without a time may have begun so much earlier
EARLY_CHARS = 1000  # of the text: what an article is about is said early
KEYWORDS = 3  # different category keywords that make an article one for this report; single ones ("court") say little


@dataclass(frozen=True)
class Refusal:
    """Why an article is dropped: the reason's name in the data, and the particulars in plain words."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Gates:
    """What an article must satisfy.

    languages  ISO 639-1 codes; empty means any
    start, end the date window, aware
    min_chars  characters of text
    topic      terms of which one is enough: the subject's own, and the company's interests
    keywords   category keywords, of which KEYWORDS different ones are needed otherwise; None asks for no topic
    """

    languages: frozenset[str]
    start: datetime
    end: datetime
    min_chars: int
    topic: Phrases
    keywords: Phrases | None


def gates(context: Mapping[str, Any], languages: Iterable[str], min_chars: int) -> Gates:
    """Gates for the run that `initialization` describes."""
    keywords = [word for category in context["categories"] for word in category["keywords"]]
    return Gates(
        frozenset(languages),
        datetime.fromisoformat(context["window"]["start"]),
        datetime.fromisoformat(context["window"]["end"]),
        min_chars,
        Phrases([*STRONG, *context["company"]["interests"]]),
        Phrases(keywords) if keywords else None,
    )


def refusal(article: Article, demands: Gates) -> Refusal | None:
    """The first gate that the article does not pass, or None."""
    return _language(article, demands) or _date(article, demands) or _length(article, demands)


def off_topic(article: Article, demands: Gates) -> Refusal | None:
    """A refusal when nothing in title, lead, source name or the beginning of the text belongs to the subject."""
    places = (article["title"], article["source"], article["lead"], article["text"][:EARLY_CHARS])
    if demands.keywords is None or any(demands.topic.find(place) for place in places):
        return None
    found = demands.keywords.find("\n".join(places))
    if len(found) >= KEYWORDS:
        return None
    named = f"only {', '.join(found)}" if found else "none"
    return Refusal("off_topic", f"no interest of the company and {named} of the category keywords found")


def is_whole_day(published: str) -> bool:
    """Whether a time is good to a day only: midnight is how a date without a time is written."""
    return published.endswith("T00:00:00Z")


def _language(article: Article, demands: Gates) -> Refusal | None:
    language = article["language"]
    if not language or not demands.languages or language in demands.languages:
        return None  # an unknown language is not a foreign one: such texts are short, and later phases look again
    wanted = ", ".join(sorted(demands.languages))
    return Refusal("language", f"the text is in {language}; wanted: {wanted}")


def _date(article: Article, demands: Gates) -> Refusal | None:
    published = article["published"]
    if not published:
        return None
    earliest = latest = datetime.fromisoformat(published)
    if is_whole_day(published):
        earliest, latest = earliest - EASTERNMOST, latest + DAY
    if earliest > demands.end + FUTURE_TOLERANCE:
        return Refusal("future", f"published {published}, after the window's end {_stamp(demands.end)}")
    if latest < demands.start:
        return Refusal("too_old", f"published {published}, before the window's start {_stamp(demands.start)}")
    return None


def _length(article: Article, demands: Gates) -> Refusal | None:
    chars = len(article["text"])
    if chars >= demands.min_chars:
        return None
    return Refusal("too_short", f"{chars} characters of text; at least {demands.min_chars} are needed")


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
