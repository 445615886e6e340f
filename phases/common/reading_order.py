"""Words of a page in the order they are read: columns of prose one after the other, rows of a table across.

The page is cut at white space, as a reader does: down the middle where both sides hold running text, else across, and
so on in each part (an XY cut). Rows of a table keep all their cells on one visual line, however far apart.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

GUTTER = 7.0  # points of white between two columns of prose; word spaces are 2 to 5
PIECE_GAP = 1.0  # of the height: wider white ends a piece of a line
LEVEL = 2.0  # times the height: how far first lines are moved in, and skewed ones stand apart
NEXT_LINE = 0.8  # of the height: white between two lines of one paragraph
SAME_HEIGHT = 1.3  # times
OPEN_CHAINS = 40  # columns of a page side by side, at most
SAME_LINE = 0.5  # share of the smaller height by which two words on one line overlap
PROSE_LINES = 3  # of a block of running text, at least
PROSE_WORDS = 4.0  # median words on a line of running text; cells of a table have fewer
PROSE_LETTERS = 0.75  # share of words that are no figures
PROSE_LOWER = 0.5  # share that begin small; names in a column begin large, and even German nouns leave more than half
PROSE_FILL = 0.55  # median line of running text over its widest
ROW_TOP = 3.0  # points: blocks that begin at the same height stand in one row of a table
TABLE_ROWS = 3  # such rows that make two columns of text a table
ALIGNED_SHARE = 0.6  # of the blocks on the side that has fewer
FIGURES_SHARE = 0.6  # of the pieces beside text that have no letter: a column of figures
TABLE_LINES = 0.5  # share of what stands beside text on its lines or at the top of a paragraph: above, it is a table


class Item(NamedTuple):
    """A word: its box, the block and line that the PDF's producer put it in, its text, its place in some list."""

    x0: float
    y0: float
    x1: float
    y1: float
    block: int
    line: int
    text: str
    place: int


class _Block(NamedTuple):
    """Words that belong together on the way down: a paragraph, or one piece of a row."""

    x0: float
    y0: float
    x1: float
    y1: float
    items: list[Item]
    tops: list[float]  # of its lines
    prose: bool


def lines(items: Sequence[Item]) -> list[list[Item]]:
    """The visual lines of a page in reading order, words from left to right."""
    return [line for part in _parts(_blocks(items)) for line in rows([item for block in part for item in block.items])]


def rows(items: Sequence[Item]) -> list[list[Item]]:
    """Words grouped by the height they stand at, top down; on one row when they overlap by half the smaller height."""
    if len(items) == 1:
        return [list(items)]
    found: list[tuple[float, float, list[Item]]] = []
    for item in sorted(items, key=lambda item: ((item.y0 + item.y1) / 2, item.x0)):
        for top, bottom, row in reversed(found[-4:]):
            overlap = min(bottom, item.y1) - max(top, item.y0)
            if overlap >= SAME_LINE * min(bottom - top, item.y1 - item.y0):
                row.append(item)
                break
        else:
            found.append((item.y0, item.y1, [item]))
    return [sorted(row, key=lambda item: item.x0) for _, _, row in sorted(found, key=lambda one: one[0] + one[1])]


def _blocks(items: Sequence[Item]) -> list[_Block]:
    """Paragraphs whole; everything else piece by piece, so that a row's pieces can go to the sides of a gutter."""
    blocks = []
    for chain in _chains(_pieces(items)):
        if _is_prose(chain):
            blocks.append(_block(chain, prose=True))
        else:
            blocks += [_block([piece], prose=False) for piece in chain]
    return blocks


def _pieces(items: Sequence[Item]) -> list[list[Item]]:
    """Words that follow each other on a line without wide white between them."""
    by_line: dict[tuple[int, int], list[Item]] = {}
    for item in items:
        by_line.setdefault((item.block, item.line), []).append(item)
    pieces: list[list[Item]] = []
    for members in by_line.values():
        for row in rows(members):
            pieces.append([row[0]])
            for before, item in itertools.pairwise(row):
                if item.x0 - before.x1 > PIECE_GAP * (item.y1 - item.y0):
                    pieces.append([])
                pieces[-1].append(item)
    return pieces


def _chains(pieces: list[list[Item]]) -> list[list[list[Item]]]:
    """Pieces that stand close below each other at the same left edge: lines of a paragraph, cells of a column."""
    chains: list[list[list[Item]]] = []
    for piece in sorted(pieces, key=lambda piece: (piece[0].y0, piece[0].x0)):
        chain = next((one for one in reversed(chains[-OPEN_CHAINS:]) if _follows(one[-1][0], piece[0])), None)
        if chain is None:
            chains.append([piece])
        else:
            chain.append(piece)
            chains.remove(chain)
            chains.append(chain)
    return chains


def _follows(above: Item, below: Item) -> bool:
    low, high = above.y1 - above.y0, below.y1 - below.y0
    if low > high:
        low, high = high, low
    white = below.y0 - above.y1
    return abs(above.x0 - below.x0) <= LEVEL * high and -low < white <= NEXT_LINE * low and high <= SAME_HEIGHT * low


def _block(pieces: list[list[Item]], *, prose: bool) -> _Block:
    items = [item for piece in pieces for item in piece]
    box = (min(i.x0 for i in items), min(i.y0 for i in items), max(i.x1 for i in items), max(i.y1 for i in items))
    return _Block(*box, items, [min(item.y0 for item in piece) for piece in pieces], prose)


def _is_prose(block_rows: list[list[Item]]) -> bool:
    if len(block_rows) < PROSE_LINES:
        return False
    words = [item for row in block_rows for item in row]
    letters = sum(not any(sign.isdigit() for sign in item.text) for item in words) / len(words)
    small = sum(item.text[:1].islower() for item in words) / len(words)
    widths = [row[-1].x1 - row[0].x0 for row in block_rows]
    return (
        statistics.median(len(row) for row in block_rows) >= PROSE_WORDS
        and letters >= PROSE_LETTERS
        and small >= PROSE_LOWER
        and statistics.median(widths) >= PROSE_FILL * max(widths)
    )


def _parts(blocks: list[_Block]) -> list[list[_Block]]:
    """Blocks in groups that are read one after the other; inside a group, rows run across."""
    if len(blocks) <= 1:
        return [blocks] if blocks else []
    sides = _split_sides(blocks)
    if sides:
        return [part for side in sides for part in _parts(side)]
    bands = _runs(blocks, lambda block: (block.y0, block.y1), 0.0)
    if len(bands) == 1:
        return [blocks]
    groups: list[list[_Block]] = []
    for band in bands:
        joined = [*groups[-1], *band] if groups else band
        if groups and _split_sides(joined):
            groups[-1] = joined
        else:
            groups.append(band)
    if len(groups) == 1:
        return [blocks]
    return [part for group in groups for part in (_parts(group) if _split_sides(group) else [group])]


def _split_sides(blocks: list[_Block]) -> list[list[_Block]] | None:
    """The blocks left and right of the widest gutter between columns of prose, or None."""
    if sum(block.prose for block in blocks) == 0:
        return None
    runs = _runs(blocks, lambda block: (block.x0, block.x1), GUTTER)
    for place in _widest_first(runs):
        left = [block for run in runs[:place] for block in run]
        right = [block for run in runs[place:] for block in run]
        if _are_columns(left, right):
            return [left, right]
    return None


def _widest_first(runs: list[list[_Block]]) -> list[int]:
    gaps = [
        (min(block.x0 for block in runs[place]) - max(block.x1 for block in runs[place - 1]), place)
        for place in range(1, len(runs))
    ]
    return [place for _, place in sorted(gaps, reverse=True)]


def _are_columns(left: list[_Block], right: list[_Block]) -> bool:
    prose = [[block for block in side if block.prose] for side in (left, right)]
    if all(prose):
        return not _is_table(*prose)
    if not any(prose):
        return False
    text, other = (left, right) if prose[0] else (right, left)
    if len({round(block.y0) for block in other}) < PROSE_LINES:
        return False
    tops = [top for block in text for top in (block.tops if _are_figures(other) else block.tops[:1])]
    beside = [block for block in other if any(abs(block.y0 - top) <= ROW_TOP for top in tops)]
    return len(beside) <= TABLE_LINES * len(other)


def _are_figures(blocks: list[_Block]) -> bool:
    """Whether these are cells without labels of their own: then they belong to the lines they stand on."""
    bare = sum(not any(sign.isalpha() for item in block.items for sign in item.text) for block in blocks)
    return bare >= FIGURES_SHARE * len(blocks)


def _is_table(left: list[_Block], right: list[_Block]) -> bool:
    """Whether two columns of text are cells of a table: their blocks begin at the same heights."""
    few, many = sorted((left, right), key=len)
    level = sum(any(abs(block.y0 - other.y0) <= ROW_TOP for other in many) for block in few)
    return level >= TABLE_ROWS and level >= ALIGNED_SHARE * len(few)


def _runs(blocks: list[_Block], extent: Callable[[_Block], tuple[float, float]], gap: float) -> list[list[_Block]]:
    """Blocks in groups whose extents are further apart than `gap`, in the order of the extents."""
    found: list[list[_Block]] = []
    end = 0.0
    for block in sorted(blocks, key=extent):
        start, stop = extent(block)
        if found and start - end <= gap:
            found[-1].append(block)
            end = max(end, stop)
        else:
            found.append([block])
            end = stop
    return found
