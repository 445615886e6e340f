"""The checks an article must pass before it is printed. Pure: article in, list of {name, ok, detail} out.

A check that cannot be made says so and passes; one that fails says what is wrong in words for a reader of the report.
"""

from __future__ import annotations

import hashlib
import math
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from phases.common.grounding import ground
from phases.common.sentence_kinds import is_complete
from phases.common.stopwords import STOP_WORDS
from phases.common.text import nfc, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Article = Mapping[str, Any]
    Check = dict[str, Any]

ID_DIGITS = 16  # hex digits of the URL's SHA-256 that scraping uses as the article's id
CLOCK_SKEW = timedelta(hours=1)  # publishers' clocks; more is the future
DAY_ONLY = timedelta(days=1)  # a date without a time means some moment of that day
SAME_TITLE = 0.8  # Jaccard of title words without function words; .8 of six words is five
MIN_TITLE_WORDS = 4  # shorter titles ("Weekly roundup") repeat by nature
MAX_TIER2, MAX_DIMENSION = 10.0, 10
DIMENSIONS = ("impact", "novelty", "relevance", "credibility", "actionability")
ANALYSIS_CHECKS = ("length", "complete", "supported", "numbers", "names", "quotations", "negation")
_TRACKING = re.compile(r"(?<=[?&])(?:utm_\w+|fbclid|gclid|ref|mc_cid|mc_eid)=[^&]*&?")


def check(name: str, problem: str, note: str = "") -> Check:
    """One finding: it passes when there is no problem; `note` says what a pass rests on."""
    return {"name": name, "ok": not problem, "detail": problem or note}


def url(article: Article) -> Check:
    """Whether the address is one that a browser may be sent to: http(s), a host, no user name, no odd characters."""
    address = str(article.get("url") or "")
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s<>\"\\\x00-\x1f\x7f]", address):
        return check("url", f"{address!r} is not a usable web address")
    return check("url", "")


def fetched(article: Article) -> Check:
    """Whether the address is the one that scraping fetched: the id is made from it."""
    made = hashlib.sha256(str(article.get("url") or "").encode("utf-8", "replace")).hexdigest()[:ID_DIGITS]
    same = made == article.get("id")
    return check("fetched", "" if same else "the address is not the one that was fetched: its hash is not the id")


def published(article: Article, window: Mapping[str, str]) -> Check:
    """Whether the day of publication is inside the window and not in the future."""
    written = article.get("published")
    if written is None:
        return check("published", "", "the page gives no date")
    moment = _moment(written)
    if moment is None:
        return check("published", f"{written!r} is not a date")
    start, end = _moment(window["start"]), _moment(window["end"])
    latest = moment + (DAY_ONLY if (moment.hour, moment.minute, moment.second) == (0, 0, 0) else timedelta(0))
    if end is not None and moment > end + CLOCK_SKEW:
        return check("published", f"{written} is after the end of the window, {window['end']}")
    if start is not None and latest < start:
        return check("published", f"{written} is before the window, which starts {window['start']}")
    return check("published", "")


def language(article: Article, allowed: Sequence[str]) -> Check:
    """Whether the text is in a language of the report. No allowed ones means any."""
    found = article.get("language") or "unknown"
    wrong = bool(allowed) and found not in allowed
    return check("language", f"the text is in {found!r}, the report in {', '.join(allowed)}" if wrong else "")


def story(article: Article, printed: Iterable[Article]) -> Check:
    """Whether a better-ranked article of this report already tells it."""
    other = next((one for one in printed if _same_story(article, one)), None)
    return check("story", f"same story as {other['title']!r} ({other['source']})" if other else "")


def known_story(article: Article, known: Iterable[Article]) -> Check:
    """Whether an earlier report told it."""
    other = next((one for one in known if _bare(one) == _bare(article) or _same_title(one, article)), None)
    return check("known_story", f"already reported by run {other.get('run_id')}: {other['title']!r}" if other else "")


def scores(article: Article) -> Check:
    """Whether every score is there and in range. A missing one is named; it never counts as 0."""
    values = [("tier1_score", article.get("tier1_score"), 1.0), ("rank_score", article.get("rank_score"), math.inf)]
    values.append(("tier2.score", (article.get("tier2") or {}).get("score"), MAX_TIER2))
    rated = article.get("dimensions") or {}
    values += [(name, (rated.get(name) or {}).get("score"), MAX_DIMENSION) for name in rated or DIMENSIONS]
    wrong = [f"{name} is {value!r}" for name, value, top in values if not _is_score(value, top)]
    return check("scores", f"missing or malformed: {', '.join(wrong)}" if wrong else "")


def backgrounds(article: Article) -> Check:
    """Whether every background of an entity says where it is from."""
    bare = [one["name"] for one in article.get("entities") or [] if one.get("background") and not has_source(one)]
    return check("backgrounds", f"no source for the background of {', '.join(bare)}" if bare else "")


def has_source(entity: Mapping[str, Any]) -> bool:
    """Whether the entity's background names an http(s) address as its source."""
    return url({"url": (entity.get("background") or {}).get("source")})["ok"] is True


def analysis(article: Article, low: int, high: int) -> list[Check]:
    """Length, whole sentences and grounding of the analysis, in the order of `ANALYSIS_CHECKS`."""
    given = article.get("analysis") or {}
    text = nfc(str(given.get("text") or ""))
    source = "\n".join(str(article.get(key) or "") for key in ("title", "lead", "text"))
    findings = [check(found.check, found.detail) for found in ground(text, source)]
    return [_length(text, given, article, (low, high)), _complete(text, given), *findings]


def _length(text: str, given: Mapping[str, Any], article: Article, limits: tuple[int, int]) -> Check:
    low, high = limits
    available = len(str(article.get("text") or ""))
    # a model's word that there is no more to say is not taken for an article that is long enough
    short = given.get("status") == "too_short" and (given.get("method") == "extractive" or available < low)
    if not text:
        return check("length", "there is no analysis")
    if len(text) > high or (len(text) < low and not short):
        return check("length", f"{len(text)} characters, {low} to {high} wanted")
    return check("length", "", f"{len(text)} characters: the article has {available}" if len(text) < low else "")


def _complete(text: str, given: Mapping[str, Any]) -> Check:
    trimmed = given.get("status") == "trimmed"
    problem = "" if not text or is_complete(text) else f"the last sentence is not complete: …{text[-40:]!r}"
    return check("complete", problem, "the last sentence is cut at a clause" if trimmed else "")


def _moment(written: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_score(value: object, top: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and 0 <= value <= top


def _same_story(one: Article, other: Article) -> bool:
    stories = [(article.get("story") or {}).get("id") for article in (one, other)]
    return (
        (stories[0] is not None and stories[0] == stories[1]) or _bare(one) == _bare(other) or _same_title(one, other)
    )


def _same_title(one: Article, other: Article) -> bool:
    first, second = (set(words(str(article.get("title") or ""))) - STOP_WORDS for article in (one, other))
    versions = [{word for word in title if any(map(str.isdigit, word))} for title in (first, second)]
    alike = len(first & second) >= SAME_TITLE * len(first | second)
    return alike and versions[0] == versions[1] and min(len(first), len(second)) >= MIN_TITLE_WORDS


def _bare(article: Article) -> str:
    """The address without what does not change the page: scheme, www, tracking, fragment, last slash."""
    address = str(article.get("url") or "").partition("#")[0]
    plain = re.sub(r"^https?://(www\.)?", "", address, flags=re.IGNORECASE)
    return _TRACKING.sub("", plain).rstrip("?&/")
