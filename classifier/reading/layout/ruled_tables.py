"""Tables drawn with rules: the text of each row put together, so that its cells are no columns of an article."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from classifier.reading.layout.printed import Box, PrintedPage, TextPiece, gather

MOST_SIDES = 1_500
"""On a page with more rules than this no tables are looked for."""
HIGHEST_ROW = 4.0
"""Rows are at most this high on average, in type sizes; rules between articles stand further apart."""
TOUCH = 2.0


def with_rows(page: PrintedPage, body: float) -> PrintedPage:
    """The page with each row of a ruled table as one piece of text, and without the table's rules."""
    low = [f for f in page.frames if f.height < 0.5 * page.height]
    sides = [*page.rules, *(side for frame in low for side in frame.sides())]
    if not 6 <= len(sides) <= MOST_SIDES:
        return page
    pieces, rules, frames = list(page.pieces), list(page.rules), list(page.frames)
    for group in _touching(sides, 1.5 * HIGHEST_ROW * body):
        level = _lines_at([s.y for s in group if s.width > s.height])
        upright = _lines_at(
            [s.x for s in group if s.height >= s.width]
            + [x for s in group if s.width > s.height for x in (s.left, s.right)]
        )
        if len(level) < 3 or len(upright) < 3 or level[-1] - level[0] > HIGHEST_ROW * body * (len(level) - 1):
            continue
        table = Box(upright[0], level[0], upright[-1], level[-1])
        inside = [p for p in pieces if table.holds(p.box.x, p.box.y)]
        rows = _rows(inside, level, upright, table)
        if len(rows) < 2:
            continue
        within = {id(p) for p in inside}
        pieces = [p for p in pieces if id(p) not in within] + rows
        own = set(group)
        rules = [r for r in rules if r not in own]
        frames = [f for f in frames if not (f in low and own.issuperset(f.sides()))]
    return replace(page, pieces=tuple(pieces), rules=tuple(rules), frames=tuple(frames))


def _rows(pieces: Sequence[TextPiece], level: list[float], upright: list[float], table: Box) -> list[TextPiece]:
    cells: dict[tuple[int, int], list[TextPiece]] = {}
    for piece in pieces:
        cells.setdefault((bisect_right(level, piece.box.y), bisect_right(upright, piece.box.x)), []).append(piece)
    rows = []
    for row in sorted({row for row, _ in cells}):
        own = [cells[at] for at in sorted(cells) if at[0] == row]
        text = " ".join(text for cell in own if (text := _cell_text(cell)))
        if text:
            top, bottom = level[row - 1], level[min(row, len(level) - 1)]
            size = median(p.size for cell in own for p in cell)
            rows.append(TextPiece(text, Box(table.left, top, table.right, bottom), size, role="row"))
    return rows


def _cell_text(cell: Sequence[TextPiece]) -> str:
    """A cell's text, line after line."""
    size = max(1e-6, median(p.size for p in cell))
    lines: list[list[TextPiece]] = []
    for piece in sorted(cell, key=lambda p: p.box.bottom):
        if lines and piece.box.bottom - lines[-1][0].box.bottom < 0.6 * size:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return "".join(p.text for line in lines for p in sorted(line, key=lambda p: p.box.left)).strip()


def _lines_at(places: Sequence[float]) -> list[float]:
    """Distinct places, those that nearly fall together taken as one."""
    lines: list[float] = []
    for place in sorted(places):
        if not lines or place - lines[-1] > TOUCH:
            lines.append(place)
    return lines


def _touching(sides: Sequence[Box], reach: float) -> list[list[Box]]:
    """Sides that meet, or stand under one another as a row's do, directly or by way of others."""
    order = sorted(sides, key=lambda s: s.top)

    def near() -> Iterator[tuple[int, int]]:
        for i, a in enumerate(order):
            for j in range(i + 1, len(order)):
                if order[j].top > a.bottom + reach:
                    break
                yield i, j

    def touch(i: int, j: int) -> bool:
        a, b = order[i], order[j]
        meet = a.shared_x(b) > -TOUCH and b.top <= a.bottom + TOUCH
        return meet or (abs(a.left - b.left) < TOUCH and abs(a.right - b.right) < TOUCH and a.width > a.height)

    return [[order[i] for i in group] for group in gather(len(order), near(), touch) if len(group) >= 6]
