"""Headlines: lines of large type put together with what stands right above and below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from classifier.reading.layout.lines import Line
from classifier.reading.layout.printed import Box, gather
from classifier.reading.layout.printed_columns import Block
from classifier.reading.page.bylines import line_byline

KICKER_CHARS = 16
"""Up to this length a line right above a headline is its kicker even where a column's text might stand."""


@dataclass(slots=True, eq=False)
class Head:
    """A headline: its own lines, what stands above (kicker 引题) and below it (subtitle 副题), a byline."""

    above: list[Line]
    main: list[Line]
    below: list[Line]
    box: Box
    size: float
    bylines: list[Line] = field(default_factory=list)

    @property
    def vertical(self) -> bool:
        return self.main[0].vertical

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.main)


def heads_of(lines: Sequence[Line], body: float, barriers: Sequence[Box], *, exact: bool) -> list[Head]:
    """Group lines of large type into headlines; ``exact`` says that sizes are not measured on a scan."""
    pairs = combinations(range(len(lines)), 2)
    groups = gather(len(lines), pairs, lambda i, j: _belong(lines[i], lines[j], body, lines, barriers))
    return [make_head([lines[i] for i in group], exact=exact) for group in groups]


def make_head(lines: list[Line], *, exact: bool) -> Head:
    """A headline of these lines: the largest are its own."""
    lines = in_rows(lines)
    largest = max(line.size for line in lines)
    main = [line for line in lines if line.size >= (0.9 if exact else 0.8) * largest]
    rest = [line for line in lines if line not in main]
    box = Box.around_all(line.box for line in lines)
    if main[0].vertical:
        return Head([], main, rest, box, largest)
    top, bottom = main[0].box.top, main[-1].box.bottom
    above = [line for line in rest if line.middle < top + 0.3 * largest]
    below = [line for line in rest if line not in above and line.middle > bottom - 0.3 * largest]
    between = [line for line in rest if line not in above and line not in below]
    return Head(above, main, below + between, box, largest)


def in_rows(lines: list[Line]) -> list[Line]:
    """Lines from top to bottom, those of one row from left to right; upright ones from right to left."""
    if any(line.vertical for line in lines):
        return sorted(lines, key=lambda x: -x.box.left)
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda x: x.middle):
        if rows and line.middle - rows[-1][0].middle < 0.45 * min(line.size, rows[-1][0].size):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda x: x.box.left)]


def _belong(a: Line, b: Line, body: float, lines: Sequence[Line], barriers: Sequence[Box]) -> bool:
    """Whether two lines of large type are of one headline."""
    small, large = sorted((a.size, b.size))
    if a.vertical != b.vertical:
        return False
    if a.vertical:
        apart = -a.box.shared_x(b.box)
        if small / large < 0.9 and apart > 0.8 * small:
            return False
        return apart < 0.9 * small and a.box.shared_y(b.box) > 0.3 * min(a.box.height, b.box.height)
    shared = a.box.shared_x(b.box)
    upper, lower = (a, b) if a.middle < b.middle else (b, a)
    apart = lower.box.top - upper.box.bottom
    in_one_row = abs(a.middle - b.middle) < 0.35 * small
    if in_one_row or shared < 0.25 * min(a.box.width, b.box.width):
        return False
    reach = max(1.5 * body if lower.size < upper.size else 0.9 * body, 0.55 * small)
    if apart > (0.75 * small if small / large > 0.9 else reach):
        return False
    if any(
        other is not a
        and other is not b
        and upper.middle < other.middle < lower.middle
        and other.box.shared_x(lower.box) > 0
        for other in lines
    ):
        return False
    return not any(
        bar.top >= upper.middle and bar.bottom <= lower.middle and bar.shared_x(upper.box) > 0 for bar in barriers
    )


def take_lines_around(heads: Sequence[Head], blocks: list[Block], body: float) -> None:
    """Short lines of the body's size that stand right above or below a headline are its kicker, subtitle or byline."""
    _take_bylines_beside(heads, blocks, body)
    for one in list(blocks):
        if len(one.lines) > 2 or one not in blocks:
            continue
        for h in sorted(heads, key=lambda h: -h.box.shared_x(one.box)):
            if h.vertical:
                continue
            shared = h.box.shared_x(one.box)
            if shared < 0.5 * min(one.box.width, h.box.width):
                continue
            under, over = one.box.top - h.box.bottom, h.box.top - one.box.bottom
            if -0.4 * body <= under <= 1.5 * body and (
                line_byline(one.text) or one.text.startswith(("—", "──")) or _stands_free(one, blocks, body)
            ):
                if line_byline(one.text):
                    h.bylines += one.lines
                elif len(one.lines) == 1 and len(one.text) <= 40:
                    h.below += one.lines
                else:
                    continue
            elif -0.4 * body <= over <= 1.1 * body and len(one.lines) == 1 and len(one.text) <= 30:
                if one.text[-1] in "。；，" or (one.starts == "middle" and len(one.text) > KICKER_CHARS):
                    continue
                h.above += one.lines
            else:
                continue
            h.box = h.box.around(one.box)
            blocks.remove(one)
            break


def _take_bylines_beside(heads: Sequence[Head], blocks: list[Block], body: float) -> None:
    """A byline in the middle of an article's columns, under a headline that stands at their left."""
    for one in list(blocks):
        if len(one.lines) > 1 or not line_byline(one.text):
            continue
        near = [
            (-h.box.shared_x(one.box), h)
            for h in heads
            if not h.vertical
            and -0.4 * body <= one.box.top - h.box.bottom <= 2.5 * body
            and 0 < -h.box.shared_x(one.box) < 25 * body
            and h.box.left < one.box.left
        ]
        over = any(h.box.shared_x(one.box) > 0 and -body < one.box.top - h.box.bottom < 4 * body for h in heads)
        if near and not over:
            h = min(near, key=lambda pair: pair[0])[1]
            h.bylines += one.lines
            blocks.remove(one)


def _stands_free(one: Block, blocks: Sequence[Block], body: float) -> bool:
    """Whether a line under a headline is no column's: it stands across a gutter or over several blocks."""
    if one.text[-1] in "。；，":
        return False
    under = [
        b for b in blocks if b is not one and 0 <= b.box.top - one.box.bottom < 3 * body and b.box.shared_x(one.box) > 0
    ]
    return len(under) > 1 and one.box.left > min(b.box.left for b in under) + 3 * body
