"""Lines of running text as headings and paragraphs, joined across line ends, columns and pages.

A word that was broken at the end of a line is put together again; where both halves are words of the document
(cross-device), the hyphen stays.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Collection, Sequence
from typing import NamedTuple

from phases.common.pdf_lines import Line

TALLER = 1.12  # times the document's usual height: set larger than running text
HEADING_WORDS = 14
HEADING_CAPITALS = 0.6  # share of words that begin large (or of all capitals), in a line without a full stop
PARAGRAPH_GAP = 0.55  # of the height: more white than between lines of one paragraph
INDENT = 9.0  # points by which a first line is moved in
SHORT_LINE = 0.75  # of the next line: a line before a new paragraph often ends early
SMALL_GAP = 0.3  # of the height: white that parts paragraphs where the line before ended early
PROSE_WORDS = 4  # on a line of running text, at least
_BULLET = re.compile(r"\s*(?:[•▪■◦●–*-]\s|\(?[a-z0-9]{1,3}[.)]\s)")
_OPEN_END = re.compile(r"[\w,;–-]\Z")
_LABELLED = re.compile(
    r"(?!Note|Item|Part|Section|Schedule|Appendix|Exhibit)[A-ZÀ-Þ][^\W\d]*(?:[ /-][^\W\d]+){0,3}:\s+\S"
)
_ENDED = re.compile(r"[.!?:;”\"’)*]\Z")
_GLUE = re.compile(r"(?:[,&(-]|\b(?:and|or|by|from|with|of|the|in|to|for|at))\Z")
_PAGE_NUMBER = re.compile(r"\W*(?:page\s*|seite\s*)?\d{1,4}(?:\s*(?:/|of|von|sur|de)\s*\d{1,4})?\W*\Z", re.IGNORECASE)
_LEGAL_END = re.compile(
    r"\w,? (?:Inc|Corp|Ltd|Co|L\.\s?P|L\.\s?L\.\s?C|N\.V|B\.V|S\.A|S\.A\.S)\.\s*\Z"
)  # full stop of a name
_LETTERS = re.compile(r"[^\W\d_]+")


class Paragraph(NamedTuple):
    """Lines that are read as one: a heading, or a paragraph of running text."""

    lines: list[Line]
    heading: bool
    text: str


def usual_height(lines: Sequence[Line]) -> float:
    """The height of most words: that of running text."""
    return statistics.median(line.height for line in lines for _ in line.words) if lines else 0.0


def vocabulary(lines: Sequence[Line]) -> frozenset[str]:
    """The words of a document in lower case, by which broken words are recognised; halves at line ends are none."""
    return frozenset(
        word.lower()
        for line in lines
        for place, one in enumerate(line.words)
        if place + 1 < len(line.words) or not one.text.endswith("-")
        for word in _LETTERS.findall(one.text)
    )


def paragraphs(lines: Sequence[Line], usual: float, known: Collection[str]) -> list[Paragraph]:
    """The lines (of running text, in reading order) as headings and paragraphs; page numbers are left out."""
    found: list[tuple[list[Line], bool]] = []
    for line in lines:
        if _PAGE_NUMBER.match(line.text):
            continue
        heading = is_heading(line, usual) and not (found and _unfinished(found[-1], line))
        if found and _goes_on(found[-1], line, heading=heading):
            found[-1][0].append(line)
        else:
            found.append(([line], heading))
    return [Paragraph(members, heading, joined([line.text for line in members], known)) for members, heading in found]


def _unfinished(last: tuple[list[Line], bool], line: Line) -> bool:
    """Whether the running text right above a line cannot end there: a line of nothing but names is no heading then."""
    before = last[0][-1]
    near = abs(line.box[1] - before.box[3]) < PARAGRAPH_GAP * line.height
    same = abs(line.height - before.height) <= 1.0 and len(before.words) >= PROSE_WORDS
    open_end = same and not _ENDED.search(before.text)
    return not last[1] and near and (open_end or _GLUE.search(before.text) is not None)


def is_heading(line: Line, usual: float) -> bool:
    """Whether a line heads what follows: short, without a full stop, and set larger, in capitals or as a title."""
    words = line.text.split()
    letters = [word for word in words if word[0].isalpha()]
    ended = line.text.rstrip()[-1] in ".;,!" and not _LEGAL_END.search(line.text)
    if len(words) > HEADING_WORDS or not letters or ended or line.data or _BULLET.match(line.text):
        return False
    capitals = sum(word[0].isupper() for word in letters) / len(letters)
    if line.height >= TALLER * usual:
        return capitals > 0 and letters[0][0].isupper()
    if _LABELLED.match(line.text):
        return False
    whole = line.text.isupper() and len(line.text) > 3  # noqa: PLR2004  (an abbreviation alone heads nothing)
    long_words = [word for word in letters if len(word) > 3]  # noqa: PLR2004  (of, and, the, in are small in titles)
    titled = (
        len(line.cells) == 1
        and bool(long_words)
        and all(word[0].isupper() for word in long_words)
        and capitals >= HEADING_CAPITALS
    )
    return whole or (titled and len(words) <= HEADING_WORDS // 2 and not line.text.rstrip().endswith(":"))


def joined(texts: Sequence[str], known: Collection[str]) -> str:
    """The texts of lines as one; words broken at a line's end are put together."""
    whole = ""
    for text in texts:
        if not whole:
            whole = text
        elif whole.endswith("-") and text[:1].islower():
            left, right = _last_letters(whole[:-1]), _first_letters(text)
            compound = f"{left}{right}".lower() not in known and {left.lower(), right.lower()} <= set(known)
            whole = (whole if compound or not left else whole[:-1]) + text
        else:
            whole += ("" if whole.endswith(("—", "/")) else " ") + text
    return whole


def _last_letters(text: str) -> str:
    match = re.search(r"[^\W\d_]+\Z", text)
    return match.group() if match else ""


def _first_letters(text: str) -> str:
    match = _LETTERS.match(text)
    return match.group() if match else ""


def _goes_on(last: tuple[list[Line], bool], line: Line, *, heading: bool) -> bool:
    lines, is_head = last
    before = lines[-1]
    if is_head != heading or _BULLET.match(line.text):
        return False
    white = line.box[1] - before.box[3]
    if before.page != line.page or white < -2 * line.height or white > 4 * line.height:  # another column or page
        return not heading and bool(_OPEN_END.search(before.text)) and line.text[:1].islower()
    if heading:
        return white <= PARAGRAPH_GAP * line.height and abs(line.height - before.height) <= 1.0
    if white > PARAGRAPH_GAP * line.height:
        return bool(_OPEN_END.search(before.text)) and line.text[:1].islower()
    short = before.box[2] - before.box[0] < SHORT_LINE * (line.box[2] - line.box[0])
    if short and white > SMALL_GAP * line.height and line.text[:1].isupper() and not _GLUE.search(before.text):
        return False
    left = min(one.box[0] for one in lines)
    starts_new = line.box[0] - left > INDENT and before.text[-1:] in ".!?:"
    return not starts_new
