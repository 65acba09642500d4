"""Text set from top to bottom, its columns from right to left: laid down so that it is read like any other.

A place (x, y) of such text becomes (y, width - x): its characters then run to the right and its columns
downwards.  What was found is stood up again afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from classifier.reading.layout.heads import Head
from classifier.reading.layout.lines import Line
from classifier.reading.layout.measured import without_gaps
from classifier.reading.layout.printed import Box, PrintedPage, TextPiece
from classifier.reading.layout.printed_columns import Block

LEAST_CHARACTERS = 40
"""This many characters of the body's size that run downwards are more than a headline."""
LEAST_COLUMNS = 3
SAMPLE = 300
LEAST_SHARE = 0.04
"""Where this many of a sample run downwards, all characters are looked at."""


@dataclass(frozen=True, slots=True)
class UprightText:
    """A part of a page that is set from top to bottom, and its pieces."""

    box: Box
    pieces: tuple[TextPiece, ...]


def split_upright(page: PrintedPage, body: float) -> tuple[PrintedPage, list[UprightText]]:
    """The page without its upright parts, and these; a page is looked at closely only where its text runs downwards."""
    if not page.exact:
        return page, []
    pieces = [p for p in page.pieces if p.text.strip() and len(p.text) <= 2]
    near = _Neighbours(pieces)
    sample = range(0, len(pieces), max(1, len(pieces) // SAMPLE))
    if sum(near.run_downwards(i) for i in sample) < LEAST_SHARE * len(sample):
        return page, []
    parts = []
    downwards = [piece for i, piece in enumerate(pieces) if near.run_downwards(i)]
    for group in _near_one_another(downwards, 2.2 * body):
        small = [p for p in group if p.size < 1.17 * body]
        columns = {round(p.box.x / body) for p in small}
        if len(small) < LEAST_CHARACTERS or len(columns) < LEAST_COLUMNS:
            continue
        box = Box.around_all(p.box for p in group)
        inside = [p for p in pieces if box.holds(p.box.x, p.box.y)]
        upright = {id(p) for p in group}
        if sum(id(p) in upright for p in inside) > 0.6 * len(inside):
            parts.append(UprightText(box, tuple(inside)))
    gone = {id(p) for part in parts for p in part.pieces}
    return replace(page, pieces=tuple(p for p in page.pieces if id(p) not in gone)), parts


def lay_down(box: Box, width: float) -> Box:
    """Where a box stands once its text is laid down."""
    return Box(box.top, width - box.right, box.bottom, width - box.left)


def stand_up(box: Box, width: float) -> Box:
    """The opposite of lay_down."""
    return Box(width - box.bottom, box.left, width - box.top, box.right)


def stand_block_up(block: Block, width: float) -> None:
    block.lines = [_stand_line_up(line, width) for line in block.lines]
    block.box = stand_up(block.box, width)


def stand_head_up(head: Head, width: float) -> None:
    for lines in (head.above, head.main, head.below, head.bylines):
        lines[:] = [_stand_line_up(line, width) for line in lines]
    head.box = stand_up(head.box, width)


def _stand_line_up(line: Line, width: float) -> Line:
    return replace(line, text=without_gaps(line.text), box=stand_up(line.box, width), vertical=True)


class _Neighbours:
    """Finds the characters near a character."""

    def __init__(self, pieces: Sequence[TextPiece]) -> None:
        self.pieces = pieces
        self.middles = [(p.box.x, p.box.y) for p in pieces]
        self.step = max(1.0, sorted(p.size for p in pieces)[len(pieces) // 2] * 2) if pieces else 1.0
        self.cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i, (x, y) in enumerate(self.middles):
            self.cells[int(x / self.step), int(y / self.step)].append(i)

    def run_downwards(self, i: int) -> bool:
        """Whether the nearest neighbour of a character's size stands above or below it, not beside."""
        (x, y), size = self.middles[i], self.pieces[i].size
        beside = along = 2.2 * size
        for j in self._near(x, y, 2.2 * size):
            if j == i or not 0.85 < self.pieces[j].size / size < 1.18:
                continue
            dx, dy = abs(self.middles[j][0] - x), abs(self.middles[j][1] - y)
            if dx < 0.35 * size:
                along = min(along, dy)
            if dy < 0.35 * size:
                beside = min(beside, dx)
        return along < 0.85 * beside

    def _near(self, x: float, y: float, reach: float) -> Iterator[int]:
        columns = range(int((x - reach) / self.step), int((x + reach) / self.step) + 1)
        rows = range(int((y - reach) / self.step), int((y + reach) / self.step) + 1)
        for column in columns:
            for row in rows:
                yield from self.cells.get((column, row), ())


def _near_one_another(pieces: Sequence[TextPiece], reach: float) -> list[list[TextPiece]]:
    """Groups of pieces, each within ``reach`` of another of its group."""
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i, p in enumerate(pieces):
        cells[int(p.box.left / reach), int(p.box.top / reach)].append(i)
    groups, seen = [], set()
    for start in range(len(pieces)):
        if start in seen:
            continue
        seen.add(start)
        waiting, group = [start], []
        while waiting:
            i = waiting.pop()
            group.append(pieces[i])
            box = pieces[i].box
            for c in range(int(box.left / reach) - 1, int(box.right / reach) + 2):
                for r in range(int(box.top / reach) - 1, int(box.bottom / reach) + 2):
                    for j in cells.get((c, r), ()):
                        other = pieces[j].box
                        if j not in seen and box.shared_x(other) > -reach and box.shared_y(other) > -reach:
                            seen.add(j)
                            waiting.append(j)
        groups.append(group)
    return groups
