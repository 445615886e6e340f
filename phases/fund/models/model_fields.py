"""Figures that a model read: found again in the words of the page, made fields, held against those of the rules.

A model says how a number is printed, where and in which words; it never says a value. What stands on the page at that
place is read by the one parser of figures. A number that is not printed there has no place: its box is empty, and the
check that every field has to pass fails.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from phases.common import figures
from phases.common.figures import Figure, Mark
from phases.common.text import scrub
from phases.fund import fields
from phases.fund.document.printed_units import stated_scale
from phases.fund.fields import Field
from phases.fund.metrics.candidates import Setting
from phases.fund.models.model_excerpts import Excerpt

NOWHERE = [0.0, 0.0, 0.0, 0.0]  # the box of a number that is not printed where it is said to be
MOST_WORDS = 4  # of a printed figure: "US$ 1 234 million"
RAW_CHARS = 60
EXACT = 1e-9  # relative
ROUNDING = 0.505  # of the last printed digit of the coarser of two printings, and a little for floats
_LOOSE = re.compile(r"[\s|\-\u00ad\u2010-\u2015\u2212\"'“”‘’„«»]+")
_UNIT_WORD = re.compile(r"[^\d\-\u2010-\u2015\u2212]{1,12}")  # may belong to the figure before it: "%", "million", ")"
_CURRENCY_WORD = re.compile(r"\(?(?:[A-Z]{0,2}\$|€|£|¥|USD|EUR|GBP|CHF|\()")
_NUMBER = re.compile(r"\d")

Row = Sequence[Any]  # a word as document_analysis stores it


class Printed(NamedTuple):
    """A figure as it stands on a page."""

    figure: Figure
    raw: str
    box: list[float]


class Shown:
    """The pages and excerpts that a model was given, and what can be found in them."""

    def __init__(self, pages: Iterable[Mapping[str, Any]], excerpts: Iterable[Excerpt], mark: Mark) -> None:
        self.mark = mark
        self._excerpts: dict[int, list[Excerpt]] = {}
        for one in excerpts:
            self._excerpts.setdefault(one["page"], []).append(one)
        self._pages = {page["number"]: page for page in pages if page["number"] in self._excerpts}
        self._flat = {number: flat(" ".join(str(w[4]) for w in page["words"])) for number, page in self._pages.items()}

    def has(self, page: int) -> bool:
        return page in self._pages

    def says(self, page: int, words: str) -> bool:
        """Whether these words stand on a page that was shown, in the order of the page or of an excerpt."""
        wanted = flat(words)
        if not wanted or page not in self._pages:
            return False
        return wanted in self._flat[page] or self._excerpt(page, wanted) is not None

    def names(self, page: int, name: str) -> bool:
        """Whether a page that was shown has this name, as whole words."""
        return page in self._pages and any(has_name(_text(one), name) for one in self._excerpts[page])

    def figure(self, page: int, raw: str, quote: str) -> Printed | None:
        """The printed figure that a raw text means: on the lines that share most words with the quotation."""
        said = figures.read(raw, self.mark)
        if said is None or not self.says(page, quote) or flat_figure(raw) not in flat_figure(quote):
            return None
        wanted = {flat(word) for word in quote.split()} - {""}
        lines = _lines(self._pages[page]["words"])
        shared = [len(wanted & {flat(str(word[4])) for word in line}) for line in lines]
        found = [
            (_near(shared, place), -place, printed)
            for place, line in enumerate(lines)
            for printed in _in_line(line, said, raw, self.mark)
        ]
        return max(found, key=lambda one: one[:2])[2] if found else None

    def scale(self, page: int, quote: str, context: Setting) -> int:
        """What amounts there are multiplied by: headers or heading say so, the page, the document."""
        one = self._excerpt(page, flat(quote))
        lines = [one["text"].partition("\n")[0], one["heading"]] if one else []
        stated = next((found for line in lines if (found := _stated(line))), None)
        return stated or context.page_scales.get(page) or context.scale

    def _excerpt(self, page: int, wanted: str) -> Excerpt | None:
        return next((one for one in self._excerpts.get(page, ()) if wanted in flat(_text(one))), None)


def flat(text: str) -> str:
    """Text for comparing: no case, white space, cell marks, hyphens or quotation marks."""
    return _LOOSE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def flat_figure(text: str) -> str:
    return "".join(text.split())


def has_name(text: str, name: str) -> bool:
    """Whether a text has a name as whole words, whatever the case and punctuation."""
    wanted = _words(name)
    return bool(wanted) and f" {wanted} " in f" {_words(text)} "


def unreadable(raw: str, mark: Mark | None = None) -> bool:
    """Whether a raw text that was given is no figure."""
    return bool(raw.strip()) and figures.read(raw, mark) is None


def placed(shown: Shown, page: int, raw: str, quote: str) -> Printed | None:
    """The figure where it is printed; nowhere when it is not; None when the raw text is no figure at all."""
    found = shown.figure(page, raw, quote)
    if found is not None:
        return found
    said = figures.read(raw, shown.mark)
    return Printed(said, scrub(raw).strip()[:RAW_CHARS], list(NOWHERE)) if said else None


def is_proven(field: Mapping[str, Any]) -> bool:
    return not any(check["name"] == "provenance" and check["ok"] is False for check in field["checks"])


def compare(field: Field, found: Field, who: str) -> None:
    """Say in a field of the rules whether the model read the same; if not, the model's reading is an alternative.

    A number of the model that is not printed contradicts nothing.
    """
    told = f"{who}: {found['raw_text'] or found['value']!r} on page {found['page']}"
    if not is_proven(found):
        field["checks"].append(fields.check("model_agrees", ok=None, detail=f"{told}, where it is not printed"))
    elif agree(field, found):
        field["checks"].append(fields.check("model_agrees", ok=True, detail=told))
    else:
        field["checks"].append(fields.check("model_agrees", ok=False, detail=told))
        if all(one["value"] != found["value"] for one in field["alternatives"]):
            shown = {key: found[key] for key in ("value", "raw_text", "page", "bbox", "label")}
            field["alternatives"].append(shown | {"method": "model"})


def agree(field: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether two readings are of the same printed figure, or of one value within the rounding of the coarser."""
    if not (field.get("parts") or found.get("parts")) and _same_place(field, found):
        return True
    if field["unit"] != found["unit"]:
        return False
    apart = abs(abs(field["value"]) - abs(found["value"]))
    step = max(field.get("step") or 0.0, found.get("step") or 0.0)
    return bool(apart <= max(ROUNDING * step, EXACT * abs(field["value"])))


def _same_place(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    a, b = one["bbox"], other["bbox"]
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return bool(one["page"] == other["page"] and across > 1 and down > 1 and b != NOWHERE)


def _text(one: Excerpt) -> str:
    return f"{one['heading']}\n{one['text']}"


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _stated(line: str) -> int | None:
    return stated_scale(line) or stated_scale(f"({line})" if len(line.split()) <= 3 else "")  # noqa: PLR2004  (a unit)


def _lines(words: Iterable[Row]) -> list[list[Row]]:
    lines: dict[int, list[Row]] = {}
    for word in words:
        lines.setdefault(word[5], []).append(word)
    return list(lines.values())


def _near(shared: Sequence[int], place: int) -> float:
    """Words shared with the quotation on a line; its neighbours count half, for labels go over two lines."""
    beside = [shared[other] for other in (place - 1, place + 1) if 0 <= other < len(shared)]
    return shared[place] + max(beside, default=0) / 2


def _in_line(line: Sequence[Row], said: Figure, raw: str, mark: Mark) -> list[Printed]:
    """Every place on a line where the raw text is a figure of its own, and not a piece of a longer one."""
    wanted, found, taken = flat_figure(raw), [], -1
    for length in range(1, MOST_WORDS + 1):
        for start in range(len(line) - length + 1):
            words = line[start : start + length]
            if start > taken and wanted in "".join(str(word[4]) for word in words):
                printed = _read(line, start, start + length, said, mark)
                if printed is not None:
                    found.append(printed)
        if found:
            break
    return found


def _read(line: Sequence[Row], start: int, end: int, said: Figure, mark: Mark) -> Printed | None:
    """The figure of these words and of the unit words beside them, when it is the one that was said."""
    text = _figure_text(" ".join(str(word[4]) for word in line[start:end]), mark)
    if text is None or not _alike(figures.read(text, mark), said):
        return None
    while end < len(line) and _UNIT_WORD.fullmatch(str(line[end][4]).rstrip(".,;")):
        longer = f"{text} {str(line[end][4]).rstrip('.,;')}"
        if not _alike(figures.read(longer, mark), said):
            break
        text, end = longer, end + 1
    while start > 0 and _CURRENCY_WORD.fullmatch(str(line[start - 1][4])):
        longer = f"{line[start - 1][4]} {text}"
        if not _alike(figures.read(longer, mark), said):
            break
        text, start = longer, start - 1
    figure = figures.read(text, mark)
    return Printed(figure, text, _box(line[start:end])) if figure else None


def _figure_text(text: str, mark: Mark) -> str | None:
    """The figure in these words without the sentence's punctuation: "(12.4%)," is 12.4%, "(1,234)" is below zero."""
    bare = text.strip(" .,;:")
    aside = bare.startswith("(") and bare.endswith(("%)", "x)"))
    tries = (bare[1:-1],) if aside else (bare, bare.rstrip(")"), bare.lstrip("("))
    return next((one for one in tries if one and figures.read(one, mark)), None)


def _alike(printed: Figure | None, said: Figure) -> bool:
    """Whether a printed figure has the digits that were said; a unit word may have been left out, never added."""
    if printed is None:
        return False
    value = printed.value if said.factor != 1 else printed.value / printed.factor
    return abs(abs(value) - abs(said.value)) <= EXACT * max(1.0, abs(value)) and said.unit in ("amount", printed.unit)


def _box(words: Sequence[Row]) -> list[float]:
    return [
        min(word[0] for word in words),
        min(word[1] for word in words),
        max(word[2] for word in words),
        max(word[3] for word in words),
    ]
