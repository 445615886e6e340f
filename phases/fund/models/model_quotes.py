"""Quotations that a model gave, found again in the running text of the document; what is not there is dropped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from phases.fund.document.passages import Passage
from phases.fund.models import model_fields

MIN_CHARS = 12  # of a quotation without white space; shorter ones stand anywhere


class Quoted(NamedTuple):
    """A stretch of a passage: the printed words, whatever a model made of their spaces, hyphens and case."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]

    def place(self, start: int = 0, end: int | None = None) -> tuple[int, list[float]]:
        """Page and box of a part of it."""
        last = self.end if end is None else self.start + end
        return self.passage.where(self.start + start, last)


class Texts:
    """The passages of a document, each flattened once."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._flat = [(passage, *_flat_with_places(passage.text)) for passage in passages]

    def find(self, quote: str, page: int) -> Quoted | None:
        """Where a quotation stands on this page, or None."""
        wanted = model_fields.flat(quote)
        if len(wanted) < MIN_CHARS:
            return None
        for passage, text, places in self._flat:
            at = text.find(wanted)
            while at >= 0:
                found = Quoted(passage, places[at], places[at + len(wanted) - 1] + 1)
                if found.place()[0] == page:
                    return found
                at = text.find(wanted, at + 1)
        return None


def overlap(one: str, other: str) -> bool:
    """Whether two quotations are of one place: one holds the other."""
    first, second = model_fields.flat(one), model_fields.flat(other)
    return bool(first and second) and (first in second or second in first)


@cache
def _flat_char(char: str) -> str:
    return model_fields.flat(char)


def _flat_with_places(text: str) -> tuple[str, Sequence[int]]:
    """The flattened text, and for each of its characters where it stands in the text."""
    pieces, places = [], []
    for place, char in enumerate(text):
        piece = _flat_char(char)
        pieces.append(piece)
        places += [place] * len(piece)
    return "".join(pieces), places
