"""The rows of a table with their labels, whole: text left of the figures, with the lines that it was wrapped to.

A label may continue the lines above it ("Net increase in net assets resulting" / "from operations"), say only when of
what its section names ("NET ASSETS:" / "Beginning of period"), or go on below its figures.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from phases.common import report_dates
from phases.fund.metrics import candidates, metric_labels
from phases.fund.metrics.metric_labels import Meaning
from phases.fund.tables.rows import Cell, Row
from phases.fund.tables.tables import Table, holds_figures

WRAPPED = 3  # lines above or below that a label may continue
_DATED = re.compile(r"(?:\b(?:at|as of|as at|on|per|zum|am|au|al|pr\.?|op|,)|\()\s*\Z", re.IGNORECASE)
_WHEN = re.compile(r"(?:at )?(?:the )?(?:beginning|end|opening|closing|start)\b", re.IGNORECASE)  # says when, not what


class Labelled(NamedTuple):
    """A label with the figures that it stands beside, from left to right, and the lines that it goes on with below.

    opening: a row further down has the same kind of label with a later date ("Capital account at 30 June").
    """

    label: str
    section: str
    above: tuple[str, ...]  # text rows right above, nearest last
    cells: tuple[Cell, ...]
    row: Row
    below: tuple[str, ...] = ()
    opening: bool = False


def labelled_rows(table: Table) -> list[Labelled]:
    """Rows of figures with their labels; a row with several labels gives one for each."""
    found = list(_labelled(table))
    days = [label_day(one.label) for one in found]
    last = max((day for day in days if day), default=None)
    return [
        one._replace(opening=day is not None and last is not None and day < last)
        for one, day in zip(found, days, strict=True)
    ]


def label_day(label: str) -> date | None:
    """The month's end that a label dates its figures with, or None."""
    found = [one for one in report_dates.find(label) if one.exact == "day" and _DATED.search(label[: one.start])]
    return found[-1].day if found and candidates.is_month_end(found[-1].day) else None


def _labelled(table: Table) -> Iterator[Labelled]:
    section, above = "", list[str]()
    for place, row in enumerate(table.body):
        if not holds_figures(row):
            text = row.cells[0].text
            above = [*above[-WRAPPED + 1 :], text]
            section = text
            continue
        below = tuple(one.cells[0].text for one in continued_below(table.body[place + 1 :]))
        for label, cells in _labels(row):
            yield Labelled(label, section, tuple(above), tuple(cells), row, below)
        above = []


def caption(table: Table) -> str:
    """The title of a table and what stands over its first figures; without a header both are read as its rows."""
    leading = itertools.takewhile(lambda row: not holds_figures(row), table.body)
    return " ".join((table.title, *(row.text for row in leading)))


def continued_below(rows: Sequence[Row]) -> list[Row]:
    """The rows of text right below figures that go on with their label, in small letters or in brackets."""
    lines = itertools.takewhile(lambda row: not holds_figures(row) and _goes_on(row.cells[0].text), rows)
    return list(itertools.islice(lines, WRAPPED))


def _goes_on(text: str) -> bool:
    return text[:1] == "(" or text[:1].islower()


def _labels(row: Row) -> list[tuple[str, list[Cell]]]:
    """Each text of a row with the figures that follow it before the next text."""
    groups: list[tuple[list[str], list[Cell]]] = []
    for cell in row.cells:
        if cell.kind in ("text", "date"):
            if not groups or groups[-1][1]:
                groups.append(([], []))
            groups[-1][0].append(cell.text)
        elif groups:
            groups[-1][1].append(cell)
    return [(" ".join(texts), cells) for texts, cells in groups if cells]


def reading(labelled: Labelled) -> tuple[Meaning, str] | None:
    """The best reading of a label: by name before by a general word, with more lines before fewer."""
    texts = [labelled.label]
    for line in reversed(labelled.above):
        if _heads_section(line, labelled.label):
            break
        texts.insert(0, f"{line} {texts[0]}")
    for count in range(1, len(labelled.below) + 1):
        texts.insert(0, " ".join((labelled.label, *labelled.below[:count])))
    if labelled.section and _WHEN.match(labelled.label):
        texts.insert(0, f"{labelled.section} {labelled.label}")
    found = [(meaning, text) for text in texts if (meaning := metric_labels.meaning(text))]
    best = min(found, key=lambda one: one[0].rank) if found else None
    if best and labelled.opening and best[0].metric == "nav":
        return best[0]._replace(metric="beginning_nav"), best[1]
    return best


def _heads_section(line: str, label: str) -> bool:
    """Whether a line above is a heading and not the first half of the label."""
    return (line.rstrip().endswith(":") and not _goes_on(label)) or (line.isupper() and not label.isupper())
