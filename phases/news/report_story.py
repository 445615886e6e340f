"""One story of the report as Markdown: headline, source and time, analysis, backgrounds, earlier reports. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from phases.common.markdown import inline, link
from phases.common.text import scrub, shorten

MAX_TITLE_CHARS = 160  # what is longer is a paragraph in the place of a headline
MAX_BACKGROUNDS = 3  # lines under one story; more would outweigh the story
MAX_OUTLETS = 4  # named under "also reported by"; more are counted

_MONTHS = (  # strftime would ask the machine's locale
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_VERSION_OF = re.compile(r"^A version of [^:]+: ")  # as enrichment words it
_RUN_DAY = re.compile(r"(?:run_)?(\d{4})(\d{2})(\d{2})_\d{6}", re.ASCII)

Report = Mapping[str, Any]


def story(article: Report, shown: set[str]) -> str:
    """One story. `shown` holds the backgrounds that the page has given already, and is added to."""
    heading = f"### {link(headline(article), article['url'])}"
    blocks = [heading, _byline(article), _analysis(article["analysis"]), _backgrounds(article, shown)]
    blocks.append(_earlier(article["related_reports"]))
    return "\n\n".join(block for block in blocks if block)


def headline(article: Report) -> str:
    """The title without the outlet's name that many pages add to it."""
    title = " ".join(scrub(article["title"]).split()) or "Untitled"
    suffix = re.compile(rf"\s+[|–—-]\s+{re.escape(article['source'])}\s*$", re.IGNORECASE)
    return shorten(suffix.sub("", title) or title, MAX_TITLE_CHARS)


def _byline(article: Report) -> str:
    parts = [inline(article["source"]), moment(article["published"]) if article["published"] else "undated"]
    others: dict[str, str] = {}
    for other in article["also_reported_by"]:
        if other["source"] != article["source"]:
            others.setdefault(other["source"], link(other["source"], other["url"]))
    named = list(others.values())[:MAX_OUTLETS]
    if named:
        more = len(others) - len(named)
        parts.append("also reported by " + _listed(named + ([f"{more} more"] if more else [])))
    return " · ".join(parts)


def _analysis(analysis: Report) -> str:
    text = inline(analysis["text"])
    if not text:
        return "*The source has too little text for an analysis.*"
    return text + (" *(Short: the source has little text.)*" if analysis["status"] == "too_short" else "")


def _backgrounds(article: Report, shown: set[str]) -> str:
    """A line for things that headline or analysis name and that the page has not explained yet."""
    visible = f"{article['title']} {article['analysis']['text']}"
    lines: list[str] = []
    for entity in article["entities"]:
        known = entity["background"]
        if known is None or _line(known) in shown or len(lines) == MAX_BACKGROUNDS:
            continue
        if not re.search(rf"(?<!\w){re.escape(entity['name'])}(?!\w)", visible):
            continue
        shown.add(_line(known))
        lines.append(f"- **{inline(entity['name'])}**: {inline(known['text'])} ({link('source', known['source'])})")
    return "\n".join(lines)


def _line(background: Report) -> str:
    """What a version and its family, or two versions, have in common: it is told once."""
    return _VERSION_OF.sub("", background["text"])


def _earlier(related: list[Report]) -> str:
    if not related:
        return ""
    links = [link(shorten(one["title"], MAX_TITLE_CHARS), one["url"]) + _run_day(one["run_id"]) for one in related]
    return "Related, reported earlier: " + "; ".join(links)


def _run_day(run_id: str) -> str:
    """The day that a run's id tells, in brackets; nothing when it is named otherwise."""
    found = _RUN_DAY.match(run_id)
    try:
        return f" ({day('-'.join(found.groups()))})" if found else ""
    except ValueError:
        return ""


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def day(stamp: str) -> str:
    when = datetime.fromisoformat(stamp)
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def moment(stamp: str) -> str:
    when = datetime.fromisoformat(stamp).astimezone(UTC)
    return f"{when.day} {_MONTHS[when.month - 1][:3]} {when.year}, {when:%H:%M} UTC"
