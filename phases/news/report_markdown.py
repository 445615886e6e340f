"""The report as a page of Markdown, made from the data of `final_report` alone. Pure: same data, same text.

Every word that came from the web goes through `phases.common.markdown`; every sentence of our own states a count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phases.common.markdown import inline, link, table
from phases.common.text import shorten
from phases.news.report_story import day, headline, moment, story

MAX_TROUBLED = 15  # rows of the table of sources; a bad network would fill pages
MAX_HELD = 10
MAX_DETAIL_CHARS = 140

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
    "blocked": "refused",
}
_REASONS = {  # checks of the analysis whose finding needs a word of introduction; the others speak for themselves
    "complete": "unfinished sentence",
    "supported": "not in the source",
    "numbers": "number not in the source",
    "names": "name not in the source",
    "quotations": "quotation not in the source",
    "negation": "negation unlike the source",
}

Report = Mapping[str, Any]


def render(report: Report) -> str:
    """The whole page, ending in a newline."""
    parts = [
        f"# {inline(report['title'])}, {day(report['window']['end'])}",
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
        f"{number}. {inline(headline(article))} ({inline(article['source'])})"
        for number, article in enumerate(report["articles"], 1)
    ]
    return "## At a glance\n\n" + "\n".join(lines)


def _sections(report: Report) -> list[str]:
    by_id = {article["id"]: article for article in report["articles"]}
    shown: set[str] = set()
    parts = []
    for section in report["sections"]:
        parts.append(f"## {inline(section['name'])}")
        parts += [story(by_id[article_id], shown) for article_id in section["articles"]]
    return parts


def _held_back(facts: Report) -> str:
    held = facts["held"]
    if not held:
        return ""
    lines = [
        f"- {link(headline(article), article['url'])} ({inline(article['source'])}): {_why(article)}"
        for article in held[:MAX_HELD]
    ]
    if len(held) > MAX_HELD:
        lines.append(f"- and {len(held) - MAX_HELD} more, listed in the artifact of the validation phase")
    return "## Held back\n\n" + "\n".join(lines)


def _why(article: Report) -> str:
    reason, detail = article["reason"], shorten(article["detail"], MAX_DETAIL_CHARS)
    if detail and reason not in _REASONS:
        return inline(detail)
    return inline(": ".join(part for part in (_REASONS.get(reason, reason.replace("_", " ")), detail) if part))


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
        f"It covers what was published from {moment(window['start'])} to {moment(window['end'])}.",
        table(("Step", "Articles"), [(name, str(number)) for name, number in rows]) if counts["scraped"] else "",
    ]
    merged = facts["stories_merged"]
    if merged:
        parts.append(
            f"{_count(merged, 'article')} repeated a story that another one tells; each story is counted once."
        )
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
