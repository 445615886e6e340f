"""When a page was published: what it says in its metadata, else what htmldate finds in it.

Order: `datePublished` of an article in JSON-LD, meta elements, elements marked as publication date, htmldate. The last
may use the address and short lines such as a byline, never a title or running text: those tell of other days.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

from phases.common.page_meta import PageMeta

META_NAMES = (  # best first: the first are set by publishing systems, the last by hand
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publication_date",
    "date",
)
EARLIEST_YEAR = 1990  # nothing on the web is older; smaller years are defaults such as 1970-01-01 or 0001-01-01
MAX_DATE_CHARS = 60  # a longer text is not a date
ZONES = {  # hours from UTC of the abbreviations that news sites print; others are taken as UTC
    "UTC": 0, "GMT": 0, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "IST": 5.5, "SGT": 8, "HKT": 8,
    "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7,
}  # fmt: skip
HEADINGS = ("title", "h1", "h2", "h3", "h4", "h5", "h6")
PARAGRAPHS = ("p", "figcaption")
SENTENCE_ENDS = '.!?…。！？"”»)'
HALVES_OF_DAY = ("a.m.", "p.m.")  # at the end of a byline
SENTENCE_WORDS = 6  # with a full stop at the end; a byline or "Published on 3 May 2026." is shorter
RUNNING_WORDS = 25  # without one
_YEAR = re.compile(r"\d{4}")
_DATED = re.compile(r"date|time|publish|byline|meta", re.IGNORECASE)  # in a class or id


def published(meta: PageMeta, url: str) -> str | None:
    """Publication time of a page as ISO UTC with Z, or None. A day without a time is its first second in UTC."""
    moments = (utc(found) for found in _candidates(meta))
    return next((moment for moment in moments if moment), None) or _by_htmldate(meta.tree, url)


def utc(text: str) -> str | None:
    """An ISO 8601 or commonly written date as "2026-11-22T03:15:00Z", or None.

    Without a zone it is taken as UTC. A day, or local midnight, is the first second of that day in UTC: readers of
    "T00:00:00Z" should take it as good to a day.
    """
    text = text.strip()
    if len(text) > MAX_DATE_CHARS or not _YEAR.search(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        parsed = _loosely(text)
        if parsed is None:
            return None
        moment = parsed
    return _iso(moment)


def _loosely(text: str) -> datetime | None:
    from dateutil import parser  # type: ignore[import-untyped]  # noqa: PLC0415

    zones = {name: timezone(timedelta(hours=hours)) for name, hours in ZONES.items()}
    first_of_january = datetime(1, 1, 1)  # noqa: DTZ001  (what is not in the text; a year of 1 is refused later)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of unknown zone names
        try:
            moment: datetime = parser.parse(text, default=first_of_january, tzinfos=zones)
        except (ValueError, OverflowError, TypeError):
            return None
    return moment


def _iso(moment: datetime) -> str | None:
    only_a_day = moment.time() == time()  # local midnight is how systems write a day; moving it would change the day
    try:
        at = moment.replace(tzinfo=UTC) if only_a_day or not moment.tzinfo else moment.astimezone(UTC)
    except OverflowError:
        return None
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at.year >= EARLIEST_YEAR else None


def _candidates(meta: PageMeta) -> Iterator[str]:
    yield from meta.texts("datePublished")
    yield from (meta.meta[name] for name in META_NAMES if name in meta.meta)
    for element in meta.tree.iterfind(".//*[@itemprop='datePublished']"):
        yield element.get("datetime") or element.get("content") or element.text_content()
    for element in meta.tree.iterfind(".//time[@pubdate]"):
        yield element.get("datetime") or element.text_content()


def _by_htmldate(tree: Any, url: str) -> str | None:
    from htmldate import find_date  # noqa: PLC0415

    day = find_date(_without_prose(tree), original_date=True, extensive_search=False, url=url or None)
    if not day:
        return None
    stamps = (element.get("datetime") or "" for element in tree.iter("time"))
    return next((moment for stamp in stamps if stamp.startswith(day) and (moment := utc(stamp))), None) or utc(day)


def _without_prose(tree: Any) -> Any:
    """A copy of the page without its headings and sentences, unless they are marked as holding a date."""
    from lxml import etree  # noqa: PLC0415

    tree = deepcopy(tree)
    for element in list(tree.iter(etree.Element)):
        if element.tag in HEADINGS or (element.tag in PARAGRAPHS and _is_prose(element.text_content())):
            if not _is_dated(element):
                _empty(element)
        elif element.tag != "script":
            element.text = None if _is_prose(element.text) else element.text
        element.tail = None if _is_prose(element.tail) else element.tail
    return tree


def _empty(element: Any) -> None:
    tail = element.tail
    element.clear()
    element.tail = tail


def _is_prose(text: str | None) -> bool:
    words = (text or "").split()
    ends = bool(words) and words[-1][-1] in SENTENCE_ENDS and words[-1] not in HALVES_OF_DAY
    return len(words) >= (SENTENCE_WORDS if ends else RUNNING_WORDS)


def _is_dated(element: Any) -> bool:
    marks = " ".join((element.get("class") or "", element.get("id") or "", element.get("itemprop") or ""))
    return bool(_DATED.search(marks)) or next(element.iter("time", "abbr"), None) is not None
