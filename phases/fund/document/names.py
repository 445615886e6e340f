"""The fund that a report is about and who manages it, by the look of names and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from phases.common.pdf_lines import Line
from phases.fund.document.document_facts import alternatives, field

HEAD_LINES = 14
SHORT_WORDS = 14
# Weights of a mention by its place; how often a name stands in the document counts up to COUNTED times
TITLED = 3.0
LABELLED = 4.0  # "Fund: …", or above "(exact name of registrant)"
REGISTRANT_LINES = 2  # lines between a name and the words that call it the registrant's
COUNTED = 5
SAID = 0.5
FUNDLIKE = 1.5  # it says fund, partners, ventures … and not only a legal form
MANAGERLIKE = -2.0  # management, advisors: the house, not the fund
LEAST = 2.0
MIN_NAME = 8  # characters of a name that are left when the words before it are taken away

_FORM = (
    r"(?:L\.\s?P\.|LP\b|LLP\b|L\.\s?L\.\s?C\.|LLC\b|Inc\.|Inc\b|Corp\.|Corp\b|Corporation\b|Ltd\.?|Limited\b|plc\b|PLC\b|"
    r"SCSp\b|S\.?C\.?A\.?(?=\W|\Z)|SICAV\b|SICAR\b|RAIF\b|FCPI\b|FPCI\b|FCPR\b|SLP\b|GmbH & Co\.? KG|GmbH\b|KG\b|AG\b|"
    r"AB\b|ASA?\b|A/S(?=\W|\Z)|K/S(?=\W|\Z)|Oyj?\b|Ky\b|S\.L\.|S\.p\.A\.|FCR\b|B\.V\.|C\.V\.|N\.V\.|S\.?A\.?(?:\sSICAV)?(?=\W|\Z)|S\.à\s?r\.l\.|Trust\b|KGaA\b|InvKG\b)"
)
_KIND = (
    r"(?:Fund|\w*[Ff]onds|Fondo|Partners|Partnership|Ventures?|Capital|Growth|Equity|Opportunit(?:y|ies)|Buyout|Investors?|"
    r"Investments?|Beteiligung\w*|Holdings?|Credit|Infrastructure|Secondaries|Seed|Technology|Venture)"
)
_WORD = r"(?:[A-ZÀ-Ý0-9][\w’'&.+-]*|&|of|and|for|de|du|des|und|the|la)"
_NUMBER = r"(?:[IVXL]{1,6}|\d{1,4})(?:-?[A-Z])?"
_NAMES = (
    re.compile(rf"(?:{_WORD}\s+){{1,8}}?{_WORD},?\s+{_FORM}(?:\s+{_FORM})?"),
    re.compile(rf"(?:{_WORD}\s+){{1,7}}?{_KIND}\s+{_NUMBER}\b(?:\s?\([A-Z][\w ]{{0,14}}\))?(?:,?\s+{_FORM})?"),
    re.compile(r"(?:[A-ZÀ-Ý][\w’'&.-]*\s+){1,6}(?:Fund|Fonds|FUND)\b"),
    re.compile(rf"\b(?:FPCI|FCPI|FCPR|FPS|FIP|SLP|SCR|SICAV)\s+(?:{_WORD}\s+){{0,5}}?{_WORD}(?=\s*(?:[–—,;:()-]|\Z))"),
)
_GENERAL = frozenset(
    re.split(
        r"\s+",
        "total fund funds fonds partner partners partnership capital growth equity private venture ventures buyout "
        "investment investments investor investors the of and for all our lp gp limited general allocation net",
    )
)
_ENDS_IN_FORM = re.compile(rf"{_FORM}\W*\Z")
_LABEL = re.compile(
    r"\A\W*(?:(?:name of (?:the )?)?(?:fund|partnership|investment vehicle|registrant)(?: name)?|fondsname|fonds|"
    r"nom du fonds|fondo)\s*[:|]\s*(?P<name>\S.{2,80})",
    re.IGNORECASE,
)
_REGISTRANT = re.compile(r"exact name of (?:the )?registrant|name of (?:the )?registrant", re.IGNORECASE)
_HOUSE = re.compile(
    r"\b(?:management|advisors?|advisers?|managers?|gestion|verwaltungs\w*|services|bank|llp|auditor)\b", re.IGNORECASE
)
_IN_FUND = re.compile(rf"\b{_KIND}\b", re.IGNORECASE)
_DOCUMENT = re.compile(
    r"\A.*\b(?:newsletter|report|statements?|letter|release|schedules?|account|summary|valuation|review|board|directors|"
    r"shares?|shareholders|partners|assets|value|update|overview|investors)\s+(?:of|to|for|by|in)\s+(?:the\s+)?",
    re.IGNORECASE,
)
_SOMEONE_ELSE = re.compile(
    r"\b(?:limited partner|investor|prepared for|client|trustee|custodian|administrator|auditors?|counsel|member|"
    r"issued to|general partner|manager|adviser|advisor|anleger|investisseur)\b\W{0,4}(?:is\s|by\s|name\W+)?"
    r"(?:(?:the\s)?\w+\s(?:of|de|für|for)\s)?\Z",
    re.IGNORECASE,
)
_EDGE = re.compile(r"\A(?:the|of|and|for|by|de|du|des|und|to|in|as|an?)\s+", re.IGNORECASE)
_NAME = rf"(?P<name>(?:{_WORD}\s+){{1,6}}?{_WORD},?\s+{_FORM})"
_MANAGER = (
    re.compile(
        r"(?i:\b(?:general partner|investment (?:adviser|advisor|manager)|fund manager|management company|manager|"
        r"adviser|advisor|sponsor|managed by|advised by|(?:kapital)?verwaltungsgesellschaft|société de gestion|"
        rf"komplementär(?:in)?)\s*(?::|\bis\b|,)?)\s+{_NAME}"
    ),
    re.compile(
        rf"{_NAME}\s*\((?:the\s+)?[“\"'‘](?i:(?:investment\s+)?(?:adviser|advisor|manager)|general partner|GP)[”\"'’]\)"
    ),
    re.compile(rf"(?P<name>(?:{_WORD}\s+){{1,5}}?(?:Management|Advisors|Advisers),?\s+{_FORM})"),
)


class Mention(NamedTuple):
    name: str
    line: Line
    start: int
    weight: float


def fund_name(lines: Sequence[Line]) -> dict[str, Any] | None:
    """The fund's name as a field, or None when nothing in the document looks like one."""
    groups: dict[str, list[Mention]] = {}
    for mention in _mentions(lines):
        groups.setdefault(_key(mention.name), []).append(mention)
    scores = {key: _score(found) for key, found in groups.items()}
    ranked = sorted((key for key in scores if scores[key] >= LEAST), key=lambda key: -scores[key])  # else as they come
    if not ranked:
        return None
    fields = [_as_field(groups[key], "fund") for key in ranked[:5]]
    fields[0]["alternatives"] = alternatives(fields[1:])
    return fields[0]


def manager(lines: Sequence[Line]) -> dict[str, Any] | None:
    """Who manages the fund, where the document says so, as a field, or None."""
    for pattern in _MANAGER:
        for line in lines:
            match = pattern.search(line.text)
            if match:
                name = match["name"].strip(" ,")
                start = match.start("name")
                return field(name, "text", name, line, start, start + len(name), label="manager", method="pattern")
    return None


def _mentions(lines: Sequence[Line]) -> Iterable[Mention]:
    first = lines[0].page if lines else 1
    heads = {
        id(line)
        for line in sorted((one for one in lines if one.page == first), key=lambda one: one.box[1])[:HEAD_LINES]
    }
    registrants = _registrants(lines)
    for line in lines:
        text = line.text
        labelled = _LABEL.match(text)
        if labelled:
            yield Mention(_trimmed(labelled["name"])[0], line, labelled.start("name"), LABELLED)
            continue
        for start, name in _names(text):
            short = len(text.split()) <= SHORT_WORDS
            weight = LABELLED if id(line) in registrants else TITLED if short and id(line) in heads else SAID
            yield Mention(name, line, start, weight)


def _registrants(lines: Sequence[Line]) -> set[int]:
    """Lines just above the words that say whose name stands there."""
    return {
        id(line)
        for place, one in enumerate(lines)
        if _REGISTRANT.search(one.text)
        for line in lines[max(0, place - REGISTRANT_LINES) : place]
    }


def _names(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    taken = 0
    for match in sorted((m for pattern in _NAMES for m in pattern.finditer(text)), key=lambda m: (m.start(), -m.end())):
        if match.start() < taken:
            continue
        name, cut = _trimmed(match.group())
        if len(name.split()) > 1 and not _says_nothing(name) and not _SOMEONE_ELSE.search(text[: match.start() + cut]):
            found.append((match.start() + cut, name))
            taken = match.end()
    return found


def _says_nothing(name: str) -> bool:
    """Whether a name is a document's title, or only words that any fund is called by, without number and form."""
    if _DOCUMENT.match(name):
        return True
    return all(word.lower() in _GENERAL for word in name.split()) and not _ENDS_IN_FORM.search(name)


def _trimmed(name: str) -> tuple[str, int]:
    """The name without an article before it and signs around it, and how many characters went before."""
    document = _DOCUMENT.match(name)
    cut = document.end() if document and len(name) - document.end() > MIN_NAME else 0
    name = name[cut:]
    while match := _EDGE.match(name):
        cut += match.end()
        name = name[match.end() :]
    return name.rstrip(" ,;:–—-"), cut


def _key(name: str) -> str:
    """What two spellings of a name have in common: letters and digits, without the legal form."""
    bare = re.sub(rf"[\s,]+{_FORM}(?:\s+{_FORM})?\W*\Z", "", name)
    return re.sub(r"[^\w]+", " ", bare).strip().lower()


def _score(found: list[Mention]) -> float:
    placed = max(one.weight for one in found)
    said = SAID * min(COUNTED, len(found))
    name = found[0].name
    kind = FUNDLIKE if _IN_FUND.search(name) else 0.0
    return placed + said + kind + (MANAGERLIKE if _HOUSE.search(name) else 0.0)


def _as_field(found: list[Mention], label: str) -> dict[str, Any]:
    mixed = [one for one in found if not one.name.isupper()] or found
    full = [one for one in mixed if _ENDS_IN_FORM.search(one.name)] or mixed
    best = max(full, key=lambda one: one.weight)
    end = best.start + len(best.name)
    return field(best.name, "text", best.name, best.line, best.start, end, label=label, method="pattern")
