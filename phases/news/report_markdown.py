"""The report as a page of Markdown, made from the data of `final_report` alone. Pure: same data, same text.

Every word that came from the web goes through `phases.common.markdown`; every sentence of our own states a count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from phases.common.markdown import inline, link, table
from phases.common.text import shorten

MAX_TITLE_CHARS = 160  # what is longer is a paragraph in the place of a headline
MAX_BACKGROUNDS = 3  # lines under one story; more would outweigh the story
MAX_OUTLETS = 4  # named under "also reported by"; more are counted
MAX_TROUBLED = 15  # rows of the table of sources; a bad network would fill pages
MAX_HELD = 10
MAX_DETAIL_CHARS = 140

_MONTHS = (  # strftime would ask the machine's locale
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_RUN_DAY = re.compile(r"(?:run_)?(\d{4})(\d{2})(\d{2})_\d{6}")
_METHODS = {
    "local": "by named features of title, source and date",
    "extractive": "whole sentences taken from the article, nothing rewritten",
    "spacy+gazetteer+patterns": "a list of known names, patterns, and a small recogniser of names",
    "gazetteer+patterns": "a list of known names and patterns",
}
_STEPS = {"tier2": "Relevance", "dimensions": "Five dimensions", "paraphrasing": "Analyses", "enrichment": "Names"}
_STATUS = {
    "http_error": "HTTP error",
    "timeout": "timed out",
    "robots": "robots.txt forbids it",
    "parse_error": "feed unreadable",
    "empty": "feed empty",
    "blocked": "address refused",
}
_REASONS = {
    "too_short": "too little text for an analysis",
    "ungrounded": "a statement that the source does not support",
    "outside_window": "published outside the window",
    "duplicate": "the same story as another",
}

Report = Mapping[str, Any]


def render(report: Report) -> str:
    """The whole page, ending in a newline."""
    parts = [
        f"# {inline(report['title'])}, {_day(report['window']['end'])}",
        _summary(report),
        *_notes(report["facts"]),
        _at_a_glance(report),
        *_sections(report),
        _held_back(report["facts"]),
        _trouble(report["facts"]),
        _how_made(report),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(report: Report) -> str:
    """One paragraph of counts, nothing else."""
    counts = report["facts"]["counts"]
    outlets = len({article["source_id"] for article in report["articles"]})
    sources = sum(report["facts"]["sources_by_status"].values())
    if not counts["scraped"]:
        return f"No stories today: {_count(sources, 'source')} asked, and none had an article to read."
    read = f"{_count(counts['scraped'], 'article')} read from {_count(counts['sources_with_articles'], 'source')}"
    left = [
        (counts["scraped"] - counts["after_tier1"], "left out by simple rules"),
        (counts["after_tier1"] - counts["ranked"], "by rating and ranking"),
        (counts["held"], "held back by the final checks"),
    ]
    rest = ", ".join(f"{number} {what}" for number, what in left if number)
    tail = f"; {rest}." if rest else "."
    if not counts["reported"]:
        return f"No stories today. {read}{tail}"
    return f"**{_count(counts['reported'], 'story', 'stories')} from {_count(outlets, 'source')}.** {read}{tail}"


def _notes(facts: Report) -> list[str]:
    """What a reader must know before reading on."""
    notes = ["Made from the sample site that comes with ACE: the outlets are invented."] if facts["sample"] else []
    notes += [inline(warning) for warning in facts["warnings"]]
    return [f"> {note}" for note in notes]


def _at_a_glance(report: Report) -> str:
    if not report["articles"]:
        return ""
    lines = [
        f"{number}. {inline(_headline(article))} ({inline(article['source'])})"
        for number, article in enumerate(report["articles"], 1)
    ]
    return "## At a glance\n\n" + "\n".join(lines)


def _sections(report: Report) -> list[str]:
    by_id = {article["id"]: article for article in report["articles"]}
    shown: set[str] = set()
    parts = []
    for section in report["sections"]:
        parts.append(f"## {inline(section['name'])}")
        parts += [_story(by_id[article_id], shown) for article_id in section["articles"]]
    return parts


def _story(article: Report, shown: set[str]) -> str:
    """One story. `shown` holds the backgrounds that the page has given already, and is added to."""
    heading = f"### {link(_headline(article), article['url'])}"
    blocks = [heading, _byline(article), _analysis(article["analysis"]), _backgrounds(article, shown)]
    blocks.append(_earlier(article["related_reports"]))
    return "\n\n".join(block for block in blocks if block)


def _headline(article: Report) -> str:
    """The title without the outlet's name that many pages add to it."""
    title = " ".join(article["title"].split()) or "Untitled"
    suffix = re.compile(rf"\s+[|–—-]\s+{re.escape(article['source'])}\s*$", re.IGNORECASE)
    return shorten(suffix.sub("", title) or title, MAX_TITLE_CHARS)


def _byline(article: Report) -> str:
    parts = [inline(article["source"]), _moment(article["published"]) if article["published"] else "undated"]
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
        if (
            known is None
            or known["text"].rpartition(" family: ")[2] in shown
            or entity["name"] not in visible
            or len(lines) == MAX_BACKGROUNDS
        ):
            continue
        shown.add(known["text"].rpartition(" family: ")[2])
        lines.append(f"- **{inline(entity['name'])}**: {inline(known['text'])} ({link('source', known['source'])})")
    return "\n".join(lines)


def _earlier(related: list[Report]) -> str:
    if not related:
        return ""
    links = []
    for story in related:
        found = _RUN_DAY.match(story["run_id"])
        day = f" ({_day('-'.join(found.groups()))})" if found else ""
        links.append(link(shorten(story["title"], MAX_TITLE_CHARS), story["url"]) + day)
    return "Reported earlier: " + "; ".join(links)


def _held_back(facts: Report) -> str:
    held = facts["held"]
    if not held:
        return ""
    lines = [
        f"- {link(_headline(article), article['url'])} ({inline(article['source'])}): {_why(article)}"
        for article in held[:MAX_HELD]
    ]
    if len(held) > MAX_HELD:
        lines.append(f"- and {len(held) - MAX_HELD} more, listed in the artifact of the validation phase")
    return "## Held back\n\n" + "\n".join(lines)


def _why(article: Report) -> str:
    reason = _REASONS.get(article["reason"], article["reason"].replace("_", " "))
    detail = shorten(article["detail"], MAX_DETAIL_CHARS)
    return inline(f"{reason}: {detail}" if detail and detail != reason else reason)


def _trouble(facts: Report) -> str:
    troubled = facts["troubled"]
    if not troubled and not facts["problems"]:
        return ""
    parts = ["## Sources in trouble"]
    if troubled:
        rows = [
            (
                inline(source["name"]),
                inline(_STATUS.get(source["status"], source["status"])),
                inline(shorten(source["detail"], MAX_DETAIL_CHARS)) or "–",
            )
            for source in troubled[:MAX_TROUBLED]
        ]
        parts.append(table(("Source", "Status", "Detail"), rows))
    if len(troubled) > MAX_TROUBLED:
        parts.append(f"And {len(troubled) - MAX_TROUBLED} more, listed in the artifact of the scraping phase.")
    if facts["problems"]:
        parts.append("\n".join(f"- {inline(shorten(problem, MAX_DETAIL_CHARS))}" for problem in facts["problems"]))
    return "\n\n".join(parts)


def _how_made(report: Report) -> str:
    facts, window = report["facts"], report["window"]
    counts = facts["counts"]
    rows = [
        ("Read", counts["scraped"]),
        ("Kept by rules on language, date, duplicates and subject", counts["after_tier1"]),
        ("Rated in five dimensions", counts["rated"]),
        ("Ranked", counts["ranked"]),
        ("Held back by checks", counts["held"]),
        ("Reported", counts["reported"]),
    ]
    parts = [
        "## How this report was made",
        f"It covers what was published from {_moment(window['start'])} to {_moment(window['end'])}.",
        table(("Step", "Articles"), [(name, str(number)) for name, number in rows]) if counts["scraped"] else "",
    ]
    merged = facts["stories_merged"]
    if merged:
        parts.append(f"{_count(merged, 'article')} repeated a story that another one tells; they count as one story.")
    parts.append("\n".join(_method_lines(facts)))
    return "\n\n".join(part for part in parts if part)


def _method_lines(facts: Report) -> list[str]:
    steps: dict[str, list[str]] = {}
    for step, name in _STEPS.items():
        if step in facts["methods"]:
            steps.setdefault(facts["methods"][step], []).append(name)
    lines = [f"- {', '.join(names)}: {inline(_METHODS.get(method, method))}" for method, names in steps.items()]
    if facts["llm_calls"] == 0:
        lines.append("- No language model was used. Cost: 0 USD.")
    return lines


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _day(stamp: str) -> str:
    when = datetime.fromisoformat(stamp)
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def _moment(stamp: str) -> str:
    when = datetime.fromisoformat(stamp).astimezone(UTC)
    return f"{when.day} {_MONTHS[when.month - 1][:3]} {when.year}, {when:%H:%M} UTC"
