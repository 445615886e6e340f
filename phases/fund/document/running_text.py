"""Which lines of a page are running text, and what the line before says: sentences do not end where lines do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from phases.common.pdf_lines import Line

LEVEL = 3.0  # points that lines of one paragraph may begin apart
SPACING = 0.8  # of the height: the most white between two lines of one paragraph
ALIKE = 0.08  # of the height: lines of one paragraph are set in one size
TAIL = 80  # characters of the line before that are kept


def follow(lines: Sequence[Line]) -> Iterator[tuple[Line, str, bool]]:
    """Each line with the end of the one that it continues ("" for none), and whether it is running text."""
    for paragraph in _paragraphs(lines):
        running = len(paragraph) > 1 and any(line.prose for line in paragraph)
        for place, line in enumerate(paragraph):
            upper = paragraph[place - 1] if place else None
            joins = upper is not None and (running or max(len(upper.cells), len(line.cells)) == 1)
            before = upper.text[-TAIL:] if upper is not None and joins else ""
            yield line, before, running


def _paragraphs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines right below each other, from the same left edge and in the same size; the first may be indented."""
    paragraph: list[Line] = []
    for line in lines:
        if paragraph and not _continues(paragraph[-1], line):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph


def _continues(upper: Line, lower: Line) -> bool:
    white = lower.box[1] - upper.box[3]
    return (
        upper.page == lower.page
        and abs(upper.height - lower.height) <= ALIKE * upper.height
        and -SPACING * upper.height < white <= SPACING * upper.height
        and abs(upper.box[0] - lower.box[0]) <= LEVEL
    )
