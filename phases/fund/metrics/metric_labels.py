"""What a label beside or above a figure means: which metric, and of which period.

Labels are compared by their words, without case, punctuation, footnote marks and what only repeats the unit; each
metric has the wordings that statements, filings and pension tables use for it. Rank 0 says the metric by name; rank 1
is a word that other things are called by too, and counts only where a table holds several metrics or nothing better is
found. Nothing here looks at places on a page. The wordings
are patterns in metric_wordings.json, where others can be added.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import NamedTuple

from phases.fund.metrics import metric_names

PERCENTS = frozenset(("net_irr", "gross_irr", "top5_pct"))
MULTIPLES = frozenset(("tvpi", "dpi", "rvpi", "moic"))
PER_SHARE = frozenset(("nav_per_share", "cash_per_share", "beginning_nav_per_share"))
COUNTS = frozenset(("shares_outstanding",))
FLOWS = frozenset(metric_names.FLOWS)
ROLL_FORWARD = frozenset((
    "management_fees", "expenses", "income", "realized", "unrealized", "carried_interest",
))  # fmt: skip


class Meaning(NamedTuple):
    """metric: its name; rank: 0 named, 1 a general word; period: QTD, YTD or ITD where the label itself says so."""

    metric: str
    rank: int
    period: str | None


_FILE = Path(__file__).with_name("metric_wordings.json")
_PART = re.compile(r"<(\w+)>")


_ITD = re.compile(
    r"\b(?:since inception|inception to(?: date)?|itd|cumulative|life to date|"
    r"(?<!quarter )(?<!qtr )(?<!year )(?<!month )to date(?! of)|seit "
    r"auflegung|depuis l origine)\b"
)
_YTD = re.compile(
    r"\b(?:year to date|ytd|(?:nine|six|twelve|9|6|12) months?|years? ended|for the year|fiscal "
    r"year|annual|jahresbeginn|halbjahr)\b"
)
_QTD = re.compile(
    r"\b(?:(?:quarter|qtr) to date|qtd|current quarter|(?:this )?quarter|(?:three|3) months?|quarter "
    r"ended|q[1-4]|quartal|trimestre)\b"
)
_PERIOD = re.compile(r"\b(?:period ended|for the period|current period|period from)\b")

_UNITS = re.compile(
    r"\((?:unaudited|audited|note[s]? [^)]*|see note[^)]*|in (?:us )?\W?(?:thousands|"
    r"millions)[^)]*|(?:thousands|millions)|\W?(?:000s?|mm?|mn|bn)|usd|eur|gbp|%|x|\W|\$[^)]*)\)",
    re.IGNORECASE,
)
_MARKS = re.compile(
    r"\(\s?(?:[a-z](?:\s?[-+=/]\s?[a-z])*|\d{1,2})\s?\)(?:\s?[/÷]\s?\(?[a-z]\b\)?)?|\[\w{1,2}\]|[*†‡§]", re.IGNORECASE
)
_ASIDE = re.compile(r"\(([^()]{2,})\)")
_CHANGES_IT = re.compile(
    r"per (?:share|unit)|payable|receivable|prior|previous|beginning|opening|budget|gross|recall", re.IGNORECASE
)
_LEADS = re.compile(r"\A(?:less|plus|add|minus|of which|davon|abzuglich|zuzuglich|moins|[a-z]\d?|\d{1,2}) (?=\w{3})")
_FOLD = str.maketrans("äöüéèêàâçñåóíáøô", "aoueeeaacnaoiaoo")


@functools.cache
def _compiled() -> list[tuple[str, int, re.Pattern[str]]]:
    """The wordings of each metric as one pattern, in the order of the file: the first that fits counts."""
    table = json.loads(_FILE.read_text(encoding="utf-8"))
    return [
        (row["metric"], row["rank"], re.compile("|".join(_whole(one, table["parts"]) for one in row["wordings"])))
        for row in table["metrics"]
    ]


def _whole(wording: str, parts: dict[str, str]) -> str:
    """A wording with the parts that it names in angle brackets, and those that these name, put in."""
    while _PART.search(wording):
        wording = _PART.sub(lambda match: parts[match[1]], wording)
    return f"(?:{wording})"


@functools.cache
def normal(label: str) -> str:
    """A label's words as they are compared: lower case, no accents, marks, notes or units."""
    text = _MARKS.sub(" ", _UNITS.sub(" ", label.replace("&", " and ")))
    words = re.sub(r"[^a-z0-9]+", " ", text.lower().translate(_FOLD).replace("’s", "s").replace("'s", "s"))
    words = re.sub(r"\b(?:us|usd|eur|gbp|chf)\b", " ", words)
    return _LEADS.sub("", " ".join(words.split()), count=1)


@functools.cache
def meaning(label: str) -> Meaning | None:
    """The metric that a label names, or None. What stands in brackets may be its other name, or explain it."""
    found = _named(label, label)
    aside = _ASIDE.search(label)
    if found or aside is None:
        return found
    outside = _ASIDE.sub(" ", label)
    explained = None if _CHANGES_IT.search(aside[1]) else _named(outside, label)
    return explained or (_named(aside[1], label) if normal(outside) and aside[1].isupper() else None)


def _named(text: str, label: str) -> Meaning | None:
    words = normal(text)
    if not words or len(words) > 120:  # noqa: PLR2004  (characters; longer ones are sentences)
        return None
    for metric, rank, pattern in _compiled():
        if pattern.fullmatch(words):
            return Meaning(metric, rank, period(label))
    return None


@functools.cache
def period(text: str) -> str | None:
    """QTD, YTD or ITD as a label or a column's header says, PTD for a period without a length, else None."""
    words = re.sub(r"[^a-z0-9]+", " ", text.lower().translate(_FOLD))
    for name, pattern in (("ITD", _ITD), ("YTD", _YTD), ("QTD", _QTD), ("PTD", _PERIOD)):
        if pattern.search(words):
            return name
    return None
